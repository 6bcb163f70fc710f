"""SHACL validation with pySHACL, before reasoning: shapes see the subclass axioms and no inferred type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyshacl
from rdflib import RDF, SH, Graph
from rdflib.term import Literal, URIRef
from wicara.graph.errors import UnreadableInput
from wicara.graph.naming import called
from wicara.graph.rdflib_terms import graph_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import Triple
    from rdflib.term import Node


@dataclass(frozen=True)
class Violation:
    """One result of a validation report: its focus node (an IRI), the shape's message, the value at fault."""

    focus: str
    message: str
    value: str | None

    def __str__(self) -> str:
        """Return one line."""
        return f"{called(self.focus)}: {self.message}{f' (is {self.value})' if self.value else ''}"


def validate(triples: Iterable[Triple], shapes: Iterable[Path]) -> tuple[Violation, ...]:
    """Return where the triples do not meet the shapes, sorted; only results of severity sh:Violation count.

    Raises UnreadableInput for a broken shapes file.
    """
    files = tuple(shapes)
    if not files:
        return ()
    _, report, _ = pyshacl.validate(graph_of(triples), shacl_graph=shapes_graph(files), inference="none")
    if not isinstance(report, Graph):
        raise UnreadableInput(f"the shapes cannot be used: {report}")
    return tuple(sorted(violations(report), key=str))


def shapes_graph(files: Iterable[Path]) -> Graph:
    """Return all shapes as one graph; raises UnreadableInput."""
    graph = Graph()
    for path in files:
        try:
            graph.parse(path, format="turtle")
        except SyntaxError as error:
            raise UnreadableInput(f"{path.name}: {error}") from error
    return graph


def violations(report: Graph) -> Iterator[Violation]:
    """Yield the violations of a SHACL validation report (SHACL, section 3.6)."""
    for result in report.subjects(RDF.type, SH.ValidationResult):
        if report.value(result, SH.resultSeverity) == SH.Violation:
            yield Violation(
                focus=str(report.value(result, SH.focusNode)),
                message=message_of(report, result),
                value=shown(report.value(result, SH.value)),
            )


def message_of(report: Graph, result: Node) -> str:
    """Return the English message of a result, or the path at fault where the shape has none."""
    messages = [each for each in report.objects(result, SH.resultMessage) if isinstance(each, Literal)]
    english = [each for each in messages if each.language in {"en", None}]
    told = min(english or messages, default=report.value(result, SH.resultPath), key=str)
    return " ".join(str(told).split())


def shown(value: Node | None) -> str | None:
    """Return a value at fault as people read it."""
    if isinstance(value, URIRef):
        return called(str(value))
    return None if value is None else str(value)
