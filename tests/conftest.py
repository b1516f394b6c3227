"""What several tests share: a store with the four weeks of exports, loaded once a session."""

from pathlib import Path

import pytest

EXPORTS = Path(__file__).parent / "fixtures" / "exports"


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory) -> Path:
    """A store, marked as sample, into which the four weeks were loaded. Only for reading."""
    from renewal.store import Store, load

    folder = tmp_path_factory.mktemp("four-weeks")
    for week in sorted(p for p in EXPORTS.iterdir() if p.is_dir()):
        assert load([week], store=Store(folder), sample=True).exit_code == 0
    return folder


@pytest.fixture
def empty_store(tmp_path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder
