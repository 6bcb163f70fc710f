"""A closure in which things can be supposed for a while: what `entails` argues in.

All rules are on, those of beyond.rules too. After each closure it is filled up with what no rule says: what
follows from the datatypes of a thing, which class expressions are the same, and something for every
`someValuesFrom` to be about. Things that are supposed are taken back afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph.names import NIL, TYPE
from wicara.graph.reasoning.axioms import RESTRICTING
from wicara.graph.reasoning.datatypes import DATATYPES, common, is_within, value_of
from wicara.graph.reasoning.engine import Exhausted
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.graph.reasoning.rules import read_rules
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wicara.graph.reasoning.matching import Inference
    from wicara.graph.reasoning.rules import Term

OWL: Final = PREFIXES["owl"]
RDF: Final = PREFIXES["rdf"]
RDFS: Final = PREFIXES["rdfs"]
BEYOND: Final = Path(__file__).parent / "beyond.rules"

THING: Final = NamedNode(f"{OWL}Thing")
NOTHING: Final = NamedNode(f"{OWL}Nothing")

LISTED: Final = frozenset({"intersectionOf", "unionOf", "oneOf"})
SINGLE: Final = frozenset({"complementOf"})
COUNTING: Final = frozenset(name for name in RESTRICTING if name.lower().endswith("cardinality"))
CONSTRUCTORS: Final = LISTED | SINGLE | frozenset(RESTRICTING)
"""The properties, by their names in OWL's vocabulary, that say what a class expression is made of."""

LIMIT: Final = 40_000
"""How many facts a closure may have, beside GROWTH for each premise: more comes of absurd axioms only."""
GROWTH: Final = 40
ROUNDS: Final = 8
"""How often a hypothesis is filled up at most: what is left out then is only not found."""
DEPTH: Final = 2
"""How far things that must exist may in turn need other things to exist."""


def owl(name: str) -> NamedNode:
    """Return a term of OWL's vocabulary."""
    return NamedNode(OWL + name)


def rdfs(name: str) -> NamedNode:
    """Return a term of RDFS's vocabulary."""
    return NamedNode(RDFS + name)


class Hypothesis:
    """The closure of some triples, and of what is supposed beside them."""

    def __init__(self, premises: Iterable[Triple], terms: Iterable[Term] = ()) -> None:
        """Close the premises; `terms` are others that will be spoken of."""
        self.reasoner = Reasoner(all_rules=True, more=read_rules(BEYOND), quiet={"dt-diff"})
        self.made = 0
        self.is_exhausted = False
        self.depths: dict[Term, int] = {}
        self.spoken_of: set[str] = set()
        for term in terms:
            self.spoken_of |= set(datatype_names(term))
            if isinstance(term, Literal):
                self.reasoner.number(term)
        stated = list(premises)
        self.reasoner.engine.limit = LIMIT + GROWTH * len(stated)
        self.add(stated)

    # What holds.

    def holds(self, subject: Term, predicate: Term, target: Term) -> bool:
        """Tell whether a statement is in the closure."""
        return self.reasoner.fact(subject, predicate, target) is not None

    def match(self, subject: Term | None, predicate: Term, target: Term | None) -> list[tuple[Term, Term]]:
        """Return subject and object of the statements with these terms; None is any."""
        numbers, terms = self.reasoner.numbers, self.reasoner.terms
        places = [None if term is None else numbers.get(term, -1) for term in (subject, target)]
        table = self.reasoner.engine.tables.get(numbers.get(predicate, -1))
        if table is None or -1 in places:
            return []
        return [(terms[one], terms[two]) for one, two, _ in table.match(*places)]

    def objects(self, subject: Term, predicate: Term) -> list[Term]:
        """Return the objects of a property of a term."""
        return [target for _, target in self.match(subject, predicate, None)]

    def subjects(self, predicate: Term, target: Term) -> list[Term]:
        """Return the terms that have a property with this object."""
        return [subject for subject, _ in self.match(None, predicate, target)]

    def members(self, node: Term) -> list[Term] | None:
        """Return the members of a list; None where it is broken, branches or runs in a circle."""
        found: list[Term] = []
        seen: set[Term] = set()
        while node != NIL:
            firsts, rests = (self.objects(node, NamedNode(RDF + name)) for name in ("first", "rest"))
            if node in seen or not firsts or len(rests) != 1:
                return None
            seen.add(node)
            found.append(firsts[0])
            (node,) = rests
        return found

    def is_a(self, term: Term, kind: str) -> bool:
        """Tell whether a term is a class ("Class") or a property ("Property")."""
        home = RDFS if kind == "Class" else RDF
        return self.holds(term, TYPE, NamedNode(home + kind))

    @property
    def is_contradictory(self) -> bool:
        """Whether a contradiction follows."""
        return next(self.contradictions(), None) is not None

    def contradictions(self) -> Iterator[Inference]:
        """Yield the contradictions."""
        return self.reasoner.contradictions()

    # What is supposed.

    def fresh(self) -> BlankNode:
        """Return a node of which nothing is known."""
        while True:
            self.made += 1
            node = BlankNode(f"supposed{self.made}")
            if node not in self.reasoner.numbers:
                return node

    def add(self, triples: Iterable[Triple]) -> list[Triple]:
        """Add statements and what fills the hypothesis up; return what was added and did not hold before."""
        added: list[Triple] = []
        new = [t for t in triples if not self.holds(t.subject, t.predicate, t.object)]
        self.spoken_of |= {
            name for t in new for term in (t.subject, t.object) for name in datatype_names(term)
        }
        for _ in range(ROUNDS):
            added += new
            self.change(self.reasoner.add, new)
            new = list(dict.fromkeys(self.filling()))
            if not new or self.is_exhausted:
                break
        return added

    def change(self, change: Callable[[Iterable[Triple]], None], triples: Iterable[Triple]) -> None:
        """Add or retract statements; absurd axioms may stop the closure before all is said that follows."""
        try:
            change(triples)
        except Exhausted:
            self.is_exhausted = True

    @contextmanager
    def supposing(self, triples: Iterable[Triple]) -> Iterator[None]:
        """Hold some statements true for a while."""
        added = self.add(triples)
        try:
            yield
        finally:
            self.change(self.reasoner.retract, added)

    # What no rule says.

    def filling(self) -> Iterator[Triple]:
        """Yield what follows by other means than rules and does not hold yet."""
        for triple in (
            *self.of_datatypes(),
            *self.of_self(),
            *self.of_equal_expressions(),
            *self.of_witnesses(),
        ):
            if not self.holds(triple.subject, triple.predicate, triple.object):
                yield triple

    def of_datatypes(self) -> Iterator[Triple]:
        """Yield what follows from the datatypes that a thing is in."""
        for one in sorted(self.spoken_of):
            space = common([one])
            yield from (
                Triple(NamedNode(one), rdfs("subClassOf"), NamedNode(two))
                for two in sorted(self.spoken_of)
                if one != two and is_within(space, two)
            )
        kinds: dict[Term, list[str]] = defaultdict(list)
        for datatype in sorted(self.spoken_of):
            for subject in self.subjects(TYPE, NamedNode(datatype)):
                if not isinstance(subject, Literal):
                    kinds[subject].append(datatype)
        for subject, datatypes in kinds.items():
            yield from self.of_kinds(subject, datatypes)

    def of_kinds(self, subject: Term, datatypes: Sequence[str]) -> Iterator[Triple]:
        """Yield what follows for a thing that is in all of some datatypes."""
        space = common(datatypes)
        if space.is_empty:
            yield Triple(subject, TYPE, NOTHING)  # type: ignore[arg-type]
        elif space.only_value is not None:
            yield Triple(subject, owl("sameAs"), space.only_value)  # type: ignore[arg-type]
        for datatype in sorted(self.spoken_of):
            if is_within(space, datatype):
                yield Triple(subject, TYPE, NamedNode(datatype))  # type: ignore[arg-type]

    def of_self(self) -> Iterator[Triple]:
        """Yield what owl:hasSelf says of the members of its class, and who is one."""
        for node, value in self.match(None, owl("hasSelf"), None):
            if isinstance(value, Literal) and value_of(value) == ("boolean", True):
                for prop in self.objects(node, owl("onProperty")):
                    members = ((x, prop, x) for x in self.subjects(TYPE, node))
                    own = ((x, TYPE, node) for x, y in self.match(None, prop, None) if x == y)
                    yield from rdf_triples((*members, *own))

    def of_equal_expressions(self) -> Iterator[Triple]:
        """Yield the equivalence of class expressions that are made alike."""
        groups: dict[object, list[Term]] = defaultdict(list)
        for name in sorted(CONSTRUCTORS):
            for node, value in self.match(None, owl(name), None):
                for key in self.keys(node, name, value, frozenset()):
                    groups[key].append(node)
        for first, *others in groups.values():
            yield from rdf_triples(
                (first, owl("equivalentClass"), other) for other in others if other != first
            )

    def keys(self, node: Term, name: str, value: Term, inside: frozenset[Term]) -> Iterator[object]:
        """Yield what one construct of a class expression is made of; nothing where it cannot be told."""
        if name in LISTED:
            members = self.members(value)
            if members is not None:
                yield name, frozenset(self.key(member, inside | {node}) for member in members)
        elif name in SINGLE:
            yield name, self.key(value, inside | {node})
        else:
            fillers = [self.key(f, inside | {node}) for f in self.fillers(node, name)]
            part = (isinstance(value, Literal) and value_of(value)) or self.key(value, inside | {node})
            for prop in self.objects(node, owl("onProperty")):
                yield from ((name, prop, part, filler) for filler in fillers)

    def fillers(self, node: Term, name: str) -> list[Term]:
        """Return the class or data range that a cardinality counts in; all things where it names none."""
        if "ualified" not in name:
            return [THING]
        return [*self.objects(node, owl("onClass")), *self.objects(node, owl("onDataRange"))]

    def key(self, node: Term, inside: frozenset[Term]) -> object:
        """Return what a class expression is made of; the term itself where it is named or has no one way."""
        if not isinstance(node, BlankNode) or node in inside:
            return node
        found = [
            key
            for name in sorted(CONSTRUCTORS)
            for value in self.objects(node, owl(name))
            for key in self.keys(node, name, value, inside)
        ]
        return found[0] if len(found) == 1 else node

    def of_witnesses(self) -> Iterator[Triple]:
        """Yield something new for what must exist: a value of each someValuesFrom and minCardinality 1."""
        for node, filler in self.needing():
            for prop in self.objects(node, owl("onProperty")):
                for subject in self.subjects(TYPE, node):
                    if self.depths.get(subject, 0) < DEPTH and not self.has(subject, prop, filler):
                        yield from self.witness(subject, prop, filler)

    def needing(self) -> Iterator[tuple[Term, Term]]:
        """Yield each expression whose members have a value, and the class that the value is in."""
        yield from self.match(None, owl("someValuesFrom"), None)
        for name in ("minCardinality", "cardinality", "minQualifiedCardinality", "qualifiedCardinality"):
            for node, number in self.match(None, owl(name), None):
                if isinstance(number, Literal) and whole_number(number) > 0:
                    yield from ((node, filler) for filler in self.fillers(node, name))

    def has(self, subject: Term, prop: Term, filler: Term) -> bool:
        """Tell whether a thing has a value in a class."""
        return any(filler == THING or self.holds(node, TYPE, filler) for node in self.objects(subject, prop))

    def witness(self, subject: Term, prop: Term, filler: Term) -> Iterator[Triple]:
        """Yield a new value in a class for a thing."""
        if isinstance(subject, Literal) or not isinstance(prop, NamedNode):
            return
        node = self.fresh()
        self.depths[node] = self.depths.get(subject, 0) + 1
        yield Triple(subject, prop, node)
        yield Triple(node, TYPE, filler)


def rdf_triples(rows: Iterable[tuple[Term, Term, Term]]) -> Iterator[Triple]:
    """Yield the rows that RDF can say."""
    for subject, predicate, target in rows:
        if isinstance(predicate, NamedNode) and not isinstance(subject, Literal | Triple):
            yield Triple(subject, predicate, target)


def datatype_names(term: Term) -> tuple[str, ...]:
    """Return the IRI of a term that is a datatype of the map."""
    return (term.value,) if isinstance(term, NamedNode) and term.value in DATATYPES else ()


def whole_number(literal: Literal) -> int:
    """Return the whole number that a literal is; -1 where it is none."""
    value = value_of(literal)
    number = value[1] if value is not None else None
    return int(number) if isinstance(number, Decimal) and number == number.to_integral_value() else -1
