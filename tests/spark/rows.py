"""Two answers to one question, compared."""

from decimal import Decimal
from itertools import islice

import pandas as pd
import pyarrow as pa

EXACT = 1e-9
SHOWN = 5


def differences(ours: pa.Table | pd.DataFrame, theirs: pa.Table | pd.DataFrame, ordered: bool = False) -> list[str]:
    """What differs, the first of it; nothing for the same rows. Lists are compared as sets (their order is nowhere said)."""
    names = list(ours.columns if isinstance(ours, pd.DataFrame) else ours.column_names)
    one, other = _rows(ours, names), _rows(theirs, names)
    if len(one) != len(other):
        return [f"{len(one)} rows against {len(other)}"]
    if not ordered:
        one, other = sorted(one, key=_key), sorted(other, key=_key)
    wrong = (
        f"row {n}: {', '.join(f'{c} {a!r} against {b!r}' for c, a, b in zip(names, x, y, strict=True) if not _same(a, b))}"
        for n, (x, y) in enumerate(zip(one, other, strict=True)) if not all(map(_same, x, y))
    )
    return list(islice(wrong, SHOWN))


def _rows(table: pa.Table | pd.DataFrame, names: list[str]) -> list[tuple]:
    if isinstance(table, pd.DataFrame):
        table = pa.Table.from_pandas(table, preserve_index=False)
    there = {name.lower(): name for name in table.column_names}
    assert {n.lower() for n in names} <= set(there), sorted(set(map(str.lower, names)) - set(there))
    columns = [map(_plain, table.column(there[name.lower()]).to_pylist()) for name in names]
    return list(zip(*columns, strict=True))


def _plain(value):
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return tuple(sorted(map(_plain, value), key=_key))
    if isinstance(value, dict):
        return tuple((k, _plain(v)) for k, v in value.items())
    return None if isinstance(value, float) and value != value else value


def _key(value) -> str:
    """By which rows are brought into one order: numbers only as far as both engines agree on them."""
    if isinstance(value, tuple):
        return "|".join(map(_key, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _same(a, b) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    numbers = isinstance(a, int | float) and isinstance(b, int | float) and not isinstance(a, bool) and not isinstance(b, bool)
    return abs(a - b) <= EXACT * max(1, abs(a), abs(b)) if numbers else a == b
