"""Small finite structures, and statements that are true or false in them: an oracle for entailment.

A structure has three named individuals, classes and properties, over a few things, and one thing more that
stands for all the rest of the universe: no property leads to it or from it, but perhaps to itself. Everything
else that the RDF-based semantics has in its universe can be made alike to that thing, so that what is true in
the structure is true in a full model of the semantics.

Expressions and statements are tuples: a kind, then names and expressions.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

EX: Final = "http://example.org/"
TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
NIL: Final = NamedNode(PREFIXES["rdf"] + "nil")

INDIVIDUALS: Final = ("i0", "i1", "i2")
CLASSES: Final = ("C0", "C1", "C2")
PROPERTIES: Final = ("p0", "p1", "p2")
THINGS: Final = 3

Pairs = frozenset[tuple[int, int]]
Things = frozenset[int]
Made = tuple[Any, ...]


def owl(name: str) -> NamedNode:
    """Return a term of OWL's vocabulary."""
    return NamedNode(PREFIXES["owl"] + name)


def rdfs(name: str) -> NamedNode:
    """Return a term of RDFS's vocabulary."""
    return NamedNode(PREFIXES["rdfs"] + name)


class Interpretation:
    """A structure made by chance."""

    def __init__(self, chance: random.Random) -> None:
        """Draw what the names mean."""
        self.things: Things = frozenset(range(THINGS + 1))
        self.individuals = {name: chance.randrange(THINGS) for name in INDIVIDUALS}
        self.classes = {name: frozenset(d for d in self.things if chance.random() < 0.5) for name in CLASSES}
        self.properties = {name: self.pairs(chance) for name in PROPERTIES}

    def pairs(self, chance: random.Random) -> Pairs:
        """Draw what a property leads to."""
        density = chance.choice([0.15, 0.3, 0.5])
        found = {(a, b) for a in range(THINGS) for b in range(THINGS) if chance.random() < density}
        return frozenset(found | ({(THINGS, THINGS)} if chance.random() < 0.3 else set()))

    def after(self, prop: str, thing: int) -> Things:
        """Return what a property leads to from a thing."""
        return frozenset(b for a, b in self.properties[prop] if a == thing)

    def members(self, made: Made) -> Things:
        """Return the members of a class expression."""
        kind, *parts = made
        return frozenset(MEMBERS[kind](self, *parts))

    def counted(self, prop: str, inside: Things, fits: Callable[[int], bool]) -> Things:
        """Return the things with a fitting number of values inside a class."""
        return frozenset(d for d in self.things if fits(len(self.after(prop, d) & inside)))

    def satisfies(self, said: Made) -> bool:
        """Tell whether a statement is true."""
        kind, *parts = said
        return bool(TRUE[kind](self, *parts))

    def is_key(self, made: Made, *keys: str) -> bool:
        """Tell whether members of a class that share a value of each key are the same."""
        return not any(
            all(self.after(key, one) & self.after(key, two) for key in keys)
            for one, two in combinations(sorted(self.members(made)), 2)
        )

    def is_chain(self, prop: str, *steps: str) -> bool:
        """Tell whether a property leads wherever a chain of others leads."""
        found = {(d, d) for d in self.things}
        for step in steps:
            found = {(a, c) for a, b in found for c in self.after(step, b)}
        return found <= self.properties[prop]


def is_one_to(pairs: Iterable[tuple[int, int]], place: int) -> bool:
    """Tell whether no two pairs agree in a place."""
    found = [pair[place] for pair in pairs]
    return len(found) == len(set(found))


MEMBERS: Final[dict[str, Callable[..., Iterable[int]]]] = {
    "named": lambda m, name: m.classes[name],
    "complementOf": lambda m, c: m.things - m.members(c),
    "intersectionOf": lambda m, c, d: m.members(c) & m.members(d),
    "unionOf": lambda m, c, d: m.members(c) | m.members(d),
    "oneOf": lambda m, *names: {m.individuals[name] for name in names},
    "someValuesFrom": lambda m, p, c: m.counted(p, m.members(c), lambda n: n > 0),
    "allValuesFrom": lambda m, p, c: m.counted(p, m.things - m.members(c), lambda n: n == 0),
    "hasValue": lambda m, p, i: {d for d in m.things if m.individuals[i] in m.after(p, d)},
    "hasSelf": lambda m, p: {d for d in m.things if d in m.after(p, d)},
    "maxCardinality": lambda m, p, n: m.counted(p, m.things, lambda k: k <= n),
    "minCardinality": lambda m, p, n: m.counted(p, m.things, lambda k: k >= n),
    "maxQualifiedCardinality": lambda m, p, n, c: m.counted(p, m.members(c), lambda k: k <= n),
    "minQualifiedCardinality": lambda m, p, n, c: m.counted(p, m.members(c), lambda k: k >= n),
}
"""What the members of an expression are, by its kind."""

CHARACTERISTICS: Final[dict[str, Callable[[Interpretation, Pairs], bool]]] = {
    "FunctionalProperty": lambda _, pairs: is_one_to(pairs, 0),
    "InverseFunctionalProperty": lambda _, pairs: is_one_to(pairs, 1),
    "ReflexiveProperty": lambda m, pairs: all((d, d) in pairs for d in m.things),
    "IrreflexiveProperty": lambda _, pairs: all(a != b for a, b in pairs),
    "SymmetricProperty": lambda _, pairs: all((b, a) in pairs for a, b in pairs),
    "AsymmetricProperty": lambda _, pairs: all((b, a) not in pairs for a, b in pairs),
    "TransitiveProperty": lambda _, pairs: all((a, d) in pairs for a, b in pairs for c, d in pairs if b == c),
}

TRUE: Final[dict[str, Callable[..., bool]]] = {
    "type": lambda m, i, c: m.individuals[i] in m.members(c),
    "property": lambda m, i, p, j: m.individuals[j] in m.after(p, m.individuals[i]),
    "denied": lambda m, i, p, j: m.individuals[j] not in m.after(p, m.individuals[i]),
    "subClassOf": lambda m, c, d: m.members(c) <= m.members(d),
    "equivalentClass": lambda m, c, d: m.members(c) == m.members(d),
    "disjointWith": lambda m, c, d: not m.members(c) & m.members(d),
    "subPropertyOf": lambda m, p, q: m.properties[p] <= m.properties[q],
    "equivalentProperty": lambda m, p, q: m.properties[p] == m.properties[q],
    "inverseOf": lambda m, p, q: m.properties[p] == {(b, a) for a, b in m.properties[q]},
    "propertyDisjointWith": lambda m, p, q: not m.properties[p] & m.properties[q],
    "domain": lambda m, p, c: {a for a, _ in m.properties[p]} <= m.members(c),
    "range": lambda m, p, c: {b for _, b in m.properties[p]} <= m.members(c),
    "is": lambda m, p, kind: CHARACTERISTICS[kind](m, m.properties[p]),
    "sameAs": lambda m, i, j: m.individuals[i] == m.individuals[j],
    "differentFrom": lambda m, i, j: m.individuals[i] != m.individuals[j],
    "chain": lambda m, p, *steps: m.is_chain(p, *steps),
    "key": lambda m, c, *keys: m.is_key(c, *keys),
    "AllDifferent": lambda m: len(set(m.individuals.values())) == len(INDIVIDUALS),
    "AllDisjointClasses": lambda m, *cs: all(not m.members(c) & m.members(d) for c, d in combinations(cs, 2)),
    "something": lambda m, i, p, c, q: any(
        d in m.members(c) and m.after(q, d) for d in m.after(p, m.individuals[i])
    ),
}
"""Whether a statement is true, by its kind."""


def expression(chance: random.Random, depth: int = 2) -> Made:
    """Draw a class expression."""
    if depth == 0 or chance.random() < 0.45:
        return ("named", chance.choice(CLASSES))
    kind = chance.choice([each for each in MEMBERS if each != "named"])
    return (kind, *(DRAW[part](chance, depth - 1) for part in PARTS[kind]))


def statement(chance: random.Random) -> Made:
    """Draw a statement."""
    kind = chance.choice([*TRUE, "type", "property", "subClassOf", "is"])
    return (kind, *(DRAW[part](chance, 2) for part in PARTS[kind]))


DRAW: Final[dict[str, Callable[[random.Random, int], Any]]] = {
    "i": lambda chance, _: chance.choice(INDIVIDUALS),
    "p": lambda chance, _: chance.choice(PROPERTIES),
    "n": lambda chance, _: chance.randint(0, 2),
    "k": lambda chance, _: chance.choice([*CHARACTERISTICS]),
    "c": expression,
}
PARTS: Final = {
    "complementOf": "c",
    "intersectionOf": "cc",
    "unionOf": "cc",
    "oneOf": "ii",
    "hasSelf": "p",
    "someValuesFrom": "pc",
    "allValuesFrom": "pc",
    "hasValue": "pi",
    "maxCardinality": "pn",
    "minCardinality": "pn",
    "maxQualifiedCardinality": "pnc",
    "minQualifiedCardinality": "pnc",
    "type": "ic",
    "property": "ipi",
    "denied": "ipi",
    "is": "pk",
    "chain": "ppp",
    "key": "cp",
    "subClassOf": "cc",
    "equivalentClass": "cc",
    "disjointWith": "cc",
    "domain": "pc",
    "range": "pc",
    "subPropertyOf": "pp",
    "equivalentProperty": "pp",
    "inverseOf": "pp",
    "propertyDisjointWith": "pp",
    "sameAs": "ii",
    "differentFrom": "ii",
    "AllDifferent": "",
    "AllDisjointClasses": "ccc",
    "something": "ipcp",
}
"""What expressions and statements consist of: individuals, properties, numbers, kinds, classes."""


class Writer:
    """Writes statements as triples."""

    def __init__(self, tag: str) -> None:
        """Start empty; `tag` begins the labels of all blank nodes."""
        self.tag = tag
        self.triples: list[Triple] = []
        self.made = 0

    def node(self, *pairs: tuple[NamedNode, Any]) -> BlankNode:
        """Return a new blank node with these properties."""
        self.made += 1
        node = BlankNode(f"{self.tag}{self.made}")
        self.triples += [Triple(node, predicate, target) for predicate, target in pairs]
        return node

    def listed(self, members: Iterable[Any]) -> Any:  # noqa: ANN401 - a blank node, or rdf:nil
        """Return a list."""
        head: Any = NIL
        for member in reversed([*members]):
            pairs = (("first", member), ("rest", head))
            head = self.node(*((NamedNode(PREFIXES["rdf"] + name), value) for name, value in pairs))
        return head

    def class_of(self, made: Made) -> Any:  # noqa: ANN401 - an IRI or a blank node
        """Return the node of a class expression."""
        kind, *parts = made
        if kind == "named":
            return named(parts[0])
        if kind == "complementOf":
            return self.node((owl(kind), self.class_of(parts[0])))
        if kind in {"intersectionOf", "unionOf"}:
            return self.node((owl(kind), self.listed(map(self.class_of, parts))))
        if kind == "oneOf":
            return self.node((owl(kind), self.listed(map(named, parts))))
        prop, *rest = parts
        return self.node((owl("onProperty"), named(prop)), *self.restricted(kind, rest))

    def restricted(self, kind: str, parts: list[Any]) -> list[tuple[NamedNode, Any]]:
        """Return what a restriction says of its property."""
        if kind == "hasSelf":
            return [(owl(kind), Literal(value=True))]
        if kind == "hasValue":
            return [(owl(kind), named(parts[0]))]
        if "ardinality" not in kind:
            return [(owl(kind), self.class_of(parts[0]))]
        return [(owl(kind), Literal(parts[0])), *((owl("onClass"), self.class_of(c)) for c in parts[1:])]

    def say(self, said: Made) -> None:
        """Write a statement."""
        kind, *parts = said
        terms = [self.class_of(part) if isinstance(part, tuple) else part for part in parts]
        if kind in SAID:
            SAID[kind](self, *(named(term) if isinstance(term, str) else term for term in terms))
        elif kind == "is":
            self.triples.append(Triple(named(parts[0]), TYPE, owl(parts[1])))
        else:
            predicate = (
                rdfs(kind) if kind in {"subClassOf", "subPropertyOf", "domain", "range"} else owl(kind)
            )
            one, two = (named(term) if isinstance(term, str) else term for term in terms)
            self.triples.append(Triple(one, predicate, two))


def named(name: str) -> NamedNode:
    """Return the IRI of a name."""
    return NamedNode(EX + name)


SAID: Final[dict[str, Callable[..., Any]]] = {
    "type": lambda w, i, c: w.triples.append(Triple(i, TYPE, c)),
    "property": lambda w, i, p, j: w.triples.append(Triple(i, p, j)),
    "denied": lambda w, i, p, j: w.node(
        (TYPE, owl("NegativePropertyAssertion")),
        (owl("sourceIndividual"), i),
        (owl("assertionProperty"), p),
        (owl("targetIndividual"), j),
    ),
    "chain": lambda w, p, *steps: w.triples.append(Triple(p, owl("propertyChainAxiom"), w.listed(steps))),
    "key": lambda w, c, *keys: w.triples.append(Triple(c, owl("hasKey"), w.listed(keys))),
    "AllDifferent": lambda w: w.node(
        (TYPE, owl("AllDifferent")), (owl("distinctMembers"), w.listed(map(named, INDIVIDUALS)))
    ),
    "AllDisjointClasses": lambda w, *cs: w.node(
        (TYPE, owl("AllDisjointClasses")), (owl("members"), w.listed(cs))
    ),
    "something": lambda w, i, p, c, q: w.triples.append(Triple(i, p, w.node((TYPE, c), (q, w.node())))),
}
"""How the statements are written that are more than one triple of two terms."""

DECLARATIONS: Final = [
    *(Triple(named(name), TYPE, owl("Class")) for name in CLASSES),
    *(Triple(named(name), TYPE, owl("ObjectProperty")) for name in PROPERTIES),
    *(Triple(named(name), TYPE, owl("NamedIndividual")) for name in INDIVIDUALS),
]


def triples_of(statements: Iterable[Made], tag: str) -> list[Triple]:
    """Return statements as triples; `tag` begins the labels of their blank nodes."""
    writer = Writer(tag)
    for each in statements:
        writer.say(each)
    return writer.triples
