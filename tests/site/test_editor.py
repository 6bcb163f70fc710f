"""The editor at /query: what the server gives it, and what it is without a script."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from prepared import PATIENCE
from server_process import served, serving, wait_until

if TYPE_CHECKING:
    from server_process import Answer, Server

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
WEB = Path(__file__).parent.parent.parent / "server" / "web"
KINDS = ("classes", "properties", "concepts")
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def terms(server: Server) -> dict[str, Any]:
    """Return the vocabulary of the real dataset."""
    answer = server.get("/query/vocabulary.json")
    assert (answer.status, answer.media_type) == (200, "application/json")
    told: dict[str, Any] = answer.json
    return told


def form(server: Server, **fields: str) -> Answer:
    """Return what a browser gets that sends the form."""
    return server.send(
        "POST",
        "/sparql",
        urlencode(fields),
        accept=HTML,
        content_type="application/x-www-form-urlencoded",
    )


def test_form_without_script(server: Server) -> None:
    """Without a script there is a text area, whose form is answered with a page as it is sent."""
    page = server.get("/query", accept=HTML).text.partition("<main")[2]
    fields = re.findall(r'<(?:textarea|input|select)\b[^>]* name="(\w+)"', page)
    assert fields == ["query", "infer", "timeout"]
    assert '<form id="query-form" class="editor" action="/sparql" method="post">' in page
    for fields in ({}, {"infer": "off"}, {"timeout": ""}, {"timeout": "5"}):
        answer = form(server, query="SELECT ?x { ?x a wic:Person }", **fields)
        assert (answer.status, answer.media_type) == (200, "text/html")
        assert "Retno" in answer.text


def test_times_up_to_the_limit(server: Server) -> None:
    """A reader may choose times below the limit of the server, or that."""

    def times(running: Server) -> list[str]:
        page = running.get("/query?lang=en", accept=HTML).text
        return re.findall(r"<option[^>]*>([\d.]+) seconds?<", page)

    assert times(server) == ["1", "5", "10", "30", "60", str(PATIENCE)]
    with serving("<x:a> <x:b> <x:c> .\n", "--timeout", "7.5") as short:
        assert times(short) == ["1", "5", "7.5"]


def test_filled_in(server: Server) -> None:
    """The form is filled in with a query or with an example, and keeps the choice not to infer."""
    assert ">ASK { ?x ?y 1 }</textarea>" in server.get("/query?query=ASK+%7B+%3Fx+%3Fy+1+%7D").text
    page = server.get("/query?example=CQ48&infer=off", accept=HTML).text
    assert "wic:hasDesignatedCoordinatorship" in page.partition("<textarea")[2].partition("</textarea>")[0]
    assert 'value="off" checked' in page
    assert server.get("/query?example=CQ999").status == 404


@pytest.mark.parametrize(("language", "words"), [("en", "Example questions"), ("id", "Contoh pertanyaan")])
def test_examples(server: Server, language: str, words: str) -> None:
    """Every question is an example, by its text in the reader's language, and its link fills the form in."""
    page = server.get(f"/query?lang={language}", accept=HTML).text
    assert words in page
    examples = island(page)["examples"]
    links = re.findall(r'href="([^"]*example=(\w+)[^"]*)" data-example="(\w+)">([^<]*)<', page)
    assert [*dict.fromkeys(name for _, _, name, _ in links)] == list(examples)
    assert len(links) > len(examples) > 30  # some stand above the empty field, too
    for href, _, name, _ in links[:3]:
        assert examples[name].strip() in unescape(server.get(unescape(href)).text)


def island(page: str) -> dict[str, Any]:
    """Return what a page tells its script."""
    found = re.search(r'<script type="application/json" id="told">(.*?)</script>', page, re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_words_of_the_script(server: Server) -> None:
    """The script has its words in the reader's language, each word that it uses."""
    english, indonesian = (island(server.get(f"/query?lang={one}").text) for one in ("en", "id"))
    assert english["language"], indonesian["language"] == ("en", "id")
    assert english["words"].keys() == indonesian["words"].keys()
    assert (english["words"]["yes"], indonesian["words"]["yes"]) == ("Yes", "Ya")
    sources = [*(WEB / "editor").glob("*.js"), WEB / "entries" / "query.js"]
    used = {
        word
        for path in sources
        if not path.name.endswith(".test.js")
        for word in re.findall(r"\bwords\.(\w+)", path.read_text(encoding="utf-8"))
    }
    assert used <= english["words"].keys()


def test_hostile_query(server: Server) -> None:
    """A query that looks like a script or the end of a text area is shown as text."""
    for hostile in ("</textarea><script>alert(1)</script>", "</script><script>", "<!--<script>"):
        page = server.get(f"/query?query={quote(hostile)}").text
        assert hostile not in page
        assert page.count("<script") == page.count("</script>")


def test_vocabulary_is_complete(server: Server, terms: dict[str, Any]) -> None:
    """Every class and property in use is told with how often, as VoID has it, and every concept."""
    used = {
        "classes": "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) { ?s a ?x FILTER(isIRI(?x)) } GROUP BY ?x",
        "properties": "SELECT ?x (COUNT(*) AS ?n) { ?s ?x ?o } GROUP BY ?x",
    }
    for kind, query in used.items():
        counted = {row["x"]: int(row["n"]) for row in server.ask(query).rows}
        assert counted == {one["iri"]: one["uses"] for one in terms[kind] if one["uses"]}
    concepts = {row["x"] for row in server.ask("SELECT ?x { ?x a skos:Concept }").rows}
    assert concepts == {one["iri"] for one in terms["concepts"]}
    declared = server.ask(
        "SELECT ?x { VALUES ?k { owl:Class owl:ObjectProperty } ?x a ?k FILTER(isIRI(?x)) }"
    )
    known = {one["iri"] for kind in KINDS for one in terms[kind]}
    assert {row["x"] for row in declared.rows} <= known


def test_vocabulary_in_words(terms: dict[str, Any]) -> None:
    """Each term of the ontology and each concept has a label and a definition in both languages."""
    for kind in KINDS:
        own = [one for one in terms[kind] if one["iri"].startswith("https://w3id.org/wicara/")]
        assert own
        for one in own:
            assert {"en", "id"} <= one["labels"].keys() & one["definitions"].keys(), one["iri"]


def test_vocabulary_is_right(terms: dict[str, Any]) -> None:
    """Names are as queries have them, the most used come first, and properties tell where they belong."""
    for kind in KINDS:
        uses = [one["uses"] for one in terms[kind]]
        assert uses == sorted(uses, reverse=True)
        for one in terms[kind]:
            prefix, _, local = one["name"].partition(":")
            assert one["name"] == f"<{one['iri']}>" or terms["prefixes"][prefix] + local == one["iri"]
    ont = "https://w3id.org/wicara/ont#"
    found = {one["name"]: one for one in terms["properties"]}
    held = found["wic:heldAt"]
    assert (held["domain"], held["range"]) == ([f"{ont}Event"], [f"{ont}Place"])
    assert f"{ont}Event" in held["classes"]
    assert f"{ont}Tenure" in found["wic:tenurePost"]["classes"]
    assert found["rdf:type"]["labels"] == {"en": "is a", "id": "adalah"}
    kind = next(one for one in terms["concepts"] if one["name"] == "kind:reported-fact")
    assert kind["schemes"] == ["https://w3id.org/wicara/concept/fact-kind"]


def test_vocabulary_of_other_data(small: Server) -> None:
    """Of data that declares nothing, what is used is told, in IRIs where no prefix fits."""
    told = small.get("/query/vocabulary.json").json
    assert {one["name"] for one in told["properties"]} >= {"skos:prefLabel", "person:p"}
    assert told["concepts"] == []


def test_vocabulary_changes_with_the_dataset() -> None:
    """What is written is told at once: nothing older is given again."""
    with served("--empty", "--writable", "--token", "t") as server:
        assert server.get("/query/vocabulary.json").json["properties"] == []
        write = {"content_type": "application/sparql-update", "authorization": "Bearer t"}
        assert server.send("POST", "/update", "INSERT DATA { <x:a> <x:b> 1 }", **write).status == 204
        [told] = server.get("/query/vocabulary.json").json["properties"]
        assert (told["iri"], told["uses"]) == ("x:b", 1)


def test_a_faulty_query_tells_where(server: Server) -> None:
    """What is against a query comes with line and column, in characters, for the editor to mark the place."""
    answer = server.send(
        "POST",
        "/sparql",
        urlencode({"query": "SELECT * {\n ?x '😀' nonsense\n}"}),
        accept="text/tab-separated-values, application/n-triples",
        content_type="application/x-www-form-urlencoded",
    )
    assert (answer.media_type, answer.json["line"]) == ("application/problem+json", 2)
    assert answer.json["column"] == 5


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("SELECT * { ?x a wic:Person }", None),
        ("SELECT * {\n ?x '😀' nonsense", {"line": 2, "column": 5, "token": "'😀'"}),
        ("SELECT * { ?x a wic:Per", None),
        ("SELECT * { ?x nobody:a ?y", {"line": 1, "column": 15, "token": "nobody:a"}),
        ("", None),
        (ENDLESS, None),
    ],
)
def test_check(server: Server, query: str, fault: dict[str, Any] | None) -> None:
    """While a query is written, its first faulty token is told; a query that may go on has none."""
    answer = server.send("POST", "/query/check", query, content_type="application/sparql-query")
    assert (answer.status, answer.json["fault"]) == (200, fault)


def test_check_tells_unknown_terms(server: Server) -> None:
    """A term that the dataset does not have is told while the query is written, with what may be meant."""
    answer = server.send(
        "POST", "/query/check", "SELECT * { ?x a wic:Persom }", content_type="application/sparql-query"
    )
    assert answer.json == {"fault": None, "unknown": [{"term": "wic:Persom", "instead": "wic:Person"}]}


def test_check_keeps_to_the_limits(server: Server) -> None:
    """What is checked is guarded as what is asked."""
    deep = f"ASK {{ FILTER ({'(' * 500}1{')' * 500}) }}"
    answer = server.send("POST", "/query/check", deep, content_type="application/sparql-query")
    assert (answer.status, answer.media_type) == (400, "application/problem+json")


def test_stop_reaches_the_server(server: Server) -> None:
    """When the editor closes the connection of a query, what answered it is stopped and free again."""
    gone = 'wicara_stopped_total{why="client gone"}'
    before = server.metric(gone)
    body = urlencode({"query": ENDLESS})
    head = (
        "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Accept: text/tab-separated-values\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall((head + body).encode())
        wait_until(lambda: server.at_work)
    wait_until(lambda: server.at_work == 0)
    assert server.metric(gone) == before + 1


def test_script() -> None:
    """The parts of the script keep to their own tests: prefixes, places, results, programs that are run."""
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules").is_dir():
        pytest.skip("the scripts have not been built")
    files = sorted((WEB / "editor").glob("*.test.js"))
    done = subprocess.run([node, "--test", *map(str, files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
