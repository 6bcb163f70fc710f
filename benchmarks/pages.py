"""What pages cost inside a process: all kinds of the dataset, and a thing with many links in a large one."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store
from wicara.graph.build import ensure
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.store import served_as_is
from wicara.ontology import BASE, PREFIXES, WIC
from wicara.server import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

RUNS: Final = 9
LINKS: Final = 100_000
"""Events that are all held at one place; each has nine statements beside that one."""
HUB: Final = NamedNode(f"{BASE}/id/place/hub")
PAGES: Final = (
    "/doc/event/2018-08-02-asean-russia-meeting",
    "/doc/event/2018-08-02-retno-address",
    "/doc/person/retno-marsudi",
    "/doc/state/russia",
    "/doc/body/asean",
    "/doc/partnership/asean-russia",
    "/doc/claim/indonesia-priority-areas",
    "/doc/observation/poa-implementation-2018-08-02",
    "/doc/document/asean-russia-poa-2016-2020",
    "/doc/series/post-ministerial-conference",
    "/doc/place/singapore",
    "/doc/post/foreign-minister-of-russia",
    "/doc/situation/laos-coordinatorship-2015-2018",
    "/doc/article/kemlu-2018-08-02-asean-russia",
    "/concept/area/counter-terrorism",
    "/graph/fact/kemlu-2018-08-02-asean-russia/F038",
    "/graph/inferred",
)
LARGE: Final = ("/doc/place/hub", "/doc/place/hub?page=500", "/doc/place/hub.ttl", "/doc/event/e77")


def main() -> None:
    """Measure and print."""
    print(f"Pages inside a process: medians of {RUNS}, processor time")
    with tempfile.TemporaryDirectory() as folder:
        built = ensure(Path(folder))
        whole = served_as_is(Path(), built.store, built.version, built.digest)
        tell(create_app(whole), PAGES)
    for graphs in (False, True):
        store = Store()
        store.bulk_extend(events(graphs=graphs))
        print(f"{len(store):,} statements, {'each in a graph of its event too' if graphs else 'no graphs'}")
        tell(create_app(served_as_is(Path(), store, "large", "large")), LARGE)


def events(*, graphs: bool) -> Iterator[Quad]:
    """Yield the statements of many events at one place; with `graphs`, each twice, as in a build."""
    label, kind = NamedNode(PREFIXES["skos"] + "prefLabel"), NamedNode(PREFIXES["rdf"] + "type")
    day = NamedNode(PREFIXES["xsd"] + "date")
    yield Quad(HUB, kind, NamedNode(f"{WIC}Place"), DefaultGraph())
    for number in range(LINKS // 2 if graphs else LINKS):
        event = NamedNode(f"{BASE}/id/event/e{number}")
        span = NamedNode(f"{BASE}/id/timespan/t{number}")
        bound = Literal(f"{1900 + number % 120}-05-{1 + number % 28:02}", datatype=day)
        told = [
            (event, kind, NamedNode(f"{WIC}Meeting")),
            (event, label, Literal(f"meeting {number}", language="en")),
            (event, label, Literal(f"pertemuan {number}", language="id")),
            (event, NamedNode(f"{WIC}heldAt"), HUB),
            (event, NamedNode(f"{WIC}hasTimeSpan"), span),
            (event, NamedNode(f"{WIC}hasTopic"), NamedNode(f"{BASE}/concept/area/a{number % 50}")),
        ]
        bounds = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
        told += [(span, NamedNode(WIC + name), bound) for name in bounds]
        fact = NamedNode(graph_iri(GraphKind.FACT, "large", f"F{number}"))
        for triple in told:
            yield Quad(*triple, DefaultGraph())
            if graphs:
                yield Quad(*triple, fact)


def tell(app: Flask, pages: tuple[str, ...]) -> None:
    """Print what each page takes, how many queries it makes, and how large it is."""
    client = app.test_client()
    for page in pages:
        taken = []
        for _ in range(RUNS):
            start = time.process_time()
            answer = client.get(page, headers={"Accept": "text/html"})
            taken.append(time.process_time() - start)
        print(
            f"{median(taken) * 1000:7.1f} ms  {answer.headers.get('Server-Timing', ''):20}"
            f" {len(answer.data) / 1000:6.0f} KB  {answer.status_code} {page}"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
