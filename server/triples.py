"""Statements that the server makes itself, about what it serves: terms by their prefixed names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Node: TypeAlias = NamedNode | BlankNode
Value: TypeAlias = NamedNode | BlankNode | Literal | Triple | str | int
Said: TypeAlias = "Iterator[tuple[str, Value]]"
"""What is said of a subject: predicates by their prefixed names, each with a value."""

NAMESPACES: Final = {
    **PREFIXES,
    "entailment": "http://www.w3.org/ns/entailment/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "formats": "http://www.w3.org/ns/formats/",
    "profile": "http://www.w3.org/ns/owl-profile/",
}


def named(name: str) -> NamedNode:
    """Return the IRI of a prefixed name, such as `sd:Service`."""
    prefix, _, local = name.partition(":")
    return NamedNode(NAMESPACES[prefix] + local)


def about(subject: Node, said: Iterable[tuple[str, Value]]) -> Iterator[Triple]:
    """Yield the statements about a subject."""
    for predicate, value in said:
        yield Triple(subject, named("rdf:type" if predicate == "a" else predicate), as_term(value))


def as_term(value: Value) -> NamedNode | BlankNode | Literal | Triple:
    """Return a value as a term: text and whole numbers are literals."""
    return Literal(value) if isinstance(value, str | int) else value
