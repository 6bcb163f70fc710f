"""The dataset as it would be served if every check passes: what is accepted and what follows from it."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store
from wicara.graph.assembly import (
    INVALIDATED,
    in_default_graph,
    inferred,
    merged,
    renamed,
    retracted_quads,
    with_default_graph,
)
from wicara.graph.checks.shapes import validate
from wicara.graph.checks.statements import undefined
from wicara.graph.inputs import Inputs, Places
from wicara.graph.names import PREMISES, GraphKind, graph_iri, kind_of
from wicara.graph.reasoning import Closure, materialise
from wicara.graph.sorted_lines import LineChange, SortedLines
from wicara.graph.state import digest_quad, remove_from, settled
from wicara.graph.store import ASSERTED, INFERRED, current_build, lines_of
from wicara.ontology import data_shape_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import Triple
    from wicara.graph.checks.shapes import Violation
    from wicara.graph.inputs import SourceFile
    from wicara.graph.reasoning.closure_file import Resumed
    from wicara.graph.state import Step

SCHEMA: Final = tuple(NamedNode(graph_iri(kind)) for kind in (GraphKind.ONTOLOGY, GraphKind.VOCAB))
NEAR: Final = frozenset({GraphKind.ENTITIES, GraphKind.BACKGROUND})


def in_both_graphs(conclusions: Iterable[Triple]) -> list[Quad]:
    """Return conclusions as quads of graph/inferred, and of the default graph."""
    quads = inferred(conclusions)
    return [*quads, *(in_default_graph(quad.triple) for quad in quads)]


@dataclass(frozen=True)
class Candidate:
    """What the inputs amount to; the closure is worked out when it is first asked for.

    `folder` keeps verdicts of checks; `step` is the state of a build that was carried on to the inputs;
    messages name lines of `files`.
    """

    inputs: Inputs
    engine: str = "native"
    folder: Path | None = None
    step: Step | None = None
    files: tuple[SourceFile, ...] = ()

    @cached_property
    def places(self) -> Places:
        """Where the files speak of something."""
        return Places(self.files)

    @cached_property
    def undefined(self) -> dict[str, str]:
        """The IRIs of ours that are not defined, each with a graph that uses it."""
        return undefined(self)

    @property
    def fresh(self) -> Iterable[Quad]:
        """The statements that were not there when all was well; all of them where that is not known."""
        return self.quads

    @property
    def gone(self) -> Iterable[Quad]:
        """The statements that were there when all was well, and are no more."""
        return ()

    @cached_property
    def quads(self) -> tuple[Quad, ...]:
        """The accepted statements in their named graphs, and the digest of the inputs in graph/meta."""
        left = (quad for quad in self.inputs.quads if quad not in self.retracted)
        return (*renamed(left), digest_quad(self.inputs.digest))

    @cached_property
    def retracted(self) -> frozenset[Quad]:
        """What the inputs state and is retracted."""
        return retracted_quads(self.inputs.quads)

    @cached_property
    def store(self) -> Store:
        """The accepted statements, and their default graph without conclusions, to be queried."""
        store = Store()
        store.bulk_extend(with_default_graph(self.quads))
        return store

    @cached_property
    def closure(self) -> Closure:
        """What follows from the premises, and where they contradict each other."""
        return materialise(self.premises, self.engine)

    @cached_property
    def resumed(self) -> Resumed | None:
        """The closure of a build before, carried on, if there is one."""
        return None

    @cached_property
    def premises(self) -> frozenset[Triple]:
        """What is reasoned with."""
        return merged(self.quads, PREMISES)

    @cached_property
    def violations(self) -> frozenset[Violation]:
        """Where the data does not meet its shapes, before anything is inferred."""
        return frozenset(validate(self.store, data_shape_files()))

    @cached_property
    def gaps(self) -> frozenset[Violation]:
        """The violations that a retraction brought about: what it leaves need not be complete."""
        if not self.violations or not self.retracted:
            return frozenset()
        with self.unretracted() as store:
            foci = {found.focus for found in self.violations}
            return self.violations.difference(validate(store, data_shape_files(), foci))

    @contextmanager
    def unretracted(self) -> Iterator[Store]:
        """Give a store of what there would be if nothing was retracted, as long as the block runs."""
        quads = (quad for quad in self.inputs.quads if quad.predicate != INVALIDATED)
        store = Store()
        store.bulk_extend(with_default_graph(renamed(quads)))
        yield store

    @cached_property
    def premises_to_compare(self) -> frozenset[Triple]:
        """What two engines are to conclude the same of."""
        return self.premises

    @property
    def statements_changed(self) -> LineChange:
        """How the file of statements differs from that of the build before, if the candidate goes on."""
        return LineChange(frozenset(), lines_of(self.store))

    @property
    def conclusions_changed(self) -> LineChange:
        """How the file of what conclusions add differs from that of the build before."""
        return LineChange(frozenset(), self.lines_of_conclusions())

    def lines_of_conclusions(self) -> set[bytes]:
        """Return what conclusions add: graph/inferred, and its triples in the default graph."""
        quads = in_both_graphs(self.closure.conclusions)
        is_stated = (isinstance(q.graph_name, DefaultGraph) and q in self.store for q in quads)
        return lines_of(quad for quad, stated in zip(quads, is_stated, strict=True) if not stated)


@dataclass(frozen=True)
class Grown(Candidate):
    """A candidate that goes on from the state of a build without findings: only what changed is looked at."""

    @classmethod
    def of(cls, step: Step, digest: str, engine: str, folder: Path, files: tuple[SourceFile, ...]) -> Grown:
        """Return the candidate of a state that was carried on to the inputs of a digest."""
        return cls(Inputs((), (), digest), engine, folder=folder, step=step, files=files)

    @property
    def fresh(self) -> Iterable[Quad]:
        """The statements that came."""
        return [quad for quad in self.carried.into if not isinstance(quad.graph_name, DefaultGraph)]

    @property
    def gone(self) -> Iterable[Quad]:
        """The statements that went."""
        return [quad for quad in self.carried.out if not isinstance(quad.graph_name, DefaultGraph)]

    @property
    def carried(self) -> Step:
        """The state as it is now."""
        if self.step is None:
            raise ValueError("a candidate grows from a state")
        return self.step

    @property
    def retracted(self) -> frozenset[Quad]:
        """What the inputs state and is retracted."""
        return self.carried.retracted

    @contextmanager
    def unretracted(self) -> Iterator[Store]:
        """Give the store with what was retracted put back, as long as the block runs."""
        ended = set(self.store.quads_for_pattern(None, INVALIDATED, None, None))
        remove_from(self.store, ended)
        self.store.extend(self.retracted)
        out, into = settled(self.store, self.retracted | ended)
        try:
            yield self.store
        finally:
            remove_from(self.store, self.retracted | into)
            self.store.extend(out | ended)

    @cached_property
    def store(self) -> Store:
        """The store of the state."""
        return self.carried.store

    @cached_property
    def quads(self) -> tuple[Quad, ...]:
        """Every statement, read from the store: what only looks at a part should ask the store."""
        return tuple(quad for quad in self.store if not isinstance(quad.graph_name, DefaultGraph))

    @property
    def build(self) -> Path:
        """The build that the candidate goes on from."""
        if self.folder is None:
            raise ValueError("a candidate grows from a build")
        return current_build(self.folder)[0]

    @property
    def statements_changed(self) -> LineChange:
        """How the file of statements differs from that of the build before."""
        return LineChange(lines_of(self.carried.out), lines_of(self.carried.into), self.build / ASSERTED)

    @cached_property
    def closure(self) -> Closure:
        """What follows now and did not before, and contradictions; all that follows if that is not known."""
        return self.resumed.closure if self.resumed else super().closure

    @cached_property
    def resumed(self) -> Resumed | None:
        """The closure of the state carried on; None where it has none, or another engine is to reason."""
        if self.carried.closure is None or self.engine != "native":
            return None
        from wicara.graph.reasoning.closure_file import resume  # noqa: PLC0415 - numpy is slow to import

        before, after = self.premises_changed
        with suppress(OSError, ValueError, KeyError):
            return resume(self.carried.closure, before - after, after - before)
        return None

    @property
    def premises_changed(self) -> tuple[frozenset[Triple], frozenset[Triple]]:
        """The premises of the things and properties that changed, as they were and as they are."""
        came = frozenset(self.fresh)
        before = merged((self.carried.near - came).union(self.gone), PREMISES)
        return before, merged(self.carried.near, PREMISES)

    @cached_property
    def conclusions_changed(self) -> LineChange:
        """How the file of what conclusions add differs from that of the build before."""
        path, new = self.build / INFERRED, self.lines_of_conclusions()
        if self.resumed is None:
            before = set(path.read_bytes().splitlines(keepends=True))
            return LineChange(before - new, new - before, path)
        came, went = (
            [quad for quad in quads if isinstance(quad.graph_name, DefaultGraph)]
            for quads in (self.carried.into, self.carried.out)
        )
        with SortedLines(path) as lines:
            out = lines.those_of(lines_of([*in_both_graphs(self.resumed.went), *came]))
            for quad in went:
                (line,) = lines_of(inferred([quad.triple]))
                if quad not in self.store and (line in new or (line in lines and line not in out)):
                    new |= lines_of([quad])
            return LineChange(out - new, new - lines.those_of(new), path)

    @cached_property
    def premises(self) -> frozenset[Triple]:
        """What is reasoned with."""
        graphs = [
            g for g in self.store.named_graphs() if isinstance(g, NamedNode) and kind_of(g.value) in PREMISES
        ]
        quads = (quad for graph in graphs for quad in self.store.quads_for_pattern(None, None, None, graph))
        return merged(quads, PREMISES)

    @cached_property
    def premises_to_compare(self) -> frozenset[Triple]:
        """The schema, what came, and what entities and background state of the things that it mentions."""
        came = merged(self.fresh, PREMISES)
        if not came:
            return came
        nodes = {
            node for triple in came for node in (triple.subject, triple.object) if isinstance(node, NamedNode)
        }
        near = (quad for node in nodes for quad in self.store.quads_for_pattern(node, None, None, None))
        schema = (q for graph in SCHEMA for q in self.store.quads_for_pattern(None, None, None, graph))
        return came | merged(near, NEAR) | merged(schema, PREMISES)

    @cached_property
    def violations(self) -> frozenset[Violation]:
        """Where the data does not meet its shapes, as far as what changed or is retracted concerns it."""
        quads = (*self.carried.into, *self.carried.out)
        changed = {quad.triple for quad in quads if isinstance(quad.graph_name, DefaultGraph)}
        changed.update(quad.triple for quad in self.retracted)
        return frozenset(validate(self.store, data_shape_files(), changed=changed))
