"""Explanations as text, JSON and RDF 1.2; the page of a proof is a template of the server.

As text: a tree in plain words. As JSON: terms as in SPARQL results, each statement also in words. As RDF 1.2:
a reifier for each statement of a proof, with its rule and premises in PROV-O. A conclusion's reifier
`prov:wasDerivedFrom` those of its premises and `prov:wasGeneratedBy` an activity that has the rule as its
plan; an asserted statement's reifier `prov:wasDerivedFrom` its graphs. In TriG asserted statements stand in
their graphs, too (RDF 1.2 Concepts, section 1.5; PROV-O, sections 3.1 and 3.3).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from wicara.graph.evidence import WITH_BASIS, provenance_of
from wicara.graph.explain.explanation import Verdict
from wicara.graph.explain.wording import is_structure
from wicara.graph.formats import FORMATS, serialize_quads
from wicara.graph.names import TYPE, GraphKind, iri_name
from wicara.graph.reasoning.rules import sentence
from wicara.graph.status import ESTABLISHED, status_of
from wicara.graph.terms import sorted_quads, triple_of
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyoxigraph import Store
    from wicara.graph.evidence import Basis, Quote
    from wicara.graph.explain.explanation import Explanation
    from wicara.graph.explain.wording import Wording
    from wicara.graph.reasoning.proofs import Near, Proof
    from wicara.graph.reasoning.rules import Fact, Term

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"
Branch: TypeAlias = "tuple[str, Sequence[Branch]]"
"""A line of a tree, and the branches below it."""

KINDS: Final = {
    GraphKind.ONTOLOGY: "the ontology",
    GraphKind.VOCAB: "the vocabulary",
    GraphKind.ENTITIES: "the editors: no text names it",
    GraphKind.SOURCE: "the description of the source",
    GraphKind.PROV: "the provenance",
}
"""What a tree calls a graph without evidence of its own."""
VERDICTS: Final = {
    Verdict.ASSERTED: "asserted",
    Verdict.INFERRED: "inferred",
    Verdict.NEITHER: "neither asserted nor inferred",
}

PROV: Final = PREFIXES["prov"]
REIFIES: Final = NamedNode(PREFIXES["rdf"] + "reifies")
LABEL: Final = NamedNode(PREFIXES["rdfs"] + "label")
DERIVED_FROM, GENERATED_BY, USED, ASSOCIATION, PLAN, ACTIVITY = (
    NamedNode(PROV + name)
    for name in ("wasDerivedFrom", "wasGeneratedBy", "used", "qualifiedAssociation", "hadPlan", "Activity")
)
RULES: Final = f"{BASE}/rules#"
HASH_DIGITS: Final = 16


def serialize(
    explanation: Explanation, wording: Wording, form: str, *, indent: int | None = None, schema: bool = False
) -> bytes:
    """Return an explanation as `tree`, `json`, `turtle`, `trig`, `ntriples` or `nquads`.

    `indent` is for JSON. `schema` is for trees: without it, what the ontology alone says is one line a rule.
    """
    if form == "tree":
        lines = Tree(explanation, wording, schema).lines()
        return "".join(f"{line}\n" for line in lines).encode()
    if form == "json":
        values = as_json(explanation, wording)
        return (json.dumps(values, ensure_ascii=False, indent=indent) + "\n" * bool(indent)).encode()
    chosen = FORMATS[form]
    quads = set(explanation_quads(explanation, wording.store))
    if not chosen.datasets:
        named = (NamedNode, BlankNode)
        quads = {Quad(*quad.triple) for quad in quads if not isinstance(quad.graph_name, named)}
    return serialize_quads(sorted_quads(quads), chosen)


# As a tree of text.


def drawn(branches: Sequence[Branch], indent: str = "") -> Iterator[str]:
    """Yield the lines of branches that hang on one line."""
    for place, (text, below) in enumerate(branches, 1):
        is_last = place == len(branches)
        yield f"{indent}{'└─' if is_last else '├─'} {text}"
        yield from drawn(below, indent + ("   " if is_last else "│  "))


@dataclass(frozen=True)
class Tree:
    """One explanation as text, in the words of one language."""

    explanation: Explanation
    wording: Wording
    schema: bool

    def lines(self) -> Iterator[str]:
        """Yield the lines: statement and verdict, then grounds and proofs, or what is missing."""
        this, statement = self.explanation, self.wording.sentence
        graded = f"; {spaced(key)}" if (key := this.status) not in {"", ESTABLISHED} else ""
        yield f"{statement(this.fact)} ({VERDICTS[this.verdict]}{graded})"
        yield from drawn(self.grounds(this.fact))
        for number, proof in enumerate(this.proofs, start=1):
            if len(this.proofs) > 1:
                yield f"Proof {number} of {len(this.proofs)}"
            yield from drawn(self.support(proof))
        for short, long, graph in this.abbreviations:
            yield f"“{short}” stands for “{long}” ({iri_name(graph)})"
        for ground in this.said:
            yield f"A claim says so, which nobody asserts here: {iri_name(ground.graph)}"
        for fact, other in this.contrary.excluding:
            apart = f", and no {self.wording.term(other)} is one" if other else ""
            yield f"What speaks against it: {self.wording.sentence(fact)}{apart}"
            yield from drawn(self.grounds(fact))
        for fact in this.contrary.instead:
            yield f"What is said instead: {self.wording.sentence(fact)}"
            yield from drawn(self.grounds(fact))
        if this.verdict is Verdict.NEITHER and not this.near:
            yield "No rule would conclude it from one more statement."
        for near in this.near:
            yield f"It would follow if this held: {statement(near.missing)}"
            given = [fact for fact in near.premises if self.schema or not is_structure(fact)]
            yield from drawn([(self.rule(near.rule), [(statement(fact), ()) for fact in given])])

    def rule(self, name: str) -> str:
        """Return a rule as its sentence and its name."""
        return f"{sentence(name, self.wording.language)} ({name})"

    def step(self, proof: Proof) -> Branch:
        """Return the last step of a proof: its rule, then the premises: data in full, axioms as sentences.

        Unless the schema is asked for, a class expression gives way to what it rests on, and its axiom to the
        definition of the class; a premise that reads as the conclusion does (the inverse or the narrower
        property) gives way to what it rests on too.
        """
        below = list[Branch]()
        reasons = [*proof.premises] if self.schema else self.explanation.reasons(proof)
        while not self.schema:
            below += [(f"{axiom} (ontology)", ()) for axiom in self.axioms(proof)]
            if not self.repeats(proof, reasons) or not reasons[0].rule:
                break
            proof = replace(reasons[0], rule=proof.rule)
            reasons = self.explanation.reasons(proof)
        for premise in reasons:
            if fact := premise.conclusion:
                rests_on = self.support(premise)
                is_repeated = not self.schema and self.repeats(proof, reasons)
                below += rests_on if is_repeated else [(self.wording.sentence(fact), rests_on)]
        return self.rule(proof.rule), below

    def support(self, proof: Proof) -> Sequence[Branch]:
        """Return what a statement rests on: its graphs, or the step to it unless that only renames."""
        if not proof.rule:
            return self.grounds(proof.conclusion) if proof.conclusion else []
        rule, below = self.step(proof)
        renames = any(
            step.conclusion and self.wording.only_renames(step.conclusion) for step in proof.premises
        )
        return below if renames and not self.schema else [(rule, below)]

    def axioms(self, proof: Proof) -> list[str]:
        """Return what the ontology says in a step, without what only builds expressions or renames a term."""
        shown = self.explanation.shown(proof)
        facts = [step.conclusion for step in proof.premises if step.conclusion and step not in shown]
        return [
            self.wording.defined(fact)
            for fact in facts
            if not is_structure(fact) and not self.wording.only_renames(fact)
        ]

    def repeats(self, proof: Proof, reasons: Sequence[Proof]) -> bool:
        """Tell whether all that a step rests on reads as its conclusion does."""
        sentences = [self.wording.sentence(step.conclusion) for step in (proof, *reasons) if step.conclusion]
        return len(sentences) == len(("conclusion", "premise")) and sentences[0] == sentences[1]

    def grounds(self, fact: Fact) -> list[Branch]:
        """Return what a source says on a statement, or else the graphs that make it."""
        naming = {GraphKind.FACT: "first named by", GraphKind.BACKGROUND: "known from"}
        is_naming = fact in self.explanation.background
        return [
            self.ground(source, naming[source.kind] if is_naming and source.kind else "asserted by")
            for source in self.explanation.sources_of(fact)
        ]

    def ground(self, ground: Basis, verb: str = "asserted by") -> Branch:
        """Return a graph with its sentence and the words, or the source, that it rests on."""
        name = KINDS.get(ground.kind) if ground.kind else "the file"
        if ground.kind in WITH_BASIS:
            name = f"{iri_name(ground.graph)}: {self.wording.term(NamedNode(ground.graph))}"
        quotes: list[Branch] = [
            (
                f"“{q.exact.value}” ({iri_name(q.sentence or q.article)}, characters {q.start} to {q.end})",
                (),
            )
            for q in ground.quotes
        ]
        cited: list[Branch] = [(source, ()) for source in ground.sources]
        if (text := ground.text) and text.places:
            place = (
                self.wording.text(text.places) if "en" in text.places else next(iter(text.places.values()))
            )
            cited.append((f"{iri_name(text.iri)}, {place} (read at {text.copy})", ()))
        graded: list[Branch] = [(line, ()) for line in [self.graded(ground)] if line]
        return (
            f"{verb} {name or iri_name(ground.graph)}",
            [*graded, *quotes, *cited, *(self.ground(it, "worked out from") for it in ground.derived_from)],
        )

    def graded(self, ground: Basis) -> str:
        """Return the status of what a fact says, its basis and its confidence, as one line; "" for others."""
        if ground.kind is not GraphKind.FACT:
            return ""
        grades = map(self.wording.term, graded_by(ground).values())
        return "; ".join((f"status: {spaced(status_of(ground).key)}", *grades))


def graded_by(ground: Basis) -> dict[str, Term]:
    """Return the attribution basis and the confidence of a graph, as far as it has them."""
    return {key: terms[0] for key in ("basis", "confidence") if (terms := ground.said.get(key))}


def spaced(key: str) -> str:
    """Return the key of a status as words."""
    return key.replace("-", " ")


# As JSON.


def as_json(explanation: Explanation, wording: Wording) -> Json:
    """Return an explanation as JSON values."""

    def statement(fact: tuple[Term | None, ...]) -> Json:
        """Return a statement with its words; an open place is null."""
        places = zip(("subject", "predicate", "object"), map(json_term, fact), strict=True)
        return {
            **dict[str, Json](places),
            "words": wording.statement(fact),
            "sentence": wording.sentence(fact),
        }

    def grounds(fact: Fact | None) -> Json:
        """Return the graphs that assert a statement."""
        if fact is None:
            return []
        return [
            ground_of(ground)
            for ground in (*explanation.grounds.get(fact, ()), *explanation.background.get(fact, ()))
        ]

    def rule(name: str) -> dict[str, Json]:
        """Return a rule with its sentence."""
        return {"rule": name, "because": sentence(name, wording.language)}

    def step(proof: Proof) -> Json:
        """Return a proof: a leaf with its graphs, or a rule and the proofs of its premises."""
        fact = proof.conclusion
        head: dict[str, Json] = {"statement": statement(fact) if fact else None}
        if not proof.rule:
            return {**head, "grounds": grounds(fact)}
        return {**head, **rule(proof.rule), "premises": [step(premise) for premise in proof.premises]}

    def lacking(near: Near) -> Json:
        """Return an inference that lacks a premise."""
        given: Json = [statement(premise) for premise in near.premises]
        return {**rule(near.rule), "missing": statement(near.missing), "premises": given}

    return {
        "statement": statement(explanation.fact),
        "verdict": explanation.verdict.value,
        "status": explanation.status or None,
        "grounds": grounds(explanation.fact),
        "proofs": [step(proof) for proof in explanation.proofs],
        "abbreviations": [
            {"abbreviation": short, "expansion": long, "graph": graph}
            for short, long, graph in explanation.abbreviations
        ],
        "said": [ground_of(ground) for ground in explanation.said],
        "missing": [lacking(near) for near in explanation.near],
        "against": [
            {
                "statement": statement(fact),
                "disjoint": other.value if other else None,
                "grounds": grounds(fact),
            }
            for fact, other in explanation.contrary.excluding
        ],
        "instead": [
            {"statement": statement(fact), "grounds": grounds(fact)} for fact in explanation.contrary.instead
        ],
    }


def json_term(term: Term | None) -> Json:
    """Return a term as SPARQL 1.1 Query Results JSON does (section 3.2.2)."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Literal):
        tag: dict[str, Json] = (
            {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
        )
        return {"type": "literal", "value": term.value, **tag}
    return None if term is None else {"type": "triple", "value": str(term)}


def ground_of(ground: Basis) -> Json:
    """Return a graph with what it rests on."""
    return {
        "graph": ground.graph or None,
        "kind": ground.kind.value if ground.kind else None,
        "status": status_of(ground).key if ground.kind is GraphKind.FACT else None,
        **{key: getattr(term, "value", None) for key, term in graded_by(ground).items()},
        "quotes": [quote_of(quote) for quote in ground.quotes],
        "sources": [*ground.sources],
        "derivedFrom": [ground_of(origin) for origin in ground.derived_from],
    }


def quote_of(quote: Quote) -> Json:
    """Return words with where they stand."""
    return {
        "exact": quote.exact.value,
        "language": quote.exact.language,
        "article": quote.article,
        "sentence": quote.sentence or None,
        "start": quote.start,
        "end": quote.end,
    }


# As RDF 1.2.


def explanation_quads(explanation: Explanation, store: Store) -> Iterator[Quad]:
    """Yield a statement, its proofs, and the evidence that these end in."""
    for proof in explanation.proofs:
        for node in proof.nodes():
            yield from quads_of_step(node)
    for fact, grounds in explanation.grounds.items():
        for ground in grounds:
            triple = triple_of(fact)
            if triple is not None and ground.graph:
                graph = NamedNode(ground.graph)
                yield Quad(blank_name(fact, "s"), REIFIES, triple)
                yield Quad(blank_name(fact, "s"), DERIVED_FROM, graph)
                yield Quad(triple.subject, triple.predicate, triple.object, graph)
            yield from quads_of_evidence(ground, store)
    triple = triple_of(explanation.fact)
    if triple is not None and (explanation.proofs or explanation.fact in explanation.grounds):
        yield Quad(blank_name(explanation.fact, "s"), REIFIES, triple)


def quads_of_step(proof: Proof) -> Iterator[Quad]:
    """Yield the last step of a proof."""
    fact = proof.conclusion
    triple = fact and triple_of(fact)
    if fact is None or triple is None:
        return
    name = blank_name(fact, "s")
    yield Quad(name, REIFIES, triple)
    if not proof.rule:
        return
    premises = [blank_name(premise.conclusion, "s") for premise in proof.premises if premise.conclusion]
    activity, plan = blank_name(fact, proof.rule, *premises), blank_name(fact, f"{proof.rule}-plan")
    rule = NamedNode(RULES + proof.rule)  # the place of the rule on the page of all rules
    yield Quad(name, GENERATED_BY, activity)
    yield Quad(activity, TYPE, ACTIVITY)
    yield Quad(activity, ASSOCIATION, plan)
    yield Quad(plan, PLAN, rule)
    yield Quad(rule, LABEL, Literal(proof.rule))
    for premise in premises:
        yield Quad(name, DERIVED_FROM, premise)
        yield Quad(activity, USED, premise)


def quads_of_evidence(ground: Basis, store: Store) -> Iterator[Quad]:
    """Yield what the dataset says of a fact's or background's graph, of its evidence and of its origins."""
    if ground.kind in WITH_BASIS:
        for quad in provenance_of(store, NamedNode(ground.graph)):
            yield Quad(quad.subject, quad.predicate, quad.object)
    for origin in ground.derived_from:
        yield from quads_of_evidence(origin, store)


def blank_name(fact: Fact, *parts: object) -> BlankNode:
    """Return the blank node for something about a fact: always the same one."""
    text = " ".join(map(str, (*fact, *parts)))
    return BlankNode(f"{parts[0]}-{sha256(text.encode()).hexdigest()[:HASH_DIGITS]}")
