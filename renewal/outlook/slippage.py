"""Parts of the page 偏差与趋势."""

from __future__ import annotations

from renewal import findings
from renewal.cache import Question
from renewal.findings import Finding


def finding(q: Question) -> Finding:
    return findings.nothing(q.asked, q.plan)
