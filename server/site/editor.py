"""The form for a query at `/query`, which works as it is, and what a script makes an editor of it with.

The script gets the terms that a query over the dataset may use, with how often each is used and where it
belongs. Classes and properties are those that are declared or used. With a property go the classes whose
instances have it, the most frequent first, and those whose shapes ask for it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache, partial
from http import HTTPStatus
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from flask import Blueprint, Response, current_app, render_template, request
from pyoxigraph import Literal, NamedNode, Store
from wicara.graph.names import shorten
from wicara.graph.sparql import MAX_SHOWN, SparqlSyntaxError, first_faulty_token, parse_query, solutions
from wicara.ontology import BASE, data_shape_files, expand
from wicara.queries import page_query
from wicara.server.app_state import dataset, infer, settings
from wicara.server.descriptions.counts import CLASSES, PROPERTIES, frequencies, merges
from wicara.server.descriptions.openapi import JSON, operation
from wicara.server.http.addresses import LOCAL
from wicara.server.http.problems import Problem
from wicara.server.site.language import WORDS, language
from wicara.server.site.language import gettext as _
from wicara.server.site.words import foreign_labels
from wicara.server.sparql import protocol
from wicara.server.sparql.guard import admit
from wicara.server.sparql.protocol import check_length, read_operation
from wicara.server.sparql.query import RELATIVE_TO, unknown_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wicara.graph.store import BuiltDataset
    from wicara.queries import Question
    from wicara.server.site.words import Term

    Said: TypeAlias = Mapping[str, list[Term]]

blueprint = Blueprint("editor", __name__)

TIMES: Final = (1, 5, 10, 30, 60, 300)
"""The seconds that a reader may choose from, up to the server's limit."""
MAX_TERMS: Final = 1000
"""How many classes, properties and concepts are listed: those that are used most."""
KINDS: Final = {
    "classes": ("owl:Class", "rdfs:Class"),
    "properties": ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "rdf:Property"),
    "concepts": ("skos:Concept",),
}
"""What a term is, by the types that say so."""
TEXTS: Final = {
    "labels": ("rdfs:label", "skos:prefLabel"),
    "definitions": ("rdfs:comment", "skos:definition"),
}
"""The texts of a term in all languages, by the properties that say it; the last one counts most."""
LINKS: Final = {"domain": "rdfs:domain", "range": "rdfs:range", "schemes": "skos:inScheme"}
"""The links of some terms, by the property that says it."""
DECLARED: Final = f"""
SELECT DISTINCT ?x ?p ?o {{
  VALUES ?kind {{ {" ".join(kind for kinds in KINDS.values() for kind in kinds)} }}
  VALUES ?p {{ rdf:type owl:deprecated {" ".join(chain(LINKS.values(), *TEXTS.values()))} }}
  ?x a ?kind ; ?p ?o FILTER(isIRI(?x))
}}"""
IN_USE: Final = """
SELECT ?x (COUNT(*) AS ?n) { ?x a skos:Concept . ?s ?p ?x FILTER(!STRSTARTS(STR(?p), STR(skos:))) }
GROUP BY ?x
"""
TOGETHER: Final = "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o FILTER(isIRI(?c)) } GROUP BY ?c ?p"
IN_SHAPES: Final = """
SELECT DISTINCT ?c ?p { ?shape sh:targetClass ?c ; sh:property/sh:path ?p FILTER(isIRI(?p)) } ORDER BY ?c ?p
"""


@blueprint.get("/query")
@operation(query=("query", "example", "infer", "lang", "version"), faults=(HTTPStatus.NOT_FOUND,))
def form() -> str:
    """Show a form for a query, filled in with `?query=` or with the question that `?example=` names."""
    questions: tuple[Question, ...] = current_app.config["QUESTIONS"]
    return render_template(
        "query.html",
        query=request.args.get("query") or example(questions),
        starter=starter(),
        asserted=not infer(),
        questions=questions,
        times=timeouts(),
        script_context=script_context(questions),
    )


def starter() -> str:
    """Return the query that an editor begins with, with names in the language of the reader."""
    return page_query("starter").with_values({"lang": f'"{language()}"'}).strip()


def example(questions: tuple[Question, ...]) -> str:
    """Return the query of the question that is asked for; raises Problem 404 where there is no such one."""
    name = request.args.get("example")
    if name is None:
        return ""
    wanted = next((question for question in questions if question.id.lower() == name.lower()), None)
    if wanted is None:
        raise Problem(HTTPStatus.NOT_FOUND, str(_("There is no question %(name)s.", name=name)))
    return wanted.body


def timeouts() -> list[float]:
    """Return the seconds to choose from; the last one is the server's limit."""
    limit = settings().limits.timeout
    return [*(time for time in TIMES if time < limit), int(limit) if limit.is_integer() else limit]


def script_context(questions: tuple[Question, ...]) -> dict[str, Any]:
    """Return the context of the script: words, the language, examples, and which IRIs have a page here."""
    return {
        "words": {name: str(word) for name, word in WORDS["editor"].items()},
        "language": language(),
        "base": BASE,
        "local": LOCAL,
        "starter": starter(),
        "examples": {question.id: question.body for question in questions},
    }


@blueprint.post("/query/check")
@operation(
    query=(),
    types=JSON,
    body={protocol.QUERY: "Query", protocol.FORM: "QueryForm"},
    faults=(HTTPStatus.FORBIDDEN,),
)
def check() -> Response:
    """Tell the first token of a query that cannot stand where it stands, else the terms that no data has.

    Nothing is evaluated.
    """
    check_length(request, settings().limits.max_query)
    query = read_operation(request).query
    prefixes = dataset().prefixes_in(query)
    admit(query, "query", settings(), prefixes, RELATIVE_TO)
    token = first_faulty_token(query, partial(parse_query, prefixes=prefixes, base=RELATIVE_TO))
    fault = None
    if token:
        at = SparqlSyntaxError(query, token.start, "")
        fault = {"line": at.line, "column": at.column, "token": token.text[:MAX_SHOWN]}
    unknown = [] if token else [one._asdict() for one in unknown_in(query, dataset())]
    body = json.dumps({"fault": fault, "unknown": unknown})
    return Response(body, headers={"Content-Type": "application/json"})


@blueprint.get("/query/vocabulary.json")
@operation(query=(), types=JSON)
def terms() -> Response:
    """Tell the terms that a query may use."""
    body = json.dumps(vocabulary(dataset()), ensure_ascii=False, separators=(",", ":"))
    return Response(body, headers={"Content-Type": "application/json"})


def vocabulary(built: BuiltDataset) -> dict[str, Any]:
    """Return the prefixes, classes, properties and concepts of a dataset, the most used first."""
    union = merges(built)
    uses = {
        "classes": frequencies(built.store, CLASSES, union=union),
        "properties": frequencies(built.store, PROPERTIES[union], union=union),
        "concepts": {
            row["x"].value: int(row["n"].value) for row in solutions(built.store, IN_USE, union=union)
        },
    }
    declared, owners = term_descriptions(built.asserted, union=union), classes_by_property(built)
    terms_by_kind = {kind: vocabulary_terms(kind, declared, uses[kind], owners) for kind in KINDS}
    return {"prefixes": dict(built.prefixes), **terms_by_kind}


def term_descriptions(store: Store, *, union: bool) -> dict[str, Said]:
    """Return what the dataset says of each term that it declares, by property."""
    terms: defaultdict[str, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for row in solutions(store, DECLARED, union=union):
        terms[row["x"].value][row["p"].value].append(row["o"])
    return {iri: dict(said) for iri, said in terms.items()}


def classes_by_property(built: BuiltDataset) -> dict[str, list[str]]:
    """Return the classes that each property goes with."""
    rows = solutions(built.store, TOGETHER, union=merges(built))
    counted = sorted((-int(row["n"].value), row["c"].value, row["p"].value) for row in rows)
    pairs = [*((owner, held) for _, owner, held in counted), *(() if built.plain else in_shapes())]
    owners_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for owner, held in pairs:
        owners_of[held][owner] = None
    return {held: list(owners) for held, owners in owners_of.items()}


@cache
def in_shapes() -> tuple[tuple[str, str], ...]:
    """Return each class with each property that its shapes ask for."""
    shapes = Store()
    for path in data_shape_files():
        shapes.load(path=path)
    return tuple((row["c"].value, row["p"].value) for row in solutions(shapes, IN_SHAPES))


def vocabulary_terms(
    kind: str, declared: Mapping[str, Said], uses: Mapping[str, int], owners: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """Return the terms of a kind, each with its texts, links and uses."""
    types = {expand(name) for name in KINDS[kind]}
    of_kind = {iri for iri, said in declared.items() if types & {*iris(said, "rdf:type")}}
    deprecated = {iri for iri, said in declared.items() if expand("owl:deprecated") in said}
    by_use = sorted(of_kind | uses.keys(), key=lambda iri: (-uses.get(iri, 0), iri))
    chosen = list(islice(by_use, MAX_TERMS))
    names = shorten(chosen).names
    return [
        {
            "iri": iri,
            "name": names.get(iri, f"<{iri}>"),
            "uses": uses.get(iri, 0),
            **dict(term_texts(iri, declared.get(iri, {}))),
            **dict(links_of(declared.get(iri, {}))),
            **({"classes": owners[iri]} if kind == "properties" and iri in owners else {}),
            **({"deprecated": True} if iri in deprecated else {}),
        }
        for iri in chosen
    ]


def iris(said: Said, name: str) -> Iterator[str]:
    """Yield the IRIs that a property leads to."""
    return (value.value for value in said.get(expand(name), ()) if isinstance(value, NamedNode))


def term_texts(iri: str, said: Said) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield labels and definitions of a term, by language; a term of others may be called something here."""
    for key, names in TEXTS.items():
        literals: Iterable[Term] = [value for name in names for value in said.get(expand(name), ())]
        texts = {
            literal.language or "": literal.value for literal in literals if isinstance(literal, Literal)
        }
        if key == "labels":
            texts = {
                literal.language or "": literal.value for literal in foreign_labels().get(iri, ())
            } | texts
        if texts:
            yield key, texts


def links_of(said: Said) -> Iterator[tuple[str, list[str]]]:
    """Yield domain and range of a property, and the schemes of a concept."""
    for key, name in LINKS.items():
        targets = sorted(iris(said, name))
        if targets:
            yield key, targets
