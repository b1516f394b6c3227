"""What SQL can not do: resampling, survival curves. A figure whose header names a function of this package is its SQL's rows as that function
makes them; there is no other way in, so that such a figure is asked, kept, described and tested like all others.

A function takes the rows of the SQL and what was asked (as_of, known_at, batch, level, scope, the figure's own parameters) and gives
the figure's columns, in any order. It draws random numbers from a seed of its own: the same rows give the same figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import pandas as pd


def run(name: str, rows: pd.DataFrame, given: Mapping[str, Any], columns: Sequence[str]) -> pd.DataFrame:
    """The figure that `name` ('module.function') makes of the rows, its columns in order. Modules load when they are first asked for: the
    libraries of statistics take a second, and most pages need none of them."""
    module, function = name.split(".")
    return getattr(import_module(f"{__name__}.{module}"), function)(rows, given)[list(columns)]
