"""A change of the dataset in words: graphs that go and come, statements and conclusions with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wicara.graph.assembly import kind
from wicara.graph.dataset import GraphKind
from wicara.graph.naming import called, called_term

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pyoxigraph import Quad

    from wicara.graph.change import Change

LISTED: Final = 20
"""How many conclusions are listed each way."""


def told(change: Change, *, dry_run: bool) -> str:
    """Return a change as lines: `-` is what goes, `+` what comes."""
    if not change.out and not change.into:
        return "no statement changes"
    lines = (
        *(f"- {called(graph)}" for graph in change.graphs_out),
        *(f"+ {called(graph)}" for graph in change.graphs_into),
        f"stated: {counted(change, is_conclusion=False)}",
        f"inferred: {counted(change, is_conclusion=True)}",
        *conclusions("-", change.out),
        *conclusions("+", change.into),
        *(f"incomplete without what was retracted: {gap}" for gap in change.gaps),
        *(["nothing was written: this is what would change"] if dry_run else []),
    )
    return "\n".join(lines)


def counted(change: Change, *, is_conclusion: bool) -> str:
    """Return how many statements or conclusions go and come."""
    fewer, more = (
        sum((kind(quad) == GraphKind.INFERRED) == is_conclusion for quad in quads)
        for quads in (change.out, change.into)
    )
    return f"{fewer} fewer, {more} more"


def conclusions(mark: str, quads: Collection[Quad]) -> Iterator[str]:
    """Yield the conclusions among some quads, a line each."""
    found = sorted(
        " ".join(map(called_term, quad.triple)) for quad in quads if kind(quad) == GraphKind.INFERRED
    )
    yield from (f"  {mark} {line}" for line in found[:LISTED])
    if len(found) > LISTED:
        yield f"  {mark} and {len(found) - LISTED} more"
