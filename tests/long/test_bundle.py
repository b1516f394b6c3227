"""The bundle, made and installed without a network: in a namespace of its own where that is permitted, elsewhere with the index switched off."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from tools import bundle
from tools.browser import free_port

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
HERE = platform.machine()
OTHERS = [arch for arch in bundle.SYSTEMS if arch != HERE]
pytestmark = pytest.mark.skipif(sys.platform != "linux" or HERE not in bundle.SYSTEMS, reason="makes the bundle of a Linux machine")


@pytest.fixture(scope="module")
def program():
    return bundle.program(from_folder=True)


@pytest.fixture(scope="module")
def unpacked(program, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("bundle")
    archive = bundle.bundle(HERE, [bundle.HERE], out, *program)
    print(f"{archive.name}: {archive.stat().st_size / 1e6:.0f} MB")
    with tarfile.open(archive) as tar:
        tar.extractall(out, filter="data")
    return out / archive.name.removesuffix(".tar.gz")


def without_network(command: str, **more) -> subprocess.Popen:
    """A shell command that reaches this machine alone, if the system lets us; else one whose pip has no index and no way out."""
    alone = ["unshare", "--net", "sh", "-c", f"ip link set lo up && {command}"]
    if subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode:
        alone = ["sh", "-c", command]
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    return subprocess.Popen(
        alone, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        env={**os.environ, **nowhere, "no_proxy": "127.0.0.1", "PIP_NO_INDEX": "1"}, **more,
    )


def install(folder: Path, prefix: Path) -> str:
    installing = without_network(f"sh {folder / 'install.sh'} --prefix {prefix}", cwd="/")
    said, _none = installing.communicate(timeout=300)
    assert installing.returncode == 0, said
    return said


def test_a_machine_without_network_installs_serves_upgrades_and_goes_back(unpacked, program, tmp_path):
    prefix, name, port = tmp_path / "opt", program[0].name, free_port()
    started = time.perf_counter()
    said = install(unpacked, prefix)
    print(f"installed in {time.perf_counter() - started:.0f} s")
    assert f"Installed {name}" in said
    current = prefix / "current"
    assert current.resolve() == prefix / "releases" / name and not (current / "tests").exists()

    store = tmp_path / "store"
    python = current / ".venv" / "bin" / "python"
    ask = (
        "import json, urllib.request as u; "
        f"print(json.load(u.urlopen('http://127.0.0.1:{port}/healthz'))['status'], '<title>' in u.urlopen('http://127.0.0.1:{port}/').read().decode())"
    )
    running = without_network(
        f"{python} -m renewal load {EXPORTS / '2020-06-05'} --store {store} && {python} -m renewal figure progress_by_street --store {store} --json"
        f" > {tmp_path / 'figure.json'} && {{ {python} -m renewal serve --store {store} --port {port} & }}; sleep 1;"
        f" for n in 1 2 3 4 5 6 7 8 9 10; do sleep 3; {python} -c \"{ask}\" && break; done; kill $!",
        cwd=current,
    )
    said, _none = running.communicate(timeout=120)
    assert "ok True" in said, said
    assert len(json.loads((tmp_path / "figure.json").read_text("utf-8"))) > 10

    (unpacked / "release.txt").write_text((unpacked / "release.txt").read_text("utf-8").replace(name, "9.9.9-next"), "utf-8")
    (unpacked / "SHA256SUMS").write_text(bundle.checksums(unpacked), "utf-8")
    assert name in install(unpacked, prefix)  # that it is still there
    assert current.resolve().name == "9.9.9-next" and sorted(p.name for p in (prefix / "releases").iterdir()) == sorted([name, "9.9.9-next"])
    subprocess.run(["ln", "-sfn", f"releases/{name}", str(current)], check=True)  # as docs/operations.md says
    assert subprocess.run([str(python), "-m", "renewal", "verify", "--store", str(store)], cwd=current).returncode == 0


@pytest.mark.parametrize("arch", OTHERS)
def test_other_machines_have_every_library(arch, program, tmp_path):
    archive = bundle.bundle(arch, [bundle.HERE, "3.13"], tmp_path, *program)
    print(f"{archive.name}: {archive.stat().st_size / 1e6:.0f} MB")
    if archive.suffix == ".zip":
        zipfile.ZipFile(archive).extractall(tmp_path)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(tmp_path, filter="data")
    [wheels] = tmp_path.glob("*/wheels")
    for python in (bundle.HERE, "3.13"):
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--isolated", "--no-index", "--find-links", str(wheels),
             "--only-binary=:all:", "--require-hashes", "-r", str(wheels / "requirements.txt"), "--implementation", "cp", "--python-version", python,
             *(word for tag in bundle.platforms(arch) for word in ("--platform", tag)), "--target", str(tmp_path / "none")],
            capture_output=True, text=True, env={**os.environ, "PIP_CONFIG_FILE": os.devnull},
        )
        assert done.returncode == 0, done.stderr
    shutil.rmtree(wheels.parent)
