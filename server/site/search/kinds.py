"""The kinds of what can be found: how an IRI tells its kind, what kinds are called, and their order."""

from __future__ import annotations

from typing import Final, NamedTuple

from wicara.ontology import BASE, WIC
from wicara.server.site.language import lazy_gettext as _


class Kind(NamedTuple):
    """What a kind is called, and how much what is found of it weighs."""

    name: str
    weight: float


KINDS: Final = {
    "person": Kind(_("person"), 1.4),
    "state": Kind(_("state"), 1.4),
    "organization": Kind(_("organization"), 1.4),
    "group": Kind(_("group"), 1.2),
    "event": Kind(_("event"), 1.2),
    "series": Kind(_("series of events"), 1.2),
    "partnership": Kind(_("partnership"), 1.2),
    "document": Kind(_("document"), 1.2),
    "article": Kind(_("article"), 1.2),
    "claim": Kind(_("claim"), 1.1),
    "observation": Kind(_("figure"), 1.1),
    "post": Kind(_("office"), 1.1),
    "situation": Kind(_("situation"), 1.0),
    "fact": Kind(_("fact"), 1.0),
    "place": Kind(_("place"), 1.0),
    "area": Kind(_("area of cooperation"), 1.1),
    "background": Kind(_("piece of background"), 0.8),
    "concept": Kind(_("concept"), 0.8),
    "ontology": Kind(_("term of the ontology"), 0.8),
    "timespan": Kind(_("time span"), 0.7),
    "graph": Kind(_("named graph"), 0.6),
    "sentence": Kind(_("sentence"), 0.6),
    "other": Kind(_("other"), 1.0),
}
"""The kinds in the order in which a list has them."""
ORDER: Final = {key: place for place, key in enumerate(KINDS)}
OTHER: Final = "other"
RENAMED: Final = {"body": "organization"}
"""The kinds that IRIs know by another name."""
GRAPHS: Final = frozenset({"fact", "background"})
NOT_FOUND: Final = frozenset({"evidence"})
"""Things that are only a step from a fact to its words: the fact is found in their place."""


def kind_of(iri: str) -> str:
    """Return the kind of an IRI: a key of KINDS, or `evidence`."""
    if iri.startswith(WIC) or iri == f"{BASE}/ont":
        return "ontology"
    if not iri.startswith(f"{BASE}/"):
        return OTHER
    place, _slash, rest = iri.removeprefix(f"{BASE}/").partition("/")
    segment = rest.partition("/")[0]
    if place == "id":
        kind = RENAMED.get(segment, segment)
        return kind if kind in KINDS or kind in NOT_FOUND else OTHER
    if place == "concept":
        return "area" if rest.startswith("area/") else "concept"
    if place == "graph":
        return segment if segment in GRAPHS else "graph"
    return OTHER
