"""Pages without a browser: Streamlit's own test run of the whole frame."""

import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def asked(stem: str, query: dict[str, str], seconds: int) -> AppTest:
    """A page by its file's stem and URL parameters, not yet run."""
    app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=seconds)
    app.switch_page(str(ROOT / "pages" / f"{stem}.py"))
    for name, value in query.items():
        app.query_params[name] = value
    return app


@pytest.fixture
def opened(sample_store, monkeypatch):
    """Opens a page by its file's stem with URL parameters; gives the run."""
    def open_page(stem: str, *, store: Path = sample_store, **query: str) -> AppTest:
        monkeypatch.setenv("RENEWAL_STORE", str(store))
        return asked(stem, query, 60).run()
    return open_page


def html(app: AppTest) -> str:
    """What a page itself says: the definitions behind 口径 say what words mean."""
    return "\n".join(e.proto.body for e in app.get("html") if not e.proto.body.startswith("<div class='definition'>"))


def finding(app) -> tuple[str, str, str]:
    """Sign, sentence and what stands behind it."""
    assert not app.exception and not app.error
    found = re.findall(r"<h1[^>]*><i[^>]*>(.*?)</i>(.*?)</h1><p>(.*?)</p>", html(app))
    assert len(found) == 1
    return tuple(unescape(t) for t in found[0])


def lines(app, *words: str) -> list[list[str]]:
    """The texts of the cells of every table row that has all the words."""
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", r) for r in re.findall(r"<tr>(?!<th).*?</tr>", html(app))]  # a card's lines begin with a th
    found = [[unescape(re.sub(r"<[^>]+>", "", c)).strip() for c in r] for r in cells]
    return [r for r in found if all(any(w in c for c in r) for w in words)]
