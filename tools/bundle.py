"""Make what an office without internet installs from: `make bundle` (docs/operations.md).

One archive for each kind of machine: every library as a wheel, the program, the installer, checksums. The program is that of the last
commit; with --from-folder, or where there is no git, what lies in this folder.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "bundle"
# What is needed to run; tests, tools and what the office itself has never leave.
SHIPPED = ("app.py", "pages", "queries", "renewal", "static", "data", "docs", "deploy", ".streamlit", "requirements.txt", "CHANGELOG.md",
           "README.md", "README.zh.md")
NEVER = ("data/store/*", "data/sample/exports/*", "data/sample/store/*", "*/__pycache__/*", "*.pyc", "*.sqlite*", "*secrets.toml")
# Published as source alone; plain Python, so one wheel made here serves everywhere.
AS_SOURCE = frozenset({"prcoords"})
INSTALLER = ("install.sh", "install.cmd", "install.py", "README.txt")
GUIDES = ("operations.md", "operations.zh.md", "access.md", "access.zh.md")  # they link to one another, and to nothing else
SYSTEMS = {"x86_64": "linux", "aarch64": "linux", "win_amd64": "win32"}
GLIBC = (2, 28)  # Kylin V10, UOS 20 and everything newer
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


class BundleError(Exception):
    """The bundle can not be made; the text says why."""


@dataclass(frozen=True)
class Release:
    """version: the newest of CHANGELOG.md; commit: 40 hex digits, or 'none'; changed: the folder differs from it; made: seconds since
    1970, of the commit, so that the same commit gives the same program archive."""

    version: str
    commit: str
    changed: bool
    made: int

    @property
    def name(self) -> str:
        """0.8.0-1a2b3c4: two states of one version never share a folder."""
        return f"{self.version}-{self.commit[:7]}{'-changed' if self.changed else ''}"


@dataclass(frozen=True)
class Locked:
    """A line of requirements.txt."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    def line(self, hashes: Iterable[str]) -> str:
        pin = f"{self.requirement.name}{self.requirement.specifier}"
        return " ".join([pin, *(f"--hash=sha256:{h}" for h in sorted(hashes))]) + "\n"


def locked(text: str) -> list[Locked]:
    """What a file of requirements pins. Raises BundleError for a line without pin or hash."""
    found = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        words = re.sub(r"(^|\s)#.*", "", line).strip()
        if not words:
            continue
        hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", words))
        requirement = Requirement(re.sub(r"\s--hash=\S+", "", words))
        if not hashes or not re.fullmatch(r"==[\w.]+", str(requirement.specifier)):
            raise BundleError(f"requirements.txt: {requirement.name} has no exact version or no hash; run make lock")
        found.append(Locked(requirement, hashes))
    return found


def needed(lock: list[Locked], arch: str, python: str) -> list[Locked]:
    """What of the lock a machine with that Python needs: pip itself would judge by the machine that it runs on."""
    system = SYSTEMS[arch]
    environment = {
        **default_environment(), "sys_platform": system, "platform_system": "Windows" if system == "win32" else "Linux",
        "os_name": "nt" if system == "win32" else "posix", "platform_machine": "AMD64" if system == "win32" else arch,
        "implementation_name": "cpython", "platform_python_implementation": "CPython", "python_version": python,
        "python_full_version": f"{python}.0",
    }
    return [entry for entry in lock if entry.requirement.marker is None or entry.requirement.marker.evaluate(environment)]


def platforms(arch: str) -> list[str]:
    """The platform tags of wheels that run there, the best first."""
    if SYSTEMS[arch] == "win32":
        return [arch]
    oldest = 5 if arch == "x86_64" else 17
    named = [f"manylinux_2_{minor}_{arch}" for minor in range(GLIBC[1], oldest - 1, -1)]
    return [*named, f"manylinux2014_{arch}", *([f"manylinux2010_{arch}", f"manylinux1_{arch}"] if arch == "x86_64" else []), f"linux_{arch}"]


def version(changelog: str) -> str:
    found = re.search(r"^## (\d+\.\d+\.\d+)\b", changelog, re.M)
    if found is None:
        raise BundleError("CHANGELOG.md: no heading like '## 1.2.3'")
    return found[1]


def is_shipped(name: str) -> bool:
    return name.split("/")[0] in SHIPPED and not any(fnmatch(name, pattern) for pattern in NEVER)


def _git(*arguments: str) -> bytes | None:
    """What git says; None without git, or outside of a repository of our own."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout


def program(from_folder: bool) -> tuple[Release, dict[str, tuple[bytes, bool]]]:
    """The release, and path -> (content, whether it may be run) of every file of the program."""
    commit = _git("rev-parse", "HEAD") if (ROOT / ".git").exists() else None
    made = int(_git("show", "-s", "--format=%ct", "HEAD") or 0) if commit else 0
    changed = False
    if commit and not from_folder:
        files = dict(_of_commit(_git("archive", "--format=tar", "HEAD")))
    else:
        files = dict(_of_folder())
        changed = bool(commit and _git("status", "--porcelain"))
        made = max([made, *(int((ROOT / name).stat().st_mtime) for name in files)])
    missing = sorted(set(SHIPPED) - {name.split("/")[0] for name in files})
    if missing:
        raise BundleError(f"missing from the program: {', '.join(missing)}" + ("; commit them, or use --from-folder" if commit else ""))
    release = Release(version(files["CHANGELOG.md"][0].decode()), commit.decode().strip() if commit else "none", changed, made)
    return release, dict(sorted(files.items()))


def _of_commit(archive: bytes) -> Iterator[tuple[str, tuple[bytes, bool]]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile() and is_shipped(member.name):
                yield member.name, (tar.extractfile(member).read(), bool(member.mode & 0o100))


def _of_folder() -> Iterator[tuple[str, tuple[bytes, bool]]]:
    for top in SHIPPED:
        for path in [ROOT / top] if (ROOT / top).is_file() else sorted((ROOT / top).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and is_shipped(name):
                yield name, (path.read_bytes(), os.access(path, os.X_OK))


def packed(files: dict[str, tuple[bytes, bool]], made: int) -> bytes:
    """A tar.gz that is the same for the same files."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, (data, runs) in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(data), made, 0o755 if runs else 0o644
            tar.addfile(entry, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=made)


def wheelhouse(lock: list[Locked], folder: Path, arch: str, pythons: list[str], made: int) -> None:
    """Fills folder with the wheels for a kind of machine, and requirements.txt: the lock with the hashes of just these wheels.

    What pip takes has the hashes of the lock; what is published as source alone is built here from a source that has.
    """
    folder.mkdir(parents=True)
    wanted: dict[str, Locked] = {}
    for python in pythons:
        here = [entry for entry in needed(lock, arch, python) if entry.name not in AS_SOURCE]
        wanted |= {entry.name: entry for entry in here}
        tags = [word for tag in platforms(arch) for word in ("--platform", tag)]
        _pip(["download", "--no-deps", "--only-binary=:all:", "--implementation", "cp", "--python-version", python, *tags], here, folder)
    for entry in lock:
        if entry.name in AS_SOURCE:
            wanted[entry.name] = entry
            _pip(["wheel", "--no-deps", "--no-binary", entry.name], [entry], folder, SOURCE_DATE_EPOCH=str(max(made, 315532800)))  # 1980
    have: dict[str, list[str]] = {}
    for wheel in sorted(folder.glob("*.whl")):
        name, _version, _build, tags = parse_wheel_filename(wheel.name)
        if name in AS_SOURCE and {tag.platform for tag in tags} != {"any"}:
            raise BundleError(f"{wheel.name} is for one kind of machine only")
        have.setdefault(name, []).append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    text = "".join(wanted[name].line(have[name]) for name in sorted(wanted))
    (folder / "requirements.txt").write_text(text, "utf-8", newline="\n")


def _pip(command: list[str], entries: list[Locked], folder: Path, **environment: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "requirements.txt"
        wanted.write_text("".join(entry.line(entry.hashes) for entry in entries), "utf-8")
        target = "--wheel-dir" if command[0] == "wheel" else "--dest"
        done = subprocess.run(
            [sys.executable, "-m", "pip", *command, "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(wanted),
             target, str(folder)], capture_output=True, text=True, encoding="utf-8", env={**os.environ, **environment},
        )
    if done.returncode:
        raise BundleError(f"pip {' '.join(command)}:\n{done.stderr.strip()}")


def facts(release: Release, arch: str, pythons: list[str]) -> str:
    """release.txt, which the installer reads and leaves in the release's folder."""
    system = "windows" if SYSTEMS[arch] == "win32" else "linux"
    return "".join(f"{key}={value}\n" for key, value in (
        ("name", release.name), ("version", release.version), ("commit", release.commit), ("system", system),
        ("machine", arch.removeprefix("win_").replace("amd64", "x86_64")), ("python", " ".join(pythons)),
        ("glibc", ".".join(map(str, GLIBC)) if system == "linux" else ""),
    ))


def checksums(folder: Path) -> str:
    """SHA256SUMS of every file below folder, as sha256sum -c reads it."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    return "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in files)


def bundle(arch: str, pythons: list[str], out: Path, release: Release, files: dict[str, tuple[bytes, bool]]) -> Path:
    """Makes one archive in the folder out, and beside it its sha256."""
    name = f"renewal-{release.name}-{arch}"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        folder = Path(scratch) / name
        wheelhouse(locked(files["requirements.txt"][0].decode()), folder / "wheels", arch, pythons, release.made)
        (folder / "program.tar.gz").write_bytes(packed(files, release.made))
        for part in INSTALLER:
            (folder / part).write_bytes(files[f"deploy/bundle/{part}"][0])
        (folder / "install.sh").chmod(0o755)
        for guide in GUIDES:
            (folder / guide).write_bytes(files[f"docs/{guide}"][0])
        (folder / "docker").mkdir()
        for part in (p for p in files if p.startswith("deploy/docker/")):
            (folder / "docker" / Path(part).name).write_bytes(files[part][0])
        (folder / "release.txt").write_text(facts(release, arch, pythons), "utf-8", newline="\n")
        (folder / "SHA256SUMS").write_text(checksums(folder), "utf-8", newline="\n")
        made = _zipped(folder, out) if SYSTEMS[arch] == "win32" else _tarred(folder, out, release.made)
    made.with_name(made.name + ".sha256").write_text(f"{hashlib.sha256(made.read_bytes()).hexdigest()}  {made.name}\n", "utf-8", newline="\n")
    return made


def _tarred(folder: Path, out: Path, made: int) -> Path:
    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = made
        return entry

    path = out / f"{folder.name}.tar.gz"
    with path.open("wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=made) as packing, \
            tarfile.open(fileobj=packing, mode="w") as tar:
        for part in [folder, *sorted(folder.rglob("*"))]:
            tar.add(part, f"{folder.name}/{part.relative_to(folder).as_posix()}".rstrip("/."), recursive=False, filter=plain)
    return path


def _zipped(folder: Path, out: Path) -> Path:
    path = out / f"{folder.name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for part in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(part, f"{folder.name}/{part.relative_to(folder).as_posix()}")
    return path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bundle", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", action="append", choices=list(SYSTEMS), help="kind of machine (may be repeated; default x86_64 and aarch64)")
    parser.add_argument("--python", action="append", metavar="3.N", help=f"Python there (may be repeated; default {HERE}, as here)")
    parser.add_argument("--from-folder", action="store_true", help="what lies in this folder, not the last commit")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the archives")
    options = parser.parse_args(arguments)
    pythons = options.python or [HERE]
    if wrong := [p for p in pythons if not re.fullmatch(r"3\.\d+", p) or int(p[2:]) < 11]:
        parser.error(f"--python {wrong[0]}: 3.11 or newer, written 3.N")
    try:
        release, files = program(options.from_folder)
        print(f"version {release.version}, commit {release.commit}{' and what was changed since' if release.changed else ''}", flush=True)
        for arch in options.arch or ["x86_64", "aarch64"]:
            made = bundle(arch, pythons, options.out.resolve(), release, files)
            print(f"{made}  {made.stat().st_size / 1e6:.0f} MB  (Python {', '.join(pythons)})", flush=True)
    except BundleError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
