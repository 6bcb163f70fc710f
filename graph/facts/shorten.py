"""The long form of data files made short: what the build adds again is left out, the words go into a lock.

What cannot be left out, as it differs from what the build would add, stays as it is, in its named graph.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Quad
from wicara.graph.facts import edtf
from wicara.graph.facts.lock import Locked
from wicara.graph.facts.selector import read_evidence
from wicara.graph.facts.short_form import (
    DESCRIBED,
    LONG_EVIDENCE,
    NAMES,
    QUOTE,
    SENTENCES,
    SPAN,
    Subject,
    defaults,
    expand,
)
from wicara.graph.facts.skeleton import ordinal
from wicara.graph.facts.source import read_sources
from wicara.graph.inputs import Stated
from wicara.graph.names import (
    ENTITIES,
    IN,
    LOCAL_NAME,
    PREF_LABEL,
    PROV,
    TYPE,
    GraphKind,
    graph_iri,
    kind_of,
    shorten,
)
from wicara.graph.terms import text_of
from wicara.graph.turtle import Layout, Paragraphs, declarations, iris_of
from wicara.ontology import PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.graph.facts.selector import Evidence, Selector
    from wicara.graph.facts.source import Source
    from wicara.graph.terms import Term

WIDTH: Final = 150
"""How long a line of statements may be before it is broken."""
INDENT: Final = "    "
GRANULARITY: Final = NamedNode(f"{WIC}granularity")
BOUNDS: Final = frozenset(
    NamedNode(WIC + name) for name in ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
)
EXACT: Final = NamedNode(PREFIXES["oa"] + "exact")


class Remaining(dict[Quad, Quad]):
    """The quads of the long form that the short form does not stand for yet, in the order of the files."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        """Begin with all of them."""
        super().__init__((with_plain_count(quad), quad) for quad in quads)

    def take(self, short: Sequence[Quad], rows: Sequence[Locked] = ()) -> Sequence[Quad]:
        """Take out what short statements stand for and return them; nothing if it is not all there."""
        long = {with_plain_count(quad) for quad in expand([Stated(quad, 0) for quad in short], "", rows)}
        if not long <= self.keys():
            return ()
        for quad in long:
            del self[quad]
        return short


def with_plain_count(quad: Quad) -> Quad:
    """Return the quad with a count as the store writes it."""
    term = quad.object
    if isinstance(term, Literal) and term.datatype.value.endswith("#nonNegativeInteger"):
        integer = NamedNode(PREFIXES["xsd"] + "integer")
        return Quad(quad.subject, quad.predicate, Literal(term.value, datatype=integer), quad.graph_name)
    return quad


def shortened(quads: Sequence[Quad]) -> tuple[str, tuple[Locked, ...]]:
    """Return the short form of the quads of data files, as TriG, and its lock."""
    left = Remaining(quads)
    sources = read_sources(quads)
    exact = {quad.object.value: quad.object for quad in quads if quad.predicate == EXACT}  # type: ignore[union-attr]
    words = {item.fact: item for item in read_evidence(quads) if item.selector.exact}
    about: dict[str, list[Quad]] = defaultdict(list)
    stated: dict[str, list[Quad]] = defaultdict(list)
    for quad in quads:
        about[quad.subject.value if isinstance(quad.subject, NamedNode) else ""].append(quad)
        stated[quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""].append(quad)
    rows = tuple(lock_row(item, sources) for item in words.values())
    described = [left.take(short_source(source, about[source.iri])) for source in sources]
    facts: dict[str, Sequence[Quad]] = {}
    for iri, said in about.items():
        if kind_of(iri) in DESCRIBED:
            item = words.get(iri)
            quoted = words_quoted(iri, item.selector, exact[item.selector.exact]) if item else []
            facts[iri] = left.take(short_fact(iri, said, quoted), rows)
    named = dict.fromkeys(quad.subject for quad in left.values() if quad.graph_name == ENTITIES)
    things = [
        left.take([without_graph(quad) for quad in about[node.value] if quad.graph_name == ENTITIES])
        for node in named
        if isinstance(node, NamedNode)
    ]
    stated = {iri: with_dates(stated[iri]) for iri in facts}
    graphs = list(stated.values())
    rest = [
        quad
        for quad in left.values()
        if quad.graph_name.value not in facts and not names_a_selector(quad)  # type: ignore[union-attr]
    ]
    writer = Writer([*described, *things, *facts.values(), *graphs, rest], facts)
    text = "".join(
        chain(
            declarations(writer.used),
            writer.section("The source.", described),
            writer.section("Things: their classes and names.", things),
            writer.facts(facts, stated, rows, sources),
            writer.blocks(rest),
        )
    )
    return text, rows


def with_dates(quads: Sequence[Quad]) -> list[Quad]:
    """Return the statements of one graph, bounds of time spans as dates in EDTF where these say just them."""
    short = list(quads)
    for span in dict.fromkeys(quad.subject for quad in quads if quad.predicate == GRANULARITY):
        of_span = {quad.predicate: quad for quad in quads if quad.subject == span}
        bounds = [quad for predicate, quad in of_span.items() if predicate in BOUNDS]
        granularity = of_span[GRANULARITY]
        days = {q.predicate.value.removeprefix(WIC): date.fromisoformat(text_of(q.object)) for q in bounds}
        said = edtf.shortest_form(days, text_of(granularity.object).rpartition("/")[2])
        if said:
            dated = Quad(span, NamedNode(IN + said[0]), Literal(said[1]), quads[0].graph_name)
            short[short.index(granularity)] = dated
            short = [quad for quad in short if quad not in bounds]
    return short


def names_a_selector(quad: Quad) -> bool:
    """Tell whether a statement is a label of a target or selector, which these had in version 1.0.0."""
    return (
        quad.predicate == PREF_LABEL
        and re.search(r"/id/evidence/.*-(target|position|quote)$", text_of(quad.subject)) is not None
    )


def without_graph(quad: Quad) -> Quad:
    """Return a quad as it stands outside named graphs."""
    return Quad(quad.subject, quad.predicate, quad.object)


def lock_row(item: Evidence, sources: Iterable[Source]) -> Locked:
    """Return the row of the lock that evidence in the long form amounts to."""
    sentences = (sentence for source in sources for sentence in source.sentences)
    name = next((ordinal(sentence) for sentence in sentences if sentence.iri == item.sentence), "")
    chosen = item.selector
    return Locked(
        item.fact.rpartition("/")[2], chosen.exact, f"{chosen.start}-{chosen.end}", name, chosen.sha256
    )


def short_source(source: Source, quads: Iterable[Quad]) -> list[Quad]:
    """Return the description of a source, its sentences as one list of spans."""
    graph = graph_iri(GraphKind.SOURCE, source.name)
    spans = " ".join(f"{sentence.start}-{sentence.end}" for sentence in source.sentences)
    node = NamedNode(source.iri)
    described = {
        without_graph(quad): None
        for quad in quads
        if (quad.graph_name == ENTITIES and quad.predicate in NAMES)
        or (quad.graph_name == NamedNode(graph) and (quad.predicate not in NAMES or quad.predicate == TYPE))
    }
    return [*described, *([Quad(node, SENTENCES, Literal(spans))] if spans else [])]


def short_fact(iri: str, quads: Iterable[Quad], quoted: Sequence[Quad]) -> list[Quad]:
    """Return what is said of a fact or another graph without what is added, after its names and its words."""
    said = [quad for quad in quads if quad.graph_name == PROV]
    subject = Subject(NamedNode(iri), 0)
    for quad in said:
        subject.values.setdefault(quad.predicate, []).append((quad.object, 0))
    added = defaults(subject, kind_of(iri))
    short = [
        without_graph(quad)
        for quad in said
        if quad.object not in added.get(quad.predicate, ()) and quad.predicate != LONG_EVIDENCE
    ]
    labels = [quad for quad in short if quad.predicate == PREF_LABEL]
    return [*labels, *quoted, *(quad for quad in short if quad not in labels)]


def words_quoted(iri: str, chosen: Selector, exact: Term) -> list[Quad]:
    """Return the quote of a fact and its span; only the text tells whether it is needed."""
    span = Literal(f"{chosen.start}-{chosen.end}")
    return [Quad(NamedNode(iri), QUOTE, exact), Quad(NamedNode(iri), SPAN, span)]


class Writer:
    """What writes the short form: prefixed names, several statements a line."""

    def __init__(self, groups: Iterable[Sequence[Quad]], facts: Iterable[str]) -> None:
        """Collect the prefixes in use; `f:` is that of the facts of the first article, `g:` of a pack."""
        terms = [term for group in groups for quad in group for term in quad.triple]
        short = shorten(chain.from_iterable(iris_of(term) for term in terms if term != TYPE))
        self.used, names = dict(short.prefixes), dict(short.names)
        own = {"in": IN, "content": graph_iri(GraphKind.CONTENT) + "/"}
        for prefix, kind in (("f", GraphKind.FACT), ("g", GraphKind.BACKGROUND)):
            if first := next((iri for iri in facts if kind_of(iri) == kind), None):
                own[prefix] = first.rpartition("/")[0] + "/"
        for iri in (term.value for term in terms if isinstance(term, NamedNode)):
            for prefix, namespace in own.items():
                local = iri.removeprefix(namespace)
                if local != iri and LOCAL_NAME.fullmatch(local):
                    names[iri] = f"{prefix}:{local}"
                    self.used[prefix] = namespace
        self.paragraphs = Paragraphs(Layout({}, frozenset(), frozenset()), names)

    def section(self, title: str, groups: Iterable[Sequence[Quad]]) -> Iterator[str]:
        """Yield the statements of some subjects under a comment."""
        blocks = [self.statements(group) for group in groups if group]
        if blocks:
            yield f"\n# {title}\n\n" + "".join(blocks)

    def statements(self, quads: Sequence[Quad], indent: str = "") -> str:
        """Return the statements of one subject, as many on a line as have room."""
        objects: dict[NamedNode, list[Term]] = {}
        for quad in quads:
            objects.setdefault(quad.predicate, []).append(quad.object)
        write = self.paragraphs
        parts = [
            f"{write.predicate(predicate)} {' , '.join(map(write.term, terms))}"
            for predicate, terms in objects.items()
        ]
        line = f"{indent}{write.term(quads[0].subject)} {parts[0]}"
        lines = []
        for part in parts[1:]:
            if len(line) + len(part) > WIDTH:
                lines.append(f"{line} ;")
                line = f"{indent}{INDENT}{part}"
            else:
                line = f"{line} ; {part}"
        return "\n".join((*lines, f"{line} .\n"))

    def graph(self, iri: str, quads: Sequence[Quad]) -> str:
        """Return a named graph; one of a single line is on that line."""
        by_subject: dict[object, list[Quad]] = {}
        for quad in quads:
            by_subject.setdefault(quad.subject, []).append(quad)
        inside = "".join(self.statements(group, INDENT) for group in by_subject.values())
        name = self.paragraphs.iri(iri)
        if inside.count("\n") == 1 and len(inside) < WIDTH:
            return f"{name} {{ {inside.strip()} }}\n"
        return f"{name} {{\n{inside}}}\n"

    def facts(
        self,
        facts: Mapping[str, Sequence[Quad]],
        stated: Mapping[str, Sequence[Quad]],
        rows: Iterable[Locked],
        sources: Iterable[Source],
    ) -> Iterator[str]:
        """Yield each fact with what it states, under the sentence that it is in."""
        sentence_of = {row.fact: row.sentence for row in rows}
        span_of = {ordinal(s): f"[{s.start},{s.end})" for source in sources for s in source.sentences}
        shown = ""
        for iri, said in facts.items():
            sentence = sentence_of.get(iri.rpartition("/")[2], "")
            if sentence and sentence != shown:
                yield f"\n# Sentence {sentence} {span_of.get(sentence, '')}\n"
                shown = sentence
            block = self.graph(iri, stated[iri]) if stated[iri] else ""
            yield f"\n{block}{self.statements(said) if said else ''}"

    def blocks(self, quads: Iterable[Quad]) -> Iterator[str]:
        """Yield what stays in the long form."""
        by_graph: dict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            by_graph[quad.graph_name.value].append(quad)  # type: ignore[union-attr]
        for iri, group in by_graph.items():
            yield f"\n{self.graph(iri, group)}"
