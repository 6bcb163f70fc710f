"""The names of the named graphs, and which of them make the default graph (RDF 1.1 Concepts, section 4)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from wicara.ontology import BASE

GRAPHS: Final = f"{BASE}/graph/"


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


def kind_of(graph: str) -> GraphKind | None:
    """Return what a named graph of ours holds, or None for any other IRI."""
    if not graph.startswith(GRAPHS):
        return None
    return KIND_OF_SEGMENT.get(graph.removeprefix(GRAPHS).split("/", 1)[0])
