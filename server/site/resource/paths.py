"""Property paths (SPARQL 1.1, section 9), as the layouts write them, in queries and over statements at hand.

A path is a sequence of steps; a step is one or more properties, `|` between them, `^` before one that is
gone against its direction: `("^wic:tenureHolder", "wic:tenurePost|wic:titleAsWritten")`.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wicara.server.linked.statements import Statement
    from wicara.server.site.words import Term

Path: TypeAlias = tuple[str, ...]


@cache
def parts(step: str) -> tuple[tuple[str, bool], ...]:
    """Return the properties of a step, each with whether it is gone against its direction."""
    found = (part.strip() for part in step.split("|"))
    return tuple((full(part.removeprefix("^")), part.startswith("^")) for part in found)


def full(name: str) -> str:
    """Return the IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def against(step: str) -> str:
    """Return a step in the other direction."""
    return "|".join(
        part.strip().removeprefix("^") if "^" in part else f"^{part.strip()}" for part in step.split("|")
    )


class Facts:
    """Statements that can be gone along from term to term."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        """Sort statements by their ends."""
        self.leaving: dict[tuple[Term, str], list[Statement]] = defaultdict(list)
        self.arriving: dict[tuple[Term, str], list[Statement]] = defaultdict(list)
        self.between: dict[frozenset[Term], list[Statement]] = defaultdict(list)
        for one in statements:
            triple = one.triple
            self.leaving[triple.subject, triple.predicate.value].append(one)
            self.arriving[triple.object, triple.predicate.value].append(one)
            self.between[frozenset((triple.subject, triple.object))].append(one)

    def follow(self, node: Term, path: Path) -> dict[Term, tuple[Statement, ...]]:
        """Return where a path leads from a term, each end with the statements that lead there."""
        ends: dict[Term, tuple[Statement, ...]] = {node: ()}
        for step in path:
            ends = self.next(ends, step)
        return ends

    def next(self, ends: dict[Term, tuple[Statement, ...]], step: str) -> dict[Term, tuple[Statement, ...]]:
        """Return where a step leads from each of several terms."""
        found: dict[Term, tuple[Statement, ...]] = {}
        for node, before in ends.items():
            for end, statements in self.step(node, step).items():
                found[end] = (*found.get(end, ()), *before, *statements)
        return found

    def step(self, node: Term, step: str) -> dict[Term, list[Statement]]:
        """Return where a step leads, each end with its statements: inferred ones only without others."""
        found: dict[Term, list[Statement]] = defaultdict(list)
        for iri, backward in parts(step):
            for one in (self.arriving if backward else self.leaving).get((node, iri), ()):
                found[one.triple.subject if backward else one.triple.object].append(one)
        return {end: asserted_first(statements) for end, statements in found.items()}

    def links(self, node: Term, other: Term) -> list[Statement]:
        """Return the statements between two terms, in either direction."""
        return asserted_first(self.between.get(frozenset((node, other)), []))


def asserted_first(statements: list[Statement]) -> list[Statement]:
    """Return those of some statements that are asserted, or all where none is."""
    return [one for one in statements if not one.inferred] or statements


def nodes_of(path: Path, *, to_the_end: bool) -> Path:
    """Return as much of a path as leads to the subjects of its statements.

    The last term is one where it is gone to against the direction, or where more is to be known of it.
    """
    return path if to_the_end or "^" in path[-1] else path[:-1]


def prefixes_of(path: Path) -> Iterator[str]:
    """Yield a path and all beginnings of it, as SPARQL writes them."""
    steps = [f"({step})" for step in path]
    yield from ("/".join(steps[:length]) for length in range(1, len(steps) + 1))
