"""A query that names what the dataset does not have says so beside its answer, with what may be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from wicara.ontology import BASE
from wicara.queries import questions

if TYPE_CHECKING:
    from server_process import Server

HEADER = "Wicara-Unknown-Terms"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT * { ?s a wic:Persom }", '"wic:Persom";instead="wic:Person"'),
        ("ASK { ?s wic:heldAd place:sochi }", '"wic:heldAd";instead="wic:heldAt"'),
        (
            f"PREFIX x: <{BASE}/id/person/> SELECT * {{ x:sergei-lavrov ?p ?o }}",
            '"x:sergei-lavrov";instead="person:sergey-lavrov"',
        ),
        (f"SELECT * {{ <{BASE}/id/state/atlantis> ?p ?o }}", f'"<{BASE}/id/state/atlantis>"'),
        ("CONSTRUCT { ?s wic:mine ?s } WHERE { ?s a wic:Persom }", '"wic:Persom";instead="wic:Person"'),
        ("SELECT * { ?s a wic:Person ; <http://xmlns.com/foaf/0.1/nick> ?n }", None),
        ('SELECT * { ?s ?p "wic:Persom" } # wic:Persom', None),
    ],
)
def test_terms(server: Server, query: str, told: str | None) -> None:
    """The header has each unknown term of our namespaces, with the known one that is spelled most like it."""
    answer = server.ask(query)
    assert answer.status == 200
    assert answer.headers[HEADER] == told


def test_json_links(server: Server) -> None:
    """The head of JSON has links to searches for the terms; without unknown terms it has none."""
    for query in ("SELECT * { ?s a wic:Persom }", "ASK { ?s a wic:Persom }"):
        [link] = server.ask(query).json["head"]["link"]
        assert server.get(link.removeprefix(BASE)).status == 200
    assert "link" not in server.ask("SELECT * { ?s a wic:Person }").json["head"]


def test_page(server: Server) -> None:
    """The page of a result says it, in the reader's language."""
    page = server.ask("SELECT * { ?s a wic:Persom }", accept="text/html", lang="id")
    assert "wic:Persom" in page.text
    assert "wic:Person?" in page.text


def test_unknown_prefix(server: Server) -> None:
    """A prefix that is not declared gets a suggestion too."""
    assert "did you mean wic:?" in server.ask("SELECT * { ?s a wicc:Person }").json["detail"]


def test_questions_are_known(server: Server) -> None:
    """No question names what the dataset does not have."""
    for question in questions():
        assert HEADER not in server.ask(question.body).headers, question.slug
