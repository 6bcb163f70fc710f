"""The ontology as a reader sees it: one document, a page for each term, vocabularies, and a drawing."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from server_process import serving

if TYPE_CHECKING:
    from server_process import Server

HTML = "text/html"
SVG = "{http://www.w3.org/2000/svg}"
TERMS = "SELECT ?t { GRAPH graph:ontology { ?t rdfs:isDefinedBy ?o } FILTER(STRSTARTS(STR(?t), STR(wic:))) }"


def text_of(server: Server, path: str, lang: str = "en") -> str:
    """Return the text of a page, without tags and with spaces as one."""
    answer = server.get(path, accept=HTML, accept_language=lang)
    assert (path, answer.status, answer.media_type) == (path, 200, HTML)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", answer.text)).split())


def names(server: Server) -> list[str]:
    """Return the names of all terms."""
    return [row["t"].rpartition("#")[2] for row in server.ask(TERMS).rows]


def test_each_term_has_a_place_in_the_document(server: Server) -> None:
    """The document has each term at its anchor, and each entry leads to the term's own page."""
    page = server.get("/ont", accept=HTML).text
    found = names(server)
    assert len(found) > 200
    assert [name for name in found if page.count(f'id="{name}"') != 1] == []
    assert [name for name in found if f'href="/ont/term/{name}"' not in page] == []


@pytest.mark.parametrize(
    ("path", "lang", "texts"),
    [
        (
            "/ont",
            "en",
            (
                "Every “coordinatorship” is a “situation”. | Everything has at most one “tenure holder”."
                " | What “located in” leads to in several steps, it leads to at once."
                " | How to cite | 1.0.0 | 23 November 2026"
            ),
        ),
        (
            "/ont",
            "id",
            (
                "Setiap “masa koordinator” adalah “situasi”. | Cara mengutip | 23 November 2026"
                " | Segala sesuatu memiliki paling banyak satu “pemegang masa jabatan”."
            ),
        ),
        (
            "/ont/term/chairedBy",
            "en",
            (
                "Whatever has “chaired by” is an “event”. | Whatever “chaired by” leads to is an “actor”."
                " | Where “chaired by” holds, “has participant” holds too."
                " | What has it | What it leads to | annual ASEAN-Russia meeting, 2 August 2018 →"
            ),
        ),
        (
            "/ont/term/HasBeenForeignMinister",
            "en",
            (
                "Whatever meets this is a “person who has been foreign minister”: | (inferred: "
                " | Retno L.P. Marsudi inferred"
            ),
        ),
        ("/ont/term/HasBeenForeignMinister?infer=off", "en", "Uses: 0"),
        ("/ont/term/truePartnerOf", "en", "in the contents of claims: 1"),
        ("/rules", "en", "How the rules are written"),
        ("/rules", "id", "Aksioma properti | properti dalam daftar ?l menghubungkan ?u dengan ?v"),
        ("/concept/area", "en", "Preventing terrorism"),
        ("/concept/area", "id", "kontraterorisme"),
    ],
)
def test_pages_in_words(server: Server, path: str, lang: str, texts: str) -> None:
    """Axioms are sentences in the reader's language; a page says how and with what a term is used."""
    text = text_of(server, path, lang)
    assert [one for one in texts.split(" | ") if one not in text] == []


def test_words_of_an_expression_are_links(server: Server) -> None:
    """The names in the expression that defines a class lead to what they name."""
    assert "/ont#hasHeldPost" in server.get("/ont/term/HasBeenForeignMinister", accept=HTML).text


def test_uses_are_those_of_the_data(server: Server) -> None:
    """The count of a term is what a query counts."""
    persons = len(server.ask("SELECT ?p { ?p a wic:Person }").rows)
    assert f"Uses: {persons}" in text_of(server, "/ont/term/Person")


@pytest.mark.parametrize(
    ("suffix", "media_type"), [("ttl", "text/turtle"), ("jsonld", "application/ld+json")]
)
def test_term_as_data(server: Server, suffix: str, media_type: str) -> None:
    """A term is there as data too: by suffix, and by what the client accepts."""
    by_suffix = server.get(f"/ont/term/Person.{suffix}")
    accepted = server.get("/ont/term/Person", accept=media_type)
    assert (by_suffix.status, by_suffix.media_type) == (200, media_type)
    assert by_suffix.body == accepted.body
    assert b"A human being." in by_suffix.body


def test_no_such_term(server: Server) -> None:
    """A name that the ontology does not have is 404."""
    assert server.get("/ont/term/Nonsense", accept=HTML).status == 404
    assert server.get("/ont/term/Nonsense.ttl").status == 404


def test_every_term_has_a_page(server: Server) -> None:
    """Each term's page is there in both languages."""
    for number, name in enumerate(names(server)):
        text_of(server, f"/ont/term/{name}", ("en", "id")[number % 2])


def test_drawing(server: Server) -> None:
    """The drawing is valid SVG with a title, and has each class as a link; it needs no style."""
    drawing = server.get("/ont/diagram.svg")
    assert drawing.media_type == "image/svg+xml"
    root = ET.fromstring(drawing.text)  # noqa: S314 - our own server
    assert root.find(f"{SVG}title") is not None
    links = [link.get("href") for link in root.iter(f"{SVG}a")]
    classes = server.ask("SELECT ?c { GRAPH graph:ontology { ?c a owl:Class ; rdfs:isDefinedBy ?o } }").rows
    assert len(links) == len(classes)
    assert f"http://127.0.0.1:{server.port}/ont#Person" in links
    assert "style" not in drawing.text
    assert 'class="diagram"' in server.get("/ont", accept=HTML).text


def test_drawing_of_a_class(server: Server) -> None:
    """The page of a class draws it with the classes around it; that of a property has nothing to draw."""
    page = server.get("/ont/term/Coordinatorship", accept=HTML).text
    drawing = page.partition("<svg")[2].partition("</svg>")[0]
    assert "coordinatorship and the classes around it" in drawing
    for name in ("hasCoordinatorship", "State", "coordinatorshipOf", "Partnership"):
        assert f'href="/ont#{name}"' in drawing
    assert "<svg" not in server.get("/ont/term/chairedBy", accept=HTML).text


def test_vocabularies(server: Server) -> None:
    """All concepts stand on one page, each with its definition, and on the page of their scheme."""
    text = text_of(server, "/vocabularies")
    for row in server.ask(
        'SELECT ?d { ?c skos:inScheme ?s ; skos:definition ?d FILTER(LANG(?d) = "en") }'
    ).rows:
        assert row["d"] in text
    assert server.get("/concept/area.ttl").media_type == "text/turtle"


def test_small_pages(server: Server) -> None:
    """The pages of the ontology and of the vocabularies weigh at most a kilobyte for each term or concept."""
    concepts = server.ask("SELECT ?c { ?c skos:inScheme ?scheme }").rows
    most = {"/ont": len(names(server)), "/ont?lang=id": len(names(server)), "/vocabularies": len(concepts)}
    sizes = {path: len(server.get(path, accept=HTML).body) for path in most}
    assert {path: size for path, size in sizes.items() if size > 1_000 * most[path]} == {}


HOSTILE = """
@prefix : <https://w3id.org/wicara/ont#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix graph: <https://w3id.org/wicara/graph/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
graph:ontology {
  <https://w3id.org/wicara/ont> a owl:Ontology ; dcterms:license <javascript:alert(1)> ;
    dcterms:title "<script>alert(1)</script>"@en ; dcterms:created "<b>yesterday</b>" .
  :Bad a owl:Class ; skos:prefLabel "<script>alert(2)</script>"@en ; rdfs:subClassOf :Bad , :Worse ,
    [ a owl:Restriction ; owl:onProperty :p ; owl:hasValue "<b>value</b>" ] ;
    skos:definition "x\\"><img src=x>"@en ; skos:scopeNote "\u202eback"@ar .
  :Worse a owl:Class ; rdfs:subClassOf :Bad ; rdfs:label "<i>worse</i>" .
  :p a owl:ObjectProperty ; rdfs:domain :Bad ; rdfs:range <javascript:alert(2)> ; owl:inverseOf :p .
}
<https://w3id.org/wicara/id/person/a> a :Bad ; :p "<b>object</b>" , <javascript:alert(3)> .
"""


def test_hostile_ontology() -> None:
    """Labels, values and IRIs with scripts in them are shown as text, and circles of classes end."""
    with serving(HOSTILE) as hostile:
        for path in ("/ont", "/ont?lang=id", "/ont/term/Bad", "/ont/term/p", "/ont/diagram.svg"):
            answer = hostile.get(path, accept="text/html,*/*")
            assert (path, answer.status) == (path, 200)
            for bad in ("<script>alert", "<b>", "<i>", "<img", 'href="javascript'):
                assert bad not in answer.text, path
        assert "&lt;b&gt;value" in hostile.get("/ont/term/Bad", accept=HTML).text


def test_dataset_without_an_ontology(small: Server) -> None:
    """A file that is served as it is has no ontology, and the vocabularies say that there are none."""
    assert small.get("/ont", accept=HTML).status == 404
    assert "no concept scheme" in text_of(small, "/vocabularies")
