"""A fact as a form holds it, read from a data file and written as TriG: patterns, values, names, words."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.draft.suggestion import suggested
from wicara.graph.facts.patterns import P, parameters
from wicara.graph.facts.short_form import Subject
from wicara.graph.facts.table import SAID, fact_row, fact_text, writer_of
from wicara.graph.inputs import SUGGESTED
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.sparql_text import tokens
from wicara.graph.turtle import quoted
from wicara.ontology import LANGUAGES, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wicara.graph.facts.source import Source
    from wicara.graph.inputs import Stated
    from wicara.graph.terms import Node, Term

Record = dict[str, Any]
"""`patterns`: names; `values`: by parameter, a list of `{iri}`, `{text, language}` or `{value}`; `labels`: by
language; `quote` and `span`; `said`: what differs from the defaults, as prefixed names; `statements`, `more`:
Turtle; `things`: what it brings along (see `thing_text`)."""

NUMERIC: Final = ("xsd:decimal", "xsd:integer")
XSD: Final = PREFIXES["xsd"]
TABLE: Final = tomllib.loads((Path(__file__).parent / "review.toml").read_text(encoding="utf-8"))


def mark_of(subject: Subject) -> dict[str, Any] | None:
    """Return what `wicara draft` proposed, with what was decided on it; None for a fact."""
    marks = subject.terms(SUGGESTED)
    if not marks:
        return None
    try:
        mark = json.loads(getattr(marks[0], "value", ""))
    except ValueError:
        mark = {}
    return mark if isinstance(mark, dict) else {}


def record_of(subject: Subject, subjects: Mapping[Node, Subject], inside: Iterable[Stated]) -> Record:
    """Return what a file states as a fact, or suggests as one."""
    plain = Subject(
        subject.node,
        subject.line,
        {node: values for node, values in subject.values.items() if node != SUGGESTED},
    )
    row = fact_row(plain, subjects, inside)
    return {
        "patterns": row["pattern"].split(),
        "values": {
            node.value.removeprefix(P): [form_value(term) for term in subject.terms(node)]
            for node in subject.values
            if node.value.startswith(P)
        },
        "labels": {code: row.get(code, "") for code in LANGUAGES},
        "quote": row["quote"],
        "span": row["span"],
        "said": {name: row[name] for name in SAID if row.get(name)},
        "statements": row["statements"],
        "more": row["more"],
        "things": [],
    }


def form_value(term: Term) -> dict[str, str]:
    """Return a term as a value of a form."""
    if isinstance(term, NamedNode):
        return {"iri": term.value}
    if isinstance(term, Literal) and term.language:
        return {"text": term.value, "language": term.language}
    return {"value": getattr(term, "value", "")}


def form_term(parameter: str, value: Mapping[str, str]) -> Term:
    """Return a value of a form as a term; raises ValueError where it is none that the parameter takes."""
    if "iri" in value:
        return NamedNode(value["iri"])
    if "text" in value:
        return Literal(value["text"], language=value["language"])
    text = value.get("value", "").strip()
    known = parameters().get(NamedNode(P + parameter))
    if known is None or not set(known.kinds) & set(NUMERIC):
        return Literal(text)
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no number: write digits, with a full stop before decimals") from error
    whole = number == number.to_integral_value() and "xsd:integer" in known.kinds
    return Literal(text, datatype=NamedNode(XSD + ("integer" if whole else "decimal")))


def record_text(fact: str, record: Record, source: Source, graph: str) -> str:
    """Return a record as TriG; `fact` is its number, `graph` how the file writes the IRI of its graph.

    Raises ValueError where a value is none.
    """
    terms = {
        name: [form_term(name, value) for value in values]
        for name, values in record["values"].items()
        if values
    }
    write = writer_of([term for values in terms.values() for term in values])
    row = {
        "fact": fact,
        "pattern": " ".join(record["patterns"]),
        **{f"p:{name}": " , ".join(map(write.term, values)) for name, values in terms.items()},
        **{code: text for code, text in record["labels"].items() if text},
        **{name: record.get(name) or "" for name in ("quote", "span", "statements", "more")},
        **record["said"],
    }
    return fact_text(row, source, graph).rstrip("\n")


def with_mark(text: str, mark: Mapping[str, Any] | None) -> str:
    """Return the text of a fact with another mark of a suggestion; with None, without one."""
    statement = suggested(mark) if mark is not None else None
    found = list(tokens(text))
    for number, token in enumerate(found):
        if token.text == "in:suggested":
            end = next(mark for mark in found[number:] if mark.text in {";", "."})
            if statement is not None:
                return f"{text[: token.start]}{statement} {text[end.start :]}"
            after = text[end.end :].lstrip() if end.text == ";" else text[end.start :]
            return text[: token.start] + after
    return text if statement is None else marked_first(text, statement)


def marked_first(text: str, statement: str) -> str:
    """Return the text of a fact with a mark behind its subject, outside its graph."""
    depth = 0
    begin = True
    for token in tokens(text):
        depth += (token.text == "{") - (token.text == "}")
        if begin and depth == 0 and token.text != "}":
            rest = text[token.end :].lstrip()
            if not rest.startswith("{"):
                return f"{text[: token.end]} {statement} ; {rest}"
        begin = depth == 0 and token.text in {"}", "."}
    raise UnreadableInput(f"nothing is said of the fact outside its graph: {text[:60]!r}")


def thing_text(thing: Mapping[str, Any]) -> dict[str, str]:
    """Return a new thing as TriG, by subject: class, a name in both languages, variants; codes of a state.

    `thing` has `iri`, `class` (a prefixed name), `en`, `id`, and may have `variants` and `codes`.
    """
    iri = thing["iri"]
    name = writer_of([NamedNode(iri)]).iri(iri)
    english, indonesian = quoted(thing["en"]), quoted(thing["id"])
    variants = "".join(
        f" ; skos:altLabel {quoted(text)}@{language}" for text, language in thing.get("variants", ())
    )
    texts = {iri: f"{name} a {thing['class']} ; skos:prefLabel {english}@en , {indonesian}@id{variants} ."}
    if thing.get("codes"):
        graph = graph_iri(GraphKind.BACKGROUND, "iso-3166", iri.rpartition("/")[2])
        texts[graph] = TABLE["state"]["codes"].format(
            graph=f"<{graph}>", state=name, codes=thing["codes"], **thing
        )
    return texts
