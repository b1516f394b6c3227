"""A standalone Spark on this machine: a master and two workers on loopback, one session for all tests."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

import pytest

PATIENCE = 120  # seconds for a process of Spark to be there


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true", help="the whole sample instead of four weeks")


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="session")
def master(tmp_path_factory):
    """The address of a master to which both workers have come."""
    pyspark = pytest.importorskip("pyspark")
    home, folder, port = Path(pyspark.__file__).parent, tmp_path_factory.mktemp("spark"), _free()
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"}
    running, log = [], folder / "master.log"

    def start(name: str, *arguments: str) -> None:
        with (folder / f"{name}.log").open("wb") as file:
            running.append(subprocess.Popen(
                [str(home / "bin" / "spark-class"), *arguments], env=environment, cwd=folder, stdout=file, stderr=subprocess.STDOUT
            ))

    url = f"spark://127.0.0.1:{port}"
    try:
        start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        _until(log, "elected leader", 1, running)
        for n in (1, 2):
            start(f"worker{n}", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g",
                  "--webui-port", "0", "--work-dir", str(folder / f"work{n}"), url)
        _until(log, "Registering worker", 2, running)
        yield url
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(timeout=30)


def _until(log: Path, sign: str, times: int, running: list[subprocess.Popen]) -> None:
    end = time.monotonic() + PATIENCE
    while len(re.findall(sign, log.read_text("utf-8", errors="replace"))) < times:
        assert time.monotonic() < end and all(p.poll() is None for p in running), log.read_text("utf-8", errors="replace")
        time.sleep(0.2)


@pytest.fixture(scope="session")
def told(request, tmp_path_factory):
    """The store whose queries are asked on both engines."""
    from renewal.store import Store

    if not request.config.getoption("--whole"):
        return Store(request.getfixturevalue("sample_store"))
    from renewal import sample

    folder = tmp_path_factory.mktemp("whole")
    assert sample.make(folder / "exports", Store(folder / "store"), weeks=85).exit_code == 0
    return Store(folder / "store")


@pytest.fixture(scope="session")
def exported(told, tmp_path_factory) -> Path:
    from renewal.engine import parquet

    folder = tmp_path_factory.mktemp("exported") / "rows"
    parquet.export(told, folder)
    return folder


@pytest.fixture(scope="session")
def engine(master, exported):
    """The one session."""
    from renewal.engine.parquet import Manifest
    from renewal.engine.spark import SparkEngine
    from renewal.plan import load_plan

    local = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.sql.autoBroadcastJoinThreshold": "64MB"}
    made = SparkEngine(exported, Manifest.read(exported), load_plan(), master=master, partitions=2, options=local)
    yield made
    made.close()
