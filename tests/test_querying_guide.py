"""The guide to the graph tells the truth: every query in it runs and has answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from wicara.graph.store import BuiltDataset

GUIDE = (Path(__file__).parent.parent / "docs" / "querying.md").read_text("utf-8")
BLOCKS = re.findall(r"```sparql\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("query", BLOCKS)
def test_query_of_the_guide_has_answers(dataset: BuiltDataset, query: str) -> None:
    """A reader who pastes the query gets rows."""
    solutions = dataset.store.query(query, prefixes=dict(PREFIXES))
    assert isinstance(solutions, ox.QuerySolutions)
    assert next(solutions, None) is not None


def test_the_day_of_the_meeting_has_two_possible_coordinators(dataset: BuiltDataset) -> None:
    """By years alone both terms are possible on the day of the meeting, and neither is certain."""
    (query,) = (block for block in BLOCKS if "coordinatorshipLink" in block)
    solutions = dataset.store.query(query, prefixes=dict(PREFIXES))
    assert isinstance(solutions, ox.QuerySolutions)
    rows = {(row["state"].value.rsplit("/", 1)[-1], row["certain"].value) for row in solutions}  # type: ignore[union-attr]
    assert rows == {("indonesia", "false"), ("laos", "false")}
