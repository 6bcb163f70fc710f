"""Turtle and TriG (RDF 1.1), to be read: a subject a paragraph, blank nodes and lists where they are used."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple
from wicara.graph.names import FIRST, NIL, REST, shorten
from wicara.graph.terms import IRI, Node, PlainKey, Term, as_node, directed, plain_key, predicate_key
from wicara.ontology import PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Quad

Statements: TypeAlias = dict[Node, list[tuple[NamedNode, Term]]]
Row: TypeAlias = tuple[str, str, PlainKey]
"""A triple of IRIs and literals by what it is sorted by: its subject, `predicate_key`, `plain_key`."""

RDF, XSD = PREFIXES["rdf"], PREFIXES["xsd"]
PLAIN: Final = frozenset({XSD + "string", RDF + "langString", RDF + "dirLangString"})
BARE: Final = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile("true|false"),
}
"""The literals that Turtle lets stand without quotes."""
ESCAPED: Final = re.compile('[\x00-\x1f\x7f"\\\\]')
ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
DEEPEST: Final = 20
"""How deep blank nodes are written into each other before one gets a name (parsers recurse)."""
INDENT: Final = "    "


def declarations(prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the declarations of prefixes, sorted."""
    for prefix, namespace in sorted(prefixes.items()):
        yield f"@prefix {prefix}: <{namespace}> .\n"


def quoted(text: str) -> str:
    """Return the text as a Turtle string."""
    return '"' + ESCAPED.sub(lambda m: ESCAPES.get(m[0], f"\\u{ord(m[0]):04X}"), text) + '"'


def is_bare(lexical: str, datatype: str) -> bool:
    """Tell whether a literal stands without quotes in Turtle."""
    form = BARE.get(datatype)
    return form is not None and form.fullmatch(lexical) is not None


def datatype_shown(lexical: str, datatype: str) -> Sequence[str]:
    """Return the datatype of a literal, if it is written."""
    return () if datatype in PLAIN or is_bare(lexical, datatype) else (datatype,)


def iris_of(term: Term | DefaultGraph) -> Iterator[str]:
    """Yield the IRIs that are written when the term is."""
    if isinstance(term, NamedNode):
        yield term.value
    elif isinstance(term, Literal):
        yield from datatype_shown(term.value, term.datatype.value)
    elif isinstance(term, Triple):
        for part in (term.subject, term.predicate, term.object):
            yield from iris_of(part)


def used_once(statements: Statements, elsewhere: Counter[Node]) -> set[Node]:
    """Return the blank nodes that are the object of one statement, in this graph alone, in no triple term.

    `elsewhere` counts the graphs that a blank node stands in.
    """
    uses = Counter(term for pairs in statements.values() for _, term in pairs if isinstance(term, BlankNode))
    in_triples = {part for pairs in statements.values() for _, term in pairs for part in inner_terms(term)}
    return {
        node
        for node, count in uses.items()
        if count == 1 and node in statements and elsewhere[node] == 1 and node not in in_triples
    }


def inner_terms(term: Term) -> Iterator[Term]:
    """Yield the terms inside a triple term."""
    if isinstance(term, Triple):
        yield term.subject
        yield term.object
        yield from inner_terms(term.object)


def list_links(statements: Statements, once: set[Node]) -> Iterator[Node]:
    """Yield the links of the lists that are whole: one member and one rest each, down to `rdf:nil`."""
    rests = {
        node: statements[node][1][1]
        for node in once
        if [predicate for predicate, _ in statements[node]] == [FIRST, REST]
    }
    before = {rest: node for node, rest in rests.items() if rest != NIL}
    for last in (node for node, rest in rests.items() if rest == NIL):
        link: Node | None = last
        while link is not None:
            yield link
            link = before.get(link)


def hanging(statements: Statements, once: set[Node], links: frozenset[Node]) -> Iterator[Node]:
    """Yield those of `once` that hang from a node with a name, at most `DEEPEST` deep; a list is one step."""
    ready = [(subject, 0) for subject in statements if subject not in once]
    while ready:
        subject, depth = ready.pop()
        for predicate, term in statements[subject]:
            if term not in once or not isinstance(term, BlankNode):
                continue
            below = depth if subject in links and predicate == REST else depth + 1
            if below < DEEPEST:
                yield term
            ready.append((term, below if below < DEEPEST else 0))


def by_subject(quads: Iterable[Quad]) -> Statements:
    """Return the sorted quads of one graph by subject, order kept."""
    statements: Statements = {}
    for quad in quads:
        subject = as_node(quad.subject)
        statements.setdefault(subject, []).append((quad.predicate, quad.object))
    return statements


@dataclass(frozen=True)
class Layout:
    """One graph, and which of its blank nodes are written where they are used: as lists, or in brackets."""

    statements: Statements
    inside: frozenset[Node]
    links: frozenset[Node]

    def iris(self) -> Iterator[str]:
        """Yield the IRIs that are written; neither `rdf:type` (written `a`) nor the links of lists are."""
        for subject, pairs in self.statements.items():
            if subject in self.links:
                yield from iris_of(pairs[0][1])
                continue
            yield from iris_of(subject)
            for predicate, term in pairs:
                yield from iris_of(term)
                if predicate.value != RDF_TYPE:
                    yield predicate.value


def lay_out(statements: Statements, elsewhere: Counter[Node]) -> Layout:
    """Decide which blank nodes of a graph are written where they are used."""
    once = used_once(statements, elsewhere)
    links = frozenset(list_links(statements, once))
    inside = frozenset(hanging(statements, once, links))
    return Layout(statements, inside, links & inside)


@dataclass(frozen=True)
class Paragraphs:
    """One graph as it is written: each subject a paragraph, each predicate a line."""

    layout: Layout
    names: Mapping[str, str]

    def write(self) -> Iterator[str]:
        """Yield each subject with its statements."""
        for subject in self.layout.statements:
            if subject not in self.layout.inside:
                yield f"{self.term(subject)} {self.predicates(subject, INDENT)} .\n"

    def predicates(self, subject: Node, indent: str) -> str:
        """Return `p o , o ; p o` of a subject, each predicate on its own line."""
        lines = (
            f"{self.predicate(predicate)} {self.objects([term for _, term in group], indent + INDENT)}"
            for predicate, group in groupby(
                self.layout.statements[subject], key=lambda statement: statement[0]
            )
        )
        return f" ;\n{indent}".join(lines)

    def objects(self, terms: Sequence[Term], indent: str) -> str:
        """Return the objects of one predicate: on one line where there is one, else one line each."""
        between = f" ,\n{indent}"
        return between.join(self.term(term, indent) for term in terms)

    def predicate(self, predicate: NamedNode) -> str:
        """Return a predicate as it is written."""
        return "a" if predicate.value == RDF_TYPE else self.iri(predicate.value)

    def iri(self, iri: str) -> str:
        """Return an IRI, shortened where a prefix serves."""
        return self.names.get(iri) or f"<{iri}>"

    def term(self, term: Term, indent: str = INDENT) -> str:
        """Return a term as it is written."""
        if isinstance(term, NamedNode):
            return self.iri(term.value)
        if isinstance(term, Literal):
            return self.literal(term.value, term.datatype.value, term.language or "", directed(term))
        if isinstance(term, BlankNode):
            return self.blank(term, indent) if term in self.layout.inside else f"_:{term.value}"
        return f"<<( {self.term(term.subject)} {self.predicate(term.predicate)} {self.term(term.object)} )>>"

    def literal(self, lexical: str, datatype: str, language: str, direction: str) -> str:
        """Return a literal with its language, direction or datatype."""
        if language:
            return f"{quoted(lexical)}@{language}{f'--{direction}' if direction else ''}"
        shown = datatype_shown(lexical, datatype)
        if shown:
            return f"{quoted(lexical)}^^{self.iri(datatype)}"
        return quoted(lexical) if datatype in PLAIN else lexical

    def blank(self, node: BlankNode, indent: str) -> str:
        """Return a blank node that is written where it is used."""
        if node in self.layout.links:
            return "( " + " ".join(self.term(member, indent) for member in self.members(node)) + " )"
        return f"[\n{indent}{self.predicates(node, indent)}\n{indent[:-4]}]"

    def members(self, link: Term) -> Iterator[Term]:
        """Yield the members of the list that begins at a link."""
        while isinstance(link, BlankNode):
            (_, member), (_, link) = self.layout.statements[link]
            yield member


def write_turtle(quads: Sequence[Quad], headings: Mapping[Node, str] = MappingProxyType({})) -> Iterator[str]:
    """Yield the sorted quads as TriG; quads of the default graph alone are Turtle.

    A graph with a heading is written without its name, as a part of the default graph under a comment.
    """
    graphs = {graph: by_subject(group) for graph, group in groupby(quads, key=lambda quad: quad.graph_name)}
    elsewhere = Counter(node for statements in graphs.values() for node in blank_nodes(statements))
    elsewhere.update(graph for graph in graphs if isinstance(graph, BlankNode))
    layouts = {graph: lay_out(statements, elsewhere) for graph, statements in graphs.items()}
    named = (graph.value for graph in graphs if isinstance(graph, NamedNode) and graph not in headings)
    short = shorten(chain(named, *(layout.iris() for layout in layouts.values())))
    yield from declarations(short.prefixes)
    for graph, layout in layouts.items():
        heading = None if isinstance(graph, DefaultGraph) else headings.get(graph)
        yield from write_graph(graph, Paragraphs(layout, short.names), heading)


def plain_rows(triples: Iterable[Triple]) -> set[Row] | None:
    """Return triples as rows; None where a blank node or triple term is among them."""
    rows: set[Row] = set()
    for subject, predicate, term in triples:
        if not isinstance(subject, NamedNode) or not isinstance(term, NamedNode | Literal):
            return None
        rows.add((subject.value, predicate_key(predicate), plain_key(term)))
    return rows


def plain_turtle(rows: Collection[Row]) -> str:
    """Return rows, sorted, in Turtle.

    Most answers have neither blank nodes nor triple terms: more than half of the cost of a small one would
    go into looking for them.
    """
    iris: set[str] = set()
    for subject, verb, (kind, *parts) in rows:
        iris.update((subject, verb), parts if kind == IRI else datatype_shown(*parts[:2]))
    short = shorten(filter(None, iris))
    paragraphs = Paragraphs(Layout({}, frozenset(), frozenset()), short.names)
    pieces = [*declarations(short.prefixes)]
    end, last = "", ("", "")
    for subject, verb, (kind, *parts) in sorted(rows):
        if (subject, verb) == last:
            pieces.append(f" ,\n{INDENT}{INDENT}")
        else:
            name = paragraphs.iri(verb) if verb else "a"
            begin = f" ;\n{INDENT}" if subject == last[0] else f"{end}\n{paragraphs.iri(subject)} "
            pieces.append(f"{begin}{name} ")
        pieces.append(paragraphs.iri(*parts) if kind == IRI else paragraphs.literal(*parts))
        end, last = " .\n", (subject, verb)
    return "".join((*pieces, end))


def write_graph(graph: Node | DefaultGraph, paragraphs: Paragraphs, heading: str | None) -> Iterator[str]:
    """Yield one graph: in braces after its name, or bare where it is the default graph or has a heading."""
    if heading:
        yield f"\n# {heading}\n"
    if heading or isinstance(graph, DefaultGraph):
        yield from ("\n" + paragraph for paragraph in paragraphs.write())
    else:
        yield f"\n{paragraphs.term(graph)} {{\n" + "".join(paragraphs.write()) + "}\n"


def blank_nodes(statements: Statements) -> set[Node]:
    """Return the blank nodes of one graph."""
    terms: set[Term] = set(statements)
    terms.update(term for pairs in statements.values() for _, term in pairs)
    return {term for term in terms if isinstance(term, BlankNode)}
