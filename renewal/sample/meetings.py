"""What the made-up office's meetings decided: some of it done in time, some put off, some overdue."""

from __future__ import annotations

from datetime import date, timedelta

from renewal.meeting import build
from renewal.meeting.build import About
from renewal.store import Store
from renewal.store.decisions import Decisions

WHO = "示例"
CALLED = 3  # communities about which a meeting decides something


def decide(store: Store) -> None:
    """Writes down decisions of the meetings around both targets and before the newest round, as those meetings saw the data. A
    store that has decisions already keeps them."""
    kept, newest = Decisions(store.office), build.question(store=store)
    if kept.at(newest.asked.as_of):
        return
    targets = [t.date for t in newest.plan.targets if t.batch == newest.asked.batch]
    rounds = sorted(newest.figure("rounds")["as_of"].dt.date)
    for day in [d for d in rounds if any(0 <= (t - d).days <= 14 for t in targets)] + rounds[-4:-1]:
        _meeting(store, kept, day)


def _meeting(store: Store, kept: Decisions, day: date) -> None:
    q = build.question(store=store, as_of=day)
    late = q.figure("late")
    done = q.figure("projects").set_index("project_id")
    open_ones = [d for d in kept.at(day) if d.state == "open"]
    for d in open_ones:
        if d.about not in done.index or done.at[d.about, "light"] != "late":
            kept.close(d.number, as_of=day, reason="已按要求落实，街道报来实际日期", by=WHO)
        elif d.days_overdue and not d.carried:
            kept.carry(d.number, as_of=day, reason="专营单位进场时间未定，重排工期", due=day + timedelta(days=10), by=WHO)
    asked = {d.about for d in open_ones}
    new = [r for r in late.drop_duplicates("project_id").itertuples() if r.project_id not in asked][:CALLED]
    for r in new:
        kept.add(
            as_of=day, about=About("project", r.project_id, f"{r.name}（{q.plan.street(r.street).short}）", r.street),
            what=f"倒排工期，{r.milestone}前每周报一次形象进度；滞后原因“{r.reason or '未报'}”由责任单位牵头解决", unit=r.unit or "区住房城乡建设局",
            due=day + timedelta(days=10), by=WHO,
        )
