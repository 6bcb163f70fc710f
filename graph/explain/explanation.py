"""Why a statement holds: who asserts it, or the proof that it follows, or what it would take."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode
from wicara.graph.assembly import merged
from wicara.graph.evidence import WITH_BASIS, bases_with_origins, grounds_of
from wicara.graph.explain.contrary import Contrary, contrary, is_excluded
from wicara.graph.explain.wording import is_structure
from wicara.graph.names import PREMISES, GraphKind, kind_of
from wicara.graph.reasoning.proof_file import NAME, StoredProofs
from wicara.graph.reasoning.proofs import LIMIT, Derivations, derivations_of, first_proof
from wicara.graph.status import SAYING, status_of, strongest, weakest
from wicara.graph.terms import text_of
from wicara.ontology import PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store, Triple
    from wicara.graph.evidence import Basis
    from wicara.graph.reasoning.matching import Inference
    from wicara.graph.reasoning.proofs import Near, Proof
    from wicara.graph.reasoning.rules import Fact, Term
    from wicara.graph.store import BuiltDataset

__all__ = ["LIMIT", "Explainer", "Explanation", "Verdict"]

NOT_ACCEPTED: Final = frozenset({GraphKind.CONTENT, GraphKind.INFERRED})
"""Graphs whose statements nobody asserts here: what a claim says, and what follows."""
NEAREST: Final = 3
"""How many missing premises are named, at most."""
FACT_OF, ISSUED = NamedNode(f"{WIC}factOf"), NamedNode(f"{PREFIXES['dcterms']}issued")
NAMES: Final = tuple(NamedNode(f"{PREFIXES['skos']}{name}Label") for name in ("pref", "alt", "hidden"))
WORD: Final = re.compile(r"\w{4,}")
SHORT, LONG = NamedNode(f"{WIC}abbreviation"), NamedNode(f"{WIC}expansion")
LAST_DAY: Final = "9999-12-31"
"""The day of issue by which texts are ordered whose day is not known."""


class Verdict(StrEnum):
    """Whether a statement is asserted, inferred, or neither."""

    ASSERTED = "asserted"
    INFERRED = "inferred"
    NEITHER = "neither"


@dataclass(frozen=True)
class Explanation:
    """Why a statement holds, or why not.

    `proofs` end in asserted statements, of which `grounds` tells the graphs and the words; `background` is
    what a source says on things whose class stands among the names only; `said` are the contents of claims
    that say it; `near` are inferences that lack one premise; `contrary` is what speaks against it;
    `abbreviations` are those of the quoted words, each with what it stands for and the graph that says so;
    `about` are the graphs among `grounds` that speak of the subject, whatever else they say.
    """

    fact: Fact
    verdict: Verdict
    proofs: tuple[Proof, ...]
    grounds: Mapping[Fact, tuple[Basis, ...]]
    said: tuple[Basis, ...] = ()
    near: tuple[Near, ...] = ()
    background: Mapping[Fact, tuple[Basis, ...]] = field(default_factory=dict)
    contrary: Contrary = field(default_factory=Contrary)
    abbreviations: tuple[tuple[str, str, str], ...] = ()
    about: frozenset[str] = frozenset()

    @property
    def status(self) -> str:
        """The status of the statement: of several graphs the strongest, of a proof its weakest leaf's."""
        leaves = self.proofs[0].leaves() if self.proofs else (self.fact,)
        found = [
            strongest(
                status_of(source, saying=getattr(leaf[1], "value", "") in SAYING)
                for source in self.sources_of(leaf)
                if source.kind in WITH_BASIS
            )
            for leaf in leaves
        ]
        whole = weakest(status for status in found if status)
        return whole.key if whole else ""

    def sources_of(self, fact: Fact) -> tuple[Basis, ...]:
        """Return what a source says on a statement, or else the graphs that make it."""
        return self.background.get(fact, ()) or self.grounds.get(fact, ())

    def is_schema(self, fact: Fact) -> bool:
        """Tell whether a leaf is the ontology's alone."""
        grounds = self.grounds.get(fact, ())
        return bool(grounds) and all(ground.kind is GraphKind.ONTOLOGY for ground in grounds)

    def rests_on_schema(self, proof: Proof) -> bool:
        """Tell whether a proof rests on the ontology alone."""
        return all(map(self.is_schema, proof.leaves()))

    def shown(self, proof: Proof) -> list[Proof]:
        """Return the premises of a step that are more than axioms; where all are the ontology's, these.

        What only builds a list or a class expression is told by the axiom that uses it.
        """
        inferred = [step for step in proof.premises if step.conclusion and not is_structure(step.conclusion)]
        return [step for step in inferred if not self.rests_on_schema(step)] or (
            inferred if self.rests_on_schema(proof) else []
        )

    def reasons(self, proof: Proof) -> list[Proof]:
        """Return the premises of a proof that a reader can follow: in place of an expression, its own."""
        found: dict[Fact | None, Proof] = {}
        for premise in self.shown(proof):
            is_expression = any(isinstance(term, BlankNode) for term in premise.conclusion or ())
            below = self.reasons(premise) if is_expression and premise.rule else [premise]
            found |= {step.conclusion: step for step in below}
        return [*found.values()]

    def sources_behind(self, proof: Proof | None) -> list[Basis]:
        """Return what a proof, or else the statement itself, ends in that rests on words or a source.

        These are all the facts that state a leaf on what the conclusion is about. For another leaf they are
        needed only where none of these states it, too: then those that speak of the subject as well, or else
        all. What only names a thing is needed where none tells of it.
        """
        leaves = sorted(proof.leaves() if proof else (self.fact,), key=lambda leaf: self.fact[0] not in leaf)
        found: dict[str, Basis] = {}
        told: set[object] = set()
        for leaf in leaves:
            stating = [basis for basis in self.grounds.get(leaf, ()) if basis.kind in WITH_BASIS]
            if self.fact[0] in leaf or not any(basis.graph in found for basis in stating):
                nearest = [basis for basis in stating if basis.graph in self.about] or stating
                found |= {basis.graph: basis for basis in nearest}
            told |= {*leaf} if stating else set()
        for leaf in leaves:
            naming = self.background.get(leaf, ()) if leaf[0] not in told else ()
            found |= {basis.graph: basis for basis in naming if basis.kind in WITH_BASIS}
        return sorted(found.values(), key=lambda one: one.order)


@dataclass(frozen=True)
class Explainer:
    """Explains statements of a dataset; what it needs for that is read when it is first asked for."""

    dataset: BuiltDataset

    @cached_property
    def derivations(self) -> Derivations:
        """The premises and conclusions of the dataset.

        The first proofs are those that the build has kept; where another engine has drawn the conclusions,
        they are worked out here.
        """
        asserted = sorted(premises(self.dataset.store), key=str)
        return (
            inferred_again(asserted)
            if self.stored_proofs is None
            else Derivations(map(fact_of, asserted), self.stored_proofs)
        )

    @cached_property
    def stored_proofs(self) -> Mapping[Fact, Inference] | None:
        """The first proofs that are kept with the dataset; None if it has none."""
        if self.dataset.proofs is not None:
            return self.dataset.proofs
        file = self.dataset.path / NAME
        return StoredProofs(file) if file.is_file() else None

    def explain(self, fact: Fact, limit: int = 1) -> Explanation:
        """Return why a statement holds, with up to `limit` proofs, or what it lacks.

        An asserted statement needs no proof: what else gives it is looked for where `limit` is above 1.
        """
        (found,) = self.grounds([fact]).values()
        asserted = tuple(ground for ground in found if ground.kind not in NOT_ACCEPTED)
        said = tuple(ground for ground in found if ground.kind is GraphKind.CONTENT)
        proofs = self.proofs(fact, limit, is_asserted=bool(asserted))
        grounds = self.accepted(leaf for proof in proofs for leaf in proof.leaves())
        if asserted:
            grounds[fact] = asserted
        if asserted or proofs:
            verdict = Verdict.ASSERTED if asserted else Verdict.INFERRED
            known = self.background(grounds)
            quoted = chain.from_iterable((*grounds.values(), *known.values()))
            spelled_out = tuple(self.abbreviations(quoted))
            return Explanation(
                fact,
                verdict,
                proofs,
                grounds,
                said,
                background=known,
                abbreviations=spelled_out,
                about=self.speaking_of(fact[0], grounds.values()),
            )
        store = self.dataset.store
        ahead = self.derivations.near(fact, LIMIT)
        near = tuple(step for step in ahead if not is_excluded(store, fact, step.missing))[:NEAREST]
        against = contrary(store, fact)
        facts = chain(
            (premise for inference in near for premise in inference.premises),
            (excluding for excluding, _class in against.excluding),
            against.instead,
            against.besides,
        )
        cited = {cited: self.grounds_behind(cited) for cited in dict.fromkeys(facts)}
        background = self.background(cited)
        return Explanation(fact, Verdict.NEITHER, (), cited, said, near, background, against)

    def speaking_of(self, thing: Term, grounds: Iterable[Sequence[Basis]]) -> frozenset[str]:
        """Return the graphs among the grounds of statements that speak of a thing."""
        if not isinstance(thing, NamedNode):
            return frozenset()
        find = self.dataset.store.quads_for_pattern
        quads = chain(find(thing, None, None, None), find(None, None, thing, None))
        speaking = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)}
        return frozenset(speaking & {basis.graph for found in grounds for basis in found})

    def abbreviations(self, bases: Iterable[Basis]) -> Iterator[tuple[str, str, str]]:
        """Yield the abbreviations in quoted words, with what each stands for and the graph that says so."""
        quotes = (quote.exact.value for basis in bases for quote in basis.all_quotes())
        words = {word for text in quotes for word in re.findall(r"\w+", text)}
        find, told = self.dataset.store.quads_for_pattern, set[str]()
        for long in sorted(find(None, LONG, None, None), key=str):
            graph = long.graph_name
            if not isinstance(graph, NamedNode) or kind_of(graph.value) not in WITH_BASIS:
                continue
            for short in find(long.subject, SHORT, None, graph):
                text = text_of(short.object)
                if text in words - told:
                    told.add(text)
                    yield text, text_of(long.object), graph.value

    def grounds_behind(self, fact: Fact) -> tuple[Basis, ...]:
        """Return the graphs that assert a statement, or else the premises of its first proof."""
        (found,) = self.accepted([fact]).values()
        proof = None if found else self.first_proof(fact)
        leaves = self.accepted(proof.leaves()).values() if proof else ()
        behind = {basis.graph: basis for grounds in leaves for basis in grounds if basis.kind in WITH_BASIS}
        return found or tuple(behind.values())

    def background(self, grounds: Mapping[Fact, Sequence[Basis]]) -> dict[Fact, tuple[Basis, ...]]:
        """Return what a source says on the subjects of statements that stand among the names of things only.

        It is the background graphs on a thing, or else the first fact of the first text that names it.
        """
        naming: dict[Fact, tuple[NamedNode, list[str]]] = {}
        for fact, found in grounds.items():
            subject = fact[0]
            only_named = found and all(ground.kind is GraphKind.ENTITIES for ground in found)
            if only_named and isinstance(subject, NamedNode):
                naming[fact] = subject, self.graphs_on(subject)
        graphs = chain.from_iterable(names for _, names in naming.values())
        known = bases_with_origins(self.dataset.store, graphs)
        bases = {
            fact: self.by_naming(subject, [known[name] for name in names])
            for fact, (subject, names) in naming.items()
        }
        return {
            fact: tuple(found if found[0].kind is GraphKind.BACKGROUND else found[:1])
            for fact, found in bases.items()
            if found
        }

    def graphs_on(self, thing: NamedNode) -> list[str]:
        """Return the background graphs on a thing, or else the facts of the first text that names it."""
        find = self.dataset.store.quads_for_pattern
        background, texts = set[str](), defaultdict[tuple[str, str], set[str]](set)
        for quad in chain(find(thing, None, None, None), find(None, None, thing, None)):
            graph = quad.graph_name
            if not isinstance(graph, NamedNode):
                continue
            if kind_of(graph.value) is GraphKind.BACKGROUND and quad.subject == thing:
                background.add(graph.value)
            elif kind_of(graph.value) is GraphKind.FACT:
                for text in find(graph, FACT_OF, None, None):
                    issued = (
                        find(text.object, ISSUED, None, None) if isinstance(text.object, NamedNode) else ()
                    )
                    days = [text_of(day.object) for day in issued]
                    texts[min(days, default=LAST_DAY), text_of(text.object)].add(graph.value)
        return sorted(background or (texts[min(texts)] if texts else ()))

    def by_naming(self, thing: NamedNode, bases: Iterable[Basis]) -> list[Basis]:
        """Return bases in the order of how many words of a thing's names they quote, then of the text."""
        found = chain.from_iterable(
            self.dataset.store.quads_for_pattern(thing, name, None, None) for name in NAMES
        )
        words = {
            word for quad in found for word in WORD.findall(getattr(quad.object, "value", "").casefold())
        }
        return sorted(
            bases,
            key=lambda one: (
                -len(words & {*WORD.findall(" ".join(q.exact.value for q in one.quotes).casefold())}),
                one.order,
            ),
        )

    def proofs(self, fact: Fact, limit: int, *, is_asserted: bool) -> tuple[Proof, ...]:
        """Return the first proof of a conclusion, and others that rest on something else, up to a limit."""
        first = None if is_asserted else self.first_proof(fact)
        if limit <= 1:
            return (first,) if first else ()
        others = self.derivations.proofs(fact, limit)
        if first is None:
            return others
        leaves = set(first.leaves())
        return (first, *(proof for proof in others if set(proof.leaves()) != leaves))[:limit]

    def first_proof(self, fact: Fact) -> Proof | None:
        """Return the first proof of a conclusion, from the file alone where there is one; else None."""
        if self.stored_proofs is None:
            return self.derivations.first_proof(fact)
        return first_proof(fact, self.stored_proofs.get) if fact in self.stored_proofs else None

    def grounds(self, facts: Iterable[Fact]) -> dict[Fact, tuple[Basis, ...]]:
        """Return the graphs that make each of some statements."""
        return grounds_of(self.dataset.store, facts, union=self.dataset.plain)

    def accepted(self, facts: Iterable[Fact]) -> dict[Fact, tuple[Basis, ...]]:
        """Return the graphs that assert each of some statements."""
        return {
            fact: tuple(ground for ground in found if ground.kind not in NOT_ACCEPTED)
            for fact, found in self.grounds(facts).items()
        }


def premises(store: Store) -> frozenset[Triple]:
    """Return what a dataset is reasoned from."""
    graphs = (graph for graph in store.named_graphs() if kind_of(graph.value) in PREMISES)
    quads = chain.from_iterable(store.quads_for_pattern(None, None, None, graph) for graph in graphs)
    return merged(quads, PREMISES)


def inferred_again(premises: Iterable[Triple]) -> Derivations:
    """Return the conclusions of our own engine with their proofs."""
    from wicara.graph.reasoning.reasoner import Reasoner  # noqa: PLC0415 - only where a build keeps no proofs

    return derivations_of(Reasoner(premises))


def fact_of(triple: Triple) -> Fact:
    """Return a triple as its three terms."""
    return triple.subject, triple.predicate, triple.object
