"""From rules to joins: the premises that speak of the schema are matched against it, what is left is a join.

A rule that speaks of a property by a variable, or of the members of a list, is written out once for each
match of its schema premises. Other rules are joins as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from wicara.graph.names import FIRST, NIL, REST
from wicara.graph.reasoning.joins import Atom, Join, Slot, Test
from wicara.graph.reasoning.rules import (
    SAME_AS,
    Over,
    Pattern,
    Premise,
    Rule,
    is_variable,
    unfold,
)
from wicara.ontology import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from wicara.graph.reasoning.tables import Relation

Bindings = dict[str, int]


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

    `lists` are all facts of the lists that it speaks of: one that is broken has no members.
    """

    bindings: Bindings
    facts: tuple[int, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    lists: tuple[int, ...] = ()

    def __add__(self, other: Match) -> Match:
        """Return both matches as one."""
        return Match(
            self.bindings | other.bindings,
            self.facts + other.facts,
            self.patterns + other.patterns,
            self.lists + other.lists,
        )


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
        bound = {v for p in axioms for v in (p.variables if isinstance(p, Over) else p.terms)}
        return any(is_variable(p.predicate) and p.predicate not in bound for p in self.data)

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
    lists = [p for p in rule.premises if isinstance(p, Over) and not p.is_test]
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
        lists = {self.first, self.rest} if any(isinstance(p, Over) for p in template.schema) else set()
        return frozenset(
            lists | {self.number(p.predicate) for p in template.schema if isinstance(p, Pattern)}
        )

    def joins(self, template: Template, since: int) -> Iterator[Join]:
        """Yield the joins of a template that rest on a schema fact from a number on, or on none."""
        starts = chain.from_iterable(
            self.matches(template.schema, template.rule, start) for start in self.starts(template)
        )
        for match in starts if template.axiom is None else self.pattern_matches(template.axiom, {}, since):
            if match.facts and max(match.facts + match.lists) < since and not template.spans_tables:
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
        for table in [each for each in self.tables if each >= 0 and each != self.same_as]:
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
        tests = tuple(Test(each.name, tuple(map(slot, each.variables))) for each in template.rule.tests)
        return Join(template.place, atoms, heads, facts, tests)

    def matches(self, premises: Sequence[Premise], rule: Rule, match: Match) -> Iterator[Match]:
        """Yield each match of the schema premises that goes with what is matched already."""
        if not premises:
            yield match
            return
        premise = premises[0]
        found = (
            self.list_matches(premise, rule, match.bindings)
            if isinstance(premise, Over)
            else self.pattern_matches(premise, match.bindings)
        )
        for more in found:
            yield from self.matches(premises[1:], rule, match + more)

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

    def list_matches(self, over: Over, rule: Rule, bindings: Bindings) -> Iterator[Match]:
        """Yield what a premise over a list unfolds to: its members, pairs of them, or data premises."""
        cells = self.cells(bindings[over.variables[0]])
        facts = tuple(fact for cell in cells for fact in (cell.held, cell.on))
        if over.name == "member":
            for cell in cells:
                yield Match({over.variables[1]: cell.member}, (*cell.reached, cell.held), lists=facts)
        elif over.name == "pair":
            yield from pairs(over, cells, facts)
        elif cells:
            members = {f"?member/{i}": cell.member for i, cell in enumerate(cells)}
            yield Match(members, facts, unfold(over, len(cells), rule))

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


def pairs(over: Over, cells: Sequence[Cell], lists: tuple[int, ...]) -> Iterator[Match]:
    """Yield any two members of a list, both ways round; `lists` are all facts of the list."""
    one, two = over.variables[1:]
    for i, near in enumerate(cells):
        for far in cells[i + 1 :]:
            facts = (*far.reached, near.held, far.held)
            yield Match({one: near.member, two: far.member}, facts, lists=lists)
            yield Match({one: far.member, two: near.member}, facts, lists=lists)
