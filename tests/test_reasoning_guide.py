"""docs/reasoning.md stays true: its counts of rules, its names of files, its noisy rules, its commands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from wicara.graph.reasoning.rules import rules

CHECKOUT: Final = Path(__file__).parent.parent
GUIDE: Final = (CHECKOUT / "docs" / "reasoning.md").read_text(encoding="utf-8")
FOLDER: Final = CHECKOUT / "graph" / "reasoning"


def test_counts_of_rules() -> None:
    """The guide has the number of lines, of names, and of lines that conclude false."""
    lines, names = len(rules()), len({rule.name for rule in rules()})
    assert f"{lines} lines with\n{names} names" in GUIDE
    assert f"{sum(not rule.conclusions for rule in rules())} of the lines conclude `false`" in GUIDE


def test_noisy_rules() -> None:
    """The guide names each rule that is off, and how many they are."""
    noisy = [rule.name for rule in rules() if rule.trivial]
    listed = GUIDE.partition("are marked `~` and off:")[2].partition(". What")[0]
    assert re.findall(r"`([\w-]+)`", listed) == noisy
    assert f"{len(noisy)} rules are marked" in GUIDE


def test_every_file_is_named() -> None:
    """Each module and rule file of the reasoner is named in the guide, and each it names is there."""
    there = {path.name for path in FOLDER.rglob("*") if path.suffix in {".py", ".rules"}} - {"__init__.py"}
    named = set(re.findall(r"`(\w+\.(?:py|rules))`", GUIDE))
    assert there - named == set()
    assert named - there == set()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:tests|benchmarks)/\w+\.py)`", GUIDE))))
def test_what_it_points_to(path: str) -> None:
    """Each test and benchmark that the guide points to is there."""
    assert (CHECKOUT / path).is_file()


def test_links() -> None:
    """Each page that the guide links to is there."""
    links = re.findall(r"\]\(([\w.-]+)\)", GUIDE)
    assert links
    assert [link for link in links if not (CHECKOUT / "docs" / link).is_file()] == []
