"""DuckDB's SQL of queries/ as Spark SQL. The .sql files stay the one definition; nothing of Spark is needed here, only sqlglot.

What Spark has no word for is said in other words: macros are written out where they are called, `*` and UNION BY NAME become lists of columns,
aliases that are used again the expressions they stand for, ASOF joins ordinary ones, and a LATERAL over a macro the union of that macro for
each row (the engine is asked for those rows first). Which columns a relation has and which type an expression, an empty DuckDB database of the
same schema answers: the twin.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import duckdb
from sqlglot import exp, parse, parse_one

_HIDDEN = "__"  # columns made here begin so, and stand for no `*`
_DATES = ("DATE",)
_MOMENTS = ("TIMESTAMP",)
_FLOATS = ("DOUBLE", "FLOAT")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "INT")


# Figures for which there are no words in Spark's SQL, and why. None of them is of the newest state: no rollup needs them.
NOT_PORTABLE = {
    "publication_changes": "compares what rows say as the text of lists, read back as lists; Spark reads no list out of a text",
}


class NotPortable(Exception):
    """A construct for which no words are known here; its text names it."""


class Macro:
    """A macro of the schema. table: it stands in FROM."""

    def __init__(self, create: exp.Create):
        head = create.this
        self.name = head.this.name
        self.parameters = [p.name for p in head.expressions]
        self.body = create.expression
        self.table = create.args.get("properties") is not None


def macros(schema: str) -> dict[str, Macro]:
    """The macros of a schema by name."""
    found = (Macro(s) for s in parse(schema, read="duckdb") if isinstance(s, exp.Create) and s.args["kind"] == "MACRO")
    return {macro.name: macro for macro in found}


def literal(value: Any) -> exp.Expression:
    """A value as it is written in SQL: never spliced into text, so nothing in it can become SQL."""
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int | float):
        return exp.Literal.number(value)
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(" ")), "TIMESTAMP")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, list | tuple | set | frozenset):
        return exp.cast(exp.Array(expressions=[literal(v) for v in value]), "TEXT[]")
    return exp.Literal.string(str(value))


def constant(node: exp.Expression) -> Any:
    """The value of a literal; raises ValueError for anything else."""
    node = node.unnest() if isinstance(node, exp.Paren) else node
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Literal):
        return node.this if node.is_string else int(node.this)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.this.is_string:
        if node.to.this == exp.DataType.Type.DATE:
            return date.fromisoformat(node.this.this[:10])
        if node.to.this in (exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPNTZ):
            return datetime.fromisoformat(node.this.this)
    raise ValueError(node.sql("duckdb"))


class Translator:
    """Translates the queries of one schema.

    twin: a DuckDB database of that schema, empty but for the plan. keep(macro, values): the name of a table that holds what a macro gives for these
    values (it must be known to the twin too), or None where the macro is to be written out. rows(sql): the rows of a query in Spark's SQL, as tuples.
    """

    def __init__(
        self, twin: duckdb.DuckDBPyConnection, schema: str, keep: Callable[[str, tuple], str | None], rows: Callable[[str], list[tuple]]
    ):
        self._twin, self._macros, self._keep, self._rows = twin, macros(schema), keep, rows
        self._numbers = itertools.count(1)
        self._known: dict[str, list[tuple[str, str]]] = {}  # unique name of a relation -> its columns and their types

    def query(self, sql: str, values: Mapping[str, Any]) -> str:
        """A query in Spark's SQL, with its parameters ($name) as literals. Raises NotPortable."""
        tree = parse_one(sql, read="duckdb")
        for mark in list(tree.find_all(exp.Placeholder)):
            mark.replace(literal(values[mark.name]))
        return self._translate(tree)

    def call(self, macro: str, values: Iterable[Any]) -> str:
        """All rows of a table macro, written out, in Spark's SQL. Raises NotPortable."""
        found = self._macros[macro]
        return self._translate(_substituted(found, [literal(v) for v in values]))

    def _translate(self, tree: exp.Expression) -> str:
        tree = self._prepared(tree)
        _Typing(self._twin, self._known).note(tree)
        return _spoken(_Speech(self._twin).rewritten(tree)).sql("spark")

    # ---- writing out --------------------------------------------------------------------------------------------------
    def _prepared(self, tree: exp.Expression) -> exp.Expression:
        """Without macros, without laterals over macros, each common table expression under a name of its own."""
        root = exp.Subquery(this=tree)  # so that every node has a parent to be replaced in
        self._expand(root)
        return root.this

    def _expand(self, root: exp.Expression) -> None:
        self._named_apart(root)
        for node in list(root.walk(bfs=True)):
            if isinstance(node, exp.Select):
                _joins_flat(node)
            elif isinstance(node, exp.Values):
                _values_named(node)
        while (call := self._next_call(root)) is not None:
            if isinstance(call, exp.Table):
                self._table(call)
            else:
                body = _substituted(self._macros[call.name.lower()], call.expressions)
                self._settle(body)
                call.replace(exp.Paren(this=body))
        for lateral in sorted(root.find_all(exp.Lateral), key=lambda x: -x.depth):  # those in common table expressions first
            if lateral.find_ancestor(exp.Select) is not None and "pending" in lateral.meta:
                self._unroll(lateral)
        self._fold_recursion(root)

    def _settle(self, body: exp.Expression) -> None:
        holder = exp.Subquery(this=body)
        self._named_apart(holder)
        for select in list(body.find_all(exp.Select)):
            _joins_flat(select)
        for values in list(body.find_all(exp.Values)):
            _values_named(values)

    def _next_call(self, root: exp.Expression) -> exp.Expression | None:
        """The outermost macro call left, but for table macros that ask for a row of a sibling: their laterals are unrolled."""
        for node in root.walk(bfs=True):
            if isinstance(node, exp.Anonymous) and (macro := self._macros.get(node.name.lower())) is not None:
                if macro.table:
                    table = node.parent
                    lateral = table.find_ancestor(exp.Lateral)
                    if lateral is not None and any(c.table in _siblings(lateral) for c in node.find_all(exp.Column)):
                        lateral.meta["pending"] = True
                        continue
                    if lateral is not None and "pending" in lateral.meta:
                        continue
                    return table
                if (lateral := node.find_ancestor(exp.Lateral)) is not None and "pending" in lateral.meta:
                    continue
                return node
        return None

    def _table(self, table: exp.Table) -> None:
        """A table macro as a subquery, or as the table that keeps it."""
        call, name = table.this, table.this.name.lower()
        for inner in list(call.find_all(exp.Anonymous)):
            if inner is not call and inner.name.lower() in self._macros:
                body = _substituted(self._macros[inner.name.lower()], inner.expressions)
                self._settle(body)
                inner.replace(exp.Paren(this=body))
        alias = table.alias or name
        try:
            kept = self._keep(name, tuple(constant(a) for a in call.expressions))
        except ValueError:
            kept = None
        if kept is not None:
            new: exp.Expression = exp.to_table(kept)
            new.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
        else:
            body = _substituted(self._macros[name], call.expressions)
            self._settle(body)
            new = exp.Subquery(this=body, alias=exp.TableAlias(this=exp.to_identifier(alias)))
        table.replace(new)

    def _named_apart(self, root: exp.Expression) -> None:
        """Gives every common table expression a name of its own, the innermost first."""
        for with_ in sorted(root.find_all(exp.With), key=lambda w: -w.depth):
            query = with_.parent
            for place, cte in enumerate(with_.expressions):
                old = cte.alias
                if _HIDDEN in old:
                    continue
                new = f"{old}{_HIDDEN}{next(self._numbers)}"
                recursive = with_.recursive and any(t.name == old for t in cte.this.find_all(exp.Table))
                places = [*with_.expressions[place + (0 if recursive else 1):], *(v for k, v in query.args.items() if k != "with_" and v is not None)]
                for part in itertools.chain.from_iterable(p if isinstance(p, list) else [p] for p in places):
                    if not isinstance(part, exp.Expression):
                        continue
                    for table in part.find_all(exp.Table):
                        if table.name == old and not table.db and isinstance(table.this, exp.Identifier):
                            if not table.alias:
                                table.set("alias", exp.TableAlias(this=exp.to_identifier(old)))
                            table.set("this", exp.to_identifier(new))
                cte.set("materialized", None)
                cte.set("alias", exp.TableAlias(this=exp.to_identifier(new), columns=cte.args["alias"].columns or None))

    def _unroll(self, lateral: exp.Lateral) -> None:
        """LATERAL (… macro(s.a, …) …) t becomes a join with the union of the subquery for each a that s holds: the engine is asked for them first."""
        del lateral.meta["pending"]
        select, siblings = lateral.find_ancestor(exp.Select), _siblings(lateral)
        asked = {c.sql("duckdb"): c for c in lateral.find_all(exp.Column) if c.table in siblings and c.table not in _inner_names(lateral)}
        columns = list(asked.values())
        joins = select.args["joins"]
        join = lateral.parent
        before = joins[: next(i for i, j in enumerate(joins) if j is join)]
        used = {c.table for c in columns}
        source = exp.Select(expressions=[c.copy() for c in columns], distinct=exp.Distinct())
        first = select.args["from_"].this
        if first.alias_or_name in used and not any(j.this.alias_or_name in used for j in before):
            source.set("from_", exp.From(this=first.copy()))
        else:
            source.set("from_", select.args["from_"].copy())
            source.set("joins", [j.copy() for j in before])
        where = select.args.get("where")
        if where is not None and all(c.table in used for c in where.find_all(exp.Column)):
            source.set("where", where.copy())
        context = _context(select)
        if context:
            source.set("with_", exp.With(expressions=[c.copy() for c in context]))
        found = self._rows(self._translate_prepared(source))
        parts: list[exp.Expression] = []
        for values in found:
            inner = lateral.this.this.copy()
            for column in list(inner.find_all(exp.Column)):
                if (key := column.sql("duckdb")) in asked:
                    column.replace(literal(values[list(asked).index(key)]))
            made = exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("u")))
            marks = [exp.alias_(literal(v), f"{_HIDDEN}{i}") for i, v in enumerate(values)]
            part = exp.Select(expressions=[*marks, exp.Column(this=exp.Star(), table=exp.to_identifier("u"))], from_=exp.From(this=made))
            holder = exp.Subquery(this=part)
            self._expand(holder)
            parts.append(holder.this)
        if not parts:  # of no row, as of one that nothing equals
            raise NotPortable(f"LATERAL over no rows: {lateral.sql('duckdb')[:80]}")
        union = parts[0]
        for part in parts[1:]:
            union = exp.Union(this=union, expression=part, distinct=False)
        alias = lateral.alias
        same = [exp.NullSafeEQ(this=exp.column(f"{_HIDDEN}{i}", table=alias), expression=c.copy()) for i, c in enumerate(columns)]
        kind = {"on": exp.and_(*same), "side": "LEFT"} if join.side == "LEFT" else {"on": exp.and_(*same)}
        join.replace(exp.Join(this=exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier(alias))), **kind))

    def _translate_prepared(self, tree: exp.Expression) -> str:
        tree = exp.Subquery(this=tree).this
        _Typing(self._twin, self._known).note(tree)
        return _spoken(_Speech(self._twin).rewritten(tree)).sql("spark")

    def _fold_recursion(self, root: exp.Expression) -> None:
        """A recursive expression over the plan alone is worked out by the twin, which holds the plan."""
        for with_ in list(root.find_all(exp.With)):
            if not with_.recursive:
                continue
            own, folded = [c for c in with_.expressions if any(t.name == c.alias for t in c.this.find_all(exp.Table))], []
            for cte in own:
                name = cte.alias
                read = {t.name for t in cte.this.find_all(exp.Table)} - {name}
                if not all(t.startswith("plan_") for t in read):
                    self._ever_growing(with_, cte)
                    continue
                only = exp.select("*").from_(name)
                only.set("with_", exp.With(expressions=[cte.copy()], recursive=True))
                answer = self._twin.execute(only.sql("duckdb"))
                names = [d[0] for d in answer.description]
                rows = answer.fetchall()
                values = exp.Values(
                    expressions=[exp.Tuple(expressions=[literal(v) for v in row]) for row in rows],
                    alias=exp.TableAlias(this=exp.to_identifier("folded"), columns=[exp.to_identifier(n) for n in names]),
                )
                cte.set("this", exp.select(*names).from_(values))
                folded.append(cte)
            if len(folded) == len(own):
                with_.set("recursive", False)


    def _ever_growing(self, with_: exp.With, cte: exp.CTE) -> None:
        """Spark's recursion takes UNION ALL alone: rows come several times, and the doubles go afterwards (it ends where the plan's orders end)."""
        if not isinstance(cte.this, exp.Union) or not cte.this.args.get("distinct"):
            return
        name = f"{cte.alias}{_HIDDEN}all"
        for table in cte.this.find_all(exp.Table):
            if table.name == cte.alias:
                table.set("this", exp.to_identifier(name))
        cte.this.set("distinct", False)
        once = exp.CTE(this=exp.select("*").distinct().from_(name), alias=cte.args["alias"].copy())
        cte.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
        place = with_.expressions.index(cte)
        with_.set("expressions", [*with_.expressions[:place + 1], once, *with_.expressions[place + 1:]])


def _substituted(macro: Macro, arguments: list[exp.Expression]) -> exp.Expression:
    """A macro's body with what it is called with in place of its parameters."""
    given = dict(zip(macro.parameters, arguments, strict=True))
    holder = exp.Paren(this=macro.body.copy())
    for column in list(holder.find_all(exp.Column)):
        if not column.table and column.name in given:
            value = given[column.name].copy()
            closed = isinstance(value, exp.Column | exp.Literal | exp.Null | exp.Cast | exp.Subquery | exp.Func)
            column.replace(value if closed else exp.Paren(this=value))
    return holder.this.pop() if holder.this.parent is holder else holder.this


def _joins_flat(select: exp.Select) -> None:
    """Joins of a FROM that stands first hang on its table: they belong to the query. A comma is a cross join, in its order."""
    start = select.args.get("from_")
    if start is None:
        return
    hung = start.this.args.get("joins")
    if hung:
        start.this.set("joins", None)
        select.set("joins", [*hung, *(select.args.get("joins") or [])])
    for join in select.args.get("joins") or []:
        if not any(join.args.get(k) for k in ("on", "using", "kind", "side", "method")) and not isinstance(join.this, exp.Lateral):
            join.set("kind", "CROSS")


def _values_named(values: exp.Values) -> None:
    """Columns without a name are called as DuckDB calls them."""
    holder: exp.Expression = values
    while holder.args.get("alias") is None and isinstance(holder.parent, exp.Subquery | exp.Lateral):
        holder = holder.parent
    alias = holder.args.get("alias") or exp.TableAlias(this=exp.to_identifier("valueslist"))
    if not alias.columns:
        alias.set("columns", [exp.to_identifier(f"col{i}") for i, _e in enumerate(values.expressions[0].expressions)])
    holder.set("alias", alias)


def _sources(select: exp.Select) -> Iterator[tuple[exp.Expression, exp.Join | None]]:
    start = select.args.get("from_")
    if start is not None:
        yield start.this, None
    for join in select.args.get("joins") or []:
        yield join.this, join


def _siblings(lateral: exp.Lateral) -> set[str]:
    """The names of what stands before a lateral in its FROM."""
    select = lateral.find_ancestor(exp.Select)
    return {s.alias_or_name for s, _join in _sources(select) if s is not lateral}


def _inner_names(lateral: exp.Lateral) -> set[str]:
    return {s.alias_or_name for select in lateral.find_all(exp.Select) for s, _join in _sources(select)}


def _context(node: exp.Expression) -> list[exp.CTE]:
    """The common table expressions that a query may name, outermost first."""
    found: list[list[exp.CTE]] = []
    inner, outer = node, node.parent
    own = node.args.get("with_")
    if own is not None:
        found.append(list(own.expressions))
    while outer is not None:
        if isinstance(outer, exp.With):
            place = next(i for i, c in enumerate(outer.expressions) if c is inner)
            found.append(list(outer.expressions[:place]))
        elif isinstance(inner, exp.With):
            pass  # the names beside the one in which the query stands: said already
        elif (with_ := outer.args.get("with_")) is not None and with_ is not inner:
            found.append(list(with_.expressions))
        inner, outer = outer, outer.parent
    return [cte for group in reversed(found) for cte in group]


class _Typing:
    """Writes beside the nodes of a query (meta) what DuckDB knows of them: columns of relations, types of operands.

    From the innermost out: each subquery and common table expression becomes an empty table of the twin, so that no question is longer than
    one query.
    """

    def __init__(self, twin: duckdb.DuckDBPyConnection, known: dict[str, list[tuple[str, str]]]):
        self._twin, self._known = twin, known
        self._made: list[str] = []

    def note(self, tree: exp.Expression) -> None:
        try:
            self._visit(tree)
        finally:
            for name in self._made:
                self._twin.execute(f'DROP TABLE IF EXISTS temp."{name}"')
                self._known.pop(name, None)

    def _visit(self, node: exp.Expression) -> None:
        with_ = node.args.get("with_")
        for cte in with_.expressions if with_ is not None else ():
            # the types of a recursive one are those of its beginning
            if isinstance(cte.this, exp.Union) and any(t.name == cte.alias for t in cte.this.find_all(exp.Table)):
                self._visit(cte.this.this)
                self._make(cte.alias, self._short(cte.this.this))
                self._visit(cte.this.expression)
                continue
            self._visit(cte.this)
            listed = ", ".join(f'"{c.name}"' for c in cte.args["alias"].columns)
            self._make(cte.alias, f"SELECT * FROM ({self._short(cte.this)}) AS u{f'({listed})' if listed else ''}")
        for child in node.iter_expressions():
            if child is not with_:
                self._visit(child)
        if isinstance(node, exp.Union) and node.args.get("by_name"):
            for side in (node.this, node.expression):
                side.meta["columns"] = [name for name, _type in self._described(self._short(side))]
        if isinstance(node, exp.Select):
            self._select(node)
        if isinstance(node, exp.Subquery) and isinstance(node.parent, exp.From | exp.Join):
            name = f"{_HIDDEN}sub{len(self._made)}_{id(node)}"
            listed = ", ".join(f'"{c.name}"' for c in node.args["alias"].columns) if node.args.get("alias") else ""
            if self._make(name, f"SELECT * FROM ({self._short(node.this)}) AS u{f'({listed})' if listed else ''}"):
                node.meta["relation"] = name

    def _make(self, name: str, sql: str) -> bool:
        try:
            self._twin.execute(f'CREATE TEMP TABLE "{name}" AS {sql} LIMIT 0')
        except duckdb.BinderException:  # it looks at its siblings
            return False
        self._made.append(name)
        return True

    def _short(self, query: exp.Expression) -> str:
        """A query in which subqueries that became tables are those tables."""
        holder = exp.Subquery(this=query.copy())
        for inner in list(holder.find_all(exp.With)):
            inner.parent.set("with_", None)
        for sub in list(holder.find_all(exp.Subquery)):
            if (name := sub.meta.get("relation")) is not None:
                table = exp.Table(this=exp.to_identifier(name, quoted=True))
                if sub.alias:
                    table.set("alias", exp.TableAlias(this=exp.to_identifier(sub.alias)))
                sub.replace(table)
        return holder.this.sql("duckdb")

    def _described(self, sql: str) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in self._twin.execute(f"DESCRIBE {sql}").fetchall()]

    def _columns(self, source: exp.Expression) -> list[tuple[str, str]]:
        """Of a relation in FROM, but for those made here."""
        name = source.name if isinstance(source, exp.Table) else source.meta.get("relation")
        if name is None:
            try:
                found = self._described(f"SELECT * FROM {self._short(source)}")
            except duckdb.Error:  # a subquery that looks at its siblings
                found = [(p.alias_or_name, "?") for p in source.find(exp.Select).expressions]
        else:
            if name not in self._known:
                self._known[name] = self._described(f'FROM "{name}"')
            found = self._known[name]
        return [c for c in found if not c[0].startswith(_HIDDEN)]

    def _select(self, select: exp.Select) -> None:
        self._name(select)
        aliases = {p.alias.lower(): p for p in select.expressions if isinstance(p, exp.Alias)}
        starred = any(isinstance(p, exp.Star) or (isinstance(p, exp.Column) and isinstance(p.this, exp.Star)) for p in select.expressions)
        bare = [c for c in _own(select, exp.Column) if not c.table and c.name.lower() in aliases]
        if starred or bare:
            select.meta["sources"] = [(s.alias_or_name, self._columns(s)) for s, _join in _sources(select)]
        typed = [*_own(select, exp.Sub), *_own(select, exp.Add)]
        wanted: list[exp.Expression] = [n.this for n in typed] + [n.expression for n in typed]
        wanted += [c.this for c in _own(select, exp.Cast) if not isinstance(c.this, exp.Literal)]
        wanted += [n.this for kind in (exp.Round, exp.Explode, exp.Length) for n in _own(select, kind)]
        wanted = [w for w in wanted if not isinstance(w, exp.Literal | exp.Interval)]
        if not wanted:
            return
        relations = exp.Select()
        for part in ("from_", "joins"):
            if value := select.args.get(part):
                relations.set(part, [v.copy() for v in value] if isinstance(value, list) else value.copy())
        for join in relations.args.get("joins") or []:  # also what a join only looks at has a type
            if join.kind in ("SEMI", "ANTI"):
                join.set("kind", None)
        whole = select.copy()
        for part in ("with_", "order", "limit", "qualify"):
            whole.set(part, None)
        # out of the relations alone, or (aggregates, aliases) beside what the query itself selects
        shapes = (self._short(relations).removeprefix("SELECT").strip(), self._short(whole))
        try:
            types = self._typed(shapes, wanted, alone=True)
        except duckdb.Error:
            types = [self._one(shapes, node) for node in wanted]
        for node, found in zip(wanted, types, strict=True):
            node.meta["type"] = found

    def _name(self, select: exp.Select) -> None:
        """What is selected without a name gets the one that DuckDB gives it."""
        unnamed = [p for p in select.expressions if not p.alias_or_name and not p.find(exp.Star)]
        if not unnamed or any(p.find(exp.Star) for p in select.expressions if not isinstance(p, exp.Alias)):
            return
        try:
            names = [name for name, _type in self._described(self._short(select))]
        except duckdb.Error:  # a subquery that looks outside: nobody asks for its name
            return
        if len(names) == len(select.expressions):
            select.set("expressions", [
                exp.alias_(p, name, quoted=True) if p in unnamed else p for p, name in zip(select.expressions, names, strict=True)
            ])

    def _one(self, shapes: tuple[str, str], node: exp.Expression) -> str:
        for alone in (True, False):
            try:
                return self._typed(shapes, [node], alone=alone)[0]
            except duckdb.Error:
                continue
        return "?"

    def _typed(self, shapes: tuple[str, str], nodes: list[exp.Expression], alone: bool) -> list[str]:
        asked = ", ".join(f"({self._short(n)}) AS {_HIDDEN}t{i}" for i, n in enumerate(nodes))
        relations, whole = shapes
        if alone:
            sql = f"SELECT {asked} {relations.removeprefix('*').strip()}"
        else:
            probe = parse_one(whole, read="duckdb")
            probe.set("expressions", [*probe.expressions, *(exp.alias_(exp.Paren(this=n.copy()), f"{_HIDDEN}t{i}") for i, n in enumerate(nodes))])
            sql = self._short(probe)
        return [type_ for name, type_ in self._described(sql) if name.startswith(f"{_HIDDEN}t")]


def _listed(value: Any) -> list[exp.Expression]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _own(select: exp.Select, kind: type) -> Iterator[Any]:
    """The nodes of a kind that belong to a query itself and to no query inside it."""

    def walk(node: exp.Expression) -> Iterator[exp.Expression]:
        for child in node.iter_expressions():
            if isinstance(child, exp.Query | exp.With):
                continue
            if isinstance(child, kind):
                yield child
            yield from walk(child)

    yield from walk(select)


class _Speech:
    """Rewrites a query whose types are noted into constructs that Spark knows too."""

    def __init__(self, twin: duckdb.DuckDBPyConnection):
        self._twin = twin

    def rewritten(self, tree: exp.Expression) -> exp.Expression:
        root = exp.Subquery(this=tree)
        for select in sorted(root.find_all(exp.Select), key=lambda s: -s.depth):
            self._asof(select)
            self._stars(select)
            self._aliases(select)
            self._generators(select)
        for inside in list(root.find_all(exp.In)):
            query = inside.args.get("query")
            chosen = query.this.expressions if isinstance(query, exp.Subquery) and isinstance(query.this, exp.Select) else []
            if isinstance(inside.this, exp.Tuple) and len(chosen) == 1 and isinstance(chosen[0].unalias(), exp.Tuple):  # pairs among pairs
                query.this.set("expressions", [e.copy() for e in chosen[0].unalias().expressions])
        for values in list(root.find_all(exp.Values)):
            self._rows_of_outside(values)
        for union in sorted(root.find_all(exp.Union), key=lambda u: -u.depth):
            if union.args.get("by_name"):
                self._by_name(union)
        self._plan_choice(root)
        for select in sorted(root.find_all(exp.Select), key=lambda s: -s.depth):
            self._order(select)
            self._conditions(select)
        return root.this

    # ---- columns ------------------------------------------------------------------------------------------------------
    def _stars(self, select: exp.Select) -> None:
        projections: list[exp.Expression] = []
        for p in select.expressions:
            star = p if isinstance(p, exp.Star) else p.this if isinstance(p, exp.Column) and isinstance(p.this, exp.Star) else None
            if star is None:
                projections.append(p)
                continue
            of = p.table if isinstance(p, exp.Column) else None
            left_out = {c.name.lower() for c in _listed(star.args.get("except_"))}
            replaced = {a.alias.lower(): a for a in _listed(star.args.get("replace"))}
            merged: set[str] = set()
            for (name, columns), (_source, join) in zip(select.meta["sources"], _sources(select), strict=True):
                using = {u.name.lower() for u in _listed(join.args.get("using"))} if join is not None else set()
                if join is not None and join.kind in ("SEMI", "ANTI"):
                    continue
                if of is not None and name != of:
                    continue
                for column, _type in columns:
                    low = column.lower()
                    if low in left_out or (of is None and low in using and low in merged):
                        continue
                    merged.add(low)
                    if low in replaced:
                        projections.append(exp.alias_(replaced[low].this.copy(), column))
                    else:
                        projections.append(exp.column(column, table=name or None))
        select.set("expressions", projections)

    def _aliases(self, select: exp.Select) -> None:
        """An alias that is used again becomes what it stands for; a column of that name goes first."""
        if "sources" not in select.meta:
            return
        columns = {c.lower() for _name, found in select.meta["sources"] for c, _type in found}
        aliases: dict[str, exp.Expression] = {}

        def put_in(part: exp.Expression) -> exp.Expression:
            holder = exp.Paren(this=part)
            for column in list(_own_of(holder)):
                if not column.table and column.name.lower() in aliases and column.name.lower() not in columns:
                    meant = exp.Paren(this=aliases[column.name.lower()].copy())
                    meant.meta.update(column.meta)
                    column.replace(meant)
            return holder.this

        done = []
        for p in select.expressions:
            p = put_in(p)
            if isinstance(p, exp.Alias) and not p.find(exp.Explode):
                aliases[p.alias.lower()] = p.this
            done.append(p)
        select.set("expressions", done)
        for clause in ("where", "qualify", "having"):
            if select.args.get(clause):
                put_in(select.args[clause])
                select.args[clause].parent = select
        for clause in ("where", "qualify", "having"):
            if select.args.get(clause):
                select.set(clause, select.args[clause])

    def _conditions(self, select: exp.Select) -> None:
        """QUALIFY, and a HAVING that names a grouped column under which something else is selected (Spark would take that): the condition is
        selected and asked outside."""
        having, qualify = select.args.get("having"), select.args.get("qualify")
        named = {p.alias.lower(): p.this for p in select.expressions if isinstance(p, exp.Alias)}
        clash = having is not None and any(not c.table and c.name.lower() in named and named[c.name.lower()] != c for c in _own_of(having))
        hidden = {}
        if clash:
            hidden["having"] = having.this.copy()
            select.set("having", None)
        if qualify is not None:
            hidden["qualify"] = qualify.this.copy()
            select.set("qualify", None)
        if hidden:
            _wrapped(select, hidden)
            select.set("where", exp.Where(this=exp.and_(*(exp.column(f"{_HIDDEN}{name}") for name in hidden))))

    def _order(self, select: exp.Select) -> None:
        """What is ordered by is selected too, where Spark finds it nowhere else: windows over groups, and the columns of distinct rows."""
        order = select.args.get("order")
        if order is None:
            return
        for key in order.expressions:
            same = next((p for p in select.expressions if isinstance(p, exp.Alias) and p.this == key.this), None)
            if same is not None and select.args.get("distinct") is not None:
                key.set("this", exp.column(same.alias))
        if any(key.find(exp.Window) for key in order.expressions):
            hidden = {f"order{i}": key.this.copy() for i, key in enumerate(order.expressions)}
            _wrapped(select, hidden)
            for i, key in enumerate(order.expressions):
                key.set("this", exp.column(f"{_HIDDEN}order{i}"))

    def _by_name(self, union: exp.Union) -> None:
        left, right = union.this, union.expression
        names = [*left.meta["columns"], *(n for n in right.meta["columns"] if n.lower() not in {c.lower() for c in left.meta["columns"]})]
        for key, side in (("this", left), ("expression", right)):
            has = {c.lower() for c in side.meta["columns"]}
            listed = [exp.column(n) if n.lower() in has else exp.alias_(exp.Null(), n) for n in names]
            new = exp.Select(expressions=listed, from_=exp.From(this=exp.Subquery(
                this=side.copy(), alias=exp.TableAlias(this=exp.to_identifier(f"{_HIDDEN}side"))
            )))
            union.set(key, new)
        union.set("by_name", False)
        union.meta["columns"] = names

    # ---- joins --------------------------------------------------------------------------------------------------------
    def _asof(self, select: exp.Select) -> None:
        """The newest row of the right side up to a value: the one after which the next lies beyond."""
        for join in select.args.get("joins") or []:
            if join.method != "ASOF":
                continue
            right = join.this.alias_or_name
            equal, bound = [], None
            for condition in join.args["on"].flatten() if isinstance(join.args["on"], exp.And) else [join.args["on"]]:
                sides = [condition.this, condition.expression]
                of = [isinstance(s, exp.Column) and s.table == right for s in sides]
                if isinstance(condition, exp.EQ):
                    equal.append(sides[of.index(True)])
                else:
                    bound = condition
            if bound is None or not isinstance(bound, exp.LT | exp.LTE) or bound.this.table != right:
                raise NotPortable(f"ASOF JOIN: {join.sql('duckdb')[:120]}")
            after = f"{_HIDDEN}next"
            window = exp.Window(
                this=exp.Anonymous(this="lead", expressions=[bound.this.copy()]), partition_by=[e.copy() for e in equal],
                order=exp.Order(expressions=[exp.Ordered(this=bound.this.copy(), nulls_first=False)]),
            )
            source = join.this.copy()
            if not source.alias:
                source.set("alias", exp.TableAlias(this=exp.to_identifier(right)))
            all_ = exp.Column(this=exp.Star(), table=exp.to_identifier(right))
            inner = exp.Select(expressions=[all_, exp.alias_(window, after)], from_=exp.From(this=source))
            following = exp.column(after, table=right)
            beyond = (exp.GTE if isinstance(bound, exp.LT) else exp.GT)(this=following, expression=bound.expression.copy())
            join.set("this", exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(right))))
            join.set("on", exp.and_(join.args["on"].copy(), exp.or_(exp.Is(this=following.copy(), expression=exp.Null()), beyond)))
            join.set("method", None)

    # ---- generators ---------------------------------------------------------------------------------------------------
    def _generators(self, select: exp.Select) -> None:
        projections, several = [], []
        for p in select.expressions:
            inner = p.this if isinstance(p, exp.Alias) else p
            found = inner.find(exp.Explode) if isinstance(inner, exp.Expression) else None
            if found is None or found.find_ancestor(exp.Select) is not select:
                projections.append(p)
                continue
            recursive = bool(found.expressions)
            of = found.this.meta.get("type", "")
            if of.startswith("STRUCT(") and of.endswith(")"):
                for name in _fields(of):
                    projections.append(exp.alias_(exp.Dot(this=exp.Paren(this=found.this.copy()), expression=exp.to_identifier(name)), name))
            elif recursive:
                several.append(("", found.this.copy(), len(projections)))
                projections.append(None)
            elif isinstance(inner, exp.Cast) and inner.this is found:  # what is done to each goes inside
                each = exp.Lambda(this=exp.Cast(this=exp.column("x"), to=inner.to.copy()), expressions=[exp.to_identifier("x")])
                several.append((p.alias_or_name, exp.Anonymous(this="transform", expressions=[found.this.copy(), each]), len(projections)))
                projections.append(None)
            elif inner is found:
                several.append((p.alias_or_name, found.this.copy(), len(projections)))
                projections.append(None)
            else:
                raise NotPortable(f"unnest inside an expression: {inner.sql('duckdb')[:120]}")
        if several and select.args.get("group") is not None:  # grouped first, multiplied afterwards
            for _name, array, place in several:
                projections[place] = exp.alias_(array, f"each{place}")
            select.set("expressions", projections)
            _wrapped(select, {})
            projections = list(select.expressions)
            several = [(name, exp.column(f"each{place}"), place) for name, _array, place in several]
            for _name, _array, place in several:
                projections[place] = None
        if len(several) == 1 and not several[0][0]:
            projections[several[0][2]] = exp.Anonymous(this="inline", expressions=[several[0][1]])
        elif len(several) == 1:
            name, array, place = several[0]
            made = exp.Anonymous(this="explode", expressions=[array])
            projections[place] = exp.alias_(made, name) if name else made
        elif several:
            zipped = exp.Anonymous(this="inline", expressions=[exp.Anonymous(this="arrays_zip", expressions=[a for _n, a, _p in several])])
            projections[several[0][2]] = exp.Aliases(this=zipped, expressions=[exp.to_identifier(n) for n, _a, _p in several])
        select.set("expressions", [p for p in projections if p is not None])

    def _rows_of_outside(self, values: exp.Values) -> None:
        """LATERAL (VALUES …) of a sibling's columns: rows made by a generator."""
        lateral = values.find_ancestor(exp.Lateral)
        if lateral is None or not values.find(exp.Column):
            return
        names = [c.name for c in lateral.args["alias"].columns]
        rows = [_call("named_struct", *(
            part for name, value in zip(names, row.expressions, strict=True) for part in (exp.Literal.string(name), value)
        )) for row in values.expressions]
        made = exp.Select(expressions=[_call("inline", exp.Array(expressions=rows))])
        values.parent.set("this", made) if isinstance(values.parent, exp.Subquery) else values.replace(exp.Subquery(this=made))

    # ---- a choice among the plan's rows -------------------------------------------------------------------------------
    def _plan_choice(self, root: exp.Expression) -> None:
        """(SELECT arg_min(a, b) FROM plan_… r WHERE …) about the row outside: Spark correlates by equality alone, so the plan's rows are
        written out."""
        for subquery in list(root.find_all(exp.Subquery)):
            inner = subquery.this
            if not isinstance(inner, exp.Select) or len(inner.expressions) != 1 or inner.args.get("group") or inner.args.get("joins"):
                continue
            chosen, start = inner.expressions[0].unalias(), inner.args.get("from_")
            if not isinstance(chosen, exp.ArgMin) or start is None or not start.this.name.startswith("plan_"):
                continue
            table = start.this
            alias = table.alias_or_name
            answer = self._twin.execute(f"FROM {table.name}")
            names = [d[0] for d in answer.description]
            rows = [exp.Anonymous(this="named_struct", expressions=[
                part for name, value in zip(names, row, strict=True) for part in (exp.Literal.string(name), literal(value))
            ]) for row in answer.fetchall()]
            variable = exp.to_identifier(alias)
            kept = exp.Anonymous(this="filter", expressions=[
                exp.Array(expressions=rows), exp.Lambda(this=_dotted(inner.args["where"].this, alias), expressions=[variable.copy()])
            ])
            pair = exp.Anonymous(this="named_struct", expressions=[
                exp.Literal.string("k"), _dotted(chosen.expression, alias), exp.Literal.string("v"), _dotted(chosen.this, alias)
            ])
            each = exp.Anonymous(this="transform", expressions=[kept, exp.Lambda(this=pair, expressions=[variable.copy()])])
            subquery.replace(exp.Dot(this=exp.Anonymous(this="array_min", expressions=[each]), expression=exp.to_identifier("v")))


def _wrapped(select: exp.Select, hidden: Mapping[str, exp.Expression]) -> None:
    """Turns a query inside out: what it selects comes from a subquery that selects the hidden expressions beside it. ORDER BY and LIMIT
    stay outside."""
    inner = select.copy()
    for part in ("order", "limit", "with_"):
        inner.set(part, None)
    inner.set("expressions", [*inner.expressions, *(exp.alias_(e, f"{_HIDDEN}{name}") for name, e in hidden.items())])
    for part in ("from_", "joins", "where", "group", "having", "qualify", "distinct"):
        select.set(part, None)
    select.set("expressions", [exp.column(p.alias_or_name) for p in inner.expressions if not p.alias_or_name.startswith(_HIDDEN)])
    select.set("from_", exp.From(this=exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(f"{_HIDDEN}inside")))))


def _own_of(node: exp.Expression) -> Iterator[exp.Column]:
    for child in node.iter_expressions():
        if isinstance(child, exp.Query):
            continue
        if isinstance(child, exp.Column):
            yield child
        yield from _own_of(child)


def _dotted(node: exp.Expression, variable: str) -> exp.Expression:
    """Columns of a relation as fields of a lambda's variable."""
    holder = exp.Paren(this=node.copy())
    for column in list(holder.find_all(exp.Column)):
        if column.table == variable:
            column.replace(exp.Dot(this=exp.to_identifier(variable), expression=exp.to_identifier(column.name)))
    return holder.this


def _fields(struct: str) -> list[str]:
    """The names of a struct's fields, from DuckDB's name of its type."""
    inside, depth, part, parts, quoted = struct[len("STRUCT("):-1], 0, "", [], False
    for sign in inside:
        quoted ^= sign == '"'
        depth += (sign == "(") - (sign == ")") if not quoted else 0
        if sign == "," and depth == 0 and not quoted:
            parts.append(part)
            part = ""
        else:
            part += sign
    return [p.strip().split(" ")[0].strip('"') for p in [*parts, part]]


# ---- functions and operators --------------------------------------------------------------------------------------------
def _call(name: str, *arguments: exp.Expression) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _type(node: exp.Expression) -> str:
    if isinstance(node, exp.Paren):
        return node.meta.get("type") or _type(node.this)
    if isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.DATE:
        return "DATE"
    if isinstance(node, exp.ArrayFilter | exp.Array):
        return "[]"
    return node.meta.get("type", "")


def _spoken(tree: exp.Expression) -> exp.Expression:
    """Functions and operators by Spark's names, with DuckDB's meaning."""
    root = exp.Subquery(this=tree)
    for node in sorted(root.walk(), key=lambda n: -n.depth):
        new = _said(node)
        if new is not None:
            node.replace(new)
    return root.this


def _when(condition: exp.Expression, value: exp.Expression) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=condition, true=value)])


def _said(node: exp.Expression) -> exp.Expression | None:
    """What a node becomes; None: it stays."""
    speak = _WORDS.get(type(node))
    return speak(node) if speak is not None else None


def _sub(node: exp.Sub) -> exp.Expression | None:
    left, right = _type(node.this), _type(node.expression)
    if left in _DATES and right in _DATES:
        return _call("datediff", node.this, node.expression)
    if left in _DATES and not isinstance(node.expression, exp.Interval):
        return _call("date_sub", node.this, exp.cast(node.expression, "INT"))
    return None


def _add(node: exp.Add) -> exp.Expression | None:
    if isinstance(node.expression, exp.Interval) or isinstance(node.this, exp.Interval):
        return None
    for first, other in ((node.this, node.expression), (node.expression, node.this)):
        if _type(first) in _DATES:
            return _call("date_add", first, exp.cast(other, "INT"))
    return None


def _cast(node: exp.Cast) -> exp.Expression | None:
    of, to = _type(node.this), node.to
    if to.is_type(*exp.DataType.INTEGER_TYPES) and (of in _FLOATS or of.startswith("DECIMAL")):
        return exp.cast(_call("rint", exp.cast(node.this, "DOUBLE")), to)
    if to.is_type("text") and of in _FLOATS:  # 10000000.0, not 1.0E7
        plain = exp.cast(node.this, "TEXT")
        digits = exp.cast(exp.cast(plain.copy(), "DECIMAL(38, 17)"), "TEXT")
        wide = _call("regexp_replace", digits, exp.Literal.string(r"(\.\d+?)0+$"), exp.Literal.string("$1"))
        return exp.Case(ifs=[exp.If(this=_call("contains", plain.copy(), exp.Literal.string("E")), true=wide)], default=plain)
    return None


def _arg(node: exp.ArgMax | exp.ArgMin) -> exp.Expression:
    """DuckDB passes over rows without a value; Spark over those without a rank."""
    known = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
    return _call("max_by" if isinstance(node, exp.ArgMax) else "min_by", node.this, _when(known, node.expression))


def _filter(node: exp.Filter) -> exp.Expression | None:
    inner, condition = node.this, node.expression.this
    if isinstance(inner, exp.Anonymous) and inner.name in ("max_by", "min_by"):
        return _call(inner.name, inner.expressions[0], _when(condition, inner.expressions[1]))
    if isinstance(node.parent, exp.Window):
        if isinstance(inner, exp.Count) and isinstance(inner.this, exp.Star):
            return exp.Count(this=_when(condition, exp.Literal.number(1)))
        inner.set("this", _when(condition, inner.this.copy()))
        return inner
    return None


def _anonymous(node: exp.Anonymous) -> exp.Expression | None:
    name, given = node.name.lower(), node.expressions
    if name == "arg_max_null":
        return _call("max_by", *given)
    if name == "arg_min_null":
        return _call("min_by", *given)
    if name == "list_position":  # none where it is not there
        return _call("nullif", _call("array_position", *given), exp.Literal.number(0))
    return None


def _array_agg(node: exp.ArrayAgg) -> exp.Expression | None:
    inner = node.this
    order = inner if isinstance(inner, exp.Order) else None
    what = order.this if order is not None else inner
    if isinstance(what, exp.Distinct):
        if len(what.expressions) == 1 and isinstance(what.expressions[0], exp.Order):
            order, what = what.expressions[0], exp.Distinct(expressions=[what.expressions[0].this])
        of = what.expressions[0]
        if order is not None and [o.this.sql() for o in order.expressions] != [of.sql()]:
            raise NotPortable(f"list(DISTINCT …): {node.sql('duckdb')[:120]}")
        return _call("array_sort", _call("collect_set", of))
    if order is None:
        return _call("collect_list", what)
    if any(o.args.get("desc") for o in order.expressions):
        raise NotPortable(f"list(… ORDER BY … DESC): {node.sql('duckdb')[:120]}")
    keys = [part for i, o in enumerate(order.expressions) for part in (exp.Literal.string(f"k{i}"), o.this)]
    pair = _call("named_struct", *keys, exp.Literal.string("v"), what)
    return _call("transform", _call("array_sort", _call("collect_list", pair)), exp.Lambda(
        this=exp.Dot(this=exp.to_identifier("e"), expression=exp.to_identifier("v")), expressions=[exp.to_identifier("e")]
    ))


def _array(node: exp.Array) -> exp.Expression | None:
    if len(node.expressions) == 1 and isinstance(each := node.expressions[0], exp.Comprehension):
        variable = each.expression.name
        return _call("transform", each.args["iterator"], exp.Lambda(this=_dotted(each.this, variable), expressions=[exp.to_identifier(variable)]))
    return None


def _bracket(node: exp.Bracket) -> exp.Expression | None:
    key = node.expressions[0]
    if isinstance(key, exp.Literal) and key.is_string:
        return exp.Dot(this=node.this, expression=exp.to_identifier(key.this))
    return _call("get", node.this, key)


def _series(node: exp.GenerateSeries) -> exp.Expression:
    """Nothing where the end lies before the start (Spark would count down)."""
    start, end, step = node.args["start"], node.args["end"], node.args.get("step")
    exclusive = node.args.get("is_end_exclusive")
    most = _call("greatest", start.copy(), end.copy())
    compare = exp.LT if exclusive else exp.LTE
    within = exp.Lambda(this=compare(this=exp.column("x"), expression=end.copy()), expressions=[exp.to_identifier("x")])
    return _call("filter", _call("sequence", start, most, *([step] if step is not None else [])), within)


def _months(node: exp.DateDiff) -> exp.Expression | None:
    unit = (node.args.get("unit") or exp.Var(this="DAY")).name.upper()
    later, earlier = node.this, node.expression
    if unit == "DAY":
        return _call("datediff", later, earlier)
    if unit == "MONTH":
        def count(x: exp.Expression) -> exp.Expression:
            return exp.Paren(this=exp.Add(
                this=exp.Mul(this=_call("year", x.copy()), expression=exp.Literal.number(12)), expression=_call("month", x.copy())
            ))
        return exp.Paren(this=exp.Sub(this=count(later), expression=count(earlier)))
    raise NotPortable(f"date_diff by {unit}")


def _round(node: exp.Round) -> exp.Expression | None:
    digits = node.args.get("decimals")
    if digits is None or _type(node.this) not in _FLOATS:
        return None
    factor = exp.Literal.number(f"{10 ** int(digits.this)}D")
    return exp.Paren(this=exp.Div(
        this=_call("round", exp.Mul(this=exp.Paren(this=node.this), expression=factor)), expression=factor.copy(), typed=False, safe=False
    ))


def _number(node: exp.Literal) -> exp.Expression | None:
    """A number with decimals is a double: Spark's decimals would round quotients and means."""
    if not node.is_string and "." in node.this and not node.this.endswith("D"):
        return exp.Literal.number(f"{node.this}D")
    return None


def _contains(node: exp.ArrayContains) -> exp.Expression | None:
    if isinstance(node.expression.unnest(), exp.Null):
        return exp.cast(exp.Null(), "BOOLEAN")
    return None


_WORDS: dict[type, Callable[[Any], exp.Expression | None]] = {
    exp.Sub: _sub, exp.Add: _add, exp.Cast: _cast, exp.ArgMax: _arg, exp.ArgMin: _arg, exp.Filter: _filter, exp.Anonymous: _anonymous,
    exp.ArrayAgg: _array_agg, exp.Array: _array, exp.Bracket: _bracket, exp.GenerateSeries: _series, exp.DateDiff: _months, exp.Round: _round,
    exp.Literal: _number, exp.ArrayContains: _contains,
    exp.Length: lambda n: _call("size", n.this) if _type(n.this).endswith("]") else None,
    exp.Median: lambda n: _call("percentile", n.this, exp.Literal.number("0.5D")),
    exp.PercentileCont: lambda n: _call("percentile", n.this, n.expression),
    exp.ToDays: lambda n: _call("make_dt_interval", n.this),
    exp.IgnoreNulls: lambda n: _call("any_value", n.this.this, exp.true()) if isinstance(n.this, exp.AnyValue) else None,
}
