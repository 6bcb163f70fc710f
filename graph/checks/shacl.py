"""SHACL over an Oxigraph store: what our shapes use of SHACL Core and SHACL-SPARQL, one focus node at a time.

A path is a choice of ways, and a way a row of steps along or against a predicate: what a shape reads of the
data is then known without evaluating it, and a change leads back to the focus nodes that it concerns. A term
of SHACL that is not known here is refused, never passed over. Our tests compare the results with pySHACL's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain, product
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store
from wicara.graph.errors import UnreadableInput
from wicara.graph.names import TYPE
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Triple

    Term = NamedNode | BlankNode | Literal | Triple
    Outcome = Iterator[Term | None]
    Test = Callable[["Data", Term, list[Term]], Outcome]

BELOW: Final = NamedNode(PREFIXES["rdfs"] + "subClassOf")
HERE: Final = DefaultGraph()
NAMING: Final = re.compile(r"(SELECT[^{]*\{|GROUP BY[^{}]*)")
"""Where a query only names its variables."""
PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")
CACHED: Final = 1 << 14
"""Of how many nodes the properties stay in memory while they are looked at."""


class Step(NamedTuple):
    """One step of a path: along a predicate, or against it; or none, one or many of them (`repeated`)."""

    predicate: NamedNode
    inverse: bool = False
    repeated: bool = False

    @property
    def back(self) -> Step:
        """The step in the other direction."""
        return self._replace(inverse=not self.inverse)


Way = tuple[Step, ...]
Path = tuple[Way, ...]


class Data:
    """The triples of a store's default graph, as shapes look at them."""

    def __init__(self, store: Store) -> None:
        """Take the store; it does not change while this is used."""
        self.store = store
        self.subclasses = cache(self._subclasses)
        self.description = lru_cache(CACHED)(self._description)
        self.subjects = lru_cache(CACHED)(self._subjects)

    def objects(self, subject: Term, predicate: NamedNode) -> Sequence[Term]:
        """Return the values of a property."""
        return () if isinstance(subject, Literal) else self.description(subject).get(predicate, ())

    def _description(self, subject: Term) -> dict[NamedNode, list[Term]]:
        """Return all properties of a node with their values."""
        found: dict[NamedNode, list[Term]] = defaultdict(list)
        for quad in self.store.quads_for_pattern(subject, None, None, HERE):  # type: ignore[arg-type] # no literal
            found[quad.predicate].append(quad.object)
        return dict(found)

    def _subjects(self, predicate: NamedNode, target: Term) -> list[Term]:
        """Return what has a value of a property."""
        return [q.subject for q in self.store.quads_for_pattern(None, predicate, target, HERE)]

    def step(self, node: Term, step: Step) -> Sequence[Term]:
        """Return where a step leads from a node."""
        if step.repeated:
            return self.closure(node, step._replace(repeated=False))
        return self.subjects(step.predicate, node) if step.inverse else self.objects(node, step.predicate)

    def closure(self, node: Term, step: Step) -> Sequence[Term]:
        """Return a node and all that repeated steps lead to."""
        found = {node: None}
        fresh = [node]
        while fresh:
            more = [target for target in self.step(fresh.pop(), step) if target not in found]
            found.update(dict.fromkeys(more))
            fresh += more
        return list(found)

    def holds(self, triple: Triple) -> bool:
        """Tell whether a triple is there."""
        return triple.object in self.objects(triple.subject, triple.predicate)

    def has(self, node: Term, step: Step) -> bool:
        """Tell whether a step leads anywhere from a node."""
        if step.inverse:
            return any(self.store.quads_for_pattern(None, step.predicate, node, HERE))
        return bool(self.objects(node, step.predicate))

    def along(self, node: Term, way: Way) -> Iterator[Term]:
        """Yield where a way leads from a node, some of it twice."""
        if not way:
            yield node
            return
        for target in self.step(node, way[0]):
            yield from self.along(target, way[1:])

    def values(self, node: Term, path: Path) -> list[Term]:
        """Return where a path leads from a node, each once."""
        return list(dict.fromkeys(chain.from_iterable(self.along(node, way) for way in path)))

    def _subclasses(self, cls: NamedNode) -> frozenset[Term]:
        """Return a class and all below it, by the axioms that are stated."""
        return frozenset(self.closure(cls, Step(BELOW, inverse=True)))

    def is_instance(self, node: Term, cls: NamedNode) -> bool:
        """Tell whether a node is of a class or of one below it."""
        return not self.subclasses(cls).isdisjoint(self.objects(node, TYPE))

    def instances(self, cls: NamedNode) -> Iterator[Term]:
        """Yield the nodes of a class and of those below it, some of them twice."""
        for subclass in self.subclasses(cls):
            yield from self.subjects(TYPE, subclass)


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

    `reads` are the ways from a focus node to the statements that decide whether there is a row, `lacks` those
    to statements that must be missing for a row. Where any statement may decide, `about` names the variables
    one of which is its subject.
    """

    text: str
    message: str
    reads: Path = ()
    lacks: Path = ()
    about: tuple[str, ...] = ()

    def bound(self, focus: Term, among: Mapping[str, Iterable[Term]]) -> str:
        """Return the query with a focus node in the place of `$this` (SHACL, section 5.3.1).

        `among` are the terms that variables are limited to.
        """
        parts = NAMING.split(self.text)
        text = "".join(p if NAMING.fullmatch(p) else p.replace("$this", str(focus)) for p in parts)
        head, _, rest = text.partition("{")
        values = (f"VALUES ?{name} {{ {' '.join(map(str, terms))} }} " for name, terms in among.items())
        return f"{head}{{ {''.join(values)}{rest}"


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
        for part in self.properties:
            yield from (one + two for one, two in product(start, part.reads()))


class Result(NamedTuple):
    """A validation result (SHACL, section 3.6.2): the message is that of the shape, variables filled in."""

    focus: Term
    value: Term | None
    message: str
    shape: Shape


def results(data: Data, shape: Shape, focus: Term) -> Iterator[Result]:
    """Yield what a focus node has against a shape, but for what queries say."""
    values = [focus] if shape.path is None else data.values(focus, shape.path)
    message = shape.message or (shape.path[0][0].predicate.value if shape.path else shape.name)
    for constraint in shape.constraints:
        for value in constraint.test(data, focus, values):
            yield Result(focus, value, message, shape)
    for part in shape.properties:
        for value in values:
            yield from results(data, part, value)


def conforms(data: Data, shape: Shape, node: Term) -> bool:
    """Tell whether a node conforms to a shape that another one names."""
    if shape.queries:
        raise UnreadableInput(f"{shape.name} holds a query, so no other shape may name it")
    return next(results(data, shape, node), None) is None


@dataclass(frozen=True)
class Scope:
    """What validation looks at, where that is not all: nodes for each shape, and the changed subjects.

    A node counts as far as a shape has it for a target. `changed` is empty where nothing is known of changes.
    """

    nodes: Callable[[Shape], Collection[Term]]
    changed: frozenset[Term] = frozenset()


def validate(data: Data, shapes: Iterable[Shape], scope: Scope | None = None) -> Iterator[Result]:
    """Yield the results of severity sh:Violation of all shapes with targets; within a scope, if given.

    What queries have against changed subjects is asked in a thread: the engine answers beside all else.
    """
    every = tuple(shapes)
    with ThreadPoolExecutor(max_workers=1) as beside:
        pending = [beside.submit(list, rows) for rows in about_changes(data, every, scope)] if scope else []
        for shape in every:
            foci = targets_of(data, shape) if scope is None else in_scope(data, shape, scope)
            for focus in foci:
                yield from (result for result in results(data, shape, focus) if result.shape.is_violation)
                for query in shape.queries if shape.is_violation else ():
                    yield from answers(data, shape, query, focus)
        for found in pending:
            yield from found.result()


def about_changes(data: Data, shapes: Iterable[Shape], scope: Scope) -> Iterator[Iterator[Result]]:
    """Yield the answers of each query that any statement may decide, about the changed subjects."""
    for shape in shapes if scope.changed else ():
        about = [(query, name) for query in shape.queries for name in query.about]
        for focus, (query, name) in product(targets_of(data, shape) if about else (), about):
            yield answers(data, shape, query, focus, {name: scope.changed})


def in_scope(data: Data, shape: Shape, scope: Scope) -> list[Term]:
    """Return the focus nodes of a shape within a scope."""
    classes = [data.subclasses(term) for kind, term in shape.targets if kind == "targetClass"]
    others = [target for target in shape.targets if target[0] != "targetClass"]
    found = []
    for node in scope.nodes(shape):
        types = data.objects(node, TYPE) if classes else ()
        if not all(subclasses.isdisjoint(types) for subclasses in classes) or any(
            is_targeted(data, node, target) for target in others
        ):
            found.append(node)
    return found


def targets_of(data: Data, shape: Shape) -> Iterable[Term]:
    """Return the focus nodes of a shape, each once."""
    return dict.fromkeys(node for target in shape.targets for node in targeted(data, target))


class Readers:
    """The shapes that read statements of each predicate, and the way back from these to focus nodes."""

    def __init__(self) -> None:
        """Begin without shapes."""
        self.ways: dict[NamedNode, dict[tuple[Way, bool], dict[Shape, None]]] = defaultdict(
            lambda: defaultdict(dict)
        )

    def add(self, shape: Shape, ways: Iterable[Way]) -> None:
        """Note the ways by which a shape reads data."""
        for way in ways:
            for place, step in enumerate(way):
                back = tuple(earlier.back for earlier in reversed(way[: place + step.repeated]))
                self.ways[step.predicate][back, step.inverse][shape] = None

    def of(self, data: Data, triple: Triple) -> Iterator[tuple[Iterable[Shape], Sequence[Term]]]:
        """Yield shapes that read a triple, those that do so by one way together, with their focus nodes."""
        for (back, inverse), shapes in self.ways[triple.predicate].items():
            yield shapes, list(data.along(triple.object if inverse else triple.subject, back))


def scope_of(data: Data, shapes: Collection[Shape], changed: Collection[Triple]) -> Scope:
    """Return what a change of triples concerns, where all was well before: `data` is after the change.

    A way from a focus node over changed triples begins with unchanged ones: it is gone back from the first
    changed triple on it. A query that does not say what it reads is asked of all targets.
    """

    @cache
    def nodes() -> Mapping[Shape, Mapping[Term, None]]:
        return concerned(data, shapes, changed)

    subjects = frozenset(triple.subject for triple in changed if isinstance(triple.subject, NamedNode))
    return Scope(lambda shape: nodes()[shape], subjects)


def concerned(
    data: Data, shapes: Collection[Shape], changed: Collection[Triple]
) -> Mapping[Shape, Mapping[Term, None]]:
    """Return for each shape the nodes that a change of triples concerns (see `scope_of`)."""
    readers, missing = Readers(), Readers()
    nodes: dict[Shape, dict[Term, None]] = defaultdict(dict)
    for shape in shapes:
        readers.add(shape, chain(shape.reads(), (way for query in shape.queries for way in query.reads)))
        readers.add(shape, target_ways(shape))
        missing.add(shape, (way for query in shape.queries for way in query.lacks))
        if not all(query.reads or query.about for query in shape.queries):
            nodes[shape].update(dict.fromkeys(targets_of(data, shape)))
    of_class = shapes_of_classes(data, shapes)
    for triple in changed:
        is_gone = triple.predicate in missing.ways and not data.holds(triple)
        for by_way, foci in chain(readers.of(data, triple), missing.of(data, triple) if is_gone else ()):
            for shape in by_way if foci else ():
                nodes[shape].update(dict.fromkeys(foci))
        for shape in of_class.get(triple.object, ()) if triple.predicate == TYPE else ():
            nodes[shape][triple.subject] = None
    return nodes


def target_ways(shape: Shape) -> Iterator[Way]:
    """Yield the ways to what makes nodes targets of a shape, but for their classes."""
    for kind, term in shape.targets:
        if kind in {"targetSubjectsOf", "targetObjectsOf"}:
            yield (Step(term, kind == "targetObjectsOf"),)  # type: ignore[arg-type] # a property has an IRI


def shapes_of_classes(data: Data, shapes: Iterable[Shape]) -> dict[Term, list[Shape]]:
    """Return the shapes that have the nodes of each class for targets."""
    found: dict[Term, list[Shape]] = defaultdict(list)
    for shape in shapes:
        for kind, term in shape.targets:
            for cls in data.subclasses(term) if kind == "targetClass" else ():
                found[cls].append(shape)
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
    return data.has(node, Step(term, kind == "targetObjectsOf"))  # type: ignore[arg-type] # an IRI


def answers(
    data: Data,
    shape: Shape,
    query: Query,
    focus: Term,
    among: Mapping[str, Iterable[Term]] = MappingProxyType({}),
) -> Iterator[Result]:
    """Yield the rows of a query about a focus node as results; `among` limits variables to some terms."""
    found = data.store.query(query.bound(focus, among))
    names = [variable.value for variable in found.variables]  # type: ignore[union-attr] # a SELECT
    for solution in found:  # type: ignore[union-attr] # as above
        row = {**{name: solution[name] for name in names}, "this": focus}
        yield Result(focus, row.get("value", focus), filled_message(query.message, row), shape)


def filled_message(message: str, row: Mapping[str, Term | None]) -> str:
    """Return a message with the values of a row in the place of `{?name}`."""
    return PLACEHOLDER.sub(lambda m: m[0] if (term := row.get(m[1])) is None else bare_text(term), message)


def bare_text(term: Term) -> str:
    """Return a term without marks: an IRI, or a literal's lexical form."""
    return str(term) if not hasattr(term, "value") else str(term.value)
