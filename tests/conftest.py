"""What several tests share: a store with the four weeks of exports, loaded once a session; and what keeps hundreds of small stores cheap."""

import shutil
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


@pytest.fixture(scope="session", autouse=True)
def tables_made_once(tmp_path_factory):
    """The first version of a store begins as a copy of the empty tables and macros, which take longer to make than all that a small store
    then gets. (tests/test_crash.py counts the real steps.)"""
    from renewal.store import build
    from tests.queries.world import emptied

    def write(path: Path, fresh: bool, *given):
        if fresh:
            shutil.copyfile(emptied(), path)
        return real(path, False, *given)

    real = build._write
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "_write", write)
        write.real = real
        yield


@pytest.fixture
def only_stops(request, monkeypatch):
    """Of a publication only the rules of sense that refuse a file are asked: the others, most of them, change nothing of what is loaded, corrected
    and taken back. A test marked all_rules asks all."""
    from renewal.store import quality

    def check(connection, *, publication, **more):
        return real(connection, publication=publication, **({} if publication is None else {"wanted": stops}), **more)

    if request.node.get_closest_marker("all_rules") is None:
        stops, real = [code for code, rule in quality.rules().items() if rule.stops], quality.check
        monkeypatch.setattr(quality, "check", check)


@pytest.fixture
def empty_store(tmp_path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def others(store):
    """What the other streets of a module's own `store` are called: what a street must not meet."""
    from tests import roles

    return roles.Others(store)


@pytest.fixture(scope="module")
def listed(tmp_path_factory) -> Path:
    """An access.toml with somebody in every role."""
    from tests import roles

    path = tmp_path_factory.mktemp("access") / "access.toml"
    path.write_text(roles.access_text(), "utf-8")
    return path
