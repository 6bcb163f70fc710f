"""The dataset as it would be served if every check passes: what is accepted and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad, Store
from wicara.graph.assembly import INVALIDATED, accepted, inferred, merged, with_default_graph
from wicara.graph.checks.shapes import validate
from wicara.graph.inputs import DATASET
from wicara.graph.names import PREMISES, GraphKind, graph_iri
from wicara.graph.reasoning import Closure, materialise
from wicara.ontology import PREFIXES, data_shape_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pyoxigraph import Triple
    from wicara.graph.checks.shapes import Violation
    from wicara.graph.inputs import Inputs

IDENTIFIER = NamedNode(PREFIXES["dcterms"] + "identifier")


@dataclass(frozen=True)
class Candidate:
    """What the inputs amount to; the closure is worked out when it is first asked for.

    `close` closes the premises in the place of the engine that is named; `folder` keeps verdicts of checks.
    """

    inputs: Inputs
    engine: str = "native"
    close: Callable[[frozenset[Triple]], Closure] | None = None
    folder: Path | None = None

    @cached_property
    def quads(self) -> tuple[Quad, ...]:
        """The accepted statements in their named graphs, and the digest of the inputs in graph/meta."""
        digest = Quad(
            NamedNode(DATASET),
            IDENTIFIER,
            Literal(f"sha256:{self.inputs.digest}"),
            NamedNode(graph_iri(GraphKind.META)),
        )
        return (*accepted(self.inputs.quads), digest)

    @cached_property
    def store(self) -> Store:
        """The accepted statements, and their default graph without conclusions, to be queried."""
        store = Store()
        store.bulk_extend(with_default_graph(self.quads, infer=False))
        return store

    @cached_property
    def closure(self) -> Closure:
        """What follows from the premises, and where they contradict each other."""
        premises = merged(self.quads, PREMISES)
        return self.close(premises) if self.close else materialise(premises, self.engine)

    @cached_property
    def violations(self) -> frozenset[Violation]:
        """Where the data does not meet its shapes, before anything is inferred."""
        return self.violations_at()

    def violations_at(self, things: Iterable[str] | None = None) -> frozenset[Violation]:
        """Return the violations; where things are named by their IRIs, those of these only."""
        return frozenset(validate(self.store, data_shape_files(), things))

    @cached_property
    def gaps(self) -> frozenset[Violation]:
        """The violations that a retraction brought about: what it leaves need not be complete."""
        if not self.violations or self.unretracted is self:
            return frozenset()
        return self.violations - self.unretracted.violations_at({found.focus for found in self.violations})

    @cached_property
    def unretracted(self) -> Candidate:
        """The candidate with all that was retracted still in it; itself if nothing was."""
        kept = tuple(quad for quad in self.inputs.quads if quad.predicate != INVALIDATED)
        return Candidate(replace(self.inputs, quads=kept)) if len(kept) < len(self.inputs.quads) else self

    def served(self, *, infer: bool) -> tuple[Quad, ...]:
        """Return every quad of the dataset, default graph included, with or without graph/inferred."""
        named = (*self.quads, *inferred(self.closure.conclusions)) if infer else self.quads
        return with_default_graph(named, infer=infer)
