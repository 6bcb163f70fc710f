"""Whether an answer is what a test of the W3C expects."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from rdflib import BNode, Graph
from rdflib.compare import isomorphic
from rdflib.util import from_n3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from server_process import Answer

    Row = dict[str, object]

STATUSES: Final = {status.phrase.replace(" ", ""): status.value for status in HTTPStatus}
"""Statuses by the names of http://www.w3.org/2011/http-statusCodes#; there are classes of them too."""
CLASS: Final = "StatusCode"
NOT_TESTED: Final = frozenset({401, 403, 404, 429})
"""What no test means by any status of 4xx: the request has not even come to what is tested."""
ALIKE: Final = frozenset({200, 204})
"""Success of a write, without and with nothing more to say (Graph Store Protocol, sections 5.3 to 5.5)."""

JSON: Final = "application/sparql-results+json"
XML: Final = "application/sparql-results+xml"
FORMATS: Final = {
    "boolean": {JSON, XML},
    "tabular": {JSON, XML, "text/csv", "text/tab-separated-values"},
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml"},
}
"""The media types that a manifest names by a word."""


@dataclass(frozen=True)
class Expected:
    """What must come back: one of some statuses, and what the others tell where they are not None."""

    statuses: frozenset[str]
    content_type: str | None = None
    format: str | None = None
    boolean: bool | None = None
    turtle: str | None = None
    location: str | None = None
    """The variable that the requests after it have for the header Location."""
    result: Path | None = None


def fault_in(answer: Answer, expected: Expected, *, is_write: bool) -> str | None:
    """Return what is wrong with an answer, None where it is what is expected."""
    if not any(is_status(answer.status, each, is_write=is_write) for each in expected.statuses):
        return f"the status is {answer.status}, not {' or '.join(sorted(expected.statuses))}"
    given = answer.headers.get("Content-Type", "")
    checks = (
        (expected.content_type, lambda: same_type(given, expected.content_type or ""), "Content-Type"),
        (expected.format, lambda: answer.media_type in FORMATS[expected.format or ""], "Content-Type"),
        (expected.boolean, lambda: boolean_of(answer) is expected.boolean, "answer"),
        (expected.turtle, lambda: is_graph(answer, expected.turtle or ""), "graph"),
        (expected.location, lambda: "Location" in answer.headers, "Location"),
        (expected.result, lambda: expected.result and is_result(answer, expected.result), "result"),
    )
    wrong = (what for wanted, holds, what in checks if wanted is not None and not holds())
    return next((f"the {what} is not the expected one; {given}: {answer.body!r}" for what in wrong), None)


def is_status(status: int, name: str, *, is_write: bool) -> bool:
    """Tell whether a status is the one of a name or number, or one of the class of that name."""
    if name.startswith(CLASS):
        return str(status)[0] == name.removeprefix(CLASS)[0] and status not in NOT_TESTED
    wanted = int(name) if name.isdigit() else STATUSES[name]
    return status == wanted or (is_write and {status, wanted} <= ALIKE)


def same_type(given: str, wanted: str) -> bool:
    """Tell whether two values of Content-Type are the same: the media type, and its parameters."""
    return parameters(given) == parameters(wanted) or (";" not in wanted and given.startswith(f"{wanted};"))


def parameters(content_type: str) -> list[tuple[str, str]]:
    """Return the media type and the parameters of a Content-Type, in lower case."""
    header = Message()
    header["content-type"] = content_type.lower()
    return header.get_params([])


def boolean_of(answer: Answer) -> bool | None:
    """Return what the answer to ASK says."""
    if answer.media_type == JSON:
        return {True: True, False: False}.get(answer.json.get("boolean"))
    found = [word for word in ("true", "false") if f"<boolean>{word}</boolean>" in answer.text]
    return found == ["true"] if found else None


def is_graph(answer: Answer, turtle: str) -> bool:
    """Tell whether an answer is RDF, of a graph that is isomorphic to one in Turtle."""
    found = Graph().parse(data=answer.text, format=answer.media_type)
    return bool(isomorphic(found, Graph().parse(data=turtle, format="text/turtle")))


def is_result(answer: Answer, file: Path) -> bool:
    """Tell whether an answer is the result in a file: the same variables, and the same rows in order.

    The variables of `SELECT *` have no order, and blank nodes no name.
    """
    read = READERS[file.suffix]
    return read(answer.text) == read(file.read_text("utf-8"))


def of_csv(text: str) -> object:
    """Return a result in CSV: the text of each cell, which is all that there is of a term."""
    header, *lines = csv.reader(StringIO(text, newline=""))
    return rows(header, ([BNode(cell) if cell.startswith("_:") else cell for cell in line] for line in lines))


def of_tsv(text: str) -> object:
    """Return a result in TSV: the terms as Turtle has them, numbers by their values."""
    header, *lines = (line.split("\t") for line in text.removesuffix("\n").split("\n"))
    return rows(header, ([from_n3(cell) if cell else None for cell in line] for line in lines))


def of_json(text: str) -> object:
    """Return a result in JSON: the boolean, or the terms with all their members."""
    told = json.loads(text)
    if "boolean" in told:
        return told["boolean"]
    header = told["head"]["vars"]
    found = ([of_term(row.get(name)) for name in header] for row in told["results"]["bindings"])
    return rows(header, found)


def of_term(term: dict[str, Any] | None) -> object:
    """Return a term in JSON, a blank node as one."""
    return BNode(term["value"]) if term and term["type"] == "bnode" else term


READERS: Final[dict[str, Callable[[str], object]]] = {".csv": of_csv, ".tsv": of_tsv, ".srj": of_json}


def rows(header: list[str], lines: Iterable[list[object]]) -> tuple[list[str], list[Row]]:
    """Return the variables, sorted, and each row by variable; blank nodes are named as they come."""
    names = sorted(header)
    found = [dict(zip(header, line, strict=True)) for line in lines]
    order: dict[BNode, int] = {}
    for row in found:
        for variable in names:
            term = row[variable]
            if isinstance(term, BNode):
                row[variable] = BNode(str(order.setdefault(term, len(order))))
    return names, found
