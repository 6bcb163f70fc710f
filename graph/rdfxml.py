"""RDF/XML (RDF 1.1 XML Syntax): the plain `rdf:Description` form, and what that syntax cannot hold."""

from __future__ import annotations

import re
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.graph.prefixes import NAMESPACES
from wicara.graph.unwritable import Unwritable, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Quad
    from wicara.graph.order import Term

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
"""The ASCII part of NCName (Namespaces in XML 1.0): the end of a predicate that can be an element's name."""
NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 has no way to write."""
RESERVED: Final = frozenset(
    RDF + name
    for name in (
        "RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li", "aboutEach",
        "aboutEachPrefix", "bagID",
    )
)  # fmt: skip
"""The IRIs that the syntax forbids as predicates, or reads as something else (section 5.1)."""


def element_names(predicates: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the namespaces by prefix, sorted, and the element name of each predicate.

    Raises Unwritable where a predicate cannot be an element's name.
    """
    cuts = {iri: cut(iri) for iri in predicates}
    unknown = sorted({namespace for namespace, _ in cuts.values()} - set(NAMESPACES))
    prefixes = {namespace: f"ns{number}" for number, namespace in enumerate(unknown, 1)}
    prefixes |= {
        namespace: NAMESPACES[namespace] for namespace, _ in cuts.values() if namespace in NAMESPACES
    }
    prefixes[RDF] = "rdf"
    names = {iri: f"{prefixes[namespace]}:{local}" for iri, (namespace, local) in cuts.items()}
    return dict(sorted((prefix, namespace) for namespace, prefix in prefixes.items())), names


def cut(predicate: str) -> tuple[str, str]:
    """Return the namespace and the local name of a predicate: the longest end that is a name."""
    known = predicate[: max(predicate.rfind("#"), predicate.rfind("/")) + 1]
    start = len(known)
    while start < len(predicate) and not NAME.match(predicate, start):
        start += 1
    if predicate in RESERVED or not 0 < start < len(predicate):
        raise Unwritable(
            f"RDF/XML cannot write the predicate <{predicate}> as an element. Choose another format."
        )
    return predicate[:start], predicate[start:]


def attribute(name: str, value: str) -> str:
    """Return an attribute as it is written."""
    return f'{name}="{escape(value)}"'


def text(value: str) -> str:
    """Return the text of an element; a carriage return is kept from XML's end-of-line handling."""
    bad = NO_XML.search(value)
    if bad:
        raise Unwritable(
            f"XML 1.0 has no character U+{ord(bad[0]):04X}, which stands in a literal. Choose another format."
        )
    return escape(value, quote=False).replace("\r", "&#13;")


def node(term: NamedNode | BlankNode, iri: str) -> str:
    """Return the attribute that names a node; `iri` is the attribute for an IRI."""
    if isinstance(term, NamedNode):
        return attribute(iri, term.value)
    return attribute("rdf:nodeID", term.value)


def statement(name: str, term: Term) -> str:
    """Return one property element."""
    if not isinstance(term, Literal):
        return f"    <{name} {node(term, 'rdf:resource')}/>\n"  # type: ignore[arg-type]  # triple terms are refused before
    about = ""
    if term.language:
        about = " " + attribute("xml:lang", term.language)
    elif term.datatype.value != XSD_STRING:
        about = " " + attribute("rdf:datatype", term.datatype.value)
    return f"    <{name}{about}>{text(plain(term, 'RDF/XML').value)}</{name}>\n"


def description(
    subject: NamedNode | BlankNode, quads: Iterable[Quad], names: Mapping[str, str]
) -> Iterator[str]:
    """Yield one subject with its statements."""
    yield f"  <rdf:Description {node(subject, 'rdf:about')}>\n"
    for quad in quads:
        yield statement(names[quad.predicate.value], quad.object)
    yield "  </rdf:Description>\n"


def write_rdfxml(quads: Sequence[Quad]) -> Iterator[str]:
    """Yield the sorted quads of one graph; raises Unwritable where RDF/XML cannot hold them."""
    prefixes, names = element_names({quad.predicate.value for quad in quads})
    declared = "".join(
        f"\n  {attribute(f'xmlns:{prefix}', namespace)}" for prefix, namespace in prefixes.items()
    )
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declared}>\n'
    for subject, group in groupby(quads, key=lambda quad: quad.subject):
        yield from description(subject, group, names)
    yield "</rdf:RDF>\n"
