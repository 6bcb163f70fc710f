"""The whole ontology as one document, of the kind that pyLODE makes; and where the ontology answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode
from wicara.ontology import CONCEPT_SCHEMES, PREFIXES, WIC
from wicara.server.app_state import infer, per_version, store
from wicara.server.descriptions.openapi import media_types, operation
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import SAFE, public_url, uncached_response
from wicara.server.http.problems import Problem
from wicara.server.linked.description import describe, serialize_descriptions
from wicara.server.site.language import format_date, language
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.ontology import term_page, vocabularies
from wicara.server.site.ontology.diagram import drawn, tree
from wicara.server.site.ontology.model import NONE, ONTOLOGY, OWL, RDFS, Use, ontology, usage
from wicara.server.site.ontology.sentences import Links, Sentences
from wicara.server.site.ontology.term_page import KIND_NAMES, Describer, Entry, formats, shown_in
from wicara.server.site.words import LABELS, Words, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wicara.graph.formats import Format
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.ontology.model import Ontology

PARTS: Final = (
    ("classes", "class", _("Classes")),
    ("object-properties", "object", _("Object properties")),
    ("datatype-properties", "datatype", _("Datatype properties")),
    ("annotation-properties", "annotation", _("Annotation properties")),
)
"""The parts of the document that hold entries: anchor, kind of term, heading."""
DCTERMS, VANN = PREFIXES["dcterms"], PREFIXES["vann"]
FACTS: Final = {
    "title": f"{DCTERMS}title",
    "description": f"{DCTERMS}description",
    "creator": f"{DCTERMS}creator",
    "created": f"{DCTERMS}created",
    "license": f"{DCTERMS}license",
    "version": f"{OWL}versionInfo",
    "version_iri": f"{OWL}versionIRI",
    "prefix": f"{VANN}preferredNamespacePrefix",
    "namespace": f"{VANN}preferredNamespaceUri",
}
"""What the ontology says of itself, by the name that the template calls it."""


KEPT: Final = 16
"""How many documents are kept: in two languages, with conclusions and without, under several addresses."""


@dataclass(frozen=True)
class Part:
    """A part of the document: its anchor, its heading, and its entries."""

    anchor: str
    heading: object
    entries: tuple[Entry, ...]


def ontology_words(model: Ontology, uses: Iterable[Use]) -> Words:
    """Return the words for the ontology and for the examples of some uses, with one query."""
    own = (one for one in model.triples if one.predicate in LABELS)
    return Words.for_request((*own, *model.labels, *labels_of(store(), shown_in(uses))))


def about_ontology(model: Ontology) -> dict[str, str]:
    """Return what the ontology says of itself, in the reader's language where there is a choice."""
    found = {}
    for key, name in FACTS.items():
        values = model.objects(NamedNode(ONTOLOGY), name)
        values.sort(key=lambda one: getattr(one, "language", None) not in {language(), None})
        texts = [one.value for one in values if isinstance(one, Literal | NamedNode)]
        found[key] = texts[0] if texts else ""
    return found


def day(written: str) -> str:
    """Return a date as the reader writes it; what is no date stays as it is."""
    try:
        return str(format_date(date.fromisoformat(written), "d MMMM y"))
    except ValueError:
        return written


def namespaces(model: Ontology) -> dict[str, str]:
    """Return the prefixes of the vocabularies that the ontology and its alignment speak of."""
    mentioned = {
        part.value for one in (*model.triples, *model.mappings) for part in one if isinstance(part, NamedNode)
    }
    return {
        prefix: namespace
        for prefix, namespace in sorted(PREFIXES.items())
        if any(iri.startswith(namespace) for iri in mentioned) and "/wicara/" not in namespace
    } | {"wic": WIC}


def by_label(entry: Entry) -> str:
    """Return what entries are sorted by."""
    return entry.label.text.casefold()


def bibtex(article: dict[str, str]) -> str:
    """Return a reference to the ontology for BibTeX."""
    fields = {
        "title": article["title"],
        "author": f"{{{article['creator']}}}",
        "year": article["created"][:4],
        "version": article["version"],
        "url": article["version_iri"] or ONTOLOGY,
    }
    lines = "".join(f",\n  {name} = {{{text}}}" for name, text in fields.items())
    return f"@misc{{wicara-ontology{lines}\n}}"


def pages(_built: BuiltDataset) -> dict[tuple[str, str], str]:
    """Return where the documents of a version of the dataset are kept."""
    return {}


def page() -> str | None:
    """Return the document, or None where the dataset has no ontology; it is kept for as long as that."""
    if not ontology().kinds:
        return None
    found, key = per_version(pages), (request.url, language())
    if key not in found:
        if len(found) >= KEPT:
            found.clear()
        found[key] = render_document()
    return found[key]


def render_document() -> str:
    """Render the document."""
    model, uses = ontology(), usage()
    words = ontology_words(model, uses.values())
    links = Links(words, inside=True)
    sentences = Sentences(model, links, short=True)
    describer = Describer(model, links, sentences, uses)
    forest = tree(model, words)
    facts = about_ontology(model)
    return render_template(
        "ontology.html",
        told=facts | {"created": day(facts["created"]), "year": facts["created"][:4]},
        links=links,
        parts_of_it=[
            Part(anchor, heading, tuple(sorted(map(describer.entry, model.own(kind)), key=by_label)))
            for anchor, kind, heading in PARTS
            if model.own(kind)
        ],
        foreign=[(iri, KIND_NAMES[model.kinds[iri]], uses.get(iri, NONE)) for iri in model.foreign()],
        forest=forest,
        apart=sentences.of_all(),
        properties=tree(model, words, "object", f"{RDFS}subPropertyOf"),
        drawing=drawn(forest),
        uses=uses,
        namespaces=namespaces(model),
        mapped=len(model.mappings),
        bibtex=bibtex(facts),
        iri=ONTOLOGY,
        alternates=formats("/ont"),
        infer=infer(),
    )


blueprint = Blueprint("ontology", __name__)

SVG: Final = "image/svg+xml"
SCHEMES: Final = frozenset(PREFIXES["scheme"] + name for name in CONCEPT_SCHEMES.values())


def page_of(iri: str) -> str | None:
    """Return the page of the ontology or of a concept scheme, or None for any other IRI."""
    if iri == ONTOLOGY:
        return page()
    return vocabularies.scheme_page(iri) if iri in SCHEMES else None


@blueprint.get("/ont/term/<path:term>")
@operation(types=media_types(*negotiation.DOCUMENTS))
def describe_term(term: str) -> Response:
    """Describe a term of the ontology in the form that the suffix or the Accept header asks for."""
    whole = f"{WIC}{term}" in ontology().kinds
    stem, form = (term, None) if whole else documents.split_suffix(term, negotiation.DOCUMENTS)
    form, media_type = (form, form.media_type) if form else documents.form_for(negotiation.DOCUMENTS)
    body = html(stem) if form is negotiation.HTML else data(stem, form)
    if body is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"The ontology has no term {stem}.")
    here = f"/ont/term/{quote(stem, safe='')}"
    offers = term_page.offers_for(stem)
    others = documents.links(form, offers, lambda offer: f"{here}.{offer.extension}")
    headers = {
        "Content-Type": form.content_type(media_type),
        "Link": ", ".join((f'<{WIC}{quote(stem, safe=SAFE)}>; rel="describes"', *others)),
        "Vary": "Accept, Accept-Language",
    }
    if form in offers:
        headers["Content-Location"] = f"{here}.{form.extension}"
    return Response(body, headers=headers)


def html(name: str) -> bytes | None:
    """Return the page of a term, or None."""
    found = term_page.page(name)
    return found.encode() if found else None


def data(name: str, form: Format) -> bytes | None:
    """Return what the dataset says of a term, or None."""
    description = describe(store(), f"{WIC}{name}") if f"{WIC}{name}" in ontology().kinds else None
    address = f"{ONTOLOGY}/term/{quote(name, safe='')}"
    return serialize_descriptions([description], address, form) if description else None


@blueprint.get("/ont/diagram.svg")
@operation(query=("lang",), types=(SVG,))
def diagram() -> Response:
    """Draw the classes as a tree."""
    model = ontology()
    drawing = drawn(tree(model, ontology_words(model, ())))
    picture = render_template("_diagram.html", drawing=drawing, root=public_url("/ont"))
    response = uncached_response(picture.encode(), SVG)
    response.headers["Vary"] = "Accept-Language"
    return response


@blueprint.get("/vocabularies")
def all_vocabularies() -> str:
    """List the concept schemes with all their concepts."""
    return vocabularies.page()
