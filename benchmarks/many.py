"""What pages cost where there are 50,000 facts: generated meetings, participations, figures and claims.

`--write FILE` writes the facts as N-Quads instead, to be served and looked at.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pages import tell
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, serialize
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.store import served_as_is
from wicara.ontology import BASE, PREFIXES, WIC
from wicara.server import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

FACTS: Final = 50_000
OF_A_MEETING: Final = 5
"""Facts of each meeting: that it took place, two participations, a report, and a figure or a claim."""
PERSONS, STATES, PLACES, ARTICLES = 500, 34, 40, 400
FIRST_DAY: Final = date(1991, 1, 1)
PAGES: Final = (
    "/search",
    "/search?q=meeting+77",
    "/search?actor=state/s3&from=2001-01-01&to=2001-12-31",
    "/timeline",
    "/timeline?from=2001-01-01&to=2001-12-31",
    "/timeline?source=a7",
    "/timeline?about=person/p7",
    "/map",
    "/map?source=a7",
    "/network",
    "/network?person=p7&from=2001-01-01&to=2005-12-31",
    "/figures",
    "/figures?source=a7",
    "/doc/person/p7",
    "/doc/state/s3",
    "/doc/place/c3",
    "/doc/event/m77",
    "/doc/article/a7",
    "/tables/meetings.csv?of=person/p7",
    "/as-of?date=2001-06-01",
    "/browse",
    "/browse?group=id/event",
    "/sitemap.xml",
    "/",
)


def main() -> None:
    """Measure and print, or write the facts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="write the facts to a file, and measure nothing")
    parser.add_argument("--facts", type=int, default=FACTS)
    options = parser.parse_args()
    if options.write:
        options.write.write_bytes(serialize(quads(options.facts), format=RdfFormat.N_QUADS) or b"")
        return
    store = Store()
    store.bulk_extend(quads(options.facts))
    print(f"{options.facts:,} facts, {len(store):,} quads: medians of processor time")
    app = create_app(served_as_is(Path(), store, "many", "many"))
    start = time.process_time()
    app.test_client().get("/search?q=x")
    print(
        f"{(time.process_time() - start) * 1000:7.1f} ms  the index of search, made before the first search"
    )
    tell(app, PAGES)


def quads(facts: int) -> Iterator[Quad]:
    """Yield the statements of facts, each in a graph of its own and in the default graph."""
    for triple in things():
        yield Quad(*triple, DefaultGraph())
    for number in range(facts):
        meeting, part = divmod(number, OF_A_MEETING)
        article = at("article", f"a{meeting % ARTICLES}")
        graph = NamedNode(graph_iri(GraphKind.FACT, f"a{meeting % ARTICLES}", f"F{number}"))
        for triple in said(meeting, part, article):
            yield Quad(*triple, graph)
            yield Quad(*triple, DefaultGraph())
        for name, value in (
            ("factOf", article),
            ("attributedTo", article),
            ("modality", NamedNode(PREFIXES["modality"] + "actual")),
        ):
            yield Quad(graph, term(name), value, DefaultGraph())
        yield Quad(graph, TYPE, term("FactGraph"), DefaultGraph())


Statement = tuple[NamedNode, NamedNode, NamedNode | Literal]
TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")


def things() -> Iterator[Statement]:
    """Yield what is said of persons, states, places and articles."""
    for kind, name, letter, count in (
        ("person", "Person", "p", PERSONS),
        ("state", "State", "s", STATES),
        ("place", "Place", "c", PLACES),
        ("article", "SourceArticle", "a", ARTICLES),
    ):
        for number in range(count):
            yield from named(at(kind, f"{letter}{number}"), name, f"{kind} {number}", f"{kind} ke-{number}")
    for number in range(PLACES):
        yield at("place", f"c{number}"), term("latitude"), decimal(number * 3 - 60)
        yield at("place", f"c{number}"), term("longitude"), decimal(number * 8 - 160)


def said(meeting: int, part: int, article: NamedNode) -> Iterator[Statement]:
    """Yield what one of the facts of a meeting states."""
    event = at("event", f"m{meeting}")
    if part == 0:
        day = FIRST_DAY + timedelta(days=meeting * 13 // 10)
        yield from named(event, "Meeting", f"meeting {meeting}", f"pertemuan {meeting}")
        yield event, term("heldAt"), at("place", f"c{meeting % PLACES}")
        yield from timed(event, day)
    elif part in {1, 2}:
        own = at("situation", f"m{meeting}-{part}")
        role = "hasChairParticipation" if part == 1 else "hasAttendeeParticipation"
        yield event, term(role), own
        yield own, TYPE, term("Participation")
        yield own, term("participant"), at("person", f"p{(meeting * part + part) % PERSONS}")
        yield own, term("onBehalfOf"), at("state", f"s{(meeting * part + part) % STATES}")
    elif part == 3:  # noqa: PLR2004 - the report
        own = at("situation", f"report-m{meeting}")
        yield own, TYPE, term("EventReport")
        yield own, term("reports"), event
        yield own, term("reportOf"), article
        status = "held" if meeting % 4 else "planned"
        yield own, term("reportedStatus"), NamedNode(f"{BASE}/concept/status/{status}")
    elif meeting % 2:
        own = at("observation", f"o{meeting}")
        yield from named(own, "StatisticalObservation", f"figure {meeting}", f"angka {meeting}")
        yield own, term("value"), decimal(meeting)
        yield own, term("unit"), NamedNode(PREFIXES["unit"] + "percent")
        yield own, term("observedIndicator"), NamedNode(f"{BASE}/concept/indicator/i{meeting % 20}")
        yield from timed(own, FIRST_DAY + timedelta(days=meeting * 13 // 10))
    else:
        own = at("claim", f"k{meeting}")
        yield from named(own, "Claim", f"claim {meeting}", f"klaim {meeting}")
        yield own, term("about"), event


def named(thing: NamedNode, kind: str, english: str, indonesian: str) -> Iterator[Statement]:
    """Yield the class and the labels of a thing."""
    yield thing, TYPE, term(kind)
    for text, language in ((english, "en"), (indonesian, "id")):
        yield thing, NamedNode(PREFIXES["skos"] + "prefLabel"), Literal(text, language=language)


def timed(thing: NamedNode, day: date) -> Iterator[Statement]:
    """Yield the time of what took a day."""
    span = at("timespan", str(day))
    yield thing, term("hasTimeSpan"), span
    yield span, TYPE, term("TimeSpan")
    for name in ("earliestStart", "latestStart", "earliestEnd", "latestEnd"):
        yield span, term(name), Literal(str(day), datatype=NamedNode(PREFIXES["xsd"] + "date"))


def at(kind: str, name: str) -> NamedNode:
    """Return the IRI of a thing."""
    return NamedNode(f"{BASE}/id/{kind}/{name}")


def term(name: str) -> NamedNode:
    """Return the IRI of a term of the ontology."""
    return NamedNode(WIC + name)


def decimal(number: int) -> Literal:
    """Return a decimal number."""
    return Literal(str(number), datatype=NamedNode(PREFIXES["xsd"] + "decimal"))


if __name__ == "__main__":
    sys.exit(main())
