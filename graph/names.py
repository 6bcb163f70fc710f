"""Names: of the named graphs and what they hold, of IRIs by prefixes, of terms in messages; nodes of RDF.

Which graphs make the default graph is decided here too (RDF 1.1 Concepts, section 4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GRAPHS: Final = f"{BASE}/graph/"
IN: Final = f"{BASE}/in#"
"""The namespace of terms that only data files have: of the short form, and of patterns."""
NAMESPACES: Final = MappingProxyType({iri: prefix for prefix, iri in PREFIXES.items()})
LOCAL_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
"""The local names that every format and parser agrees on; an IRI with any other is written in full."""


class GraphKind(StrEnum):
    """What a named graph holds; the value is the first segment of its IRI under `{BASE}/graph/`."""

    ONTOLOGY = "ontology"
    VOCAB = "vocab"
    ENTITIES = "entities"
    SOURCE = "source"
    FACT = "fact"
    BACKGROUND = "background"
    INFERRED = "inferred"
    PROV = "prov"
    ALIGNMENT = "alignment"
    CONTENT = "content"
    META = "meta"


PREMISES: Final = frozenset(
    {
        GraphKind.ONTOLOGY,
        GraphKind.VOCAB,
        GraphKind.ENTITIES,
        GraphKind.SOURCE,
        GraphKind.FACT,
        GraphKind.BACKGROUND,
    }
)
"""The kinds that are reasoned over. Provenance is not; claim contents must never be."""

ASSERTED: Final = PREMISES | {GraphKind.PROV}
"""The default graph with `infer=off`."""

DEFAULT: Final = ASSERTED | {GraphKind.INFERRED}
"""The default graph."""


KIND_OF_SEGMENT: Final = {kind.value: kind for kind in GraphKind}


def graph_iri(kind: GraphKind, *path: str) -> str:
    """Return the IRI of a named graph: `graph_iri(GraphKind.FACT, article, "F038")`."""
    return GRAPHS + "/".join((kind.value, *path))


@lru_cache(1 << 16)  # a build looks at each quad several times
def kind_of(graph: str) -> GraphKind | None:
    """Return what a named graph of ours holds, or None for any other IRI."""
    if not graph.startswith(GRAPHS):
        return None
    return KIND_OF_SEGMENT.get(graph.removeprefix(GRAPHS).split("/", 1)[0])


def set_of_facts(graph: str) -> str:
    """Return what the names of the facts of one text, or of one part of the background, begin with."""
    return graph.rpartition("/")[0]


ENTITIES, INFERRED, META, PROV = (
    NamedNode(graph_iri(kind))
    for kind in (GraphKind.ENTITIES, GraphKind.INFERRED, GraphKind.META, GraphKind.PROV)
)
TYPE, FIRST, REST, NIL = (NamedNode(PREFIXES["rdf"] + name) for name in ("type", "first", "rest", "nil"))
PREF_LABEL: Final = NamedNode(PREFIXES["skos"] + "prefLabel")
DERIVED_FROM: Final = NamedNode(PREFIXES["prov"] + "wasDerivedFrom")


@dataclass(frozen=True)
class Shortened:
    """The prefixes in use, sorted by name, and the IRIs that they shorten, each with its prefixed name."""

    prefixes: Mapping[str, str]
    names: Mapping[str, str]


def split(iri: str) -> tuple[str, str]:
    """Return the namespace (up to the last `#` or `/`) and the local name."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut], iri[cut:]


def shorten(iris: Iterable[str]) -> Shortened:
    """Return how these IRIs are written with the dataset's prefixes.

    A prefix spelled like the scheme of one of the IRIs is not used: JSON-LD could confuse the two.
    """
    found = set(iris)
    named = [(iri, name) for iri in found if (name := short_name(iri))]
    schemes = {iri.partition(":")[0] for iri in found} if named else set()
    used: dict[str, str] = {}
    names: dict[str, str] = {}
    for iri, (prefix, local) in named:
        if prefix not in schemes:
            used[prefix] = PREFIXES[prefix]
            names[iri] = f"{prefix}:{local}"
    return Shortened(dict(sorted(used.items())), names)


@lru_cache(maxsize=4096)
def short_name(iri: str) -> tuple[str, str] | None:
    """Return the prefix and local name that stand for an IRI, None where no prefix of the dataset serves."""
    namespace, local = split(iri)
    prefix = NAMESPACES.get(namespace)
    return (prefix, local) if prefix and LOCAL_NAME.fullmatch(local) else None


def iri_name(iri: str) -> str:
    """Return an IRI as people read it."""
    if iri.startswith(GRAPHS):
        return f"graph:{iri.removeprefix(GRAPHS)}"
    return shorten([iri]).names.get(iri, f"<{iri}>")


def term_name(term: object) -> str:
    """Return any RDF term as people read it."""
    if isinstance(term, NamedNode):
        return iri_name(term.value)
    if isinstance(term, BlankNode):
        return "[a blank node]"
    return term.value if isinstance(term, Literal) else str(term)


def term_text(term: object) -> str:
    """Return an IRI as people read it, and any other term as N-Triples writes it."""
    return iri_name(term.value) if isinstance(term, NamedNode) else str(term)
