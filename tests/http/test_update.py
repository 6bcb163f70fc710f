"""The update operation as SPARQL 1.1 Protocol, section 2.2, has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from server_process import served, serving
from writing import FORM, UPDATE, WRITABLE, count, update, write

if TYPE_CHECKING:
    from pathlib import Path

    from server_process import Server

INSERT = "INSERT DATA { <x:s> <x:p> 1 }"


@pytest.fixture
def server(empty: Server) -> Server:
    """Return a server that takes writes and holds nothing."""
    return empty


@pytest.fixture
def three(server: Server) -> Server:
    """Return a server of three named graphs, two of which share a triple, and a default graph."""
    assert (
        update(
            server,
            "INSERT DATA { <x:d> <x:p> 0 . GRAPH <x:1> { <x:a> <x:p> 1 . <x:b> <x:p> 1 }"
            " GRAPH <x:2> { <x:a> <x:p> 1 . <x:c> <x:p> 2 } GRAPH <x:3> { <x:e> <x:p> 3 } }",
        ).status
        == 204
    )
    return server


def test_ways_to_update(server: Server) -> None:
    """A form and a direct POST of an update do the same and are answered without a body."""
    text = "INSERT DATA { <x:%d> <x:p> '50 %%25 + é' }"
    answers = [
        write(server, "POST", "/update", text % 1, content_type=UPDATE),
        write(server, "POST", "/update", text % 2, content_type=f"{UPDATE}; charset=utf-8"),
        write(server, "POST", "/update", f"update={quote(text % 3)}", content_type=FORM),
        write(server, "POST", "/update", f"update={quote(text % 4)}", content_type=f"{FORM}; charset=utf-8"),
    ]
    assert [(answer.status, answer.body) for answer in answers] == [(204, b"")] * 4
    assert all("Content-Type" not in answer.headers for answer in answers)
    assert count(server, "?s <x:p> '50 %25 + é'") == 4


def test_slash(server: Server) -> None:
    """With a slash at its end the path is the same: the update is made, with the token only."""
    assert server.send("POST", "/update/", INSERT, content_type=UPDATE).status == 401
    before = count(server)
    assert (
        write(server, "POST", "/update/", "INSERT DATA { <x:slash> <x:slash> 1 }", content_type=UPDATE).status
        == 204
    )
    assert count(server) == before + 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_only_post(server: Server, method: str) -> None:
    """Any other method is 405, says so, and changes nothing."""
    answer = write(server, method, f"/update?update={quote(INSERT)}")
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert count(server) == 0


def test_options(server: Server) -> None:
    """OPTIONS tells the method."""
    answer = server.send("OPTIONS", "/update")
    assert (answer.status, set(answer.headers["Allow"].split(", "))) == (200, {"OPTIONS", "POST"})


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        ("/update", "", FORM),
        ("/update", "using-graph-uri=x:g", FORM),
        ("/update", f"update={quote(INSERT)}&update={quote(INSERT)}", FORM),
        ("/update", f"update={quote(INSERT)}&query=ASK%7B%7D", FORM),
        ("/update?query=ASK%7B%7D", INSERT, UPDATE),
        (f"/update?update={quote(INSERT)}", INSERT, UPDATE),
        (f"/update?update={quote(INSERT)}", "", FORM),
        ("/update?using-graph-uri=relative", INSERT, UPDATE),
        ("/update", f"update={quote(INSERT)}&using-named-graph-uri=relative", FORM),
        ("/update", "ASK {}", UPDATE),
        ("/update", f"update={quote('SELECT * {}')}", FORM),
    ],
)
def test_no_update_operation(server: Server, path: str, body: str, content_type: str) -> None:
    """What is not exactly one update, in the body, is 400 as a problem, and changes nothing."""
    answer = write(server, "POST", path, body, content_type=content_type)
    assert (answer.status, answer.media_type) == (400, "application/problem+json")
    assert count(server) == 0


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/sparql-query", "text/turtle"])
def test_wrong_content_type(server: Server, content_type: str | None) -> None:
    """A POST without one of the two content types is 415 and names them."""
    answer = write(server, "POST", "/update", INSERT, content_type=content_type)
    assert answer.status == 415
    assert answer.headers["Accept-Post"] == f"{UPDATE}, {FORM}"
    assert count(server) == 0


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("INSERT DATA { <x:s> <x:p> 'é' }".encode("latin-1"), UPDATE),
        (INSERT.encode("utf-16"), f"{UPDATE}; charset=UTF-16"),
        (INSERT.encode("utf-16-le"), f"{UPDATE}; charset=UTF-16"),
        (b"update=INSERT+DATA+%7B<x:s><x:p>'%E9'%7D", FORM),
    ],
)
def test_not_utf8(server: Server, body: bytes, content_type: str) -> None:
    """Bytes that are not UTF-8 are 400."""
    assert write(server, "POST", "/update", body, content_type=content_type).status == 400
    assert count(server) == 0


def test_syntax_error(server: Server) -> None:
    """A syntax error is 400 with line and column, and a prefix that nothing declares is named."""
    answer = update(server, "INSERT DATA {\n <x:s> <x:p> }")
    assert answer.status == 400
    assert (answer.json["line"], answer.json["column"]) == (2, 14)
    assert "nobody:" in update(server, "INSERT DATA { <x:s> nobody:p 1 }").json["detail"]


@pytest.mark.parametrize("graphs", [["x:1"], ["x:1", "x:2"]])
def test_place_of_an_error_beside_using(server: Server, graphs: list[str]) -> None:
    """The place of a syntax error is one in the text as sent, whatever graphs the request names."""
    text = "PREFIX e: <x:>\nDELETE WHERE { ?s e:p 1 } ;\n INSERT { ?s ?p 1 }\n WHERE { ?s ?p } ; CLEAR ALL"
    plain, put_on = update(server, text), update(server, text, **{"using-graph-uri": graphs})
    assert plain.status == put_on.status == 400
    assert put_on.json["line"] == plain.json["line"] == 4
    assert abs(put_on.json["column"] - plain.json["column"]) <= 1, "on either side of a blank"


@pytest.mark.parametrize(
    "last", ["CLEAR GRAPH <x:none>", "DROP GRAPH <x:none>", "CREATE GRAPH <x:g>", "COPY <x:none> TO"]
)
def test_whole_or_nothing(server: Server, last: str) -> None:
    """Where one operation of a request fails, the others have no effect either."""
    update(server, "CREATE GRAPH <x:g>")
    answer = update(server, f"{INSERT} ; INSERT DATA {{ GRAPH <x:g> {{ <x:s> <x:p> 2 }} }} ; {last}")
    assert answer.status in {400, 409}
    assert count(server) == count(server, "GRAPH ?g { ?s ?p ?o }") == 0


def test_state_that_forbids(server: Server) -> None:
    """An operation on a graph that is not there is a conflict, and SILENT is told of; with it, it passes."""
    answer = update(server, "DROP GRAPH <x:none>")
    assert answer.status == 409
    assert "x:none" in answer.json["detail"]
    assert "SILENT" in answer.json["detail"]
    assert update(server, "DROP SILENT GRAPH <x:none>").status == 204


def test_unknown_function(server: Server) -> None:
    """A function that there is not is the client's fault, and changes nothing."""
    answer = update(server, f"{INSERT} ; INSERT {{ <x:s> <x:p> ?x }} WHERE {{ BIND(<x:f>(1) AS ?x) }}")
    assert answer.status == 400
    assert "x:f" in answer.json["detail"]
    assert count(server) == 0


def test_empty_update(server: Server) -> None:
    """A request without any operation is an update that changes nothing."""
    assert update(server, "").status == update(server, "PREFIX e: <x:> # nothing").status == 204


def test_using(three: Server) -> None:
    """`using-graph-uri` is the default graph of each WHERE, and no graph is named then."""
    text = "INSERT { GRAPH <x:new> { ?s <x:p> ?o } } WHERE { ?s <x:p> ?o }"
    assert update(three, text, **{"using-graph-uri": "x:1"}).status == 204
    assert count(three, "GRAPH <x:new> { ?s ?p ?o }") == 2
    text = "INSERT { <x:s> <x:found> ?g } WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert update(three, text, **{"using-graph-uri": "x:1"}).status == 204
    assert count(three, "?s <x:found> ?g") == 0


def test_using_named(three: Server) -> None:
    """`using-named-graph-uri` names the graphs of GRAPH, and the default graph is empty then."""
    named = {"using-named-graph-uri": ["x:1", "x:3"]}
    per_graph = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    assert update(three, f"INSERT {{ ?g <x:found> ?n }} WHERE {{ {per_graph} }}", **named).status == 204
    assert three.ask("SELECT ?g ?n { ?g <x:found> ?n } ORDER BY ?g").rows == [
        {"g": "x:1", "n": "2"},
        {"g": "x:3", "n": "1"},
    ]
    assert update(three, "INSERT { ?s <x:seen> ?o } WHERE { ?s ?p ?o }", **named).status == 204
    assert count(three, "?s <x:seen> ?o") == 0


def test_using_in_a_form(three: Server) -> None:
    """The graphs may stand in the form as well as in the URL."""
    text = quote("INSERT { ?s <x:seen> ?o } WHERE { ?s ?p ?o { GRAPH ?g { ?t ?p ?o } } }")
    body = f"update={text}&using-graph-uri=x:1&using-named-graph-uri=x:2"
    assert write(three, "POST", "/update", body, content_type=FORM).status == 204
    assert count(three, "?s <x:seen> ?o") == 2
    path = "/update?using-graph-uri=x:2"
    assert write(three, "POST", path, f"update={text}", content_type=FORM).status == 204
    assert count(three, "?s <x:seen> ?o") == 2


def test_using_holds_for_every_operation(three: Server) -> None:
    """The graphs of the request hold for each operation that has a WHERE, and only for these."""
    text = """CLEAR GRAPH <x:3> ; INSERT DATA { <x:s> <x:p> 9 } ; # WHERE
        INSERT { <x:first> <x:n> ?s } WHERE { ?s ?p 9 } ;
        DELETE { GRAPH <x:1> { ?s ?p ?o } } INSERT { <x:second> <x:n> ?s } WHERE { ?s ?p ?o }"""
    assert update(three, text, **{"using-graph-uri": "x:1"}).status == 204
    assert count(three, "<x:first> ?p ?o") == 0
    assert count(three, "<x:second> ?p ?o") == 2
    assert count(three, "GRAPH <x:1> { ?s ?p ?o }") == count(three, "GRAPH <x:3> { ?s ?p ?o }") == 0


def test_using_and_delete_where(three: Server) -> None:
    """DELETE WHERE finds its triples in the graphs of the request, and deletes them where it names them."""
    update(three, "INSERT DATA { <x:a> <x:p> 1 }")
    assert update(three, "DELETE WHERE { ?s <x:p> ?o }", **{"using-graph-uri": "x:1"}).status == 204
    assert count(three) == 1, "<x:a> <x:p> 1 alone stands in both"
    text = "DELETE WHERE { GRAPH <x:1> { ?s <x:p> ?o } }"
    assert update(three, text, **{"using-named-graph-uri": "x:2"}).status == 204
    assert count(three, "GRAPH <x:1> { ?s ?p ?o }") == 2
    assert update(three, text, **{"using-named-graph-uri": "x:1"}).status == 204
    assert count(three, "GRAPH <x:1> { ?s ?p ?o }") == 0


COUNT = "{ SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }"


def test_merge(three: Server) -> None:
    """A triple that stands in two of the graphs of a merge counts once, and nothing is left of the merge."""
    graphs = {"using-graph-uri": ["x:1", "x:2", "x:1"]}
    assert update(three, f"INSERT {{ <x:asked> <x:n> ?n }} WHERE {COUNT}", **graphs).status == 204
    assert count(three, "<x:asked> <x:n> 3") == 1
    text = f"PREFIX x: <x:> INSERT {{ <x:said> <x:n> ?n }} USING <x:1> # and\n USING x:2 WHERE {COUNT}"
    assert update(three, text).status == 204
    assert count(three, "<x:said> <x:n> 3") == 1
    assert update(three, "INSERT { [] <x:made> ?s } WHERE { ?s ?p ?o }", **graphs).status == 204
    assert count(three, "?b <x:made> ?s") == 3
    assert int(three.ask("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { } }").rows[0]["n"]) == 3


@pytest.mark.parametrize(
    "text",
    [
        "WITH <x:1> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p 7 } USING <x:1> WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p 7 } USING NAMED <x:1> WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p 7 }USING<x:1>WHERE{ ?s ?p ?o }",
        "PREFIX e: <x:> INSERT { ?s ?p 7 } USINGe:1 WHERE { ?s ?p ?o }",
        "PREFIX : <x:> WITH:1 DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        f"{INSERT} ; with <x:1> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    ],
)
@pytest.mark.parametrize("field", ["using-graph-uri", "using-named-graph-uri"])
def test_graphs_named_twice(three: Server, text: str, field: str) -> None:
    """An update with USING or WITH is 400 where the request names graphs as well, and changes nothing."""
    answer = update(three, text, **{field: "x:2"})
    assert answer.status == 400
    assert "USING" in answer.json["detail"]
    assert count(three, "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }") == 6


def test_words_that_are_no_clauses(three: Server) -> None:
    """Prefixes, strings, comments and IRIs that look like USING or WHERE are none."""
    text = """PREFIX using: <x:> PREFIX with: <x:> PREFIX where: <x:>
        COPY using:3 TO with:4 ; # USING <x:1>
        INSERT { using:s with:p 'USING <x:1> WHERE {' , <x:USING> } WHERE { ?s where:p ?where }"""
    assert update(three, text, **{"using-graph-uri": "x:3"}).status == 204
    assert count(three, "<x:s> <x:p> ?o") == 2
    assert count(three, "GRAPH <x:4> { ?s ?p ?o }") == 1


def test_relative_iri_and_base(server: Server) -> None:
    """A relative IRI is resolved against the base of the dataset, as in a query, or against BASE."""
    assert update(server, "INSERT DATA { <id/x> <ont#p> <#y> }").status == 204
    assert count(server, "<https://w3id.org/wicara/id/x> <ont#p> <#y>") == 1
    assert update(server, "BASE <http://e/a/> INSERT DATA { <b> <c> 1 }").status == 204
    assert count(server, "<http://e/a/b> <http://e/a/c> 1") == 1


def test_byte_order_marks() -> None:
    """A byte order mark before a file that is served, an upload, an update or a query is passed over."""
    with serving("\ufeff<x:bom> <x:of> <x:file> .", *WRITABLE) as server:
        text = "\ufeffINSERT DATA { <x:bom> <x:of> <x:update> }"
        assert write(server, "POST", "/update", text, content_type=UPDATE).status == 204
        assert write(server, "POST", "/update", f"update={quote(text)}", content_type=FORM).status == 204
        upload = "\ufeff<x:bom> <x:of> <x:upload> ."
        for media_type in ("text/turtle", "application/n-triples"):
            assert write(server, "POST", "/store?default", upload, content_type=media_type).status == 204
        query = "\ufeffSELECT ?o { <x:bom> <x:of> ?o }"
        assert {row["o"] for row in server.ask(query).rows} == {"x:file", "x:update", "x:upload"}
        posted = server.send("POST", "/sparql", query, content_type="application/sparql-query")
        assert len(posted.rows) == 3


def test_prefixes_of_the_dataset(tmp_path: Path) -> None:
    """The dataset's prefixes need no declaration in an update; files are served writable in memory."""
    file = tmp_path / "one.ttl"
    file.write_text("@prefix own: <x:own/> . own:s skos:prefLabel 1 .".replace("skos:prefLabel", "own:p"))
    with served(file, *WRITABLE) as server:
        assert update(server, "INSERT DATA { own:s skos:prefLabel 'A' }").status == 204
        assert count(server, "own:s ?p ?o") == 2
    assert "prefLabel" not in file.read_text()


def test_prologue_of_each_operation(server: Server) -> None:
    """Each operation may have a prologue (grammar rule 29); faults stand at their places."""
    first = "PREFIX a: <x:> INSERT DATA { a:s a:p 1 } ;"
    text = f"{first}\n# next\nPREFIX a: <x:>\nPREFIX b: <y:> INSERT DATA {{ a:s b:p 2 }} ;"
    assert update(server, text).status == 204
    assert count(server, "<x:s> ?p ?o") == 2
    wrong = update(server, f"{first}\nPREFIX b: <y:>\nINSERT DATA {{ b:s b:p }}")
    assert (wrong.json["line"], wrong.json["column"]) == (3, 23)


@pytest.mark.parametrize(
    "call",
    [
        "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "LOAD <http://127.0.0.1:9/>",
        "LOAD SILENT <http://127.0.0.1:9/> INTO GRAPH <x:g> ; LOAD <http://127.0.0.1:9/>",
    ],
)
def test_calls_are_refused(server: Server, call: str) -> None:
    """SERVICE and LOAD are 403, and the operations before them have no effect."""
    answer = update(server, f"{INSERT} ; {call}")
    assert answer.status == 403
    assert count(server) == 0


@pytest.mark.parametrize(
    ("call", "added"),
    [
        ("LOAD SILENT <http://127.0.0.1:9/> INTO GRAPH <x:g>", 0),
        ("PREFIX e: <http://127.0.0.1:9/> LOADSILENT e:x", 0),
        (
            "INSERT { <x:t> <x:q> 'SILENT <x:s>' } WHERE { SERVICE SILENT <http://127.0.0.1:9/> {} }",
            1,
        ),
        (
            "INSERT { ?s <x:q> 1 } WHERE { ?s ?p ?o SERVICE SILENT ?s {} # SERVICE SILENT <x:s>\n }",
            1,
        ),
    ],
)
def test_silent_calls(server: Server, call: str, added: int) -> None:
    """A silent call that is not allowed succeeds with nothing done (Update, 3.1.4)."""
    assert update(server, f"{INSERT} ; {call}").status == 204
    assert count(server) == 1 + added
    assert count(server, "?s <x:q> ?o FILTER(?o IN (1, 'SILENT <x:s>'))") == added
    assert count(server, "SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o }") == 1


def test_limits_of_a_text(server: Server) -> None:
    """Too many brackets are 400, as in a query; data may be long."""
    assert update(server, f"INSERT {{}} WHERE {{ {'{' * 200} {'}' * 200} }}").status == 400
    triples = " ".join(f"<x:s> <x:p> {number} ." for number in range(5000))
    assert update(server, f"INSERT DATA {{ {triples} }}").status == 204
    assert count(server) == 5000


def test_version(server: Server) -> None:
    """An answer's ETag stands as long as nothing is written, and changes with a write; a refusal keeps it."""
    before = server.ask("ASK { <x:s> ?p ?o }")
    update(server, "INSERT DATA {")
    assert server.ask("ASK { <x:s> ?p ?o }").headers["ETag"] == before.headers["ETag"]
    update(server, INSERT)
    after = server.ask("ASK { <x:s> ?p ?o }")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.json["boolean"]


def test_read_your_writes(server: Server) -> None:
    """A query after the answer to an update sees what that did, and every ETag changes."""
    tags = set()
    for number in range(1, 9):
        assert update(server, f"INSERT DATA {{ <x:s> <x:p> {number} }}").status == 204
        answer = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        assert int(answer.rows[0]["n"]) == number
        tags.add(answer.headers["ETag"])
    assert len(tags) == 8


def test_many_writers(server: Server) -> None:
    """Twenty clients that write at once lose nothing, and a counter that all of them raise is right."""
    update(server, "INSERT DATA { <x:counter> <x:n> 0 }")
    text = """DELETE { <x:counter> <x:n> ?n } INSERT { <x:counter> <x:n> ?m }
        WHERE { <x:counter> <x:n> ?n BIND(?n + 1 AS ?m) }"""
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda number: update(server, f"INSERT DATA {{ <x:s> <x:p> {number} }} ; {text}"), range(60)
            )
        )
    assert [answer.status for answer in answers] == [204] * 60
    assert count(server, "<x:s> <x:p> ?o") == 60
    assert server.ask("SELECT ?n { <x:counter> <x:n> ?n }").rows == [{"n": "60"}]


def test_readers_see_no_half(server: Server) -> None:
    """While triples are moved to and fro between graphs, every reader finds each of them once."""
    update(server, "INSERT DATA { GRAPH <x:1> { <x:a> <x:p> 1 , 2 , 3 } }")
    moves = ["MOVE <x:1> TO <x:2>", "MOVE <x:2> TO <x:1>"] * 10
    with ThreadPoolExecutor(5) as pool:
        seen = [pool.submit(count, server, "GRAPH ?g { ?s ?p ?o }") for _ in range(100)]
        assert all(update(server, move).status == 204 for move in moves)
        assert {each.result() for each in seen} == {3}


@pytest.mark.parametrize(
    "update_text",
    [
        "PREFIX e: <x:a#> INSERT DATA { e:1 e:p 1 } ;\nPREFIX e: <x:b#> INSERT DATA { e:1 e:p 3 }",
        "INSERT DATA { <x:a#1> <x:a#p> 1 } ; BASE <x:b> INSERT DATA { <#1> <#p> 3 }",
        "BASE <x:a> INSERT DATA { <#1> <#p> 1 } ; BASE <x:b> INSERT { <#1> <#p> 3 } WHERE { <x:a#1> ?p 1 }",
    ],
)
def test_a_declaration_anew(server: Server, update_text: str) -> None:
    """A prefix, or BASE, that is declared again counts from there on."""
    assert update(server, update_text).status == 204
    assert count(server, "<x:a#1> <x:a#p> 1 . <x:b#1> <x:b#p> 3") == 1
    assert count(server) == 2


def test_a_fault_after_a_declaration_anew(server: Server) -> None:
    """A fault stands at its place in what was sent."""
    text = "PREFIX e: <x:a> INSERT DATA { e:1 e:p 1 } ;\nPREFIX e: <x:b> INSERT DATA { e:1 e:p ⟨here⟩} }"
    answer = update(server, text.replace("⟨here⟩", ""))
    assert answer.status == 400
    assert answer.json["near"] == text.rpartition("\n")[2]
