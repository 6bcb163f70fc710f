"""The facts of a data file as a table, and the rows of a table as facts.

A row is a fact: its identifier, patterns, label in both languages, quote, span, what differs from the
defaults, the parameters of its patterns, and in Turtle what no column holds. Cells with terms are Turtle with
the dataset's prefixes (`person:retno-marsudi`, `"42%"@id`), several values with commas; labels, quote and
span are plain text.
"""

from __future__ import annotations

import csv
import re
from io import StringIO
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse
from wicara.graph import evidence
from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.patterns import P, patterns
from wicara.graph.facts.short_form import (
    EVIDENCE,
    QUOTE,
    SPAN,
    Context,
    Faults,
    expanded_in,
    subjects_of,
)
from wicara.graph.inputs import Stated
from wicara.graph.names import (
    DERIVED_FROM,
    IN,
    PREF_LABEL,
    TYPE,
    GraphKind,
    graph_iri,
    iri_name,
    kind_of,
    shorten,
)
from wicara.graph.turtle import Layout, Paragraphs, declarations, iris_of, quoted
from wicara.ontology import LANGUAGES, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from wicara.graph.facts.patterns import Names
    from wicara.graph.facts.short_form import Subject
    from wicara.graph.facts.source import Source
    from wicara.graph.terms import Node, Term

PLAIN: Final = ("fact", "pattern", "en", "id", "quote", "span")
SAID: Final = {
    **{iri.removeprefix(WIC): NamedNode(iri) for iri in evidence.SAID if iri.startswith(WIC)},
    "derivedFrom": DERIVED_FROM,
}
"""The columns of what is said of a fact."""
TURTLE: Final = ("statements", "more")
"""The columns of Turtle: the statements of the fact's graph, and what else is said of it."""
OWN: Final = {"in": IN, "p": P}


def facts_table(statements: Sequence[Stated], pattern: str | None = None) -> str:
    """Return the facts of a file as CSV, or those of one pattern, with its parameters as columns."""
    subjects = subjects_of(statements)
    facts = [s for node, s in subjects.items() if isinstance(node, NamedNode) and is_fact(node)]
    inside: dict[Node, list[Stated]] = {}
    for stated in statements:
        inside.setdefault(stated.quad.graph_name, []).append(stated)  # type: ignore[arg-type]
    rows = [fact_row(fact, subjects, inside.get(fact.node, ())) for fact in facts]
    if pattern:
        rows = [row for row in rows if pattern in row["pattern"].split()]
    shown = [
        p
        for p in patterns().values()
        if any(p.name in row["pattern"].split() for row in rows) or p.name == pattern
    ]
    names = dict.fromkeys(f"p:{node.value.removeprefix(P)}" for p in shown for node in p.parameters)
    text = StringIO()
    writer = csv.DictWriter(text, [*PLAIN, *SAID, *names, *TURTLE], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def is_fact(node: NamedNode) -> bool:
    """Tell whether an IRI is that of a fact."""
    return kind_of(node.value) == GraphKind.FACT


def fact_row(fact: Subject, subjects: Mapping[Node, Subject], inside: Iterable[Stated]) -> dict[str, str]:
    """Return a fact as a row."""
    terms = [term for values in fact.values.values() for term, _ in values]
    triples = [stated.quad.triple for stated in inside]
    write = writer_of([*fact.values, *terms, *chain.from_iterable(triples)])
    row = {"fact": fact.node.value.rpartition("/")[2]}
    kinds = [term.value for term in fact.terms(TYPE) if isinstance(term, NamedNode)]
    row["pattern"] = " ".join(kind.removeprefix(P) for kind in kinds if kind.startswith(P))
    for label in fact.terms(PREF_LABEL):
        if isinstance(label, Literal):
            row[label.language or "en"] = label.value
    row |= {name: first_text(fact, node) for name, node in (("quote", QUOTE), ("span", SPAN))}
    columns = {node: name for name, node in SAID.items()}
    more = [
        f"a {write.term(term)}"
        for term in fact.terms(TYPE)
        if not str(getattr(term, "value", "")).startswith(P)
    ]
    for predicate, values in fact.values.items():
        text = " , ".join(write.term(term) for term, _ in values if not isinstance(term, BlankNode))
        if predicate in columns:
            row[columns[predicate]] = text
        elif predicate.value.startswith(P):
            row[f"p:{predicate.value.removeprefix(P)}"] = text
        elif predicate == EVIDENCE:
            passages = [subjects[node] for node, _ in values if node in subjects]  # type: ignore[index]
            more.append(f"in:evidence {' , '.join(map(passage, passages))}")
        elif predicate not in {TYPE, PREF_LABEL, QUOTE, SPAN}:
            more.append(f"{write.predicate(predicate)} {text}")
    row["more"] = " ; ".join(more)
    row["statements"] = "\n".join(
        f"{write.term(t.subject)} {write.predicate(t.predicate)} {write.term(t.object)} ." for t in triples
    )
    return row


def writer_of(terms: Iterable[Term]) -> Paragraphs:
    """Return what writes terms with the dataset's prefixes."""
    names = dict(shorten(chain.from_iterable(map(iris_of, terms))).names)
    for term in terms:
        for prefix, namespace in OWN.items():
            if isinstance(term, NamedNode) and term.value.startswith(namespace):
                names[term.value] = f"{prefix}:{term.value.removeprefix(namespace)}"
    return Paragraphs(Layout({}, frozenset(), frozenset()), names)


def first_text(subject: Subject, predicate: NamedNode) -> str:
    """Return the first value of a property as text, or nothing."""
    return next((str(getattr(term, "value", "")) for term in subject.terms(predicate)), "")


def passage(holder: Subject) -> str:
    """Return a passage of `in:evidence`."""
    span = first_text(holder, SPAN)
    (quote,) = holder.terms(QUOTE)
    return f"[ in:quote {quote}" + (f' ; in:span "{span}" ]' if span else " ]")


def facts_of_table(path: Path, statements: Sequence[Stated], source: Source, names: Names) -> tuple[str, ...]:
    """Return the rows of a table as TriG, to be added to the file of a source that has these statements.

    Quotes are in the language of the source. Raises UnreadableInput that names every line at fault.
    """
    known = {node.value for node in subjects_of(statements) if isinstance(node, NamedNode)}
    faults = Faults()
    read: list[Stated] = []
    texts: list[str] = []
    for line, row in rows_in(path):
        text = fact_text(row, source)
        iri = f"{graph_iri(GraphKind.FACT, source.name)}/{row['fact']}"
        if iri in known:
            faults.add(line, f"the fact {row['fact']} exists already: give it another identifier")
            continue
        known.add(iri)
        try:
            read.extend(Stated(quad, line) for quad in parse(declared(PREFIXES | OWN) + text, RdfFormat.TRIG))
        except SyntaxError as error:
            faults.add(
                line,
                f'a cell of {row["fact"]} is no Turtle: {error.msg}; terms are such as person:x or "42%"@id',
            )
            continue
        texts.append(text)
    context = Context(subjects_of(read), None, names, faults)
    expanded_in(read, context)
    faults.raise_for(str(path))
    return tuple(f"\n{text}" for text in texts)


def rows_in(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table, each with its line; raises UnreadableInput."""
    known = {*PLAIN, *SAID, *TURTLE}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restval="")
            for name in reader.fieldnames or ():
                if name not in known and not name.startswith("p:"):
                    columns = ", ".join((*PLAIN, *SAID, "p:PARAMETER", *TURTLE))
                    raise UnreadableInput(
                        f"{path}, line 1: there is no column {name!r}; the columns are {columns}"
                    )
            for row in reader:
                if None in row or not row.get("fact", "").isalnum():
                    raise UnreadableInput(
                        f"{path}, line {reader.line_num}: a row has a cell for each column, one of them "
                        "called fact, with an identifier such as F001"
                    )
                yield reader.line_num, {name: value.strip() for name, value in row.items()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableInput(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error


def fact_text(row: Mapping[str, str], source: Source, graph: str = "") -> str:
    """Return a row as TriG; `graph` is how the file writes the IRI of the fact, if not whole."""
    fact = graph or f"<{graph_iri(GraphKind.FACT, source.name)}/{row['fact']}>"
    said = [f"a {' , '.join(f'p:{name}' for name in row['pattern'].split())}"] if row.get("pattern") else []
    said += [f"{name} {value}" for name, value in row.items() if name.startswith("p:") and value]
    labels = [f"{quoted(row[code])}@{code}" for code in LANGUAGES if row.get(code)]
    said += [f"skos:prefLabel {' , '.join(labels)}"] if labels else []
    said += [f"in:quote {quoted(row['quote'])}@{source.language or 'und'}"] if row.get("quote") else []
    said += [f"in:span {quoted(row['span'])}"] if row.get("span") else []
    said += [f"{iri_name(node.value)} {row[name]}" for name, node in SAID.items() if row.get(name)]
    said += [row["more"]] if row.get("more") else []
    block = f"{fact} {{\n{row['statements']}\n}}\n" if row.get("statements") else ""
    return block + f"{fact} " + " ;\n    ".join(said) + " .\n"


def prefixes_for(texts: Iterable[str], file: Path) -> str:
    """Return the declarations that rows need which the file has not, or has otherwise."""
    reader = parse(file.read_bytes(), RdfFormat.TRIG)
    for _ in reader:
        pass
    missing = missing_prefixes(texts, reader.prefixes)
    return f"\n{declared(missing)}" if missing else ""


def missing_prefixes(texts: Iterable[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes of the dataset that texts use, and that are not among those of a file."""
    used = set(re.findall(r"\b([a-z]+):", "".join(texts)))
    return {
        prefix: namespace
        for prefix, namespace in (PREFIXES | OWN).items()
        if prefix in used and prefixes.get(prefix) != namespace
    }


def declared(prefixes: Mapping[str, str]) -> str:
    """Return the declarations of prefixes."""
    return "".join(declarations(prefixes))
