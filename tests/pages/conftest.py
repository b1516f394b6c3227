"""Pages without a browser: Streamlit's own test run of the whole frame."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def opened(sample_store, monkeypatch):
    """Opens a page by its file's stem with URL parameters; gives the run."""
    def open_page(stem: str, *, store: Path = sample_store, **query: str) -> AppTest:
        monkeypatch.setenv("RENEWAL_STORE", str(store))
        app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=60)
        app.switch_page(str(ROOT / "pages" / f"{stem}.py"))
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()
    return open_page


def html(app: AppTest) -> str:
    return "\n".join(e.proto.body for e in app.get("html"))
