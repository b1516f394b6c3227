#!/bin/sh
# Installs or upgrades the dashboard without internet. Finds Python 3.11 or newer; the rest is install.py's work.
#   sh install.sh            the program alone, into /opt/renewal
#   sh install.sh --service  also its user, folders, settings and systemd units (as root)
#   sh install.sh --help     everything else
# 离线安装或升级：找到 Python 3.11 或更新版本，其余由 install.py 做。用法见上面三行：只装程序；连同服务（root）；其他选项。
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for python in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$python" ] || continue
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exec "$python" "$here/install.py" "$@"
done
echo "没有找到 Python 3.11 或更新版本，没有安装任何东西。见运行手册 operations.zh.md 第 1 节。" >&2
echo "Python 3.11 or newer was not found; nothing was installed. See section 1 of operations.md." >&2
exit 2
