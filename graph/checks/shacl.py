"""SHACL over an Oxigraph store: what our shapes use of SHACL Core and SHACL-SPARQL, one focus node at a time.

A path is a choice of ways, and a way a row of steps along or against a predicate: what a shape reads of the
data is then known without evaluating it, and a change leads back to the focus nodes that it concerns. A term
of SHACL that is not known here is refused, never passed over. Our tests compare the results with pySHACL's.
"""

from __future__ import annotations

import re
from collections import defaultdict
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
PREFIX: Final = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>")
PREFIXED: Final = re.compile(r"(?<![\w<?$])([\w-]+):([\w-]+)")
A_CLASS: Final = re.compile(r"[\s^(|/]a[\s/|)]")
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
        known: set[Term] = {cls}
        fresh: list[Term] = [cls]
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

    def bound(self, focus: Term, among: Iterable[Term] | None) -> str:
        """Return the query with a focus node in the place of `$this` (SHACL, section 5.3.1)."""
        parts = NAMING.split(self.text)
        text = "".join(p if NAMING.fullmatch(p) else p.replace("$this", str(focus)) for p in parts)
        head, _, rest = text.partition("{")
        values = "" if among is None else f"VALUES ?{self.about} {{ {' '.join(map(str, among))} }}"
        return f"{head}{{ {values} {rest}"

    @property
    def predicates(self) -> frozenset[NamedNode]:
        """The predicates that the query writes, with its own prefixes; `a` is one."""
        prefixes = dict(PREFIX.findall(self.text))
        body = self.text.partition("SELECT")[2]
        names = PREFIXED.findall(body)
        found = {NamedNode(prefixes[prefix] + local) for prefix, local in names if prefix in prefixes}
        return frozenset(found | ({TYPE} if A_CLASS.search(body) else set()))


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


@dataclass(frozen=True)
class Scope:
    """What validation looks at, where that is not all: nodes for each shape, and the terms that were touched.

    A node counts as far as a shape has it for a target. `touched` is None where nothing is known of changes.
    """

    nodes: Callable[[Shape], Collection[Term]]
    touched: frozenset[Term] | None = None


def validate(data: Data, shapes: Iterable[Shape], scope: Scope | None = None) -> Iterator[Result]:
    """Yield the results of severity sh:Violation of all shapes with targets; within a scope, if given."""
    for shape in shapes:
        if scope is None:
            foci = targets_of(data, shape)
        else:
            foci = [
                n for n in scope.nodes(shape) if any(is_targeted(data, n, target) for target in shape.targets)
            ]
        for focus in foci:
            yield from (each for each in results(data, shape, focus) if each.shape.is_violation)
            for query in shape.queries if shape.is_violation else ():
                yield from answers(data, shape, query, focus)
        if scope is not None and scope.touched is not None:
            for focus in targets_of(data, shape) if any(query.about for query in shape.queries) else ():
                for query in shape.queries:
                    yield from answers(data, shape, query, focus, scope.touched)


def targets_of(data: Data, shape: Shape) -> Iterable[Term]:
    """Return the focus nodes of a shape, each once."""
    return dict.fromkeys(node for target in shape.targets for node in targeted(data, target))


def scope_of(data: Data, shapes: Iterable[Shape], changed: Collection[Triple]) -> Scope:
    """Return what a change of triples concerns, where all was well before: `data` is after the change.

    A way from a focus node over changed triples begins with unchanged ones: it is gone back from the first
    changed triple on it. What a query joins hangs together by its own predicates, but for classes.
    """
    readers: dict[NamedNode, list[tuple[Shape, Way, bool]]] = defaultdict(list)
    nodes: dict[Shape, dict[Term, None]] = defaultdict(dict)
    for shape in shapes:
        for way in (*shape.reads(), *((target_step(target),) for target in shape.targets)):
            for place, step in enumerate(way):
                back = tuple(each.back for each in reversed(way[:place]))
                readers[step.predicate].append((shape, back, step.inverse))
        for query in shape.queries:
            if not query.about:
                nodes[shape].update(dict.fromkeys(connected(data, changed, query.predicates)))
    for triple in changed:
        for shape, back, inverse in readers.get(triple.predicate, ()):
            nodes[shape].update(dict.fromkeys(data.along(triple.object if inverse else triple.subject, back)))
    ends = (end for triple in changed for end in (triple.subject, triple.object))
    touched = frozenset(end for end in ends if isinstance(end, NamedNode))
    return Scope(lambda shape: nodes[shape], touched)


def target_step(target: tuple[str, Term]) -> Step:
    """Return the step that leads a node to what makes it a target."""
    kind, term = target
    return Step(TYPE if kind == "targetClass" else NamedNode(text_of(term)), kind == "targetObjectsOf")


def connected(data: Data, changed: Collection[Triple], predicates: frozenset[NamedNode]) -> set[Term]:
    """Return what hangs together with changed triples by some predicates; literals join nothing."""
    fresh = {
        end
        for triple in changed
        if triple.predicate in predicates
        for end in ((triple.subject,) if triple.predicate == TYPE else (triple.subject, triple.object))
        if isinstance(end, NamedNode)
    }
    found: set[Term] = {*fresh}
    steps = [Step(p, inverse) for p in predicates - {TYPE} for inverse in (False, True)]
    while fresh:
        near = {each for node in fresh for step in steps for each in data.step(node, step)}
        fresh = {each for each in near if isinstance(each, NamedNode)} - found
        found |= fresh
    return found


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


def answers(
    data: Data, shape: Shape, query: Query, focus: Term, among: Iterable[Term] | None = None
) -> Iterator[Result]:
    """Yield the rows of a query about a focus node as results; `among` limits what it is about."""
    found = data.store.query(query.bound(focus, among))
    names = [variable.value for variable in found.variables]  # type: ignore[union-attr] # a SELECT
    for solution in found:  # type: ignore[union-attr] # as above
        row = {**{name: solution[name] for name in names}, "this": focus}
        yield Result(focus, row.get("value", focus), filled(query.message, row), shape)


def filled(message: str, row: Mapping[str, Term | None]) -> str:
    """Return a message with the values of a row in the place of `{?name}`."""
    return PLACEHOLDER.sub(lambda m: m[0] if (term := row.get(m[1])) is None else text_of(term), message)


def text_of(term: Term) -> str:
    """Return a term without marks: an IRI, or a literal's lexical form."""
    return str(term) if not hasattr(term, "value") else str(term.value)
