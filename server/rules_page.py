"""The page of all rules, from the rule file that the engine and the proof checker read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template
from wicara.graph.reasoning.rules import rules, sentence
from wicara.server.descriptions.openapi import operation
from wicara.server.site.language import language
from wicara.server.site.language import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wicara.graph.reasoning.rules import Rule

blueprint = Blueprint("rules", __name__)

TABLES: Final = {
    "4: equality": _("Equality"),
    "5: properties": _("Axioms of properties"),
    "6: classes": _("Classes"),
    "7: class axioms": _("Axioms of classes"),
    "8: datatypes": _("Datatypes"),
    "9: schema": _("The vocabulary itself"),
}
"""What the tables of the rule file are about."""
NOTATION: Final = {
    "?x": _("anything; the same name is the same thing throughout the rule"),
    "a": _("is of this class (rdf:type)"),
    "->": _("what stands before it has to hold; what stands after it follows"),
    "false": _("no conclusion: what stands before contradicts itself"),
    "member(?l ?x)": _("?x is a member of the list ?l"),
    "pair(?l ?x ?y)": _("?x and ?y are two members of the list ?l"),
    "every(?l ?x : …)": _("what follows the colon holds for each member ?x of the list ?l"),
    "chain(?l ?u ?v)": _("the properties in the list ?l lead from ?u to ?v, one after the other"),
}
"""How the rules are written."""


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
@operation(query=("lang",))
def all_rules() -> str:
    """List the rules by table; each has its name as anchor."""
    tables = [
        (table.partition(":")[0], TABLES.get(table, table), entries(lines))
        for table, lines in groupby(rules(), key=lambda rule: rule.table)
    ]
    return render_template("rules.html", tables=tables, notation=NOTATION)
