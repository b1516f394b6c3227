"""The same questions in pandas over the tables in memory: only the columns that are needed, identifiers and words as categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from renewal.plan import load_plan
from tools.bench.rivals.asking import ROLES, main

COLUMNS = {
    "snapshots": ["snapshot", "kind", "as_of", "ord"], "reported": ["snapshot", "project_id", "street"],
    "register": ["snapshot", "project_id", "name", "street", "buildings", "households", "area_m2", "batch", "planned_commencement_to",
        "planned_completion_to"],
    "works": ["snapshot", "project_id", "item", "commence_planned_to", "commence_actual", "commence_actual_to", "complete_planned_to",
        "complete_actual",
              "complete_actual_to", "unit", "reason"],
    "milestones": ["snapshot", "project_id", "milestone", "fields", "planned_to", "forecast_to", "actual", "actual_to"],
    "plan_items": ["item", "category", "unit", "position"], "plan_targets": ["batch", "role", "date"], "plan_rules": ["round_days"],
        "plan_required": ["kind"],
}
WORDS = ("project_id", "item", "milestone", "street", "unit", "reason", "kind")
UNDATED = pd.Timestamp("9999-12-31")


@dataclass
class Tables:
    snapshots: pd.DataFrame
    reported: pd.DataFrame
    register: pd.DataFrame
    works: pd.DataFrame
    milestones: pd.DataFrame
    plan_items: pd.DataFrame
    plan_targets: pd.DataFrame
    plan_rules: pd.DataFrame
    plan_required: pd.DataFrame


def read(folder: Path) -> Tables:
    found = {}
    for table, columns in COLUMNS.items():
        frame = pd.read_parquet(folder / f"{table}.parquet", columns=columns)
        for name in columns:
            if table in ("works", "milestones", "reported") and name in WORDS:
                frame[name] = frame[name].astype("category")
            elif frame[name].dtype == object and name not in WORDS and name != "name":
                frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")  # dates of Arrow
        found[table] = frame
    return Tables(**found)


def newest_of(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return rows.sort_values("ord").drop_duplicates(by, keep="last")


class Answers:
    def __init__(self, tables: Tables):
        plan = load_plan()
        self.t, self.batch, self.level = tables, plan.default_batch, plan.default_level
        self.targets = tables.plan_targets.query("batch == @plan.default_batch").set_index("role")["date"]

    def snapshots(self, day: pd.Timestamp, kind: str | None = None) -> pd.DataFrame:
        found = self.t.snapshots[self.t.snapshots["as_of"] <= day]
        found = found if kind is None else found[found["kind"] == kind]
        return found.assign(first=found["ord"] - 2 * (found["ord"] % 1_000_000))

    def projects(self, day: pd.Timestamp) -> pd.DataFrame:
        """The list: a project's newest register, unless a newer one covers its street without it; first published plans beside."""
        registers = self.t.register.merge(self.snapshots(day, "register"), on="snapshot")
        found = newest_of(registers, ["project_id"])
        covers = self.t.reported.merge(self.snapshots(day, "register"), on="snapshot").astype({"street": str})
        found = found[found["ord"] >= found["street"].map(covers.groupby("street")["ord"].max())]
        found = found[found["batch"] == self.batch].set_index("project_id")
        for role, column in (("commence", "planned_commencement_to"), ("complete", "planned_completion_to")):
            first = registers.dropna(subset=[column]).sort_values("first").drop_duplicates("project_id").set_index("project_id")[column]
            found[f"{role}_registered"], found[f"{role}_first"] = found[column], first.reindex(found.index)
        return found

    def status(self, day: pd.Timestamp) -> pd.DataFrame:
        """A row a project on the list, with both roles: done, due, late."""
        found = self.projects(day)
        two = self.t.milestones[self.t.milestones["milestone"].isin(["M13", self.level])]
        two = two.merge(self.snapshots(day, "milestones"), on="snapshot").astype({"project_id": str})
        for role, code in zip(ROLES, ("M13", self.level), strict=True):
            m = two[two["milestone"] == code].sort_values("ord")
            first = m.dropna(subset=["planned_to"]).sort_values("first").drop_duplicates("project_id").set_index("project_id")["planned_to"]
            newest = {
                name: m[m["fields"] & bit > 0].drop_duplicates("project_id", keep="last").set_index("project_id")[name]
                for name, bit in (("planned_to", 1), ("forecast_to", 2), ("actual", 4), ("actual_to", 4))
            }
            told = m.groupby("project_id")["as_of"].max()
            one = pd.DataFrame(index=found.index)
            actual = newest["actual"].reindex(found.index)
            one["done"], one["done_to"] = actual.where(actual <= day), newest["actual_to"].reindex(found.index).where(actual <= day)
            one["baseline"] = first.reindex(found.index).fillna(found[f"{role}_first"])
            one["replanned"] = newest["planned_to"].reindex(found.index).fillna(found[f"{role}_registered"])
            one["forecast"], one["told"] = newest["forecast_to"].reindex(found.index), told.reindex(found.index)
            one["due"] = one["baseline"].fillna(self.targets[role]).clip(upper=self.targets[role])
            one["by_target"] = (one["done_to"] != UNDATED) & (one["done_to"] <= self.targets[role])
            open_ = one["done"].isna()
            one["late"] = open_ & (one["due"] < one["told"])
            one["unknown"] = open_ & ~one["late"] & (one["due"] < day)
            one["days"] = (one["told"] - one["due"]).dt.days.where(one["late"])
            found = found.join(one.add_prefix(f"{role}_now_"))
        return found

    def works(self, day: pd.Timestamp) -> pd.DataFrame:
        """The works of each project's newest report, with the first plan that was ever published for each."""
        told = self.t.reported.merge(self.snapshots(day, "progress"), on="snapshot")
        last = newest_of(told, ["project_id"])[["project_id", "snapshot", "as_of"]]
        works = self.t.works[self.t.works["snapshot"].isin(last["snapshot"].unique())].merge(last, on=["snapshot", "project_id"])
        plans = self.t.works[["snapshot", "project_id", "item", "commence_planned_to", "complete_planned_to"]]
        plans = plans.merge(self.snapshots(day, "progress")[["snapshot", "first"]], on="snapshot").sort_values("first")
        for role in ROLES:
            first = plans.dropna(subset=[f"{role}_planned_to"]).drop_duplicates(["project_id", "item"])
            first = first[["project_id", "item", f"{role}_planned_to"]].rename(columns={f"{role}_planned_to": f"{role}_due"})
            works = works.merge(first, on=["project_id", "item"], how="left")
            actual = works[f"{role}_actual"]
            works[f"{role}d"], works[f"{role}d_to"] = actual.where(actual <= day), works[f"{role}_actual_to"].where(actual <= day)
        return works.rename(columns={"commenced": "commenced", "completed": "completed"})

    def reported(self, day: pd.Timestamp) -> pd.Series:
        """Street -> whether every required kind came in within the round."""
        required = self.t.plan_required["kind"]
        owed = self.t.reported[["snapshot", "street"]].drop_duplicates().merge(self.snapshots(day), on="snapshot")
        newest = owed[owed["kind"].isin(required)].groupby(["street", "kind"], observed=True)["as_of"].max().unstack()
        oldest = newest.reindex(columns=required).min(axis=1, skipna=False)
        return oldest > day - pd.Timedelta(days=int(self.t.plan_rules["round_days"].iloc[0]))

    # ---- questions ------------------------------------------------------------------------------------------------------
    def matrix(self, of: date) -> pd.DataFrame:
        day = pd.Timestamp(of)
        works = self.works(day).astype({"project_id": str, "item": str})
        works = works.merge(self.t.plan_items[["item", "category"]], on="item").merge(self.projects(day)["street"].reset_index(), on="project_id")
        works["open_planned"] = works["completed"].isna() & works["complete_due"].notna()
        each = works.groupby(["street", "category", "project_id"], as_index=False).agg(
            works=("item", "size"), done=("completed", "count"), commenced=("commenced", "min"), commenced_to=("commenced_to", "min"),
            completed_to=("completed_to", "max"), due=("complete_due", "max"), open_planned=("open_planned", "any"), told=("as_of", "max"),
        )
        each["complete"] = each["done"] == each["works"]
        late = ~each["complete"] & each["open_planned"]
        each["commenced_by_target"] = each["commenced_to"] <= self.targets["commence"]
        each["completed_by_target"] = each["complete"] & (each["completed_to"] <= self.targets["complete"])
        each["late"] = late & (each["due"] < each["told"])
        each["unknown"] = late & (each["due"] >= each["told"]) & (each["due"] < day)
        each["due"] = each["due"] < day
        found = each.groupby(["street", "category"], as_index=False).agg(
            projects=("project_id", "size"), commenced=("commenced", "count"), commenced_by_target=("commenced_by_target", "sum"),
            completed=("complete", "sum"), completed_by_target=("completed_by_target", "sum"), due=("due", "sum"),
            late=("late", "sum"), unknown=("unknown", "sum"),
        )
        found["reported"] = found["street"].map(self.reported(day).astype(bool).to_dict())
        return found

    def streets(self, of: date) -> pd.DataFrame:
        day = pd.Timestamp(of)
        s = self.status(day)
        s["behind"] = s["commence_now_late"] | s["complete_now_late"]
        s["days"] = s[["commence_now_days", "complete_now_days"]].max(axis=1)
        s["on"], s["off"] = (s["households"].where(s[f"{role}_now_done"].notna()) for role in ROLES)
        found = s.groupby("street").agg(
            projects=("name", "size"), commenced=("commence_now_done", "count"), commenced_by_target=("commence_now_by_target", "sum"),
            completed=("complete_now_done", "count"), completed_by_target=("complete_now_by_target", "sum"), households=("households", "sum"),
            households_commenced=("on", "sum"), households_completed=("off", "sum"), commence_late=("commence_now_late", "sum"),
            complete_late=("complete_now_late", "sum"), commence_unknown=("commence_now_unknown", "sum"),
                complete_unknown=("complete_now_unknown", "sum"),
            behind=("behind", "sum"), max_days_late=("days", "max"),
        ).reset_index()
        found["reported"] = found["street"].map(self.reported(day).astype(bool).to_dict())
        return found

    def late(self, of: date) -> pd.DataFrame:
        day = pd.Timestamp(of)
        s, works = self.status(day), self.works(day).astype({"project_id": str, "item": str, "unit": object, "reason": object})
        works = works.merge(self.t.plan_items.rename(columns={"unit": "plan_unit"}), on="item")
        for name in ("reason", "unit", "plan_unit"):
            works[name] = works[name].where(works[name] != "")
        works["unit"] = works["unit"].fillna(works["plan_unit"])
        found = []
        for role in ROLES:
            own = s[s[f"{role}_now_late"] | s[f"{role}_now_unknown"]]
            waiting = works[works[f"{role}d"].isna()]
            waiting = waiting.assign(none=waiting["reason"].isna()).sort_values(["none", f"{role}_due", "position"], na_position="last")
            held = waiting.groupby("project_id")[["reason", "unit"]].first()  # the first that is told
            found.append(pd.DataFrame({
                "project_id": own.index, "role": role, "street": own["street"], "name": own["name"], "planned": own[f"{role}_now_baseline"],
                "forecast": own[f"{role}_now_forecast"], "days_late": own[f"{role}_now_days"], "reason": held["reason"].reindex(own.index),
                "unit": held["unit"].reindex(own.index), "due": own[f"{role}_now_due"], "households": own["households"],
                "status": own[f"{role}_now_late"].map({True: "逾期", False: "到期未报"}), "reported_as_of": own[f"{role}_now_told"],
                "replanned": own[f"{role}_now_replanned"],
            }))
        return pd.concat(found, ignore_index=True)

    def curve(self, of: date) -> pd.DataFrame:
        day = pd.Timestamp(of)
        s = self.status(day)
        axis = sorted({*self.snapshots(day)["as_of"], day})
        rows = []
        for role in ROLES:
            planned, actual = (s[f"{role}_now_{what}"].dropna().sort_values() for what in ("baseline", "done"))
            rows += [(at, role, planned.searchsorted(at, side="right"), actual.searchsorted(at, side="right")) for at in axis]
        return pd.DataFrame(rows, columns=["as_of", "role", "planned", "actual"])

    def headline(self, of: date) -> pd.DataFrame:
        s = self.status(pd.Timestamp(of)).assign(projects=1)
        days = s[["commence_now_days", "complete_now_days"]].max(axis=1).max()
        behind = s["commence_now_late"] | s["complete_now_late"]
        rows = []
        for measure in ("projects", "households", "buildings", "area_m2"):
            size = s[measure]
            sums = [size.sum()]
            for role in ROLES:
                sums += [size[s[f"{role}_now_done"].notna()].sum(), size[s[f"{role}_now_by_target"]].sum()]
            sums += [size[s[f"{role}_now_late"]].sum() for role in ROLES] + [size[behind].sum()]
            rows.append((measure, *(round(x) for x in sums), days))
        return pd.DataFrame(rows, columns=[
            "measure", "total", "commenced", "commenced_by_target", "completed", "completed_by_target", "commence_late", "complete_late",
            "behind", "max_days_late",
        ])


def ready(_store: Path, data: Path) -> dict[str, Callable[[date], pd.DataFrame]]:
    answers = Answers(read(data))
    return {name: getattr(answers, name) for name in ("matrix", "streets", "late", "curve", "headline")}


if __name__ == "__main__":
    main(ready)
