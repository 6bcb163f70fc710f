"""Queries from a file or a line, and their answers as bytes (SPARQL 1.1 Query, and its result formats)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples
from wicara.graph import sparql
from wicara.graph.errors import UnreadableInput
from wicara.graph.formats import FORMATS, RESULTS, any_of, serialize_triples
from wicara.graph.nesting import MAX_QUERY_NESTING, MAX_TRIPLES, has_too_many_triples, text_nests_beyond
from wicara.graph.sparql import SparqlSyntaxError
from wicara.graph.xml_text import xml_text
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from pyoxigraph import Store
    from wicara.graph.sparql import Results


class Unanswerable(UnreadableInput):
    """The text is no SPARQL query, it cannot be evaluated, or the answer has no such format."""


def read_query(file: str) -> str:
    """Return the text of a file, or of standard input where it is `-`; raises Unanswerable."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise Unanswerable(f"{file}: {error.strerror}; give a file with a SPARQL query, or -") from error
    except UnicodeDecodeError as error:
        raise Unanswerable(f"{file} is not UTF-8: its byte {error.start} cannot be read") from error


def answer(store: Store, query: str, name: str) -> Results:
    """Evaluate a query; the dataset's prefixes need no declaration.

    Raises Unanswerable with line and column; `name` is what the message calls the query.
    """
    if text_nests_beyond(query, MAX_QUERY_NESTING):
        raise Unanswerable(f"{name} is nested more than {MAX_QUERY_NESTING} deep")
    if has_too_many_triples(query):
        raise Unanswerable(
            f"{name} has a pattern of more than {MAX_TRIPLES} triples, or DESCRIBE with more terms than that"
        )
    try:
        return sparql.query(store, query, prefixes=PREFIXES)
    except SparqlSyntaxError as fault:
        source = fault.source.replace("\t", " ")
        raise Unanswerable(f"{name}, {fault}\n  {source}\n  {' ' * (fault.column - 1)}^") from fault
    except (OSError, RuntimeError, ValueError) as fault:
        raise Unanswerable(f"{name} cannot be evaluated: {fault}") from fault


def tabular(results: Results) -> QuerySolutions | QueryBoolean:
    """Return an answer that can be shown as a table; raises Unanswerable where it is a graph."""
    if isinstance(results, QueryTriples):
        raise Unanswerable(f"The answer is a graph, not a table. Choose {any_of(FORMATS)}.")
    return results


def default_form(results: Results, *, terminal: bool) -> str:
    """Return the form of an answer that is shown on a terminal, or goes elsewhere."""
    if isinstance(results, QueryTriples):
        return "turtle"
    return "table" if terminal else "csv"


def serialize_answer(results: Results, form: str) -> bytes:
    """Return an answer in a format; raises Unanswerable where answers to such queries have no such format."""
    if isinstance(results, QueryTriples):
        if form not in FORMATS:
            raise Unanswerable(f"The answer is a graph, which has no {form} form. Choose {any_of(FORMATS)}.")
        return serialize_triples(results, FORMATS[form])
    if form not in RESULTS:
        raise Unanswerable(f"The answer is a table, which has no {form} form. Choose {any_of(RESULTS)}.")
    try:
        content = results.serialize(format=RESULTS[form].results) or b""
    except (OSError, RuntimeError) as fault:
        raise Unanswerable(f"The query cannot be evaluated: {fault}") from fault
    if form == "xml":
        content = xml_text(content, "JSON, CSV and TSV")
    return content if content.endswith(b"\n") else content + b"\n"
