"""The same questions in Polars, lazily over the Parquet files: what is not needed is not read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pandas as pd
import polars as pl

from renewal.plan import load_plan
from tools.bench.rivals.asking import ROLES, main

UNDATED = date(9999, 12, 31)


class Answers:
    def __init__(self, data: Path):
        plan = load_plan()
        self.data, self.batch, self.level = data, plan.default_batch, plan.default_level
        self.targets = dict(self.scan("plan_targets").filter(pl.col("batch") == self.batch).select("role", "date").collect().iter_rows())
        self.round = self.scan("plan_rules").select("round_days").collect().item()
        self.required = self.scan("plan_required").collect()["kind"].to_list()

    def scan(self, table: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.data / f"{table}.parquet")

    def snapshots(self, day: date, *kinds: str) -> pl.LazyFrame:
        found = self.scan("snapshots").filter(pl.col("as_of") <= day).select(
            "snapshot", "kind", "as_of", "ord", (pl.col("ord") - 2 * (pl.col("ord") % 1_000_000)).alias("first")
        )
        return found.filter(pl.col("kind").is_in(kinds)) if kinds else found

    def projects(self, day: date) -> pl.LazyFrame:
        s = self.snapshots(day, "register")
        registers = self.scan("register").join(s, on="snapshot")
        covers = self.scan("reported").join(s, on="snapshot").group_by("street").agg(pl.col("ord").max().alias("covered"))
        one = ("name", "street", "buildings", "households", "area_m2", "batch", "planned_commencement_to", "planned_completion_to")
        newest = registers.group_by("project_id").agg(
            pl.col("ord").max(), *(pl.col(c).sort_by("ord").last() for c in one),
            *(pl.col(c).sort_by("first").drop_nulls().first().alias(f"{role}_first")
              for role, c in (("commence", "planned_commencement_to"), ("complete", "planned_completion_to"))),
        )
        return newest.join(covers, on="street").filter(pl.col("ord") >= pl.col("covered"), pl.col("batch") == self.batch)

    def status(self, day: date) -> pl.LazyFrame:
        found = self.projects(day)
        m = self.scan("milestones").filter(pl.col("milestone").is_in(["M13", self.level])).join(self.snapshots(day, "milestones"), on="snapshot")

        def newest(name: str, bit: int) -> pl.Expr:
            has = (pl.col("fields") & bit) > 0
            return pl.col(name).filter(has).sort_by(pl.col("ord").filter(has)).last()

        state = m.group_by("project_id", "milestone").agg(
            pl.col("as_of").max().alias("told"), pl.col("planned_to").sort_by("first").drop_nulls().first().alias("baseline"),
            newest("planned_to", 1).alias("replanned"), newest("forecast_to", 2).alias("forecast"), newest("actual", 4).alias("done"),
            newest("actual_to", 4).alias("done_to"),
        )
        for role, code, registered in (("commence", "M13", "planned_commencement_to"), ("complete", self.level, "planned_completion_to")):
            own = state.filter(pl.col("milestone") == code).drop("milestone").rename({
                c: f"{role}_{c}" for c in ("told", "baseline", "replanned", "forecast", "done", "done_to")
            })
            target, done, told, due = (pl.lit(self.targets[role]), *(pl.col(f"{role}_{c}") for c in ("done", "told", "due")))
            found = found.join(own, on="project_id", how="left").with_columns(
                pl.coalesce(f"{role}_baseline", f"{role}_first").alias(f"{role}_baseline"),
                pl.coalesce(f"{role}_replanned", registered).alias(f"{role}_replanned"),
                pl.when(done <= day).then(done).alias(f"{role}_done"), pl.when(done <= day).then(pl.col(f"{role}_done_to")).alias(f"{role}_done_to"),
            ).with_columns(pl.min_horizontal(f"{role}_baseline", target).alias(f"{role}_due")).with_columns(
                ((pl.col(f"{role}_done_to") != UNDATED) & (pl.col(f"{role}_done_to") <= target)).fill_null(False).alias(f"{role}_by"),
                (done.is_null() & (due < told)).fill_null(False).alias(f"{role}_late"),
            ).with_columns(
                (done.is_null() & ~pl.col(f"{role}_late") & (due < day)).fill_null(False).alias(f"{role}_unknown"),
                pl.when(pl.col(f"{role}_late")).then((told - due).dt.total_days()).alias(f"{role}_days"),
            )
        return found.with_columns(
            (pl.col("commence_late") | pl.col("complete_late")).alias("behind"), pl.max_horizontal("commence_days", "complete_days").alias("days")
        )

    def works(self, day: date, *wanted: str) -> pl.LazyFrame:
        """The works of each project's newest report, with the first plans that were ever published for each."""
        s = self.snapshots(day, "progress")
        last = self.scan("reported").select("snapshot", "project_id").join(s, on="snapshot").group_by("project_id").agg(
            pl.col("snapshot", "as_of").sort_by("ord").last()
        )
        held = last.select("snapshot").unique().collect()["snapshot"]  # few sheets: the rest of the file is passed over
        works = self.scan("works").filter(pl.col("snapshot").is_in(held.implode())).join(last, on=["snapshot", "project_id"])
        plans = self.scan("works").select("snapshot", "project_id", "item", *(f"{role}_planned_to" for role in wanted)).join(
            s.select("snapshot", "first"), on="snapshot"
        )
        for role in wanted:
            due = pl.col(f"{role}_planned_to")
            first = plans.filter(due.is_not_null()).group_by("project_id", "item").agg(due.get(pl.col("first").arg_min()).alias(f"{role}_due"))
            works = works.join(first, on=["project_id", "item"], how="left")
        return works.join(self.scan("plan_items").rename({"unit": "plan_unit"}), on="item").with_columns(
            expression for role in ROLES for expression in (
                pl.when(pl.col(f"{role}_actual") <= day).then(pl.col(f"{role}_actual")).alias(f"{role}d"),
                pl.when(pl.col(f"{role}_actual") <= day).then(pl.col(f"{role}_actual_to")).alias(f"{role}d_to"),
            )
        )

    def reported(self, day: date) -> pl.LazyFrame:
        told = self.scan("reported").select("snapshot", "street").unique().join(self.snapshots(day, *self.required), on="snapshot")
        return told.group_by("street", "kind").agg(pl.col("as_of").max()).group_by("street").agg(
            ((pl.len() == len(self.required)) & (pl.col("as_of").min() > day - timedelta(self.round))).alias("reported")
        )

    # ---- questions ------------------------------------------------------------------------------------------------------
    def matrix(self, day: date) -> pl.LazyFrame:
        works = self.works(day, "complete").join(self.projects(day).select("project_id", "street"), on="project_id")
        each = works.group_by("street", "category", "project_id").agg(
            pl.col("commenced").min(), pl.col("commenced_to").min(), pl.col("completed").is_not_null().all().alias("complete"),
            pl.col("completed_to").max(), pl.col("complete_due").max().alias("due"),
            (pl.col("completed").is_null() & pl.col("complete_due").is_not_null()).any().alias("waiting"), pl.col("as_of").max().alias("told"),
        )
        late, due, told = ~pl.col("complete") & pl.col("waiting"), pl.col("due"), pl.col("told")
        return each.group_by("street", "category").agg(
            pl.len().alias("projects"), pl.col("commenced").count(),
            (pl.col("commenced_to") <= self.targets["commence"]).sum().alias("commenced_by_target"),
            pl.col("complete").sum().alias("completed"),
            (pl.col("complete") & (pl.col("completed_to") <= self.targets["complete"])).sum().alias("completed_by_target"),
            (due < day).sum().alias("due"), (late & (due < told)).sum().alias("late"), (late & (due >= told) & (due < day)).sum().alias("unknown"),
        ).join(self.reported(day), on="street")

    def streets(self, day: date) -> pl.LazyFrame:
        def some(column: str) -> pl.Expr:
            return pl.col("households").filter(pl.col(column).is_not_null()).sum()

        return self.status(day).group_by("street").agg(
            pl.len().alias("projects"), pl.col("commence_done").count().alias("commenced"), pl.col("commence_by").sum().alias("commenced_by_target"),
            pl.col("complete_done").count().alias("completed"), pl.col("complete_by").sum().alias("completed_by_target"), pl.col("households").sum(),
            some("commence_done").alias("households_commenced"), some("complete_done").alias("households_completed"),
            pl.col("commence_late", "complete_late", "commence_unknown", "complete_unknown", "behind").sum(),
            pl.col("days").max().alias("max_days_late"),
        ).join(self.reported(day), on="street")

    def late(self, day: date) -> pl.LazyFrame:
        status, works = self.status(day), self.works(day, *ROLES)
        reason, unit = (pl.when(pl.col(c) != "").then(pl.col(c)) for c in ("reason", "unit"))
        planned = pl.when(pl.col("plan_unit") != "").then(pl.col("plan_unit"))
        works = works.with_columns(reason.alias("reason"), pl.coalesce(unit, planned).alias("unit"))
        found = []
        for role in ROLES:
            order = [pl.col("reason").is_null(), pl.col(f"{role}_due"), pl.col("position")]
            held = works.filter(pl.col(f"{role}d").is_null()).sort(order, nulls_last=True).group_by("project_id", maintain_order=True).agg(
                pl.col("reason", "unit").drop_nulls().first()
            )
            found.append(status.filter(pl.col(f"{role}_late") | pl.col(f"{role}_unknown")).join(held, on="project_id", how="left").select(
                "project_id", pl.lit(role).alias("role"), "street", "name", pl.col(f"{role}_baseline").alias("planned"),
                pl.col(f"{role}_forecast").alias("forecast"), pl.col(f"{role}_days").alias("days_late"), "reason", "unit",
                pl.col(f"{role}_due").alias("due"),
                "households", pl.when(pl.col(f"{role}_late")).then(pl.lit("逾期")).otherwise(pl.lit("到期未报")).alias("status"),
                pl.col(f"{role}_told").alias("reported_as_of"), pl.col(f"{role}_replanned").alias("replanned"),
            ))
        return pl.concat(found)

    def curve(self, day: date) -> pl.LazyFrame:
        status = self.status(day).select(*(f"{role}_{c}" for role in ROLES for c in ("baseline", "done"))).collect().lazy()
        axis = pl.concat([self.snapshots(day).select("as_of"), pl.LazyFrame({"as_of": [day]})]).unique().sort("as_of")
        found = []
        for role in ROLES:
            one = axis
            for name, column in (("planned", "baseline"), ("actual", "done")):
                counted = status.select(pl.col(f"{role}_{column}").alias("as_of")).drop_nulls().group_by("as_of").agg(pl.len().alias("n"))
                counted = counted.sort("as_of").select("as_of", pl.col("n").cum_sum().alias(name))
                one = one.join_asof(counted, on="as_of").with_columns(pl.col(name).fill_null(0))
            found.append(one.with_columns(pl.lit(role).alias("role")))
        return pl.concat(found)

    def headline(self, day: date) -> pl.LazyFrame:
        status = self.status(day).with_columns(pl.lit(1).alias("projects"))
        found = []
        status = status.collect().lazy()
        for measure in ("projects", "households", "buildings", "area_m2"):
            size = pl.col(measure)

            def some(has: pl.Expr, name: str, size: pl.Expr = size) -> pl.Expr:
                return size.filter(has).sum().round().cast(pl.Int64).alias(name)

            found.append(status.select(
                pl.lit(measure).alias("measure"),
                size.sum().round().cast(pl.Int64).alias("total"), some(pl.col("commence_done").is_not_null(), "commenced"),
                some(pl.col("commence_by"), "commenced_by_target"), some(pl.col("complete_done").is_not_null(), "completed"),
                some(pl.col("complete_by"), "completed_by_target"), some(pl.col("commence_late"), "commence_late"),
                some(pl.col("complete_late"), "complete_late"), some(pl.col("behind"), "behind"), pl.col("days").max().alias("max_days_late"),
            ))
        return pl.concat(found)


def ready(_store: Path, data: Path) -> dict[str, Callable[[date], pd.DataFrame]]:
    answers = Answers(data)

    def ask(name: str, day: date) -> pd.DataFrame:
        return getattr(answers, name)(day).collect().to_pandas()

    return {name: partial(ask, name) for name in ("matrix", "streets", "late", "curve", "headline")}


if __name__ == "__main__":
    main(ready)
