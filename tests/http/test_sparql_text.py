# ruff: noqa: E501 - texts of queries are shown as they are
"""Calls of other servers are found wherever they hide, nothing else is taken for one, and deep nesting is refused."""

from __future__ import annotations

import re
import threading
import tomllib
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from growth import grows_linearly, processor_time
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from needed import long
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Store
from server_process import serving
from wicara.server.http.problems import Problem
from wicara.server.settings import Limits, Settings
from wicara.server.sparql.guard import admit, without_silent_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

TEXTS = tomllib.loads(Path(__file__).with_name("sparql_text.toml").read_text("utf-8"))
U = "http://127.0.0.1:9/x"
BASE = "http://example.org/"
fuzzed = partial(settings, derandomize=True, database=None)


def is_update(text: str) -> bool:
    """Return whether a text of this module is an update."""
    return re.search("ASK|SELECT|DESCRIBE|CONSTRUCT", text) is None or text in TEXTS["hidden_updates"]


def refusal(
    text: str, *allowed: str, limits: Limits | None = None, update: bool | None = None
) -> Problem | None:
    """Return the refusal of a text by a server that allows some calls, or None where it passes."""
    kind = "update" if (is_update(text) if update is None else update) else "query"
    try:
        admit(text, kind, Settings(limits or Limits(), allow_service=allowed), {}, BASE)
    except Problem as problem:
        return problem
    return None


def evaluate(text: str, *, update: bool | None = None) -> None:
    """Evaluate a query or update on a store with one triple; raises SyntaxError."""
    store = Store()
    store.add(Quad(NamedNode("x:x"), NamedNode("x:x"), Literal(1)))
    with suppress(OSError, RuntimeError, ValueError):
        if is_update(text) if update is None else update:
            store.update(text, base_iri=BASE)
        else:
            found = store.query(text, base_iri=BASE)
            with suppress(TypeError):
                found.serialize(format=QueryResultsFormat.JSON)  # type: ignore[union-attr]


def parses(text: str, *, update: bool | None = None) -> bool:
    """Return whether the engine takes a text for SPARQL."""
    try:
        evaluate(text, update=update)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("text", TEXTS["hidden"] + TEXTS["hidden_updates"])
def test_a_hidden_call_is_refused(text: str) -> None:
    """SERVICE and LOAD are refused wherever they hide; with another word in its place the text is none."""
    refused = refusal(text)
    assert refused is not None
    assert refused.status == HTTPStatus.FORBIDDEN
    assert re.search("SERVICE|LOAD", refused.detail)
    assert "--allow-service" in refused.detail
    evaluate(text)
    with pytest.raises(SyntaxError):
        evaluate(re.sub("service|load", "servant", text, flags=re.IGNORECASE), update=is_update(text))


@pytest.mark.parametrize("text", TEXTS["harmless"] + TEXTS["harmless_updates"])
def test_the_word_alone_is_harmless(text: str) -> None:
    """The words in strings, comments, IRIs, variables, labels and prefixed names are no call, and parse."""
    assert refusal(text) is None
    evaluate(text)


def test_refusal(small: Server) -> None:
    """A query with SERVICE is answered 403, and says why, and how it is allowed."""
    answer = small.ask(TEXTS["hidden"][0])
    assert answer.status == 403
    assert f"SERVICE <{U}>" in answer.json["detail"]
    assert "--allow-service" in answer.json["detail"]


@pytest.mark.parametrize(("allowed", "iri"), TEXTS["allowed"])
def test_allowed(allowed: str, iri: str) -> None:
    """The same server, and a path that is the allowed one or below it, may be called."""
    assert refusal(f"ASK {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", "http://other.example/", allowed) is None
    assert refusal(f"CLEAR ALL ; LOAD SILENT <{iri}> INTO GRAPH <x:g>", allowed) is None


@pytest.mark.parametrize(("allowed", "iri"), TEXTS["not_allowed"])
def test_not_allowed(allowed: str, iri: str) -> None:
    """Another server, or a path that only looks as if it were below, may not."""
    for text in (f"ASK {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", f"LOAD <{iri}>"):
        assert refusal(text, allowed) or not parses(text)


@pytest.mark.parametrize("text", TEXTS["allowed_by_name"])
def test_allowed_by_name(text: str) -> None:
    """A prefixed name stands for the IRI that the text's own PREFIX makes of it."""
    assert refusal(text, "http://a.example/") is None


@pytest.mark.parametrize("text", TEXTS["not_allowed_by_name"])
def test_not_allowed_by_name(text: str) -> None:
    """What may be another server in any reading, or by any declaration, is refused."""
    assert refusal(text, "http://a.example/") or not parses(text)


# What really leaves

RESULTS = b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"from afar"}}]}}'


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server that writes down each request it gets, and the list of these."""
    seen: list[str] = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_query = self.command == "POST"
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json" if is_query else "text/turtle")
            body = RESULTS if is_query else b"<x:s> <x:p> <x:o> ."
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the base class looks for this name

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Trap) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x", seen
        server.shutdown()
        thread.join()


def test_nothing_is_fetched(small: Server, trap: tuple[str, list[str]]) -> None:
    """No query makes the server send a request: not by SERVICE, FROM, the graphs of the request, or LOAD."""
    address, seen = trap
    seen.clear()
    for query in TEXTS["hidden"]:
        small.ask(query.replace(U, address))
    for query in (
        f"ASK FROM <{address}> {{ ?s ?p ?o }}",
        f"ASK FROM NAMED <{address}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    ):
        assert small.ask(query).json["boolean"] is False
    small.ask("ASK { ?s ?p ?o }", **{"default-graph-uri": address, "named-graph-uri": address})
    small.ask(f"LOAD <{address}>")
    assert seen == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <{}> {{ ?s ?p ?o }}",
        "SELECT * FROM NAMED <{}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "SELECT * {{ GRAPH <{}> {{ ?s ?p ?o }} }}",
        "DESCRIBE <{}>",
        "DESCRIBE * FROM <{}> {{ ?s ?p ?o }}",
        "CONSTRUCT {{ ?s ?p ?o }} FROM <{}> WHERE {{ ?s ?p ?o }}",
        "INSERT {{ ?s ?p ?o }} USING <{}> WHERE {{ ?s ?p ?o }}",
        "DELETE {{ ?s ?p ?o }} USING NAMED <{}> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "WITH <{}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        "COPY SILENT <{}> TO DEFAULT",
        "CLEAR SILENT GRAPH <{}>",
    ],
)
def test_the_engine_fetches_no_graph(trap: tuple[str, list[str]], text: str) -> None:
    """The graphs that a text names are those of the store: the engine fetches none, so the guard lets it pass."""
    address, seen = trap
    seen.clear()
    asked = text.format(address)
    assert refusal(asked) is None
    if asked.startswith(("SELECT", "DESCRIBE", "CONSTRUCT")):
        list(Store().query(asked))
    else:
        Store().update(asked)
    assert seen == []


def test_an_allowed_service_is_called(trap: tuple[str, list[str]]) -> None:
    """A server that may call another one does so, and no one else."""
    address, seen = trap
    seen.clear()
    with serving("<x:s> <x:p> <x:o> .", "--allow-service", address) as server:
        answer = server.ask(f"SELECT ?o {{ SERVICE <{address}> {{ ?s ?p ?o }} }}", accept="application/json")
        assert [row["o"] for row in answer.rows] == ["from afar"]
        assert seen == ["/x"]
        other = address.removesuffix("x") + "other"
        assert server.ask(f"SELECT ?o {{ SERVICE <{other}> {{ ?s ?p ?o }} }}").status == 403
    assert seen == ["/x"]


FUZZ = TEXTS["fuzz"]
PIECES = st.sampled_from(FUZZ["pieces"])


@pytest.mark.parametrize("examples", [300, long(1500)])
def test_what_passes_reaches_no_one(trap: tuple[str, list[str]], examples: int) -> None:
    """Whatever passes sends no request when the engine evaluates it, in whichever reading."""
    address, seen = trap
    seen.clear()
    prologue = f"PREFIX : <{address}> PREFIX e: <{address}> PREFIX h: <http://h:> PREFIX prefixh: <x:> "

    @fuzzed(max_examples=examples)
    @given(
        st.sampled_from(FUZZ["frames"]),
        st.lists(PIECES, max_size=5).map("".join),
        st.sampled_from(FUZZ["hidden"]) | st.sampled_from(FUZZ["tails"]),
        st.lists(PIECES, max_size=2).map("".join),
    )
    def check(frame: str, before: str, hidden: str, after: str) -> None:
        text = prologue + frame.replace("%s", before + hidden + after).replace("<U>", f"<{address}>")
        for update in (False, True):
            if refusal(text, update=update) is None:
                with suppress(SyntaxError):
                    evaluate(text, update=update)
                assert seen == []

    check()


APART = frozenset("{}()[].;,")
"""Marks that need no blank beside them."""
RULES, TERMINALS = TEXTS["grammar"], TEXTS["terminals"]
PROLOGUE = " ".join(
    f"PREFIX {name}: <http://example.org/{name}/>" for name in ("e", "service", "load", "LOAD", "")
)


@st.composite
def sentences(draw: st.DrawFn, symbol: str, depth: int = 7) -> str:
    """Return what writes sentences of the grammar, with blanks or comments between their parts."""
    if symbol in TERMINALS:
        return draw(st.sampled_from(TERMINALS[symbol]))
    text = ""
    for part in draw(st.sampled_from(RULES[symbol] if depth else RULES[symbol][:1])).split():
        piece = draw(sentences(part, max(depth - 1, 0))) if part in TERMINALS | RULES else part
        blank = draw(st.sampled_from(TERMINALS["blank"]))
        glued = not blank and text and not {text[-1], piece[0]} & APART
        text += (" " if glued else blank) + piece
    return text


@pytest.mark.parametrize("kind", ["query", "update"])
def test_nothing_is_refused_for_words(kind: str) -> None:
    """A text in which SERVICE and LOAD are but words in strings, comments, IRIs and names passes."""
    update = kind == "update"

    @fuzzed(max_examples=100)
    @given(sentences(kind))
    def check(text: str) -> None:
        assume(parses(PROLOGUE + text, update=update))
        assert refusal(PROLOGUE + text, update=update) is None

    check()


# What is too much

TOO_DEEP = {
    "parentheses": f"ASK {{ FILTER({'(' * 3000}1{')' * 3000}) }}",
    "groups": f"ASK {{ {'{' * 3000}{'}' * 3000} }}",
    "blank nodes": f"ASK {{ ?s ?p {'[ ?p ' * 3000}1{']' * 3000} }}",
    "lists in data": f"INSERT DATA {{ <x:s> <x:p> {'(' * 3000}1{')' * 3000} }}",
    "reified triples": f"ASK {{ ?s ?p {'<<' * 5000}?s ?p ?o{'>> ?p ?o' * 5000} }}",
    "disjunctions": f"ASK {{ FILTER({'||'.join(['1'] * 10000)}) }}",
    "sums": f"ASK {{ FILTER({'+'.join(['1'] * 10000)}) }}",
    "negations": f"ASK {{ FILTER({'!' * 10000}1) }}",
    "unions": f"ASK {{ {'UNION'.join(['{}'] * 10000)} }}",
    "optional groups": f"ASK {{ {'OPTIONAL{}' * 10000} }}",
    "minus": f"ASK {{ {'MINUS{}' * 3000} }}",
    "bindings": f"ASK {{ {''.join(f'BIND(1 AS ?v{number})' for number in range(3000))} }}",
    "filters": f"ASK {{ {'FILTER(1)' * 10000} }}",
    "sub-selects": f"ASK {{ {'{SELECT*{}}' * 3000} }}",
    "blocks of values": f"ASK {{ {''.join(f'VALUES ?v{number} {{ 1 }}' for number in range(3000))} }}",
    "short blocks of values": f"ASK {{ {'values(){()}' * 3000} }}",
    "expressions": f"SELECT {' '.join(f'(1 AS ?v{number})' for number in range(3000))} {{}}",
}
ENOUGH = {
    "a thousand triples": f"ASK {{ {'?s ?p ?o . ' * 1000} }}",
    "data": f"INSERT DATA {{ {'<x:s> <x:p> 1, (1 2), [ <x:p> 3 ] . ' * 500} }}",
    "data in graphs": f"DELETE DATA {{ {'GRAPH <x:g> { <x:s> <x:p> 1 . } ' * 500} }}",
    "many operations": "INSERT DATA { <x:s> <x:p> 1 } ; " * 500,
    "many small updates": "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o . ?o ?p ?s } ; " * 200,
    "rows of values": f"ASK {{ VALUES (?a ?b) {{ {'(1 2) ' * 1000} }} }}",
    "values at the end": f"SELECT * {{ ?a ?p ?o }} VALUES ?a {{ {'<x:x> ' * 1000} }}",
    "a template": f"CONSTRUCT {{ {'?s ?p ?o . ' * 500} }} WHERE {{ ?s ?p ?o }}",
    "templates of an update": f"DELETE {{ {'?s ?p ?o . ' * 500} }} INSERT {{ {'?s ?p ?o . ' * 500} }} WHERE {{}}",
    "things described": f"DESCRIBE {'<x:x> ' * 1000} {{ ?s ?p ?o }}",
    "an IN list": f"ASK {{ ?s ?p ?o FILTER(?o IN ({', '.join(['1', '(2)'] * 500)})) }}",
    "arguments": f"ASK {{ FILTER(CONCAT({', '.join(['1.5'] * 1000)})) }}",
    "names with dots and hyphens": f"PREFIX a: <x:> SELECT * {{ VALUES ?v {{ {'a:b-c.d-e ' * 1000} }} }}",
    "brackets in strings": f"ASK {{ ?s ?p '{'(' * 1000}' , '''{'{' * 1000}''' }} # {'[' * 1000}",
    "brackets in IRIs and names": f"PREFIX a: <x:> ASK {{ ?s <x:{'(' * 1000}> a:{chr(92) + '('}a }}",
    "brackets side by side": f"ASK {{ FILTER(1 IN ({', '.join(['(1)'] * 900)})) }}",
    "variables": f"SELECT {' '.join(f'?v{number}' for number in range(1000))} {{}}",
    "short patterns": f"ASK {{ {'{ ?s ?p ?o . ?o ?p 1.5 } ' * 900} }}",
    "expressions": f"ASK {{ {'FILTER(?s = 1) ' * 900} }}",
    "long data": f"INSERT DATA {{ GRAPH <x:g> {{ {'<x:a> <x:p> 1, (2 3) . ' * 5000} }} }}",
    "three hundred disjunctions": f"ASK {{ FILTER({' || '.join(['(?x = 1)'] * 300)}) }}",
}


@pytest.mark.parametrize("text", TOO_DEEP.values(), ids=TOO_DEEP)
def test_too_deep(text: str) -> None:
    """What overflows the stack of the parser or planner is refused as nested too deep; 0 switches it off."""
    refused = refusal(text)
    assert refused is not None
    assert refused.status == HTTPStatus.BAD_REQUEST
    assert "100 brackets" in refused.detail
    assert "--max-nesting" in refused.detail
    assert refusal(text, limits=Limits(max_nesting=0)) is None


MANY_TRIPLES = {
    "triples": f"ASK {{ {'?s ?p ?o . ' * 2500} }}",
    "of one subject": f"ASK {{ ?s {'; '.join(['<x:p> 1'] * 2500)} }}",
    "of one predicate": f"ASK {{ ?s <x:p> {', '.join(['?o'] * 2500)} }}",
    "a collection": f"ASK {{ ?s <x:p> ({'?o ' * 2500}) }}",
    "groups": f"ASK {{ {'{ ?s ?p ?o } ' * 2500} }}",
    "what is deleted": f"DELETE WHERE {{ {'?s ?p ?o . ' * 2500} }}",
    "what is described": f"DESCRIBE {' '.join(f'<x:{number}>' for number in range(5000))}",
    "variables described": f"describe{'?v' * 2500} {{ ?s ?p ?o }}",
}


@pytest.mark.parametrize("text", MANY_TRIPLES.values(), ids=MANY_TRIPLES)
def test_a_pattern_too_long(text: str) -> None:
    """A pattern that overflows the stack of the planner is refused before."""
    refused = refusal(text)
    assert refused is not None
    assert (refused.status, "pattern" in refused.detail) == (HTTPStatus.BAD_REQUEST, True)


@pytest.mark.parametrize("text", ENOUGH.values(), ids=ENOUGH)
def test_enough(text: str) -> None:
    """Data, templates, rows and arguments make nothing deeper, and what stands side by side is not nested."""
    assert refusal(text) is None


@pytest.mark.parametrize("bracket", ["(", "{", "["])
def test_nesting(small: Server, bracket: str) -> None:
    """Brackets nested too deep are refused before the parser's stack breaks."""
    closing = {"(": ")", "{": "}", "[": "]"}[bracket]
    answer = small.ask(f"ASK {{ {bracket * 3000}{closing * 3000} }}")
    assert answer.status == 400
    assert "--max-nesting" in answer.json["detail"]
    assert small.ask("ASK {}").status == 200


STEPS = "/".join(["<x:p>"] * 20)
SLOW = {
    "functions that are read twice": f"ASK {{ FILTER({'REGEX(' * 30}'a'{', 1)' * 30}) }}",
    "negated brackets": f"ASK {{ FILTER({'!(' * 40}?{')' * 40}) }}",
    "sub-selects": f"ASK {{ {'?s ?p ?o { SELECT ?s { ' * 24}{'} GROUP BY ?s }' * 24} }}",
    "a repeated path": f"ASK {{ ?s ({STEPS})* ?o . ?o <x:p> ?x }}",
    "triples": f"ASK {{ {'?s ?p ?o . ' * 1000} }}",
}


def test_what_is_slow_to_plan_meets_the_deadline(small: Server) -> None:
    """A text that keeps the parser or the planner busy is stopped like a query that runs for long."""
    answers = {name: small.ask(text, timeout="0.5") for name, text in SLOW.items()}
    assert small.ask("ASK {}").status == 200
    assert {answer.status for answer in answers.values()} <= {200, 503}
    assert answers["triples"].status == 503


SHORT = 1 << 13


@pytest.mark.parametrize(
    "piece", [long(each) if number % 3 else each for number, each in enumerate(TEXTS["repeated"]["pieces"])]
)
def test_the_look_is_linear(piece: str) -> None:
    """Eight times as much of anything repeated costs about eight times the processor time."""
    for end in TEXTS["repeated"]["ends"]:

        def cost(size: int, end: str = end) -> int:
            text = piece * (size // len(piece)) + end
            return processor_time(lambda: refusal(text, "http://a.example/"))

        assert grows_linearly(cost, SHORT)


def test_what_is_too_deep_is_not_parsed() -> None:
    """Thousands of alternatives, which the parser takes long for, are refused before silent calls are sought."""

    def cost(size: int) -> int:
        path = "|".join(["<x:p>"] * (size // 6))
        text = f"ASK {{ ?s {path} ?o SERVICE SILENT <{U}> {{}} }}"

        def refused() -> None:
            with pytest.raises(Problem, match="nested deeper"):
                without_silent_calls(text, "query", Settings(), {}, BASE)

        return processor_time(refused)

    assert grows_linearly(cost, 12_000)
