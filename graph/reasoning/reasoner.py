"""A closure of RDF triples that can be questioned, grown and cut: conclusions, proofs, contradictions."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from pyoxigraph import Literal, NamedNode, Triple
from wicara.graph.reasoning.datatypes import DATATYPES, TESTS, has_value, is_ill_typed, value_of
from wicara.graph.reasoning.engine import Engine
from wicara.graph.reasoning.matching import ILL_TYPED, Inference
from wicara.graph.reasoning.rules import REFLEXIVE, Rule, Term, rules
from wicara.graph.reasoning.schema import Vocabulary
from wicara.graph.reasoning.tables import GONE, GrowingArray, contains
from wicara.graph.terms import triple_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from wicara.graph.reasoning.joins import Clash
    from wicara.graph.reasoning.tables import Ints, Mask

DATATYPE: Final = PREFIXES["rdfs"] + "Datatype"
MAX_CLASHES: Final = 100
"""How many contradictions of one join are reported, at most."""


class Statement(NamedTuple):
    """A fact: a generalized triple, whose terms may stand in any place (RDF 1.1 Concepts, section 7)."""

    subject: Term
    predicate: Term
    object: Term

    @property
    def triple(self) -> Triple | None:
        """The RDF triple; None where a literal is the subject or no IRI the predicate."""
        return triple_of(self)


class Reasoner:
    """The closure of some triples under the OWL 2 RL/RDF rules (OWL 2 Profiles, section 4.3)."""

    def __init__(
        self,
        premises: Iterable[Triple] = (),
        *,
        all_rules: bool = False,
        proofs: bool = True,
        more: Sequence[Rule] = (),
        quiet: Collection[str] = (),
    ) -> None:
        """Close the premises; `all_rules` turns on the trivial rules too, `proofs` keeps first proofs.

        `more` are rules beside those of the profile; `quiet` names trivial rules that are off all the same.
        """
        on = (rule for rule in rules() if not rule.trivial or (all_rules and rule.name not in quiet))
        self.begin((), (*on, *more), () if all_rules else REFLEXIVE, proofs=proofs)
        self.add(premises)

    @classmethod
    def of_terms(cls, terms: Iterable[Term]) -> Reasoner:
        """Return a reasoner without facts and with first proofs, its terms numbered in their order."""
        reasoner = cls.__new__(cls)
        reasoner.begin(terms, [rule for rule in rules() if not rule.trivial], REFLEXIVE, proofs=True)
        return reasoner

    def begin(
        self, terms: Iterable[Term], on: Sequence[Rule], reflexive: Iterable[str], *, proofs: bool
    ) -> None:
        """Start with some terms and without facts; `reflexive` are tables without pairs of the same term."""
        self.terms: list[Term] = list(terms)
        self.numbers: dict[Term, int] = {term: number for number, term in enumerate(self.terms)}
        self.iris: dict[str, int] = {}
        self.rules = on
        self.read = 0
        self.literals: Literals = []
        self.literal_numbers = GrowingArray()
        self.ill_typed_terms: set[int] = set()
        vocabulary = Vocabulary(
            self.number_of_iri,
            self.whole_numbers,
            {name: self.on_literals(test) for name, test in TESTS.items()},
            frozenset(map(self.number_of_iri, reflexive)),
        )
        self.engine = Engine(self.rules, vocabulary, proofs=proofs)

    # Terms and facts by number.

    def number(self, term: Term) -> int:
        """Return the number of a term; a new term gets the next one."""
        found = self.numbers.setdefault(term, len(self.terms))
        if found == len(self.terms):
            self.terms.append(term)
        return found

    def number_of_iri(self, iri: str) -> int:
        """Return the number of an IRI."""
        found = self.iris.get(iri)
        if found is None:
            found = self.iris[iri] = self.number(NamedNode(iri))
        return found

    def statement(self, fact: int) -> Statement:
        """Return a fact by its number."""
        predicate, subject, target = self.engine.facts[fact]
        return Statement(self.terms[subject], self.terms[predicate], self.terms[target])

    def fact(self, subject: Term, predicate: Term, target: Term) -> int | None:
        """Return the number of a fact, or None where it is none."""
        places = [self.numbers.get(term) for term in (predicate, subject, target)]
        if None in places or places[0] not in self.engine.tables:
            return None
        table, one, two = places
        found = self.engine.tables[table].match(one, two)  # type: ignore[index]
        return found[0][2] if found else None

    # What goes in and out.

    def add(self, premises: Iterable[Triple]) -> None:
        """Add premises and close again."""
        self.add_tables(self.columns(premises))

    def add_tables(self, tables: Mapping[int, Ints]) -> None:
        """Add premises given as pairs of term numbers, a table a predicate, and close again."""
        for table, pairs in tables.items():
            self.engine.add(table, pairs[:, 0], pairs[:, 1])
        self.read_literals()
        self.engine.run()

    def retract(self, premises: Iterable[Triple]) -> None:
        """Take premises out, and what no longer follows.

        Raises ValueError where no first proofs are kept: they tell what a premise takes along.
        """
        if not self.engine.proofs:
            raise ValueError("a reasoner that keeps no proofs cannot retract: make it with proofs=True")
        for table, pairs in self.columns(premises).items():
            self.engine.retract(table, pairs[:, 0], pairs[:, 1])

    def columns(self, triples: Iterable[Triple]) -> dict[int, Ints]:
        """Return triples as pairs of term numbers, a table a predicate."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        number = self.number
        for triple in triples:
            found[number(triple.predicate)].append((number(triple.subject), number(triple.object)))
        return {table: np.array(pairs, np.int64) for table, pairs in found.items()}

    def statements(self, *, asserted: bool) -> Iterator[Statement]:
        """Yield the premises, or the conclusions, in the order of their numbers."""
        return (self.statement(fact) for fact in self.engine.facts.numbers(asserted=asserted).tolist())

    def conclusions(self) -> Iterator[Triple]:
        """Yield what follows and can be said in RDF, what is trivial included."""
        return (s.triple for s in self.statements(asserted=False) if s.triple is not None)

    # Literals: table 8 of the profile.

    def whole_numbers(self, value: int) -> list[int]:
        """Return the literals whose value is a whole number."""
        wanted = value_of(Literal(value))
        return [n for n, t in enumerate(self.terms) if isinstance(t, Literal) and value_of(t) == wanted]

    def read_literals(self) -> None:
        """Note which new literals have no value, and what the rules conclude from literals alone."""
        new = enumerate(self.terms[self.read :], self.read)
        fresh = [(number, term) for number, term in new if isinstance(term, Literal)]
        self.literals += fresh
        self.literal_numbers.add(np.array([number for number, _ in fresh], np.int64))
        self.ill_typed_terms |= {number for number, literal in fresh if is_ill_typed(literal)}
        for place, rule in enumerate(self.rules):
            if rule.is_axiomatic:
                self.generate(place, rule, GENERATED[rule.tests[0].name](self, self.literals, fresh))
        self.read = len(self.terms)

    def generate(self, place: int, rule: Rule, pairs: list[tuple[int, int]]) -> None:
        """Conclude the only conclusion of a rule for each pair that its test says."""
        if pairs:
            columns = np.array(pairs, np.int64)
            (head,) = rule.conclusions
            self.engine.derive(place, self.number_of_iri(head.predicate), columns[:, 0], columns[:, 1])

    def on_literals(self, test: Callable[[Term, Term], bool]) -> Callable[[Ints, Ints], Mask]:
        """Return a test of a literal and another term as one of columns of their numbers."""

        def passing(ones: Ints, twos: Ints) -> Mask:
            mask = contains(ones, self.literal_numbers.values)
            pairs = zip(ones[mask].tolist(), twos[mask].tolist(), strict=True)
            mask[mask] = [test(self.terms[one], self.terms[two]) for one, two in pairs]
            return mask

        return passing

    # Proofs.

    def first_inference(self, fact: int) -> Inference | None:
        """Return the last step of a fact's first proof; None for a premise."""
        proof = self.engine.facts.proof(fact)
        return None if proof is None else self.inference(*proof, self.statement(fact))

    def contradictions(self) -> Iterator[Inference]:
        """Yield the contradictions: steps without a conclusion, and literals without a value."""
        gone = self.engine.facts.batch.values == GONE
        clashes = (
            (clash.join.rule, facts) for clash in self.engine.clashes for facts in self.clashing(clash, gone)
        )
        for rule, facts in dict.fromkeys(clashes):
            yield self.inference(rule, facts, None)
        for number in sorted(self.ill_typed_terms):
            for table in tuple(self.engine.tables.values()):
                for _, _, fact in table.match(None, number)[:1]:
                    yield Inference(ILL_TYPED, (self.statement(fact),), None)

    def clashing(self, clash: Clash, gone: Mask) -> Iterator[tuple[int, ...]]:
        """Yield the premises of a contradiction's rows whose premises all hold."""
        batch = self.engine.facts.batches[clash.batch]
        if any(gone[fact] for fact in batch.schema):
            return
        holding = batch.premises[~gone[batch.premises].any(axis=1)]
        yield from ((*batch.schema, *row) for row in holding[:MAX_CLASHES].tolist())

    def inference(self, rule: int, premises: tuple[int, ...], conclusion: Statement | None) -> Inference:
        """Return a step of a proof by its numbers."""
        return Inference(self.rules[rule].name, tuple(map(self.statement, premises)), conclusion)


Literals = list[tuple[int, Literal]]


def datatypes(reasoner: Reasoner, _literals: Literals, _fresh: Literals) -> list[tuple[int, int]]:
    """Return dt-type1: every datatype of the map, which is an rdfs:Datatype."""
    kind = reasoner.number_of_iri(DATATYPE)
    return [(reasoner.number_of_iri(datatype), kind) for datatype in DATATYPES]


def typed(reasoner: Reasoner, _literals: Literals, fresh: Literals) -> list[tuple[int, int]]:
    """Return dt-type2: each literal with every datatype that has its value."""
    return [
        (number, reasoner.number_of_iri(datatype))
        for number, literal in fresh
        for datatype in DATATYPES
        if has_value(literal, NamedNode(datatype))
    ]


def equal(_reasoner: Reasoner, literals: Literals, _fresh: Literals) -> list[tuple[int, int]]:
    """Return dt-eq: literals with the same value."""
    return [(one, two) for group in by_value(literals) for one in group for two in group]


def different(_reasoner: Reasoner, literals: Literals, _fresh: Literals) -> list[tuple[int, int]]:
    """Return dt-diff: literals with different values."""
    pairs = combinations(by_value(literals), 2)
    both = ((one, two) for near, far in pairs for one in near for two in far)
    return list(chain.from_iterable(((one, two), (two, one)) for one, two in both))


def by_value(literals: Literals) -> list[list[int]]:
    """Return the literals that have a value, grouped by it."""
    groups: dict[object, list[int]] = defaultdict(list)
    for number, literal in literals:
        value = value_of(literal)
        if value is not None:
            groups[value].append(number)
    return list(groups.values())


GENERATED: Final = {"datatype": datatypes, "has_value": typed, "equal": equal, "different": different}
"""What the rules say that conclude from the literals alone."""
