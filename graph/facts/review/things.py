"""What things are called: completion while one types, what a mention may mean, and what was decided on that.

Whether two names are one thing is a log of decisions (JSON lines beside the file), with who said so and why.
A pair that somebody has rejected is not proposed again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process
from wicara.graph.facts.identity import normalise, read_identity
from wicara.graph.facts.patterns import kind_of_thing
from wicara.graph.facts.review.log import read_log
from wicara.graph.names import TYPE, iri_name, term_name
from wicara.ontology import CONCEPT_SCHEMES, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import Quad

SUFFIX: Final = ".identity.jsonl"
REASONS: Final = {"prefLabel": "name", "altLabel": "variant", "hiddenLabel": "variant", "notation": "variant"}
"""Why a thing is proposed, by the property that has the words."""
LABELS: Final = {PREFIXES["skos"] + name: reason for name, reason in REASONS.items()}
SUBCLASS: Final = NamedNode(PREFIXES["rdfs"] + "subClassOf")
EQUIVALENT: Final = NamedNode(PREFIXES["owl"] + "equivalentClass")
"""What a class has that is concluded, and so never stated."""
ALIKE: Final = 75.0
"""How alike, of 100, a name must be to be proposed where none begins with what was typed."""
MANY: Final = 8
HOLDER: Final = f"{WIC}tenureHolder"
POST: Final = f"{WIC}tenurePost"
TENURE: Final = (HOLDER, POST)
SPAN: Final = NamedNode(f"{WIC}hasTimeSpan")
CONCEPTS: Final = {PREFIXES[prefix]: prefix for prefix in CONCEPT_SCHEMES}


class Label(NamedTuple):
    """One name of a thing."""

    text: str
    language: str
    iri: str
    reason: str


@dataclass(frozen=True)
class Meaning:
    """A thing that words may mean, and why: `name`, `variant`, `alike`, `decided`."""

    iri: str
    name: str
    kind: str
    reason: str
    words: str
    alike: float


@dataclass(frozen=True)
class Verdict:
    """What somebody decided on a mention and a thing: `same`, `different` or `unsure`."""

    mention: str
    iri: str
    verdict: str
    by: str
    why: str = ""
    article: str = ""
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


def kind_or_scheme(iri: str) -> str:
    """Return the kind of a thing, or the prefix of the scheme of a concept; empty for what is neither."""
    return kind_of_thing(iri) or CONCEPTS.get(iri.rpartition("/")[0] + "/", "")


class Things:
    """The names of things and concepts, in the dataset and in the file."""

    def __init__(
        self, quads: Iterable[Quad], fold: Callable[[str], str], verdicts: Iterable[Verdict]
    ) -> None:
        """Collect the names; `fold` makes two spellings of a name one."""
        self.fold = fold
        self.names: dict[tuple[str, str], str] = {}
        self.classes: dict[str, str] = {}
        self.subclasses: dict[str, str] = {}
        self.inferred: set[str] = set()
        self.labels: dict[str, list[Label]] = {}
        self.verdicts: list[Verdict] = []
        self.decided: dict[str, dict[str, str]] = {}
        self.tenures: dict[str, dict[str, str]] = {}
        self.spans: dict[str, str] = {}
        """The time span of each situation that has one."""
        self.add(quads)
        for row in read_identity():
            if not row.article:
                self.note(Label(row.mention, row.language, row.iri, "decided"))
        for verdict in verdicts:
            self.decide(verdict)

    def add(self, quads: Iterable[Quad]) -> None:
        """Take in what quads call things, and the classes of these."""
        for quad in quads:
            node, term = quad.subject, quad.object
            if not isinstance(node, NamedNode):
                if quad.predicate == SUBCLASS:
                    self.inferred.add(term_name(term))
                continue
            if quad.predicate == TYPE and isinstance(term, NamedNode):
                self.classes.setdefault(node.value, term.value)
            if quad.predicate == SUBCLASS and isinstance(term, NamedNode):
                self.subclasses[iri_name(node.value)] = iri_name(term.value)
            if quad.predicate == EQUIVALENT:
                self.inferred.add(iri_name(node.value))
            self.note_tenure(quad)
            reason = LABELS.get(quad.predicate.value)
            if reason and isinstance(term, Literal):
                language = term.language or ""
                if reason == "name":
                    self.names.setdefault((node.value, language), term.value)
                if kind_or_scheme(node.value):
                    self.note(Label(term.value, language, node.value, reason))

    def note_tenure(self, quad: Quad) -> None:
        """Take in who held which post, and the time of this and of what else has one."""
        tenure, name = getattr(quad.subject, "value", ""), quad.predicate.value
        if quad.predicate == SPAN:
            self.spans[tenure] = getattr(quad.object, "value", "")
        if name in TENURE:
            self.tenures.setdefault(tenure, {})[name] = getattr(quad.object, "value", "")

    def post_of(self, person: str, mention: str) -> str | None:
        """Return the post that a title means of those that a person has held; None if in doubt."""
        folded = self.fold(mention)
        posts = {tenure.get(POST) for tenure in self.tenures.values() if tenure.get(HOLDER) == person}
        meant = {
            label.iri
            for text, labels in self.labels.items()
            if f"{text} ".startswith(f"{folded} ")
            for label in labels
            if label.iri in posts
        }
        return meant.pop() if len(meant) == 1 else None

    def bearer(self, surname: str, title: str) -> str | None:
        """Return the only person of a surname who has held a post of a title; None if in doubt."""
        folded = self.fold(normalise(surname))
        named = {
            label.iri
            for text, labels in self.labels.items()
            if text.endswith(f" {folded}")
            for label in labels
            if kind_or_scheme(label.iri) == "person"
        }
        known = [iri for iri in named if self.decided.get(folded, {}).get(iri) != "different"]
        return known[0] if title and len(named) == 1 and known and self.post_of(known[0], title) else None

    def remove(self, iri: str) -> None:
        """Forget a thing, which no longer stands in the file."""
        for key in [key for key in self.names if key[0] == iri]:
            del self.names[key]
        self.classes.pop(iri, None)
        for labels in self.labels.values():
            labels[:] = [label for label in labels if label.iri != iri]

    def note(self, label: Label) -> None:
        """Take in one name."""
        labels = self.labels.setdefault(self.fold(label.text), [])
        if label not in labels:
            labels.append(label)

    def name(self, iri: str, language: str) -> str | None:
        """Return the name of a thing in a language; None where it has none."""
        return self.names.get((iri, language))

    def called(self, iri: str) -> list[str]:
        """Return all names of a thing, folded."""
        return [text for text, labels in self.labels.items() if any(label.iri == iri for label in labels)]

    def shown(self, iri: str, language: str) -> str:
        """Return what a thing is called, its IRI where it has no name."""
        return self.name(iri, language) or self.name(iri, "en") or self.name(iri, "id") or iri_name(iri)

    def decide(self, verdict: Verdict) -> None:
        """Take in what was decided on a mention."""
        self.verdicts.append(verdict)
        self.decided.setdefault(self.fold(verdict.mention), {})[verdict.iri] = verdict.verdict
        if verdict.verdict == "same":
            self.note(Label(verdict.mention, "", verdict.iri, "decided"))

    def meant(self, mention: str, kinds: Sequence[str]) -> str | None:
        """Return the thing that a mention means: what was decided, else the only one of that name."""
        folded = self.fold(normalise(mention))
        decided = self.decided.get(folded, {})
        same = [iri for iri, verdict in decided.items() if verdict == "same" and kind_or_scheme(iri) in kinds]
        if same:
            return same[-1]
        named = {label.iri for label in self.labels.get(folded, ()) if kind_or_scheme(label.iri) in kinds}
        named = {iri for iri in named if decided.get(iri) != "different"}
        return named.pop() if len(named) == 1 else None

    def candidates(self, typed: str, kinds: Sequence[str], language: str, limit: int = MANY) -> list[Meaning]:
        """Return what typed words may mean, the best first: names that begin with them, then those alike."""
        folded = self.fold(normalise(typed))
        rejected = {iri for iri, verdict in self.decided.get(folded, {}).items() if verdict == "different"}
        found: dict[str, Meaning] = {}
        for alike, label in islice(self.ranked(folded, kinds), 200):
            if label.iri not in found and label.iri not in rejected:
                reason = label.reason if alike >= 1 or not folded else "alike"
                found[label.iri] = Meaning(
                    label.iri,
                    self.shown(label.iri, language),
                    kind_or_scheme(label.iri),
                    reason,
                    label.text,
                    round(min(alike, 1.0), 2),
                )
        return list(found.values())[:limit]

    def ranked(self, folded: str, kinds: Sequence[str]) -> Iterator[tuple[float, Label]]:
        """Yield names with how alike they are: 3 the same, 2 begins so, 1 a word of it does, less: alike."""
        near: list[tuple[float, str]] = []
        for text in self.labels:
            if text == folded:
                near.append((3.0, text))
            elif text.startswith(folded):
                near.append((2.0, text))
            elif f" {folded}" in text or f"-{folded}" in text:
                near.append((1.0, text))
        if folded:
            seen = {text for _, text in near}
            alike = process.extract(
                folded, self.labels.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, limit=50
            )
            near += [(score / 101, text) for text, score, _ in alike if text not in seen]
        for score, text in sorted(near, key=lambda one: (-one[0], len(one[1]), one[1])):
            yield from ((score, label) for label in self.labels[text] if kind_or_scheme(label.iri) in kinds)


def verdicts_in(folder: Path) -> list[Verdict]:
    """Return what was decided for the data files of a folder, in the order of the files and their lines."""
    verdicts = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        for entry in read_log(path):
            with suppress(TypeError):  # it is no verdict
                verdicts.append(Verdict(**entry))
    return verdicts


def rejected_pairs(verdicts: Iterable[Verdict]) -> frozenset[tuple[str, str]]:
    """Return the mentions with the things that they were last said not to be."""
    last = {(normalise(verdict.mention), verdict.iri): verdict.verdict for verdict in verdicts}
    return frozenset(pair for pair, verdict in last.items() if verdict == "different")


def verdict_line(verdict: Verdict) -> str:
    """Return a decision as a line of the log."""
    return json.dumps(asdict(verdict), ensure_ascii=False) + "\n"
