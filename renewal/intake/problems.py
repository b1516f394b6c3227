"""What can be wrong with a file, in the reader's words. The codes are stable; docs/problems.md lists them."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Problem:
    """One reason why a file was refused, or (severity 'note') something worth saying about one that was not.

    file, sheet: as named by the office; row: 1-based row of the sheet; column: letters and header ('F 实际开工');
    value: the cell as read. Empty or None where the problem is not that narrow.
    """

    code: str
    message: str
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: str = "stop"

    def as_dict(self) -> dict:
        return asdict(self)

    def line(self) -> str:
        """One line: where, what, and the cell's text."""
        place = " › ".join(p for p in (self.file, self.sheet) if p)
        if self.row is not None:
            place += f" › {self.row}"
        if self.column:
            place += f" › {self.column}"
        value = f"「{self.value}」" if self.value else ""
        return f"[{self.code}] {place}{': ' if place else ''}{value}{' ' if value else ''}{self.message}"


class Refusal(Exception):
    """A whole file cannot be read any further."""

    def __init__(self, *problems: Problem):
        super().__init__("; ".join(p.message for p in problems))
        self.problems = list(problems)
