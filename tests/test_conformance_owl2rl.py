"""The W3C's test cases for OWL 2 RL, from the shared folder: all through the reasoner, some as commands."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from wicara.graph.reasoning.entailment import entails
from wicara.graph.reasoning.files import read, reason

if TYPE_CHECKING:
    from conftest import Command

CHECKOUT: Final = Path(__file__).parent.parent
FOLDER: Final = Path(os.environ.get("WICARA_SHARED", CHECKOUT.parent / "shared")) / "conformance" / "owl2rl"
PAGE: Final = CHECKOUT / "docs" / "conformance-owl2rl.md"

FAILING: Final[dict[tuple[str, str], str]] = {}
"""(case, type) and the reason why it fails; the docs page lists the same."""

AS_COMMANDS: Final = (
    ("DisjointClasses-001", "PositiveEntailmentTest"),
    ("New-Feature-Keys-004", "NegativeEntailmentTest"),
    ("WebOnt-I5.8-009", "PositiveEntailmentTest"),
    ("New-Feature-AsymmetricProperty-001", "InconsistencyTest"),
    ("WebOnt-I5.26-001", "ConsistencyTest"),
    ("chain2trans1", "ConsistencyTest"),
)
"""A sample that is run through the real commands."""


@dataclass(frozen=True)
class Case:
    """One test of a case: its type, the files of its premise, and of what it is about."""

    name: str
    suite: str
    kind: str
    premises: tuple[Path, ...]
    conclusion: Path | None

    def __str__(self) -> str:
        """Return the id of the test."""
        return f"{self.suite}-{self.name}-{self.kind}"


def cases() -> list[Case]:
    """Return every test of the manifest; none where the shared folder is missing."""
    manifest = FOLDER / "manifest.json"
    if not manifest.is_file():
        return []
    described = json.loads(manifest.read_text("utf-8"))["cases"]
    return [case_of(each, kind) for each in described for kind in each["types"]]


def case_of(described: dict[str, Any], kind: str) -> Case:
    """Return one test of a case in the manifest; its premise is merged with what it imports."""
    imported = (FOLDER / each["file"] for each in described.get("imports", ()))
    about = {"PositiveEntailmentTest": "conclusion", "NegativeEntailmentTest": "nonconclusion"}.get(kind)
    return Case(
        name=described["id"],
        suite=described["suite"],
        kind=kind,
        premises=(FOLDER / described["premise"], *imported),
        conclusion=FOLDER / described[about] if about else None,
    )


CASES: Final = cases()
EXIT_CODES: Final = {
    "PositiveEntailmentTest": 0,
    "NegativeEntailmentTest": 1,
    "ConsistencyTest": 0,
    "InconsistencyTest": 3,
}


def passes(case: Case) -> bool:
    """Tell whether a test has the result that the W3C says."""
    if case.conclusion is None:
        return bool(reason(case.premises).contradictions) == (case.kind == "InconsistencyTest")
    answer = entails(read(case.premises).triples(), read([case.conclusion]).triples())
    return answer is (case.kind == "PositiveEntailmentTest")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    """Each test of the W3C has the result that it should have, but for the listed failures."""
    assert passes(case) is ((case.name, case.kind) not in FAILING)


@pytest.mark.parametrize(("name", "kind"), AS_COMMANDS)
def test_commands_say_it_by_exit_code(
    name: str, kind: str, shared: Path, wicara: Command, tmp_path: Path
) -> None:
    """`wicara reason` and `wicara entails` end with the exit code that the result has."""
    folder = shared / "conformance" / "owl2rl" / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing")
    (case,) = (each for each in CASES if (each.name, each.kind) == (name, kind))
    arguments = (
        ("entails", *case.premises, case.conclusion)
        if case.conclusion
        else ("reason", *case.premises, "-o", tmp_path / "out.nt")
    )
    assert wicara(*arguments).returncode == EXIT_CODES[kind]


def test_manifest_is_there(shared: Path) -> None:
    """The manifest lists cases wherever the shared folder is: no empty run passes for a full one."""
    assert (shared / "conformance" / "owl2rl" / "manifest.json").is_file()
    assert CASES


def table() -> str:
    """Return the table of the docs page: suite, type, tests, passed."""
    every = Counter((case.suite, case.kind) for case in CASES)
    failed = Counter((case.suite, case.kind) for case in CASES if (case.name, case.kind) in FAILING)
    lines = [
        f"| {suite} | {kind} | {count} | {count - failed[suite, kind]} |"
        for (suite, kind), count in sorted(every.items())
    ]
    total = f"| all | | {len(CASES)} | {len(CASES) - sum(failed.values())} |"
    return "\n".join(["| suite | type | tests | passed |", "| --- | --- | --- | --- |", *lines, total])


def test_docs_page_tells_the_counts(shared: Path) -> None:
    """The docs page has the table of what was run and passed, and names each failure with its reason."""
    page = PAGE.read_text("utf-8")
    assert shared.is_dir()
    assert table() in page
    for (name, _), why in FAILING.items():
        assert name in page
        assert why in page
