"""The table of formats: RDF and results of SPARQL. One row adds a format to every command, page and document.

A format of results needs more than its row where the engine does not write it (docs/architecture.md).
Turtle, TriG, JSON-LD and RDF/XML have writers of their own: the engine's Turtle and JSON-LD are not made to
be read, and no parser takes some of its RDF/XML.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final, TypeAlias, TypeVar, cast

from pyoxigraph import (
    DefaultGraph,
    Literal,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    serialize,
)
from wicara.graph.errors import DoesNotFit, UnreadableInput
from wicara.graph.jsonld import write_jsonld
from wicara.graph.names import INFERRED
from wicara.graph.rdfxml import cut, write_rdfxml
from wicara.graph.terms import sorted_answer
from wicara.graph.turtle import plain_rows, plain_turtle, write_turtle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import QueryTriples
    from wicara.graph.xml_text import Sink

DEFAULT: Final = DefaultGraph()
CONCLUSIONS: Final = "What follows by reasoning, and nobody states (graph/inferred). Left out by ?infer=off."
"""The comment above the conclusions of a description in Turtle."""
NO_XML: Final = r"[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF]"
Statement = TypeVar("Statement", Quad, Triple)
Writer: TypeAlias = Callable[[Sequence[Quad]], Iterable[str]]
PART: Final = 1 << 13
"""Characters of a text that are written at once."""


@dataclass(frozen=True, eq=False)
class Format:
    """A format: its name in `format=` and `--format`, what it is called, and its media type and extension.

    `aliases` are other media types that clients use for it, and get it under; `extensions` other ends of the
    names of files; `w3c` its local name in https://www.w3.org/ns/formats/.
    """

    name: str
    label: str
    media_type: str
    extension: str
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    w3c: str | None = None
    charset: bool = False
    """Whether the registration of the media type has a charset parameter that clients heed."""
    results: QueryResultsFormat | None = None
    """The engine's name of a format of results."""
    rdf: RdfFormat | None = None
    """The engine's name of a format of RDF."""
    write: Writer | None = None
    """What writes sorted quads; None: the engine."""
    streams: bool = False
    """Whether `write` takes statements as they come, too; else the engine writes a large number of them."""
    graphs: bool = True
    """Whether one graph alone is offered in it."""
    datasets: bool = False
    """Whether it holds named graphs."""
    triple_terms: bool = False
    """Whether it holds the triple terms and base directions of RDF 1.2."""
    unfit: tuple[str, str] | None = None
    """Other objects that it cannot hold: how a query finds them, and what they are called."""
    check_predicate: Callable[[str], object] | None = None
    """What raises DoesNotFit for the IRI of a predicate that it cannot hold."""

    def content_type(self, media_type: str | None = None) -> str:
        """Return the Content-Type header for this format sent under one of its names."""
        sent = media_type or self.media_type
        return f"{sent}; charset=utf-8" if self.charset and sent == self.media_type else sent


# fmt: off
JSON: Final = Format("json", "JSON", "application/sparql-results+json", "srj", ("application/json",),
    w3c="SPARQL_Results_JSON", results=QueryResultsFormat.JSON)
XML: Final = Format("xml", "XML", "application/sparql-results+xml", "srx", ("application/xml", "text/xml"),
    w3c="SPARQL_Results_XML", results=QueryResultsFormat.XML)
CSV: Final = Format("csv", "CSV", "text/csv", "csv",
    charset=True, w3c="SPARQL_Results_CSV", results=QueryResultsFormat.CSV)
TSV: Final = Format("tsv", "TSV", "text/tab-separated-values", "tsv",
    charset=True, w3c="SPARQL_Results_TSV", results=QueryResultsFormat.TSV)
TURTLE: Final = Format("turtle", "Turtle", "text/turtle", "ttl",
    ("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3"), ("n3",),
    charset=True, w3c="Turtle", rdf=RdfFormat.TURTLE, write=write_turtle, triple_terms=True)
TRIG: Final = Format("trig", "TriG", "application/trig", "trig",
    w3c="TriG", rdf=RdfFormat.TRIG, write=write_turtle, graphs=False, datasets=True, triple_terms=True)
NQUADS: Final = Format("nquads", "N-Quads", "application/n-quads", "nq",
    w3c="N-Quads", rdf=RdfFormat.N_QUADS, graphs=False, datasets=True, triple_terms=True)
NTRIPLES: Final = Format("ntriples", "N-Triples", "application/n-triples", "nt", ("text/plain",), ("txt",),
    w3c="N-Triples", rdf=RdfFormat.N_TRIPLES, triple_terms=True)
JSONLD: Final = Format("jsonld", "JSON-LD", "application/ld+json", "jsonld",
    ("application/json", "application/x-json+ld"), ("json",),
    w3c="JSON-LD", rdf=RdfFormat.JSON_LD, write=write_jsonld, datasets=True,
    unfit=("isTRIPLE(?o) || hasLANGDIR(?o)", "a triple term or base direction of RDF 1.2"))
RDFXML: Final = Format("rdfxml", "RDF/XML", "application/rdf+xml", "rdf", ("application/xml", "text/xml"),
    ("owl", "xml"), w3c="RDF_XML", rdf=RdfFormat.RDF_XML, write=write_rdfxml, streams=True,
    unfit=(
        f'isTRIPLE(?o) || hasLANGDIR(?o) || (isLITERAL(?o) && REGEX(STR(?o), "{NO_XML}"))',
        "a triple term or base direction of RDF 1.2, or a character that XML 1.0 lacks",
    ),
    check_predicate=cut)
# fmt: on

RESULTS: Final = MappingProxyType({form.name: form for form in (JSON, XML, CSV, TSV)})
"""The formats of answers to SELECT and ASK, by name."""
FORMATS: Final = MappingProxyType(
    {form.name: form for form in (TURTLE, TRIG, NQUADS, NTRIPLES, JSONLD, RDFXML)}
)
"""The formats of RDF, by name: of exports, of answers to CONSTRUCT and DESCRIBE, of pages."""
GRAPHS: Final = tuple(form for form in FORMATS.values() if form.graphs)
"""The formats that one graph is offered in."""
BY_EXTENSION: Final = MappingProxyType(
    {name: form for form in FORMATS.values() for name in (form.extension, *form.extensions)}
)
"""The formats of RDF by the ends of the names of files, without the dot."""

STANDARD_INPUT: Final = Path("-")
"""What names it among files: it holds TriG, and so may be Turtle or N-Triples."""
GZIP: Final = ".gz"
GZIP_MARK: Final = b"\x1f\x8b"
"""The end of the names of packed files, and how their bytes begin."""


def format_of_file(path: Path) -> RdfFormat:
    """Return the format that the extension of a file tells (that before `.gz`), TriG for standard input.

    Raises UnreadableInput where it tells none.
    """
    if path == STANDARD_INPUT:
        return RdfFormat.TRIG
    packed = path.suffix.lower() == GZIP
    form = BY_EXTENSION.get((Path(path.stem) if packed else path).suffix.removeprefix(".").lower())
    if form is None or form.rdf is None:
        raise UnreadableInput(f"{path}: the extension tells the format: {any_of(BY_EXTENSION)}")
    return form.rdf


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, or standard input, to read its bytes: unpacked if it is gzip (RFC 1952).

    A file is gzip if its name ends in `.gz`, standard input if it begins so. Raises OSError, also while what
    is damaged or cut off is read.
    """
    with ExitStack() as stack:
        if path == STANDARD_INPUT:
            file: IO[bytes] = BytesIO(sys.stdin.buffer.read())
            packed = file.read(len(GZIP_MARK)) == GZIP_MARK
            file.seek(0)
        else:
            file, packed = stack.enter_context(path.open("rb")), path.suffix.lower() == GZIP
        try:
            yield cast("IO[bytes]", stack.enter_context(gzip.open(file))) if packed else file
        except (EOFError, zlib.error) as error:
            raise OSError(f"damaged gzip: {error}") from error


def any_of(names: Iterable[str]) -> str:
    """Return names as `a, b or c`."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def holding(statements: Iterable[Statement], form: Format) -> Iterable[Statement]:
    """Return statements, checked as they are taken where the format holds RDF 1.1 only (see `of_rdf11`)."""
    return statements if form.triple_terms else of_rdf11(statements, form)


def of_rdf11(statements: Iterable[Statement], form: Format) -> Iterator[Statement]:
    """Yield statements; raises DoesNotFit at one of RDF 1.2."""
    able = any_of(other.name for other in FORMATS.values() if other.triple_terms)
    for statement in statements:
        if isinstance(statement.object, Triple):
            raise DoesNotFit(f"{form.label} has no RDF 1.2 triple terms. Choose {able}.")
        if isinstance(statement.object, Literal) and statement.object.direction is not None:
            raise DoesNotFit(
                f"{form.label} has no base direction, which {statement.object} has. Choose {able}."
            )
        yield statement


def serialize_quads(quads: Sequence[Quad], form: Format) -> bytes:
    """Return sorted quads in a format; where it holds one graph only, without the graph's name.

    Raises DoesNotFit where the format cannot hold what stands in them.
    """
    if not form.datasets and any(quad.graph_name != DEFAULT for quad in quads[-1:]):
        quads = [Quad(quad.subject, quad.predicate, quad.object) for quad in quads]
    checked = list(holding(quads, form))
    if form.write:
        return "".join(form.write(checked)).encode()
    output = BytesIO()
    serialize(checked if form.datasets else (quad.triple for quad in checked), output, form.rdf)
    return output.getvalue()


def serialize_triples(
    triples: Iterable[Triple], form: Format, conclusions: Iterable[Triple] = frozenset()
) -> bytes:
    """Return triples, as of a CONSTRUCT, in a format: sorted, with the dataset's prefixes.

    Turtle tells conclusions apart by a comment. Raises DoesNotFit where the format cannot hold the triples.
    """
    if form is TURTLE and not conclusions:
        triples = list(triples)
        rows = plain_rows(triples)
        if rows is not None:
            return plain_turtle(rows).encode()
    apart = INFERRED if form is TURTLE else DEFAULT
    quads = sorted_answer(
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for part, graph in ((triples, DEFAULT), (conclusions, apart))
        for triple in part
    )
    if form is TURTLE:
        return "".join(write_turtle(quads, {INFERRED: CONCLUSIONS})).encode()
    return serialize_quads(quads, form)


def stream(statements: Iterable[Statement], form: Format, sink: Sink, prefixes: Mapping[str, str]) -> None:
    """Write any number of statements of one graph as they come; raises DoesNotFit at an unfit one."""
    checked = holding(statements, form)
    if form.write and form.streams:
        write_all(form.write(cast("Sequence[Quad]", checked)), sink)
    else:
        serialize(checked, cast("IO[bytes]", sink), form.rdf, prefixes=dict(prefixes))


def stream_answer(
    first: Sequence[Triple], rest: QueryTriples, form: Format, sink: Sink, prefixes: Mapping[str, str]
) -> None:
    """Write a graph whose first triples have been read already; raises DoesNotFit at an unfit one.

    The engine writes what needs no prefixes by itself, a fifth faster: N-Triples, and Turtle where no
    predicate of the first triples has one. Two such texts, one behind the other, are one.
    """
    namespaces = tuple(prefixes.values()) if form is TURTLE else ()
    predicates = {triple.predicate.value for triple in first}
    if form not in {TURTLE, NTRIPLES} or any(iri.startswith(namespaces) for iri in predicates):
        stream(chain(first, rest), form, sink, prefixes)
        return
    serialize(first, cast("IO[bytes]", sink), form.rdf)
    rest.serialize(cast("IO[bytes]", sink), form.rdf)


def write_all(pieces: Iterable[str], sink: Sink) -> None:
    """Write pieces of text into a sink, some thousands of characters at once."""
    part: list[str] = []
    size = 0
    for piece in pieces:
        part.append(piece)
        size += len(piece)
        if size >= PART:
            sink.write("".join(part).encode())
            part, size = [], 0
    sink.write("".join(part).encode())
