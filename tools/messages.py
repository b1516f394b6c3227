"""Take new messages into the English catalogue and list what is not translated: `make messages`.

The msgid is the Chinese text. New ones come in with an empty msgstr; those no longer used go. The same functions serve
the test that holds the catalogue complete.
"""

from __future__ import annotations

import ast
import io
import sys
from pathlib import Path

from babel.messages import Catalog, pofile

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "renewal" / "locale" / "en" / "LC_MESSAGES" / "renewal.po"
# n_(text, n) has one Chinese text and two English forms; N_ marks constants.
KEYWORDS = {"_": False, "gettext": False, "N_": False, "mark": False, "n_": True, "ngettext": True}  # True: plural
FOLDERS = ("renewal", "pages")


def sources() -> list[Path]:
    return [ROOT / "app.py", *(p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.py")))]


def extracted() -> Catalog:
    """Every message of the program, with the files that use it (no line numbers: they would change with each edit).

    Read from the syntax tree: Babel's own extractor misses calls inside f-strings.
    """
    found = Catalog(locale="en")
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.func, (ast.Name, ast.Attribute))):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            text = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if called in KEYWORDS and isinstance(text, str):
                found.add((text, text) if KEYWORDS[called] else text, locations=[(name, None)])
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
