"""The place of a syntax error is that of the first token that cannot stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from server_process import Server

FAULTY = (
    "⟨FOO⟩ BAR BAZ",
    "⟨SELEC⟩ * { ?x a ?y }",
    "SELECT * {\n ?x ⟨'😀'⟩ nonsense\n}",
    "SELECT * { ?x <x:y> '😀' ⟨nonsense⟩ }",
    "SELECT * { ?x a ⟨}⟩",
    "SELECT * { ?x a ?y } ⟨FOO⟩",
    "SELECT * { FILTER(?x >⟨)⟩ . ?a ?b ?c }",
    "SELECT * { BIND(1 AS ⟨x⟩) }",
    "SELECT * {\n  ?a ?b ?c .\n  ?a ?b\n⟨}⟩ ORDER BY ?a",
    "SELECT * { ?x a person:A . } LIMIT ⟨x⟩",
    "SELECT * { ?x ?y <<( ?a ?b ?c )⟨>⟩ }",
    "PREFIX ⟨a⟩ <x:> ASK {}",
    "SELECT * { ?a ?b ?c . ?x ⟨nobody:a⟩ ?y . ?x a ?z }",
    "⟨INSERT⟩ DATA { <x:a> <x:b> 1 }",
    "SELECT * { ?x a ?y⟨⟩",
    "SELECT * { ?x a ?y . ⟨⟩# and so on",
    "SELECT * { ?x ?y ⟨⟩'abc }",
    "⟨⟩",
)


@pytest.mark.parametrize("marked", FAULTY)
def test_place(small: Server, marked: str) -> None:
    """Line and column, in characters, are those where the faulty token begins, or where the text ends."""
    query = marked.replace("⟨", "").replace("⟩", "")
    answer = small.ask(query)
    before, _, rest = marked.partition("⟨")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert (answer.status, answer.json["line"], answer.json["column"]) == (400, line, column)
    token = rest.partition("⟩")[0]
    assert token in answer.json["detail"] or "nobody:" in answer.json["detail"]


def test_reason(small: Server) -> None:
    """What is against a query that has no faulty token is told in the parser's words."""
    answer = small.ask("SELECT ?x { ?x a ?y } GROUP BY ?y")
    assert answer.status == 400
    assert "unbound" in answer.json["detail"]
