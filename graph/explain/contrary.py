"""What speaks against a statement that does not hold: what excludes it, and what is said in its place.

Nothing that is excluded is worth a suggestion either: `is_excluded` keeps such missing premises out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.graph.explain.wording import PLAIN
from wicara.graph.names import FIRST, INFERRED, NIL, REST, TYPE, GraphKind, kind_of
from wicara.ontology import PREFIXES, expand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyoxigraph import Store
    from wicara.graph.reasoning.rules import Fact, Term

OWL, RDF, RDFS = (PREFIXES[name] for name in ("owl", "rdf", "rdfs"))
SUBCLASS: Final = NamedNode(f"{RDFS}subClassOf")
ENDS: Final = (NamedNode(f"{RDFS}domain"), NamedNode(f"{RDFS}range"))
MEMBERS: Final = NamedNode(f"{OWL}members")
FUNCTIONAL: Final = NamedNode(f"{OWL}FunctionalProperty")
AGAINST, SINGLE = (
    tuple(NamedNode(expand(name)) for name in PLAIN["against"][key]) for key in ("properties", "single")
)
INVERSE: Final = NamedNode(f"{OWL}inverseOf")
NOT_SAID: Final = frozenset({GraphKind.CONTENT, GraphKind.META, GraphKind.ALIGNMENT})
MAX_SHOWN: Final = 5
BESIDES: Final = 2
"""How many other values of the property are worth telling: of more, none is."""


@dataclass(frozen=True)
class Contrary:
    """The statements that exclude one, each with the class that rules it out; those that say something else.

    `instead` are statements that join the same two things by other properties: a plan in place of a fact;
    `besides`, where there are none, those that say the same of one of the two and something else.
    """

    excluding: tuple[tuple[Fact, NamedNode | None], ...] = ()
    instead: tuple[Fact, ...] = ()
    besides: tuple[Fact, ...] = ()


def contrary(store: Store, fact: tuple[Term | None, ...]) -> Contrary:
    """Return what speaks against a statement in a store."""
    excluding = dict.fromkeys(
        (*disjoint_classes(store, fact), *other_values(store, fact), *exclusions(store, fact))
    )
    said = tuple(dict.fromkeys(other_properties(store, fact)))[:MAX_SHOWN]
    told = excluding or said
    return Contrary(tuple(excluding)[:MAX_SHOWN], said, () if told else tuple(other_objects(store, fact)))


def is_excluded(store: Store, asked: Fact, missing: tuple[Term | None, ...]) -> bool:
    """Tell whether a statement that is missing for another is worth no suggestion.

    It cannot hold beside those of a store, or only says from the other end what is asked, or would give a
    second value to what has one (`single` in `sentences.toml`).
    """
    turned = missing[0] == asked[2] and missing[2] == asked[0]
    return (
        turned
        or any(True for _ in disjoint_classes(store, missing))
        or any(True for way in both_directions(store, missing) for _ in other_values(store, way, SINGLE))
    )


def both_directions(store: Store, fact: tuple[Term | None, ...]) -> Iterator[tuple[Term | None, ...]]:
    """Yield a statement, and what it says from the other end."""
    subject, predicate, target = fact
    yield fact
    if isinstance(predicate, NamedNode):
        inverses = {*iris_at(store, predicate, INVERSE)}
        inverses |= {
            quad.subject
            for quad in store.quads_for_pattern(None, INVERSE, predicate, None)
            if isinstance(quad.subject, NamedNode)
        }
        yield from ((target, other, subject) for other in inverses)


def disjoint_classes(store: Store, fact: tuple[Term | None, ...]) -> Iterator[tuple[Fact, NamedNode | None]]:
    """Yield the classes of the ends of a statement that are disjoint with those that it would put them in."""
    subject, predicate, target = fact
    wanted: list[tuple[Term | None, set[NamedNode]]] = []
    if predicate == TYPE:
        wanted.append((subject, {target} if isinstance(target, NamedNode) else set(operands(store, target))))
    elif isinstance(predicate, NamedNode):
        for end, relation in zip((subject, target), ENDS, strict=True):
            wanted.append((end, set(iris_at(store, predicate, relation))))
    for thing, classes in wanted:
        if not isinstance(thing, NamedNode) or not classes:
            continue
        above = classes | {wider for cls in classes for wider in iris_at(store, cls, SUBCLASS)}
        above |= {part for cls in above for part in definition(store, cls)}
        for own in sorted(iris_at(store, thing, TYPE), key=str):
            for other in sorted(disjoint_with(store, own) & above, key=str):
                yield (thing, TYPE, own), other


def other_values(
    store: Store, fact: tuple[Term | None, ...], single: Sequence[NamedNode] = ()
) -> Iterator[tuple[Fact, NamedNode | None]]:
    """Yield the other values of a property that has one value at most, as those of `single` have, too."""
    subject, predicate, target = fact
    if not (isinstance(subject, NamedNode) and isinstance(predicate, NamedNode) and target is not None):
        return
    if predicate in single or FUNCTIONAL in set(iris_at(store, predicate, TYPE)):
        for quad in store.quads_for_pattern(subject, predicate, None, None):
            if quad.object != target and is_stated(quad.graph_name):
                yield (subject, predicate, quad.object), None


def exclusions(store: Store, fact: tuple[Term | None, ...]) -> Iterator[tuple[Fact, NamedNode | None]]:
    """Yield the statements on the ends of a statement that speak against it."""
    if fact[1] in AGAINST or fact[1] == TYPE:
        return
    for end in (fact[0], fact[2]):
        if not isinstance(end, NamedNode):
            continue
        for predicate in AGAINST:
            for quad in store.quads_for_pattern(end, predicate, None, None):
                if is_stated(quad.graph_name):
                    yield (end, predicate, quad.object), None


def other_properties(store: Store, fact: tuple[Term | None, ...]) -> Iterator[Fact]:
    """Yield the statements that join the ends of a statement by another property, in either direction."""
    subject, predicate, target = fact
    if predicate == TYPE or not isinstance(subject, NamedNode) or not isinstance(target, NamedNode):
        return
    for start, end in ((subject, target), (target, subject)):
        found = (
            quad for quad in store.quads_for_pattern(start, None, end, None) if is_stated(quad.graph_name)
        )
        quads = sorted((quad for quad in found if quad.predicate not in AGAINST), key=str)
        asserted = [quad for quad in quads if quad.graph_name != INFERRED]
        yield from ((start, quad.predicate, end) for quad in asserted or quads)


def other_objects(store: Store, fact: tuple[Term | None, ...]) -> Iterator[Fact]:
    """Yield what the property says of one end of a statement and something else, where that is not much."""
    subject, predicate, target = fact
    if predicate == TYPE or not isinstance(predicate, NamedNode):
        return
    for start, end in ((subject, None), (None, target)):
        if isinstance(start, Literal) or not isinstance(start or end, NamedNode):
            continue
        quads = store.quads_for_pattern(start, predicate, end, None)
        found = {(quad.subject, predicate, quad.object) for quad in quads if is_stated(quad.graph_name)}
        if len(found) <= BESIDES:
            yield from sorted(found, key=str)


def is_stated(graph: object) -> bool:
    """Tell whether what stands in a graph is said by the dataset."""
    return isinstance(graph, NamedNode) and kind_of(graph.value) not in NOT_SAID


def iris_at(store: Store, subject: NamedNode, predicate: NamedNode) -> Iterator[NamedNode]:
    """Yield the IRIs that a property leads to."""
    for quad in store.quads_for_pattern(subject, predicate, None, None):
        if isinstance(quad.object, NamedNode):
            yield quad.object


def definition(store: Store, one: NamedNode) -> Iterator[NamedNode]:
    """Yield the named classes that a class is defined as part of."""
    for quad in store.quads_for_pattern(one, NamedNode(f"{OWL}equivalentClass"), None, None):
        yield from operands(store, quad.object)


def operands(store: Store, node: object) -> Iterator[NamedNode]:
    """Yield the named classes of an intersection."""
    if isinstance(node, BlankNode):
        for quad in store.quads_for_pattern(node, NamedNode(f"{OWL}intersectionOf"), None, None):
            yield from (member for member in members(store, quad.object) if isinstance(member, NamedNode))


def disjoint_with(store: Store, one: NamedNode) -> set[NamedNode]:
    """Return the classes that have nothing in common with a class, by the lists of disjoint classes."""
    found: set[NamedNode] = set()
    for quad in store.quads_for_pattern(None, MEMBERS, None, None):
        listed = [member for member in members(store, quad.object) if isinstance(member, NamedNode)]
        if one in listed:
            found |= {*listed} - {one}
    return found


def members(store: Store, node: object) -> Iterator[Term]:
    """Yield the members of a list."""
    seen: set[object] = set()
    while isinstance(node, NamedNode | BlankNode) and node != NIL and node not in seen:
        seen.add(node)
        yield from (quad.object for quad in store.quads_for_pattern(node, FIRST, None, None))
        rest: Sequence[object] = [quad.object for quad in store.quads_for_pattern(node, REST, None, None)]
        node = rest[0] if rest and not isinstance(rest[0], Literal) else NIL
