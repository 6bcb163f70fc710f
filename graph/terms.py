"""Terms and quads: read as people write them, sorted, and their blank nodes named.

Terms are written as in Turtle: prefixed names, IRIs, literals and blank nodes. Quads have one order, and
blank nodes one naming, so that the same dataset is always the same bytes. The order is by code points: graph
(the default graph first), subject, predicate (`rdf:type` first), object. Blank nodes get labels that depend
on the statements alone: those of RDF Dataset Canonicalization (RDFC-1.0), unless that takes too long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)
from wicara.graph.blank_nodes import blank_nodes, named_canonically, with_names
from wicara.graph.errors import UnreadableInput
from wicara.ontology import PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable

Node: TypeAlias = NamedNode | BlankNode
Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Key: TypeAlias = tuple[object, ...]
PlainKey: TypeAlias = tuple[int, *tuple[str, ...]]
IRI, BLANK, LITERAL, TRIPLE = 1, 2, 3, 4
"""How the keys of terms of each kind begin."""

CANONICAL: Final = re.compile(r"c14n[0-9]+")
"""The names that RDFC-1.0 gives."""
NAME: Final = re.compile(r"(?P<prefix>[A-Za-z][\w.-]*)?:(?P<local>[^\s<>\"{}|^`\\]*)")
TURTLE: Final = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
SCHEMES: Final = {"urn": ("",), "mailto": ("",), "tag": ("",)}
"""Schemes of IRIs that have no `//`."""


class UnknownTerm(UnreadableInput):
    """What was written is no RDF term."""


def read_fact(subject: str, predicate: str, target: str) -> tuple[Term, Term, Term]:
    """Return the statement that three terms make; raises UnknownTerm where one of them cannot be read."""
    return (
        read_term(subject),
        NamedNode(RDF_TYPE) if predicate == "a" else read_term(predicate),
        read_term(target),
    )


def text_of(node: object) -> str:
    """Return the IRI of a node, the lexical form of a literal, and all else as it is written in N-Triples."""
    return node.value if isinstance(node, NamedNode | Literal) else str(node)


def read_term(text: str) -> Term:
    """Return a term: `person:x`, `https://…`, `<https://…>`, `"words"@en`, `42`, `true`, `_:node`.

    Raises UnknownTerm that says what can be written.
    """
    stripped = text.strip()
    name = NAME.fullmatch(stripped)
    try:
        return iri_of_prefixed(name["prefix"] or "", name["local"]) if name else parsed(stripped)
    except (SyntaxError, ValueError) as fault:
        raise UnknownTerm(
            f"{text!r} is no term: write person:sergey-lavrov, an IRI, or a literal such as "
            "'\"Singapura\"@id' or 42; known prefixes are those of the dataset"
        ) from fault


def iri_of_prefixed(prefix: str, local: str) -> NamedNode:
    """Return a prefixed name as an IRI; where the prefix is unknown, it is the scheme of an IRI."""
    if prefix in PREFIXES and not local.startswith("//"):
        return NamedNode(PREFIXES[prefix] + local)
    if not prefix or not local.startswith(("//", *SCHEMES.get(prefix, ()))):
        raise ValueError(prefix)
    return NamedNode(f"{prefix}:{local}")


def parsed(text: str) -> Term:
    """Return what stands in the place of an object in Turtle; raises SyntaxError or ValueError."""
    (quad,) = parse(f"{TURTLE}<x:s> <x:p> {text}\n.", format=RdfFormat.TURTLE)
    term: Term = quad.object
    return term


def triple_of(fact: tuple[Term, Term, Term]) -> Triple | None:
    """Return three terms as an RDF triple; None where a literal is the subject or no IRI the predicate."""
    subject, predicate, target = fact
    if isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
        return None
    return Triple(subject, predicate, target)


def as_node(subject: Term) -> Node:
    """Return a subject, which in RDF 1.2 is an IRI or a blank node, though the library's types allow more."""
    if isinstance(subject, NamedNode | BlankNode):
        return subject
    raise TypeError(f"neither an IRI nor a blank node: {subject}")


def term_key(term: Term) -> Key:
    """Return what a term is sorted by: IRIs, blank nodes, literals, triple terms; then by its parts."""
    if isinstance(term, NamedNode | Literal):
        return plain_key(term)
    if isinstance(term, BlankNode):
        return (BLANK, term.value)
    return (TRIPLE, term_key(term.subject), term.predicate.value, term_key(term.object))


def plain_key(term: NamedNode | Literal) -> PlainKey:
    """Return what an IRI or a literal is sorted by, which is all that it consists of."""
    if isinstance(term, NamedNode):
        return (IRI, term.value)
    return (LITERAL, term.value, term.datatype.value, term.language or "", directed(term))


def directed(literal: Literal) -> str:
    """Return the base direction of a literal (RDF 1.2), empty where it has none."""
    return literal.direction.value if literal.direction else ""


def predicate_key(predicate: NamedNode) -> str:
    """Return what a predicate is sorted by: no IRI is empty, so `rdf:type` comes first."""
    value = predicate.value
    return "" if value == RDF_TYPE else value


def quad_key(quad: Quad) -> Key:
    """Return what a quad is sorted by."""
    return (
        (0, "") if isinstance(quad.graph_name, DefaultGraph) else term_key(quad.graph_name),
        term_key(quad.subject),
        predicate_key(quad.predicate),
        term_key(quad.object),
    )


def has_blank_node(quad: Quad) -> bool:
    """Tell whether a blank node stands in the quad."""
    if isinstance(quad.object, Triple):
        return True  # it may hold one
    return (
        isinstance(quad.subject, BlankNode)
        or isinstance(quad.object, BlankNode)
        or isinstance(quad.graph_name, BlankNode)
    )


def sorted_quads(quads: Iterable[Quad]) -> list[Quad]:
    """Return the quads once each, sorted, their blank nodes named canonically (see `blank_nodes`).

    Names that are canonical already, as the build gives them, are kept: to find them anew can take long.
    """
    plain: set[Quad] = set()
    blank: set[Quad] = set()
    for quad in quads:
        (blank if has_blank_node(quad) else plain).add(quad)
    if not all(CANONICAL.fullmatch(node.value) for quad in blank for node in blank_nodes(quad)):
        blank = named_canonically(blank)
    return sorted(plain | blank, key=quad_key)


def sorted_answer(quads: Iterable[Quad]) -> list[Quad]:
    """Return the quads once each, sorted, their blank nodes numbered as they are met.

    For answers: a query can make blank nodes that canonicalisation would never be done with.
    """
    labels: dict[BlankNode, BlankNode] = {}
    numbered = []
    for quad in quads:
        for node in blank_nodes(quad):
            labels.setdefault(node, BlankNode(f"b{len(labels)}"))
        numbered.append(with_names(quad, labels))
    return sorted(set(numbered), key=quad_key)
