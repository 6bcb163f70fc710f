"""Reconciliation: names of a table matched with things here (W3C CG, Reconciliation Service API 0.2).

The identifiers of things are what follows the base of our IRIs (`id/person/sergey-lavrov`), or whole IRIs;
those of types and properties are prefixed names (`wic:Person`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process
from wicara.graph.names import TYPE
from wicara.graph.sparql import solutions
from wicara.ontology import BASE, PREFIXES, WIC
from wicara.server.app_state import dataset, infer, remembered, store
from wicara.server.descriptions.counts import partitions
from wicara.server.descriptions.openapi import HTML, JSON, operation
from wicara.server.http.addresses import path_of, public_url, uncached_response
from wicara.server.http.problems import Problem, bad_request
from wicara.server.site.language import language
from wicara.server.site.parameters import InvalidValueError, read_thing
from wicara.server.site.search.folding import begins, tokens
from wicara.server.site.search.index import LABEL, VARIANT
from wicara.server.site.search.index_file import index
from wicara.server.site.search.query import Search, search
from wicara.server.site.search.results import labelled
from wicara.server.site.words import prefixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.server.site.words import Term, Words

    Json = dict[str, Any]
    Values = Mapping[tuple[str, str], Sequence[Term]]
    from collections.abc import Collection, Mapping, Sequence

blueprint = Blueprint("reconciliation", __name__)

PATH: Final = "/reconcile"
MAX_BATCH: Final = 100
"""Queries, things or properties of one request."""
MAX_RESULTS: Final = 100
MAX_NAME: Final = 400
"""Characters of a name that are compared."""
USUAL: Final = 10
"""Results where a query names no limit."""
BY_PROPERTY: Final = 0.4
"""How much a property counts beside the name."""
TERMS: Final = {
    "type": "SELECT DISTINCT ?x ?l { ?s a ?x . ?x skos:prefLabel|rdfs:label ?l FILTER(isIRI(?x)) }",
    "property": "SELECT ?x ?l { { SELECT DISTINCT ?x { ?s ?x ?o } } ?x skos:prefLabel|rdfs:label ?l }",
}
"""The queries for the terms in use, with their labels."""
NUMBERS: Final = {"integer": ("int", int), "decimal": ("float", float), "double": ("float", float)}
DATES: Final = frozenset({"date", "dateTime"})
FRAMED: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors *"
"""The policy of a preview: tools show it in a frame of theirs. It has no script."""


@blueprint.route(PATH, methods=["GET", "POST"])
@operation("GET", query=("queries", "extend", "lang"), types=JSON)
@operation(
    "POST",
    query=("lang",),
    types=JSON,
    body={"application/x-www-form-urlencoded": "Reconciliation"},
)
def reconcile() -> Response:
    """Describe the service; match a batch of names (`queries`), or give values of things (`extend`)."""
    if given := request.values.get("queries"):
        batch = read_json(given, "queries")
        if len(batch) > MAX_BATCH:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A batch has up to {MAX_BATCH} queries.")
        return as_json({key: {"result": matched(query)} for key, query in batch.items()})
    if given := request.values.get("extend"):
        return as_json(extended(read_json(given, "extend")))
    return as_json(manifest())


def manifest() -> Json:
    """Return the service manifest (section 4)."""
    here = public_url(PATH)
    suggest = {
        kind: {"service_url": here, "service_path": f"/suggest/{kind}"}
        for kind in ("entity", "type", "property")
    }
    return {
        "versions": ["0.2"],
        "name": "Wicara",
        "identifierSpace": f"{BASE}/",
        "schemaSpace": WIC,
        "defaultTypes": [],
        "batchSize": MAX_BATCH,
        "documentation": public_url("/reuse"),
        "view": {"url": public_url("/{{id}}")},
        "preview": {"url": f"{here}/preview?id={{{{id}}}}", "width": 420, "height": 220},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": here, "service_path": "/properties"},
            "property_settings": [],
        },
    }


def matched(query: object) -> list[Json]:
    """Return the candidates of a reconciliation query (section 5), the best first.

    One is a match only where its name has the same words, its properties the values that are given, and no
    other one has as much.
    """
    if not isinstance(query, dict) or not isinstance(query.get("query"), str):
        raise bad_request("A reconciliation query is an object with a string `query`.")
    types = query.get("type") or []
    wanted = {given_term(name) for name in ([types] if isinstance(types, str) else types)}
    candidates = names().nearest(query["query"][:MAX_NAME], wanted)[:MAX_RESULTS]
    given = [pair for pair in query.get("properties") or [] if isinstance(pair, dict) and pair.get("v")]
    agreeing = agreement(candidates, given)
    weight = 1 + BY_PROPERTY * len(given)
    scored = [
        (
            NameMatch(
                candidate.iri, round((candidate.score + BY_PROPERTY * agreeing[candidate.iri]) / weight, 1)
            ),
            candidate.score,
        )
        for candidate in candidates
    ]
    scored.sort(key=lambda pair: (-pair[0].score, pair[0].iri))
    sure = [candidate.iri for candidate, _score in scored if candidate.score == SAME]
    limit = query.get("limit")
    shown = scored[: limit if isinstance(limit, int) and limit > 0 else USUAL]
    known = names()
    words = labels_for(
        iri for candidate, _score in shown for iri in (candidate.iri, *known.stated.get(candidate.iri, ()))
    )
    return [
        {
            **id_and_name(candidate.iri, words),
            "type": [term_record(iri, words) for iri in sorted(known.stated.get(candidate.iri, ()))],
            "score": candidate.score,
            "match": sure == [candidate.iri],
            "features": [{"id": "name", "value": by_name}],
        }
        for candidate, by_name in shown
    ]


def agreement(candidates: Sequence[NameMatch], given: Sequence[Json]) -> dict[str, float]:
    """Return how far the values of candidates are those that a query gives: 100 for each property."""
    agreeing = dict.fromkeys((candidate.iri for candidate in candidates), 0.0)
    properties = [given_term(pair.get("pid", "")) for pair in given]
    values = property_values(agreeing, properties)
    words = labels_for(named_in(values))
    for pair, predicate in zip(given, properties, strict=True):
        wanted = pair["v"] if isinstance(pair["v"], list) else [pair["v"]]
        sought = {
            str(value["id"]) if isinstance(value, dict) and "id" in value else sorted_words(str(value))
            for value in wanted
        }
        for iri in agreeing:
            spelled = {text for value in values.get((iri, predicate), ()) for text in spellings(value, words)}
            agreeing[iri] += SAME * bool(spelled & sought)
    return agreeing


def spellings(value: Term, words: Words) -> Iterator[str]:
    """Yield what a query may give for a value: its identifier, and its names or its text, folded."""
    if isinstance(value, NamedNode):
        yield id_of(value.value)
        yield from (sorted_words(label.value) for label in words.labels.get(value.value, ()))
    elif isinstance(value, Literal):
        yield sorted_words(value.value)


def extended(given: Json) -> Json:
    """Return the values of properties of things (section 9)."""
    ids, properties = given.get("ids"), given.get("properties")
    if not isinstance(ids, list) or not isinstance(properties, list):
        raise bad_request("`extend` is an object with the lists `ids` and `properties`.")
    if max(len(ids), len(properties)) > MAX_BATCH:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"`extend` takes up to {MAX_BATCH} of each.")
    keys = [str(item.get("id")) for item in properties if isinstance(item, dict)]
    terms = {key: given_term(key) for key in keys}
    things = {str(key): given_iri(str(key)) for key in ids}
    values = property_values(things.values(), terms.values())
    words = labels_for({*named_in(values), *terms.values()})
    return {
        "meta": [{**term_record(iri, words), "id": key} for key, iri in terms.items()],
        "rows": {
            key: {
                name: [json_cell(value, words) for value in values.get((iri, predicate), ())]
                for name, predicate in terms.items()
            }
            for key, iri in things.items()
        },
    }


def property_values(things: Iterable[str], properties: Iterable[str]) -> Values:
    """Return the values of properties of things, sorted, with one query."""
    subjects = " ".join(str(NamedNode(iri)) for iri in sorted(set(things)))
    predicates = " ".join(str(NamedNode(iri)) for iri in sorted(set(properties)))
    if not subjects or not predicates:
        return {}
    query = f"VALUES ?s {{ {subjects} }} VALUES ?p {{ {predicates} }} ?s ?p ?o"
    values: dict[tuple[str, str], list[Term]] = {}
    for row in solutions(store(), f"SELECT ?s ?p ?o {{ {query} }} ORDER BY ?o"):
        values.setdefault((row["s"].value, row["p"].value), []).append(row["o"])
    return values


def named_in(values: Values) -> Iterator[str]:
    """Yield the IRIs among values."""
    return (value.value for some in values.values() for value in some if isinstance(value, NamedNode))


def json_cell(value: Term, words: Words) -> Json:
    """Return a value as a data extension response has it (section 9.3)."""
    if isinstance(value, NamedNode):
        return id_and_name(value.value, words)
    if not isinstance(value, Literal):
        return {"str": str(value)}
    datatype = value.datatype.value.removeprefix(PREFIXES["xsd"])
    if datatype in DATES:
        return {"date": value.value}
    key, read = NUMBERS.get(datatype, ("str", str))
    return {"bool": value.value in {"true", "1"}} if datatype == "boolean" else {key: read(value.value)}


@blueprint.get(f"{PATH}/suggest/<any(entity, type, property):kind>")
@operation(query=("prefix", "cursor", "lang"), types=JSON)
def suggest(kind: str) -> Response:
    """Suggest things, classes or properties whose names have words that begin so (section 7)."""
    text = request.args.get("prefix", "")[:MAX_NAME]
    start = request.args.get("cursor", "0")
    offset = int(start) if start.isdigit() else 0
    if kind == "entity":
        hits = search(index(), Search(text, {}, language()), 0, MAX_RESULTS).hits
        known = set(names().things)
        iris = [hit.iri for hit in hits if hit.iri in known]
    else:
        iris = terms_named(kind, text)
    shown = iris[offset : offset + USUAL]
    words = labels_for({*shown, *(of for iri in shown for of in names().stated.get(iri, ()))})
    if kind != "entity":
        return as_json({"result": [term_record(iri, words) for iri in shown]})
    return as_json(
        {
            "result": [
                {
                    **id_and_name(iri, words),
                    "notable": [term_record(of, words) for of in sorted(names().stated.get(iri, ()))],
                }
                for iri in shown
            ]
        }
    )


def terms_named(kind: str, text: str) -> list[str]:
    """Return the classes or properties in use whose labels, or names, have all the words of a text."""
    query_words = tokens(text)
    labelled: dict[str, set[str]] = {}
    for row in solutions(store(), TERMS[kind]):
        iri = row["x"].value
        labelled.setdefault(iri, set(tokens(prefixed(iri)))).update(tokens(row["l"].value))
    return sorted(
        iri
        for iri, words in labelled.items()
        if all(
            any(begins(word, (start,)) or word.startswith(start) for word in words) for start in query_words
        )
    )


@blueprint.get(f"{PATH}/properties")
@operation(query=("type", "limit"), types=JSON)
def properties() -> Response:
    """Propose the properties that things of a class have, those used most first (section 9.1)."""
    kind = request.args.get("type", "")
    limit = request.args.get("limit", "")
    uses = partitions().get(given_term(kind), {}) if kind else {}
    ordered = sorted(uses, key=lambda iri: (-uses[iri].triples, iri))
    shown = ordered[: int(limit) if limit.isdigit() and int(limit) else MAX_RESULTS]
    words = labels_for(shown)
    return as_json({"type": kind, "properties": [term_record(iri, words) for iri in shown]})


@blueprint.get(f"{PATH}/preview")
@operation(query=("id", "lang"), types=HTML, faults=(HTTPStatus.NOT_FOUND,))
def preview() -> Response:
    """Show a thing in a small page, for a frame of another site (section 6)."""
    iri = given_iri(request.args.get("id", ""))
    node = NamedNode(iri)
    if not any(store().quads_for_pattern(node, None, None)):
        raise Problem(HTTPStatus.NOT_FOUND, f"The dataset says nothing of {iri}.")
    stated = sorted(names().stated.get(iri, ()))
    words = labels_for((iri, *stated))
    return Response(
        render_template(
            "preview.html",
            shown=words.show_iri(iri),
            url=public_url(path_of(iri) or "/"),
            types=[words.show_iri(of) for of in stated],
            names=words.labels.get(iri, ()),
        ),
        headers={"Content-Security-Policy": FRAMED},
    )


def labels_for(iris: Iterable[str]) -> Words:
    """Return the labels of IRIs."""
    return labelled(index(), iris)


def id_and_name(iri: str, words: Words) -> Json:
    """Return a thing as answers have it: its identifier and its name."""
    return {"id": id_of(iri), "name": words.show_iri(iri).text}


def term_record(iri: str, words: Words) -> Json:
    """Return a class or property as answers have it."""
    return {"id": prefixed(iri), "name": words.show_iri(iri).text}


def id_of(iri: str) -> str:
    """Return the identifier of a thing."""
    return iri.removeprefix(f"{BASE}/")


def given_iri(identifier: str) -> str:
    """Return the IRI of an identifier; raises Problem 400 for none."""
    try:
        return NamedNode(identifier if ":" in identifier else f"{BASE}/{identifier}").value
    except ValueError as fault:
        raise bad_request(f"{identifier!r} is no identifier, such as id/person/sergey-lavrov.") from fault


def given_term(identifier: object) -> str:
    """Return the IRI of a class or property; raises Problem 400 for none."""
    try:
        return read_thing(str(identifier)).value
    except InvalidValueError as fault:
        raise bad_request(f"{identifier!r} is no class or property, such as wic:Person.") from fault


def read_json(text: str, name: str) -> Json:
    """Return the object that a parameter holds; raises Problem 400."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise bad_request(f"`{name}` is not JSON: {fault}.") from fault
    if not isinstance(value, dict):
        raise bad_request(f"`{name}` is not a JSON object.")
    return value


def as_json(value: Json) -> Response:
    """Return an answer of the service."""
    return uncached_response(json.dumps(value, ensure_ascii=False).encode(), "application/json")


# Names, compared: in any order of words, with or without marks, misspelled, in another script.


NAMED: Final = """
SELECT iri, words FROM thing JOIN text ON text.thing = id
WHERE role IN (:label, :variant)
  AND kind NOT IN ('fact', 'background', 'sentence', 'timespan', 'graph', 'ontology')
ORDER BY iri"""
SAME: Final = 100.0
MIN_SCORE: Final = 60.0
"""The least score, of 100, of a name that is returned."""
BY_WORDS: Final = 0.7
"""The weight of words being alike in any order and number (RapidFuzz, token_ratio), beside all letters."""
CANDIDATES: Final = 200


class NameMatch(NamedTuple):
    """A thing that a name may mean, and how alike its nearest name is: 100 for the same words."""

    iri: str
    score: float


@dataclass(frozen=True)
class Names:
    """The names of all things, folded, with the thing of each; and the classes of things.

    `stated` are the classes that are asserted, `classes` those that are inferred too.
    """

    folded: Sequence[str]
    things: Sequence[str]
    stated: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]]

    def nearest(self, name: str, wanted: Collection[str] = ()) -> list[NameMatch]:
        """Return the things whose names are like a name, best first, only of `wanted` classes if given."""
        key = sorted_words(name)
        scores: defaultdict[str, float] = defaultdict(float)
        among = {
            at: folded
            for at, folded in enumerate(self.folded)
            if not wanted or not self.classes.get(self.things[at], frozenset()).isdisjoint(wanted)
        }
        for folded, by_words, at in process.extract(
            key, among, scorer=fuzz.token_ratio, limit=CANDIDATES, score_cutoff=MIN_SCORE
        ):
            score = BY_WORDS * by_words + (1 - BY_WORDS) * fuzz.ratio(key, folded)
            if score >= MIN_SCORE:
                scores[self.things[at]] = max(score, scores[self.things[at]])
        return sorted(
            (NameMatch(iri, round(score, 1)) for iri, score in scores.items()),
            key=lambda one: (-one.score, one.iri),
        )


def sorted_words(name: str) -> str:
    """Return a name folded, its words sorted."""
    return " ".join(sorted(tokens(name)))


def names() -> Names:
    """Return the names in the dataset of this request; they are read once for each version."""
    return remembered(("names", infer()), read_names)


def read_names() -> Names:
    """Return the names that the index has, and the classes of what they name."""
    rows = index().execute(NAMED, {"label": LABEL, "variant": VARIANT}).fetchall()
    folded = [(sorted_words(words), iri) for iri, words in rows]
    pairs = sorted({pair for pair in folded if pair[0]})
    things = {iri for _folded, iri in pairs}
    return Names(
        [pair[0] for pair in pairs],
        [pair[1] for pair in pairs],
        *(classes_of(things, inferred=inferred) for inferred in (False, infer())),
    )


def classes_of(things: Collection[str], *, inferred: bool) -> dict[str, frozenset[str]]:
    """Return the classes of things, asserted or inferred too."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for quad in dataset().for_inference(inferred).quads_for_pattern(None, TYPE, None):
        if isinstance(quad.subject, NamedNode) and quad.subject.value in things:
            found[quad.subject.value].add(getattr(quad.object, "value", ""))
    return {iri: frozenset(classes) for iri, classes in found.items()}
