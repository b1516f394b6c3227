"""Installs or upgrades the dashboard from the folder this file stands in, without internet (started by install.sh or install.cmd).

Every step is checked before the next; `current` is switched last, so an installation that fails leaves what was there in force. Data
are never touched: they lie in a folder of their own.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"
PREFIX = Path(os.environ.get("SYSTEMDRIVE", "C:") + "\\renewal") if WINDOWS else Path("/opt/renewal")
DATA = Path("/var/lib/renewal")
BACKUPS = Path("/var/backups/renewal")
SETTINGS = Path("/etc/renewal")
UNITS = Path("/etc/systemd/system")
COMMAND = Path("/usr/local/bin/renewal")
USER = "renewal"


class Refused(Exception):
    """The installation can not go on; (Chinese, English)."""


def say(zh, en):
    print(f"{zh} · {en}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="install.sh", description="Install or upgrade the dashboard without internet / 离线安装或升级")
    parser.add_argument("--prefix", type=Path, default=PREFIX, help=f"folder for the program (default {PREFIX})")
    if not WINDOWS:
        parser.add_argument("--service", action="store_true", help="also user, folders, settings and systemd units (as root)")
    options = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if not WINDOWS:
        os.umask(0o022)
    try:
        facts = read_facts()
        fits(facts)
        service = not WINDOWS and options.service
        if service and os.geteuid() != 0:
            raise Refused("--service 要由 root 运行（sudo sh install.sh --service）", "--service needs root (sudo sh install.sh --service)")
        whole()
        prefix = options.prefix.resolve()
        release = install(facts, prefix)
        if service:
            set_up(release)
        before = switch(prefix, release)
    except Refused as refused:
        for sentence in refused.args:
            print(sentence, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"写不进去：{error}；原来的版本没有变", file=sys.stderr)
        print(f"Could not write: {error}; what was installed before is as it was", file=sys.stderr)
        return 2
    say(f"已装好 {facts['name']}：{prefix / 'current'}", f"Installed {facts['name']}")
    if before not in (None, release.name):
        say(f"上一版 {before} 还在，可以退回", f"the release before, {before}, is still there to go back to")
        rebuild = "renewal.cmd rebuild" if WINDOWS else "sudo renewal rebuild"
        say(f"换了版本：停止看板，运行 {rebuild}，再启动（运行手册第 12 节）", f"now stop, run {rebuild}, start (guide, section 12)")
    return 0


def read_facts():
    try:
        lines = (HERE / "release.txt").read_text("utf-8").splitlines()
    except OSError:
        raise Refused("安装包不完整：缺 release.txt，请重新解压", "the bundle is not whole: no release.txt; unpack it again") from None
    return dict(line.split("=", 1) for line in lines if "=" in line)


def fits(facts):
    """That these libraries run on this machine and this Python."""
    here = "windows" if WINDOWS else sys.platform
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    if (here, machine) != (facts["system"], facts["machine"]):
        wanted = f"{facts['system']} {facts['machine']}"
        raise Refused(f"这个安装包适用于 {wanted}，本机是 {here} {machine}", f"this bundle is for {wanted}; this machine is {here} {machine}")
    python = "{}.{}".format(*sys.version_info)
    if python not in facts["python"].split():
        raise Refused(
            f"这个安装包里的库适用于 Python {facts['python']}，本机是 {python}：请装那一版，或请提供者用 --python {python} 重做安装包",
            f"the libraries in this bundle are for Python {facts['python']}; this is {python}. Install that one (PYTHON=/usr/bin/python3.N sh"
            f" install.sh picks it), or ask for a bundle made with --python {python}",
        )
    if facts["glibc"]:
        name, found = platform.libc_ver()
        if name != "glibc" or tuple(map(int, found.split(".")[:2])) < tuple(map(int, facts["glibc"].split("."))):
            raise Refused(
                f"系统的 glibc 应不低于 {facts['glibc']}，本机是 {name} {found}", f"glibc {facts['glibc']} or newer is needed; here is {name} {found}"
            )


def whole():
    """That every file is as it was when the bundle was made."""
    say("校验文件", "Checking the files")
    try:
        lines = (HERE / "SHA256SUMS").read_text("utf-8").splitlines()
    except OSError:
        raise Refused("安装包不完整：缺 SHA256SUMS，请重新解压", "the bundle is not whole: no SHA256SUMS; unpack it again") from None
    listed = dict(reversed(line.split("  ", 1)) for line in lines)
    for name, expected in listed.items():
        try:
            found = hashlib.sha256((HERE / name).read_bytes()).hexdigest()
        except OSError:
            found = None
        if found != expected:
            raise Refused(
                f"文件 {name} {'缺失' if found is None else '已损坏'}，没有安装任何东西；请重新复制、解压安装包",
                f"the file {name} is {'missing' if found is None else 'damaged'}; nothing was installed. Copy and unpack the bundle again",
            )
    for wheel in (HERE / "wheels").iterdir():
        if f"wheels/{wheel.name}" not in listed:
            raise Refused(f"wheels/{wheel.name} 不属于这个安装包，请重新解压", f"wheels/{wheel.name} does not belong here; unpack the bundle again")


def install(facts, prefix):
    """The release's folder, made unless it is there already; release.txt in it, written last, says that it is finished."""
    release = prefix / "releases" / facts["name"]
    finished = release / "release.txt"
    if finished.exists():
        say(f"{facts['name']} 已经装过，不再装一遍", f"{facts['name']} is installed already and is not installed again")
        return release
    if release.exists():  # of an installation that was cut off
        shutil.rmtree(release)
    release.mkdir(parents=True)
    try:
        say("解开程序", "Unpacking the program")
        with tarfile.open(HERE / "program.tar.gz") as tar:
            if hasattr(tarfile, "data_filter"):
                tar.extraction_filter = tarfile.data_filter
            tar.extractall(release)
        say("建立 Python 环境", "Making the Python environment")
        run(
            [sys.executable, "-m", "venv", str(release / ".venv")],
            "Python 环境建不起来（Debian、Ubuntu：apt install python3-venv）",
            "the environment could not be made (Debian, Ubuntu: apt install python3-venv)",
        )
        python = release / ".venv" / ("Scripts/python.exe" if WINDOWS else "bin/python")
        say("安装各个库（半分钟到一分钟）", "Installing the libraries (half a minute to a minute)")
        wheels = HERE / "wheels"
        run(
            [str(python), "-m", "pip", "install", "--quiet", "--isolated", "--disable-pip-version-check", "--no-cache-dir", "--no-index",
             "--find-links", str(wheels), "--only-binary=:all:", "--require-hashes", "-r", str(wheels / "requirements.txt")],
            "库没有装成", "the libraries could not be installed",
        )
        run([str(python), "-m", "compileall", "-q", "app.py", "pages", "renewal"], "程序编译不了", "the program could not be compiled", release)
        say("试运行", "Trying it")
        run([str(python), "-m", "renewal", "plan", "--json"], "程序运行不了", "the program does not run", release)
        shutil.copyfile(HERE / "release.txt", finished)
    except BaseException:
        shutil.rmtree(release, ignore_errors=True)
        raise
    return release


def run(command, zh, en, folder=None):
    """Runs a command with nothing of this machine's own settings for Python and pip."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "RENEWAL_")) and k != "VIRTUAL_ENV"}
    done = subprocess.run(command, cwd=folder, env={**ours, "PIP_CONFIG_FILE": os.devnull, "PYTHONUTF8": "1"}, capture_output=True, text=True,
                          encoding="utf-8", errors="replace")
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise Refused(f"{zh}，没有安装任何东西：", f"{en}; nothing was installed:", said)


def set_up(release):
    """User, folders, settings, units and the command `renewal`. What is there already stays as it is, units and command excepted:
    an office's own changes to a unit belong into a drop-in (systemctl edit renewal)."""
    say(f"用户 {USER}、文件夹、设置和服务", f"User {USER}, folders, settings, units")
    if subprocess.run(["id", USER], capture_output=True).returncode:
        command = ["useradd", "--system", "--user-group", "--home-dir", str(DATA), "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
        run(command, f"建不了用户 {USER}", f"the user {USER} could not be made")
    for folder, mode in ((DATA, 0o750), (DATA / "store", 0o750), (DATA / "access", 0o700), (BACKUPS, 0o700)):
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(mode)
            shutil.chown(folder, USER, USER)
    SETTINGS.mkdir(exist_ok=True)
    if not (SETTINGS / "renewal.env").exists():
        shutil.copyfile(release / "deploy" / "systemd" / "renewal.env", SETTINGS / "renewal.env")
    UNITS.mkdir(parents=True, exist_ok=True)
    for unit in (release / "deploy" / "systemd").glob("renewal*.*"):
        if unit.suffix in (".service", ".timer"):
            shutil.copyfile(unit, UNITS / unit.name)
    shutil.copyfile(release / "deploy" / "systemd" / "renewal", COMMAND)
    COMMAND.chmod(0o755)
    if Path("/run/systemd/system").is_dir():
        run(["systemctl", "daemon-reload"], "systemd 没有读入新的服务", "systemd did not read the units")


def switch(prefix, release):
    """Makes a release the current one; returns the name of the one before, None if there was none."""
    link = prefix / "current"
    before = None
    with suppress(OSError):
        before = link.resolve(strict=True).name
    if WINDOWS:  # a junction needs no rights of an administrator
        import _winapi

        if os.path.lexists(link):
            link.rmdir()
        _winapi.CreateJunction(str(release), str(link))
    else:
        new = prefix / "current.new"
        new.unlink(missing_ok=True)
        new.symlink_to(Path("releases") / release.name)
        new.replace(link)
    return before


if __name__ == "__main__":
    sys.exit(main())
