"""The vocabulary: where its modules, SKOS schemes and shapes lie, and the prefixes that all of them use."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Final

BASE: Final = "https://w3id.org/wicara"
WIC: Final = f"{BASE}/ont#"

ID_KINDS: Final = (
    "article",
    "body",
    "claim",
    "document",
    "event",
    "evidence",
    "group",
    "observation",
    "partnership",
    "person",
    "place",
    "post",
    "sentence",
    "series",
    "situation",
    "state",
    "timespan",
)
"""The kinds of things: `{BASE}/id/{kind}/{slug}`; each is its own prefix."""

CONCEPT_SCHEMES: Final = MappingProxyType(
    {
        "act": "act-type",
        "area": "area",
        "basis": "attribution-basis",
        "bound": "value-bound",
        "conf": "confidence",
        "evt": "event-type",
        "grade": "partner-grade",
        "gran": "granularity",
        "ind": "indicator",
        "kind": "fact-kind",
        "method": "method",
        "modality": "modality",
        "postt": "post-type",
        "role": "role",
        "status": "status",
        "term": "term",
        "unit": "unit",
        "weekday": "weekday",
        "wording": "wording",
    }
)
"""Prefix to SKOS scheme: `{BASE}/concept/{scheme}/{slug}`."""

PREFIXES: Final[dict[str, str]] = {
    "wic": WIC,
    "graph": f"{BASE}/graph/",
    "scheme": f"{BASE}/concept/",
    **{kind: f"{BASE}/id/{kind}/" for kind in ID_KINDS},
    **{prefix: f"{BASE}/concept/{scheme}/" for prefix, scheme in CONCEPT_SCHEMES.items()},
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "wd": "http://www.wikidata.org/entity/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The dataset's prefixes: queries may use them undeclared, exports and pages shorten with them."""

RDF_TYPE: Final = PREFIXES["rdf"] + "type"
XSD_STRING: Final = PREFIXES["xsd"] + "string"
LANGUAGES: Final = ("en", "id")
"""The languages in which the dataset, the rules and the patterns name and say things."""

HERE: Final = Path(__file__).parent
REASONED: Final = (HERE / "core.ttl", HERE / "inference.ttl")
"""The modules of graph/ontology: they are reasoned with."""
ALIGNMENT: Final = (HERE / "alignment.ttl", HERE / "alignment-concepts.ttl")
"""The modules of graph/alignment: published, never reasoned with; a dataset adds its individuals."""


FOREIGN_LABELS: Final = HERE / "foreign-labels.ttl"
"""What terms of other vocabularies are called on pages; not part of the dataset."""
UNITS: Final = HERE / "vocab" / "unit.ttl"
"""The units of figures."""


def expand(name: str) -> str:
    """Return the IRI of a prefixed name; raises KeyError for a prefix that is not the dataset's."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def vocab_files() -> tuple[Path, ...]:
    """Return the SKOS schemes, one file each, sorted by name."""
    return tuple(sorted((HERE / "vocab").glob("*.ttl")))


def data_shape_files() -> tuple[Path, ...]:
    """Return the SHACL shapes that the data must meet, sorted by name."""
    return tuple(sorted((HERE / "shapes" / "data").glob("*.ttl")))


def ontology_shape_files() -> tuple[Path, ...]:
    """Return the SHACL shapes that the ontology and the schemes must meet, sorted by name."""
    return tuple(sorted((HERE / "shapes" / "ontology").glob("*.ttl")))
