"""The constraints of SHACL Core that our shapes use (SHACL, section 4), each made from its parameter.

A test gets a focus node and its values, and yields each value at fault, or None where they are so together.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.graph.checks.shacl import Constraint, Step, bare_text, conforms
from wicara.graph.names import TYPE
from wicara.graph.reasoning.datatypes import days_in, is_ill_typed, value_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wicara.graph.checks.shacl import Data, Outcome, Shape, Term, Test
    from wicara.graph.checks.shapes import ShapesGraph

    Maker = Callable[[ShapesGraph, Term, Term], Constraint]

SH: Final = PREFIXES["sh"]
DATE: Final = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
MONTHS: Final = range(1, 13)


def of_each(fits: Callable[[Data, Term], bool]) -> Test:
    """Return the test that each value must pass by itself."""

    def test(data: Data, _focus: Term, values: list[Term]) -> Outcome:
        return (value for value in values if not fits(data, value))

    return test


def simple(fits: Callable[[Term, Term], bool]) -> Maker:
    """Return what makes a constraint of a parameter and a test of a value alone."""

    def made(_graph: ShapesGraph, _node: Term, parameter: Term) -> Constraint:
        return Constraint(of_each(lambda _data, value: fits(value, parameter)))

    return made


def count_constraint(is_wrong: Callable[[int, int], bool]) -> Maker:
    """Return what makes a constraint of how many values there are."""

    def made(_graph: ShapesGraph, _node: Term, parameter: Term) -> Constraint:
        limit = int(bare_text(parameter))
        return Constraint(lambda _data, _focus, values: iter([None] if is_wrong(len(values), limit) else []))

    return made


def of_class(_graph: ShapesGraph, _node: Term, cls: Term) -> Constraint:
    """Make sh:class."""
    return Constraint(
        of_each(lambda data, value: data.is_instance(value, cls)),  # type: ignore[arg-type] # an IRI
        reads=((Step(TYPE),),),
    )


def is_of_datatype(value: Term, datatype: Term) -> bool:
    """Tell whether a value is a literal of just this datatype, and exists."""
    if not isinstance(value, Literal) or value.datatype != datatype:
        return False
    is_date = value.datatype.value == f"{PREFIXES['xsd']}date"
    return day_of(value.value) is not None if is_date else not is_ill_typed(value)


def day_of(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of an xsd:date; None for a day that does not exist."""
    found = DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    return (year, month, day) if month in MONTHS and 1 <= day <= days_in(found[1], month) else None


KINDS: Final = {"IRI": NamedNode, "BlankNode": BlankNode, "Literal": Literal}


def is_of_kind(value: Term, kind: Term) -> bool:
    """Tell whether a value is of a kind of node; `sh:IRIOrLiteral` names two."""
    names = bare_text(kind).removeprefix(SH).split("Or")
    return any(isinstance(value, KINDS[name]) for name in names)


def matches_pattern(value: Term, pattern: Term) -> bool:
    """Tell whether an IRI or a literal matches a regular expression somewhere."""
    return not isinstance(value, BlankNode) and re.search(bare_text(pattern), bare_text(value)) is not None


def languages(graph: ShapesGraph, _node: Term, listed: Term) -> Constraint:
    """Make sh:languageIn."""
    ranges = [bare_text(tag).lower() for tag in graph.listed(listed)]

    def fits(_data: Data, value: Term) -> bool:
        language = isinstance(value, Literal) and (value.language or "").lower()
        return bool(language) and any(language == r or language.startswith(f"{r}-") for r in ranges)  # type: ignore[union-attr]

    return Constraint(of_each(fits))


def unique_languages(_graph: ShapesGraph, _node: Term, _true: Term) -> Constraint:
    """Make sh:uniqueLang."""

    def test(_data: Data, _focus: Term, values: list[Term]) -> Outcome:
        tags = [value.language for value in values if isinstance(value, Literal) and value.language]
        return iter([None] if len(set(tags)) < len(tags) else [])

    return Constraint(test)


def one_of(graph: ShapesGraph, _node: Term, listed: Term) -> Constraint:
    """Make sh:in."""
    members = frozenset(graph.listed(listed))
    return Constraint(of_each(lambda _data, value: value in members))


def has_value(_graph: ShapesGraph, _node: Term, wanted: Term) -> Constraint:
    """Make sh:hasValue."""
    return Constraint(lambda _data, _focus, values: iter([] if wanted in values else [None]))


def order(one: Term, two: Term) -> int | None:
    """Return how two literals compare: below, at or above 0; None where they do not."""
    if not (isinstance(one, Literal) and isinstance(two, Literal)):
        return None
    days = day_of(one.value), day_of(two.value)
    if None not in days and one.datatype == two.datatype:
        return (days[0] > days[1]) - (days[0] < days[1])  # type: ignore[operator] # both are days
    first, second = value_of(one), value_of(two)
    if first is None or second is None or first[0] != second[0]:
        return None
    return bool(first[1] > second[1]) - bool(first[1] < second[1])  # type: ignore[operator] # of one space


def is_in_bound(passes: Callable[[int], bool], value: Term, bound: Term) -> bool:
    """Tell whether a value stands to a bound as wanted; what cannot be compared does not."""
    found = order(value, bound)
    return found is not None and passes(found)


def property_pair(
    fault: Callable[[list[Term], Sequence[Term]], Iterable[Term]],
) -> Maker:
    """Return what makes a constraint of the values and those of another property of the focus node."""

    def made(_graph: ShapesGraph, _node: Term, other: Term) -> Constraint:
        step = Step(other)  # type: ignore[arg-type] # a property has an IRI
        return Constraint(
            lambda data, focus, values: iter(fault(values, data.step(focus, step))), reads_here=((step,),)
        )

    return made


def unordered(passes: Callable[[int], bool], values: list[Term], others: Sequence[Term]) -> Iterator[Term]:
    """Yield each value that does not stand to each of the others as wanted."""
    return (one for one in values for two in others if not is_in_bound(passes, one, two))


def logical(is_wrong: Callable[[list[bool]], bool], shapes: list[Shape]) -> Constraint:
    """Return a constraint of which of some shapes each value conforms to."""
    return Constraint(
        of_each(lambda data, value: not is_wrong([conforms(data, shape, value) for shape in shapes])),
        reads=tuple(way for shape in shapes for way in shape.reads()),
    )


def logical_list(
    is_wrong: Callable[[list[bool]], bool],
) -> Maker:
    """Return what makes a logical constraint of a list of shapes."""
    return lambda graph, _node, listed: logical(is_wrong, [graph.shape(s) for s in graph.listed(listed)])


def logical_one(is_wrong: Callable[[list[bool]], bool]) -> Maker:
    """Return what makes a logical constraint of one shape."""
    return lambda graph, _node, inner: logical(is_wrong, [graph.shape(inner)])


def qualified(graph: ShapesGraph, node: Term, inner: Term) -> Constraint:
    """Make sh:qualifiedValueShape."""
    shape = graph.shape(inner)
    low, high = (
        int(bare_text(limits[0])) if limits else None
        for limits in (graph.of(node, "qualifiedMinCount"), graph.of(node, "qualifiedMaxCount"))
    )

    def test(data: Data, _focus: Term, values: list[Term]) -> Outcome:
        count = sum(conforms(data, shape, value) for value in values)
        return iter([None] if count < (low or 0) or (high is not None and count > high) else [])

    return Constraint(test, reads=tuple(shape.reads()))


CONSTRAINTS: Final[dict[str, Maker]] = {
    "minCount": count_constraint(lambda count, limit: count < limit),
    "maxCount": count_constraint(lambda count, limit: count > limit),
    "class": of_class,
    "datatype": simple(is_of_datatype),
    "nodeKind": simple(is_of_kind),
    "pattern": simple(matches_pattern),
    "languageIn": languages,
    "uniqueLang": unique_languages,
    "in": one_of,
    "hasValue": has_value,
    "minInclusive": simple(partial(is_in_bound, lambda found: found >= 0)),
    "maxInclusive": simple(partial(is_in_bound, lambda found: found <= 0)),
    "equals": property_pair(lambda values, others: set(values) ^ set(others)),
    "disjoint": property_pair(lambda values, others: set(values) & set(others)),
    "lessThan": property_pair(partial(unordered, lambda found: found < 0)),
    "lessThanOrEquals": property_pair(partial(unordered, lambda found: found <= 0)),
    "not": logical_one(lambda fits: fits[0]),
    "node": logical_one(lambda fits: not fits[0]),
    "and": logical_list(lambda fits: not all(fits)),
    "or": logical_list(lambda fits: not any(fits)),
    "xone": logical_list(lambda fits: sum(fits) != 1),
    "qualifiedValueShape": qualified,
}
"""What is known of SHACL Core: the parameter that names a constraint, and what makes it."""
