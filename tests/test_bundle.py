"""What an office installs from: the lock, the bundle's own logic, its installer, and the files that must say the same."""

import importlib.util
import io
import platform
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

import renewal
from tools import bundle

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
HASH = "a" * 64


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.fixture(scope="module")
def installer():
    spec = importlib.util.spec_from_file_location("installer", DEPLOY / "bundle" / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- the lock --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-tools"])
def test_everything_asked_for_is_locked_with_hashes(name):
    lock = {entry.name: entry for entry in bundle.locked(text(f"{name}.txt"))}  # refuses a line without a hash
    asked = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)$", text(f"{name}.in"), re.M)
    assert asked
    for package, version in asked:
        assert str(lock[bundle.canonicalize_name(package)].requirement.specifier) == f"=={version}"
    assert "://" not in text(f"{name}.txt") + text(f"{name}.in")
    assert not re.search(r"^-(?!r requirements\.in$)", text(f"{name}.in") + text(f"{name}.txt"), re.M)


def test_what_runs_is_locked_alike_for_tests():
    dev = {entry.name: entry for entry in bundle.locked(text("requirements-dev.txt"))}
    for entry in bundle.locked(text("requirements.txt")):
        assert dev[entry.name] == entry


def test_a_line_without_hash_or_version_is_refused():
    with pytest.raises(bundle.BundleError, match="plotly"):
        bundle.locked("plotly==7.1.0\n")
    with pytest.raises(bundle.BundleError, match="plotly"):
        bundle.locked(f"plotly>=7 --hash=sha256:{HASH}\n")


def test_the_licences_are_those_of_the_lock():
    listed = re.findall(r"^\| ([\w.-]+) \| (\S+) \| \S", text("docs/licences.md"), re.M)
    locked = {(e.name, str(e.requirement.specifier)[2:]) for e in bundle.locked(text("requirements.txt"))}
    assert {(bundle.canonicalize_name(name), version) for name, version in listed[1:]} == locked


# ---- the bundle ------------------------------------------------------------------------------------------------------

def test_markers_are_judged_for_the_machine_that_will_run_it():
    lock = bundle.locked(f"""
        one==1 ; sys_platform == 'win32' \\
            --hash=sha256:{HASH}
        two==1 ; python_full_version < '3.13' --hash=sha256:{HASH}
        three==1 ; platform_machine == 'aarch64' --hash=sha256:{HASH}
        four==1 --hash=sha256:{HASH}""")

    def names(arch: str, python: str) -> list[str]:
        return [entry.name for entry in bundle.needed(lock, arch, python)]

    assert names("win_amd64", "3.11") == ["one", "two", "four"]
    assert names("aarch64", "3.13") == ["three", "four"]
    assert names("x86_64", "3.12") == ["two", "four"]


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_no_wheel_asks_for_a_newer_glibc_than_promised(arch):
    minors = [int(m[1]) for tag in bundle.platforms(arch) if (m := re.match(r"manylinux_2_(\d+)_", tag))]
    assert max(minors) == bundle.GLIBC[1] and minors == sorted(minors, reverse=True)


def test_tests_and_what_the_office_has_never_leave():
    for name in ("data/store/CURRENT", "data/sample/store/office.sqlite", "data/sample/exports/a.xlsx", ".streamlit/secrets.toml",
                 "tests/test_bundle.py", "renewal/__pycache__/x.pyc", "data/access/accounts.sqlite", ".venv/x",
                 ".git/config", "tools/bundle.py", "build/x"):
        assert not bundle.is_shipped(name), name
    release, files = bundle.program(from_folder=True)
    for name in ("app.py", "requirements.txt", "static/OFL.txt", ".streamlit/config.toml", "data/plan/shizhong-2020/plan.toml", "queries/schema.sql",
                 "deploy/systemd/renewal.service", "docs/operations.zh.md"):
        assert name in files, name
    assert release.version == renewal.__version__ == re.search(r"^## (\S+)", text("CHANGELOG.md"), re.M)[1]
    assert release.name.startswith(release.version + "-")


def test_the_same_files_make_the_same_archive():
    files = {"b": (b"2", True), "a": (b"1", False)}
    assert bundle.packed(files, 1_700_000_000) == bundle.packed(files, 1_700_000_000)
    with tarfile.open(fileobj=io.BytesIO(bundle.packed(files, 1_700_000_000))) as tar:
        assert {(m.name, m.mode, m.uid, m.mtime) for m in tar} == {("a", 0o644, 0, 1_700_000_000), ("b", 0o755, 0, 1_700_000_000)}


# ---- the installer ---------------------------------------------------------------------------------------------------

@pytest.fixture
def unpacked(installer, tmp_path, monkeypatch) -> Path:
    """A bundle without libraries."""
    folder = tmp_path / "renewal-1"
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "one.whl").write_bytes(b"1")
    release = bundle.Release("1.2.3", "0" * 40, False, 0)
    (folder / "release.txt").write_text(bundle.facts(release, platform.machine(), [bundle.HERE]), "utf-8")
    (folder / "SHA256SUMS").write_text(bundle.checksums(folder), "utf-8")
    monkeypatch.setattr(installer, "HERE", folder)
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="the facts are of this machine")
def test_the_installer_says_what_does_not_fit_this_machine(installer, unpacked):
    facts = installer.read_facts()
    installer.fits(facts)
    for key, other in (("machine", "other"), ("system", "windows"), ("python", "3.99"), ("glibc", "9.1")):
        with pytest.raises(installer.Refused) as refused:
            installer.fits({**facts, key: other})
        assert len(refused.value.args) == 2 and all(other in sentence for sentence in refused.value.args)


def test_a_flipped_byte_a_missing_and_an_added_file_stop_the_installer(installer, unpacked):
    installer.whole()
    (unpacked / "wheels" / "one.whl").write_bytes(b"2")
    with pytest.raises(installer.Refused, match="已损坏"):
        installer.whole()
    (unpacked / "wheels" / "one.whl").unlink()
    with pytest.raises(installer.Refused, match="缺失"):
        installer.whole()
    (unpacked / "wheels" / "one.whl").write_bytes(b"1")
    (unpacked / "wheels" / "two.whl").write_bytes(b"2")
    with pytest.raises(installer.Refused, match=r"two\.whl"):
        installer.whole()


@pytest.mark.skipif(sys.platform == "win32", reason="a junction there")
def test_current_is_switched_in_one_step_and_names_the_one_before(installer, tmp_path):
    for name in ("1", "2"):
        (tmp_path / "releases" / name).mkdir(parents=True)
    assert installer.switch(tmp_path, tmp_path / "releases" / "1") is None
    assert installer.switch(tmp_path, tmp_path / "releases" / "2") == "1"
    assert str((tmp_path / "current").readlink()) == "releases/2" and not (tmp_path / "current.new").exists()


def test_an_installation_that_fails_leaves_nothing(installer, unpacked, tmp_path, monkeypatch):
    (unpacked / "program.tar.gz").write_bytes(bundle.packed({"app.py": (b"", False)}, 0))
    monkeypatch.setattr(installer.sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(OSError):
        installer.install({"name": "1.2.3-x"}, tmp_path / "opt")
    assert list((tmp_path / "opt" / "releases").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_scripts_are_whole():
    for script in (DEPLOY / "bundle" / "install.sh", DEPLOY / "systemd" / "renewal"):
        assert subprocess.run(["sh", "-n", str(script)]).returncode == 0
    for script in (DEPLOY / "bundle" / "install.cmd", DEPLOY / "windows" / "renewal.cmd"):
        assert script.read_bytes().isascii() and script.read_bytes().count(b"\n") == script.read_bytes().count(b"\r\n") > 3


# ---- files that must say the same ------------------------------------------------------------------------------------

def test_nginx_lets_through_what_the_intake_takes_and_nothing_a_client_claims():
    site = text("deploy/nginx/renewal.conf")
    limits = tomllib.loads(text("data/limits.toml"))
    assert f"client_max_body_size {limits['file_mb'] + 1}m;" in site
    assert "proxy_set_header Upgrade $http_upgrade;" in site and "proxy_set_header Host $http_host;" in site
    from renewal.access.config import Proxy

    removed = set(re.findall(r'^    proxy_set_header (\S+) "";', site, re.M))
    assert {Proxy().header, "X-Forwarded-For", "X-Forwarded-User", "Forwarded", "X-Real-IP"} <= removed
    # Inside a location a further proxy_set_header would drop all of these.
    assert "proxy_set_header" not in site[site.index("location / "):]
    assert "deny all;" in site[site.index("location = /readyz"):]


def test_units_container_and_windows_start_the_same_program():
    env, service = text("deploy/systemd/renewal.env"), text("deploy/systemd/renewal.service")
    settings = dict(re.findall(r"^([A-Z_]+)=(\S+)$", env, re.M))
    docker, compose = text("deploy/docker/Dockerfile"), text("deploy/docker/compose.yaml")
    assert settings["RENEWAL_STORE"] in docker and f"RENEWAL_PORT={settings['RENEWAL_PORT']}" in docker and settings["TZ"] in compose
    assert f"server 127.0.0.1:{settings['RENEWAL_PORT']};" in text("deploy/nginx/renewal.conf")
    assert "install.sh" in docker and "pip install" not in docker
    for line in ("User=renewal", "ProtectSystem=strict", "NoNewPrivileges=yes", "EnvironmentFile=/etc/renewal/renewal.env"):
        assert line in service and line in text("deploy/systemd/renewal-backup.service")
    for known in set(re.findall(r"RENEWAL_\w+", env)) - {"RENEWAL_PORT"}:
        assert known in text("renewal/settings.py"), known
    from renewal.__main__ import _parser

    started = "".join(text(f"deploy/{name}") for name in ("systemd/renewal.service", "systemd/renewal-backup.service", "windows/register.ps1"))
    commands = re.findall(r"-m renewal (\w.*)|-Argument \"(\w[^\"]*)\"", started)
    assert len(commands) == 4
    for command in commands:
        _parser().parse_args("".join(command).replace("${RENEWAL_PORT}", "8501").split())


@pytest.mark.parametrize(("guide", "least"), [("operations", 70), ("access", 7)])
def test_both_languages_of_a_guide_give_the_same_commands(guide, least):
    typed = r"(sudo|renewal [a-z]+|make|tar|cd|curl|docker|journalctl|systemctl|ls|cat|powershell|mklink)\b"

    def spans(name: str) -> list[str]:
        found = [s for s in re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text(name), flags=re.S)) if re.match(typed, s)]
        return sorted(re.sub(r"YOUR\.NAME|[A-Z-]*NAME\b|FILE|DIR|BACKUP|MACHINE|STICK|[一-鿿]+", "_", s) for s in found)

    english, chinese = spans(f"docs/{guide}.md"), spans(f"docs/{guide}.zh.md")
    assert len(english) > least and english == chinese
    headings = [re.findall(r"^##+ (?:\d+\.)?", text(f"docs/{guide}{lang}.md"), re.M) for lang in ("", ".zh")]
    assert headings[0] == headings[1] and len(headings[0]) > 7


def test_the_guides_in_a_bundle_link_to_one_another_alone():
    for guide in bundle.GUIDES:
        assert set(re.findall(r"\]\(([^)#]+)\)", text(f"docs/{guide}"))) <= set(bundle.GUIDES), guide
        assert "python -m renewal" not in re.sub(r".*(docker compose|checkout|源程序).*", "", text(f"docs/{guide}")), guide


def test_messages_name_the_command_as_it_is_typed_where_it_was_installed(monkeypatch):
    from renewal import settings

    monkeypatch.setenv("RENEWAL_COMMAND", "sudo renewal")
    assert settings.typed(f"{settings.COMMAND} verify") == "sudo renewal verify"
    for part in ("systemd/renewal", "systemd/renewal.service", "systemd/renewal-backup.service", "windows/renewal.cmd", "docker/compose.yaml"):
        assert re.search(r"RENEWAL_COMMAND(=|: ).", text(f"deploy/{part}")), part
