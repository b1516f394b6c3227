"""serve --log: what the server and its starter say is in a file that stays small."""

import subprocess
import sys

import pytest

from renewal import logs
from renewal.__main__ import main
from renewal.explained import Explained


def test_lines_of_a_server_go_to_files_that_stay_small(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "SIZE", 2_000)
    monkeypatch.setattr(logs, "KEPT", 2)
    said = "import sys\nfor n in range(600): print(f'{n} 街道', file=sys.stderr)"
    with logs.kept(tmp_path / "server.log") as log:
        server = subprocess.Popen([sys.executable, "-X", "utf8", "-c", said], stderr=subprocess.PIPE, encoding="utf-8")
        log.follow(server.stderr)
        server.wait()
    files = sorted(p.name for p in tmp_path.iterdir())
    assert files == ["server.log", "server.log.1", "server.log.2"]
    assert all(p.stat().st_size < 2_100 for p in tmp_path.iterdir())
    kept = "".join((tmp_path / name).read_text("utf-8") for name in reversed(files))
    assert "599 街道" in kept and kept.endswith("end\n") and "\n1 街道" not in kept


def test_a_refusal_is_in_the_log_too(tmp_path, capsys):
    log = tmp_path / "server.log"
    assert main(["serve", "--store", str(tmp_path / "none"), "--log", str(log)]) == 2
    assert "不存在" in log.read_text("utf-8") and "不存在" in capsys.readouterr().err
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(Explained, match="写不进去"), logs.kept(tmp_path / "file" / "server.log"):
        pass
