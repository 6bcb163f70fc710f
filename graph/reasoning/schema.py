"""From rules to joins: the premises that speak of the schema are matched against it, what is left is a join.

A rule that speaks of a property by a variable, or of the members of a list, is written out once for each
match of its schema premises. Other rules are joins as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, permutations, product
from typing import TYPE_CHECKING

import numpy as np
from wicara.graph.names import FIRST, NIL, REST
from wicara.graph.reasoning.joins import Atom, Join, Slot, Test
from wicara.graph.reasoning.rules import (
    SAME_AS,
    Builtin,
    Pattern,
    Premise,
    Rule,
    is_variable,
    unfold,
)
from wicara.graph.reasoning.tables import Relation, contains, distinct, pack, ranges, unpack
from wicara.ontology import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from wicara.graph.reasoning.tables import Ints, Mask

Bindings = dict[str, int]


@dataclass(frozen=True)
class Vocabulary:
    """What the engine needs to know of the terms behind the numbers.

    The number of each IRI; the literals whose value is a whole number; the tests on columns of literals; the
    tables in which a pair of the same term twice is trivial.
    """

    number: Callable[[str], int]
    literals: Callable[[int], Sequence[int]]
    tests: Mapping[str, Callable[[Ints, Ints], Mask]]
    reflexive: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Cell:
    """One cell of a list: its member, the facts that lead to the cell, hold the member and lead on."""

    member: int
    reached: tuple[int, ...]
    held: int
    on: int


@dataclass(frozen=True)
class Match:
    """A match of some schema premises: bindings, facts used, and the data premises that lists unfold to.

    `newest` is the last fact of the lists that it speaks of: one that is broken has no members.
    """

    bindings: Bindings
    facts: tuple[int, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    newest: int = -1

    def __add__(self, other: Match) -> Match:
        """Return both matches as one."""
        return Match(
            self.bindings | other.bindings,
            self.facts + other.facts,
            self.patterns + other.patterns,
            max(self.newest, other.newest),
        )


@dataclass(frozen=True)
class Pairs:
    """Which pairs of members of a list are wanted: those that meet in data premises, by a fact since one.

    One premise has both variables as its ends; two have one each, and what else they say is the same.
    """

    premises: tuple[Pattern, ...]
    variables: tuple[str, str]
    since: int


@dataclass(frozen=True)
class Template:
    """A rule with its number, divided into schema premises and data premises."""

    place: int
    rule: Rule
    schema: tuple[Premise, ...]
    data: tuple[Pattern, ...]

    @cached_property
    def spans_tables(self) -> bool:
        """Whether a data premise has a predicate that no axiom binds: it is tried on every table."""
        axioms = [p for p in self.schema if p not in self.renaming]
        bound = {v for p in axioms for v in (p.variables if isinstance(p, Builtin) else p.terms)}
        return any(is_variable(p.predicate) and p.predicate not in bound for p in self.data)

    @cached_property
    def meeting(self) -> Pairs | None:
        """The data premises in which two members of a list meet; None where there is no such list."""
        for builtin in (p for p in self.schema if isinstance(p, Builtin) and p.name == "pair"):
            one, two = builtin.variables[1:]
            together = tuple(p for p in self.data if {one, two} == {p.subject, p.object})
            first, second = (tuple(p for p in self.data if variable in p.terms) for variable in (one, two))
            if len(together) == 1:
                return Pairs(together, (one, two), 0)
            if len(first) == len(second) == 1 and renamed(first[0], one) == renamed(second[0], two):
                return Pairs((*first, *second), (one, two), 0)
        return None

    @cached_property
    def axiom(self) -> Pattern | None:
        """The schema premise, where there is but one, of one triple, and it binds the predicates.

        Joins then rest on one axiom each: of a chain of thousands, each round has but the new ones to match.
        """
        (premise, *others) = self.schema or (None,)
        if others or self.spans_tables or self.renaming or not isinstance(premise, Pattern):
            return None
        return premise

    @cached_property
    def renaming(self) -> tuple[Pattern, ...]:
        """The schema premises that say that a predicate is the same as something else."""
        return tuple(p for p in self.schema if isinstance(p, Pattern) and p.predicate == SAME_AS)


def renamed(pattern: Pattern, variable: str) -> tuple[str, ...]:
    """Return the places of a premise, with the same mark wherever it has a variable."""
    return tuple("" if term == variable else term for term in pattern.terms)


def templates(rules: Sequence[Rule]) -> list[Template]:
    """Return the rules that have joins: all but those that conclude from the literals alone."""
    return [
        Template(place, rule, *divided(rule)) for place, rule in enumerate(rules) if not rule.is_axiomatic
    ]


def divided(rule: Rule) -> tuple[tuple[Premise, ...], tuple[Pattern, ...]]:
    """Return a rule's schema premises and its data premises.

    Where a predicate is a variable or a list is spoken of, the premises with a fixed predicate are schema,
    but for types by a variable class and for equalities that no predicate hangs on. Elsewhere all are data.
    """
    patterns = tuple(p for p in rule.premises if isinstance(p, Pattern))
    lists = [p for p in rule.premises if isinstance(p, Builtin) and not p.is_test]
    predicates = {p.predicate for p in (*patterns, *rule.conclusions) if is_variable(p.predicate)}
    if not lists and not predicates:
        return (), patterns
    data = tuple(p for p in patterns if is_data(p, predicates))
    return tuple(p for p in rule.premises if p not in data and p not in rule.tests), data


def is_data(pattern: Pattern, predicates: Collection[str]) -> bool:
    """Tell whether a premise is matched by a join and not against the schema."""
    if is_variable(pattern.predicate):
        return True
    if pattern.predicate == RDF_TYPE:
        return is_variable(pattern.object)
    return pattern.predicate == SAME_AS and not {pattern.subject, pattern.object} & set(predicates)


class Schema:
    """Matches templates against the tables of a closure."""

    def __init__(
        self,
        tables: Mapping[int, Relation],
        number: Callable[[str], int],
        literals: Callable[[int], Sequence[int]],
    ) -> None:
        """Take the tables, the number of each IRI, and the literals whose value is a whole number."""
        self.tables = tables
        self.number = number
        self.literals = literals
        self.first, self.rest, self.nil = (number(node.value) for node in (FIRST, REST, NIL))
        self.same_as = number(SAME_AS)

    def watched(self, template: Template) -> frozenset[int]:
        """Return the tables whose growth may give a template joins, beside new tables if it spans them."""
        lists = {self.first, self.rest} if any(isinstance(p, Builtin) for p in template.schema) else set()
        return frozenset(
            lists | {self.number(p.predicate) for p in template.schema if isinstance(p, Pattern)}
        )

    def joins(self, template: Template, since: int) -> Iterator[Join]:
        """Yield the joins of a template that rest on a schema fact from a number on, or on none."""
        pairs = template.meeting and replace(template.meeting, since=since)
        starts = chain.from_iterable(
            self.matches(template.schema, template.rule, start, pairs) for start in self.starts(template)
        )
        knows_age = not (template.spans_tables or pairs)
        for match in starts if template.axiom is None else self.pattern_matches(template.axiom, {}, since):
            if match.facts and knows_age and max(match.newest, *match.facts) < since:
                continue
            patterns = (*template.data, *match.patterns)
            for bindings in self.with_predicates(patterns, match.bindings):
                join = self.join(template, patterns, bindings, match.facts)
                if join is not None:
                    yield join

    def starts(self, template: Template) -> list[Match]:
        """Return what is bound before the schema is matched: a table, where one is to be renamed.

        There may be many equalities, and few of them are of predicates.
        """
        if not template.renaming:
            return [Match({})]
        return [Match({template.renaming[0].subject: table}) for table in self.tables if table >= 0]

    def is_possible(self, template: Template) -> bool:
        """Tell whether the tables that a template's data premises name have facts."""
        named = (self.number(p.predicate) for p in template.data if not is_variable(p.predicate))
        return all(self.tables.get(table) for table in named)

    def with_predicates(self, patterns: Sequence[Pattern], bindings: Bindings) -> Iterator[Bindings]:
        """Yield the bindings with every predicate bound, trying each table for one that is not.

        Not owl:sameAs: what eq-rep-s and eq-rep-o conclude in that table, eq-sym and eq-trans do too.
        """
        free = (p.predicate for p in patterns if is_variable(p.predicate) and p.predicate not in bindings)
        unbound = next(free, None)
        if unbound is None:
            yield bindings
            return
        for table in [number for number in self.tables if number >= 0 and number != self.same_as]:
            yield from self.with_predicates(patterns, {**bindings, unbound: table})

    def join(
        self, template: Template, patterns: Sequence[Pattern], bindings: Bindings, facts: tuple[int, ...]
    ) -> Join | None:
        """Return the join for one match of the schema, or None where its conclusions cannot be written."""

        def slot(term: str) -> Slot:
            return bindings.get(term, term) if is_variable(term) else self.number(term)

        atoms = tuple(Atom(int(slot(p.predicate)), slot(p.subject), slot(p.object)) for p in patterns)
        heads = tuple(
            (slot(p.subject), int(slot(p.predicate)), slot(p.object)) for p in template.rule.conclusions
        )
        named = {place for atom in atoms for place in (atom.subject, atom.object)}
        if any(isinstance(place, str) and place not in named for head in heads for place in head):
            return None
        tests = tuple(Test(test.name, tuple(map(slot, test.variables))) for test in template.rule.tests)
        return Join(template.place, atoms, heads, facts, tests)

    def matches(
        self, premises: Sequence[Premise], rule: Rule, match: Match, chosen: Pairs | None = None
    ) -> Iterator[Match]:
        """Yield each match of the schema premises that goes with what is matched already.

        `chosen` tells which pairs of the members of a list are wanted; without it, all are.
        """
        if not premises:
            yield match
            return
        premise = premises[0]
        found = (
            self.list_matches(premise, rule, match, chosen)
            if isinstance(premise, Builtin)
            else self.pattern_matches(premise, match.bindings)
        )
        for more in found:
            yield from self.matches(premises[1:], rule, match + more, chosen)

    def pattern_matches(self, pattern: Pattern, bindings: Bindings, since: int = 0) -> Iterator[Match]:
        """Yield the facts, from a number on, that match a schema premise."""
        table = self.tables.get(self.number(pattern.predicate))
        if table is None:
            return
        for subject in self.choices(pattern.subject, bindings):
            for target in self.choices(pattern.object, bindings):
                for s, o, fact in table.match(subject, target, since=since):
                    pairs = ((pattern.subject, s), (pattern.object, o))
                    if pattern.subject != pattern.object or s == o:
                        yield Match({t: v for t, v in pairs if is_variable(t)}, (fact,))

    def choices(self, term: str, bindings: Bindings) -> Sequence[int | None]:
        """Return the numbers that a place may have; None is any."""
        if is_variable(term):
            return (bindings.get(term),)
        return self.literals(int(term)) if term.isdigit() else (self.number(term),)

    def list_matches(
        self, builtin: Builtin, rule: Rule, match: Match, chosen: Pairs | None
    ) -> Iterator[Match]:
        """Yield what a premise over a list unfolds to: its members, pairs of them, or data premises."""
        cells = self.cells(match.bindings[builtin.variables[0]])
        newest = max((fact for cell in cells for fact in (cell.held, cell.on)), default=-1)
        if builtin.name == "member":
            for cell in cells:
                yield Match({builtin.variables[1]: cell.member}, (*cell.reached, cell.held), newest=newest)
        elif builtin.name == "pair":
            one, two = builtin.variables[1:]
            is_known = chosen is not None and max(newest, *match.facts) < chosen.since
            for near, far in cell_pairs(self, cells, chosen, all_ages=not is_known):
                earlier, later = sorted((near, far), key=lambda cell: len(cell.reached))
                facts = (*later.reached, earlier.held, later.held)
                yield Match({one: near.member, two: far.member}, facts, newest=newest)
        elif cells:
            members = {f"?member/{i}": cell.member for i, cell in enumerate(cells)}
            facts = tuple(fact for cell in cells for fact in (cell.held, cell.on))
            yield Match(members, facts, unfold(builtin, len(cells), rule))

    def lists_of(self, nodes: Iterable[int]) -> set[int]:
        """Return all facts of the lists that some cells are part of, before them and after."""
        first, rest = self.tables[self.first], self.tables[self.rest]
        ahead, cells, facts = [*nodes], set[int](), set[int]()
        while ahead:
            node = ahead.pop()
            if node in cells or node == self.nil:
                continue
            cells.add(node)
            facts |= {fact for _, _, fact in (*first.match(node, None), *rest.match(node, None))}
            ahead += [after for _, after, _ in rest.match(node, None)]
            ahead += [before for before, _, _ in rest.match(None, node)]
        return facts

    def cells(self, node: int) -> list[Cell]:
        """Return the cells of a list; none where it is broken or runs in a circle."""
        found: list[Cell] = []
        seen: set[int] = set()
        reached: tuple[int, ...] = ()
        while node != self.nil:
            held, on = self.tables[self.first].match(node, None), self.tables[self.rest].match(node, None)
            if node in seen or not held or not on:
                return []
            seen.add(node)
            (_, member, holding), (_, after, leading) = min(held, key=by_fact), min(on, key=by_fact)
            found.append(Cell(member, reached, holding, leading))
            reached, node = (*reached, leading), after
        return found


def by_fact(row: tuple[int, int, int]) -> int:
    """Return the number of a matched fact: the oldest is preferred."""
    return row[2]


# Pairs of members of a list: a list of hundreds has more than can be joins.


def cell_pairs(
    schema: Schema, cells: Sequence[Cell], chosen: Pairs | None, *, all_ages: bool
) -> Iterator[tuple[Cell, Cell]]:
    """Yield two cells of a list for each way to take two; those that are `chosen`, of facts of all ages."""
    if chosen is None:
        yield from permutations(cells, 2)
        return
    places: dict[int, list[int]] = {}
    for place, cell in enumerate(cells):
        places.setdefault(cell.member, []).append(place)
    members = distinct(np.array([*places], np.int64))
    meet = pairs_in_facts if len(chosen.premises) == 1 else side_by_side
    ones, twos = unpack(meet(schema, chosen, members, 0 if all_ages else chosen.since))
    for one, two in zip(ones.tolist(), twos.tolist(), strict=True):
        for near, far in product(places[one], places[two]):
            if near != far:
                yield cells[near], cells[far]


def pairs_in_facts(schema: Schema, chosen: Pairs, members: Ints, since: int) -> Ints:
    """Return the pairs of members that are subject and object of a fact."""
    (premise,) = chosen.premises
    table = schema.tables.get(schema.number(premise.predicate), Relation())
    rows, _ = ranges(*table.by_subject.spans(members))
    rows = rows[table.by_subject.facts[rows] >= since]
    subjects, objects = unpack(table.by_subject.keys[rows])
    within = contains(objects, members)
    if premise.subject != chosen.variables[0]:
        subjects, objects = objects, subjects
    return pack(subjects[within], objects[within])


def side_by_side(schema: Schema, chosen: Pairs, members: Ints, since: int) -> Ints:
    """Return the pairs of members that have the rest of a fact in common."""
    premise, variable = chosen.premises[0], chosen.variables[0]
    if premise.predicate == variable:
        tables = {member: schema.tables.get(member, Relation()).by_subject for member in members.tolist()}
        columns = [(np.full(len(index.keys), n), index.keys, index.facts) for n, index in tables.items()]
        of, rest, facts = (np.concatenate(column) for column in zip(*columns, strict=True))
    else:
        table = schema.tables.get(schema.number(premise.predicate), Relation())
        index = table.by_object if premise.object == variable else table.by_subject
        rows, _ = ranges(*index.spans(members))
        (of, rest), facts = unpack(index.keys[rows]), index.facts[rows]
    concerned = contains(rest, distinct(rest[facts >= since]))
    of, rest = of[concerned], rest[concerned]
    order = np.lexsort((of, rest))
    of, rest = of[order], rest[order]
    twos, source = ranges(np.searchsorted(rest, rest), np.searchsorted(rest, rest, side="right"))
    return distinct(pack(of[source], of[twos]))
