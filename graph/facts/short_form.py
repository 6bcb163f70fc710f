"""The short form of a data file: what a person decides, in TriG; the build adds all else.

Statements outside named graphs go where their subject belongs: a source's to `graph/source/…`, the class
and names of a thing to `graph/entities`, what is said of a fact to `graph/prov`. `short_form.toml` holds what
may be left out. Terms of the namespace `in:` exist in data files only:

- `in:sentences "0-146 147-247"` of an article: where its sentences stand
- `in:quote "words"@id` of a fact: the words it rests on; `in:span "START-END"`: the passage, if it is longer
- `in:evidence [ in:quote …; in:span … ]`: the same, for a fact that rests on several passages
- `a p:Attended ; p:who …` of a fact: it is an instance of a pattern (`graph/facts/patterns.py`)
- `in:base <https://data.example.org/>` of an article: the base of the IRIs that patterns mint
- `in:suggested …` of a fact: `wicara draft` suggests it, and it is no data (`graph/inputs.py`)
- `in:throughout "2016/2020"`, `in:within "2018-11"`, `in:asOf "2018-11-14"` of a time span: its bounds (EDTF)

What is said of a time span outside named graphs, besides class and names, is said in each fact that has it.

A file in the long form, with every statement in its named graph, is read as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad
from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.edtf import MEANINGS, NotBoundedError
from wicara.graph.facts.lock import locked
from wicara.graph.facts.nodes import annotation, fixed, fixed_iri, labelled, position
from wicara.graph.facts.patterns import P, hint, instance, kind_of_thing
from wicara.graph.names import (
    DERIVED_FROM,
    ENTITIES,
    GRAPHS,
    IN,
    PROV,
    TYPE,
    GraphKind,
    graph_iri,
    iri_name,
    kind_of,
    term_name,
)
from wicara.graph.terms import read_term
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from wicara.graph.facts.lock import Locked
    from wicara.graph.facts.patterns import Names
    from wicara.graph.inputs import Stated
    from wicara.graph.terms import Node, Term

QUOTE, SPAN, EVIDENCE, SENTENCES = (
    NamedNode(IN + name) for name in ("quote", "span", "evidence", "sentences")
)
OWN_BASE: Final = NamedNode(f"{IN}base")
TERMS: Final = ("quote", "span", "evidence", "sentences", "base", *MEANINGS)

MEANING_OF: Final = {NamedNode(IN + name): meaning for name, meaning in MEANINGS.items()}
TABLE: Final = tomllib.loads((Path(__file__).parent / "short_form.toml").read_text(encoding="utf-8"))
NAMES: Final = frozenset(read_term(name) for name in TABLE["names"]["properties"])
LONG_EVIDENCE: Final = NamedNode(f"{WIC}evidence")
LOCATOR: Final = NamedNode(f"{WIC}locator")
DESCRIBED: Final = frozenset({GraphKind.FACT, GraphKind.CONTENT, GraphKind.BACKGROUND})
"""The kinds of graphs that statements outside named graphs may describe."""
DATE: Final = NamedNode(PREFIXES["xsd"] + "date")
BOOLEAN: Final = NamedNode(PREFIXES["xsd"] + "boolean")
SPANS: Final = re.compile(r"([0-9]+)-([0-9]+)")
PLACEHOLDER: Final = re.compile(r"\{(\w+:\w+)\}")


@dataclass(frozen=True)
class WordsOfFact:
    """The words that a fact rests on: the first passage of the fact `F038` is `F038`, the second `F038-2`."""

    fact: str
    graph: str
    quote: Literal
    span: str
    line: int

    @property
    def article(self) -> str:
        """The ID of the article that the fact is of."""
        return self.graph.removeprefix(GRAPHS).split("/")[1]


@dataclass
class Subject:
    """What a file states of a subject outside named graphs: values by property, with the line of each."""

    node: Node
    line: int
    values: dict[NamedNode, list[tuple[Term, int]]] = field(default_factory=dict)

    def terms(self, predicate: NamedNode) -> list[Term]:
        """Return the values of a property."""
        return [term for term, _ in self.values.get(predicate, ())]

    def line_of(self, predicate: NamedNode) -> int:
        """Return the line of the first value of a property, or that of the subject."""
        return self.values[predicate][0][1] if predicate in self.values else self.line


class Faults(list[tuple[int, str]]):
    """What is wrong in a file: the line, and what to do."""

    def add(self, line: int, text: str) -> None:
        """Record a fault."""
        self.append((line, text))

    def raise_for(self, name: str) -> None:
        """Raise UnreadableInput with every fault, each once, where there is one."""
        if self:
            raise UnreadableInput(
                "\n".join(f"{name}, line {line}: {text}" for line, text in sorted(set(self)))
            )


def is_short(statements: Iterable[Stated]) -> bool:
    """Tell whether a file is in the short form: it has statements outside named graphs, or terms of `in:`."""
    return any(
        isinstance(stated.quad.graph_name, DefaultGraph) or stated.quad.predicate.value.startswith((IN, P))
        for stated in statements
    )


def no_names(_iri: str, _language: str) -> None:
    """Return that the name of a thing is not known."""


@dataclass(frozen=True)
class Context:
    """What is known while a file is expanded: its subjects, its lock, names of things, what was minted."""

    subjects: Mapping[Node, Subject]
    rows: Sequence[Locked] | None
    """The lock; None where the words are not looked up."""
    names: Names
    faults: Faults = field(default_factory=Faults)
    minted: set[Node] = field(default_factory=set)
    elsewhere: Mapping[Node, Subject] = field(default_factory=dict)
    """Subjects of the file beside those that are expanded: its base, its names of things, and what it says
    once of a time span hold for them too."""

    @cached_property
    def rows_of(self) -> Mapping[str, Sequence[Locked]]:
        """The rows of the lock by fact."""
        rows: dict[str, list[Locked]] = defaultdict(list)
        for row in self.rows or ():
            rows[row.fact].append(row)
        return rows

    @cached_property
    def base(self) -> str:
        """The base of minted IRIs: what `in:base` of an article says, else that of the dataset."""
        every = (*self.subjects.values(), *self.elsewhere.values())
        said = (term for subject in every for term in subject.terms(OWN_BASE))
        return next((str(getattr(term, "value", "")) for term in said), f"{BASE}/id/")


def expand(
    statements: Sequence[Stated], name: str, rows: Sequence[Locked], names: Names = no_names
) -> list[Quad]:
    """Return the long form of the statements of a file; `rows` is its lock, `name` what messages call it.

    `names` returns the name of a thing, by its IRI, in a language, or None. Raises UnreadableInput that names
    every line at fault.
    """
    context = Context(subjects_of(statements), rows, names)
    quads = expanded_in(statements, context)
    had = {quad.object for quad in quads}
    for node, subject in context.subjects.items():
        if is_time(node) and subject.values.keys() - NAMES and node not in had:
            context.faults.add(subject.line, f"no fact here has {term_name(node)} as its time")
    context.faults.raise_for(name)
    return quads


def expanded_in(statements: Sequence[Stated], context: Context) -> list[Quad]:
    """Return the long form of statements; what is wrong in them is added to the faults of the context."""
    said = [stated.quad for stated in statements if not isinstance(stated.quad.graph_name, DefaultGraph)]
    added: list[Quad] = []
    for subject in context.subjects.values():
        said.extend(expanded(subject, context))
        added.extend(additions(subject, context))
    said.extend(shared(said, context))

    def line_of(quad: Quad) -> int:
        outside = Quad(quad.subject, quad.predicate, quad.object)
        of_graph = context.subjects.get(quad.graph_name)  # type: ignore[arg-type]
        lines = (stated.line for stated in statements if stated.quad in {quad, outside})
        return next(lines, of_graph.line if of_graph else 0)

    checked = without_input_terms(with_bounds(said, line_of, context.faults), line_of, context.faults)
    return [*checked, *added]


def subjects_of(statements: Iterable[Stated]) -> dict[Node, Subject]:
    """Return what is stated outside named graphs, by subject, in the order of the file."""
    subjects: dict[Node, Subject] = {}
    for stated in statements:
        quad = stated.quad
        if isinstance(quad.graph_name, DefaultGraph):
            node: Node = quad.subject  # type: ignore[assignment]
            subject = subjects.setdefault(node, Subject(node, stated.line))
            subject.values.setdefault(quad.predicate, []).append((quad.object, stated.line))
    return subjects


def facts_and_sources(statements: Iterable[Stated], name: str) -> tuple[list[WordsOfFact], list[Quad]]:
    """Return the words of every fact of a file, and the descriptions of its sources in the long form.

    Raises UnreadableInput that names every line at fault; a lock is not needed.
    """
    faults = Faults()
    words: list[WordsOfFact] = []
    sources: list[Quad] = []
    subjects = subjects_of(statements)
    for subject in subjects.values():
        iri = subject.node.value if isinstance(subject.node, NamedNode) else ""
        if kind_of(iri) == GraphKind.FACT:
            words.extend(quoted_words(subject, subjects, faults))
        elif iri.startswith(PREFIXES["article"]):
            sources.extend(source(subject, faults))
    faults.raise_for(name)
    return words, sources


def expanded(subject: Subject, context: Context) -> Iterator[Quad]:
    """Yield what is stated of one subject outside named graphs, in the graphs where it belongs."""
    if isinstance(subject.node, BlankNode):
        holders = (node for other in context.subjects.values() for node in other.terms(EVIDENCE))
        if subject.node not in holders or subject.values.keys() - {QUOTE, SPAN}:
            context.faults.add(
                subject.line,
                "a blank node outside any graph is [ in:quote …; in:span … ] of in:evidence: name it",
            )
        return
    iri = subject.node.value
    kind = kind_of(iri)
    thing = kind_of_thing(iri)
    if kind in DESCRIBED:
        yield from description(subject, kind, context.faults)
        if kind != GraphKind.CONTENT:
            yield from instances(subject, context)
    elif thing == "article":
        yield from source(subject, context.faults)
    elif thing and thing not in {"sentence", "evidence"}:
        yield from names(subject, context.faults)
    else:
        context.faults.add(
            subject.line,
            f"{iri_name(iri)} is neither a source, nor a thing, nor a fact: a thing is {BASE}/id/KIND/SLUG "
            "or, below a base of your own, https://HOST/KIND/SLUG; what is said of it is in the graph of "
            "a fact",
        )


def shared(said: Sequence[Quad], context: Context) -> Iterator[Quad]:
    """Yield what is said once of a time span, outside the facts, for each fact that has it as a time."""
    times = {
        node: [(each, term) for each in subject.values if each not in NAMES for term in subject.terms(each)]
        for node, subject in {**context.elsewhere, **context.subjects}.items()
        if is_time(node) and subject.values.keys() - NAMES
    }
    having = dict.fromkeys((q.graph_name, q.object) for q in (said if times else ()) if q.object in times)
    for graph, node in having:
        yield from (Quad(node, predicate, term, graph) for predicate, term in times[node])  # type: ignore[index, arg-type]


def is_time(node: Node) -> bool:
    """Tell whether a node is a time span."""
    return isinstance(node, NamedNode) and kind_of_thing(node.value) == "timespan"


def additions(subject: Subject, context: Context) -> Iterator[Quad]:
    """Yield what the build adds to what is stated of a fact or another graph: defaults and evidence."""
    kind = kind_of(subject.node.value)
    if kind not in DESCRIBED:
        return
    for predicate, terms in defaults(subject, kind).items():
        if predicate == TYPE or predicate not in subject.values:
            yield from (Quad(subject.node, predicate, term, PROV) for term in terms)
    if kind == GraphKind.FACT:
        yield from evidence(subject, context)


def instances(subject: Subject, context: Context) -> Iterator[Quad]:
    """Yield what a fact states as an instance of patterns, and what they mint that has no names yet."""
    kinds = [term for term in subject.terms(TYPE) if isinstance(term, NamedNode) and term.value.startswith(P)]
    given = {node: subject.terms(node) for node in subject.values if node.value.startswith(P)}
    if not kinds:
        for node in given:
            context.faults.add(
                subject.line_of(node), f"{term_name(subject.node)} is of no pattern: say a p:…"
            )
        return
    found = instance(subject.node, kinds, given, context.names, context.base)  # type: ignore[arg-type]
    for parameter, fault in found.faults:
        line = subject.line_of(parameter) if parameter else subject.line
        context.faults.add(line, f"{term_name(subject.node)}: {fault}")
    yield from found.statements
    for thing, said in found.things:
        if not any(thing in named for named in (context.subjects, context.elsewhere, context.minted)):
            context.minted.add(thing)
            yield from said


def names(subject: Subject, faults: Faults) -> Iterator[Quad]:
    """Yield the class and names of a thing, which stand in graph/entities."""
    for predicate, values in subject.values.items():
        for term, line in values:
            if predicate in NAMES:
                yield Quad(subject.node, predicate, term, ENTITIES)
            elif not is_time(subject.node):
                faults.add(
                    line,
                    f"{term_name(predicate)} of {term_name(subject.node)} stands outside any graph: only "
                    "its class and names may; put what a text says into the graph of a fact",
                )


def source(subject: Subject, faults: Faults) -> Iterator[Quad]:
    """Yield the description of a source: its class and names in graph/entities, all else in its own graph."""
    article = subject.node.value.rpartition("/")[2]
    graph = NamedNode(graph_iri(GraphKind.SOURCE, article))
    if len(subject.terms(SENTENCES)) > 1:
        faults.add(
            subject.line_of(SENTENCES), f"{article} has two lists of sentences: give it one in:sentences"
        )
    for predicate, values in subject.values.items():
        for term, line in values:
            if predicate in NAMES:
                yield Quad(subject.node, predicate, term, ENTITIES)
            if predicate == OWN_BASE:
                continue
            if predicate == SENTENCES:
                yield from sentences(subject.node, term, graph, line, faults)
            elif predicate == TYPE or predicate not in NAMES:
                yield Quad(subject.node, predicate, term, graph)


def sentences(article: Node, spans: Term, graph: NamedNode, line: int, faults: Faults) -> Iterator[Quad]:
    """Yield the sentences that `in:sentences` lists."""
    name = article.value.rpartition("/")[2]
    for number, span in enumerate(str(getattr(spans, "value", "")).split(), 1):
        found = SPANS.fullmatch(span)
        if not found:
            faults.add(line, f"the sentence {span!r} is not START-END, such as 147-247")
            return
        node = NamedNode(f"{PREFIXES['sentence']}{name}-s{number:02}")
        yield Quad(node, TYPE, NamedNode(f"{WIC}Sentence"), graph)
        yield Quad(node, NamedNode(f"{WIC}sentenceOf"), article, graph)
        yield from labelled(node, f"sentence S{number:02}", f"kalimat S{number:02}", graph)
        yield from position(node, graph, *found.groups())


def description(subject: Subject, kind: GraphKind | None, faults: Faults) -> Iterator[Quad]:
    """Yield what is said of a fact or another graph, but for its words and what it gives to patterns."""
    for predicate, values in subject.values.items():
        of_pattern = kind != GraphKind.CONTENT and predicate.value.startswith(P)
        if predicate not in {QUOTE, SPAN, EVIDENCE} and not of_pattern:
            for term, line in values:
                if kind != GraphKind.CONTENT and isinstance(term, NamedNode) and term.value.startswith(P):
                    continue
                if isinstance(term, BlankNode):
                    faults.add(line, f"{term_name(predicate)} has a blank node: name it")
                yield Quad(subject.node, predicate, term, PROV)


def defaults(subject: Subject, kind: GraphKind | None) -> dict[NamedNode, list[Term]]:
    """Return what `short_form.toml` adds to a subject of a kind."""
    table = TABLE["derived" if DERIVED_FROM in subject.values else str(kind)]
    parts = subject.node.value.removeprefix(GRAPHS).split("/")
    known = {"article": parts[1], "id": parts[-1], "name": parts[-1]}
    return {
        fixed_iri(predicate): [term for value in values for term in template_terms(value, subject, known)]
        for predicate, values in table.items()
    }


def template_terms(value: str, subject: Subject, known: Mapping[str, str]) -> list[Term]:
    """Return the terms that a value of `short_form.toml` stands for."""
    if copied := PLACEHOLDER.fullmatch(value):
        return subject.terms(fixed_iri(copied[1]))
    return [fixed(value.format(**known))]


def quoted_words(subject: Subject, subjects: Mapping[Node, Subject], faults: Faults) -> Iterator[WordsOfFact]:
    """Yield the words that a fact rests on, as the file gives them."""
    graph = subject.node.value
    fact = graph.rpartition("/")[2]
    holders = [subject] if QUOTE in subject.values or SPAN in subject.values else []
    for node, line in subject.values.get(EVIDENCE, ()):
        if isinstance(node, BlankNode) and node in subjects:
            holders.append(subjects[node])
        else:
            faults.add(line, f'{fact}: in:evidence is [ in:quote "words"@id ; in:span "START-END" ]')
    for number, holder in enumerate(holders, 1):
        quotes, spans = holder.terms(QUOTE), holder.terms(SPAN)
        span = spans[0].value if spans and isinstance(spans[0], Literal) else ""
        if len(quotes) != 1 or not isinstance(quotes[0], Literal) or len(spans) > 1:
            faults.add(
                holder.line_of(QUOTE),
                f"{fact} has {len(quotes)} quotes and {len(spans)} spans: give it one quote and at most "
                "one span, or an ID of its own; several passages are several in:evidence [ … ]",
            )
        elif span and not SPANS.fullmatch(span):
            faults.add(holder.line_of(SPAN), f"{fact}: the span {span!r} is not START-END")
        else:
            name = fact if number == 1 else f"{fact}-{number}"
            yield WordsOfFact(name, graph, quotes[0], span, holder.line_of(QUOTE))


def evidence(subject: Subject, context: Context) -> Iterator[Quad]:
    """Yield the evidence of a fact: an annotation with its target, which has the position and the quote."""
    faults = context.faults
    before = len(faults)
    every = list(quoted_words(subject, context.subjects, faults))
    rests = {DERIVED_FROM, LONG_EVIDENCE, LOCATOR} & subject.values.keys()
    if not every and not rests and len(faults) == before:
        faults.add(
            subject.line,
            f'{term_name(subject.node)} has no words: give it in:quote "words"@id, '
            "wic:locator if the text was read elsewhere, or prov:wasDerivedFrom what it follows from",
        )
    for words in every:
        if context.rows is None:
            continue
        row = locked(words, context.rows_of[words.fact])
        if row is None:
            faults.add(
                words.line,
                f"the words of {words.fact} are not in the lock as they stand here: "
                "run wicara lock FILE --source TEXT",
            )
        else:
            yield from annotation(words, row)


def with_bounds(quads: Sequence[Quad], line_of: Callable[[Quad], int], faults: Faults) -> Sequence[Quad]:
    """Return the quads, dates in EDTF as the bounds of their time spans, in the graphs that state them."""
    dated = [quad for quad in quads if quad.predicate in MEANING_OF]
    if not dated:
        return quads
    said = [quad for quad in quads if quad.predicate not in MEANING_OF]
    spans = {(quad.subject, quad.graph_name) for quad in dated}
    given = {(*span, quad.predicate) for quad in said if (span := (quad.subject, quad.graph_name)) in spans}
    for quad in dated:
        try:
            bounds = MEANING_OF[quad.predicate](getattr(quad.object, "value", ""))
        except NotBoundedError as fault:
            faults.add(line_of(quad), str(fault))
            continue
        values: dict[str, Term] = {
            name: Literal(day.isoformat(), datatype=DATE) for name, day in bounds.days.items()
        }
        values["granularity"] = NamedNode(f"{PREFIXES['gran']}{bounds.granularity}")
        if bounds.open_end:
            values["openEnd"] = Literal("true", datatype=BOOLEAN)
        for name, value in values.items():
            predicate = NamedNode(WIC + name)
            if (quad.subject, quad.graph_name, predicate) not in given:
                said.append(Quad(quad.subject, predicate, value, quad.graph_name))
            elif name != "granularity":
                beside = f"{term_name(quad.subject)} has a {term_name(predicate)} beside its date"
                faults.add(line_of(quad), beside)
    return said


def without_input_terms(
    quads: Iterable[Quad], line_of: Callable[[Quad], int], faults: Faults
) -> Iterator[Quad]:
    """Yield the quads; those with a term of `in:` or of a pattern that is left are faults."""
    for quad in quads:
        terms = (quad.subject, quad.predicate, quad.object)
        found = [t.value for t in terms if isinstance(t, NamedNode) and t.value.startswith((IN, P))]
        if not found:
            yield quad
            continue
        line, left = line_of(quad), found[0]
        if left.startswith(P):
            faults.add(
                line, f"p:{left.removeprefix(P)} stands where no pattern does: a fact is an instance of one"
            )
            continue
        name = left.removeprefix(IN)
        faults.add(line, f"in:{name} is not known here: {hint(name, TERMS, 'in')}")
