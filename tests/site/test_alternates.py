"""What a page offers as RDF parses in every form, and all forms say the same."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import pytest
from crawler import Page, Reader, reading
from kinds import KINDS
from needed import long
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse
from rdflib import Dataset as RdflibDataset

if TYPE_CHECKING:
    from server_process import Server

OFFERED: Final = re.compile(r'<([^>]+)>; rel="alternate"; type="([^"]+)"')
OURS: Final = """
SELECT DISTINCT ?it { { ?it ?p ?o } UNION { GRAPH ?it { } }
  FILTER (STRSTARTS(STR(?it), "https://w3id.org/wicara/") && !CONTAINS(STR(?it), "#")) }"""
WITH_GRAPHS: Final = frozenset({"application/trig", "application/n-quads"})
RDF: Final = WITH_GRAPHS | {
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
}
IN_RDF_1_2: Final = frozenset({"explanation", "no-explanation"})
"""Which say so in triple terms, and rdflib knows none."""
OF_ALL: Final = frozenset({"search", "graph", "ontology", "block"})
"""Which list all there is, as `found`, `fact`, `class` and `statements` list some of it."""
BASE: Final = "https://w3id.org/wicara"


def offered(page: Page) -> dict[str, str]:
    """Return the forms of RDF that a page offers, in its head and in its header Link."""
    links = page.root.xpath("//link[@rel='alternate'][@type]") if page.is_html else []
    found = {str(link.get("href")): str(link.get("type")) for link in links}
    found |= dict(OFFERED.findall(page.headers.get("Link", "")))
    return {href: kind for href, kind in found.items() if kind in RDF}


def statements(page: Page) -> Dataset:
    """Return what a document says, in a canonical form."""
    form = RdfFormat.from_media_type(page.headers.get_content_type())
    said = Dataset(parse(page.body, format=form, base_iri=f"{BASE}{page.path}"))
    said.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return said


def disagreeing(reader: Reader, paths: list[str]) -> list[str]:
    """Return the pages of paths whose forms say different things; those that name graphs may say more."""
    forms = [
        (page.path, form, kind in WITH_GRAPHS)
        for page in reader.all(paths)
        for form, kind in offered(page).items()
    ]
    said: dict[tuple[str, bool], list[Dataset]] = defaultdict(list)
    for (path, _, with_graphs), document in zip(forms, reader.all(form for _, form, _ in forms), strict=True):
        said[path, with_graphs].append(statements(document))
    return [path for (path, _), every in said.items() if any(one != every[0] for one in every)]


@pytest.mark.long
def test_every_form_of_every_thing(server: Server) -> None:
    """All forms of the description of each thing, concept and graph say the same."""
    found = [row["it"].removeprefix(BASE).replace("/id/", "/doc/", 1) for row in server.ask(OURS).rows]
    assert len(found) > 300
    with reading(server.port) as reader:
        assert disagreeing(reader, found) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's parsers use what it deprecates
@pytest.mark.parametrize(
    "kind", [long(kind) if kind in OF_ALL or number % 6 else kind for number, kind in enumerate(KINDS)]
)
def test_forms_of_each_kind(server: Server, kind: str) -> None:
    """The forms of a page of each kind say the same, and rdflib finds as many statements in them."""
    with reading(server.port) as reader:
        assert disagreeing(reader, [KINDS[kind]]) == []
        documents = reader.all(offered(reader.get(KINDS[kind])))
    for document in documents if kind not in IN_RDF_1_2 else ():
        form = document.headers.get_content_type()
        read = RdflibDataset().parse(data=document.body, format=form, publicID=f"{BASE}{document.path}")
        assert len(set(read.quads())) == len(statements(document)), document.path
