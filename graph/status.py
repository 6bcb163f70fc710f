"""The status of a statement: whether a source reports it as so, or only plans, proposes or claims it.

`status.toml` is the one table that says which status a fact graph gives its statements.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.ontology import PREFIXES, expand

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from wicara.graph.evidence import Basis
    from wicara.graph.terms import Term

TABLE: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
ORDER: Final[tuple[str, ...]] = tuple(TABLE["order"])
"""The statuses, from the strongest to the weakest."""
REPORTED: Final[dict[str, str]] = dict(TABLE["reported"])
"""The status of an event by the last part of the concept that a report gives it."""
SAYING: Final = frozenset(map(expand, TABLE["saying"]))
"""The properties of statements that only tell that something was said."""
ESTABLISHED, READ, CLAIMED = "established", "read", "claimed"
KEYS: Final = ("kind", "modality", "basis", "speaker")
CLAIM: Final = "claim"
"""The kind of a fact that only tells what somebody says."""
NONE: Final = "none"
"""What stands in the table for a kind, modality, basis or unsure speaker that a graph does not have."""
SURE: Final = "high"
DEGREES: Final = (SURE, "medium", "low")
UNSURE: Final = "unsure"
"""What stands in the table for a speaker who only possibly says what a graph says."""
OWN_WORDS: Final = "narration"


@dataclass(frozen=True)
class Status:
    """A status by its key in the table, how sure it is where a reader is told so, of a claim who makes it.

    `possibly` are those who may be the ones that make a claim. `covered` is, of a plan, when the last text
    came out that tells of the same, from one day to another where only a month or a year is known, and
    `came_about` the first text by which it was held, or had begun: `began` where all it tells is that.
    """

    key: str
    confidence: NamedNode | None = None
    by: tuple[NamedNode, ...] = ()
    possibly: tuple[NamedNode, ...] = ()
    covered: tuple[date, date] | None = None
    came_about: NamedNode | None = None
    began: bool = False

    @property
    def rank(self) -> tuple[int, str]:
        """The place in the order, the strongest first; in the same place, the higher confidence."""
        degree = local_name(self.confidence) if self.confidence else SURE
        return ORDER.index(self.key), str(DEGREES.index(degree) if degree in DEGREES else degree)


def status_key(kind: str, modality: str, basis: str, speaker: str = NONE) -> str:
    """Return the status of a combination: the last parts of concepts' IRIs, `unsure` of a speaker, or `none`.

    Raises KeyError for a combination that no rule fits.
    """
    given = dict(zip(KEYS, (kind, modality, basis, speaker), strict=True))
    for rule in TABLE["rules"]:
        if all(given[key] in rule[key] for key in KEYS if key in rule):
            return str(rule["status"])
    raise KeyError((kind, modality, basis, speaker))


def status_of(basis: Basis, *, saying: bool = False) -> Status:
    """Return the status of the statements of a graph; with `saying`, of those about that something was said.

    Whatever is said, that it was said is what the source reports: words between quotation marks and reported
    speech are then its own. A concept that the table does not know makes a claim.
    """
    kind, modality, words = (
        local_name(next(iter(basis.said.get(key, ())), None)) for key in ("kind", "modality", "basis")
    )
    speaker = UNSURE if basis.said.get("possibly") else NONE
    if saying:
        kind, modality, speaker = NONE, "actual", NONE
        words = OWN_WORDS if words in {"quoted", "reported-speech"} else words
    try:
        key = status_key(kind, modality, words, speaker)
    except KeyError:
        key = CLAIMED
    confidence = next(
        (term for term in basis.said.get("confidence", ()) if isinstance(term, NamedNode)), None
    )
    if key == ESTABLISHED and local_name(confidence) in TABLE["doubtful"]:
        key = READ
    if key in {READ, ESTABLISHED}:
        return Status(key, confidence if key == READ else doubt_of(basis))
    return claim(basis) if key == CLAIMED else Status(key, doubt_of(basis))


def status_of_claim(modality: Term | None, basis: Basis) -> Status:
    """Return the status of what a claim says, by its own modality; `basis` is the graph that says that."""
    key = status_key(CLAIM, local_name(modality), NONE)
    return claim(basis) if key == CLAIMED else Status(key, doubt_of(basis))


def doubt_of(basis: Basis) -> NamedNode | None:
    """Return the confidence of a graph in its reading, where that is not sure."""
    known = (term for term in basis.said.get("confidence", ()) if isinstance(term, NamedNode))
    return next((term for term in known if local_name(term) != SURE), None)


def claim(basis: Basis) -> Status:
    """Return the status of what a graph claims: who says it; or who possibly does, and then not the text."""
    who, possibly = (
        tuple(term for term in basis.said.get(key, ()) if isinstance(term, NamedNode))
        for key in ("who", "possibly")
    )
    if possibly:
        who = tuple(term for term in who if not term.value.startswith(PREFIXES["article"]))
    return Status(CLAIMED, doubt_of(basis), who, possibly)


def local_name(term: Term | None) -> str:
    """Return the last part of a concept's IRI, and `none` without one."""
    return term.value.rpartition("/")[2] if isinstance(term, NamedNode) else NONE


def reported(statuses: Iterable[NamedNode]) -> Status | None:
    """Return the strongest status that reports give an event, by their concepts; None without any."""
    return strongest(
        Status(REPORTED[name]) for status in statuses if (name := local_name(status)) in REPORTED
    )


def strongest(statuses: Iterable[Status]) -> Status | None:
    """Return the strongest of some statuses; None without any. Of claims, all who make one are named."""
    ranked = sorted(dict.fromkeys(statuses), key=lambda status: status.rank)
    return with_all_claimants(ranked[0], ranked) if ranked else None


def weakest(statuses: Iterable[Status]) -> Status | None:
    """Return the weakest of some statuses; None without any. Of claims, all who make one are named."""
    ranked = sorted(dict.fromkeys(statuses), key=lambda status: status.rank)
    return with_all_claimants(ranked[-1], ranked) if ranked else None


def with_all_claimants(status: Status, others: Iterable[Status]) -> Status:
    """Return a status with those who claim it, or possibly do, in others of the same key."""
    same = [other for other in others if other.key == status.key]
    return replace(
        status,
        by=tuple(dict.fromkeys(who for other in same for who in other.by)),
        possibly=tuple(dict.fromkeys(who for other in same for who in other.possibly)),
    )
