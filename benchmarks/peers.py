"""Close one file with one other reasoner, as a process of its own: `python peers.py ENGINE FILE`.

It reads the file, works out the closure in memory and prints how many triples that has. Nothing is written,
so a peer does less than `wicara reason`, which also sorts and writes what it concludes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


def owlrl(path: Path) -> int:
    """Close with owlrl over an rdflib graph."""
    from owlrl import DeductiveClosure, OWLRL_Semantics  # type: ignore[import-untyped] # noqa: PLC0415 - one peer is loaded
    from rdflib import Graph  # noqa: PLC0415

    graph = Graph().parse(path, format="nt")
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    return len(graph)


def reasonable(path: Path) -> int:
    """Close with reasonable, which reads Turtle only (N-Triples is Turtle)."""
    from reasonable import PyReasoner  # type: ignore[import-untyped] # noqa: PLC0415

    reasoner = PyReasoner()
    reasoner.load_file(str(path.with_suffix(".ttl")))
    return len(reasoner.reason())


def sparq(path: Path) -> int:
    """Close with sparq-rdf."""
    from sparq import Graph  # type: ignore[import-untyped] # noqa: PLC0415

    graph = Graph.load(path, format="ntriples")
    graph.reason("owl")
    return len(graph)


PEERS: Final[dict[str, Callable[[Path], int]]] = {"owlrl": owlrl, "reasonable": reasonable, "sparq": sparq}
"""The peers by name."""

if __name__ == "__main__":
    print(PEERS[sys.argv[1]](Path(sys.argv[2])))
