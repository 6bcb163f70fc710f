"""SHACL over an Oxigraph store: what our shapes use of SHACL Core and SHACL-SPARQL, one focus node at a time.

A path is a choice of ways, and a way a row of steps along or against a predicate: what a shape reads of the
data is then known without evaluating it, and a change leads back to the focus nodes that it concerns. A term
of SHACL that is not known here is refused, never passed over. Our tests compare the results with pySHACL's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, product
from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store
from wicara.graph.errors import UnreadableInput
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pyoxigraph import Triple

    Term = NamedNode | BlankNode | Literal | Triple
    Outcome = Iterator[Term | None]
    Test = Callable[["Data", Term, list[Term]], Outcome]

TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
BELOW: Final = NamedNode(PREFIXES["rdfs"] + "subClassOf")
HERE: Final = DefaultGraph()
NAMING: Final = re.compile(r"(SELECT[^{]*\{|GROUP BY[^{}]*)")
"""Where a query only names its variables."""
PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")


class Step(NamedTuple):
    """One step of a path: along a predicate, or against it."""

    predicate: NamedNode
    inverse: bool = False

    @property
    def back(self) -> Step:
        """The step in the other direction."""
        return Step(self.predicate, not self.inverse)


Way = tuple[Step, ...]
Path = tuple[Way, ...]


class Data:
    """The triples of a store's default graph, as shapes look at them."""

    def __init__(self, store: Store) -> None:
        """Take the store; it does not change while this is used."""
        self.store = store
        self.subclasses = cache(self._subclasses)

    def objects(self, subject: Term, predicate: NamedNode) -> list[Term]:
        """Return the values of a property."""
        if isinstance(subject, Literal):
            return []
        return [q.object for q in self.store.quads_for_pattern(subject, predicate, None, HERE)]

    def subjects(self, predicate: NamedNode, target: Term) -> list[Term]:
        """Return what has a value of a property."""
        return [q.subject for q in self.store.quads_for_pattern(None, predicate, target, HERE)]

    def step(self, node: Term, step: Step) -> list[Term]:
        """Return where a step leads from a node."""
        return self.subjects(step.predicate, node) if step.inverse else self.objects(node, step.predicate)

    def along(self, node: Term, way: Way) -> Iterator[Term]:
        """Yield where a way leads from a node, some of it twice."""
        if not way:
            yield node
            return
        for each in self.step(node, way[0]):
            yield from self.along(each, way[1:])

    def values(self, node: Term, path: Path) -> list[Term]:
        """Return where a path leads from a node, each once."""
        return list(dict.fromkeys(chain.from_iterable(self.along(node, way) for way in path)))

    def _subclasses(self, cls: NamedNode) -> frozenset[Term]:
        """Return a class and all below it, by the axioms that are stated."""
        known, fresh = {cls}, [cls]
        while fresh:
            found = self.subjects(BELOW, fresh.pop())
            fresh += [each for each in found if each not in known]
            known.update(found)
        return frozenset(known)

    def is_instance(self, node: Term, cls: NamedNode) -> bool:
        """Tell whether a node is of a class or of one below it."""
        return not self.subclasses(cls).isdisjoint(self.objects(node, TYPE))

    def instances(self, cls: NamedNode) -> Iterator[Term]:
        """Yield the nodes of a class and of those below it, some of them twice."""
        for each in self.subclasses(cls):
            yield from self.subjects(TYPE, each)


@dataclass(frozen=True)
class Constraint:
    """What must hold of the values of a shape: `test` yields each value at fault, or None for all of them.

    `reads` are the ways that the test looks at from a value, `reads_here` those from the focus node.
    """

    test: Test
    reads: Path = ()
    reads_here: Path = ()


@dataclass(frozen=True)
class Query:
    """A SHACL-SPARQL constraint; each row of its answer is a fault of `$this`.

    `about` names the variable whose rows alone a change of its term can bring about; without it, what a
    change leads to along the query's own predicates decides.
    """

    text: str
    message: str
    about: str | None

    def about_node(self, focus: Term) -> str:
        """Return the query with a focus node in the place of `$this` (SHACL, section 5.3.1)."""
        parts = NAMING.split(self.text)
        return "".join(p if NAMING.fullmatch(p) else p.replace("$this", str(focus)) for p in parts)

    @property
    def predicates(self) -> frozenset[str]:
        """The IRIs that the query writes, with its own prefixes."""
        prefixes = dict(re.findall(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", self.text))
        names = re.findall(r"(?<![\w<?$])([\w-]+):([\w-]+)", self.text.partition("SELECT")[2])
        return frozenset(prefixes[prefix] + local for prefix, local in names if prefix in prefixes)


@dataclass(eq=False)
class Shape:
    """A shape, its targets and its constraints; `path` is None for a node shape."""

    name: str
    path: Path | None
    message: str | None
    is_violation: bool
    targets: tuple[tuple[str, Term], ...]
    constraints: list[Constraint] = field(default_factory=list)
    properties: list[Shape] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)

    def reads(self) -> Iterator[Way]:
        """Yield the ways from a focus node by which data decides the outcome, queries apart."""
        start: Path = self.path if self.path is not None else ((),)
        yield from start
        for constraint in self.constraints:
            yield from (one + two for one, two in product(start, constraint.reads))
            yield from constraint.reads_here
        for each in self.properties:
            yield from (one + two for one, two in product(start, each.reads()))


class Result(NamedTuple):
    """A validation result (SHACL, section 3.6.2): the message is that of the shape, variables filled in."""

    focus: Term
    value: Term | None
    message: str
    shape: Shape


def results(data: Data, shape: Shape, focus: Term) -> Iterator[Result]:
    """Yield what a focus node has against a shape, but for what queries say."""
    values = [focus] if shape.path is None else data.values(focus, shape.path)
    for constraint in shape.constraints:
        for value in constraint.test(data, focus, values):
            yield Result(focus, value, shape.message or default_message(shape), shape)
    for each in shape.properties:
        for value in values:
            yield from results(data, each, value)


def default_message(shape: Shape) -> str:
    """Return what is said for a shape without a message: its path, as far as one predicate."""
    return shape.path[0][0].predicate.value if shape.path else shape.name


def conforms(data: Data, shape: Shape, node: Term) -> bool:
    """Tell whether a node conforms to a shape that another one names."""
    if shape.queries:
        raise UnreadableInput(f"{shape.name} holds a query, so no other shape may name it")
    return next(results(data, shape, node), None) is None


def validate(
    data: Data, shapes: Iterable[Shape], chosen: Callable[[Shape], Collection[Term] | None] = lambda _: None
) -> Iterator[Result]:
    """Yield the results of severity sh:Violation of all shapes with targets.

    `chosen` returns the nodes to look at for a shape, as far as they are targets of it; None for all.
    """
    for shape in shapes:
        nodes = chosen(shape)
        if nodes is None:
            foci = list(dict.fromkeys(node for target in shape.targets for node in targeted(data, target)))
        else:
            foci = [
                node for node in nodes if any(is_targeted(data, node, target) for target in shape.targets)
            ]
        for focus in foci:
            yield from (each for each in results(data, shape, focus) if each.shape.is_violation)
            for query in shape.queries if shape.is_violation else ():
                yield from answers(data, shape, query, focus)


def targeted(data: Data, target: tuple[str, Term]) -> Iterator[Term]:
    """Yield the nodes that a target means (SHACL, section 2.1.3), some of them twice."""
    kind, term = target
    if kind == "targetClass":
        yield from data.instances(term)  # type: ignore[arg-type] # a class has an IRI
    elif kind == "targetNode":
        yield term
    else:
        for quad in data.store.quads_for_pattern(None, term, None, HERE):  # type: ignore[arg-type] # an IRI
            yield quad.subject if kind == "targetSubjectsOf" else quad.object


def is_targeted(data: Data, node: Term, target: tuple[str, Term]) -> bool:
    """Tell whether a target means a node."""
    kind, term = target
    if kind == "targetClass":
        return data.is_instance(node, term)  # type: ignore[arg-type] # a class has an IRI
    if kind == "targetNode":
        return node == term
    step = Step(term, kind == "targetObjectsOf")  # type: ignore[arg-type] # an IRI
    return bool(data.step(node, step))


def answers(data: Data, shape: Shape, query: Query, focus: Term) -> Iterator[Result]:
    """Yield the rows of a query about a focus node as results; `$this` stands for the node from the start."""
    found = data.store.query(query.about_node(focus))
    names = [variable.value for variable in found.variables]  # type: ignore[union-attr] # a SELECT
    for solution in found:
        row = {**{name: solution[name] for name in names}, "this": focus}
        yield Result(focus, row.get("value", focus), filled(query.message, row), shape)


def filled(message: str, row: Mapping[str, Term | None]) -> str:
    """Return a message with the values of a row in the place of `{?name}`."""
    return PLACEHOLDER.sub(lambda m: m[0] if (term := row.get(m[1])) is None else text_of(term), message)


def text_of(term: Term) -> str:
    """Return a term without marks: an IRI, or a literal's lexical form."""
    return str(term) if not hasattr(term, "value") else str(term.value)
