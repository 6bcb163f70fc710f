"""Why a statement holds: a page with a tree of proofs, JSON, or RDF 1.2."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from pyoxigraph import BlankNode, NamedNode
from wicara.graph import formats
from wicara.graph.evidence import MODALITY, WITH_BASIS, bases_of
from wicara.graph.explain.explanation import Explainer, Verdict
from wicara.graph.explain.wording import Wording, is_structure
from wicara.graph.explain.writers import graded_by, serialize
from wicara.graph.reasoning.rules import sentence
from wicara.graph.status import CLAIM, NONE, local_name, status_key
from wicara.graph.terms import UnknownTerm, read_fact
from wicara.ontology import RDF_TYPE, WIC
from wicara.server.app_state import dataset, per_version
from wicara.server.descriptions.openapi import media_types, operation
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import with_choices
from wicara.server.http.problems import Problem
from wicara.server.site.language import language
from wicara.server.site.words import Shown, Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Triple
    from wicara.graph.evidence import Basis
    from wicara.graph.explain.explanation import Explanation
    from wicara.graph.formats import Format
    from wicara.graph.reasoning.proofs import Near, Proof
    from wicara.graph.reasoning.rules import Fact, Term

blueprint = Blueprint("explain", __name__)

PLACES: Final = ("subject", "predicate", "object")
MAX_PROOFS: Final = 50
"""How many proofs a request may ask for."""
OTHERS: Final = 10
"""How many proofs `show other proofs` asks for."""
CONTENT_OF: Final = NamedNode(f"{WIC}contentOf")
MODALITY_OF: Final = NamedNode(MODALITY)
JSON: Final = negotiation.PLAIN_JSON
PLAIN_GRADES: Final = frozenset({"narration", "high"})
"""What a fact's basis and confidence are where nothing needs to be told of them."""
OFFERS: Final = (negotiation.HTML, JSON, formats.TURTLE, formats.TRIG)
"""Explanations: without an Accept header, HTML."""


@blueprint.app_template_global()
def explain_href(triple: Triple | Fact) -> str:
    """Return where a statement is explained."""
    return with_choices(f"/explain?{urlencode(dict(zip(PLACES, map(as_field, triple), strict=True)))}")


def as_field(term: Term) -> str:
    """Return a term as the fields take it."""
    return term.value if isinstance(term, NamedNode) else str(term)


@blueprint.get("/explain")
@operation(
    query=(*PLACES, "proofs", "explanation-format", "lang"),
    types=media_types(*OFFERS),
)
def explain() -> Response:
    """Explain the statement that the three fields make; without any, show a form."""
    given = [request.args.get(place, "") for place in PLACES]
    if not any(given):
        return Response(render_template("explain.html", explanation=None, **frame("")))
    form, media_type = documents.form_for(OFFERS, request.args.getlist("format"))
    body = body_of(per_version(Explainer).explain(requested_fact(given), proofs_wanted()), form)
    return Response(
        body, headers={"Content-Type": form.content_type(media_type), "Vary": "Accept, Accept-Language"}
    )


def requested_fact(given: list[str]) -> Fact:
    """Return the statement that is asked for; raises Problem 400 where a term cannot be read."""
    try:
        subject, predicate, target = given
        return read_fact(subject, predicate, target)
    except UnknownTerm as fault:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{fault}.") from fault


def proofs_wanted() -> int:
    """Return how many proofs are asked for; raises Problem 400 for none."""
    given = request.args.get("proofs", "1")
    if not (given.isascii() and given.isdigit() and 0 < int(given[:9]) <= MAX_PROOFS):
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"Parameter `proofs` must be an integer from 1 to {MAX_PROOFS}."
        )
    return int(given)


def body_of(explanation: Explanation, form: Format) -> bytes:
    """Return an explanation as bytes."""
    if form is negotiation.HTML:
        return page(explanation).encode()
    return serialize(explanation, Wording(dataset().store, language()), form.name)


@dataclass(frozen=True)
class View:
    """An explanation with the words for all that its page shows."""

    explanation: Explanation
    words: Words
    wording: Wording
    bases: dict[str, Basis]

    def show(self, term: Term | None) -> Shown:
        """Return a term as the page shows it: a blank node as what it stands for, an open place as a word."""
        if term is None or isinstance(term, BlankNode):
            text = self.wording.term(term)
            return Shown(text, text)
        return self.words.show(self.wording.current(term) if isinstance(term, NamedNode) else term) or Shown(
            "", ""
        )

    def own_sentence(self, fact: Fact) -> tuple[Shown, str] | None:
        """Return the subject of a statement, and how a sentence of its own goes on; None where it has none.

        Such are statements of classes whose names are no nouns: somebody has been foreign minister.
        """
        subject, predicate, target = fact
        own = getattr(predicate, "value", "") == RDF_TYPE and self.wording.has_own_sentence(target)
        name, sentence = self.show(subject), self.wording.sentence(fact)
        return (name, sentence.removeprefix(name.text)) if own and sentence.startswith(name.text) else None

    def places(self, fact: Fact) -> list[Shown]:
        """Return the three terms of a statement; of a class, "is a" is "is an" where the name wants it."""
        subject, predicate, target = map(self.show, fact)
        if getattr(fact[1], "value", "") == RDF_TYPE and self.wording.article(fact[2]) == "an ":
            predicate = replace(predicate, text=f"{predicate.text}n")
        return [subject, predicate, target]

    def axioms(self, proof: Proof) -> list[Fact]:
        """Return what the ontology says in a step, without what only builds its expressions."""
        shown = self.explanation.shown(proof)
        folded = (one.conclusion for one in proof.premises if one not in shown)
        return [
            fact
            for fact in folded
            if fact is not None and not is_structure(fact) and not self.wording.only_renames(fact)
        ]

    def ontology(self, near: Near) -> list[Fact]:
        """Return what the ontology says in an inference that lacks a premise."""
        schema = filter(self.explanation.is_schema, near.premises)
        return [fact for fact in schema if not is_structure(fact)]

    def grades(self, one: Basis) -> list[str]:
        """Return on what basis, and how surely, a fact is stated, unless it is plainly narrated."""
        terms = [term for name, term in graded_by(one).items() if local_name(term) not in PLAIN_GRADES]
        return [shown.text for term in terms if (shown := self.words.show(term))]

    def claim_of(self, content: Basis) -> tuple[Shown | None, str]:
        """Return the claim that a graph spells out, and the key of the status of what it says."""
        graph, found = NamedNode(content.graph), self.wording.store.quads_for_pattern
        claims = (quad.object for quad in found(graph, CONTENT_OF, None, None))
        claim = next((one for one in claims if isinstance(one, NamedNode)), graph)
        modality = next((quad.object for quad in found(claim, MODALITY_OF, None, None)), None)
        shown = Shown(self.wording.term(claim), claim.value, href=self.words.show_iri(claim.value).href)
        return shown, status_key(CLAIM, local_name(modality), NONE)

    @property
    def first(self) -> Proof | None:
        """The proof that is put in words."""
        return next(iter(self.explanation.proofs), None)

    @property
    def sources(self) -> list[Basis]:
        """What the sources say that it rests on."""
        return self.explanation.sources_behind(self.first)

    @cached_property
    def evidence(self) -> dict[str, Basis]:
        """What the page shows the words of: of one proof its sources, and what these were worked out from."""
        if len(self.explanation.proofs) != 1:
            return self.bases
        shown = {*all_graphs(self.sources)}
        return {graph: basis for graph, basis in self.bases.items() if graph in shown}

    @property
    def only_names(self) -> bool:
        """Whether the sources only name the things that a conclusion is about."""
        this = self.explanation
        leaves = this.proofs[0].leaves() if this.proofs else (this.fact,)
        return all(leaf in this.background for leaf in leaves if not this.is_schema(leaf))

    @property
    def articles(self) -> list[Shown]:
        """The articles whose words these are, and those that are told of in other words."""
        iris = chain.from_iterable(
            (*(quote.article for quote in one.all_quotes()), *((one.text.iri,) if one.text else ()))
            for one in self.sources
        )
        return [self.words.show_iri(iri) for iri in dict.fromkeys(iris)]

    def grounds(self, fact: Fact) -> Sequence[Basis]:
        """Return what states a premise: of several facts those that are shown as sources."""
        every, shown = self.explanation.sources_of(fact), {one.graph for one in self.sources}
        return [one for one in every if one.graph in shown] or every

    @property
    def reasons(self) -> list[str]:
        """The premises that make the conclusion follow, in words; none where one source says all of them."""
        found = [self.first] if self.first else []
        while len(found) == 1 and found[0].rule:
            found = self.explanation.reasons(found[0])
        if found and set.intersection(*map(self.restated_sources, found)):
            return []
        telling = [one for one in found if not is_plain_kind(one)] or found
        sentences = dict.fromkeys(self.wording.sentence(one.conclusion) for one in telling if one.conclusion)
        return [text for text in sentences if text != self.wording.sentence(self.explanation.fact)]

    def restated_sources(self, proof: Proof) -> set[str]:
        """Return the graphs of the sources that say a premise, if in other words."""
        while proof.rule and len(below := self.explanation.reasons(proof)) == 1:
            proof = below[0]
        if proof.rule or proof.conclusion is None:
            return set()
        grounds = self.explanation.grounds.get(proof.conclusion, ())
        return {one.graph for one in grounds if one.kind in WITH_BASIS}

    @property
    def instead(self) -> list[Fact]:
        """What is said of the two in place of the statement, each sentence once."""
        return [
            *{self.wording.sentence(one): one for one in reversed(self.explanation.contrary.instead)}.values()
        ][::-1]

    @property
    def definition(self) -> str:
        """How the ontology defines the class, or the property, of the statement."""
        _subject, predicate, target = self.explanation.fact
        is_type = getattr(predicate, "value", "") == RDF_TYPE
        term = target if is_type else predicate
        return self.wording.definition(self.wording.current(term) if isinstance(term, NamedNode) else term)


def is_plain_kind(proof: Proof) -> bool:
    """Tell whether a premise only says of what kind a thing is, as asserted: that Lavrov is a person."""
    fact = proof.conclusion
    return not proof.rule and fact is not None and getattr(fact[1], "value", "") == RDF_TYPE


def page(explanation: Explanation) -> str:
    """Return the page of an explanation."""
    store = dataset().store
    grounds = [
        *chain.from_iterable((*explanation.grounds.values(), *explanation.background.values())),
        *explanation.said,
    ]
    bases = bases_of(store, all_graphs(grounds))
    wording = Wording(store, language())
    terms = [*facts_of(explanation), *(basis.terms() for basis in bases.values())]
    named = [*iris_of(chain.from_iterable(terms)), *map(NamedNode, filter(None, all_graphs(grounds)))]
    labels = labels_of(store, [*named, *map(wording.current, named)])
    return render_template(
        "explain.html",
        explanation=explanation,
        view=View(explanation, Words.for_request(labels), wording, bases),
        title=wording.sentence(explanation.fact),
        neither=explanation.verdict is Verdict.NEITHER,
        limited=len(explanation.proofs) == proofs_wanted() > 1,
        others=more_proofs_address(explanation),
        is_structure=is_structure,
        rule_sentence=lambda rule: sentence(rule, language()),
        **frame(with_args(format=None)),
    )


def more_proofs_address(explanation: Explanation) -> str | None:
    """Return the address of the page with more proofs, where there may be more."""
    asked_for = proofs_wanted()
    if asked_for == MAX_PROOFS or (asked_for > 1 and len(explanation.proofs) < asked_for):
        return None
    return with_args(proofs=str(OTHERS if asked_for == 1 else min(MAX_PROOFS, asked_for + OTHERS)))


def frame(here: str) -> dict[str, object]:
    """Return what the page shows around an explanation: its other forms, and the filled-in form."""
    return {
        "alternates": documents.as_data(OFFERS if here else (), lambda offer: with_args(format=offer.name)),
        "fields": [(place, request.args.get(place, "")) for place in PLACES],
    }


def with_args(**changes: str | None) -> str:
    """Return the address of this explanation with some fields changed."""
    fields = {name: value for name, value in (request.args.to_dict() | changes).items() if value is not None}
    return f"/explain?{urlencode(fields)}"


def facts_of(explanation: Explanation) -> Iterator[Iterable[Term]]:
    """Yield the terms of each statement that a page shows."""
    yield explanation.fact
    for proof in explanation.proofs:
        yield from (node.conclusion for node in proof.nodes() if node.conclusion)
    yield from (one for one, _class in explanation.contrary.excluding)
    yield from (*explanation.contrary.instead, *explanation.contrary.besides)
    for near in explanation.near:
        yield [term for term in near.missing if term is not None]
        yield from near.premises


def all_graphs(grounds: Iterable[Basis]) -> list[str]:
    """Return the graphs that a page names, with those that they are derived from."""
    return [graph for ground in grounds for graph in (ground.graph, *all_graphs(ground.derived_from))]
