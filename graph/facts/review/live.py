"""Checks of one fact while it is typed, in milliseconds: shapes, contradictions, and what would follow.

The dataset and the accepted facts of the file are in one store, and closed by one reasoner. A fact is put in,
looked at, and taken out again: shapes where the change concerns them, as after a change of the dataset.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode, Store
from wicara.graph.assembly import kind, merged, with_default_graph
from wicara.graph.checks import shacl
from wicara.graph.checks.shapes import shapes_of, violation
from wicara.graph.checks.statements import MINTED, is_defined
from wicara.graph.names import PREMISES, iri_name
from wicara.graph.reasoning.closure import inconsistencies_of, is_trivial
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.graph.reasoning.rules import SAME_AS
from wicara.graph.state import settled
from wicara.ontology import WIC, data_shape_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pyoxigraph import Quad, Triple

ARTICLE: Final = NamedNode(f"{WIC}SourceArticle")
MAX_SHOWN: Final = 12
"""How many conclusions are shown."""


@dataclass(frozen=True)
class Finding:
    """What is wrong with a fact as a whole or, where `terms` are of one of its fields, there."""

    text: str
    terms: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Findings:
    """What came of looking at a fact: what is wrong, what would follow from it, and what no longer would."""

    wrong: tuple[Finding, ...]
    follows: tuple[Triple, ...]
    stops: tuple[Triple, ...]


class Live:
    """The dataset with the facts of a file, one of which can be tried."""

    def __init__(self, quads: tuple[Quad, ...]) -> None:
        """Load the dataset without the file, and close it."""
        self.lock = Lock()
        """Who has it works with the closure; no decision waits for it."""
        self.store = Store()
        self.store.bulk_extend(with_default_graph(quads))
        self.base = frozenset(quads)
        self.premises = set(merged(quads, PREMISES))
        self.reasoner = Reasoner(self.premises)
        self.shapes = [shape for shape in shapes_of(data_shape_files()) if not joins_sentences(shape)]
        self.held: dict[str, frozenset[Quad]] = {}
        self.count: Counter[Quad] = Counter()

    def hold(self, texts: dict[str, frozenset[Quad]]) -> Collection[Triple]:
        """Let subjects of the file state this instead of what they did; return the triples that changed."""
        changed: set[Quad] = set()
        for iri, quads in texts.items():
            before = self.held.pop(iri, frozenset())
            self.count.subtract(before)
            self.count.update(quads)
            if quads:
                self.held[iri] = quads
            changed |= before | quads
        out = {
            quad for quad in changed if self.count[quad] <= 0 and quad not in self.base and quad in self.store
        }
        into = {quad for quad in changed if self.count[quad] > 0 and quad not in self.store}
        for quad in out:
            self.store.remove(quad)
        self.store.extend(into)
        stands, wanted = settled(self.store, out | into)
        triples = {quad.triple for quad in (*out, *into, *stands, *wanted)}
        now = {triple for triple in triples if self.is_premise(triple)}
        self.reasoner.retract((triples & self.premises) - now)
        self.reasoner.add(now - self.premises)
        self.premises = (self.premises - triples) | now
        return {quad.triple for quad in (*stands, *wanted)}

    def is_premise(self, triple: Triple) -> bool:
        """Tell whether a triple is stated in the default graph, and by a graph that is reasoned with."""
        found = tuple(self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None))
        return any(kind(quad) in PREMISES for quad in found) and any(kind(quad) is None for quad in found)

    @contextmanager
    def tried(self, texts: dict[str, frozenset[Quad]]) -> Iterator[Collection[Triple]]:
        """Hold other texts for the length of a block."""
        before = {iri: self.held.get(iri, frozenset()) for iri in texts}
        changed = self.hold(texts)
        try:
            yield changed
        finally:
            self.hold(before)

    def findings(self, texts: dict[str, frozenset[Quad]]) -> Findings:
        """Return what would be wrong and what would follow if subjects stated this; nothing stays changed."""
        before = self.conclusions()
        with self.tried(texts) as changed:
            after = self.conclusions()
            wrong = tuple(dict.fromkeys(self.faults(texts, changed, after - before)))
        return Findings(wrong, first_sorted(after - before), first_sorted(before - after))

    def conclusions(self) -> set[Triple]:
        """Return what follows now, without what is trivial."""
        return {triple for triple in self.reasoner.conclusions() if not is_trivial(triple)}

    def faults(
        self, texts: dict[str, frozenset[Quad]], changed: Collection[Triple], new: set[Triple]
    ) -> Iterator[Finding]:
        """Yield what is wrong with what is held now, as far as a change has to do with it."""
        iris = {
            term.value
            for quads in texts.values()
            for quad in quads
            for term in quad.triple
            if isinstance(term, NamedNode) and term.value.startswith(MINTED)
        }
        undefined = {iri for iri in iris if not is_defined(self.store, iri)}
        for iri in sorted(undefined):
            yield Finding(
                f"{iri_name(iri)} is not known: choose a thing, or make it a new one", frozenset({iri})
            )
        data = shacl.Data(self.store)
        scope = shacl.scope_of(data, self.shapes, changed)
        for result in sorted(map(violation, shacl.validate(data, self.shapes, scope)), key=str):
            if result.terms.isdisjoint(undefined):
                yield Finding(str(result), result.terms)
        for clash in inconsistencies_of(self.reasoner.contradictions()):
            yield Finding(clash.message, frozenset(clash.terms))
        for triple in new:
            if triple.predicate.value == SAME_AS:
                ends = [triple.subject.value, triple.object.value]  # type: ignore[union-attr]
                yield Finding(
                    f"{iri_name(ends[0])} and {iri_name(ends[1])} come out as one thing", frozenset(ends)
                )


def joins_sentences(shape: shacl.Shape) -> bool:
    """Tell whether a shape joins all sentences of a text with its evidence, which the lock sees to."""
    return bool(shape.queries) and ("targetClass", ARTICLE) in shape.targets


def first_sorted(triples: Iterable[Triple]) -> tuple[Triple, ...]:
    """Return the first of some triples, sorted."""
    return tuple(sorted(triples, key=str)[:MAX_SHOWN])
