"""The clients that people really use: curl, SPARQLWrapper, rdflib's stores, Comunica."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from needed import long, needed
from prepared import PATIENCE
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDF,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from writing import BEARER, TOKEN, count, emptied

if TYPE_CHECKING:
    from server_process import Server

CLIENTS = Path(__file__).parent.parent / "clients"
PEOPLE = "SELECT ?p ?name { ?p a wic:Person ; skos:prefLabel ?name . FILTER (LANG(?name) = 'en') }"
PREFIXES = (
    "PREFIX wic: <https://w3id.org/wicara/ont#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
    "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
)


def endpoint(server: Server, path: str = "/sparql") -> str:
    """Return the address of an endpoint."""
    return f"http://127.0.0.1:{server.port}{path}"


def wrapper(server: Server, query: str, form: str = JSON) -> SPARQLWrapper:
    """Return a query of SPARQLWrapper."""
    asked = SPARQLWrapper(endpoint(server))
    asked.setQuery(PREFIXES + query)
    asked.setReturnFormat(form)
    return asked


def test_sparqlwrapper_reads(server: Server) -> None:
    """SPARQLWrapper asks SELECT, ASK and CONSTRUCT, by GET and POST, and understands each format."""
    found = cast("dict[str, Any]", wrapper(server, PEOPLE).queryAndConvert())
    names = {row["name"]["value"] for row in found["results"]["bindings"]}
    assert "Sergey Lavrov" in names
    posted = wrapper(server, PEOPLE)
    posted.setMethod(POST)
    assert cast("dict[str, Any]", posted.queryAndConvert()) == found
    assert b"Sergey Lavrov" in cast("bytes", wrapper(server, PEOPLE, CSV).queryAndConvert())
    asked = cast("dict[str, Any]", wrapper(server, "ASK { ?p a wic:Person }").queryAndConvert())
    assert asked["boolean"] is True
    assert "Sergey Lavrov" in cast("Any", wrapper(server, PEOPLE, XML).queryAndConvert()).toxml()
    built = cast("bytes", wrapper(server, "CONSTRUCT WHERE { ?p a wic:Person }", TURTLE).queryAndConvert())
    assert len(Graph().parse(data=built, format="turtle")) == len(names)


FORMS = {
    "SELECT ?s { VALUES ?s { <x:s> } }": {XML: "results+xml", CSV: "text/csv", TSV: "text/tab"},
    "ASK {}": {XML: "results+xml", CSV: "text/csv", TSV: "text/tab"},
    "CONSTRUCT { <x:s> <x:p> 1 } {}": {
        **dict.fromkeys((XML, RDF, RDFXML), "rdf+xml"),
        **dict.fromkeys((JSON, JSONLD), "ld+json"),
    },
    "DESCRIBE <x:s>": {
        **dict.fromkeys((XML, RDF, RDFXML), "rdf+xml"),
        **dict.fromkeys((JSON, JSONLD), "ld+json"),
    },
}
"""What SPARQLWrapper gets of what it asks for; else what the endpoint gives without an Accept header."""


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore:ConjunctiveGraph:DeprecationWarning")
@pytest.mark.parametrize("query", FORMS)
@pytest.mark.parametrize("form", [None, JSON, XML, TURTLE, N3, RDF, RDFXML, CSV, TSV, JSONLD])
@pytest.mark.parametrize(("method", "how"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_formats(server: Server, query: str, form: str | None, method: str, how: str) -> None:
    """Every method, query form and format of SPARQLWrapper gives what it asks for, or the usual format."""
    asked = SPARQLWrapper(endpoint(server))
    asked.setQuery(query)
    asked.setMethod(method)
    asked.setRequestMethod(how)
    if form:
        asked.setReturnFormat(form)
    answer = asked.query()
    usual = "turtle" if query.startswith(("CONSTRUCT", "DESCRIBE")) else "results+json"
    assert FORMS[query].get(form or XML, usual) in answer.info()["content-type"]
    answer.convert()


UPDATES = {
    "INSERT DATA { <x:wrapper> <x:p> 1 }": 1,
    "COPY DEFAULT TO <x:copy>": 1,
    "DELETE { ?s <x:p> ?o } INSERT { ?s <x:p> 2, 3 } WHERE { ?s <x:p> ?o }": 2,
    "DELETE DATA { <x:wrapper> <x:p> 3 }": 1,
    "CREATE SILENT GRAPH <x:new>": 1,
    "LOAD SILENT <http://127.0.0.1:9/x>": 1,
    "ADD <x:copy> TO DEFAULT": 2,
    "MOVE <x:copy> TO DEFAULT": 1,
    "CLEAR DEFAULT": 0,
    "DROP ALL": 0,
}
"""Updates one after the other, and how many statements of the default graph each leaves."""


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning:SPARQLWrapper")
@pytest.mark.parametrize(
    ("form", "method", "how"),
    [
        (form, *way) if place == 4 * number else long(form, *way)
        for place, form in enumerate([None, JSON, XML, TURTLE, N3, RDF, RDFXML, CSV, TSV, JSONLD])
        for number, way in enumerate([(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
    ],
)
def test_sparqlwrapper_writes(writable: Server, form: str | None, method: str, how: str) -> None:
    """SPARQLWrapper sends every kind of update with the token, and a format, which an update has not."""
    emptied(writable)
    for text, left in UPDATES.items():
        asked = SPARQLWrapper(endpoint(writable), updateEndpoint=endpoint(writable, "/update"))
        if how == POSTDIRECTLY:
            asked.setCredentials("any", TOKEN)
        else:
            asked.addCustomHttpHeader("Authorization", BEARER)
        asked.setMethod(method)
        asked.setRequestMethod(how)
        if form:
            asked.setReturnFormat(form)
        asked.setQuery(text)
        assert asked.query().response.status == 204
        assert count(writable) == left


def test_rdflib_store_reads(server: Server) -> None:
    """A graph of rdflib on the endpoint answers patterns and queries."""
    graph = Graph(SPARQLStore(endpoint(server)))
    person = URIRef("https://w3id.org/wicara/ont#Person")
    kind = URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    people = set(graph.subjects(kind, person))
    assert URIRef("https://w3id.org/wicara/id/person/sergey-lavrov") in people
    assert len(list(graph.query(PREFIXES + "SELECT DISTINCT ?p { ?p a wic:Person }"))) == len(people)


def test_rdflib_store_writes(writable: Server) -> None:
    """A graph of rdflib on both endpoints adds and removes triples."""
    store = SPARQLUpdateStore(
        endpoint(writable), endpoint(writable, "/update"), headers={"Authorization": BEARER}
    )
    graph = Graph(store, identifier=URIRef("x:rdflib"))
    triple = (URIRef("x:a"), URIRef("x:p"), Literal("ünï", lang="id"))
    graph.add(triple)
    assert list(graph) == [triple]
    graph.remove(triple)
    assert list(graph) == []


def test_curl(server: Server, writable: Server, tmp_path: Path) -> None:
    """`curl` asks as the README says, takes what is compressed, and uploads a graph."""
    file = tmp_path / "query.rq"
    file.write_text(PEOPLE)
    asked = ["curl", "-sS", "-H", "Accept: text/csv", "--data-urlencode", f"query@{file}", endpoint(server)]
    assert "Sergey Lavrov" in run(asked)
    assert run([*asked, "--compressed"]) == run(asked)
    graph = tmp_path / "graph.ttl"
    graph.write_text("<x:curl> <x:p> 1 .")
    uploaded = ["curl", "-sS", "-T", str(graph), "-H", "Content-Type: text/turtle", "-w", "%{http_code}"]
    address = endpoint(writable, "/store?graph=x:curl")
    assert run([*uploaded, "-H", f"Authorization: {BEARER}", address]) == "201"
    assert "<x:curl>" in run(["curl", "-sS", "-H", "Accept: application/n-triples", address])


def test_comunica(server: Server) -> None:
    """Comunica finds out by itself what the endpoint is, and joins over it."""
    installed = (CLIENTS / "node_modules").is_dir()
    needed(installed, "Comunica is not installed: `make test` does it")
    node = shutil.which("node") or "node"
    lines = run([node, str(CLIENTS / "ask.mjs"), endpoint(server), PREFIXES + PEOPLE]).splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == len(server.ask(PEOPLE).rows)
    assert "Sergey Lavrov" in {row["name"] for row in rows}


def run(command: list[str]) -> str:
    """Run a command to its end and return what it prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
