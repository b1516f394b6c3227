"""Spoils workbooks and CSVs at random and reads each: `make fuzz`. A file may be refused with a sentence or be read; an
exception, a dead process, or more than five seconds is a crash.

    python -m tools.fuzz [--seconds 60] [--seed 0] [--case N]

A case depends on seed and number alone, so `--case` runs one again. Files that crash are kept in build/fuzz.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import random
import re
import sys
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (ROOT / "tests" / "fixtures" / "bad", ROOT / "tests" / "fixtures" / "exports")
KEPT = ROOT / "build" / "fuzz"
SLOW, STUCK = 5.0, 60.0  # seconds: a crash; a process that is ended
WORKERS = 2
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".csv", ".tsv", ".txt", ".zip")
NASTY = (
    "", " ", "0", "-0", "-1", "1e999", "nan", "Infinity", "9" * 400, "1." * 300, "2020-06-31", "2020年13月", "0000-00-00", "9999-12-31",
    "2020.1", "12月底", "99月99日", "二〇二〇年" * 40, "十" * 300, "一" * 3000, "1," * 2000, "约", "约约1户", "½", "①②③", "٣", "#REF!",
    "=1+1", "TRUE", "\u202e\u200b\ufeff", "\U0001f3da", "\ud7a3" * 50, "截至", "截至2020年7月3日" * 30, "合计", "小计", "一、", "(" * 500,
    "{milestone}", "%", "%%", "35%%", "/", "//", "≤2020-06-30", "2020-06-01/2020-06-30", "A" * 40_000, "项目编号", "户数(户)(户)",
    "户数(" * 50, "'", '"', "\t", "a\nb", "P01", "七贤街道", "供水", "开工",
)
NUMBERS = (b"0", b"-1", b"1", b"255", b"65536", b"16384", b"1048576", b"2147483647", b"4294967295", b"4294967296", b"99999999999999999999",
           b"1e308", b"NaN", b"")


# ---- spoiling --------------------------------------------------------------------------------------------------------

def flip(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _time in range(rng.randint(1, 24) if out else 0):
        out[rng.randrange(len(out))] = rng.choice((rng.randrange(256), rng.choice(b"0123456789<>\"'/= ")))
    return bytes(out)


def cut(data: bytes, rng: random.Random) -> bytes:
    a, b = sorted(rng.randint(0, len(data)) for _end in range(2))
    return rng.choice((data[:a], data[b:], data[:a] + data[b:]))


def stuff(data: bytes, rng: random.Random) -> bytes:
    """A block twice, in another place, zeroed, or of noise."""
    at, size = rng.randint(0, len(data)), rng.choice((1, 2, 4, 16, 200, 4000))
    block = data[at : at + size]
    where = rng.randint(0, len(data))
    new = rng.choice((block, block * 3, bytes(len(block)), rng.randbytes(size)))
    return data[:where] + new + data[where + rng.choice((0, len(new))) :]


def number(data: bytes, rng: random.Random) -> bytes:
    """Four or two bytes become a number that is a limit of something."""
    if len(data) < 8:
        return data
    at, size = rng.randrange(len(data) - 4), rng.choice((2, 4))
    value = rng.choice((0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)) & (1 << 8 * size) - 1
    return data[:at] + value.to_bytes(size, "little") + data[at + size :]


def lines(data: bytes, rng: random.Random) -> bytes:
    """Cells of a text become nasty strings; lines go, come twice or change places."""
    rows = [line.split(b",") for line in data.split(b"\n")]
    for _time in range(rng.randint(1, 8)):
        row = rng.choice(rows)
        row[rng.randrange(len(row))] = rng.choice(NASTY).encode("utf-8", "replace")
    if rng.random() < 0.3:
        rng.shuffle(rows)
    if rng.random() < 0.3:
        rows.insert(rng.randint(0, len(rows)), rng.choice(rows))
    return rng.choice((b"\n", b"\r\n", b"\n", b"\r")).join(rng.choice((b",", b",", b",", b"\t", b";")).join(row) for row in rows)


def xml(content: bytes, rng: random.Random) -> bytes:
    """A tag goes, comes twice or is nested deeply; a value in quotes, or between tags, becomes nasty."""
    what = rng.choice((0, 1, 2, 3, 3, 3, 4, 5, 6, 6, 6, 6, 7, 7, 7))
    if what == 0:
        return flip(content, rng)
    tags = list(re.finditer(rb"<[^<>]+>", content))
    if not tags:
        return cut(content, rng)
    tag = rng.choice(tags)
    if what == 1:
        return content[: tag.start()] + content[tag.end() :]
    if what == 2:
        return content[: tag.end()] + tag[0] * rng.choice((1, 2, 50, 5000)) + content[tag.end() :]
    if what == 3:
        values = list(re.finditer(rb'="([^"]*)"', content))
        places = (b"XFD1048576", b"A0", b"A1:XFD1048576", b"../../x", b"rId999", b"rId2", b"e", b"str", b"s", b"b", b"d", b"inlineStr")
        if values:
            value = rng.choice(values)
            nasty = rng.choice((*NUMBERS, *(n.encode("utf-8", "replace") for n in NASTY), *places))
            return content[: value.start(1)] + nasty.replace(b'"', b"").replace(b"<", b"") + content[value.end(1) :]
    if what == 4:
        other = rng.choice(tags)
        a, b = sorted((tag, other), key=lambda t: t.start())
        return content[: a.start()] + content[b.start() : b.end()] + content[a.end() : b.start()] + a[0] + content[b.end() :]
    if what == 5:
        entity = b'<!DOCTYPE a [<!ENTITY b "c">]>'
        extra = rng.choice((entity, b"<![CDATA[x]]>", b"<!-- -->", b"<?x?>", b"&a;", b"&#0;", b"&#x110000;", b"\0", b"]]>"))
        return content[: tag.start()] + extra + content[tag.start() :]
    if what == 7:
        whole = list(re.finditer(rb"<(\w+)\b[^<>]*(?:/>|>[^<>]*</\1>)|<row\b.*?</row>|<c\b.*?</c>", content))
        if whole:
            a, b = sorted((rng.choice(whole), rng.choice(whole)), key=lambda e: e.start())
            return content[: a.start()] + rng.choice((b"", a[0] * 2, b[0])) + content[a.end() :]
    texts = list(re.finditer(rb">([^<>]+)<", content))
    for text in sorted(rng.sample(texts, min(len(texts), rng.randint(1, 6))), key=lambda t: -t.start()):
        nasty = rng.choice((*NUMBERS, *(n.encode("utf-8", "replace") for n in NASTY))).replace(b"&", b"").replace(b"<", b"")
        content = content[: text.start(1)] + nasty + content[text.end(1) :]
    return content


def package(data: bytes, rng: random.Random) -> bytes:
    """The parts of a ZIP: spoilt, gone, twice, exchanged, renamed, in another order."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            parts = [[e.filename, old.read(e)] for e in old.infolist()]
    except Exception:
        return flip(data, rng)
    if not parts:
        return data
    part = rng.choice(parts)
    what = rng.randrange(16)
    if what > 8:
        part = rng.choice([p for p in parts if "/worksheets/" in p[0] or p[0].endswith(("sharedStrings.xml", "content.xml"))] or parts)
    if what < 4 or what > 8:
        spoil = xml if part[0].endswith((".xml", ".rels")) else rng.choice((flip, cut, stuff, number))
        part[1] = spoil(part[1], rng)
    elif what == 5:
        parts.remove(part)
    elif what == 6:
        parts.append(list(part))
    elif what == 7:
        other = rng.choice(parts)
        part[1], other[1] = other[1], part[1]
    elif what == 8:
        part[0] = rng.choice((part[0].upper(), part[0].replace("/", "\\"), "../" + part[0], "a" * 3000, "", "名称.xml", "xl/vbaProject.bin"))
    rng.shuffle(parts)
    out = io.BytesIO()
    method = rng.choice((*[zipfile.ZIP_DEFLATED] * 20, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2))
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as new:
        warnings.simplefilter("ignore")
        for name, content in parts:
            new.writestr(name or "x", content)
    return out.getvalue()


def spoilt(sources: list[Path], rng: random.Random) -> tuple[str, bytes, str]:
    """(name, bytes, how it was made)."""
    source = rng.choice(sources)
    data, name, steps = source.read_bytes(), source.name, []
    for _time in range(rng.choice((1, 1, 1, 2, 3))):
        ways: list[Callable] = [flip, cut, stuff, number]
        if data.startswith(b"PK"):
            ways += [package] * 30
        elif source.suffix in (".csv", ".tsv"):
            ways += [lines] * 8
        elif source.suffix in (".xls", ".et"):
            ways += [number] * 4
        way = rng.choice(ways)
        data = way(data, rng)
        steps.append(way.__name__)
    if rng.random() < 0.08:
        name = Path(name).stem + rng.choice(SUFFIXES)
        steps.append("suffix")
    return name, data, f"{source.name}: {', '.join(steps)}"


# ---- reading ---------------------------------------------------------------------------------------------------------

def outcome(name: str, data: bytes) -> str:
    """What became of a file; raises where the intake does anything but refuse."""
    from renewal.intake import containers
    from renewal.intake.limits import load_limits
    from renewal.intake.problems import Refusal
    from renewal.intake.read import SUFFIXES as READABLE
    from renewal.intake.read import read

    found = []
    try:
        if name.endswith(".zip") and containers.kind_of(name, data) == "zip":
            inside, problems = containers.members(name, data, load_limits(), READABLE - {".zip"})
            found += [f"refused: {p.code}" for p in problems if p.severity == "stop"]
        else:
            inside = [(name, data)]
    except Refusal as refusal:
        return f"refused: {refusal.problems[0].code}"
    for inner, content in inside:
        try:
            found.append(_understood(inner, read(inner, content)))
        except Refusal as refusal:
            for problem in refusal.problems:
                problem.line()
            found.append(f"refused: {refusal.problems[-1].code}")
    return max(found, key=("rows, all good", "rows, some wrong").count, default="an empty archive")


def _understood(name: str, book) -> str:
    from renewal.intake.extract import read_sheet
    from renewal.intake.layouts import load_layouts
    from renewal.plan import load_plan

    found = "no header"
    for grid in book.grids:
        sheet = read_sheet(grid, load_plan(), load_layouts(), name, None)
        if sheet is None:
            continue
        for problem in sheet.problems:
            problem.line()
        if sheet.rows_read != sheet.good + len(sheet.rejected) + sum(sheet.skipped.values()):
            raise AssertionError(f"rows: {sheet.rows_read} read, {sheet.good} good, {len(sheet.rejected)} rejected, {sheet.skipped}")
        lengths = {len(column) for column in sheet.data.values()}
        if len(lengths) > 1:
            raise AssertionError(f"columns of {lengths} rows")
        stops = any(p.severity == "stop" for p in sheet.problems)
        found = "rows, some wrong" if stops or found == "rows, some wrong" else "rows, all good"
    return found


def case(seed: int, n: int, sources: list[Path]) -> tuple[str, str, bytes, str, float]:
    """(outcome, name, bytes, how it was made, seconds); an outcome that begins with CRASHED says how."""
    name, data, how = spoilt(sources, random.Random(f"{seed}/{n}"))
    began = time.monotonic()
    try:
        found = outcome(name, data)
    except BaseException as error:  # a panic of the Rust side is no Exception
        found = f"CRASHED: {type(error).__name__}: {error}\n{''.join(traceback.format_tb(error.__traceback__)[-3:])}"
    took = time.monotonic() - began
    if took > SLOW and not found.startswith("CRASHED"):
        found = f"CRASHED: {took:.1f} s for {found}"
    return found, name, data, how, took


def work(pipe: Connection, seed: int, sources: list[Path]) -> None:
    while (n := pipe.recv()) is not None:
        pipe.send(case(seed, n, sources))


# ---- many at once ----------------------------------------------------------------------------------------------------

def run(seed: int, seconds: float, sources: list[Path]) -> Iterator[tuple[int, str, str, bytes, str, float]]:
    """Cases one after the other until the time is over, in processes that may die."""
    until, n = time.monotonic() + seconds, 0
    busy: dict[Connection, tuple[multiprocessing.Process, int, float]] = {}

    def start() -> None:
        here, there = multiprocessing.Pipe()
        process = multiprocessing.Process(target=work, args=(there, seed, sources), daemon=False)
        process.start()
        there.close()
        give(here, process)

    def give(pipe: Connection, process: multiprocessing.Process) -> None:
        nonlocal n
        if time.monotonic() < until:
            pipe.send(n)
            busy[pipe] = (process, n, time.monotonic())
            n += 1
        else:
            pipe.send(None)
            process.join()

    for _worker in range(WORKERS):
        start()
    while busy:
        for pipe in wait(list(busy), timeout=1):
            process, number, _began = busy.pop(pipe)
            try:
                yield number, *pipe.recv()
            except EOFError:
                process.join()
                yield number, f"CRASHED: the process ended ({process.exitcode})", *spoilt(sources, random.Random(f"{seed}/{number}")), 0
                start()
                continue
            give(pipe, process)
        for pipe, (process, number, began) in list(busy.items()):
            if time.monotonic() - began > STUCK:
                process.kill()
                del busy[pipe]
                yield number, f"CRASHED: stuck for {STUCK:.0f} s", *spoilt(sources, random.Random(f"{seed}/{number}")), STUCK
                start()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", type=int)
    given = parser.parse_args(arguments)
    sources = sorted(p for folder in SOURCES for p in folder.rglob("*")
                     if p.suffix in SUFFIXES and p.name != "expected.csv" and 0 < p.stat().st_size < 120_000)
    if given.case is not None:
        found, name, _data, how, took = case(given.seed, given.case, sources)
        print(f"{name} ({how}, {took:.2f} s): {found}")
        return int(found.startswith("CRASHED"))
    counted, crashes, slowest = Counter(), 0, (0.0, "")
    for n, found, name, data, how, took in run(given.seed, given.seconds, sources):
        counted[found.split("\n")[0] if found.startswith("CRASHED") else found] += 1
        slowest = max(slowest, (took, f"case {n}, {how}"))
        if found.startswith("CRASHED"):
            crashes += 1
            KEPT.mkdir(parents=True, exist_ok=True)
            (KEPT / f"{given.seed}-{n}-{name}"[-200:]).write_bytes(data)
            print(f"case {n} ({how}): {found}", file=sys.stderr)
    print(f"{'files':<40}{counted.total():>7}")
    for what, count in sorted(counted.items()):
        print(f"{what[:38]:<40}{count:>7}")
    print(f"slowest: {slowest[0]:.1f} s ({slowest[1]})")
    return int(crashes > 0)


if __name__ == "__main__":
    sys.exit(main())
