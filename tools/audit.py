"""Known weaknesses of what is shipped, and its licences: `make audit` (docs/security.md). Writes docs/licences.md."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from packaging.utils import canonicalize_name

from tools.bundle import Locked, locked

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".venv" / "tools" / ("Scripts" if sys.platform == "win32" else "bin")
TABLE = ROOT / "docs" / "licences.md"
HEAD = """# Licences
What `requirements.txt` installs, in the packages' own words (written by `make audit`; each wheel carries the full text). The font in `static/` is
Noto Sans CJK under the SIL Open Font License ([text](../static/OFL.txt)); the map layers have theirs in the plan's folder `geo/LICENSES`.

| package | version | licence |
|---|---|---|
"""


def table(lock: list[Locked]) -> str:
    """The licences of what is locked, from what is installed beside this program. Raises KeyError for a package that is not."""
    told = subprocess.run(
        [str(TOOLS / "pip-licenses"), "--python", sys.executable, "--format=json", "--from=mixed", "--with-system"],
        check=True, capture_output=True, text=True, encoding="utf-8",
    )
    found = {canonicalize_name(row["Name"]): row for row in json.loads(told.stdout)}
    rows = [found[entry.name] for entry in lock]
    return HEAD + "".join(f"| {row['Name']} | {row['Version']} | {row['License']} |\n" for row in rows)


def main() -> int:
    TABLE.write_text(table(locked((ROOT / "requirements.txt").read_text("utf-8"))), "utf-8", newline="\n")
    print(TABLE)
    # Strict: a package that could not be asked about is a failure, not a package without weaknesses.
    return subprocess.run(
        [str(TOOLS / "pip-audit"), "--requirement", str(ROOT / "requirements.txt"), "--require-hashes", "--disable-pip", "--strict",
         "--progress-spinner", "off"],
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
