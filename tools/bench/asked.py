"""Which page needs which figure, read from the sources: from each script of pages/ through the functions it calls to the names of figures that these
say. What only the page of one community, a table to be taken away or a command asks for is told apart."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from renewal import figures, settings
from renewal.meeting.agenda import load_agenda
from renewal.navigation import PAGES

ROOT = settings.ROOT
STEMS = tuple(stem for _group, pages in PAGES for stem, _title in pages)
COMMUNITY = "community"  # the part of the page 项目 that shows one community
_ONE = "renewal.dossier"  # the module that does
_ASKING = ("figure", "before", "ahead", "kept", "run")  # what is called with the name of a figure
_MEETING = "dispatch"  # its screens are data/meeting/agenda.toml
# Whatever a reader picks on this page is asked by its own description (data/tables), and nothing else of it is a page's figure.
_TABLES = "tables"


@dataclass
class _Part:
    """A function or class, or what stands at the top of a module: figures that it names, other parts that it uses as (module, name)."""

    named: set[str] = field(default_factory=set)
    used: set[tuple[str, str]] = field(default_factory=set)


@lru_cache(maxsize=1)
def of_pages() -> dict[str, frozenset[str]]:
    """Figure -> stems of the pages that need it, 'community' where the page of one community does; figures that no page needs have none."""
    parts = _read()
    found: dict[str, set[str]] = {name: set() for name in figures.catalogue()}
    for stem in (*STEMS, COMMUNITY):
        if stem == _TABLES:
            continue
        start = [key for key in parts if key[0] == (_ONE if stem == COMMUNITY else f"pages.{stem}")]
        for name in _reached(parts, start, apart=() if stem == COMMUNITY else (_ONE,)):
            found[name].add(stem)
    for screen in load_agenda().screen:
        if screen.figure:
            found[screen.figure].add(_MEETING)
    return {name: frozenset(stems) for name, stems in found.items()}


def needed(stems: tuple[str, ...] | None = None) -> list[str]:
    """The figures that these pages need (default: any page but that of one community), in order of names."""
    wanted = set(stems or STEMS)
    return [name for name, of in of_pages().items() if of & wanted]


def _reached(parts: dict[tuple[str, str], _Part], start: list[tuple[str, str]], apart: tuple[str, ...]) -> set[str]:
    seen: set[tuple[str, str]] = set()
    waiting = list(start)
    named: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in seen or key[0] in apart:
            continue
        seen.add(key)
        part = parts.get(key)
        if part is None:
            continue
        named |= part.named
        waiting += part.used
    return named


def _read() -> dict[tuple[str, str], _Part]:
    """(module, name) -> part, of all pages and the shared package; the name '' is what stands at the top of a module."""
    parts: dict[tuple[str, str], _Part] = {}
    known = set(figures.catalogue())
    paths = {_module(p): p for p in [*(ROOT / "pages").glob("*.py"), *(ROOT / "renewal").rglob("*.py")]}
    for module, path in paths.items():
        tree = ast.parse(path.read_text("utf-8"))
        bound = _imports(tree, module, path, set(paths))
        own = {name for node in tree.body for name in _binds(node)}
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                continue
            names = _binds(node)
            page = module.startswith("pages.")
            for name in names if names and not page else [""]:
                part = parts.setdefault((module, name), _Part())
                _look(node, part, module, bound, own, known)
    return parts


def _look(node: ast.stmt, part: _Part, module: str, bound: dict[str, tuple[str, str]], own: set[str], known: set[str]) -> None:
    for at in ast.walk(node):
        if isinstance(at, ast.Call) and _said(at.func) in _ASKING:
            part.named |= {c.value for c in ast.walk(at) if isinstance(c, ast.Constant) and c.value in known}
        elif isinstance(at, ast.Attribute) and isinstance(at.value, ast.Name) and at.value.id in bound:
            of, name = bound[at.value.id]
            part.used.add((f"{of}.{name}" if name else of, at.attr))
        elif isinstance(at, ast.Name):
            if at.id in bound:
                part.used.add(bound[at.id])
            elif at.id in own:
                part.used.add((module, at.id))
                part.used.add((module, ""))


def _said(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _binds(node: ast.stmt) -> list[str]:
    """The names that a statement at the top of a module gives something to."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [at.id for target in targets for at in ast.walk(target) if isinstance(at, ast.Name)]


def _imports(tree: ast.Module, module: str, path: Path, modules: set[str]) -> dict[str, tuple[str, str]]:
    """Local name -> (module, name in it), of what is imported anywhere in a module, from pages and the shared package."""
    found: dict[str, tuple[str, str]] = {}
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                found[alias.asname or alias.name] = (inner, "") if inner in modules else (base, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in modules and alias.asname:
                    found[alias.asname] = (alias.name, "")
    return {local: target for local, target in found.items() if target[0].startswith(("renewal", "pages"))}


def _module(path: Path) -> str:
    inner = path.relative_to(ROOT).with_suffix("")
    return ".".join(inner.parts[:-1] if inner.name == "__init__" else inner.parts)


if __name__ == "__main__":
    for figure, stems in of_pages().items():
        print(f"{figure:30s} {', '.join(sorted(stems))}")
