"""The results of a search as CSV and as RDF."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.ontology import BASE
from wicara.server.site.search.reading import DEFINITION, LABEL, QUOTE, VARIANT
from wicara.server.site.search.view import ROLE_NAMES, plain
from wicara.server.triples import about, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.server.site.search.query import Found, Hit
    from wicara.server.site.search.view import Row

COLUMNS: Final = ("iri", "kind", "label", "language", "status", "found_in", "words")
PROPERTIES: Final = {
    LABEL: "skos:prefLabel",
    VARIANT: "skos:altLabel",
    DEFINITION: "skos:definition",
    QUOTE: "oa:exact",
}
"""How a text is told in RDF; words of a source are told of the list's item, not of the thing."""


def as_csv(rows: Sequence[Row]) -> bytes:
    """Return the results as CSV (RFC 4180), one a line."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        first = row.lines[0] if row.lines else None
        writer.writerow(
            (
                row.shown.full,
                row.kind,
                row.shown.text,
                row.shown.lang or "",
                "; ".join(shown.text for _group, shown in row.statuses),
                ROLE_NAMES[first.role] if first else "",
                plain(first.pieces) if first else "",
            )
        )
    return out.getvalue().encode()


def as_triples(path: str, found: Found) -> Iterator[Triple]:
    """Yield the results as a list (schema:ItemList) that names the search, with what each is called."""
    place = NamedNode(BASE + path)
    yield from about(place, [("a", named("schema:ItemList")), ("schema:numberOfItems", found.total)])
    for position, hit in enumerate(found.hits, 1):
        item = BlankNode(f"result{position}")
        yield Triple(place, named("schema:itemListElement"), item)
        yield from about(
            item,
            [
                ("a", named("schema:ListItem")),
                ("schema:position", position),
                ("schema:item", NamedNode(hit.iri)),
            ],
        )
        yield from told(hit, item)


def told(hit: Hit, item: BlankNode) -> Iterator[Triple]:
    """Yield the texts of a result."""
    for text in hit.texts:
        words = Literal(text.words, language=text.lang or None)
        subject = item if text.role == QUOTE else NamedNode(hit.iri)
        yield Triple(subject, named(PROPERTIES[text.role]), words)
