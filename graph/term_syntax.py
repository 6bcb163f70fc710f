"""Terms as people write them: prefixed names, IRIs, literals and blank nodes in the syntax of Turtle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode, RdfFormat, parse
from wicara.graph.errors import UnreadableInput
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from wicara.graph.reasoning.rules import Fact, Term

NAME: Final = re.compile(r"(?P<prefix>[A-Za-z][\w.-]*)?:(?P<local>[^\s<>\"{}|^`\\]*)")
TURTLE: Final = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")


class UnknownTerm(UnreadableInput):
    """What was written is no RDF term."""


def read_fact(subject: str, predicate: str, target: str) -> Fact:
    """Return the statement that three terms make; raises UnknownTerm where one of them cannot be read."""
    return read_term(subject), TYPE if predicate == "a" else read_term(predicate), read_term(target)


def read_term(text: str) -> Term:
    """Return a term: `person:x`, `https://…`, `<https://…>`, `"words"@en`, `42`, `true`, `_:node`.

    Raises UnknownTerm that says what can be written.
    """
    written = text.strip()
    name = NAME.fullmatch(written)
    try:
        return named(name["prefix"] or "", name["local"]) if name else parsed(written)
    except (SyntaxError, ValueError) as fault:
        raise UnknownTerm(
            f"{text!r} is no term: write person:sergey-lavrov, an IRI, or a literal such as "
            "'\"Singapura\"@id' or 42; known prefixes are those of the dataset"
        ) from fault


def named(prefix: str, local: str) -> NamedNode:
    """Return a prefixed name as an IRI; where the prefix is unknown, it is the scheme of an IRI."""
    if prefix in PREFIXES and not local.startswith("//"):
        return NamedNode(PREFIXES[prefix] + local)
    if not prefix or not local.startswith(("//", *SCHEMES.get(prefix, ()))):
        raise ValueError(prefix)
    return NamedNode(f"{prefix}:{local}")


SCHEMES: Final = {"urn": ("",), "mailto": ("",), "tag": ("",)}
"""Schemes of IRIs that have no `//`."""


def parsed(text: str) -> Term:
    """Return what stands in the place of an object in Turtle; raises SyntaxError or ValueError."""
    (quad,) = parse(f"{TURTLE}<x:s> <x:p> {text}\n.", format=RdfFormat.TURTLE)
    term: Term = quad.object
    return term
