#!/bin/sh
# The browser tests and photos need Debian's chromium and fonts-noto-cjk, the one behind a proxy nginx-light and openssl.
# Installed here where that is allowed (root and apt); elsewhere a loud line says what is missing, and with CI=true that is an error.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || missing=" chromium"
ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 || missing="$missing fonts-noto-cjk"
command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing with apt-get (a minute or two) …"
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1  # nginx is for the test alone: no service is started
    # shellcheck disable=SC2086
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null && exit 0
fi
echo "==============================================================================" >&2
echo "MISSING:$missing. THE BROWSER TESTS CAN NOT RUN." >&2
echo "Install as root: apt-get install chromium fonts-noto-cjk nginx-light openssl" >&2
echo "==============================================================================" >&2
[ "${CI:-}" = true ] && exit 2
exit 0
