"""The limits as docs/limits.md, `wicara serve --help` and a running server tell them: one table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from server_process import serving
from wicara.server.process.pool import processes
from wicara.server.settings import DEFAULTS, limits
from writing import TURTLE, WRITABLE, count, update, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Command
    from server_process import Answer, Server
    from wicara.server.settings import Limit

PAGE = (Path(__file__).parent.parent.parent / "docs" / "limits.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "`--" in line]
TIMEOUT = 1
"""Seconds of a server that has to answer nothing in time."""
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def row(limit: Limit) -> str:
    """Return the line of a limit in the table."""
    beyond = f" {limit.status.value} " if limit.status else " "
    what = f"{limit.default:g}" if isinstance(limit.default, float) else limit.default
    return f"| {limit.name} | `{limit.option}` | {what} | {limit.unit} | {limit.help} |{beyond}|"


def test_the_table() -> None:
    """The page has each limit with its option, default and unit, and what happens beyond it."""
    assert [row(limit) for limit in limits()] == ROWS


def test_the_help(wicara: Command) -> None:
    """The help of the command has each option with the same words and default."""
    told = " ".join(wicara("serve", "--help").stdout.split())
    for limit in limits():
        described = f"{limit.help} In {limit.unit}. [default: {limit.default}; x>="
        assert re.search(rf"{limit.option} [A-Z ]+ {re.escape(described)}", told), limit.name


def test_what_all_queries_take() -> None:
    """The page's sum is that of the pool and the defaults."""
    number = processes(DEFAULTS)
    assert f"| processes for queries | {number} |" in PAGE
    total = number * DEFAULTS.memory
    assert f"| their memory, at worst | {number} of {DEFAULTS.memory} MB, {total} MB |" in PAGE
    assert f"| and of a write | {DEFAULTS.memory} MB |" in PAGE
    assert number == 2 * DEFAULTS.executors + DEFAULTS.slow_lane


@pytest.fixture(scope="module")
def strict() -> Iterator[Server]:
    """Return a server with small limits, but for that of time."""
    sizes = ("--max-nesting", 5, "--max-uri", 2000, "--max-query", 3000, "--max-upload", 4000)
    text = "".join(f"<x:s{number}> <x:p{number % 9}> {number} .\n" for number in range(500))
    with serving(text, *WRITABLE, *sizes) as server:
        yield server


def post(server: Server, query: str) -> Answer:
    """Send a query by POST."""
    return server.send("POST", "/sparql", query, content_type="application/sparql-query")


BEYOND = [
    ("max_nesting", lambda server: post(server, f"ASK {'{' * 7}{'}' * 7}")),
    ("max_uri", lambda server: server.ask(f"ASK {{}} #{'x' * 2000}")),
    ("max_query", lambda server: post(server, f"ASK {{}} #{'x' * 3000}")),
    ("max_upload", lambda server: update(server, f"CLEAR ALL #{'x' * 4000}")),
    ("max_upload", lambda server: write(server, "PUT", "/store?default", "#" * 4001, content_type=TURTLE)),
]


@pytest.mark.parametrize(("name", "send"), BEYOND)
def test_beyond(strict: Server, name: str, send: Callable[[Server], Answer]) -> None:
    """What goes beyond a limit has the status of the table, the answer names the option, nothing changes."""
    answer = send(strict)
    (limit,) = (each for each in limits() if each.name == name)
    assert (answer.status, answer.media_type) == (limit.status, "application/problem+json")
    assert limit.option in answer.json["detail"]
    assert count(strict) == 500


def test_less_time() -> None:
    """A query beyond the limit of time is a 503 that names it; a client may ask for less, not for more."""
    text = "".join(f"<x:s{number}> <x:p> {number} .\n" for number in range(500))
    with serving(text, "--timeout", TIMEOUT) as server:
        for asked in ("0", "0.2", "100"):
            answer = server.ask_beyond(LONG, asked)
            assert (answer.status, answer.media_type) == (503, "application/problem+json")
            assert "--timeout" in answer.json["detail"]
            assert answer.json["seconds"] == min(float(asked) or TIMEOUT, TIMEOUT)
