"""Names of things, compared: in any order of words, with or without marks, misspelled, in another script.

What is compared is folded (`folding.py`): Лавров Сергей and Sergey Lavrov have the same words.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import NamedNode
from rapidfuzz import fuzz, process
from wicara.graph.names import TYPE
from wicara.server.app_state import dataset, infer, remembered
from wicara.server.site.search.folding import tokens
from wicara.server.site.search.index import LABEL, VARIANT
from wicara.server.site.search.index_file import index

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

NAMED: Final = """
SELECT iri, words FROM thing JOIN text ON text.thing = id
WHERE role IN (:label, :variant)
  AND kind NOT IN ('fact', 'background', 'sentence', 'timespan', 'graph', 'ontology')
ORDER BY iri"""
SAME: Final = 100.0
MIN_SCORE: Final = 60.0
"""The least score, of 100, of a name that is returned."""
BY_WORDS: Final = 0.7
"""The weight of words being alike in any order and number (RapidFuzz, token_ratio), beside all letters."""
CANDIDATES: Final = 200


class Candidate(NamedTuple):
    """A thing that a name may mean, and how alike its nearest name is: 100 for the same words."""

    iri: str
    score: float


@dataclass(frozen=True)
class Names:
    """The names of all things, folded, with the thing of each; and the classes of things.

    `stated` are the classes that are asserted, `classes` those that are inferred too.
    """

    folded: Sequence[str]
    things: Sequence[str]
    stated: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]]

    def nearest(self, name: str, wanted: Collection[str] = ()) -> list[Candidate]:
        """Return the things whose names are like a name, best first, only of `wanted` classes if given."""
        key = sorted_words(name)
        scores: defaultdict[str, float] = defaultdict(float)
        among = {
            at: folded
            for at, folded in enumerate(self.folded)
            if not wanted or not self.classes.get(self.things[at], frozenset()).isdisjoint(wanted)
        }
        for folded, by_words, at in process.extract(
            key, among, scorer=fuzz.token_ratio, limit=CANDIDATES, score_cutoff=MIN_SCORE
        ):
            score = BY_WORDS * by_words + (1 - BY_WORDS) * fuzz.ratio(key, folded)
            if score >= MIN_SCORE:
                scores[self.things[at]] = max(score, scores[self.things[at]])
        return sorted(
            (Candidate(iri, round(score, 1)) for iri, score in scores.items()),
            key=lambda one: (-one.score, one.iri),
        )


def sorted_words(name: str) -> str:
    """Return a name folded, its words sorted."""
    return " ".join(sorted(tokens(name)))


def names() -> Names:
    """Return the names in the dataset of this request; they are read once for each version."""
    return remembered(("names", infer()), read_names)


def read_names() -> Names:
    """Return the names that the index has, and the classes of what they name."""
    rows = index().execute(NAMED, {"label": LABEL, "variant": VARIANT}).fetchall()
    folded = [(sorted_words(words), iri) for iri, words in rows]
    pairs = sorted({pair for pair in folded if pair[0]})
    things = {iri for _folded, iri in pairs}
    return Names(
        [pair[0] for pair in pairs],
        [pair[1] for pair in pairs],
        *(classes_of(things, inferred=inferred) for inferred in (False, infer())),
    )


def classes_of(things: Collection[str], *, inferred: bool) -> dict[str, frozenset[str]]:
    """Return the classes of things, asserted or inferred too."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for quad in dataset().for_inference(inferred).quads_for_pattern(None, TYPE, None):
        if isinstance(quad.subject, NamedNode) and quad.subject.value in things:
            found[quad.subject.value].add(getattr(quad.object, "value", ""))
    return {iri: frozenset(classes) for iri, classes in found.items()}
