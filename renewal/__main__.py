"""Commands: python -m renewal load | snapshots | figure | plan | new-plan | check-plan | quality | publications | withdraw | verify | rebuild |
backup | restore | replicate | export | rollup | patch | sample | access | account | audit | slow | serve.

Exit codes: 0 done; 2 refused, nothing changed; 3 (load --good-only) published, though some files were refused.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from datetime import date
from pathlib import Path

from . import __version__, settings
from .explained import Explained
from .headers import STANDARD
from .i18n import current_language, set_language
from .i18n import gettext as _
from .i18n import ngettext as n_
from .intake.layouts import load_layouts
from .intake.problems import Refusal
from .intake.values import iso_day
from .plan import LISTS, PlanError, load_plan
from .store import LoadReport, Store, StoreError, load, quality, rebuild, verify, withdraw
from .store.audit import Audit
from .store.trace import note_rules


def main(arguments: list[str] | None = None) -> int:
    _print_in_utf8()
    # A command that draws figures has no server; Streamlit would tell everybody so on standard error.
    logging.getLogger("streamlit.runtime.caching.cache_data_api").disabled = True
    options = _parser().parse_args(arguments)
    set_language(options.lang)
    try:
        return options.run(options)
    except Explained as error:
        print(error, file=sys.stderr)
    except Refusal as refusal:
        for problem in refusal.problems:
            print(problem.line(), file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except PermissionError as error:
        message = _("没有权限读写 {path}：以管理这个文件的用户运行（装成服务的用 sudo），或先把文件复制到大家可读的文件夹")
        print(message.format(path=error.filename or ""), file=sys.stderr)
    except KeyboardInterrupt:
        print(_("已中断，原有数据未变"), file=sys.stderr)
    return 2


def _print_in_utf8() -> None:
    """Windows consoles may be set to another code page; a street's name must not end a load."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=settings.typed(settings.COMMAND), description="老旧小区改造进度 / Renovation progress")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of messages (default zh)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, text: str, store: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        if store:
            sub.add_argument("--store", type=Path, help="store folder (default: RENEWAL_STORE or data/store)")
        sub.add_argument("--json", action="store_true", help="print JSON")
        return sub

    sub = command("load", _load, "load exported files and folders as dated snapshots, all in one publication")
    sub.add_argument("paths", nargs="+", type=Path, metavar="FILE|DIR")
    sub.add_argument("--as-of", help="as-of date for files that name none themselves (YYYY-MM-DD)")
    sub.add_argument("--good-only", action="store_true", help="publish the good files although others are refused (exit code 3)")

    sub = command("snapshots", _snapshots, "list the snapshots of the store")
    sub.add_argument("--as-of", help="only those up to this date")

    sub = command("figure", _figure, "print a figure (without NAME: list the figures)")
    sub.add_argument("name", nargs="?", metavar="NAME")
    sub.add_argument("--as-of", help="date of the state (default: the newest snapshot's)")
    sub.add_argument("--known-at", help="as known on this day (default: everything known)")
    sub.add_argument("--batch", type=int, help="plan year (default: the plan's)")
    sub.add_argument("--level", help="completion level: 完工, 竣工验收, 综合验收 or its code (default: the plan's)")
    sub.add_argument("--street", action="append", help="only this street (may be repeated)")
    sub.add_argument("--since", help="earlier date of a figure that compares two (default: the round before)")
    sub.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the figure's own")
    sub.add_argument("--csv", action="store_true", help="print CSV")

    sub = command("plan", _plan, "print what the plan says: how many of everything, or one list of it", store=False)
    sub.add_argument("what", nargs="?", metavar="LIST", help=f"one of {', '.join(LISTS)}")

    sub = command("new-plan", _new_plan, "start the plan of another district: a folder to be filled in", store=False)
    sub.add_argument("folder", type=Path, metavar="DIR", help="folder that is not there yet, or empty")
    sub = command("check-plan", _check_plan, "say all that is missing or wrong in a plan and what belongs to it; exit code 2 if it can not be used")
    sub.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="folder of the plan (default: RENEWAL_PLAN or the one in data/plan)")

    sub = command("quality", _quality, "list what the rules of sense find among the rows in force")
    sub.add_argument("--as-of", help="date of the state (default: the newest snapshot's)")

    command("publications", _publications, "list every publication: loads, corrections, withdrawals")
    sub = command("withdraw", _withdraw, "take a publication back, by a new version; what was said before stays answerable")
    sub.add_argument("publication", type=int, metavar="N")
    sub.add_argument("--reason", required=True, help="why; kept in the journal")

    command("verify", _verify, "check archive, journal, pointer and version against one another")
    sub = command("rebuild", _rebuild, "make the current version anew from archive and journal")
    sub.add_argument("--accept", action="store_true", help="publish although rows differ from what was published")

    sub = command("backup", _backup, "write everything the data can be made again from into one dated file")
    sub.add_argument("folder", type=Path, metavar="DIR", help="folder that is there, best on another disk")
    sub.add_argument("--keep", type=int, metavar="N", help="remove all but the newest N backups from it (default: none)")
    sub.add_argument("--with-access", action="store_true", help="also access.toml, accounts and secrets: keep such a file safe")
    sub = command("restore", _restore, "make the data again from a backup, in a store that is empty, and check them")
    sub.add_argument("file", type=Path, metavar="FILE")
    sub.add_argument("--accept", action="store_true", help="restore although rows differ from what was published")

    sub = command("replicate", _replicate, "copy the store for a server that only shows, or bring such a copy up to date")
    sub.add_argument("--to", type=Path, required=True, metavar="DIR", help="a copy, or an empty folder")
    sub.add_argument("--every", type=float, metavar="SECONDS", help="go on until interrupted, once in so many seconds")

    sub = command("decisions", _decisions, "decisions of the meetings: write one down, close it, put it off, list them")
    sub.add_argument("action", choices=("list", "add", "close", "carry", "void"))
    sub.add_argument("number", nargs="?", type=int, help="number of the decision (close, carry, void)")
    sub.add_argument("--about", default="", help="number of the community, or street (add; default: the district)")
    sub.add_argument("--what", default="", help="what is decided (add)")
    sub.add_argument("--unit", default="", help="responsible unit (add)")
    sub.add_argument("--due", help="until when (add, carry)")
    sub.add_argument("--reason", default="", help="how it was settled, or why not (close, carry, void)")
    sub.add_argument("--as-of", help="date of the meeting's data (default: the newest snapshot's)")

    sub = command("export", _export, "write a table (--list names them), a street's form, or what is taken away from a meeting, to a file")
    sub.add_argument("what", nargs="?", metavar="TABLE", help="name of a table, forms, unit_form, deck or bulletin")
    sub.add_argument("--list", action="store_true", help="list what there is")
    sub.add_argument("--parquet", type=Path, metavar="DIR", help="write the store's rows instead, for another engine (see rollup)")
    sub.add_argument("--out", type=Path, metavar="FILE", help="file to write, in a folder that exists")
    sub.add_argument("--format", help="of a table: xlsx (as the office prints it), data (plain rows), csv, gb18030, sheets or zip (by street)")
    sub.add_argument("--as-of", help="date of the data (default: the newest snapshot's); of forms: the coming date they are for")
    sub.add_argument("--batch", type=int, help="plan year (default: the plan's)")
    sub.add_argument("--level", help="completion level: 完工, 竣工验收, 综合验收 or its code (default: the plan's)")
    sub.add_argument("--street", action="append", help="only this street (of a table may be repeated)")
    sub.add_argument("--unit", default="", help="the unit or street of a unit_form")
    sub.add_argument("--category", help="only communities with works of this category")
    sub.add_argument("--since", help="earlier date of a table that compares two (default: the round before)")
    sub.add_argument("--only", choices=("late", "unreported"), help="only rows that are late, or not reported")
    sub.add_argument("--find", default="", metavar="TEXT", help="only rows with this text")
    sub.add_argument("--where", default="", help="filters of columns as in the page's address: unit=区水务局;days_late=10..")
    sub.add_argument("--columns", default="", metavar="A,B", help="columns in order (default: the table's usual ones)")
    sub.add_argument("--sort", default="", metavar="A,-B", help="columns to sort by, - the greatest first (write --sort=-days_late)")
    sub.add_argument("--group", default="", metavar="A", help="column to group and sum by")
    sub.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help="language of the file (default zh)")

    sub = command("rollup", _rollup, "work the newest rounds out of a Parquet export, on Spark or here, and publish them as a store of their own")
    sub.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="DIR", help="what export --parquet wrote; with Spark under this path everywhere"
    )
    sub.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="this machine (default), or a Spark cluster")
    sub.add_argument("--master", metavar="URL", help="of Spark: spark://HOST:7077, or local[*] for all of this machine")
    sub.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of Spark, such as spark.executor.memory=8g")
    sub.add_argument("--as-of", help="the newest round up to this date (default: of all)")

    sub = command("patch", _patch, "load an exported table that was edited: the changed cells become corrections")
    sub.add_argument("file", type=Path, metavar="FILE")
    sub.add_argument("--reason", default="", help="why the cells are changed (needed to load them)")
    sub.add_argument("--check", action="store_true", help="list what was changed and load nothing")

    sub = command("sample", _sample, "write a made-up office's exports and load them into the sample's own store", store=False)
    sub.add_argument("--exports", type=Path, default=settings.SAMPLE_EXPORTS, help="folder for the files")
    sub.add_argument("--store", type=Path, default=settings.SAMPLE_STORE, help="the sample's store")
    sub.add_argument("--weeks", type=int, default=85, help="number of weekly reports (default 85)")
    sub.add_argument("--keep", action="store_true", help="do nothing where the sample store already fits this program")

    command("access", _access, "check access.toml and print who may see and do what", store=False)
    sub = command("account", _account, "named accounts: set a first password, list, remove, unlock")
    sub.add_argument("action", choices=("set", "list", "remove", "unlock"))
    sub.add_argument("name", nargs="?", metavar="NAME", help="as in access.toml")
    sub = command("audit", _audit, "print the newest entries of the audit, and check that none was changed")
    sub.add_argument("--most", type=int, default=50, metavar="N", help="so many entries (default 50)")
    sub.add_argument("--action", help="only this action, such as signed_in or exported")
    sub.add_argument("--who", help="only this person")

    sub = command("slow", _slow, "say which figures took longer than a store of this size allows, from the server's log", store=False)
    sub.add_argument("--log", type=Path, required=True, metavar="FILE", help="as in serve --log, with its older files; - reads standard input")

    sub = command("serve", _serve, "open the dashboard")
    sub.add_argument("--sample", action="store_true", help="show the sample's store")
    sub.add_argument("--host", default="127.0.0.1", help="loopback address (others need configured access)")
    sub.add_argument("--port", type=int, default=8501)
    sub.add_argument("--open", action="store_true", help="open a browser window")
    sub.add_argument("--log", type=Path, metavar="FILE", help="keep the server's log in a file, which is renamed when it is large (default: stderr)")
    return parser


def _print_json(value) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def _progress(done: int, every: int, file: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{_('读取')} {done}/{every}  {file}", end="\n" if done == every else "", file=sys.stderr, flush=True)
    elif done % 50 == 0 or done == every:
        print(f"{_('读取')} {done}/{every}", file=sys.stderr, flush=True)


def _load(options) -> int:
    as_of = iso_day(options.as_of, "--as-of") if options.as_of else None
    report = load(options.paths, store=Store(options.store), as_of=as_of, good_only=options.good_only, progress=_progress)
    note_rules(Store(options.store))
    _print_json({"publication": report.publication, "version": report.version, "exit_code": report.exit_code,
                 "files": [f.as_dict() for f in report.files]}) if options.json else _print_load(report, options.good_only)
    return report.exit_code


def _print_load(report: LoadReport, good_only: bool = False) -> None:
    from .desk import condensed

    kinds = load_layouts().kinds
    outcomes = {"loaded": _("已载入"), "refused": _("拒收"), "known": _("早已载入"), "passed": _("略过"), "held": _("暂缓")}
    for file in report.files:
        kind = "、".join(kinds[k].label(current_language()) for k in file.kinds)
        counts = _("读 {read} 行 = 载入 {loaded} + 拒收 {rejected} + 暂缓 {held} + 略过 {skipped}").format(
            read=file.rows_read, loaded=file.rows_loaded, rejected=file.rejected, held=file.held, skipped=sum(file.skipped.values())
        )
        days = "、".join(map(str, file.as_of))
        coverage = _("{n} 个街道").format(n=len(file.coverage)) if file.coverage else ""
        print("  ".join(part for part in (outcomes[file.outcome], file.file, kind, days, coverage, counts) if part))
        for problem in condensed(file.problems):
            print(f"    {problem.line()}")
    refused, loaded = len(report.refused), sum(f.outcome == "loaded" for f in report.files)
    if report.publication is not None:
        print(_("已发布第 {n} 次：{files} 份文件，{rows} 行").format(
            n=report.publication, files=loaded, rows=sum(f.rows_loaded for f in report.files)
        ))
        if refused:
            print(_("{n} 份文件被拒收，没有载入").format(n=refused))
    elif refused and good_only:
        print(_("{n} 份文件被拒收，其余没有新内容，数据未变").format(n=refused))
    elif refused:
        print(_("{n} 份文件被拒收，全部未载入，原有数据未变；改正后重试，或用 --good-only 先载入其余文件").format(n=refused))
    else:
        print(_("没有新内容，数据未变"))


def _run_figure(store: Store, name: str, options, **own):
    from . import figures

    plan = load_plan()
    as_of = getattr(options, "as_of", None)
    known = getattr(options, "known_at", None)
    streets = getattr(options, "street", None)
    scope = [s.name for s in plan.streets]
    if streets:
        found = {s: plan.street(s) for s in streets}
        if unknown := [s for s, street in found.items() if street is None]:
            near = "、".join(plan.nearest("street", unknown[0]))
            raise figures.FigureError(_("不认识的街道“{name}”，最接近的有：{near}").format(name=unknown[0], near=near))
        scope = [street.name for street in found.values()]
    batch = getattr(options, "batch", None)
    frame = figures.run(
        name, store=store, scope=scope,
        as_of=(day := iso_day(as_of, "--as-of") if as_of else store.newest()),
        known_at=(known_day := iso_day(known, "--known-at") if known else None),
        batch=plan.default_batch if batch is None else batch,
        level=getattr(options, "level", None) or plan.default_level, **own,
    )
    if name != "batches" and (batch is not None or as_of):
        _say_what_is_not_there(figures.run(
            "batches", store=store, scope=scope, as_of=day, known_at=known_day, batch=0, level=plan.default_level
        )["batch"].tolist(), day, batch)
    return frame


def _say_what_is_not_there(batches: list[int], day: date, batch: int | None) -> None:
    """Zeros and empty tables of a day or batch without projects are answers, but rarely those that were looked for."""
    if not batches:
        print(_("截至 {day} 还没有任何项目库，下面的数都是空的").format(day=day), file=sys.stderr)
    elif batch is not None and batch not in batches:
        known = "、".join(map(str, batches))
        print(_("截至 {day} 没有 {batch} 批次的项目，有的批次：{known}").format(day=day, batch=batch, known=known), file=sys.stderr)


def _print_frame(frame, as_json: bool, as_csv: bool = False) -> None:
    import pandas as pd

    days = frame.select_dtypes(include=["datetime", "datetimetz"]).columns
    for column in days:  # plain dates where there is no time of day
        known = frame[column].dropna()
        if (known == known.dt.normalize()).all():
            frame[column] = frame[column].dt.strftime("%Y-%m-%d").where(frame[column].notna(), None)
    if as_json:
        _print_json(json.loads(frame.to_json(orient="records", date_format="iso", force_ascii=False)))
    elif as_csv:
        print(frame.to_csv(index=False, lineterminator="\n"), end="")
    else:
        with pd.option_context("display.max_rows", None, "display.max_columns", None, "display.width", 250):
            print(frame.to_string(index=False, na_rep=""))


def _snapshots(options) -> int:
    _print_frame(_run_figure(Store(options.store), "snapshots", options), options.json)
    return 0


def _figure(options) -> int:
    from . import figures

    if options.name is None:
        language = options.lang
        listed = [{"name": f.name, "title": f.title[language]} for f in figures.catalogue().values()]
        _print_json(listed) if options.json else print("\n".join(f"{f['name']:32}{f['title']}" for f in listed))
        return 0
    own = {}
    for setting in options.set:
        name, sign, value = setting.partition("=")
        if not sign:
            raise figures.FigureError(_("--set 应为 名称=值，而不是“{given}”").format(given=setting))
        if name in STANDARD:
            raise figures.FigureError(_("{name} 不用 --set，用命令自己的选项（见 figure --help）").format(name=name))
        own[name] = value
    figure, store = figures.catalogue().get(options.name), Store(options.store)
    if figure is not None and (figure.spans or options.since):
        own["since"] = options.since or own.get("since") or _round_before(store, options)
    _print_frame(_run_figure(store, options.name, options, **own), options.json, options.csv)
    return 0


def _round_before(store: Store, options) -> date:
    """The round before the newest one up to the as-of date, whatever streets are asked for: one that did not report has no round
    of its own."""
    from . import figures

    rounds = _run_figure(store, "rounds", argparse.Namespace(as_of=options.as_of, known_at=options.known_at))
    previous = None if rounds.empty else rounds["previous"].iloc[-1]
    if previous is None or previous != previous:  # NaT at a first round
        raise figures.FigureError(_("没有更早的一期可比，请用 --since 指定起始日期"))
    return previous.date()


def _new_plan(options) -> int:
    from . import newplan

    written = newplan.make(options.folder)
    if options.json:
        _print_json({"folder": str(options.folder), "files": [p.name for p in written]})
    else:
        print(_("已写好方案文件夹 {folder}：{n} 个文件，先看其中的 README.md").format(folder=options.folder, n=len(written)))
        print(_("填好一部分就核对：python -m renewal check-plan {folder}").format(folder=options.folder))
    return 0


def _check_plan(options) -> int:
    from . import checkplan

    checked = checkplan.check(options.folder, options.store)
    if options.json:
        _print_json({
            "folder": str(checked.folder), "ok": checked.ok, "found": [f.as_dict() for f in checked.found],
            "empty": [e.as_dict() for e in checked.empty],
        })
        return 0 if checked.ok else 2
    for f in checked.found:
        print(f"{'■' if f.stops else '○'} {f.text}" + (f"\n  → {f.todo}" if f.todo else ""))
    if checked.empty:
        print(_("可以不填，但这些页面有一部分空着："))
        print("\n".join(f"– {e.line()}" for e in checked.empty))
    wrong = sum(f.stops for f in checked.found)
    told = n_("{folder}：{n} 处要改或要填", wrong) if wrong else _("{folder}：可以使用")
    print(told.format(folder=checked.folder, n=wrong))
    return 0 if checked.ok else 2


def _plan(options) -> int:
    import pandas as pd

    plan = load_plan()
    if options.what and options.what not in LISTS:
        raise PlanError(_("方案里没有“{name}”，有的是：{known}").format(name=options.what, known=", ".join(LISTS)))
    lists = {name: [thing.model_dump(mode="json") for thing in getattr(plan, name)] for name in LISTS}
    counts = {name: len(things) for name, things in lists.items()}
    if options.json:
        head = plan.model_dump(mode="json", include={"id", "name", "district", "document", "issuer", "issued", "sha256", "scope"})
        _print_json(lists[options.what] if options.what else {**head, "counts": counts, **lists})
    elif options.what:
        _print_frame(pd.DataFrame(lists[options.what]), False)
    else:
        print(f"{plan.name if options.lang == 'zh' else plan.name_en} {plan.document} {plan.issued}")
        for name, n in counts.items():
            print(f"{name:<12}{n:>4}")
    return 0


def _quality(options) -> int:
    store = _existing(options)
    as_of = iso_day(options.as_of, "--as-of") if options.as_of else store.newest()
    found = quality.check(store.cursor(), publication=None, as_of=as_of)
    if options.json:
        _print_json([{**vars(f), "severity": "stop" if f.stops else "show"} for f in found])
        return 0
    for f in found:
        place = " › ".join(str(p) for p in (f.file, f.sheet, f.row, f.column) if p)
        print(f"[{f.code}] {f.street or ''} {f.project_id or ''} {place}: {f'「{f.value}」 ' if f.value else ''}{f.message}")
    print(_("截至 {date}：{n} 处疑问，{rules} 条规则").format(date=as_of, n=len(found), rules=len(quality.rules())))
    return 0


def _publications(options) -> int:
    from . import desk

    frame = desk.publications(_existing(options))
    frame["files"] = frame["files"].map("、".join)
    _print_frame(frame, options.json)
    return 0


def _withdraw(options) -> int:
    report = withdraw(options.publication, store=_existing(options), reason=options.reason)
    if options.json:
        _print_json({"publication": report.publication, "version": report.version, "withdraws": options.publication})
    else:
        print(_("已撤回第 {m} 次发布（第 {n} 次发布）").format(m=options.publication, n=report.publication))
    return 0


def _print_check(report, as_json: bool) -> int:
    if as_json:
        _print_json({"ok": report.ok, "published": report.published, "lines": report.lines})
    else:
        print("\n".join(report.lines))
        print(_("完好") if report.ok else _("有问题"))
    return 0 if report.ok else 2


def _existing(options) -> Store:
    """The store; a mistyped folder is neither in order nor to be made."""
    store = Store(options.store)
    if not store.folder.is_dir() and store.version() is None:
        raise StoreError(_("数据文件夹 {folder} 不存在").format(folder=store.folder))
    return store


def _verify(options) -> int:
    return _print_check(verify(_existing(options)), options.json)


def _rebuild(options) -> int:
    return _print_check(rebuild(_existing(options), accept=options.accept), options.json)


def _backup(options) -> int:
    from .store.backup import backup

    if options.keep is not None and options.keep < 1:
        raise Explained(_("--keep 应是 1 或更大的整数"))
    made = backup(_existing(options), options.folder, keep=options.keep, access=options.with_access)
    if options.json:
        _print_json(vars(made))
    else:
        print(_("已备份：{path}（{mb:.1f} MB，原件 {n} 份，到第 {publication} 次发布）").format(
            path=made.path, mb=made.size / 1e6, n=made.files, publication=made.publication
        ))
        for path in made.removed:
            print(_("已删去旧备份 {path}").format(path=path))
    return 0


def _restore(options) -> int:
    from .store.backup import restore

    store = Store(options.store)
    found = restore(options.file, store, accept=options.accept)
    if options.json:
        _print_json({"store": str(store.folder), **vars(found), "report": found.report.lines})
        return 0
    print("\n".join(found.report.lines))
    print(_("已从 {made} 的备份恢复到 {folder}，并核对无误").format(made=found.facts["made"].replace("T", " "), folder=store.folder))
    for name, folder in (("RENEWAL_PLAN", found.plan), ("RENEWAL_LAYOUTS", found.layouts)):
        if folder is not None:
            print(_("备份里的这部分设置与程序自带的不同，启动前请设 {name}={folder}").format(name=name, folder=folder))
    return 0


def _replicate(options) -> int:
    from .store.replicate import replicate

    store = _existing(options)
    if options.every is None:
        made = replicate(store, options.to)
        if options.json:
            _print_json({**vars(made), "to": str(options.to)})
        else:
            print(_("副本 {folder} 已是最新：{version}").format(folder=options.to, version=made.version or _("还没有数据")))
        return 0
    if not 0.5 <= options.every <= 86400:
        raise Explained(_("--every 应在 0.5 到 86400 秒之间"))
    told = ""
    while True:  # what fails now is tried again: the copy is the old one meanwhile
        try:
            made = replicate(store, options.to)
            if made.changed:
                print(_("已复制：{version}").format(version=made.version or _("还没有数据")), flush=True)
            told = ""
        except StoreError as error:
            if str(error) != told:
                print(error, file=sys.stderr, flush=True)
            told = str(error)
        time.sleep(options.every)


def _decisions(options) -> int:
    from .meeting import build
    from .store.decisions import Decisions, standing

    store = _existing(options)
    q = build.question(store=store, as_of=iso_day(options.as_of, "--as-of") if options.as_of else None, lang=options.lang)
    kept, day = Decisions(store.office), q.asked.as_of
    if options.action == "list":
        found = build.decisions(q)
        if options.json:
            _print_json([vars(d) for d in found])
        for d in found if not options.json else ():
            print(f"{d.number:4}  {d.as_of}  {d.about_name}  {d.what}  {d.unit}  {d.due}  {standing(d)[1]}")
        return 0
    due = iso_day(options.due, "--due") if options.due else None
    if due is None and options.action in ("add", "carry"):
        raise Explained(_("要用 --due 写明完成时限，如 2020-07-31"))
    if options.action == "add":
        number = kept.add(as_of=day, about=build.about(q, options.about), what=options.what, unit=options.unit, due=due)
    else:
        if (number := options.number) is None:
            raise Explained(_("要写明议定事项的号数"))
        more = {"due": due} if options.action == "carry" else {}
        getattr(kept, options.action)(number, as_of=day, reason=options.reason, **more)
    if options.json:
        _print_json(next((vars(d) for d in kept.at(day) if d.number == number), {"number": number, "state": "voided"}))
    else:
        print(_("第 {n} 号议定事项已写入").format(n=number))
    return 0


def _export(options) -> int:
    from . import taken

    if options.parquet:
        return _export_rows(options)
    if options.list:
        listed = taken.listed()
        if options.json:
            _print_json([{"name": name, "title": title, "kind": kind} for name, title, kind in listed])
        else:
            print("\n".join(f"{name:32}{title}" for name, title, _kind in listed))
        return 0
    if not options.what or not options.out:
        raise Explained(_("要写明导出什么和 --out 文件；export --list 列出全部"))
    if not options.out.parent.is_dir():
        raise Explained(_("文件夹 {folder} 不存在，请先建好").format(folder=options.out.parent))
    content, as_of = taken.away(_existing(options), options.what, options.out.name, taken.Asked(
        form=options.format or "", as_of=iso_day(options.as_of, "--as-of") if options.as_of else None, batch=options.batch, level=options.level,
        streets=tuple(options.street or ()), category=options.category, lang=options.lang, unit=options.unit, view={
            "cols": options.columns, "order": options.sort, "group": options.group, "text": options.find, "only": options.only or "",
            "where": options.where, "against": iso_day(options.since, "--since").isoformat() if options.since else "",
        },
    ))
    _replace(options.out, content)
    Audit(_existing(options).office).add("exported", options.out.name, f"{len(content)} B, {as_of}")
    _print_json({"path": str(options.out), "as_of": as_of}) if options.json else print(options.out)
    return 0


def _export_rows(options) -> int:
    from .engine.parquet import export

    store = _existing(options)
    manifest = export(store, options.parquet)
    Audit(store.office).add("exported", options.parquet.name, f"Parquet, {manifest.fingerprint}")
    rows = sum(t.rows for t in manifest.tables.values())
    if options.json:
        _print_json({"path": str(options.parquet), "version": manifest.version, "fingerprint": manifest.fingerprint,
                     "tables": {name: t.rows for name, t in manifest.tables.items()}})
    else:
        print(_("已导出 {tables} 张表、{rows} 行到 {folder}").format(tables=len(manifest.tables), rows=rows, folder=options.parquet))
    return 0


def _rollup(options) -> int:
    from .engine import rollup

    if options.engine == "duckdb":
        if options.master or options.set:
            raise Explained(_("--master 和 --set 只用于 --engine spark"))
        engine = rollup.DuckEngine
    else:
        if not options.master:
            raise Explained(_("--engine spark 要用 --master 写明主节点，如 spark://主机:7077"))
        from .engine.spark import engine_on

        engine = engine_on(options.master, options.set)
    rolled = rollup.rollup(
        options.source, Store(options.store), engine, as_of=iso_day(options.as_of, "--as-of") if options.as_of else None,
        progress=lambda text: print(text, file=sys.stderr, flush=True),
    )
    if options.json:
        _print_json({"store": str(Store(options.store).folder), "engine": options.engine, **vars(rolled)})
    else:
        message = _("已汇总：{rounds} 的全部状态、{n} 期的历史，共 {rows} 行，用时 {seconds:.0f} 秒；看板：{serve}")
        print(message.format(
            rounds="、".join(map(str, rolled.rounds)), n=rolled.history, rows=rolled.rows, seconds=rolled.seconds,
            serve=settings.typed(f"{settings.COMMAND} serve --store {Store(options.store).folder}"),
        ))
    return 0


def _patch(options) -> int:
    from .store.amend import EditError, patch
    from .tables import back

    store = _existing(options)
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise Explained(_("{file} 打不开：{error}").format(file=options.file, error=error.strerror)) from None
    if not options.check and not options.reason.strip():
        raise Explained(_("要用 --reason 写明为什么改；只看改了什么用 --check"))
    found = back.come_back(options.file.name, content, store=store, scope=[s.name for s in load_plan().streets])
    publication, problems = None, list(found.problems)
    if options.check:
        problems += back.objections(store, found)
    elif found.changed and not found.stops:
        try:
            report = patch(store, [c.edit for c in found.changed], reason=options.reason, source=options.file.name)
        except EditError as error:
            problems.append(back.impossible(error, found))
        else:
            publication = report.publication
            problems += back.refusals(report, found)
    if options.json:
        _print_json({
            "publication": publication, "table": found.table, "as_of": found.as_of, "rows": found.rows, "of": found.of,
            "changed": [{**vars(c.edit), "sheet": c.sheet, "row": c.row, "column": c.column, "before": c.before, "after": c.after}
                        for c in found.changed],
            "problems": [p.as_dict() for p in problems],
        })
    else:
        for c in found.changed:
            print(f"{c.sheet} › {c.row} › {c.column}  {c.edit.project_id} {c.name} {c.subject}: {c.before or _('空')} → {c.after or _('空')}")
        for problem in problems:
            print(problem.line(), file=sys.stderr)
        print(_told(found, publication, options.check, any(p.severity == "stop" for p in problems)))
    return 2 if any(p.severity == "stop" for p in problems) else 0


def _told(found, publication: int | None, check: bool, refused: bool) -> str:
    if refused:
        return _("没有载入，原有数据未变")
    if publication is not None:
        return _("已按第 {n} 次发布更正 {m} 格；不对可用 withdraw 撤回").format(n=publication, m=len(found.changed))
    if not found.changed:
        return _("读到 {n} 行，没有改动").format(n=found.rows)
    return _("读到 {n} 行，改了 {m} 格；还没有载入").format(n=found.rows, m=len(found.changed)) if check else ""


def _replace(path: Path, data: bytes) -> None:
    """The file whole or as it was; Explained where it can not be written (no right, or open in another program)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Explained(_("{path} 写不进去：{error}").format(path=path, error=error.strerror)) from error


def _sample(options) -> int:
    from . import sample

    report = sample.make(options.exports, Store(options.store), weeks=options.weeks, keep=options.keep, progress=_progress)
    if report is None:
        print(_("示例数据已就绪：{path}").format(path=options.store))
        return 0
    if options.json:
        _print_json({"publication": report.publication, "files": [f.as_dict() for f in report.files]})
    elif report.exit_code:
        _print_load(report)
    else:
        print(_("示例数据已生成并载入：{files} 份文件，{rows} 行，数据库 {path}").format(
            files=len(report.files), rows=sum(f.rows_loaded for f in report.files), path=options.store
        ))
    return report.exit_code


def _access(options) -> int:
    from .access import command

    return command.review(options)


def _account(options) -> int:
    from .access import command

    return command.account(options)


def _audit(options) -> int:
    from .access import command

    return command.audit(options)


def _slow(options) -> int:
    import pandas as pd

    from . import logs

    found = logs.slowest(logs.lines(options.log))
    if options.json:
        _print_json(found)
    elif found:
        _print_frame(pd.DataFrame(found), False)
    else:
        print(_("日志里没有超时的指标"))
    return 0


def _serve(options) -> int:
    from . import logs
    from .serve import serve

    store = settings.SAMPLE_STORE if options.sample else options.store or settings.store_dir()
    with logs.kept(options.log) as log:
        return serve(host=options.host, port=options.port, store=store, open_browser=options.open, log=log)


if __name__ == "__main__":
    sys.exit(main())
