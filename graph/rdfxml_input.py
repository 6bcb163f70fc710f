"""RDF/XML of any encoding as text that pyoxigraph reads right: XML literals, entities, `xml:lang=""`.

The engine's parser (0.5) takes UTF-8 only. It declares a namespace twice in an XML literal, drops one of
another rdf:parseType, takes an empty language for a fault, and does not know all of a DTD. It also expands
entities without end. So expat reads a document first: that refuses what is not well-formed, or blows up. Then
the text is changed where it needs to be; lines stay where they are:

- entities are expanded;
- an XML literal becomes a literal of the type rdf:XMLLiteral with its canonical XML (RDF/XML 1.1, 7.2.17);
- an empty language becomes the tag NO_LANGUAGE, which its literals lose after they are parsed (section 2.7).
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, lookup
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, cast
from xml.etree.ElementTree import C14NWriterTarget
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import Literal, Quad, RdfFormat, Triple, parse
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.parsers.expat import XMLParserType

    from pyoxigraph import BlankNode, NamedNode

RDF: Final = PREFIXES["rdf"]
XML: Final = "http://www.w3.org/XML/1998/namespace"
NO_LANGUAGE: Final = "x-wicara-none"
NOT_LITERAL: Final = frozenset({"Resource", "Collection"})
"""Values of rdf:parseType; any other means a literal (RDF/XML 1.1, section 7.2.20).

`Triple` means a triple term where rdf:version says so, of which the engine else makes nothing.
"""
MAY_DIFFER: Final = re.compile(
    rb"""parseType\s*=\s*["'](?!(?:Resource|Collection)["'])|lang\s*=\s*(?:""|'')""", re.VERBOSE
)
NO_CHARSETS: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
"""Codecs of Python that are no encodings of documents."""
DECLARATION: Final = re.compile(r"(<\?xml\b[^>]*?)\s+encoding\s*=\s*(?:\"([\w.:-]+)\"|'([\w.:-]+)')")
TAG: Final = re.compile(
    rb"""<[^\s/>]++(?:\s++[^\s=/>]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'))*+\s*+(?P<closed>/?)>""", re.VERBOSE
)
ATTRIBUTE: Final = re.compile(
    rb"""(?P<space>\s)(?P<name>[^\s=/>]++)\s*+=\s*+(?:"[^"]*+"|'[^']*+')""", re.VERBOSE
)
ROOT: Final = "urn:wicara:literal"
MAX_DEPTH: Final = 1_000
"""How many elements may be open at once: each costs the engine, and canonical XML, more with their number."""


class Readable(NamedTuple):
    """RDF/XML as the engine reads it, and whether NO_LANGUAGE stands in it."""

    text: bytes
    has_empty_language: bool

    def quads(self, base_iri: str | None, *, rename_blank_nodes: bool = False) -> Iterator[Quad]:
        """Return the quads; raises SyntaxError on the way."""
        quads = parse(self.text, RdfFormat.RDF_XML, base_iri=base_iri, rename_blank_nodes=rename_blank_nodes)
        return map(without_language, quads) if self.has_empty_language else quads


def readable(document: bytes, charset: str = "") -> Readable:
    """Return a document as the engine reads it; raises SyntaxError where it is not well-formed.

    `charset` is the encoding that its Content-Type names.
    """
    text = utf8(document, charset)
    if b"<!DOCTYPE" in text:
        text = Expanded(text).made()
    changes = Changes(text)
    return Readable(changes.made(), changes.has_empty_language)


def utf8(document: bytes, charset: str = "") -> bytes:
    """Return a document in UTF-8, without byte order mark and name of an encoding; raises SyntaxError."""
    encoding = encoding_of(document, charset)
    if not is_known(encoding):
        raise SyntaxError(f"the encoding {encoding} is not known", (None, 1, 1, None))
    try:
        text = document.decode(encoding)
    except UnicodeDecodeError as fault:
        before = document[: fault.start]
        place = (None, before.count(b"\n") + 1, fault.start - before.rfind(b"\n"), None)
        raise SyntaxError(f"it is not in the encoding {encoding.removesuffix('-sig')}", place) from fault
    return DECLARATION.sub(r"\1", text, count=1).encode("utf-8", "surrogatepass")


def encoding_of(document: bytes, charset: str) -> str:
    """Return the encoding of a document.

    A byte order mark tells it, else the charset of the Content-Type, else the document itself (RFC 7303,
    section 3.2).
    """
    if document.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        return "utf-32"
    if document.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if document.startswith(BOM_UTF8):
        return "utf-8-sig"
    if charset and charset.lower() != "utf-16":
        return charset
    if charset or document.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if document.startswith(b"<\0") else "utf-16-be"
    named = DECLARATION.match(document[:1000].decode("latin-1"))
    return (named[2] or named[3]) if named else "utf-8"


def is_known(encoding: str) -> bool:
    """Tell whether an encoding is one that documents can be read in."""
    try:
        return lookup(encoding).name not in NO_CHARSETS and isinstance("".encode(encoding), bytes)
    except LookupError:
        return False


def parse_all(parser: XMLParserType, text: bytes) -> None:
    """Read a document to its end; raises SyntaxError where it is not well-formed, or entities blow it up."""
    parser.SkippedEntityHandler = refuse_entity
    parser.ExternalEntityRefHandler = lambda *_names: 0
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat takes no keywords
    except ExpatError as fault:
        message = str(fault).partition(": line")[0]
        raise SyntaxError(message, (None, fault.lineno, fault.offset + 1, None)) from fault


def refuse_entity(name: str, is_parameter: bool) -> None:  # noqa: FBT001 - expat calls it
    """Raise SyntaxError for an entity that another document declares, which is not read."""
    if not is_parameter:
        raise SyntaxError(f"the entity {name} is not declared here", (None, None, None, None))


class Expanded:
    """A document in UTF-8 without its DTD: entities and default attributes are written out."""

    def __init__(self, text: bytes) -> None:
        """Take the text."""
        self.text = text
        self.parts: list[str] = []
        self.doctype = 0

    def made(self) -> bytes:
        """Return the document; raises SyntaxError."""
        self.parser = parser = ParserCreate("utf-8")
        parser.StartDoctypeDeclHandler = self.begin_doctype
        parser.EndDoctypeDeclHandler = self.end_doctype
        parser.StartElementHandler = self.begin
        parser.EndElementHandler = lambda name: self.parts.append(f"</{name}>")
        parser.CharacterDataHandler = lambda data: self.parts.append(escape(data, {"\r": "&#13;"}))
        parser.CommentHandler = lambda data: self.parts.append(f"<!--{data}-->")
        parser.ProcessingInstructionHandler = lambda name, data: self.parts.append(f"<?{name} {data}?>")
        head = self.text[: self.text.index(b"<!DOCTYPE")]
        parse_all(parser, self.text)
        return b"\n" * head.count(b"\n") + "".join(self.parts).encode()

    def begin_doctype(self, *_names: object) -> None:
        """Take note of where the DTD begins; what stands before is written as lines alone."""
        self.parts.clear()
        self.doctype = self.parser.CurrentByteIndex

    def end_doctype(self) -> None:
        """Write the lines of the DTD."""
        lines = self.text.count(b"\n", self.doctype, self.parser.CurrentByteIndex)
        self.parts = ["\n" * lines]

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Write the start of an element, with as many lines as it has."""
        tag = TAG.match(self.text, self.parser.CurrentByteIndex)
        lines = "\n" * (tag[0].count(b"\n") if tag else 0)
        text = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        self.parts.append(f"<{name}{text}{lines}>")


@dataclass
class XmlLiteral:
    """An XML literal that is being read: where its content begins, what is written of it, its depth."""

    start: int
    parts: list[str]
    target: C14NWriterTarget
    depth: int = 0


@dataclass
class Changes:
    """What is changed in a document in UTF-8."""

    text: bytes
    has_empty_language: bool = False
    has_triple_terms: bool = False
    edits: list[tuple[int, int, bytes]] = field(default_factory=list)
    scope: list[tuple[str, str]] = field(default_factory=list)
    literal: XmlLiteral | None = None
    depth: int = 0

    def made(self) -> bytes:
        """Return the document with the changes; raises SyntaxError where it is not well-formed, or deep."""
        self.parser = parser = ParserCreate("utf-8", " ")
        parser.StartElementHandler = self.open
        parser.EndElementHandler = self.close
        if MAY_DIFFER.search(self.text):
            parser.buffer_text = True
            parser.StartNamespaceDeclHandler = self.begin_namespace
            parser.EndNamespaceDeclHandler = lambda _prefix: self.scope.pop()
            parser.StartElementHandler = self.begin
            parser.EndElementHandler = self.end
            parser.CharacterDataHandler = self.data
            parser.CommentHandler = self.comment
            parser.ProcessingInstructionHandler = self.instruction
        parse_all(parser, self.text)
        parts: list[bytes] = []
        place = 0
        for start, end, text in self.edits:
            parts += (self.text[place:start], text)
            place = end
        return b"".join((*parts, self.text[place:]))

    def open(self, *_names: object) -> None:
        """Count an element that is open; raises SyntaxError for too many."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            place = (None, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1, None)
            raise SyntaxError(f"elements are nested more than {MAX_DEPTH} deep", place)

    def close(self, _name: str) -> None:
        """Count an element that is open no more."""
        self.depth -= 1

    def begin_namespace(self, prefix: str | None, uri: str | None) -> None:
        """Take note of a namespace that is declared; it counts from the next element on."""
        self.scope.append((prefix or "", uri or ""))
        if self.literal:
            self.literal.target.start_ns(*self.scope[-1])

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of the start of an element."""
        self.open()
        if self.literal:
            self.literal.depth += 1
            self.literal.target.start(clark(name), {clark(key): value for key, value in attributes.items()})
            return
        place = self.parser.CurrentByteIndex
        tag = cast("re.Match[bytes]", TAG.match(self.text, place))
        changed: dict[bytes, str] = {}
        if attributes.get(f"{XML} lang") == "":
            self.has_empty_language = True
            changed[b"xml:lang"] = f'xml:lang="{NO_LANGUAGE}"'
        parse_type = attributes.get(f"{RDF} parseType")
        is_plain = not any(f"{RDF} {key}" in attributes for key in ("resource", "nodeID", "datatype"))
        self.has_triple_terms |= attributes.get(f"{RDF} version") == "1.2"
        is_term = parse_type in NOT_LITERAL or (parse_type == "Triple" and self.has_triple_terms)
        if parse_type is not None and not is_term and is_plain:
            for prefix, uri in dict(self.scope).items():
                if uri == RDF:
                    changed[f"{prefix}:parseType".encode()] = f'{prefix}:datatype="{RDF}XMLLiteral"'
            if not tag["closed"]:
                self.literal = self.begin_literal(tag.end())
        if changed:
            self.edits.append((place, tag.end(), with_attributes(tag[0], changed)))

    def begin_literal(self, start: int) -> XmlLiteral:
        """Return the XML literal that begins at a place: its canonical XML is that of an element."""
        parts: list[str] = []
        target = C14NWriterTarget(parts.append, with_comments=True)
        for prefix, uri in ((ROOT, ROOT), *self.scope):
            target.start_ns(prefix, uri)
        target.start(f"{{{ROOT}}}literal", {})
        return XmlLiteral(start, parts, target)

    def end(self, name: str) -> None:
        """Take note of the end of an element: an XML literal is then written."""
        self.close(name)
        literal = self.literal
        if literal is None:
            return
        if literal.depth:
            literal.depth -= 1
            literal.target.end(clark(name))
            return
        literal.target.end(f"{{{ROOT}}}literal")
        whole = "".join(literal.parts)
        content = whole[whole.index(">") + 1 : whole.rindex("</")].encode()
        end = self.parser.CurrentByteIndex
        close = self.text.index(b">", end)
        was = self.text[literal.start : end]
        lines = b"\n" * (was.count(b"\n") - content.count(b"\n"))
        escaped = escape(content.decode(), {"\r": "&#13;"}).encode()
        self.edits.append((literal.start, close, escaped + self.text[end:close] + lines))
        self.literal = None

    def data(self, text: str) -> None:
        """Take note of characters."""
        if self.literal:
            self.literal.target.data(text)

    def comment(self, text: str) -> None:
        """Take note of a comment, which is a part of an XML literal."""
        if self.literal:
            self.literal.target.comment(text)

    def instruction(self, target: str, text: str) -> None:
        """Take note of a processing instruction."""
        if self.literal:
            self.literal.target.pi(target, text)


def with_attributes(tag: bytes, changed: Mapping[bytes, str]) -> bytes:
    """Return the start of an element with other attributes in the place of those of some names."""

    def changed_attribute(attribute: re.Match[bytes]) -> bytes:
        other = changed.get(attribute["name"])
        return attribute[0] if other is None else attribute["space"] + other.encode()

    return ATTRIBUTE.sub(changed_attribute, tag)


def clark(name: str) -> str:
    """Return the name of an element or attribute of expat as `{namespace}name`."""
    uri, space, local = name.rpartition(" ")
    return f"{{{uri}}}{local}" if space else name


def without_language(quad: Quad) -> Quad:
    """Return a quad whose literals have no language where that was the tag for none."""
    return Quad(quad.subject, quad.predicate, without_tag(quad.object), quad.graph_name)


def without_tag(term: NamedNode | BlankNode | Literal | Triple) -> NamedNode | BlankNode | Literal | Triple:
    """Return a term without the tag for no language, also within a triple term."""
    if isinstance(term, Literal) and term.language == NO_LANGUAGE:
        return Literal(term.value)
    if isinstance(term, Triple):
        return Triple(term.subject, term.predicate, without_tag(term.object))
    return term
