"""Results under a cap of rows or bytes: written row by row, so that the cap never cuts through one.

Without a cap pyoxigraph writes results by itself, several times as fast.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph import formats
from wicara.graph.xml_text import xml_pieces
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyoxigraph import QuerySolutions
    from wicara.graph.formats import Format
    from wicara.server.settings import Limits
    from wicara.server.site.words import Term

DIRECTION: Final = ' its:dir="{}" xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0"'
"""The base direction of a literal in XML (SPARQL 1.2 Query Results XML, section 2.3.1)."""
QUOTES: Final = {'"': "&quot;", "'": "&apos;"}
BARE: Final = {
    "boolean": re.compile("true|false"),
    "integer": re.compile("[+-]?[0-9]+"),
    "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    "double": re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"),
}
"""The literals that Turtle writes without quotes, by the end of their datatype."""
STRING: Final = f"{PREFIXES['xsd']}string"

OTHERS: Final = "JSON, CSV and TSV"
"""The formats of results that hold what XML does not."""

Row = list["Term | None"]


class CapReached(Exception):  # noqa: N818 - it is how a body ends early
    """The cap was reached after the first bytes had gone out."""


@dataclass(frozen=True)
class Cut:
    """Where a result was cut: the limit, and its value."""

    limit: str
    value: int

    def __str__(self) -> str:
        """Return this as the value of a header."""
        return f"{self.limit}={self.value}"


def json_term(term: Term) -> dict[str, object]:
    """Return a term as SPARQL results in JSON have it (SPARQL 1.2 Query Results JSON, section 3.2.2)."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Triple):
        parts = dict(zip(("subject", "predicate", "object"), map(json_term, term), strict=True))
        return {"type": "triple", "value": parts}
    told: dict[str, object] = {"type": "literal", "value": term.value}
    if term.language:
        told["xml:lang"] = term.language
        if term.direction:
            told["its:dir"] = str(term.direction)
    elif term.datatype.value != STRING:
        told["datatype"] = term.datatype.value
    return told


def json_row(names: Sequence[str], row: Row) -> str:
    """Return a solution in JSON."""
    bound = {name: json_term(term) for name, term in zip(names, row, strict=True) if term is not None}
    return json.dumps(bound, ensure_ascii=False)


def csv_value(term: Term | None) -> str:
    """Return a term as CSV has it (SPARQL 1.1 Query Results CSV and TSV, section 3.2)."""
    if term is None:
        return ""
    return term.value if isinstance(term, NamedNode | Literal) else tsv_value(term)


def csv_row(_names: Sequence[str], row: Row) -> str:
    """Return a solution in CSV."""
    line = StringIO()
    csv.writer(line).writerow([csv_value(term) for term in row])
    return line.getvalue() if row else "\r\n"


def tsv_value(term: Term | None) -> str:
    """Return a term as TSV has it: as in Turtle, numbers and truth values bare where Turtle has them so."""
    if term is None:
        return ""
    if isinstance(term, Literal):
        bare = BARE.get(term.datatype.value.removeprefix(PREFIXES["xsd"]))
        if bare and bare.fullmatch(term.value):
            return term.value
    if isinstance(term, Triple):
        return f"<<( {' '.join(map(tsv_value, term))} )>>"
    return str(term).replace("\t", "\\t")


def tsv_row(_names: Sequence[str], row: Row) -> str:
    """Return a solution in TSV (SPARQL 1.1 Query Results CSV and TSV, section 4)."""
    return "\t".join(map(tsv_value, row)) + "\n"


def xml_term(term: Term) -> str:
    """Return a term as SPARQL results in XML have it."""
    if isinstance(term, NamedNode):
        return f"<uri>{escape(term.value)}</uri>"
    if isinstance(term, BlankNode):
        return f"<bnode>{escape(term.value)}</bnode>"
    if isinstance(term, Triple):
        parts = zip(("subject", "predicate", "object"), term, strict=True)
        return f"<triple>{''.join(f'<{name}>{xml_term(part)}</{name}>' for name, part in parts)}</triple>"
    if term.language:
        direction = DIRECTION.format(term.direction) if term.direction else ""
        return (
            f"<literal xml:lang={quoteattr(term.language)}{direction}>{escape(term.value, QUOTES)}</literal>"
        )
    if term.datatype.value == STRING:
        return f"<literal>{escape(term.value, QUOTES)}</literal>"
    return f"<literal datatype={quoteattr(term.datatype.value)}>{escape(term.value, QUOTES)}</literal>"


def xml_row(names: Sequence[str], row: Row) -> str:
    """Return a solution in XML."""
    bound = [(name, term) for name, term in zip(names, row, strict=True) if term is not None]
    told = "".join(f"<binding name={quoteattr(name)}>{xml_term(term)}</binding>" for name, term in bound)
    return f"<result>{told}</result>"


def json_head(names: Sequence[str]) -> str:
    """Return how results in JSON begin."""
    return f'{{"head":{{"vars":{json.dumps(list(names))}}},"results":{{"bindings":['


def json_end(cut: Cut | None) -> str:
    """Return how results in JSON end; one that was cut says so."""
    said = {"truncated": {"limit": cut.limit, "value": cut.value}} if cut else {}
    return f"]}}{''.join(f', {json.dumps(key)}: {json.dumps(value)}' for key, value in said.items())}}}"


def xml_head(names: Sequence[str]) -> str:
    """Return how results in XML begin."""
    variables = "".join(f"<variable name={quoteattr(name)}/>" for name in names)
    return (
        '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
        f"<head>{variables}</head><results>"
    )


@dataclass(frozen=True)
class Writer:
    """How a format writes a head, a row, what stands between rows, and the end."""

    head: Callable[[Sequence[str]], str]
    row: Callable[[Sequence[str], Row], str]
    between: str
    end: Callable[[Cut | None], str]


WRITERS: Final = {
    formats.JSON: Writer(json_head, json_row, ",", json_end),
    formats.XML: Writer(xml_head, xml_row, "", lambda _cut: "</results></sparql>"),
    formats.CSV: Writer(lambda names: ",".join(names) + "\r\n", csv_row, "", lambda _cut: ""),
    formats.TSV: Writer(
        lambda names: "\t".join(f"?{name}" for name in names) + "\n", tsv_row, "", lambda _cut: ""
    ),
}


class Capped:
    """Results that are written up to a cap; `cut` says which one was reached."""

    def __init__(self, solutions: QuerySolutions, form: Format, limits: Limits) -> None:
        """Write nothing yet."""
        self.names = [variable.value for variable in solutions.variables]
        self.rows = ([solution[name] for name in self.names] for solution in solutions)
        self.writer = WRITERS[form]
        self.limits = limits
        self.cut: Cut | None = None

    def pieces(self) -> Iterator[bytes]:
        """Yield the results, piece by piece; before the end, `cut` is known."""
        yield self.writer.head(self.names).encode()
        rows = (self.writer.row(self.names, row).encode() for row in self.rows)
        yield from self.within(xml_pieces(rows, OTHERS) if self.writer is WRITERS[formats.XML] else rows)
        yield self.writer.end(self.cut).encode()

    def within(self, rows: Iterable[bytes]) -> Iterator[bytes]:
        """Yield rows as long as the caps allow."""
        size = 0
        for number, row in enumerate(rows):
            size += len(row)
            self.cut = cut_at(self.limits, number + 1, size)
            if self.cut:
                return
            yield self.writer.between.encode() + row if number else row


def cut_at(limits: Limits, rows: int, size: int) -> Cut | None:
    """Return the cap that so many rows, or bytes, are beyond."""
    if limits.max_rows and rows > limits.max_rows:
        return Cut("max-rows", limits.max_rows)
    if limits.max_bytes and size > limits.max_bytes:
        return Cut("max-bytes", limits.max_bytes)
    return None


def is_capped(limits: Limits) -> bool:
    """Tell whether there is a cap."""
    return bool(limits.max_rows or limits.max_bytes)


def held(pieces: Iterator[bytes], most: int) -> tuple[list[bytes], bool]:
    """Return the first pieces, up to a number of bytes, and whether they are all."""
    found: list[bytes] = []
    size = 0
    for piece in pieces:
        found.append(piece)
        size += len(piece)
        if size >= most:
            return found, False
    return found, True
