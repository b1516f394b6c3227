"""A store in which every name that an office can type is something that a browser or a spreadsheet might run."""

import csv
import io
from datetime import date
from pathlib import Path

from renewal.store import Store, load
from renewal.store.decisions import About, Decisions
from renewal.store.views import Views

EXPORTS = Path(__file__).parent / "fixtures" / "exports" / "2020-10-16"
AS_OF = date(2020, 10, 16)
HIT = "window.hit=1"
NAMES = (
    f"<script>{HIT}</script>", f"\"><img src=x onerror=\"{HIT}\">", f"'><svg onload={HIT}>", f"<a href=\"javascript:{HIT}\">x</a>",
    f"javascript:{HIT}", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://evil.example\",\"x\")", "+1+1", "-2+3", "@SUM(1)", "{{7*7}}",
    f"</style><script>{HIT}</script>", f"</textarea><script>{HIT}</script>", "<b>fett</b>", "${7*7}", "<!--", "]]>", f"`${{{HIT}}}`",
)


def name(n: int) -> str:
    """A name that is told from the others by its number."""
    return f"{NAMES[n % len(NAMES)]} {n}"


def _changed(path: Path, columns: tuple[str, ...]) -> str:
    """A file with hostile names in some columns: the same project has the same name."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        number = int(row["项目编号"].rsplit("-", 1)[-1])
        writer.writerow({**row, **{c: name(number) for c in columns}})
    return out.getvalue()


def store(folder: Path) -> Store:
    """Loads register, works and problems, records a decision and keeps a view, all with hostile names."""
    files = folder / "files"
    files.mkdir()
    (files / "<img src=x onerror=window.hit=1>项目库_20201016.csv").write_text(
        _changed(EXPORTS / "项目库_20201016.csv", ("小区名称", "所属社区")), "utf-8")
    (files / "进度台账_20201016.csv").write_text(
        _changed(EXPORTS / "进度台账_20201016.csv", ("小区名称", "责任单位", "滞后原因", "备注")), "utf-8")
    problems = "项目编号,所属街道,问题编号,问题描述,责任单位,提出日期,办结期限,销号日期,备注\n"
    with io.StringIO() as out:
        writer = csv.writer(out, lineterminator="\n")
        with (files / next(p.name for p in files.iterdir() if "项目库" in p.name)).open(encoding="utf-8") as register:
            for n, row in zip(range(len(NAMES)), csv.DictReader(register), strict=False):
                writer.writerow([row["项目编号"], row["所属街道"], name(n), name(n), name(n), "2020-09-01", "2020-09-20", "", name(n)])
        (files / "问题台账_20201016.csv").write_text(problems + out.getvalue(), "utf-8")
    made = Store(folder / "store")
    report = load([files], store=made, sample=True)
    assert report.exit_code == 0, report
    for n, said in enumerate(NAMES):
        Decisions(made.office).add(as_of=AS_OF, about=About("district", "", "", ""), what=f"{said} {n}", unit=said, due=date(2020, 11, 1), by=said)
        Views(made.office).save(f"{said} {n}"[:40], "table=projects", by=said)
    return made
