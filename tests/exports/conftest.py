"""The meeting of example.py as fixtures."""

import pytest

from tests.exports import example


@pytest.fixture
def deck():
    return example.make(*example.slides())


@pytest.fixture
def decisions():
    return example.decisions()
