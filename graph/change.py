"""A change of the overlay, carried through: statements, closure, proofs and stores follow without a rebuild.

What a change leaves is what a build of the same inputs would make, and is known by the same key; first proofs
may be other ones. The overlay is published before the new build is swapped in: whoever is interrupted between
the two leaves a folder whose next build takes the change in.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, parse
from wicara.graph.assembly import inferred, kind
from wicara.graph.build import (
    Wanted,
    build_if_stale,
    prepared,
    remove_old,
    require,
    sole_builder,
    swap_in,
    wanted_in,
    write_build,
)
from wicara.graph.candidate import Candidate
from wicara.graph.checks.table import STAGES
from wicara.graph.errors import FaultyData
from wicara.graph.inputs import digest_of, read_inputs
from wicara.graph.names import GraphKind, kind_of
from wicara.graph.overlay import make_current, staged
from wicara.graph.state import graphs_of_build
from wicara.graph.store import CURRENT, open_dataset, read_record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from pyoxigraph import Quad
    from wicara.graph.build import Progress

    Edit = Callable[[Path, Callable[[], Collection[str]]], None]


@dataclass(frozen=True)
class Change:
    """How the named graphs of a dataset change: the quads that go and those that come, and whole graphs.

    `gaps` tells what the retractions so far leave incomplete.
    """

    out: frozenset[Quad]
    into: frozenset[Quad]
    graphs_out: tuple[str, ...]
    graphs_into: tuple[str, ...]
    gaps: tuple[str, ...]


def change(
    data: Path, extra: Path | None, edit: Edit, progress: Progress, *, dry_run: bool = False
) -> Change:
    """Edit the overlay and let the current build follow; with `dry_run` only tell what would change.

    `edit` gets the staged overlay, and what tells the IRIs of the graphs as they were, retracted ones too.
    Raises a WicaraError; nothing is changed then.
    """
    progress("waiting for another build to end")
    with sole_builder(data), staged(data) as stage:
        wanted = wanted_in(data, extra)
        is_built = build_before(data, wanted, progress)
        edit(stage, lambda: graphs_before(data if is_built else None, wanted))
        record = read_record(data / CURRENT)
        after = Wanted((extra, stage), record.engine if is_built and record else None)
        with prepared(data, after, progress) as candidate:
            require(candidate, STAGES, progress)
            found = changes_between(data if is_built else None, wanted, candidate)
            if not dry_run and candidate.inputs.digest != digest_of(*wanted.folders):
                progress("writing the store")
                carry_out(data, after, candidate)
            return found


def graphs_before(data: Path | None, wanted: Wanted) -> Collection[str]:
    """Return the IRIs of the graphs of inputs, retracted ones too; `data` is the folder of their build."""
    known = data and graphs_of_build(data, (data / CURRENT).resolve())
    return known or read_inputs(*wanted.folders).graphs


def build_before(data: Path, wanted: Wanted, progress: Progress) -> bool:
    """Build the overlay as it is where that is not done; tell whether it can be: a change may mend it."""
    with suppress(FaultyData):
        build_if_stale(data, wanted, progress)
        return True
    return False


def carry_out(data: Path, wanted: Wanted, candidate: Candidate) -> None:
    """Write the changed build, publish the staged overlay, and make the build current."""
    build = write_build(data, candidate, wanted)
    stage = wanted.folders[-1]
    if stage is not None:
        make_current(data, stage)
    swap_in(data, build)
    remove_old(data)


def changes_between(data: Path | None, wanted: Wanted, candidate: Candidate) -> Change:
    """Return how the named graphs change, but for what graph/meta says of the inputs.

    `wanted` is what the inputs were, and `data` the folder of their build, if there is one. Raises StoreFault
    where that is damaged.
    """
    if candidate.step is not None:
        lines = candidate.conclusions_changed
        old = {*candidate.gone, *parse(b"".join(lines.out), RdfFormat.N_QUADS)}
        new = {*candidate.fresh, *parse(b"".join(lines.into), RdfFormat.N_QUADS)}
    else:
        quads = open_dataset(data).store if data else Candidate(read_inputs(*wanted.folders)).quads
        old = {quad for quad in quads if not isinstance(quad.graph_name, DefaultGraph)}
        new = {*candidate.quads, *inferred(candidate.closure.conclusions)}
    out, into = (
        {q for q in quads if kind(q) not in {None, GraphKind.META}} for quads in (old - new, new - old)
    )
    stay = {graph for graph in graph_iris_of(out | into) if stays(graph, candidate, into)}
    return Change(
        out=frozenset(out),
        into=frozenset(into),
        graphs_out=tuple(sorted(graph_iris_of(out) - graph_iris_of(into) - stay)),
        graphs_into=tuple(sorted(graph_iris_of(into) - graph_iris_of(out) - stay)),
        gaps=tuple(sorted(map(str, candidate.gaps))),
    )


def graph_iris_of(quads: Iterable[Quad]) -> set[str]:
    """Return the IRIs of the graphs of some quads."""
    return {quad.graph_name.value for quad in quads}  # type: ignore[union-attr] # named graphs


def stays(graph: str, candidate: Candidate, into: Collection[Quad]) -> bool:
    """Tell whether a graph holds a statement that did not come; graph/inferred always does."""
    if kind_of(graph) is GraphKind.INFERRED:
        return True
    return any(
        quad not in into for quad in candidate.store.quads_for_pattern(None, None, None, NamedNode(graph))
    )
