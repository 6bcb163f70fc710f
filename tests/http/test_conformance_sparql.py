"""The W3C's tests of SPARQL 1.1 over HTTP, from the shared folder, each sent to a server process."""

from __future__ import annotations

from collections import Counter
from email.message import Message
from typing import TYPE_CHECKING, Final

import earl
import pytest
import test_conformance_owl2rl as owl2rl
import w3c
from server_process import Answer
from w3c_exceptions import EXCEPTIONS
from w3c_judge import Expected, fault_in

if TYPE_CHECKING:
    from pathlib import Path

    from server_process import Server

PAGE: Final = w3c.CHECKOUT / "docs" / "conformance-sparql.md"
CASES: Final = w3c.cases()
OUTCOMES: Final = ("passed", "failed", "inapplicable")
LEAST: Final = {
    "protocol": 34,
    "graph-store-protocol": 14,
    "http-rdf-update": 18,
    "csv-tsv-res": 6,
    "json-res": 4,
}
"""How many tests each suite had when it was first run; a manifest that is read wrongly has fewer."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(writable: Server, case: w3c.Case) -> None:
    """Each test of the W3C passes, but for those that are listed with a reason: they do not."""
    fault = w3c.fault_of(writable, case)
    if case.name in EXCEPTIONS:
        assert fault, f"{case.name} passes: it is no exception any more"
    else:
        assert fault is None


def test_all_suites_are_read(shared: Path) -> None:
    """No empty run passes for a full one: each suite has its tests, each with a name of its own."""
    assert shared.is_dir()
    found = Counter(case.suite for case in CASES)
    assert {suite: number for suite, number in LEAST.items() if found[suite] < number} == {}
    assert len({case.iri for case in CASES}) == len(CASES)
    assert set(EXCEPTIONS) <= {case.name for case in CASES}


def answer(body: str, content_type: str = "application/sparql-results+json", status: int = 200) -> Answer:
    """Return an answer as it would have come from a server."""
    headers = Message()
    headers["Content-Type"] = content_type
    return Answer(status, headers, body.encode())


OK: Final = frozenset({"OK"})
TURTLE: Final = "text/turtle"


@pytest.mark.parametrize(
    ("given", "expected", "passes"),
    [
        (answer('{"head":{},"boolean":true}'), Expected(OK, format="boolean", boolean=True), True),
        (answer('{"head":{},"boolean":true}'), Expected(OK, boolean=False), False),
        (answer("<a/>", "text/html"), Expected(OK, format="RDF"), False),
        (answer("", status=404), Expected(frozenset({"NotFound"})), True),
        (answer("", status=404), Expected(frozenset({"StatusCode4xx"})), False),
        (answer("", status=401), Expected(frozenset({"StatusCode4xx"})), False),
        (answer("", status=415), Expected(frozenset({"StatusCode4xx"})), True),
        (answer("", status=204), Expected(OK), False),
        (answer("", status=500), Expected(frozenset({"StatusCode4xx", "StatusCode2xx"})), False),
        (answer("[] <urn:p> 1 .", TURTLE), Expected(OK, turtle="_:a <urn:p> 1 ."), True),
        (answer("[] <urn:p> 2 .", TURTLE), Expected(OK, turtle="_:a <urn:p> 1 ."), False),
        (answer("", f"{TURTLE}; charset=utf-8"), Expected(OK, f"{TURTLE}; charset=UTF-8"), True),
        (answer("", f"{TURTLE}; charset=latin-1"), Expected(OK, f"{TURTLE}; charset=UTF-8"), False),
        (answer(""), Expected(OK, location="$LOCATION$"), False),
    ],
)
def test_judge(given: Answer, expected: Expected, passes: bool) -> None:  # noqa: FBT001 - a column of the table
    """The judge lets pass what is expected, and nothing else."""
    assert (fault_in(given, expected, is_write=False) is None) is passes


@pytest.mark.parametrize(
    ("suffix", "found", "expected", "passes"),
    [
        ("csv", "b,a\n_:x,1\n_:y,2\n", "a,b\n1,_:p\n2,_:q\n", True),
        ("csv", "b,a\n_:x,1\n_:x,2\n", "a,b\n1,_:p\n2,_:q\n", False),
        ("csv", "a\n1\n2\n", "a\n2\n1\n", False),
        ("csv", "a\n1.0\n", "a\n1\n", False),
        ("tsv", "?a\t?b\n1e1\t\n", "?b\t?a\n\t10.0e0\n", True),
        ("tsv", "?a\n1\n", "?a\n1.0\n", False),
        ("tsv", '?a\n"1"@en\n', '?a\n"1"\n', False),
        ("srj", '{"boolean":true}', '{"head":{},"boolean":false}', False),
        (
            "srj",
            '{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"bnode","value":"x"}},{}]}}',
            '{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"bnode","value":"y"}},{}]}}',
            True,
        ),
        (
            "srj",
            '{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"uri","value":"x"}}]}}',
            '{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"x"}}]}}',
            False,
        ),
    ],
)
def test_judge_of_results(tmp_path: Path, suffix: str, found: str, expected: str, passes: bool) -> None:  # noqa: FBT001 - likewise
    """Results are compared term by term and row by row: blank nodes by their places, columns by name."""
    file = tmp_path / f"expected.{suffix}"
    file.write_text(expected, "utf-8")
    fault = fault_in(answer(found), Expected(OK, result=file), is_write=False)
    assert (fault is None) is passes


def test_report_says_what_the_tests_say(shared: Path) -> None:
    """The report that comes with the software is the one that `make conformance` would write now.

    `test_case` fails where a test of the W3C has another outcome than is listed.
    """
    assert shared.is_dir()
    report = earl.sparql_by(lambda case: case.name not in EXCEPTIONS)
    assert report.file.read_text("utf-8") == report.turtle()


def test_report_on_owl2rl_says_what_its_tests_say(shared: Path) -> None:
    """So is the one on OWL 2 RL: its own tests fail where a case has another outcome than is listed."""
    assert shared.is_dir()
    report = earl.owl2rl_by(lambda case: (case.name, case.kind) not in owl2rl.FAILING)
    assert report.file.read_text("utf-8") == report.turtle()


def table() -> str:
    """Return the table of the docs page: suite, tests, and how many have each outcome."""
    every = Counter(case.suite for case in CASES)
    by_outcome = Counter((case.suite, outcome_of(case)) for case in CASES)
    lines = [
        line(suite, every[suite], [by_outcome[suite, each] for each in OUTCOMES]) for suite in w3c.SUITES
    ]
    total = [sum(by_outcome[suite, each] for suite in w3c.SUITES) for each in OUTCOMES]
    head = f"| suite | tests | {' | '.join(OUTCOMES)} |"
    return "\n".join([head, "| --- | --- | --- | --- | --- |", *lines, line("all", len(CASES), total)])


def line(suite: str, tests: int, numbers: list[int]) -> str:
    """Return a line of the table."""
    return f"| {suite} | {tests} | {' | '.join(map(str, numbers))} |"


def outcome_of(case: w3c.Case) -> str:
    """Return the outcome of a test by the list of exceptions."""
    return EXCEPTIONS[case.name].outcome if case.name in EXCEPTIONS else "passed"


def test_docs_page_tells_the_counts(shared: Path) -> None:
    """The docs page has the table of what was run and passed, and names each exception with its reason."""
    page = PAGE.read_text("utf-8")
    assert shared.is_dir()
    assert table() in page
    lines = " ".join(page.split())
    for name, reason in EXCEPTIONS.items():
        assert f"- `{name}`: {reason.en}" in lines
