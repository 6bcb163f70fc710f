"""Pages about one IRI: what stands on them, worked out before the template lays it out."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from flask import render_template
from pyoxigraph import NamedNode
from wicara.graph.dataset import GraphKind, kind_of
from wicara.ontology import PREFIXES
from wicara.server import negotiation
from wicara.server.addresses import path_of, with_choices
from wicara.server.description import PAGE
from wicara.server.provenance import ACTUAL, MODALITY, bases_of, modalities_of
from wicara.server.served import infer, store
from wicara.server.statements import in_sections
from wicara.server.terms import Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wicara.server.description import Description
    from wicara.server.provenance import Basis
    from wicara.server.statements import Statement
    from wicara.server.terms import Term

MARKS: Final = {
    GraphKind.ONTOLOGY: "ontology",
    GraphKind.VOCAB: "vocabulary",
    GraphKind.ENTITIES: "editorial",
    GraphKind.SOURCE: "source-description",
    GraphKind.PROV: "provenance",
    GraphKind.CONTENT: "content",
}
"""The word that marks a statement of a graph that has no evidence of its own."""


def page(description: Description) -> str:
    """Return the page about an IRI."""
    graphs = [graph for statement in description.statements for graph in statement.graphs]
    bases = bases_of(store(), [*graphs, description.subject.value])
    words = words_for(description, bases.values())
    content = description.content[(description.page - 1) * PAGE : description.page * PAGE]
    return render_template(
        "resource.html",
        description=description,
        words=words,
        bases=bases,
        marks=marks,
        modality=[words.show(term) for term in modality_of(description, bases)],
        outgoing=in_sections(description.outgoing, words),
        incoming=in_sections(description.incoming, words, incoming=True),
        content=in_sections(content, words),
        content_more=len(description.content) > description.page * PAGE,
        **frame(description),
    )


def frame(description: Description) -> dict[str, object]:
    """Return what every page about an IRI shows around its statements."""
    iri = description.subject.value
    here = (path_of(iri) or "").partition("#")[0]
    first = (description.page - 1) * PAGE
    return {
        "iri": iri,
        "here": here,
        "infer": infer(),
        "first": first + 1,
        "last": first + len(description.incoming),
        "alternates": [
            (offer, with_choices(f"{here}.{offer.extension}"))
            for offer in negotiation.PAGES
            if offer is not negotiation.HTML
        ],
        "rest": f"SELECT ?s ?p {{ ?s ?p <{iri}> }} ORDER BY ?p ?s",
    }


def words_for(description: Description, bases: Iterable[Basis]) -> Words:
    """Return the words for all that a page shows, adding the labels of what only the evidence mentions."""
    terms = chain.from_iterable(basis.terms() for basis in bases)
    graphs = {NamedNode(graph) for statement in description.statements for graph in statement.graphs}
    more = labels_of(store(), {*iris_of(terms), *graphs, description.subject})
    return Words.for_request({*description.labels, *more})


def marks(statement: Statement) -> list[tuple[str, str]]:
    """Return the marks of a statement's graphs that have no evidence: the key of a word, and the graph."""
    kinds = ((kind_of(graph), graph) for graph in statement.graphs)
    return [(MARKS[kind], graph) for kind, graph in kinds if kind in MARKS]


def modality_of(description: Description, bases: dict[str, Basis]) -> Sequence[Term]:
    """Return what an IRI is if no plain fact: its own modality, or that of all facts that describe it."""
    own = [one.triple.object for one in description.outgoing if one.triple.predicate == NamedNode(MODALITY)]
    if own:
        return [term for term in own if term != NamedNode(ACTUAL)]
    telling = [
        bases[graph]
        for one in description.outgoing
        for graph in one.graphs
        if graph in bases and graph_says(one)
    ]
    return modalities_of(telling)


def graph_says(statement: Statement) -> bool:
    """Tell whether a statement is more than a name or a class."""
    return statement.triple.predicate.value != f"{PREFIXES['rdf']}type"
