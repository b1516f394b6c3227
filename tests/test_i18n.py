"""Two languages, complete: every message is translated, and no Chinese reaches the screen past the catalogue."""

import ast
import re
import string
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from fontTools.ttLib import TTFont

from renewal import i18n
from tools import make_font, messages

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def test_every_message_of_the_program_is_translated():
    translated = {messages._first(m.id): m for m in messages.catalogue() if m.id}
    used = {messages._first(m.id) for m in messages.extracted() if m.id}
    assert used - set(translated) == set(), "run `make messages` and translate these"
    assert set(translated) - used == set(), "no longer used: run `make messages`"
    assert messages.untranslated(messages.catalogue()) == []


def fields(text):
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def test_translations_keep_the_fields_and_are_english():
    for message in messages.catalogue():
        if not message.id:
            continue
        original = messages._first(message.id)
        for english in [message.string] if isinstance(message.string, str) else message.string:
            assert fields(english) <= fields(original), original
            if isinstance(message.string, str):
                assert fields(english) == fields(original), original
            beyond = CHINESE.sub("", english) if original in QUOTES_CHINESE else english
            assert not CHINESE.search(beyond), f"Chinese in the English of {original!r}"


# English messages that quote words which the reader finds in the file itself.
QUOTES_CHINESE = {
    "应填“是”或“否”",
    "找不到截至日期：表内没有“截至…”，文件名里也没有年月日；请在表内写明，或用 --as-of 指定",
}


def test_two_runs_at_once_each_keep_their_language():
    barrier = Barrier(2)

    def run(lang):
        i18n.set_language(lang)
        seen = set()
        for _ in range(50):
            barrier.wait(10)
            seen.add(i18n.gettext("总览"))
        return seen

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, ("zh", "en"))) == [{"总览"}, {"Overview"}]
    assert i18n.current_language() == "zh"


def test_an_unknown_language_is_an_error():
    with pytest.raises(ValueError, match="zh, en"):
        i18n.set_language("fr")


# ---- no Chinese past the catalogue ----------------------------------------------------------------------------------
MODULES = ("shell", "frame", "acting", "audit_view", "fields", "ui", "parts", "dossier", "sources", "maps")
SCREEN = [
    ROOT / "app.py", *(ROOT / "renewal" / f"{name}.py" for name in MODULES), *sorted((ROOT / "pages").glob("*.py")),
    *sorted((ROOT / "renewal" / "charts").glob("*.py")), *sorted((ROOT / "renewal" / "access").glob("*.py")),
]
TRANSLATES = set(messages.KEYWORDS)


def canonical() -> set[str]:
    """Chinese that is data, not text: the plan's names, and values that figures return."""
    from renewal.plan import load_plan

    plan = load_plan()
    named = [*plan.streets, *plan.categories, *plan.items, *plan.milestones, *plan.units, *plan.modes]
    values = {"公共设施", "专业设施", "逾期", "到期未报", "计划", "目标"}
    return {n.name for n in named} | {getattr(n, "short", n.name) for n in named} | values | {"中文"}


def chinese_literals(path: Path):
    """(line, text) of string literals with Chinese that are neither docstrings nor arguments of a translating call."""
    tree = ast.parse(path.read_text("utf-8"))
    allowed = set()
    for node in ast.walk(tree):
        documented = isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))
        if documented and ast.get_docstring(node):
            allowed.add(id(node.body[0].value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TRANSLATES:
            allowed |= {id(n) for argument in node.args[:1] for n in ast.walk(argument)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in allowed and CHINESE.search(node.value):
            yield node.lineno, node.value


@pytest.mark.parametrize("path", SCREEN, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_chinese_reaches_the_screen_past_the_catalogue(path):
    data = canonical()
    found = [(line, text) for line, text in chinese_literals(path) if text not in data]
    assert found == [], "put these through _()"


def test_the_fonts_have_every_character_of_the_repository():
    for face in ("regular", "bold"):
        has = set(TTFont(ROOT / "static" / f"renewal-sans-{face}.woff2").getBestCmap())
        missing = {c for c in make_font.used_in_repository() | set(make_font.SYMBOLS) if ord(c) not in has}
        assert missing == set(), f"run `make font`: {''.join(sorted(missing))}"
