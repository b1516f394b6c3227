"""Apache Spark as the engine of a rollup: the SQL of queries/ through renewal/engine/portable.py, over a Parquet export.

Imported only where Spark is asked for. No Python runs on the workers: they need Java, and the export's folder under the same path.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa

from ..explained import Explained
from ..i18n import gettext as _
from ..plan import Plan
from ..store.quality import EVERYTHING_KNOWN
from ..store.state import BY_LEVEL, HISTORY, KEPT, OVER_DATES
from ..store.store import schema
from .parquet import Manifest, Stored, source

JAVA = 17  # the oldest that Spark 4 runs on
_AT_ONCE = 8  # states of single rounds in one job: planning takes longer the more there are
_TYPES = {"VARCHAR": "STRING", "TIMESTAMP": "TIMESTAMP_NTZ", "INTEGER": "INT"}
_WAIT = 5  # seconds for a master to answer


class SparkError(Explained):
    """Spark is not there, or did not do it; the text says what to do."""


def ready(master: str) -> None:
    """Raises SparkError with what is missing before Spark is started: libraries, Java, a master that answers."""
    _libraries()
    _java()
    if master.startswith("local"):
        return
    parts = urlsplit(master)
    if parts.scheme != "spark" or not parts.hostname:
        raise SparkError(_("--master 应为 spark://主机:7077 或 local[*]，而不是“{given}”").format(given=master))
    try:
        socket.create_connection((parts.hostname, parts.port or 7077), timeout=_WAIT).close()
    except OSError as error:
        raise SparkError(_("连不上 Spark 主节点 {master}：{error}").format(master=master, error=error.strerror or error)) from None


def _libraries() -> None:
    try:
        import pyspark  # noqa: F401
        import sqlglot  # noqa: F401
    except ImportError as error:
        message = _("没有安装 {name}：先运行 pip install --require-hashes -r requirements-spark.txt；不用 Spark 时写 --engine duckdb")
        raise SparkError(message.format(name=error.name or "pyspark")) from None


def _java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        message = _("没有找到 Java：Spark 需要 Java {n} 或更新（Debian：apt install openjdk-17-jre-headless；或设好 JAVA_HOME）")
        raise SparkError(message.format(n=JAVA))
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None or int(found[1]) < JAVA:
        raise SparkError(_("Java 是 {found}，Spark 需要 {n} 或更新").format(found=found[1] if found else said.strip()[:80], n=JAVA))


def engine_on(master: str, settings: Iterable[str] = ()) -> Callable[[Path, Manifest, Plan], SparkEngine]:
    """What rollup.rollup asks for an engine on a master; settings: NAME=VALUE of Spark. Raises SparkError where something is missing for it."""
    options = {}
    for setting in settings:
        name, sign, value = setting.partition("=")
        if not sign or not name.startswith("spark."):
            raise SparkError(_("--set 应为 spark.名称=值，而不是“{given}”").format(given=setting))
        options[name] = value
    ready(master)
    return lambda folder, manifest, plan: SparkEngine(folder, manifest, plan, master=master, options=options)


class SparkEngine:
    """A session on a master, with the export's tables and a twin of the schema in DuckDB beside it (see portable.Translator)."""

    def __init__(self, folder: Path, manifest: Manifest, _plan: Plan, *, master: str, partitions: int = 0, options: Mapping[str, str] | None = None):
        """folder: the export, under this path on all workers; partitions: of a shuffle (0: Spark's own choice); options: further settings of
        Spark. Raises SparkError."""
        ready(master)
        from pyspark.sql import SparkSession

        from .portable import Translator

        self._folder, self._manifest, self._numbers = folder.resolve(), manifest, count(1)
        self._kept: dict[tuple, str] = {}
        self._histories: dict[str, Any] = {}  # level -> what is known of every round, once it was worked out
        self._whole = True  # macros are kept, not written out
        self._twin = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        self._twin.execute(schema()[0])
        for name, table in manifest.tables.items():
            if name.startswith("plan_"):
                self._twin.execute(f"INSERT INTO {name} BY NAME FROM {source(folder, name, table)}")
        logging.getLogger("SQLQueryContextLogger").disabled = True  # it would print what is raised anyway
        builder = SparkSession.builder.appName("renewal").master(master)
        settings = {
            "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.session.timeZone": "UTC",
            "spark.sql.timestampType": "TIMESTAMP_NTZ", "spark.sql.ansi.enabled": "true", "spark.log.level": "ERROR",
            "spark.sql.sources.partitionColumnTypeInference.enabled": "true", "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
            **({"spark.sql.shuffle.partitions": str(partitions)} if partitions else {}), **(options or {}),
        }
        for name, value in settings.items():
            builder = builder.config(name, value)
        try:
            self._session = builder.getOrCreate()
        except Exception as error:  # py4j and Spark raise whatever Java said
            raise SparkError(_("Spark 没有启动：{error}").format(error=_first_line(error))) from None
        self._translator = Translator(self._twin, schema()[0], self._keep, self._rows)
        for name, table in manifest.tables.items():
            self._session.read.schema(_schema(table)).parquet(str(self._folder / name)).createOrReplaceTempView(name)
        for name, view in _views(schema()[0]).items():
            self._session.sql(self._translator.query(view, {})).createOrReplaceTempView(name)

    # ---- questions ----------------------------------------------------------------------------------------------------
    def query(self, sql: str, values: Mapping[str, Any]) -> pa.Table:
        """The rows of a query of queries/ with its parameters. Raises NotPortable, SparkError."""
        return self._asked(self._translator.query(sql, values)).toArrow()

    def kept(self, macro: str, values: tuple) -> pa.Table:
        """All rows of a macro of state.KEPT. Raises NotPortable, SparkError."""
        return self._session.table(self._keep(macro, values)).toArrow()

    def table(self, name: str, macro: str, values: tuple) -> None:
        """Puts what a macro gives under a name of its own, for queries that read such tables (see state.Between and state.Change)."""
        kept = self._keep(macro, values)
        self._session.table(kept).createOrReplaceTempView(name)
        self._twin.execute(f"CREATE OR REPLACE TABLE {name} AS FROM {kept}")

    def history(self, level: str, moments: list[tuple[date, datetime]], folder: Path) -> None:
        """See rollup.Engine."""
        for place in range(0, len(moments), _AT_ONCE):
            self._union([
                (f"DATE '{day}' AS round, TIMESTAMP_NTZ '{known.isoformat(' ')}' AS known", self._written_out("status_at", (day, known, level)))
                for day, known in moments[place:place + _AT_ONCE]
            ], folder / f"part={place:06d}")
        listed = [row[0] for row in self._twin.execute(f"DESCRIBE FROM {HISTORY}(?, ?, ?)", [moments[-1][0], EVERYTHING_KNOWN, level]).fetchall()]
        self._histories[level] = self._session.read.parquet(str(folder.resolve())).select(*listed)

    def write(self, macro: str, level: str, days: tuple[date, ...], folder: Path) -> None:
        """See rollup.Engine."""
        more = (level,) if macro in BY_LEVEL else ()
        self._union([
            (f"DATE '{day}' AS kept_for", f"SELECT * FROM {self._keep(macro, (day, EVERYTHING_KNOWN, *more))}") for day in days
        ], folder)

    def _union(self, parts: list[tuple[str, str]], folder: Path) -> None:
        sql = " UNION ALL ".join(f"SELECT {head}, u.* FROM ({rows}) u" for head, rows in parts)
        self._asked(sql).write.parquet(str(folder.resolve()))

    def close(self) -> None:
        """See rollup.Engine."""
        self._session.stop()
        self._twin.close()
        shutil.rmtree(self._work, ignore_errors=True)

    @property
    def _work(self) -> Path:
        """Where kept tables lie while the session lasts: in the export's folder, which all workers see."""
        return self._folder / f"kept-{os.getpid()}"

    # ---- what is kept ---------------------------------------------------------------------------------------------------
    def _keep(self, macro: str, values: tuple) -> str | None:
        """The name of the table with what a macro gives for these values: worked out once, as Parquet, so that no plan grows over all of them."""
        if macro not in KEPT or not self._whole:
            return None
        key = (macro, *values)
        if key not in self._kept:
            if macro == HISTORY and values[1] == EVERYTHING_KNOWN and values[2] in self._histories:
                name = f"kept_{macro}_{next(self._numbers)}"
                self._histories[values[2]].where(f"round <= DATE '{values[0]}'").createOrReplaceTempView(name)
                self._known_to_twin(name, macro, values)
                self._kept[key] = name
                return name
            if macro in OVER_DATES and macro != "moments_at":  # single rounds are asked once each
                self._whole = False
                try:
                    sql = self._translator.call(macro, values)
                finally:
                    self._whole = True
            else:
                sql = self._translator.call(macro, values)
            name = f"kept_{macro}_{next(self._numbers)}"
            path = str(self._work / name)
            self._asked(sql).write.parquet(path)
            self._session.read.parquet(path).createOrReplaceTempView(name)
            self._known_to_twin(name, macro, values)
            self._kept[key] = name
        return self._kept[key]

    def _known_to_twin(self, name: str, macro: str, values: tuple) -> None:
        marks = ", ".join("?" for _v in values)
        self._twin.execute(f"CREATE TABLE {name} AS FROM {macro}({marks}) LIMIT 0", list(values))

    def _written_out(self, macro: str, values: tuple) -> str:
        self._whole = False
        try:
            return self._translator.call(macro, values)
        finally:
            self._whole = True

    def _rows(self, sql: str) -> list[tuple]:
        return [tuple(row) for row in self._asked(sql).collect()]

    def _asked(self, sql: str):
        try:
            return self._session.sql(sql)
        except Exception as error:
            raise SparkError(_("Spark 算不出来：{error}").format(error=_first_line(error))) from error


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _schema(table: Stored) -> str:
    return ", ".join(f"`{name}` {_TYPES.get(of, of)}" for name, of in table.columns.items())


def _views(sql: str) -> dict[str, str]:
    """The views of the schema: name -> query."""
    return dict(re.findall(r"CREATE VIEW (\w+) AS\s(.*?);\n", sql, re.DOTALL))
