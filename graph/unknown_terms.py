"""The terms of a query, in the namespaces of the dataset, that the dataset lacks; and what may be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import NamedNode
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process
from wicara.graph.names import split
from wicara.graph.sparql import solutions
from wicara.graph.sparql_text import tokens
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyoxigraph import Store

LIKE: Final = 70
"""How much alike two names are, from 0 to 100, of which one may be meant by the other (RapidFuzz, ratio)."""
MAX_CANDIDATES: Final = 20_000
SIBLINGS: Final = """
SELECT DISTINCT ?x {{ {{ ?x ?p ?o }} UNION {{ GRAPH ?g {{ ?x ?p ?o }} }}
  FILTER(STRSTARTS(STR(?x), "{namespace}")) }} LIMIT {most}"""


class UnknownTerm(NamedTuple):
    """A term as the query writes it, and one that the dataset has and that may be meant, or nothing."""

    term: str
    instead: str

    def __str__(self) -> str:
        """Return this as a sentence."""
        return f"{self.term}: no such term" + (f", did you mean {self.instead}?" if self.instead else "")


def unknown_terms(store: Store, query: str, prefixes: Mapping[str, str]) -> tuple[UnknownTerm, ...]:
    """Return the terms of a query in the dataset's namespaces that occur nowhere in it, in their order.

    What a CONSTRUCT makes, and what BIND or functions work out, is not looked at. `prefixes` need not be
    declared in the query.
    """
    named = dict(terms(query, prefixes))
    return tuple(
        UnknownTerm(name, similar_term(store, iri, prefixes))
        for iri, name in named.items()
        if not occurs(store, iri)
    )


def terms(query: str, prefixes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the IRIs in the dataset's namespaces that a query names, each as it writes it."""
    known = dict(prefixes)
    constructs = declares = in_template = False
    depth, prefix = 0, ""
    for token in tokens(query):
        word = token.text.upper()
        if declares:
            if token.kind == "iri":
                known[prefix] = token.text[1:-1]
                declares = False
            prefix = token.text.removesuffix(":")
            continue
        declares = word in {"PREFIX", "BASE"}
        constructs = constructs or word == "CONSTRUCT"
        depth += (word == "{") - (word == "}")
        in_template = constructs and depth > 0 and (in_template or word == "{")
        if constructs and depth == 0 and word in {"}", "WHERE"}:
            constructs = in_template = False
        if in_template:
            continue
        iri = expanded(token.kind, token.text, known)
        if iri.startswith(f"{BASE}/") and split(iri)[1]:
            yield iri, token.text


def expanded(kind: str, text: str, known: Mapping[str, str]) -> str:
    """Return the IRI of a token that is one, or nothing."""
    if kind == "iri":
        return text[1:-1]
    prefix, _colon, local = text.partition(":")
    return known.get(prefix, "") + local.replace("\\", "") if kind == "name" else ""


def occurs(store: Store, iri: str, *, as_predicate: bool = True) -> bool:
    """Tell whether an IRI stands anywhere in a store; without `as_predicate`, anywhere but there."""
    try:
        node = NamedNode(iri)
    except ValueError:
        return False
    patterns = (
        (node, None, None, None),
        (None, None, node, None),
        (None, None, None, node),
        (None, node, None, None),
    )[: 4 if as_predicate else 3]
    return any(next(iter(store.quads_for_pattern(*pattern)), None) for pattern in patterns)


def similar_term(store: Store, iri: str, prefixes: Mapping[str, str]) -> str:
    """Return the term in the namespace of an IRI that is spelled most like it, or nothing."""
    namespace, local = split(iri)
    rows = solutions(store, SIBLINGS.format(namespace=namespace, most=MAX_CANDIDATES))
    names = [split(row["x"].value)[1] for row in rows]
    best = process.extractOne(local, names, scorer=fuzz.ratio, processor=default_process, score_cutoff=LIKE)
    if best is None:
        return ""
    prefix = next((name for name, base in {**PREFIXES, **prefixes}.items() if base == namespace), None)
    return f"{prefix}:{best[0]}" if prefix else f"<{namespace}{best[0]}>"
