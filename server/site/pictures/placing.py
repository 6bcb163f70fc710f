"""Where the nodes of a network lie: near those that they hang together with, and never one upon another.

Stress majorization (Gansner, Koren, North: Graph Drawing by Stress Majorization, 2004) of the distances in
the graph, from places on rings around the first node; the same graph always lies the same way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Places = NDArray[np.float64]
    Ends = NDArray[np.intp]

Pair: TypeAlias = tuple[float, float]
Place: TypeAlias = tuple[float, float, bool]

ROUNDS: Final = 120
PUSHES: Final = 150
STEP: Final = 0.4
SYMBOL: Final = 17.0
"""How far the middle of a symbol lies below the top of its box."""
LONG: Final = 165.0
"""How far two nodes with an edge should lie apart."""
TURNS: Final = 3
"""How often each label is tried below and above its symbol."""
ALONG: Final = np.linspace(0, 1, 41)[:, None, None]
"""The parts of an edge that are looked at."""
BROAD: Final = 1.45
"""How much broader than high a picture is made."""
GOLDEN: Final = 2.399963229728653
"""The golden angle: places that go around by it never fall together."""


def distances(count: int, pairs: Iterable[tuple[int, int]]) -> Places:
    """Return how many edges lie between each two nodes (Floyd, Warshall); one more than any for no way."""
    far = np.full((count, count), np.inf)
    np.fill_diagonal(far, 0)
    for one, other in pairs:
        far[one, other] = far[other, one] = 1
    for middle in range(count):
        far = np.minimum(far, far[:, middle, None] + far[None, middle, :])
    farthest = far[np.isfinite(far)].max(initial=0)
    return np.where(np.isfinite(far), far, farthest + 1)


def on_rings(far: Places) -> Places:
    """Return places around the first node, at the distance that each has from it."""
    angles = np.arange(len(far)) * GOLDEN
    return np.asarray(far[0][:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1))


def at_distances(places: Places, far: Places) -> Places:
    """Return places whose distances come near those wanted: ROUNDS steps of majorization."""
    with np.errstate(divide="ignore"):
        weights = np.where(far > 0, far**-2.0, 0)
    solve = np.linalg.pinv(np.diag(weights.sum(axis=1)) - weights)
    for _ in range(ROUNDS):
        between = np.linalg.norm(places[:, None] - places[None], axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(between > 0, weights * far / between, 0)
        places = solve @ ((np.diag(ratio.sum(axis=1)) - ratio) @ places)
    return places


def without_overlaps(places: Places, sizes: Places, pairs: Ends) -> Places:
    """Return places at which no box lies upon another one or upon an edge, each moved as little as may be."""
    for _ in range(PUSHES):
        push = off_boxes(places, sizes) + off_edges(places, sizes, pairs)
        if not push.any():
            break
        places = places + push * STEP
    return places


def off_boxes(places: Places, sizes: Places) -> Places:
    """Return how far boxes have to move off each other, along the way that is shorter."""
    shift = places[:, None] - places[None]
    over = (sizes[:, None] + sizes[None]) / 2 - np.abs(shift)
    hit = np.asarray((over > 0).all(axis=2)) & ~np.eye(len(places), dtype=bool)
    order = np.arange(len(places))
    side = np.where(shift == 0, np.sign(order[:, None] - order)[..., None], np.sign(shift))
    shorter = over == over.min(axis=2, keepdims=True)
    return np.asarray((side * np.where(hit[..., None] & shorter, over, 0)).sum(axis=1))


def off_edges(places: Places, sizes: Places, pairs: Ends) -> Places:
    """Return how far boxes have to move off the edges of others, and these off them."""
    symbols = places - lift(sizes)
    starts, ends = symbols[pairs[:, 0]], symbols[pairs[:, 1]]
    along = ends - starts
    length = np.maximum(np.linalg.norm(along, axis=1), 1)
    from_start = places[None] - starts[:, None]
    ahead = (from_start * along[:, None]).sum(axis=2) / length[:, None] ** 2
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / length[:, None]
    aside = (from_start * across[:, None]).sum(axis=2)
    reach = (np.abs(across[:, None]) * sizes[None] / 2).sum(axis=2)
    hit = (np.abs(aside) < reach) & (ahead > 0) & (ahead < 1)
    edges = np.arange(len(pairs))
    hit[edges, pairs[:, 0]] = hit[edges, pairs[:, 1]] = False
    moved = np.where(hit, reach - np.abs(aside), 0) * np.where(aside < 0, -1, 1)
    push = np.asarray((moved[..., None] * across[:, None]).sum(axis=0)) / 2
    for end in pairs.T:
        np.add.at(push, end, -(moved.sum(axis=1)[:, None] * across) / 4)
    return push


def turned(places: Places, sizes: Places, pairs: Ends) -> Places:
    """Return which labels stand below their symbol (1), and which above (-1): where less of edges is."""
    sides = np.ones((len(places), 1))
    for node in list(range(len(places))) * TURNS:
        crossed = []
        for side in (1, -1):
            sides[node] = side
            symbols = places - lift(sizes) * sides
            starts, ends = symbols[pairs[:, 0]], symbols[pairs[:, 1]]
            label = places[node] + np.array([0, side * SYMBOL])
            lies = np.abs(starts + (ends - starts) * ALONG - label) < sizes[node] / 2 - np.array([0, SYMBOL])
            crossed.append(float(lies.all(axis=2).mean(axis=0) @ np.linalg.norm(ends - starts, axis=1)))
        sides[node] = -1 if crossed[1] < crossed[0] else 1
    return sides


def lift(sizes: Places) -> Places:
    """Return by how much the symbol of a node lies above the middle of its box."""
    return np.stack([np.zeros(len(sizes)), sizes[:, 1] / 2 - SYMBOL], axis=1)


@lru_cache(maxsize=256)
def placed(sizes: tuple[Pair, ...], pairs: frozenset[tuple[int, int]]) -> list[Place]:
    """Return where the symbol of each node lies, and whether its label stands above it.

    Boxes have sizes, and pairs of them hang together.
    """
    if not sizes:
        return []
    ends = np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2)
    boxes = np.array(sizes, dtype=np.float64)
    far = distances(len(sizes), pairs)
    places = at_distances(on_rings(far), far) * LONG * np.array([BROAD, 1.0])
    places = without_overlaps(places, boxes, ends)
    sides = turned(places, boxes, ends)
    places -= lift(boxes) * sides
    shown = np.hstack([places - places[0], sides]).tolist()
    return [(round(x, 1), round(y, 1), side < 0) for x, y, side in shown]
