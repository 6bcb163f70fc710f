"""What is known by name: the things of the dataset, and the states and territories of the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ahocorasick_rs import AhoCorasick, MatchKind
from wicara.graph.facts.identity import read_identity
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad
    from wicara.graph.facts.draft.words import Words

LABELS: Final = frozenset({f"{PREFIXES['skos']}prefLabel", f"{PREFIXES['skos']}altLabel"})
KINDS: Final = frozenset({"person", "state", "place", "body", "document"})
"""The kinds of things that are looked for in a text; an event or a post has other names inside its own."""
CODE: Final = f"{WIC}iso3166Alpha2"
MIN_LETTERS: Final = 2
"""How many characters a name has at least."""


@dataclass(frozen=True)
class Known:
    """A name in a text that is known: its place, its kind, and what it means: IRI, or ISO 3166-1 code."""

    start: int
    end: int
    name: str
    kind: str
    iri: str = ""
    code: str = ""


class Gazetteer:
    """Names and what they mean. Of two things with one name the first of the data is taken."""

    def __init__(self, quads: Iterable[Quad], words: Words) -> None:
        """Collect the names: of the data, of the table of identities, of the territories in CLDR."""
        quads = tuple(quads)
        states = {
            quad.object.value: quad.subject.value  # type: ignore[union-attr]
            for quad in quads
            if quad.predicate.value == CODE
        }
        self.labels: dict[str, dict[str, str]] = {}
        self.things: dict[str, tuple[str, str, str]] = {}
        named = [(name, iri, kind_of(iri)) for name, iri in sorted(names_with_iris(quads))]
        for name, iri, kind in named:
            if kind:
                self.labels.setdefault(kind, {})[name] = iri
        for name, iri, kind in named:
            is_post = name in self.labels.get("post", {})  # also the name of an office: "President of Russia"
            if kind in KINDS and len(name) >= MIN_LETTERS and not is_post:
                self.things.setdefault(name, (kind, iri, ""))
        territories = {name: code for code, name in words.locale.territories.items() if code.isalpha()}
        for name, code in (territories | words.tables["states"]).items():
            self.things.setdefault(name, ("state", states.get(code, ""), code))
        self.names = sorted(self.things)
        self.finder = AhoCorasick(self.names, matchkind=MatchKind.LeftmostLongest)

    def find(self, view: str) -> Iterator[Known]:
        """Yield the known names of a text that stand there as whole words, the longest at each place."""
        for number, start, end in self.finder.find_matches_as_indexes(view):
            whole = not (view[start - 1 : start].isalnum() or view[end : end + 1].isalnum())
            if whole:
                name = self.names[number]
                kind, iri, code = self.things[name]
                yield Known(start, end, name, kind, iri, code)


def names_with_iris(quads: Iterable[Quad]) -> Iterator[tuple[str, str]]:
    """Yield the names of things with their IRIs: labels, and the mentions that were settled for any text."""
    for quad in quads:
        if quad.predicate.value in LABELS:
            yield quad.object.value, quad.subject.value  # type: ignore[union-attr]
    for row in read_identity():
        if not row.article:
            yield row.mention, row.iri


def kind_of(iri: str) -> str:
    """Return the kind of a thing, by its IRI: person, state, and so on; empty for another IRI."""
    return iri.removeprefix(f"{BASE}/id/").partition("/")[0] if iri.startswith(f"{BASE}/id/") else ""
