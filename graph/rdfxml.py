"""RDF/XML (RDF 1.1 XML Syntax): the plain `rdf:Description` form, and what that syntax cannot hold.

pyoxigraph 0.5 writes RDF/XML that no parser takes: predicates and classes that are no element names, the
namespace of xmlns, labels of blank nodes that begin with a digit; and carriage returns that parsers drop.
Triple terms and base directions are refused before: parsers of RDF 1.1 read what RDF 1.2 writes of them as
something else.
"""

from __future__ import annotations

from html import escape
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Final, cast
from xml.parsers import expat

from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.graph.errors import DoesNotFit
from wicara.graph.names import NAMESPACES
from wicara.graph.xml_text import NAME_CHAR, NAME_START, compiled, xml_text
from wicara.ontology import PREFIXES, XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Quad, Triple

    RdfTerm = NamedNode | BlankNode | Literal

RDF: Final = PREFIXES["rdf"]
XMLNS: Final = "http://www.w3.org/2000/xmlns/"
"""The namespace that no prefix may be bound to (Namespaces in XML 1.0, section 3)."""
NAME: Final = rf"[{NAME_START}][{NAME_CHAR}]*\Z"
"""NCName (Namespaces in XML 1.0)."""
OTHERS: Final = "Turtle, N-Triples and JSON-LD"
RESERVED: Final = frozenset(
    RDF + name
    for name in (
        "RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li", "aboutEach",
        "aboutEachPrefix", "bagID",
    )
)  # fmt: skip
"""The IRIs that the syntax forbids as predicates, or reads as something else (section 5.1)."""
ENCODED: Final = "utf8-"
HEAD: Final = 1000
"""Statements whose namespaces are declared at the root; those of later ones are declared where they stand."""


def cut(predicate: str) -> tuple[str, str]:
    """Return the namespace and the local name of a predicate: the longest end that is a name.

    Raises DoesNotFit where it cannot be the name of an element.
    """
    known = predicate[: max(predicate.rfind("#"), predicate.rfind("/")) + 1]
    start = len(known)
    while start < len(predicate) and not is_name(predicate, start):
        start += 1
    namespace = predicate[:start]
    if predicate in RESERVED or namespace in {"", predicate, XMLNS}:
        raise DoesNotFit(
            f"RDF/XML cannot write the predicate <{predicate}> as an element. {OTHERS} can hold it."
        )
    return namespace, predicate[start:]


def is_name(text: str, start: int = 0) -> bool:
    """Tell whether a text names an element from a place on, for parsers of the fourth edition of XML too."""
    if compiled(NAME).match(text, start) is None:
        return False
    if not text.isascii():
        try:
            expat.ParserCreate().Parse(f"<{text[start:]}/>", True)  # noqa: FBT003 - as in rdfxml_input.py
        except expat.ExpatError:
            return False
    return True


def root_prefixes(namespaces: Iterable[str]) -> dict[str, str]:
    """Return the prefix of each namespace, in the order of the prefixes."""
    unknown = sorted({*namespaces} - {*NAMESPACES, RDF})
    prefixes = {namespace: f"ns{number}" for number, namespace in enumerate(unknown, 1)}
    prefixes |= {namespace: NAMESPACES[namespace] for namespace in namespaces if namespace in NAMESPACES}
    prefixes[RDF] = "rdf"
    return dict(sorted(prefixes.items(), key=lambda item: (item[1], item[0])))


class Elements:
    """The names of predicates as elements: with a prefix of the root, or with a declaration of their own."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Take the prefix of each namespace that the root declares."""
        self.prefixes = prefixes
        self.tags: dict[str, tuple[str, str]] = {}

    def tag(self, predicate: str) -> tuple[str, str]:
        """Return the name of an element, and the declaration that it needs; raises DoesNotFit."""
        if predicate not in self.tags:
            namespace, local = cut(predicate)
            prefix = self.prefixes.get(namespace)
            declaration = "" if prefix else f" {attribute('xmlns:ns', namespace)}"
            self.tags[predicate] = f"{prefix or 'ns'}:{local}", declaration
        return self.tags[predicate]

    def statement(self, predicate: str, term: RdfTerm) -> str:
        """Return one property element; raises DoesNotFit."""
        name, declared = self.tag(predicate)
        if not isinstance(term, Literal):
            return f"    <{name}{declared} {node(term, 'rdf:resource')}/>\n"
        about = ""
        if term.language:
            about = " " + attribute("xml:lang", term.language)
        elif term.datatype.value != XSD_STRING:
            about = " " + attribute("rdf:datatype", term.datatype.value)
        return f"    <{name}{declared}{about}>{text(term.value)}</{name}>\n"


def attribute(name: str, value: str) -> str:
    """Return an attribute as it is written."""
    return f'{name}="{escape(value)}"'


def text(value: str) -> str:
    """Return the text of an element; raises DoesNotFit where XML lacks one of its characters."""
    return xml_text(escape(value, quote=False).encode(), OTHERS).decode()


def node(term: NamedNode | BlankNode, iri: str) -> str:
    """Return the attribute that names a node; `iri` is the attribute for an IRI.

    A label that is no name in XML is encoded, and so is one that looks encoded: no two become one.
    """
    if isinstance(term, NamedNode):
        return attribute(iri, term.value)
    label = term.value
    is_plain = is_name(label) and not label.startswith(ENCODED)
    return attribute("rdf:nodeID", label if is_plain else ENCODED + label.encode().hex())


def write_rdfxml(statements: Iterable[Quad | Triple]) -> Iterator[str]:
    """Yield the statements of one graph as they come, each run of one subject as one element.

    They have no triple terms (`holding` in `wicara.graph.formats`). Raises DoesNotFit where RDF/XML
    cannot hold them.
    """
    rest = iter(statements)
    first = list(islice(rest, HEAD))
    namespaces = {cut(statement.predicate.value)[0] for statement in first}
    prefixes = root_prefixes(namespaces)
    declared = "".join(f"\n  {attribute(f'xmlns:{name}', iri)}" for iri, name in prefixes.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declared}>\n'
    elements = Elements(prefixes)
    for subject, run in groupby(chain(first, rest), key=lambda statement: statement.subject):
        yield f"  <rdf:Description {node(subject, 'rdf:about')}>\n"
        for statement in run:
            yield elements.statement(statement.predicate.value, cast("RdfTerm", statement.object))
        yield "  </rdf:Description>\n"
    yield "</rdf:RDF>\n"
