"""The questions as RDF: SHACL's executables, as editors and other tools read them.

A query and its prefixes are told as SHACL has them (section 5.2.1 and SHACL Advanced Features), its comments,
keywords and target as the examples of SIB have them (https://github.com/sib-swiss/sparql-examples), and its
parameters as in DASH's templates (https://datashapes.org/templates.html), with the defaults in the query.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flask import current_app
from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.ontology import PREFIXES
from wicara.server.descriptions.describe import QUERY
from wicara.server.http.addresses import public_url
from wicara.server.site.language import LANGUAGES, WORDS, speaking
from wicara.server.site.parameters import READERS, default_of, is_thing, kind_of, read_thing
from wicara.server.triples import about, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Triple
    from wicara.queries import Parameter, Question
    from wicara.server.triples import Said

PATH: Final = "/questions"
SCHEME: Final = f"{PREFIXES['scheme']}"
FORM: Final = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE)
FORMS: Final = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
}
"""The class of an executable and the property of its text, by the form of the query."""


def described() -> Iterator[Triple]:
    """Yield what there is to say: of the questions, of the prefixes, and of the whole."""
    found: tuple[Question, ...] = current_app.config["QUESTIONS"]
    yield from about(NamedNode(public_url(PATH)), collection(found))
    yield from prefixes(found)
    for one in found:
        yield from executable(one)


def iri(fragment: str) -> NamedNode:
    """Return the IRI of something that the document describes."""
    return NamedNode(public_url(f"{PATH}#{fragment}"))


def in_both(text: object) -> Iterator[Literal]:
    """Yield a string of the interface in each language."""
    for lang in LANGUAGES:
        with speaking(lang):
            yield Literal(str(text), language=lang)


def collection(found: tuple[Question, ...]) -> Said:
    """Yield what the document is about."""
    yield "a", named("schema:Collection")
    yield "dcterms:title", Literal("The questions that the dataset answers", language="en")
    yield "dcterms:title", Literal("Pertanyaan-pertanyaan yang dijawab oleh himpunan data", language="id")
    for one in found:
        yield "schema:hasPart", iri(one.slug)


def prefixes(found: tuple[Question, ...]) -> Iterator[Triple]:
    """Yield the prefixes that the queries use."""
    used = {prefix: namespace for one in found for prefix, namespace in one.prefixes.items()}
    for prefix, namespace in sorted(used.items()):
        node = BlankNode(f"prefix-{prefix}")
        yield from about(iri("prefixes"), [("sh:declare", node)])
        yield from about(
            node,
            (
                ("sh:prefix", prefix),
                ("sh:namespace", Literal(namespace, datatype=named("xsd:anyURI"))),
            ),
        )


def executable(one: Question) -> Iterator[Triple]:
    """Yield what a question is, and its parameters."""
    yield from about(iri(one.slug), question(one))
    for each in one.parameters:
        node = BlankNode(f"{one.slug}-{each.name}")
        yield from about(iri(one.slug), [("sh:parameter", node)])
        yield from about(node, parameter(each))


def question(one: Question) -> Said:
    """Yield what a question says and how it is asked."""
    form = FORM.search(one.body)
    kind, text = FORMS[form[1] if form else "SELECT"]
    yield "a", named("sh:SPARQLExecutable")
    yield "a", named(kind)
    yield text, one.body
    yield "sh:prefixes", iri("prefixes")
    for lang in LANGUAGES:
        yield "rdfs:label", Literal(one.asked(lang), language=lang)
        yield "rdfs:comment", Literal(one.asked(lang), language=lang)
    for keyword in in_both(WORDS["themes"][one.theme]):
        yield "schema:keywords", keyword
    yield "dcterms:identifier", one.id
    yield "schema:target", NamedNode(public_url(QUERY))
    yield "schema:subjectOf", NamedNode(public_url(f"{PATH}/{one.slug}"))


def parameter(each: Parameter) -> Said:
    """Yield what may be put in the place of a value; the last part of its path is the variable."""
    yield "a", named("sh:Parameter")
    yield "sh:path", iri(each.name)
    yield "sh:optional", Literal("true", datatype=named("xsd:boolean"))
    for name in in_both(WORDS["columns"].get(each.name, each.name)):
        yield "sh:name", name
    default = READERS.get(each.datatype, read_thing)(default_of(each))
    yield "sh:defaultValue", default
    if not is_thing(each):
        yield "sh:datatype", named(each.datatype)
    elif kind_of(each).startswith(SCHEME):
        yield "sh:nodeKind", named("sh:IRI")
        yield "dcterms:source", NamedNode(kind_of(each))
    else:
        yield "sh:class", NamedNode(kind_of(each))
