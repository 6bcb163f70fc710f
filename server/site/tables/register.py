"""What of the dataset is claimed or planned: the facts whose status is weaker than that of what is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from pyoxigraph import NamedNode
from wicara.graph.evidence import Basis
from wicara.graph.sparql import solutions
from wicara.graph.status import ESTABLISHED, ORDER, READ, Status, status_of
from wicara.ontology import BASE, PREFIXES
from wicara.queries import page_query
from wicara.server.app_state import dataset, per_version
from wicara.server.site.tables.texts import Texts

if TYPE_CHECKING:
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.tables.texts import Days
    from wicara.server.site.words import Term

PATH: Final = "/claims"
UNSETTLED: Final = tuple(key for key in ORDER if key not in {ESTABLISHED, READ})
"""The statuses of what is claimed, planned or less."""
SAID: Final = ("who", "possibly", "kind", "modality", "basis", "confidence")
"""What a fact says of itself: the last columns of the query, from which its status and claimants are read."""


@dataclass
class Claimed:
    """A fact that is claimed or planned: its text, when that came out, its status, its claim.

    `who` says so, and where it is unsure whose words these are, `possibly` may be the ones.
    """

    fact: NamedNode
    article: Term
    days: Days | None
    status: Status
    who: list[NamedNode] = field(default_factory=list)
    possibly: list[NamedNode] = field(default_factory=list)
    claim: NamedNode | None = None


def register(built: BuiltDataset) -> list[Claimed]:
    """Return what is claimed or planned, the newest text first; with one query, once a version."""
    found: dict[Term, Claimed] = {}
    issued, status = cache(per_version(Texts).issued), cache(status_by)
    rows = solutions(built.store, page_query("register").body)
    for fact, text, claim, *said in sorted(rows, key=lambda row: str(row["who"] or "")):
        one = found.get(fact)
        if one is None:
            days = issued(text) if isinstance(text, NamedNode) else None
            one = found[fact] = Claimed(fact, text, days, status(*said))
        for known, who in zip((one.who, one.possibly), said[:2], strict=True):
            if isinstance(who, NamedNode) and who not in known:
                known.append(who)
        one.claim = claim if isinstance(claim, NamedNode) else one.claim
    unsettled = [one for one in found.values() if one.status.key in UNSETTLED]
    return sorted(unsettled, key=lambda one: (-one.days[1].toordinal() if one.days else 0, one.fact.value))


def status_by(*said: Term | None) -> Status:
    """Return the status of facts that say this of themselves, in the order of `SAID`."""
    return status_of(Basis("", {key: [one] for key, one in zip(SAID, said, strict=True) if one}))


def facts_of(thing: NamedNode) -> set[str]:
    """Return the facts that a thing is, that are about it, or that name it."""
    find = dataset().store.quads_for_pattern
    quads = chain(find(thing, None, None, None), find(None, None, thing, None))
    return {thing.value, *(value.value for quad in quads if isinstance(value := quad.graph_name, NamedNode))}


def address_for(thing: NamedNode) -> str:
    """Return the address of what the register has by or of a thing; nothing where it has nothing."""
    known, found = per_version(register), facts_of(thing)
    name = "by" if any(thing in one.who for one in known) else "of"
    if name == "by" or any(one.fact.value in found for one in known):
        return f"{PATH}?{urlencode({name: thing.value.removeprefix(f'{BASE}/id/')}, safe='/')}"
    return ""


def is_figure(thing: Term) -> bool:
    """Tell whether a thing is a figure."""
    return str(getattr(thing, "value", "")).startswith(PREFIXES["observation"])
