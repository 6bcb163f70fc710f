"""The query operation as SPARQL 1.1 Protocol, section 2.1, has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from conftest import Facts
    from server_process import Answer, Server

pytestmark = pytest.mark.first_article

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
G = "https://w3id.org/wicara/graph/fact/test/"


def test_ways_to_ask(small: Server) -> None:
    """GET, a form and a direct POST of the same query answer the same."""
    query = 'SELECT ?x { BIND("50 %25 + é" AS ?x) }'
    answers = [
        small.ask(query),
        small.send("POST", "/sparql", f"query={quote(query)}", content_type=FORM),
        small.send("POST", "/sparql", f"query={quote(query)}", content_type=f"{FORM}; charset=UTF-8"),
        small.send("POST", "/sparql", query, content_type=DIRECT),
        small.send("POST", "/sparql/", query, content_type=f"{DIRECT}; charset=utf-8"),
    ]
    assert [answer.status for answer in answers] == [200] * 5
    assert {answer.body for answer in answers} == {answers[0].body}
    assert answers[0].rows == [{"x": "50 %25 + é"}]


def test_every_character(small: Server) -> None:
    """A field is percent-decoded once, whatever stands in it, and however much of it is encoded."""
    text = "".join(map(chr, (*range(0x20, 0x7F), 0xE9, 0x1F600))).replace('"', "").replace("\\", "")
    ways = [
        quote(text, safe=""),
        quote(text, safe="=_ /"),
        "".join(f"%{byte:02x}" for byte in text.encode()),
        quote(text.replace("%", "=%=41%zz"), safe="=%"),
    ]
    found = []
    for way in ways:
        body = f'query=SELECT ?x {{ BIND("{way}" AS ?x) }}'.replace(" ", "%20")
        found += [row["x"] for row in small.send("POST", "/sparql", body, content_type=FORM).rows]
    assert found == [text, text, text, text.replace("%", "=%=41%zz")]


def test_head(small: Server) -> None:
    """HEAD answers with the headers of GET and no body."""
    path = "/sparql?query=ASK%7B%7D"
    head, get = small.send("HEAD", path), small.get(path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.body))
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize("path", ["/static/style.css", "/sparql?query=ASK%7B%7D", "/sparql", "/"])
def test_one_date(small: Server, path: str) -> None:
    """An answer has one Date, that of its sending, from the cache as well (RFC 9110, section 6.6.1)."""
    for _ in range(2):
        assert len(small.get(path).headers.get_all("Date", [])) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods(small: Server, method: str) -> None:
    """Any other method is 405 and says which ones there are."""
    answer = small.send(method, "/sparql?query=ASK%7B%7D")
    assert answer.status == 405
    assert {"GET", "HEAD", "POST"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    "path", ["/sparql?infer=off", "/sparql?query=ASK{}&query=ASK{}", "/sparql?update=DROP%20ALL"]
)
def test_exactly_one_query(small: Server, path: str) -> None:
    """None or two queries are 400, as a problem that says so."""
    answer = small.get(path.replace("{}", "%7B%7D"))
    assert (answer.status, answer.media_type) == (400, "application/problem+json")
    assert "exactly one" in answer.json["detail"]


def test_query_in_address_and_body(small: Server) -> None:
    """A query in the address and another in the body are two."""
    assert small.send("POST", "/sparql?query=ASK%7B%7D", "ASK {}", content_type=DIRECT).status == 400


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/json", "application/sparql-update"]
)
def test_wrong_content_type(small: Server, content_type: str | None) -> None:
    """A POST without one of the two content types is 415 and names them."""
    answer = small.send("POST", "/sparql", "ASK {}", content_type=content_type)
    assert answer.status == 415
    assert DIRECT in answer.json["detail"]


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        ("/sparql", "ASK { ?s ?p 'é' }".encode("latin-1"), DIRECT),
        ("/sparql", "ASK {}".encode("utf-16"), DIRECT),
        ("/sparql", b"query=ASK%7B?s?p'%E9'%7D", FORM),
        ("/sparql", "query=ASK{?s?p'é'}".encode("latin-1"), FORM),
        ("/sparql?query=ASK%7B?s%20?p%20'%E9'%7D", None, None),
    ],
)
def test_not_utf8(small: Server, path: str, body: bytes | None, content_type: str | None) -> None:
    """Bytes that are not UTF-8 are 400, wherever they stand."""
    answer = small.send("POST" if body else "GET", path, body, content_type=content_type)
    assert answer.status == 400


def test_update_is_no_query(small: Server) -> None:
    """An update sent as a query is 400 and changes nothing."""
    for update in ("INSERT DATA { <x:x> <x:x> 1 }", "DROP ALL", "LOAD <http://127.0.0.1:9/>"):
        assert small.ask(update).status == 400
    assert small.ask("ASK { ?s ?p ?o }").json["boolean"]


def test_syntax_error(small: Server) -> None:
    """A syntax error is 400 with line and column, and a prefix that nothing declares is named."""
    answer = small.ask("SELECT *\nWHERE { ?s ?p }")
    assert answer.status == 400
    assert answer.json["line"] == 2
    assert answer.json["column"] in {15, 16}, "the parser points at the bracket, or behind it"
    assert "nobody:" in small.ask("SELECT * { ?s nobody:p ?o }").json["detail"]


def test_errors_for_browsers(small: Server) -> None:
    """A browser gets an error as a page, escaped."""
    answer = small.ask("<script>alert(1)</script>", accept="text/html,*/*;q=0.8")
    assert (answer.status, answer.media_type) == (400, "text/html")
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values;q=0.9, text/csv;q=0.3", "text/tab-separated-values"),
        ("text/turtle, application/sparql-results+xml;q=0.5", "application/sparql-results+xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
    ],
)
@pytest.mark.parametrize("query", ["SELECT * { ?s ?p ?o }", "ASK { ?s ?p ?o }"])
def test_results_types(small: Server, query: str, accept: str | None, media_type: str) -> None:
    """SELECT and ASK answer in the results type that the client likes best, and say which it is."""
    answer = small.ask(query, accept=accept)
    assert (answer.status, answer.media_type) == (200, media_type)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "text/turtle"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "application/ld+json"),
        ("application/sparql-results+json, text/turtle;q=0.1", "text/turtle"),
        ("text/html", "text/html"),
    ],
)
@pytest.mark.parametrize("query", ["CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE person:a"])
def test_rdf_types(small: Server, query: str, accept: str | None, media_type: str) -> None:
    """CONSTRUCT and DESCRIBE answer in the RDF type that the client likes best."""
    answer = small.ask(query, accept=accept)
    assert (answer.status, answer.media_type) == (200, media_type)


def test_prefixes_of_the_dataset(small: Server) -> None:
    """The dataset's prefixes need no declaration in a query, and shorten what it constructs."""
    answer = small.ask("CONSTRUCT { person:a skos:prefLabel ?l } { person:a skos:prefLabel ?l }")
    assert "person:a skos:prefLabel" in answer.text


def test_relative_iri(small: Server) -> None:
    """A relative IRI in a query without BASE is resolved against the base of the dataset."""
    assert small.ask("ASK { <id/person/a> ?p ?o }").json["boolean"]
    assert small.ask("ASK FROM <graph/fact/test/one> FROM <graph/fact/test/two> { person:b ?p ?o }").json[
        "boolean"
    ]


@pytest.mark.parametrize(("query", "kept"), [("SELECT * {}", "text/csv"), ("DESCRIBE <x:x>", "text/turtle")])
def test_not_acceptable(small: Server, query: str, kept: str) -> None:
    """A client that takes nothing of what there is gets 406 with a list of it."""
    answer = small.ask(query, accept="image/png, text/html;q=0")
    assert answer.status == 406
    assert kept in answer.json["available"]


def test_format_field(small: Server) -> None:
    """`format` chooses a form where Accept cannot be set."""
    assert small.ask("ASK {}", accept="text/html", format="csv").body == b"true"


ROW, TRIPLE = "SELECT (1 AS ?x) {}", "CONSTRUCT { <x:s> <x:p> 1 } {}"


@pytest.mark.parametrize(
    ("query", "hints", "accept", "media_type"),
    [
        (ROW, {"format": ""}, "text/csv", "text/csv"),
        (ROW, {"format": "auto"}, "text/csv", "text/csv"),
        (ROW, {"format": "turtle"}, "*/*", "application/sparql-results+json"),
        (ROW, {"format": "application/sparql-results+xml"}, "*/*", "application/sparql-results+xml"),
        (ROW, {"format": "application/sparql-results json"}, "*/*", "application/sparql-results+json"),
        (ROW, {"format": "foo/bar"}, "text/csv", "text/csv"),
        (ROW, {"output": "CSV", "results": "xml"}, None, "text/csv"),
        (ROW, {"output": "n3", "results": "xml"}, None, "application/sparql-results+xml"),
        (ROW, {"format": ["tsv", "text/tab-separated-values"]}, None, "text/tab-separated-values"),
        (ROW, {"format": "text/html"}, "text/csv", "text/html"),
        ("ASK {}", {"format": "text/csv"}, None, "text/csv"),
        (TRIPLE, {"format": "xml"}, "application/rdf+xml", "application/rdf+xml"),
        (TRIPLE, {"format": "rdf xml"}, "*/*", "application/rdf+xml"),
        (TRIPLE, {"format": "json"}, None, "application/ld+json"),
        (
            TRIPLE,
            {"format": ["json-ld", "application/ld+json,application/x-json+ld"]},
            None,
            "application/ld+json",
        ),
        (TRIPLE, {"format": "n3"}, None, "text/turtle"),
        (TRIPLE, {"format": "text/n3"}, None, "text/n3"),
        (TRIPLE, {"format": "nt"}, None, "application/n-triples"),
        (TRIPLE, {"format": "csv"}, "text/turtle", "text/turtle"),
        (TRIPLE, {}, "text/n3", "text/n3"),
    ],
)
def test_hints(
    small: Server, query: str, hints: dict[str, str | list[str]], accept: str | None, media_type: str
) -> None:
    """What clients send beside the query names a form where it fits; else Accept counts."""
    answer = small.ask(query, accept=accept, **hints)
    assert (answer.status, answer.media_type) == (200, media_type)


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri", "timeout"])
def test_empty_fields(small: Server, name: str) -> None:
    """Fields that a form sends empty, and a time of 0, ask for nothing."""
    for value in ("", "0") if name == "timeout" else ("",):
        assert small.ask(ROW, **{name: value}).body == small.ask(ROW).body


def test_ask_in_tables(small: Server) -> None:
    """ASK in CSV and TSV, for which there is no standard, is the word."""
    assert small.ask("ASK {}", accept="text/csv").body == b"true"
    assert small.ask("ASK { FILTER(false) }", accept="text/tab-separated-values").body == b"false"


@pytest.mark.parametrize("infer", ["yes", "", "ON", ["on", "off"]])
def test_infer_is_on_or_off(small: Server, infer: str | list[str]) -> None:
    """Any value of `infer` but one `on` or `off` is 400."""
    assert small.ask("ASK {}", infer=infer).status == 400


def test_infer(server: Server) -> None:
    """`infer=off` leaves out the inferred graph, from the default graph and by name."""
    query = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH graph:inferred { ?s ?p ?o } } }"
    on, off = (int(server.ask(query, infer=value).rows[0]["n"]) for value in ("on", "off"))
    assert on == int(server.ask(query).rows[0]["n"])
    assert off < on
    assert not server.ask("ASK { GRAPH graph:inferred { ?s ?p ?o } }", infer="off").json["boolean"]


def count(answer: Answer) -> int:
    """Return the only number of an answer."""
    return int(answer.rows[0]["n"])


COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


def test_merge_of_default_graphs(small: Server) -> None:
    """A triple that stands in two of the graphs of a merge counts once (SPARQL 1.1, section 13.2.1)."""
    asked = {"default-graph-uri": [f"{G}one", f"{G}two"]}
    assert count(small.ask(COUNT, **asked)) == 3
    assert count(small.ask(COUNT_NAMED, **asked)) == 0
    assert count(small.ask(COUNT.replace("{ ?s", f"FROM <{G}one> FROM <{G}two> {{ ?s"))) == 3
    clauses = "FROM <one> # FROM g:none\nFROM g:two { ?s"
    assert count(small.ask(f"BASE <{G}> PREFIX g: <{G}> {COUNT.replace('{ ?s', clauses)}")) == 3


def test_dataset_of_the_request(small: Server) -> None:
    """The graphs that a request names replace FROM and FROM NAMED wholly."""
    named = {"named-graph-uri": f"{G}one"}
    assert count(small.ask(COUNT_NAMED, **named)) == 2
    assert count(small.ask(COUNT, **named)) == 0
    assert count(small.ask(COUNT.replace("{ ?s", f"FROM <{G}one> {{ ?s"), **named)) == 0
    other = {"default-graph-uri": f"{G}two"}
    assert count(small.ask(COUNT.replace("{ ?s", f"FROM <{G}one> {{ ?s"), **other)) == 2
    assert count(small.ask(COUNT_NAMED.replace("{ G", f"FROM NAMED <{G}one> {{ G"), **other)) == 0
    both = {"default-graph-uri": [f"{G}one", f"{G}two"], "named-graph-uri": f"{G}two"}
    assert (count(small.ask(COUNT, **both)), count(small.ask(COUNT_NAMED, **both))) == (3, 2)


def test_dataset_in_address_of_a_post(small: Server) -> None:
    """A POST takes the graphs from its address as well as from its form."""
    path = f"/sparql?default-graph-uri={quote(G)}one"
    assert count(small.send("POST", path, COUNT, content_type=DIRECT)) == 2
    form = f"query={quote(COUNT)}&default-graph-uri={quote(G)}two"
    assert count(small.send("POST", path, form, content_type=FORM)) == 3


def test_unknown_and_relative_graphs(small: Server) -> None:
    """A graph that is not there is empty; a relative IRI is 400."""
    assert count(small.ask(COUNT, **{"default-graph-uri": "http://example.org/none"})) == 0
    assert small.ask(COUNT, **{"default-graph-uri": "one"}).status == 400


@pytest.mark.parametrize("accept", ["application/rdf+xml", "application/ld+json"])
def test_triple_terms(small: Server, accept: str) -> None:
    """Triple terms (RDF 1.2) in a format that has none are 406, not a 200 with half an answer."""
    query = "CONSTRUCT { <x:x> <x:x> <<( <y:y> <y:y> 1 )>> } {}"
    assert small.ask(query, accept=accept).status == 406
    assert "<<( <y:y> <y:y> 1 )>>" in small.ask(query).text


def test_body_limit(small: Server) -> None:
    """A body over the limit is 413."""
    answer = small.send("POST", "/sparql", b"#" * (1 << 20) + b"\nASK {}", content_type=DIRECT)
    assert answer.status == 413


def test_cors(small: Server) -> None:
    """Any page on the web may read answers, and a preflight is answered."""
    assert small.ask("ASK {}").headers["Access-Control-Allow-Origin"] == "*"
    preflight = small.send(
        "OPTIONS", "/sparql", origin="https://example.org", access_control_request_method="POST"
    )
    assert preflight.status in {200, 204}
    assert {"POST", "QUERY"} <= set(preflight.headers["Access-Control-Allow-Methods"].split(", "))


def test_conditional_request(small: Server) -> None:
    """An answer that the client has already is 304; another form has another tag."""
    first = small.ask("ASK {}")
    path = "/sparql?query=ASK+%7B%7D"
    assert small.get(path, if_none_match=first.headers["ETag"]).status == 304
    assert small.ask("ASK {}", accept="text/csv").headers["ETag"] != first.headers["ETag"]


def test_many_at_once(server: Server, stated: Facts) -> None:
    """Eight clients at once get their own answers."""

    def ask(number: int) -> bool:
        answer = server.ask(f"SELECT ?n ?s {{ BIND({number} AS ?n) ?s a wic:FactGraph }}")
        return {row["n"] for row in answer.rows} == {str(number)} and len(answer.rows) == stated.count

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(64)))


def test_result_page(server: Server) -> None:
    """A browser gets a table with labels, links to this server, and the same in other forms."""
    answer = server.ask("SELECT ?s { ?s a wic:State } ORDER BY ?s", accept="text/html")
    assert 'href="/doc/state/indonesia"' in answer.text
    assert "Indonesia" in answer.text
    assert "format=csv" in answer.text
