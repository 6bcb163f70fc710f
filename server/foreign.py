"""What the terms of other vocabularies are called on pages; their own labels are not part of the dataset."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal
from wicara.ontology import PREFIXES

NAMES: Final = (
    ("dcterms:bibliographicCitation", "citation", "kutipan sumber"),
    ("dcterms:created", "created", "dibuat"),
    ("dcterms:creator", "creator", "pembuat"),
    ("dcterms:description", "description", "deskripsi"),
    ("dcterms:language", "language", "bahasa"),
    ("dcterms:license", "licence", "lisensi"),
    ("dcterms:publisher", "publisher", "penerbit"),
    ("dcterms:source", "source", "sumber"),
    ("dcterms:title", "title", "judul"),
    ("geo:lat", "latitude", "lintang"),
    ("geo:long", "longitude", "bujur"),
    ("oa:end", "end (characters)", "akhir (karakter)"),
    ("oa:exact", "words", "kata-kata"),
    ("oa:hasBody", "supports", "mendasari"),
    ("oa:hasSelector", "selector", "penunjuk"),
    ("oa:hasSource", "source", "sumber"),
    ("oa:hasTarget", "target", "sasaran"),
    ("oa:start", "start (characters)", "awal (karakter)"),
    ("owl:inverseOf", "inverse of", "kebalikan dari"),
    ("owl:propertyChainAxiom", "follows from the chain", "mengikuti dari rantai"),
    ("owl:versionInfo", "version", "versi"),
    ("owl:versionIRI", "this version", "versi ini"),
    ("prov:hadPrimarySource", "primary source", "sumber utama"),
    ("prov:wasDerivedFrom", "derived from", "diturunkan dari"),
    ("rdf:type", "is a", "adalah"),
    ("rdfs:domain", "domain", "ranah"),
    ("rdfs:isDefinedBy", "defined by", "didefinisikan oleh"),
    ("rdfs:label", "label", "label"),
    ("rdfs:range", "range", "jangkauan"),
    ("rdfs:seeAlso", "see also", "lihat juga"),
    ("rdfs:subClassOf", "kind of", "jenis dari"),
    ("rdfs:subPropertyOf", "special case of", "kasus khusus dari"),
    ("vann:preferredNamespacePrefix", "prefix", "awalan"),
    ("vann:preferredNamespaceUri", "namespace", "ruang nama"),
    ("skos:altLabel", "also called", "disebut juga"),
    ("skos:broader", "broader", "lebih luas"),
    ("skos:broaderTransitive", "broader, at any distance", "lebih luas, pada jarak apa pun"),
    ("skos:closeMatch", "close to", "dekat dengan"),
    ("skos:definition", "definition", "definisi"),
    ("skos:exactMatch", "the same as", "sama dengan"),
    ("skos:hasTopConcept", "top concept", "konsep teratas"),
    ("skos:hiddenLabel", "found under", "ditemukan dengan"),
    ("skos:inScheme", "in the scheme", "dalam skema"),
    ("skos:narrower", "narrower", "lebih sempit"),
    ("skos:narrowerTransitive", "narrower, at any distance", "lebih sempit, pada jarak apa pun"),
    ("skos:notation", "code", "kode"),
    ("skos:note", "note", "catatan"),
    ("skos:prefLabel", "name", "nama"),
    ("skos:scopeNote", "use", "pemakaian"),
    ("skos:topConceptOf", "top concept of", "konsep teratas dari"),
)


def expand(name: str) -> str:
    """Return the IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


FOREIGN: Final = MappingProxyType(
    {
        expand(name): (Literal(english, language="en"), Literal(indonesian, language="id"))
        for name, english, indonesian in NAMES
    }
)
"""IRI to its names in both languages."""
