"""SHACL shapes, the one place of rules for data: validated by pySHACL before anything is inferred.

Shapes see the subclass axioms and no inferred type. Whether ontology and vocabularies meet theirs is a third
of the work and seldom changes: a verdict without findings is kept by hash in the data folder.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import UnreadableInput
from wicara.graph.inputs import SourceFile, quads_of
from wicara.graph.names import GraphKind, called

from wicara import ontology

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pyoxigraph import Triple
    from rdflib import Graph
    from rdflib.term import Node

IRI: Final = re.compile(r"https?://[^\s<>\"']*[\w/]")
"""An IRI inside a message, without the punctuation after it."""
VERDICT: Final = "ontology-passed"
"""The file of a data folder with the hash of an ontology, vocabularies and shapes without findings."""


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
        message = IRI.sub(lambda match: called(match.group()), self.message)
        value = self.value and IRI.sub(lambda match: called(match.group()), self.value)
        return f"{called(self.focus)}: {message}{f' (is {value})' if value else ''}"


def validate(
    triples: Iterable[Triple], shapes: Iterable[Path], things: Iterable[str] = ()
) -> tuple[Violation, ...]:
    """Return where the triples do not meet the shapes, sorted; only results of severity sh:Violation count.

    Where `things` are named by their IRIs, only these are looked at.
    Raises UnreadableInput for a broken shapes file.
    """
    import pyshacl  # noqa: PLC0415 - pySHACL takes a second to import
    from rdflib import Graph, URIRef  # noqa: PLC0415
    from wicara.graph.rdflib_terms import graph_of  # noqa: PLC0415

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
    from wicara.graph.rdflib_terms import graph_of  # noqa: PLC0415 - brings rdflib

    shapes = (SourceFile(path, f"shapes/{path.name}", GraphKind.META) for path in files)
    return graph_of(quad.triple for file in shapes for quad in quads_of(file))


def violations(report: Graph) -> Iterator[Violation]:
    """Yield the violations of a SHACL validation report (SHACL, section 3.6)."""
    from rdflib import RDF, SH  # noqa: PLC0415 - brings rdflib

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
    from rdflib import SH  # noqa: PLC0415 - brings rdflib
    from rdflib.term import Literal  # noqa: PLC0415

    messages = [text for text in report.objects(result, SH.resultMessage) if isinstance(text, Literal)]
    english = [text for text in messages if text.language in {"en", None}]
    message = min(english or messages, default=report.value(result, SH.resultPath), key=str)
    return " ".join(str(message).split())


def ontology_violations(triples: Collection[Triple], folder: Path | None) -> tuple[Violation, ...]:
    """Return where ontology and vocabularies do not meet their shapes; `folder` keeps a verdict of none."""
    files = ontology.ontology_shape_files()
    inputs = sha256("\n".join([version("pyshacl"), *sorted(map(str, triples))]).encode())
    for path in (*files, Path(__file__)):
        inputs.update(path.read_bytes())
    verdict = folder / VERDICT if folder else None
    with suppress(OSError):
        if verdict and verdict.read_text() == inputs.hexdigest():
            return ()
    found = validate(triples, files)
    if verdict and not found:
        with suppress(OSError):  # it is no more than a saving
            verdict.write_text(inputs.hexdigest())
    return found
