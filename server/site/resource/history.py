"""What the provenance graph records of a named graph: when it was made, changed, replaced or taken out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal
from wicara.ontology import PREFIXES
from wicara.server.site.dates import day, day_of
from wicara.server.site.language import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wicara.server.linked.statements import Statement
    from wicara.server.site.words import Shown, Term, Words

PROV: Final = PREFIXES["prov"]
DCTERMS: Final = PREFIXES["dcterms"]
RECORDED: Final = {
    f"{PROV}generatedAtTime": _("Asserted on"),
    f"{DCTERMS}created": _("Asserted on"),
    f"{DCTERMS}issued": _("Published on"),
    f"{DCTERMS}modified": _("Changed on"),
    f"{PROV}wasRevisionOf": _("Revises"),
    f"{DCTERMS}replaces": _("Replaces"),
    f"{DCTERMS}isReplacedBy": _("Replaced by"),
    f"{PROV}invalidatedAtTime": _("Retracted on"),
}
"""What is told of the history of a graph, in this order."""


@dataclass(frozen=True)
class Change:
    """A thing that happened to a graph: what it was, and the day or the other graph."""

    what: object
    when: str
    other: Shown | None = None


def history_of(statements: Iterable[Statement], words: Words) -> tuple[Change, ...]:
    """Return what statements about a graph record of its history; nothing where they do not."""
    found = [one.triple for one in statements if one.triple.predicate.value in RECORDED]
    order = list(RECORDED)
    found.sort(key=lambda triple: order.index(triple.predicate.value))
    return tuple(change(triple.predicate.value, triple.object, words) for triple in found)


def change(iri: str, value: Term, words: Words) -> Change:
    """Return a change with its day in words, or with a link to the other graph."""
    when = day_of(value.value) if isinstance(value, Literal) else None
    return Change(RECORDED[iri], day(when)) if when else Change(RECORDED[iri], "", words.show(value))
