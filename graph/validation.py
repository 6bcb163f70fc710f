"""SHACL validation with pySHACL, before reasoning: shapes see the subclass axioms and no inferred type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyshacl
from rdflib import RDF, SH, Graph
from rdflib.term import Literal, URIRef
from wicara.graph.errors import UnreadableInput
from wicara.graph.inputs import SourceFile, quads_of
from wicara.graph.names import GraphKind, called
from wicara.graph.rdflib_terms import graph_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import Triple
    from rdflib.term import Node


IRI: Final = re.compile(r"https?://[^\s<>\"']*[\w/]")
"""An IRI inside a message, without the punctuation after it."""


@dataclass(frozen=True)
class Violation:
    """One result of a validation report: its focus node (an IRI), the shape's message, the value at fault."""

    focus: str
    message: str
    value: str | None

    @property
    def terms(self) -> frozenset[str]:
        """The IRIs that the result is about."""
        return frozenset((self.focus, self.value or "", *IRI.findall(self.message)))

    def __str__(self) -> str:
        """Return one line, in which IRIs are written as people read them."""
        message = IRI.sub(lambda found: called(found.group()), self.message)
        value = self.value and IRI.sub(lambda found: called(found.group()), self.value)
        return f"{called(self.focus)}: {message}{f' (is {value})' if value else ''}"


def validate(
    triples: Iterable[Triple], shapes: Iterable[Path], things: Iterable[str] = ()
) -> tuple[Violation, ...]:
    """Return where the triples do not meet the shapes, sorted; only results of severity sh:Violation count.

    Where `things` are named by their IRIs, only these are looked at.
    Raises UnreadableInput for a broken shapes file.
    """
    files = tuple(shapes)
    if not files:
        return ()
    _, report, _ = pyshacl.validate(
        graph_of(triples),
        shacl_graph=shapes_graph(files),
        inference="none",
        focus_nodes=list(map(URIRef, things)) or None,
    )
    if not isinstance(report, Graph):
        raise UnreadableInput(f"the shapes cannot be used: {report}")
    return tuple(sorted(violations(report), key=str))


def shapes_graph(files: Iterable[Path]) -> Graph:
    """Return all shapes as one graph; raises UnreadableInput."""
    shapes = (SourceFile(path, f"shapes/{path.name}", GraphKind.META) for path in files)
    return graph_of(quad.triple for file in shapes for quad in quads_of(file))


def violations(report: Graph) -> Iterator[Violation]:
    """Yield the violations of a SHACL validation report (SHACL, section 3.6)."""
    for result in report.subjects(RDF.type, SH.ValidationResult):
        if report.value(result, SH.resultSeverity) == SH.Violation:
            value = report.value(result, SH.value)
            yield Violation(
                focus=str(report.value(result, SH.focusNode)),
                message=message_of(report, result),
                value=None if value is None else str(value),
            )


def message_of(report: Graph, result: Node) -> str:
    """Return the English message of a result, or the path at fault where the shape has none."""
    messages = [each for each in report.objects(result, SH.resultMessage) if isinstance(each, Literal)]
    english = [each for each in messages if each.language in {"en", None}]
    told = min(english or messages, default=report.value(result, SH.resultPath), key=str)
    return " ".join(str(told).split())
