"""Take new messages into the English catalogue and list what is not translated: `make messages`.

The msgid is the Chinese text. New ones come in with an empty msgstr; those no longer used go. The same functions serve
the test that holds the catalogue complete.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages import Catalog, extract, pofile

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "renewal" / "locale" / "en" / "LC_MESSAGES" / "renewal.po"
# n_(text, n) has one Chinese text and two English forms; N_ marks constants.
KEYWORDS = {"_": None, "gettext": None, "N_": None, "mark": None, "n_": (1, 1), "ngettext": (1, 1)}
FOLDERS = ("renewal", "pages")


def sources() -> list[Path]:
    return [ROOT / "app.py", *(p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.py")))]


def extracted() -> Catalog:
    """Every message of the program, with the files that use it (no line numbers: they would change with each edit)."""
    found = Catalog(locale="en")
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        with path.open("rb") as file:
            for _line, message, comments, context in extract.extract(
                "python", file, keywords=KEYWORDS, options={"encoding": "utf-8"}
            ):
                found.add(message, locations=[(name, None)], auto_comments=comments, context=context)
    return found


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="en")


def untranslated(messages: Catalog) -> list[str]:
    """The msgids that have no English, or only a guessed one."""
    def empty(string: str | tuple[str, ...]) -> bool:
        return not all(string) if isinstance(string, (tuple, list)) else not string

    return [_first(m.id) for m in messages if m.id and (empty(m.string) or m.fuzzy)]


def _first(identifier: str | tuple[str, ...]) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]


def main() -> int:
    messages = catalogue()
    before = {_first(m.id) for m in messages if m.id}
    messages.update(extracted(), no_fuzzy_matching=True)
    gone = [_first(m.id) for m in messages.obsolete.values()]
    messages.obsolete.clear()
    written = io.BytesIO()
    pofile.write_po(written, messages, width=110, sort_by_file=True, omit_header=True, include_lineno=False)
    header = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: renewal\\n"\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    CATALOGUE.write_bytes(header.encode() + written.getvalue())
    new = {_first(m.id) for m in messages if m.id} - before
    missing = untranslated(messages)
    print(f"{len(messages)} messages, {len(new)} new, {len(gone)} no longer used, {len(missing)} not translated")
    for text in missing:
        print(f"  {text}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
