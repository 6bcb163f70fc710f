"""The folder of `examples/` passes the checks, and its questions have the answers that stand beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, Store
from wicara.graph.candidate import Candidate
from wicara.graph.checks.table import STAGES
from wicara.graph.inputs import read_inputs
from wicara.graph.sparql import query
from wicara.ontology import PREFIXES
from wicara.queries import questions

if TYPE_CHECKING:
    from wicara.queries import Question

FOLDER = Path(__file__).parent.parent / "examples" / "asean-russia"
QUESTIONS = questions(FOLDER / "questions")
OF_THE_ONTOLOGY = {"profile", "ontology shapes"}
"""Checks of what no folder changes."""


@pytest.fixture(scope="module")
def candidate() -> Candidate:
    """Return the dataset with this folder, before it is built."""
    return Candidate(read_inputs(FOLDER))


@pytest.fixture(scope="module")
def store(candidate: Candidate) -> Store:
    """Return the dataset with this folder as it is served, with conclusions."""
    store = Store()
    store.bulk_extend(candidate.served(infer=True))
    return store


def test_nothing_falls_short(candidate: Candidate) -> None:
    """What `wicara build` checks of data holds with this folder."""
    checks = [check for stage in STAGES for check in stage if check.name not in OF_THE_ONTOLOGY]
    assert [finding for check in checks for finding in check.findings(candidate)] == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_questions_have_their_answers(store: Store, question: Question) -> None:
    """The answer of each question is the table beside it, row by row."""
    solutions = query(store, question.text, prefixes=PREFIXES)
    assert isinstance(solutions, QuerySolutions)
    answer = (solutions.serialize(format=QueryResultsFormat.CSV) or b"").decode().replace("\r\n", "\n")
    assert answer == question.path.with_suffix(".csv").read_text("utf-8")
