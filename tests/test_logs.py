"""serve --log: what the server and its starter say is in a file that stays small; figures that take long are noted in it."""

import io
import json
import re
import subprocess
import sys
from collections import OrderedDict
from datetime import date

import pytest

from renewal import figures, logs, settings
from renewal.__main__ import main
from renewal.explained import Explained
from renewal.store import Store


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


# ---- slow figures ----------------------------------------------------------------------------------------------------
ASKED = {"as_of": date(2020, 9, 4), "batch": 2020, "level": "M15"}
STREETS = ["七里山街道", "大观园街道"]


@pytest.fixture
def noted(monkeypatch) -> io.StringIO:
    """What the server's log gets."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(logs._SLOW, "handlers", [])
    logs.note_slow_figures()
    logs.note_slow_figures()
    return stream


def test_a_figure_over_its_budget_is_one_line_without_names(sample_store, noted, monkeypatch):
    store = Store(sample_store)
    monkeypatch.setenv("RENEWAL_SLOW_MS", "0")
    monkeypatch.setattr(Store, "_states", OrderedDict())
    logs.page.set("late")
    for _time in range(2):
        figures.run("late", scope=STREETS, store=store, **ASKED)
    first, second = noted.getvalue().splitlines()
    for line in (first, second):
        assert re.fullmatch(
            r"slow: at=\S+ figure=late ms=\d+ budget=0 state=\w+ rows=\d+ as_of=2020-09-04 level=M15 batch=2020 streets=2"
            rf" version={store.version()} page=late", line,
        )
        assert not any(street in line for street in STREETS)
    assert "state=made" in first and "state=kept" in second


def test_within_its_budget_and_on_the_command_line_nothing_is_noted(sample_store, noted, monkeypatch, capsys):
    monkeypatch.setenv("RENEWAL_SLOW_MS", "60000")
    figures.run("late", scope=STREETS, store=Store(sample_store), **ASKED)
    assert noted.getvalue() == ""
    monkeypatch.undo()
    monkeypatch.setenv("RENEWAL_SLOW_MS", "0")
    assert main(["figure", "late", "--store", str(sample_store), "--csv"]) == 0
    assert "slow:" not in capsys.readouterr().err


@pytest.mark.parametrize(("rows", "seconds"), [(0, 0.05), (300_000, 0.05), (34_600_000, 0.15), (120_000_000, 1.0)])
def test_the_budget_grows_with_the_store(monkeypatch, rows, seconds):
    monkeypatch.delenv("RENEWAL_SLOW_MS", raising=False)
    assert settings.slow_seconds(rows) == seconds


def test_who_works_the_state_out_first_may_take_longer(sample_store, noted, monkeypatch):
    monkeypatch.setenv("RENEWAL_SLOW_MS", "1")
    monkeypatch.setattr(Store, "_states", OrderedDict())
    monkeypatch.setattr(settings, "FIRST", 60_000)
    for _time in range(2):
        figures.run("late", scope=STREETS, store=Store(sample_store), **ASKED)
    assert len(noted.getvalue().splitlines()) == 1 and "state=kept" in noted.getvalue()


def test_a_log_that_can_not_be_written_stops_no_figure(sample_store, noted, monkeypatch):
    class Full(io.StringIO):
        def write(self, _text):
            raise OSError(28, "No space left on device")

    monkeypatch.setenv("RENEWAL_SLOW_MS", "0")
    monkeypatch.setattr(logs._SLOW.handlers[0], "stream", Full())
    assert len(figures.run("progress_by_street", scope=STREETS, store=Store(sample_store), **ASKED)) == 2
    monkeypatch.setattr(figures, "_works", lambda *_given: 1 / 0)
    assert len(figures.run("progress_by_street", scope=STREETS, store=Store(sample_store), **ASKED)) == 2
    assert noted.getvalue() == ""


def test_the_command_tells_the_worst(tmp_path, capsys, monkeypatch):
    line = "slow: at=2026-11-28T10:00:{n:02} figure={figure} ms={ms} budget=50 state={state} rows=1 version=000001-a.duckdb page=late\n"
    older = [line.format(n=n, figure="late", ms=100 + n, state="kept") for n in range(20)]
    newer = [line.format(n=50, figure="late", ms=900, state="made"), "Traceback: ms=12 figure=late\n", "slow: figure=late ms=x state=kept at=1\n"]
    (tmp_path / "server.log.1").write_text("".join(older), "utf-8")
    (tmp_path / "server.log").write_text("".join(newer), "utf-8")
    assert main(["slow", "--log", str(tmp_path / "server.log"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(f["figure"], f["state"], f["count"], f["p50"], f["p95"], f["max"], f["page"]) for f in found] == [
        ("late", "made", 1, 900, 900, 900, "late"), ("late", "kept", 20, 109, 118, 119, "late"),
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(older)))
    assert main(["slow", "--log", "-"]) == 0
    assert "late" in capsys.readouterr().out
    assert main(["slow", "--log", str(tmp_path / "none.log")]) == 2
    assert "读不出来" in capsys.readouterr().err
