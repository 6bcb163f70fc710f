"""XML that comes out of any door is well-formed and says what was in the data, or there is none."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from http.client import HTTPException
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from forms import canonical
from needed import long
from pyoxigraph import RdfFormat, parse
from server_process import served, serving
from writing import TURTLE, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Command
    from server_process import Server

pytestmark = pytest.mark.first_article

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFXML = "application/rdf+xml"
RESULTS = "application/sparql-results+xml"
SIXTY = " ".join(map(str, range(60)))
NUMBER = "IRI(CONCAT('urn:n:', STR(?i), '-', STR(?j)))"
MANY = f"VALUES ?i {{ {SIXTY} }} VALUES ?j {{ {SIXTY} }} BIND({NUMBER} AS ?n)"
"""3,600 solutions: more than are sorted before they are written."""
LITERALS = {r"'a\u0000b'": "U+0000", r"'a\u0001b'": "U+0001", r"'\uFFFE'": "U+FFFE", r"'\uFFFF'": "U+FFFF"}
PREDICATES = [
    "http://ex.org/123",
    "http://ex.org/",
    "http://www.w3.org/2000/xmlns/foo",
    f"{RDF}li",
    f"{RDF}Description",
    "urn:x:\U00010000",
]
CONTENT = [(f"<urn:x:s> <urn:x:p> {literal} .", code) for literal, code in LITERALS.items()]
CONTENT += [(f"<urn:x:s> <{predicate}> 1 .", predicate) for predicate in PREDICATES]
"""Triples that RDF/XML cannot hold, and what the refusal names."""
FITS = r"""
<http://ex.org/s> a <http://ex.org/123>, <http://www.w3.org/2000/xmlns/foo> .
<http://ex.org/t> <http://ex.org/12a> "a\rb\r\n\tc" ; <http://www.w3.org/2000/xmlns#p> "]]> & < > \" '"@en .
<http://ex.org/t> <urn:x:p> "\uFFFD\U0001F600" ; <urn:x:café> 1 ; <http://ex.org/год> 2 .
<http://ex.org/t> <urn:x:\U00010000a> 3 .
"""
"""Triples that RDF/XML can hold and that are easily written wrong."""


@pytest.fixture(scope="module")
def capped() -> Iterator[Server]:
    """Return a server that cuts results."""
    with served("--empty", "--max-rows", "5") as running:
        yield running


@pytest.mark.parametrize("literal", LITERALS)
@pytest.mark.parametrize("many", ["", MANY])
@pytest.mark.parametrize("name", ["writable", "capped"])
def test_results(name: str, many: str, literal: str, request: pytest.FixtureRequest) -> None:
    """Results with a character that XML lacks are 406 in XML, which names it and the formats that have it."""
    server: Server = request.getfixturevalue(name)
    query = f"SELECT * {{ {many} BIND({literal} AS ?x) }}"
    answer = server.ask(query, accept=RESULTS)
    assert answer.status == 406
    assert LITERALS[literal] in answer.json["detail"]
    assert "JSON" in answer.json["detail"]
    assert server.ask(query).status == 200


@pytest.mark.parametrize("name", ["writable", "capped"])
def test_results_come_back(name: str, request: pytest.FixtureRequest) -> None:
    """A parser of XML reads the literals of results as they are, carriage returns as well."""
    server: Server = request.getfixturevalue(name)
    answer = server.ask(r"""SELECT ("a\rb\r\n\tc]]>&<'" AS ?x) {}""", accept=RESULTS)
    assert "".join(ET.fromstring(answer.body).itertext()) == "a\rb\r\n\tc]]>&<'"  # noqa: S314 - our own answer


def test_a_late_fault_breaks_the_answer_off(writable: Server) -> None:
    """A character that comes after the first bytes have gone out leaves no whole answer."""
    query = f"SELECT * {{ {MANY} BIND(IF(?i = 59 && ?j = 59, 'a\\u0001b', 'abc') AS ?x) }} ORDER BY ?i ?j"
    rows = writable.ask(query).rows
    assert rows[-1]["x"] == "a\x01b"
    assert rows[0]["x"] == "abc"
    with pytest.raises((HTTPException, OSError)):
        writable.ask(query, accept=RESULTS, accept_encoding="identity")


@pytest.mark.parametrize(("triple", "named"), CONTENT)
@pytest.mark.parametrize("many", ["", MANY])
def test_construct(writable: Server, triple: str, named: str, many: str) -> None:
    """A constructed graph that RDF/XML cannot hold is 406 in it, at every size."""
    query = f"CONSTRUCT {{ {triple} ?n <urn:x:q> 1 }} {{ {many} }}"
    answer = writable.ask(query, accept=RDFXML)
    assert answer.status == 406
    assert named in answer.json["detail"]
    assert "Turtle" in answer.json["detail"]


LATE: Final = {
    "made": "TRIPLE(<x:a>, <x:b>, 1)",
    "with a direction": "STRLANGDIR('a', 'en', 'rtl')",
    "a character": r"'a\u0001b'",
    "of the data": "?term",
}


@pytest.mark.parametrize("name", LATE)
def test_a_late_term_is_told_before_the_answer_begins(writable: Server, name: str) -> None:
    """A graph that is unfit only after thousands of triples is 406 as well, in formats that lack the term."""
    put(writable, "/store?graph=urn:late", "<urn:x:s> <urn:x:p> <<( <x:a> <x:b> 1 )>> .")
    query = (
        "CONSTRUCT { ?n <urn:x:q> ?o } { GRAPH <urn:late> { ?s ?p ?term } "
        f"{{ SELECT * {{ {MANY} }} ORDER BY ?i ?j }} BIND(IF(?i = 59 && ?j = 59, {LATE[name]}, 1) AS ?o) }}"
    )
    for media_type in (RDFXML, "application/ld+json"):
        answer = writable.ask(query, accept=media_type)
        fits = name == "a character" and media_type != RDFXML
        assert answer.status == (200 if fits else 406)
    assert writable.ask(query, accept="application/n-triples").text.count("\n") == 3600


@pytest.mark.parametrize(
    ("more", "pattern"), [("?b <urn:y:n> ?b", "BIND(BNODE('1') AS ?b)"), ("?n <urn:x:q> 1", MANY)]
)
def test_construct_comes_back(writable: Server, more: str, pattern: str) -> None:
    """A constructed graph that RDF/XML can hold is the same as in N-Triples, at every size."""
    query = f"CONSTRUCT {{ {FITS} {more} }} {{ {pattern} }}"
    answer = writable.ask(query, accept=RDFXML)
    ET.fromstring(answer.body)  # noqa: S314 - our own answer
    other = writable.ask(query, accept="application/n-triples")
    assert canonical(answer.body, RdfFormat.RDF_XML) == canonical(other.body, RdfFormat.N_TRIPLES)


def put(server: Server, path: str, body: str) -> None:
    """Put a graph in Turtle."""
    answer = write(server, "PUT", path, body, content_type=TURTLE)
    assert answer.status in {201, 204}


@pytest.mark.parametrize(("triple", "named"), CONTENT)
def test_stored_graphs(writable: Server, triple: str, named: str) -> None:
    """A stored graph that RDF/XML cannot hold is 406 at /store and at /export."""
    put(writable, "/store?graph=urn:g", triple)
    for answer in (
        writable.get("/store?graph=urn:g", accept=RDFXML),
        writable.get(f"/export/{quote('urn:g', safe='')}.rdf"),
    ):
        assert answer.status == 406
        assert "XML" in answer.json["detail"]
        assert named in answer.json["detail"] or "character" in answer.json["detail"]


def test_stored_graphs_come_back(writable: Server) -> None:
    """A stored graph comes back from RDF/XML at /store and /export as it was put."""
    put(writable, "/store?graph=urn:fits", FITS)
    for path in ("/store?graph=urn:fits", f"/export/{quote('urn:fits', safe='')}.rdf"):
        body = writable.get(path, accept=RDFXML).body
        ET.fromstring(body)  # noqa: S314 - our own answer
        assert canonical(body, RdfFormat.RDF_XML) == canonical(FITS, RdfFormat.TURTLE)


@pytest.mark.parametrize(
    "last", [long('<urn:x:s> <http://ex.org/123> "1" .'), long(r'<urn:s> <urn:p> "\u0001" .'), ""]
)
def test_a_large_export(last: str) -> None:
    """An export of more than is sorted is 406, or the same graph as in N-Triples; again, with a SHA-256."""
    lines = [f'<urn:x:s{number}> <urn:x:p{number % 3000}> "{number}" .' for number in range(100_001)]
    with serving("\n".join([*lines, last]), suffix="nt") as server:
        answer = server.get("/export/default.rdf")
        if last:
            assert answer.status == 406
        else:
            found = set(parse(answer.body, RdfFormat.RDF_XML))
            assert found == set(parse("\n".join(lines), RdfFormat.N_TRIPLES))
            for coding in ("identity", "gzip"):
                first, again = (server.get("/export/default.nq", accept_encoding=coding) for _ in range(2))
                told = f"sha-256=:{b64encode(sha256(first.body).digest()).decode()}:"
                assert "Repr-Digest" not in first.headers
                assert (again.body, again.headers["Repr-Digest"]) == (first.body, told)


COMMANDS = [
    (r"SELECT ('a\u0001b' AS ?x) {}", "xml", "U+0001"),
    (r"CONSTRUCT { <urn:x:s> <urn:x:p> '\uFFFE' } {}", "rdfxml", "U+FFFE"),
    *((f"CONSTRUCT {{ <urn:x:s> <{each}> 1 }} {{}}", "rdfxml", each) for each in PREDICATES),
]


@pytest.mark.parametrize("case", COMMANDS)
def test_the_command(wicara: Command, data_dir: Path, tmp_path: Path, case: tuple[str, str, str]) -> None:
    """`wicara query` ends with a message and exit code 2 where XML cannot hold the answer."""
    query, form, named = case
    file = tmp_path / "query.rq"
    file.write_text(query, encoding="utf-8")
    done = wicara("query", file, "--data", data_dir, "--format", form)
    assert (done.returncode, done.stdout) == (2, "")
    assert named in done.stderr.replace("\n", "")
