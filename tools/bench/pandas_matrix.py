"""Latest street × category in pandas, as a user of pandas would write it over the whole tables in memory. The bench holds
its answer against the figure's, cell by cell, and its time too: prints the seconds, writes the answers to a file.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from renewal.store import Store

TABLES = ("snapshots", "reported", "register", "works", "plan_items", "plan_targets", "plan_rules", "plan_required")


def street_category(tables: dict[str, pd.DataFrame], as_of: date, batch: int) -> pd.DataFrame:
    """The rows of the figure progress_by_street_category, from the newest reports up to as_of."""
    day = pd.Timestamp(as_of)
    snapshots = tables["snapshots"]
    snapshots = snapshots.loc[snapshots["as_of"] <= day, ["snapshot", "kind", "as_of", "ord"]]
    reported = tables["reported"].merge(snapshots, on="snapshot")

    # The list: a project's newest register, unless a newer one covers its street without it.
    registers = tables["register"].merge(snapshots[snapshots["kind"] == "register"], on="snapshot")
    newest = registers.sort_values("ord").drop_duplicates("project_id", keep="last")
    last_of_street = reported[reported["kind"] == "register"].groupby("street")["ord"].max()
    on_list = newest["ord"] >= newest["street"].map(last_of_street)
    projects = newest.loc[on_list & (newest["batch"] == batch), ["project_id", "street"]]

    # The works of each project's newest report, and the first plan that was ever published for each.
    progress = reported[reported["kind"] == "progress"]
    last = progress.sort_values("ord").drop_duplicates("project_id", keep="last")
    every = tables["works"]
    works = every[["snapshot", "project_id", "item", "commence_actual", "commence_actual_to", "complete_actual", "complete_actual_to"]]
    works = works.merge(last[["project_id", "snapshot", "as_of"]], on=["snapshot", "project_id"]).merge(projects, on="project_id")
    works = works.merge(tables["plan_items"][["item", "category"]], on="item")
    plans = every[["snapshot", "project_id", "item", "complete_planned_to"]].dropna(subset=["complete_planned_to"])
    plans = plans.merge(snapshots[["snapshot", "ord"]], on="snapshot")
    plans["first"] = plans["ord"] - 2 * (plans["ord"] % 1_000_000)
    plans = plans.loc[plans.groupby(["project_id", "item"])["first"].idxmin(), ["project_id", "item", "complete_planned_to"]]
    works = works.merge(plans.rename(columns={"complete_planned_to": "due"}), on=["project_id", "item"], how="left")

    works["commenced"] = works["commence_actual"].where(works["commence_actual"] <= day)
    works["commenced_to"] = works["commence_actual_to"].where(works["commence_actual"] <= day)
    works["completed"] = works["complete_actual"].where(works["complete_actual"] <= day)
    works["completed_to"] = works["complete_actual_to"].where(works["complete_actual"] <= day)
    works["open_planned"] = works["completed"].isna() & works["due"].notna()
    each = works.groupby(["street", "category", "project_id"], as_index=False).agg(
        works=("item", "size"), done=("completed", "count"), commenced=("commenced", "min"), commenced_to=("commenced_to", "min"),
        completed_to=("completed_to", "max"), due=("due", "max"), open_planned=("open_planned", "any"), told=("as_of", "max"),
    )
    each["complete"] = each["done"] == each["works"]
    late = ~each["complete"] & each["open_planned"]
    targets = tables["plan_targets"].query("batch == @batch").set_index("role")["date"]
    each["commenced_by_target"] = each["commenced_to"] <= targets["commence"]
    each["completed_by_target"] = each["complete"] & (each["completed_to"] <= targets["complete"])
    each["late"] = late & (each["due"] < each["told"])
    each["unknown"] = late & (each["due"] >= each["told"]) & (each["due"] < day)
    each["due"] = each["due"] < day
    found = each.groupby(["street", "category"], as_index=False).agg(
        projects=("project_id", "size"), commenced=("commenced", "count"), commenced_by_target=("commenced_by_target", "sum"),
        completed=("complete", "sum"), completed_by_target=("completed_by_target", "sum"), due=("due", "sum"),
        late=("late", "sum"), unknown=("unknown", "sum"),
    )
    owed = reported[reported["kind"].isin(tables["plan_required"]["kind"])]
    told = owed.groupby(["street", "kind"])["as_of"].max().groupby("street").min()
    found["reported"] = found["street"].map(told) > day - pd.Timedelta(days=int(tables["plan_rules"]["round_days"].iloc[0]))
    return found


def main(folder: str, answers: str, *days: str) -> None:
    store = Store(folder)
    with duckdb.connect(str(store.versions / store.version()), read_only=True) as connection:
        tables = {t: connection.execute(f"SELECT * FROM {t}").df() for t in TABLES}
    seconds, found = [], []
    for day in map(date.fromisoformat, days):
        started = time.perf_counter()
        found.append(street_category(tables, day, 2020))
        seconds.append(time.perf_counter() - started)
    Path(answers).write_bytes(pickle.dumps(found))
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
