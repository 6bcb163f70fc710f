"""Agents ask by the Model Context Protocol, with the official client; every row can be traced."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from needed import long
from server_process import served
from wicara.queries import questions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server_process import Server
    from wicara.graph.store import BuiltDataset

CALLS = tomllib.loads((Path(__file__).parent.parent / "agents.toml").read_text("utf-8"))
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?a) < STR(?i)) }"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the SDK's dependencies

Call = tuple[str, dict[str, Any]]


def mcp() -> Any:  # noqa: ANN401 - a module
    """Return the official SDK: to load it takes longer than to collect all other tests of a folder."""
    return pytest.importorskip("mcp")


def ask_all(target: object, calls: Iterable[Call]) -> list[dict[str, Any]]:
    """Return what tools answer to calls, one after the other on one connection."""

    async def run() -> list[dict[str, Any]]:
        async with mcp().Client(target) as client:
            texts = [(await client.call_tool(tool, given)).content[0].text for tool, given in calls]
        return [json.loads(text) | {"bytes": len(text.encode())} for text in texts]

    with ThreadPoolExecutor(1) as thread:  # a browser of other tests may hold the loop of this one
        return thread.submit(asyncio.run, run()).result()


def over_http(server: Server, *calls: Call) -> list[dict[str, Any]]:
    """Return what the tools of a server answer."""
    return ask_all(f"http://127.0.0.1:{server.port}/mcp", calls)


def all_rows(server: Server, tool: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of all parts of an answer."""
    rows, resume = [], {}
    while True:
        [answer] = over_http(server, (tool, given | resume))
        rows += answer["rows"]
        if answer["outcome"] != "truncated":
            return rows
        resume = {"resume": answer["resume"]}


@pytest.mark.parametrize("every", [10, long(1)])
def test_questions(server: Server, every: int) -> None:
    """A question has as many rows as its table; each row can be traced, those of facts have a status."""
    chosen = questions()[::every]
    asked = [("ask", {"question": one.slug, "budget": 100_000}) for one in chosen]
    for one, answer in zip(chosen, over_http(server, *asked), strict=True):
        table = server.get(f"/questions/{one.slug}.json").rows
        assert answer["outcome"] in {"rows", "truncated"}, one.slug
        whole = answer["outcome"] == "rows"
        rows = answer["rows"] if whole else all_rows(server, "ask", {"question": one.slug})
        assert len(rows) == len(table), one.slug
        for row in answer["rows"]:
            assert row.get("rests_on") or row.get("proofs") or row.get("untraced"), (one.slug, row)
            for name in row.get("rests_on", ()):
                if name.startswith(("fact/", "background/")):
                    basis = answer["evidence"][name]
                    assert basis["link"], name
                    assert row["status"], (one.slug, row)
        assert answer["dataset"]


def test_no_answer(server: Server) -> None:
    """What the dataset does not say is empty, what is no question is refused with a reason: never rows."""
    for outcome, calls in CALLS.items():
        answers = over_http(server, *((one["tool"], one["arguments"]) for one in calls))
        for one, answer in zip(calls, answers, strict=True):
            assert answer["outcome"] == outcome, (one, answer)
            assert answer["next"]
            assert bool(answer.get("reason")) == (outcome == "refused")


def test_budget(server: Server) -> None:
    """An answer keeps within its bytes, says that it is cut, and goes on where it ended."""
    given = {"sparql": "SELECT ?e ?p { ?e wic:attendedBy ?p } ORDER BY ?e ?p LIMIT 24"}
    [whole, part] = over_http(
        server, ("query", given | {"budget": 100_000}), ("query", given | {"budget": 3000})
    )
    assert (whole["outcome"], part["outcome"]) == ("rows", "truncated")
    assert part["bytes"] < 2 * 3000
    assert all_rows(server, "query", given | {"budget": 3000}) == whole["rows"]


def test_rows_of_queries_are_traced(server: Server) -> None:
    """A row of any query names the facts that state something between its values, with their words."""
    given = {"sparql": "SELECT ?event ?place { ?event wic:heldAt ?place }"}
    [answer] = over_http(server, ("query", given | {"budget": 100_000}))
    for row in answer["rows"]:
        assert row["rests_on"]
        assert row["status"]
    assert any(basis.get("words") for basis in answer["evidence"].values())


def test_where_sources_differ(server: Server) -> None:
    """A figure to which other sources give another value says so, in an answer and in rows of a query."""
    given = {"sparql": "SELECT ?o ?v { ?o wic:observedIndicator ind:total-trade ; wic:value ?v }"}
    answers = over_http(
        server,
        ("ask", {"question": "trade-by-year", "budget": 100_000}),
        ("query", given | {"budget": 100_000}),
    )
    for answer in answers:
        told = ["sources_differ" in row for row in answer["rows"]]
        assert any(told)
        assert not all(told)
        link = next(row["sources_differ"] for row in answer["rows"] if "sources_differ" in row)
        assert link.endswith("/conflicts#figures")


def test_schema_is_short(server: Server) -> None:
    """The summary of the schema has fewer than 3,000 tokens, at three bytes a token."""
    [answer] = over_http(server, ("describe", {}))
    assert answer["outcome"] == "rows"
    assert "wic:Person" in {row["class"] for row in answer["rows"]}
    assert answer["bytes"] < 9_000


def test_deadline_is_told(one_article: BuiltDataset) -> None:
    """A query that reaches the deadline is told as one, and not as empty."""
    with served("--data", one_article.path.parent.parent, "--timeout", "2") as server:
        [answer] = over_http(server, ("query", {"sparql": ENDLESS}))
    assert (answer["outcome"], "rows" in answer) == ("timed_out", False)


def test_stdio(one_article: BuiltDataset) -> None:
    """`wicara mcp` speaks the protocol on standard input and output."""
    command = mcp().StdioServerParameters(
        command=sys.executable,
        args=["-m", "wicara", "mcp", "--data", str(one_article.path.parent.parent)],
        env=dict(os.environ),
    )
    [answer] = ask_all(command, [("search", {"text": "Лавров"})])
    assert answer["rows"][0]["id"] == "person:sergey-lavrov"


def test_tools_over_plain_http(server: Server) -> None:
    """The same tools answer plain requests at /tools; /mcp takes messages of limited length, by POST."""
    answer = server.send("POST", "/tools/sources", "{}", content_type="application/json")
    assert answer.json["outcome"] in {"rows", "truncated"}
    assert answer.json["rows"]
    assert server.get("/tools/ask").json == answer_to_ask(server)
    assert server.get("/tools/nothing").status == 404
    assert server.get("/mcp").status == 405
    long = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "x" * 2_000_000}})
    headers = {"content_type": "application/json", "accept": "application/json, text/event-stream"}
    assert server.send("POST", "/mcp", long, **headers).status == 413


def answer_to_ask(server: Server) -> dict[str, Any]:
    """Return the list of questions as the protocol gives it."""
    [answer] = over_http(server, ("ask", {}))
    del answer["bytes"]
    return answer
