"""The page of all rules, from the rule file that the engine and the proof checker read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint, render_template
from wicara.graph.reasoning.rules import rules
from wicara.graph.reasoning.sentences import sentence
from wicara.server.language import language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wicara.graph.reasoning.rules import Rule

blueprint = Blueprint("rules", __name__)


@dataclass(frozen=True)
class Entry:
    """A rule by its W3C name: its sentence, and its lines in the rule file."""

    name: str
    sentence: str
    lines: tuple[Rule, ...]


def entries(lines: Iterable[Rule]) -> list[Entry]:
    """Return the rules of a table, those of one name together."""
    found: dict[str, list[Rule]] = {}
    for rule in lines:
        found.setdefault(rule.name, []).append(rule)
    return [Entry(name, sentence(name, language()), tuple(variants)) for name, variants in found.items()]


@blueprint.get("/rules")
def all_rules() -> str:
    """List the rules by table; each has its name as anchor."""
    tables = [(table, entries(lines)) for table, lines in groupby(rules(), key=lambda rule: rule.table)]
    return render_template("rules.html", tables=tables)
