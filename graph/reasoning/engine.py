"""The closure under the rules: semi-naive, a whole table at a time.

A round evaluates each join once for every atom whose table has grown, with the new facts in the place of
that atom; what follows and is new is the next round's growth. A join of a table with itself, end to start, as
in prp-trp, is evaluated from the left: its second atom is the table's *steps*, the facts that are no
conclusions of that same join. On a chain that is twenty times as fast. A table that is symmetric besides, as
owl:sameAs is, is closed by classes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from wicara.graph.reasoning.classes import Classes, smallest
from wicara.graph.reasoning.joins import (
    ANY_AGE,
    Atom,
    Clash,
    Join,
    JoinRows,
    Older,
    Slot,
    bind,
    first_rows,
    is_symmetric,
    is_transitive,
    join_rows,
)
from wicara.graph.reasoning.rules import REPLACING, is_variable
from wicara.graph.reasoning.schema import Schema, Template, Vocabulary, templates
from wicara.graph.reasoning.tables import (
    ASSERTED,
    GONE,
    Batch,
    Delta,
    Dependents,
    Derived,
    FactTable,
    Ints,
    Tables,
    all_facts,
    by_object,
    concatenate,
    contains,
    distinct,
    first_of_each,
    pack,
    unpack,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wicara.graph.reasoning.rules import Rule

Head = tuple[Slot, int, Slot]
CROWD: Final = 8
"""With how many times as many equals, or rows, as facts it is these that are replaced, each class once."""


class Exhausted(Exception):  # noqa: N818 - not a fault of the engine, but a limit that its user set
    """The closure would outgrow the limit: to so many facts, or more. What is in it follows, but more may."""


class Engine:
    """A growing closure of facts whose terms are numbers."""

    def __init__(self, rules: Sequence[Rule], vocabulary: Vocabulary, *, proofs: bool = True) -> None:
        """Take the rules and what they need of the terms; `proofs` keeps first proofs."""
        self.rules = rules
        self.vocabulary = vocabulary
        self.proofs = proofs
        self.facts = FactTable()
        self.dependents = Dependents(self.facts)
        self.tables = Tables()
        self.schema = Schema(self.tables, vocabulary.number, vocabulary.literals)
        self.templates = {template: self.schema.watched(template) for template in templates(rules)}
        self.axioms = frozenset[int]().union(*self.templates.values())
        self.spanning = {t: tables for t, tables in self.templates.items() if t.spans_tables or t.meeting}
        self.spanned: dict[Template, int] = {}
        self.matched = 0
        self.steps: dict[int, int] = {}
        self.symmetric: dict[int, Join] = {}
        self.transitive: dict[int, Join] = {}
        self.unclosed: set[int] = set()
        self.replacing = {n: REPLACING[rule.name] for n, rule in enumerate(rules) if rule.name in REPLACING}
        self.joins: dict[object, Join] = {}
        self.triggers: dict[tuple[int, int | None], list[tuple[Join, int]]] = defaultdict(list)
        self.targets: dict[int, set[int]] = defaultdict(set)
        self.concluding: dict[tuple[int, int | None], list[tuple[Join, Head]]] = defaultdict(list)
        self.pending: dict[int, list[Derived]] = defaultdict(list)
        self.clashes: list[Clash] = []
        self.evaluated: dict[int, dict[int, None]] = defaultdict(dict)
        """Of each join by its identity, the atoms whose growth in this round it has been evaluated for."""
        self.grown_from = 0
        """The number of the first fact of this round."""
        self.limit: int | None = None
        self.waiting = 0

    def add(self, table: int, subjects: Ints, objects: Ints) -> None:
        """Add premises; they join the closure at the next `run`."""
        self.pending[table].append(
            Derived(pack(subjects, objects), ASSERTED, np.arange(len(subjects)), stepped=False)
        )

    def derive(self, rule: int, table: int, subjects: Ints, objects: Ints) -> None:
        """Add conclusions of a rule that needs no premise."""
        batch = self.batch(rule, (), np.empty((len(subjects), 0), np.int64))
        self.pending[table].append(
            Derived(pack(subjects, objects), batch, np.arange(len(subjects)), stepped=False)
        )

    def run(self) -> None:
        """Close the facts under the rules."""
        deltas = self.admit_pending()
        while True:
            for table, delta in deltas.items():
                for join, place, part in self.triggered(table, delta):
                    self.evaluate(join, place, part)
            for join in self.fresh(deltas):
                self.start(join)
            deltas = self.admit_pending()
            if not deltas:
                return

    def admit_pending(self) -> dict[int, Delta]:
        """Move what is pending into the tables, and return what is new of it."""
        deltas: dict[int, Delta] = {}
        self.waiting = 0
        self.evaluated.clear()
        self.grown_from = self.facts.size
        pending, self.pending = self.pending, defaultdict(list)
        for table, found in pending.items():
            keys, at = first_of_each(np.concatenate([derived.keys for derived in found]))
            _, there = self.tables[table].by_subject.find(keys)
            if there.any() and any(derived.batch == ASSERTED for derived in found):
                self.confirm(table, found, deltas)
            if not there.all():
                self.admit(table, keys[~there], at[~there], found, deltas)
        unclosed, self.unclosed = self.unclosed, set()
        for table in self.symmetric.keys() & self.transitive.keys() & (unclosed | deltas.keys()):
            self.close(table, all_facts(self.tables[table]) if table in unclosed else deltas[table], deltas)
        return deltas

    def close(self, table: int, grown: Delta, deltas: dict[int, Delta]) -> None:
        """Close the classes of a symmetric and transitive table that hold some facts of it."""

        def conclude(join: Join, subjects: Ints, objects: Ints, *premises: Ints) -> Delta:
            if not len(subjects):
                return Delta(subjects, objects, subjects)
            self.expect(len(subjects))
            start, rows = self.facts.size, np.arange(len(subjects))
            batch = self.batch_of(join, JoinRows(len(rows), {}, dict(enumerate(premises))))
            numbers = self.facts.add(table, subjects, objects, np.full(len(rows), batch), rows)
            self.facts.spans[batch] = start, self.facts.size
            return Delta(subjects, objects, numbers)

        def place(delta: Delta, *, are_steps: bool = False) -> None:
            self.place(table, delta, deltas)
            if are_steps and table in self.steps:
                self.place(self.steps[table], delta, deltas)

        by_symmetry, by_transitivity = (
            partial(conclude, joins[table]) for joins in (self.symmetric, self.transitive)
        )
        reflexive = table not in self.vocabulary.reflexive
        Classes(self.tables.grow(table), by_symmetry, by_transitivity, place, self.expect, reflexive).close(
            grown
        )

    def confirm(self, table: int, found: Sequence[Derived], deltas: dict[int, Delta]) -> None:
        """Make premises of conclusions that are stated now; each is a step of its own from now on."""
        keys = np.concatenate([derived.keys for derived in found if derived.batch == ASSERTED])
        at, there = self.tables[table].by_subject.find(keys)
        numbers = distinct(self.tables[table].by_subject.facts[at[there]])
        numbers = numbers[self.facts.batch.values[numbers] != ASSERTED]
        self.facts.batch.values[numbers] = ASSERTED
        if table in self.steps:
            subjects, objects = self.facts.subjects.values[numbers], self.facts.objects.values[numbers]
            _, known = self.tables[self.steps[table]].by_subject.find(pack(subjects, objects))
            self.place(self.steps[table], Delta(subjects, objects, numbers).take(~known), deltas)

    def admit(
        self, table: int, keys: Ints, at: Ints, found: Sequence[Derived], deltas: dict[int, Delta]
    ) -> None:
        """Put new facts into a table, and into its steps where they are steps."""
        batches = np.concatenate([np.full(len(derived.keys), derived.batch) for derived in found])[at]
        rows = np.concatenate([derived.rows for derived in found])[at]
        stepped = np.concatenate([np.full(len(derived.keys), derived.stepped) for derived in found])[at]
        subjects, objects = unpack(keys)
        span = self.facts.size, self.facts.size + len(subjects)
        self.facts.spans.update((derived.batch, span) for derived in found)
        delta = Delta(subjects, objects, self.facts.add(table, subjects, objects, batches, rows))
        self.place(table, delta, deltas)
        if table in self.steps and not stepped.all():
            self.place(self.steps[table], delta.take(~stepped), deltas)

    def place(self, table: int, delta: Delta, deltas: dict[int, Delta]) -> None:
        """Put facts into a table and note them as its growth."""
        if not len(delta.facts):
            return
        self.tables.grow(table).add(delta.subjects, delta.objects, delta.facts)
        deltas[table] = concatenate(deltas[table], delta) if table in deltas else delta

    def fresh(self, deltas: Mapping[int, Delta]) -> list[Join]:
        """Return the joins that the templates have now and had not before."""
        schema_grew = not self.matched or not self.axioms.isdisjoint(deltas)
        found = [
            join
            for template, watched in (self.templates if schema_grew else self.spanning).items()
            if self.is_due(template, watched, deltas)
            for join in self.new_joins(template, self.matched)
        ]
        self.matched = self.facts.size
        return found

    def is_due(self, template: Template, watched: frozenset[int], deltas: Mapping[int, Delta]) -> bool:
        """Tell whether a template may have new joins after this growth."""
        if watched & deltas.keys() or not self.matched or self.may_meet(template, deltas):
            return True
        if not template.spans_tables:
            return False
        tables = len(self.tables) if self.schema.is_possible(template) else 0
        before, self.spanned[template] = self.spanned.get(template, 0), tables
        return tables > before

    def may_meet(self, template: Template, deltas: Mapping[int, Delta]) -> bool:
        """Tell whether members of a list may meet in this growth, where a template asks for that."""
        if template.meeting is None:
            return False
        predicate = template.meeting.premises[0].predicate
        return is_variable(predicate) or self.vocabulary.number(predicate) in deltas

    def new_joins(self, template: Template, since: int) -> Iterator[Join]:
        """Yield a template's joins that are not known yet; matches of facts before `since` are known."""
        for join in self.schema.joins(template, since):
            key = (join.rule, join.atoms, join.heads, join.tests)
            if key not in self.joins:
                self.joins[key] = self.linearised(join)
                yield self.joins[key]

    def linearised(self, join: Join) -> Join:
        """Return a join of a table with itself, end to start, as one with its steps; others as they are."""
        if not is_transitive(join):
            return join
        one, two = join.atoms
        if one.table not in self.steps:
            self.steps[one.table] = -1 - len(self.steps)
            every = all_facts(self.tables[one.table])
            self.tables.grow(self.steps[one.table]).add(every.subjects, every.objects, every.facts)
        self.transitive[one.table] = replace(
            join, atoms=(one, Atom(self.steps[one.table], two.subject, two.object))
        )
        return self.transitive[one.table]

    def resume(self) -> None:
        """Go on from facts that were put in closed: only what comes from now on is joined with them."""
        for template in self.templates:
            for join in tuple(self.new_joins(template, 0)):
                self.register(join)
        self.matched = self.facts.size

    def register(self, join: Join) -> None:
        """Have a join triggered from now on."""
        for place, atom in enumerate(join.atoms):
            key = (atom.table, None if isinstance(atom.object, str) else atom.object)
            self.triggers[key].append((join, place))
            if not isinstance(atom.object, str):
                self.targets[atom.table].add(atom.object)
        for head in join.heads:
            self.concluding[head[1], None if isinstance(head[2], str) else head[2]].append((join, head))
        if is_symmetric(join):
            self.symmetric.setdefault(join.atoms[0].table, join)

    def start(self, join: Join) -> None:
        """Evaluate a join for the first time, over all facts, and have it triggered from now on."""
        self.register(join)
        if not join.atoms:
            self.conclude(join, JoinRows(1))
            return
        if self.is_closed_by_classes(join):
            self.unclosed.add(join.atoms[0].table)
            return
        sizes = [len(self.tables[atom.table]) for atom in join.atoms]
        if all(sizes):
            smallest = sizes.index(min(sizes))
            self.evaluate(join, smallest, all_facts(self.tables[join.atoms[smallest].table]))

    def is_closed_by_classes(self, join: Join) -> bool:
        """Tell whether a join is the symmetry or the transitivity of a table that has both."""
        if not join.atoms:
            return False
        table = join.atoms[0].table
        pair = self.symmetric.get(table), self.transitive.get(table)
        return None not in pair and join in pair

    def triggered(self, table: int, delta: Delta) -> Iterator[tuple[Join, int, Delta]]:
        """Yield the joins that a table's growth concerns, each with its atom and the facts that may fit."""
        for join, place in tuple(self.triggers.get((table, None), ())):
            if not self.is_closed_by_classes(join):
                yield join, place, delta
        for target, part in by_object(delta, self.targets.get(table, ())):
            for join, place in tuple(self.triggers[table, target]):
                yield join, place, part

    def evaluate(self, join: Join, place: int, delta: Delta) -> None:
        """Join some facts, in the place of one atom, with the tables of the others, and conclude.

        Atoms that this was done for in this round before are joined with older facts alone: their new ones
        have been. A class of many classes would else be looked through once for each of them.
        """
        if not all(len(self.tables[table]) for table in join.tables):
            return
        done = self.evaluated[id(join)]
        older = Older(dict(done), self.grown_from)
        done[place] = None
        delta = self.replaceable(join, place, delta)
        if self.is_crowded(join, place, delta):
            place, older = 1 - place, ANY_AGE
            delta = self.replaceable(join, place, all_facts(self.tables[join.atoms[place].table]))
        start = first_rows(join.atoms[place], delta, place)
        left = (n for n in range(len(join.atoms)) if n != place)
        rows = join_rows(start, join, left, self.tables, older)
        self.conclude(join, self.passing(join, rows))

    def replaceable(self, join: Join, place: int, delta: Delta) -> Delta:
        """Return the facts of a delta in which a join has to replace a term by its equals.

        Subjects are replaced first, then objects. As equality is transitive, what these rules concluded has
        its equals by the fact that it came from, and so has all but one of the facts that equals replaced in
        them make alike: a class of n would else give each fact in n ways.
        """
        end = self.replacing.get(join.rule)
        if end is None or join.atoms[place].table == self.schema.same_as:
            return delta
        batch = self.facts.batch.values[delta.facts]
        rules = {n: self.facts.batches[n].rule for n in distinct(batch).tolist() if n >= 0}
        done = [n for n, rule in rules.items() if self.replacing.get(rule, -1) >= end]
        delta = delta.take(~contains(batch, np.array(done, np.int64))) if done else delta
        equals = self.tables[self.schema.same_as].by_subject
        ends = (smallest(delta.subjects, equals), delta.objects)
        if end:
            ends = (delta.subjects, smallest(delta.objects, equals))
        return delta.take(first_of_each(pack(*ends))[1])

    def is_crowded(self, join: Join, place: int, delta: Delta) -> bool:
        """Tell whether equals are far more than the facts, or meet them too often: those are begun with."""
        end, atom = self.replacing.get(join.rule), join.atoms[place]
        if end is None or atom.table != self.schema.same_as:
            return False
        table = self.tables[join.atoms[1 - place].table]
        low, high = (table.by_object if end else table.by_subject).spans(delta.subjects)
        return max(len(low), int((high - low).sum())) > CROWD * len(table)

    def passing(self, join: Join, rows: JoinRows) -> JoinRows:
        """Return the rows that pass the join's tests."""
        for test in join.tests if rows.size else ():
            rows = rows.take(self.vocabulary.tests[test.name](*(rows.value(place) for place in test.places)))
        return rows

    def conclude(self, join: Join, rows: JoinRows) -> None:
        """Make what follows from the rows pending, as far as it is new."""
        if rows.size and not join.heads:
            self.clashes.append(Clash(join, self.batch_of(join, rows)))
        for head in join.heads if rows.size else ():
            keys, at = self.wanted(head, rows)
            _, known = self.tables[head[1]].by_subject.find(keys)
            if not known.all():
                self.pend(join, head[1], keys[~known], rows.take(at[~known]))

    def wanted(self, head: Head, rows: JoinRows) -> tuple[Ints, Ints]:
        """Return the different pairs of a head for some rows, without trivial ones, and the row of each."""
        subject, table, target = head
        keys, at = first_of_each(pack(rows.value(subject), rows.value(target)))
        if table in self.vocabulary.reflexive and subject != target:
            keep = np.not_equal(*unpack(keys))
            return keys[keep], at[keep]
        return keys, at

    def pend(self, join: Join, table: int, keys: Ints, rows: JoinRows) -> None:
        """Keep conclusions, with their proofs, for the next round; raises Exhausted beyond the limit."""
        self.waiting += len(keys)
        self.expect(self.waiting)
        stepped = table in self.steps and any(atom.table == self.steps[table] for atom in join.atoms)
        self.pending[table].append(Derived(keys, self.batch_of(join, rows), np.arange(rows.size), stepped))

    def expect(self, more: int) -> None:
        """Raise Exhausted where so many more facts would be beyond the limit."""
        if self.limit is not None and self.facts.size + more > self.limit:
            self.pending.clear()
            raise Exhausted(self.facts.size + more)

    def batch_of(self, join: Join, rows: JoinRows) -> int:
        """Keep the premises of some rows and return the number of their batch."""
        width = len(join.atoms) if self.proofs else 0
        columns = [rows.facts[n] for n in range(width)]
        premises = np.stack(columns, axis=1) if columns else np.empty((rows.size, 0), np.int64)
        return self.batch(join.rule, join.schema, premises)

    def batch(self, rule: int, schema: tuple[int, ...], premises: Ints) -> int:
        """Keep proofs and return the number of their batch."""
        self.facts.batches.append(Batch(rule, schema, premises))
        return len(self.facts.batches) - 1

    def derivations(self, table: int, subjects: Ints, objects: Ints) -> Iterator[tuple[Join, Head, JoinRows]]:
        """Yield the one-step derivations of pairs of a table, but those by which classes are closed."""
        for target in (None, *distinct(objects).tolist()):
            chosen = slice(None) if target is None else objects == target
            for join, head in tuple(self.concluding.get((table, target), ())):
                if self.is_closed_by_classes(join):
                    continue
                rows = self.backward(join, head, subjects[chosen], objects[chosen])
                if rows.size:
                    yield join, head, rows

    def backward(self, join: Join, head: Head, subjects: Ints, objects: Ints) -> JoinRows:
        """Return the rows of a join that conclude some of these pairs."""
        keep, columns = bind(head[0], head[2], subjects, objects)
        start = JoinRows(len(keep), columns).take(keep)
        return self.passing(join, join_rows(start, join, range(len(join.atoms)), self.tables))

    def retract(self, table: int, subjects: Ints, objects: Ints) -> None:
        """Take premises out, and what no longer follows; what has another proof stays.

        All conclusions whose first proof is lost are taken out, and those from the members of a list that
        breaks; those that follow from what remains come back (Motik, Nenov, Piro and Horrocks, AAAI 2015,
        with first proofs in the place of counts).
        """
        at, there = self.tables[table].by_subject.find(pack(subjects, objects))
        numbers = self.tables[table].by_subject.facts[at[there]]
        numbers = numbers[self.facts.batch.values[numbers] == ASSERTED]
        listed = self.of_broken_lists(table, numbers)
        lost = self.dependents.of(np.concatenate([numbers, self.dependents.concluded_from(listed)]))
        self.facts.batch.values[lost] = GONE
        by_table = [
            (number, lost[self.facts.tables.values[lost] == number])
            for number in distinct(self.facts.tables.values[lost]).tolist()
        ]
        for each, gone in by_table:
            for place in (each, self.steps.get(each, each)):
                self.tables[place].remove(self.facts.subjects.values[gone], self.facts.objects.values[gone])
        self.rebuild_joins(frozenset((*lost.tolist(), *listed.tolist())))
        for each, gone in by_table:
            self.rederive(each, self.facts.subjects.values[gone], self.facts.objects.values[gone])
        self.run()

    def of_broken_lists(self, table: int, numbers: Ints) -> Ints:
        """Return the facts of the lists that break without some facts: none of their members counts then."""
        if table not in {self.schema.first, self.schema.rest}:
            return numbers[:0]
        facts = self.schema.lists_of(self.facts.subjects.values[numbers].tolist())
        return np.array(sorted(facts), np.int64)

    def rebuild_joins(self, lost: frozenset[int]) -> None:
        """Forget the joins whose schema premises are lost, and begin anew those that others give."""
        broken = {key for key, join in self.joins.items() if not lost.isdisjoint(join.schema)}
        if not broken:
            return
        forgotten = {self.joins.pop(key) for key in broken}
        self.clashes[:] = [clash for clash in self.clashes if clash.join not in forgotten]
        for waiting in self.triggers.values():
            waiting[:] = [trigger for trigger in waiting if trigger[0] not in forgotten]
        for heads in self.concluding.values():
            heads[:] = [head for head in heads if head[0] not in forgotten]
        for closing in (self.symmetric, self.transitive):
            for table in [table for table, join in closing.items() if join in forgotten]:
                del closing[table]
        rules = {join.rule for join in forgotten}
        for template in self.templates:
            if template.place in rules:
                for join in tuple(self.new_joins(template, 0)):
                    self.start(join)

    def rederive(self, table: int, subjects: Ints, objects: Ints) -> None:
        """Make those of some lost facts pending that follow from what remains.

        Classes are closed again as a whole: their table's steps are not all that are symmetric to one.
        """
        if table in self.symmetric.keys() & self.transitive.keys():
            self.unclosed.add(table)
        for join, head, rows in self.derivations(table, subjects, objects):
            keys, at = self.wanted(head, rows)
            if len(keys):
                self.pend(join, table, keys, rows.take(at))
