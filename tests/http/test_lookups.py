"""Look-ups that the front answers by itself: what an executor would say, for a bounded amount of work."""

from __future__ import annotations

import signal
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from server_process import served, serving, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server_process import Answer, Server

pytestmark = pytest.mark.first_article

E = "http://ex.test/"
P = f"PREFIX : <{E}>"
MANY = 3000
NUMBERS = count()
VARYING = {"date", "x-request-id", "server-timing"}
"""The headers that differ between two answers to the same request."""
CHARACTERS = [*range(1, 0x20), 0x7F, 0x80, 0x9F, 0xA0, 0x2028, 0xFEFF, 0xFFFD]
DATA = f"""
@prefix : <{E}> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:s a :Thing ; :one :a ; :several :b , :c , :d , "e"@en-GB , 1 , 01 , 1.5 , true , "2020-01-01"^^xsd:date ;
    :label "a\\"b\\\\c\\n\\r\\té/😀" , "<&>'" ; :other :x , :y ; :next :n0 .
:plain :one :a .
:blank :one [ :p :q ] ; :several :a , :b .
:triple :one <<( :a :b :c )>> .
:direction :one "x"@en--ltr .
:long :one "{"x" * 20_000}" .
:wide :one "{"w" * 2_000}" ; :several {", ".join(f'"{n}"' for n in range(50))} .
:many :one :a ; :several {", ".join(f":o{n}" for n in range(MANY))} .
{" ".join(f':c{each} :one "{chr(92)}u{each:04X}" .' for each in CHARACTERS)}
:g {{ :s :one :in-a-graph . :only :one :a }}
{" ".join(f":n{n} :next :n{n + 1} ." for n in range(10))}
<urn:x:y> :one <http://ex.test/q?a=b> , <http://ex.test/é> .
"""
FRONT = [
    f"{P} SELECT ?o {{ :s :several ?o }}",
    f'SELECT ?o {{ <{E}s> <{E}several> ?o }} # comment <{E}a> " {{',
    f"{P}#c\nselect\n$o # {{\nwhere{{:s :one $o.}}",
    f"{P} SELECT * {{ :s ?p ?o }}",
    f"{P} SELECT ?o ?p {{ :s ?p ?o }} LIMIT 3",
    f"{P} SELECT ?p {{ :s ?p :a }}",
    f"{P} SELECT ?o {{ :s :several ?o }} LIMIT 0",
    f"{P} SELECT ?a ?b {{ :s :one ?a ; :several ?b }}",
    f"{P} SELECT ?a ?b {{ :s :several ?b . :s :one ?a ; a :Thing . }}",
    f"{P} SELECT ?b {{ :s :next ?a . ?a :next ?b . ?b :next ?c }}",
    f"{P} SELECT ?o {{ :s a ?o }}",
    f"{P} SELECT ?o {{ :s :label ?o }}",
    f"{P} SELECT ?o {{ :none :one ?o }}",
    f"{P} SELECT ?o {{ :only :one ?o }}",
    f"{P} SELECT ?o {{ :s :none ?o }}",
    f"{P} SELECT ?o {{ <urn:x:y> :one ?o }}",
    f"PREFIX e: <{E}> PREFIX as:<{E}> ASK {{ e:s as:one as:a }}",
    f"{P} ASK {{ :s :one :none }}",
    f"{P} ASK {{ :plain ?p ?o }}",
    f"DESCRIBE <{E}s>",
    f"{P} describe :plain",
    f"{P} DESCRIBE :none",
]
"""What the front answers."""
EXECUTOR = [
    f"{P} SELECT ?o {{ :many :one ?o }}",
    f"{P} SELECT ?o {{ :many :several ?o }} LIMIT 1",
    f"{P} SELECT ?o {{ :long :one ?o }}",
    f"{P} SELECT ?a ?b {{ :wide :one ?a ; :several ?b }}",
    f"{P} DESCRIBE :many",
    f"{P} SELECT ?o {{ :blank :one ?o }}",
    f"{P} DESCRIBE :blank",
    f"{P} DESCRIBE :triple",
    f"{P} SELECT ?o {{ :triple :one ?o }}",
    f"{P} SELECT ?o {{ :direction :one ?o }}",
    f"{P} SELECT ?o {{ :c1 :one ?o }}",
    f"{P} SELECT ?a ?b {{ :s :several ?a ; :other ?b }}",
    f"{P} SELECT ?b {{ :s :several ?a . ?a :one ?b }}",
    f"{P} SELECT ?s {{ ?s :one :a }}",
    f"{P} SELECT ?o {{ :s :one/:one ?o }}",
    f"{P} SELECT ?o {{ :s :next* ?o }}",
    f"{P} SELECT ?o {{ :s ^:one ?o }}",
    f"{P} SELECT ?o {{ :s (:one) ?o }}",
    f"{P} SELECT ?o {{ :s !:one ?o }}",
    f"{P} SELECT ?o {{ :s :several ?o FILTER(?o = 1) }}",
    f"{P} SELECT ?o {{ :s :several ?o }} ORDER BY ?o",
    f"{P} SELECT (COUNT(*) AS ?n) {{ :many :several ?o }}",
    f"{P} SELECT DISTINCT ?o {{ :s :several ?o }}",
    f"{P} SELECT ?o {{ :s :several ?o OPTIONAL {{ :s :one ?x }} }}",
    f"{P} SELECT ?o {{ GRAPH ?g {{ :s :one ?o }} }}",
    f"{P} SELECT ?o {{ GRAPH :g {{ :s :one ?o }} }}",
    *(f"{P} SELECT ?o {clause} :g {{ :s :one ?o }}" for clause in ("FROM", "FROM NAMED")),
    f"{P} SELECT ?o {{ :s :one ?o . :s :next ?o }}",
    f"{P} SELECT ?p {{ :s ?p ?p }}",
    f"{P} SELECT ?x {{ :s :one ?o }}",
    f"{P} SELECT ?o ?o {{ :s :one ?o }}",
    f"{P} SELECT ?o {{ :s :one ?o }} OFFSET 1",
    f"{P} SELECT ?o {{ :s :one ?o }} VALUES ?o {{ :a }}",
    f"{P} SELECT ?o {{ SERVICE :x {{ :s :one ?o }} }}",
    f"{P} SELECT ?o {{ :s :one ?o ; }}",
    f"{P} SELECT ?o {{ :s :several ?o, ?x }}",
    f"{P} SELECT ?o {{ :s \\u003aone ?o }}",
    f"{P} SELECT ?o {{ :\\u0073 :one ?o }}",
    f"SELECT ?o {{ <{E}\\u0073> <{E}one> ?o }}",
    f"SELECT ?o {{ <{E}x/../s> <{E}one> ?o }}",
    f"SELECT ?o {{ <{E}now> <{E}one> ?o }}",
    f"BASE <{E}> SELECT ?o {{ <s> <one> ?o }}",
    f"PREFIX e: <{E}> PREFIX e: <{E}s/> SELECT ?o {{ e:s e:one ?o }}",
    f"PREFIX a: <{E}> SELECT ?o {{ a:s a:one ?o }}",
    f"PREFIX selected: <{E}> SELECT ?o {{ selected:s selected:one ?o }}",
    f"{P} SELECT ?o {{ :s :one ?o }}\u00a0",
    f"{P} SELECT ?o {{ :s :one \f?o }}",
    f"{P} \u017fELECT ?o {{ :s :one ?o }}",
    f"{P} SELECT ?o {{ :s. :one ?o }}",
    f"{P} SELECT ?o {{ :s :one ?o }} }}",
    f"{P} SELECT ?o {{ :s :one ?o",
    f"{P} SELECT ?o {{ :s un:one ?o }}",
    f"{P} SELECT ?o {{ :s :one <> }}",
    f"{P} SELECT ?o {{ <<:s :one :a>> :p ?o }}",
    f"{P} SELECT ?b {{ {' '.join(f':s :one ?a{n} .' for n in range(5))} :s :several ?b }}",
    f"{P} SELECT ?o {{ :s :one ?o }} # {'x' * 2000}",
    f"{P} CONSTRUCT {{ :s :p ?o }} {{ :s :one ?o }}",
    f"{P} DESCRIBE :s :plain",
    f"{P} DESCRIBE ?o {{ :s :one ?o }}",
]
"""What only looks cheap, or is not the same for sure, or no SPARQL."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return a server without a cache, once it has the file of subjects."""
    with serving(DATA, "--cache", 0) as running:
        wait_until(lambda: is_from_front(running, FRONT[0]))
        yield running


@pytest.fixture(scope="module")
def uncached(data_dir: Path) -> Iterator[Server]:
    """Return a server of the dataset without a cache, once it has the file of subjects."""
    with served("--data", data_dir, "--cache", 0) as running:
        wait_until(lambda: is_from_front(running, "SELECT ?o { person:sergey-lavrov a ?o }"))
        yield running


def address(query: str, *, fields: str = "") -> str:
    """Return where a query is asked that nobody has asked before."""
    return f"/sparql?query={quote(f'{query} # {next(NUMBERS)}', safe='')}{fields}"


def lookups(server: Server) -> float:
    """Return how many look-ups the front has answered."""
    return server.metric("wicara_lookups_total")


def is_from_front(server: Server, query: str) -> bool:
    """Ask a query and tell whether the front has answered it."""
    before = lookups(server)
    server.get(address(query))
    return lookups(server) > before


def both_roads(server: Server, path: str, **headers: str | None) -> tuple[Answer, Answer]:
    """Return the answer of an executor, which a condition asks for, and what a plain request gets."""
    return server.get(path, if_none_match='"another"', **headers), server.get(path, **headers)


def shown(answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return what two answers to the same request have in common."""
    headers = [each for each in answer.headers.items() if each[0] not in VARYING]
    return answer.status, headers, answer.body


@pytest.mark.parametrize("query", FRONT)
def test_the_front_says_what_an_executor_says(server: Server, query: str) -> None:
    """Status, headers and bytes are the same."""
    before = lookups(server)
    executor, front = both_roads(server, address(query))
    assert executor.status == 200
    assert lookups(server) == before + 1
    assert shown(front) == shown(executor)


@pytest.mark.parametrize("query", [FRONT[0], FRONT[3], f"{P} ASK {{ :plain ?p ?o }}", f"DESCRIBE <{E}s>"])
def test_the_same_for_other_headers(server: Server, query: str) -> None:
    """So it is in each coding, and for other media types, which an executor writes."""
    for headers in (
        {"accept_encoding": "gzip"},
        {"accept_encoding": "br"},
        {"accept_encoding": "zstd, gzip"},
        {"accept": "application/json, text/turtle;q=0.5"},
        {"accept": "text/csv, application/n-triples;q=0.5"},
        {"accept": "image/png"},
    ):
        executor, front = both_roads(server, address(query), **headers)
        assert shown(front) == shown(executor), headers


@pytest.mark.parametrize("query", EXECUTOR)
def test_what_only_looks_cheap(server: Server, query: str) -> None:
    """All else is for an executor: what is large, what may have another order, and what is not understood."""
    before = lookups(server)
    executor, again = both_roads(server, address(query))
    assert lookups(server) == before
    assert again.status == executor.status
    if not query.startswith(f"{P} DESCRIBE :blank"):  # its nodes have other labels each time
        assert again.body == executor.body


@pytest.mark.parametrize(
    "fields",
    [
        "&infer=off",
        "&infer=on",
        f"&default-graph-uri={E}g",
        f"&named-graph-uri={E}g",
        "&timeout=0",
        "&format=csv",
    ],
)
def test_other_parameters(server: Server, fields: str) -> None:
    """A request with more than a query is for an executor, and so is one to another endpoint, or a POST."""
    before = lookups(server)
    answers = [server.get(address(FRONT[0], fields=f"&{fields}")) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert server.get(address(FRONT[0]).replace("/sparql?", "/sparql/asserted?")).status == 200
    assert server.send("POST", "/sparql", FRONT[0], content_type="application/sparql-query").status == 200
    assert lookups(server) == before


def test_every_character(server: Server) -> None:
    """A literal of any character is the same on both roads."""
    for each in CHARACTERS:
        path = address(f"{P} SELECT ?o {{ :c{each} :one ?o }}")
        executor = server.get(path, if_none_match='"another"')
        assert shown(server.get(path)) == shown(executor), each


def test_many_at_once_on_a_connection(server: Server) -> None:
    """Pipelined look-ups are all answered, the first ones alone before the front turns to others."""
    before = lookups(server)
    heads = server.heads((f"GET {address(FRONT[0])}", "Accept: */*") for _ in range(100))
    assert [head.status for head in heads] == [200] * 100
    assert 0 < lookups(server) - before < 100


def test_a_cached_look_up(tmp_path: Path) -> None:
    """A look-up is cached like any answer, has a tag for conditions, and follows the version."""
    path = tmp_path / "data.nt"
    query = f"SELECT ?o {{ <{E}s> <{E}p> ?o }}"

    def write(value: int) -> None:
        path.write_text(f'<{E}s> <{E}p> "{value}" .\n')

    write(0)
    with served(path) as server:
        wait_until(lambda: is_from_front(server, query))
        where = address(query)
        first, again = server.get(where), server.get(where)
        assert (again.body, "hit" in again.headers["Server-Timing"]) == (first.body, True)
        assert server.get(where, if_none_match=first.headers["ETag"]).status == 304
        for value in range(1, 3):
            write(value)
            versions = server.metric("wicara_versions_total")
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda versions=versions: server.metric("wicara_versions_total") > versions)
            now = server.get(where)
            assert now.rows == [{"o": str(value)}]
            assert now.headers["ETag"] != first.headers["ETag"]
            wait_until(lambda: is_from_front(server, query))
            assert server.get(address(query)).rows == [{"o": str(value)}]


def test_own_writes_are_read() -> None:
    """A writable server answers each look-up from the version that it has just made."""
    with serving(f'<{E}s> <{E}p> "0" .\n', "--writable", "--token", "secret") as server:
        for value in range(1, 9):
            update = f'DELETE WHERE {{ <{E}s> <{E}p> ?o }} ; INSERT DATA {{ <{E}s> <{E}p> "{value}" }}'
            written = server.send(
                "POST",
                "/update",
                update,
                content_type="application/sparql-update",
                authorization="Bearer secret",
            )
            assert written.status in {200, 204}
            assert server.get(address(f"SELECT ?o {{ <{E}s> <{E}p> ?o }}")).rows == [{"o": str(value)}]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?name { <https://w3id.org/wicara/id/person/sergey-lavrov> skos:prefLabel ?name }",
        "SELECT * { person:sergey-lavrov ?p ?o }",
        "SELECT ?name { person:sergey-lavrow skos:prefLabel ?name }",
        "ASK { person:sergey-lavrov skos:prefLabbel ?name }",
        "DESCRIBE person:sergey-lavrov",
        "DESCRIBE person:sergey-lavrow",
    ],
)
def test_a_built_dataset(uncached: Server, query: str) -> None:
    """Prefixes need no declaration, conclusions are there, and unknown terms are told, by both roads."""
    executor, front = both_roads(uncached, address(query))
    assert executor.status == 200
    assert shown(front) == shown(executor)
