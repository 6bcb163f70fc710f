"""A change of the overlay, carried through: statements, closure, proofs and stores follow without a rebuild.

What a change leaves is what a build of the same inputs would make, and is known by the same key; first proofs
may be other ones. The overlay is published before the new build is swapped in: whoever is interrupted between
the two leaves a folder whose next build takes the change in.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph
from wicara.graph.assembly import inferred, kind, merged
from wicara.graph.build import (
    NATIVE,
    Wanted,
    remove_old,
    renew,
    require,
    sole_builder,
    swap_in,
    wanted_in,
    write,
)
from wicara.graph.candidate import Candidate
from wicara.graph.checks.table import STAGES
from wicara.graph.errors import FaultyData
from wicara.graph.inputs import read_inputs
from wicara.graph.names import PREMISES, GraphKind
from wicara.graph.overlay import publish, staged
from wicara.graph.reasoning.closure import closure_of
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.graph.store import (
    CURRENT,
    BuiltDataset,
    open_dataset,
    read_record,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pyoxigraph import Quad, Triple
    from wicara.graph.build import Progress
    from wicara.graph.inputs import Inputs
    from wicara.graph.reasoning import Closure

    Edit = Callable[[Path, Inputs], None]


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

    `edit` gets the staged overlay and the inputs as they were. Raises a WicaraError; nothing is changed then.
    """
    progress("waiting for another build to end")
    with sole_builder(data), staged(data) as stage:
        wanted = wanted_in(data, extra)
        before = build_before(data, wanted, progress)
        progress("reading the inputs")
        old = read_inputs(*wanted.folders)
        edit(stage, old)
        candidate = candidate_after(data, before, read_inputs(extra, stage))
        require(candidate, STAGES, progress)
        if not dry_run and candidate.inputs.digest != old.digest:
            progress("writing the store")
            carry_out(data, Wanted((extra, stage)), candidate)
        return compared(named(before) if before else Candidate(old).quads, candidate)


def build_before(data: Path, wanted: Wanted, progress: Progress) -> BuiltDataset | None:
    """Return the build of the overlay as it is, made first where there is none; None where it falls short.

    A change may be just what mends that.
    """
    with suppress(FaultyData):
        renew(data, wanted, progress)
        return open_dataset(data)
    return None


def candidate_after(data: Path, before: BuiltDataset | None, inputs: Inputs) -> Candidate:
    """Return what the inputs amount to, its closure to be that of the build before, carried on."""
    record = read_record(data / CURRENT)
    engine = record.engine if before and record and record.engine else NATIVE
    if before is None or engine != NATIVE:
        return Candidate(inputs, engine, folder=data)
    return Candidate(inputs, engine, partial(carried_on, merged(named(before), PREMISES)), data)


def carried_on(before: frozenset[Triple], after: frozenset[Triple]) -> Closure:
    """Return the closure of the premises before, less those that go, with those that come."""
    reasoner = Reasoner(before)
    reasoner.retract(before - after)
    reasoner.add(after - before)
    return closure_of(reasoner)


def carry_out(data: Path, wanted: Wanted, candidate: Candidate) -> None:
    """Write the changed build, publish the staged overlay, and make the build current."""
    build = write(data, candidate, wanted.key)
    stage = wanted.folders[-1]
    if stage is not None:
        publish(data, stage)
    swap_in(data, build)
    remove_old(data)


def named(dataset: BuiltDataset) -> tuple[Quad, ...]:
    """Return the quads of a dataset's named graphs, conclusions included."""
    return tuple(quad for quad in dataset.store if not isinstance(quad.graph_name, DefaultGraph))


def compared(before: Iterable[Quad], candidate: Candidate) -> Change:
    """Return how the named graphs change, but for what graph/meta says of the inputs."""
    after = (*candidate.quads, *inferred(candidate.closure.conclusions))
    old, new = (frozenset(q for q in quads if kind(q) != GraphKind.META) for quads in (before, after))
    graphs = [{quad.graph_name.value for quad in quads} for quads in (old, new)]  # type: ignore[union-attr]
    return Change(
        out=old - new,
        into=new - old,
        graphs_out=tuple(sorted(graphs[0] - graphs[1])),
        graphs_into=tuple(sorted(graphs[1] - graphs[0])),
        gaps=tuple(sorted(map(str, candidate.gaps))),
    )
