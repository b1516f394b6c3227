"""`python -m renewal export`: a whole file or none, and a reason."""

import io
import json
from dataclasses import replace

import pytest
from docx import Document
from openpyxl import load_workbook
from pptx import Presentation

from renewal import i18n
from renewal.__main__ import main


@pytest.fixture(autouse=True)
def chinese():
    yield
    i18n.set_language("zh")


def export(store, what, out, *more):
    return main(["export", what, "--out", str(out), "--store", str(store), *more])


def test_the_deck_of_a_date_is_written(sample_store, tmp_path, capsys):
    out = tmp_path / "调度会.pptx"
    assert export(sample_store, "deck", out) == 0
    assert capsys.readouterr().out.strip() == str(out)
    show = Presentation(out)
    assert len(show.slides) > 5
    assert "2021-09-03" in show.slides[1].notes_slide.notes_text_frame.text
    assert [p.name for p in tmp_path.iterdir()] == ["调度会.pptx"]


def test_the_bulletin_of_one_street_in_english_as_json(sample_store, tmp_path, capsys):
    out = tmp_path / "bulletin.docx"
    assert export(sample_store, "bulletin", out, "--street", "王官庄", "--level", "M18", "--batch", "2020", "--lang", "en", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(out), "as_of": "2021-09-03"}
    assert "Sample data" in Document(out).paragraphs[0].text


def test_decisions_go_out_as_a_sheet_and_as_rows(sample_store, tmp_path):
    assert export(sample_store, "decisions", tmp_path / "a.xlsx") == 0
    assert load_workbook(tmp_path / "a.xlsx").active["A3"].value == "序号"
    assert export(sample_store, "decisions", tmp_path / "a.CSV") == 0
    assert (tmp_path / "a.CSV").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(("what", "name"), [("deck", "a.ppt"), ("bulletin", "a.pptx"), ("decisions", "a"), ("decisions", "a.docx")])
def test_another_suffix_is_refused(sample_store, tmp_path, capsys, what, name):
    assert export(sample_store, what, tmp_path / name) == 2
    assert f"“{name}”" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_refused(sample_store, tmp_path, capsys):
    assert export(sample_store, "deck", tmp_path / "none" / "a.pptx") == 2
    assert str(tmp_path / "none") in capsys.readouterr().err


def test_a_date_street_or_store_that_is_not_there_is_refused(sample_store, tmp_path, capsys):
    for more in (["--as-of", "2019-01-04"], ["--street", "不存在"], ["--batch", "1999"], ["--level", "M99"], ["--as-of", "昨天"]):
        assert export(sample_store, "deck", tmp_path / "a.pptx", *more) == 2
        assert capsys.readouterr().err
    assert export(tmp_path / "no store", "deck", tmp_path / "a.pptx") == 2
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_whole_when_the_new_one_can_not_be_put_there(sample_store, tmp_path, monkeypatch, capsys):
    out = tmp_path / "a.csv"
    out.write_text("old", "utf-8")

    def refuse(_self, _target):
        raise PermissionError(13, "open in another program")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    assert export(sample_store, "decisions", out) == 2
    assert "open in another program" in capsys.readouterr().err
    assert out.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_what_is_exported_is_what_the_meeting_is_made_of(sample_store, tmp_path):
    from renewal.exports.deck import pptx
    from renewal.meeting import build
    from renewal.store import Store

    made = build.deck_for(store=Store(sample_store))
    show = Presentation(io.BytesIO(pptx(replace(made.deck))))
    titles = [p.shapes.title.text_frame.text for p in list(show.slides)[1:]]
    assert [t.partition(" ")[2] for t in titles] == [s.headline for s in made.deck.slides]
