"""What the tests of a server under load share."""

import argparse

from tools import load


def given(**changed) -> argparse.Namespace:
    """The options of `python -m tools.load`, some of them changed."""
    return argparse.Namespace(**{**vars(load.parser().parse_args([])), **changed})


def sound(found: dict, publications: int) -> None:
    """Everything was published, runs that met it were looked at, and nothing was torn or failed."""
    assert found["publications"] == publications and not found["refused_publications"]
    assert found["met_a_publication"] and found["checked"] >= found["met_a_publication"]
    assert not found["errors"], found["error_kinds"]
    assert not found["torn"], found["torn_runs"]
    assert not found["tracebacks"]
