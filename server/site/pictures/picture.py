"""What every picture is given out as: a page, and the same data as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from flask import Response, render_template
from wicara.graph.formats import CSV
from wicara.graph.names import GraphKind, kind_of
from wicara.server.http.addresses import href_of
from wicara.server.http.negotiation import PLAIN_JSON
from wicara.server.site.pictures.asked import changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Value: TypeAlias = str | float | list[str] | None
Record: TypeAlias = dict[str, Value]

FORMS: Final = (CSV, PLAIN_JSON)


@dataclass(frozen=True)
class Picture:
    """A picture: the name of its page, its data as records, and what else its template lays out."""

    name: str
    records: Sequence[Record]
    columns: Sequence[str]
    shown: Mapping[str, object] = field(default_factory=dict)

    def page(self) -> str:
        """Return the page."""
        alternates = [(form, changed(f"/{self.name}.{form.extension}")) for form in FORMS]
        return render_template(
            f"{self.name}.html",
            records=self.records,
            alternates=alternates,
            here=f"/{self.name}",
            **self.shown,
        )

    def data(self, extension: str) -> Response:
        """Return the records in the form of a suffix."""
        form = next(form for form in FORMS if form.extension == extension)
        body = self.csv() if form is CSV else self.json()
        return Response(
            body,
            headers={
                "Content-Type": form.content_type(form.media_type),
                "Content-Disposition": f'inline; filename="{self.name}.{extension}"',
                "Vary": "Accept-Language",
            },
        )

    def csv(self) -> str:
        """Return the records as CSV (RFC 4180) with a header; several values are parted by spaces."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns)
        writer.writeheader()
        writer.writerows({key: flat(value) for key, value in record.items()} for record in self.records)
        return text.getvalue()

    def json(self) -> str:
        """Return the records as a JSON array of objects."""
        return json.dumps(self.records, ensure_ascii=False, indent=1)


def flat(value: Value) -> object:
    """Return a value as one cell."""
    return " ".join(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Source:
    """A graph that a picture leads to for evidence: its short name, or none for background, and its page."""

    name: str
    href: str | None
    iri: str


def sources(graphs: Iterable[str]) -> list[Source]:
    """Return the graphs among some that have evidence."""
    found = []
    for graph in dict.fromkeys(graphs):
        kind = kind_of(graph)
        if kind in {GraphKind.FACT, GraphKind.BACKGROUND}:
            name = graph.rpartition("/")[2] if kind is GraphKind.FACT else ""
            found.append(Source(name, href_of(graph), graph))
    return found
