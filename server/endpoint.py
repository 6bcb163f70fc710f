"""The query operation from request to answer, without a web framework: it is what has to be fast.

The Flask app answers through it, and so does an executor directly; what it leaves to the app are pages, the
service description and the telling of problems.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from wicara.server.evaluation import evaluate
from wicara.server.http import compression, conditional, negotiation
from wicara.server.http.problems import Problem, not_acceptable
from wicara.server.protocol import QueryOperation, read_operation
from wicara.server.results import offers_for, written

if TYPE_CHECKING:
    from wicara.graph.formats import Format
    from wicara.graph.sparql import Results
    from wicara.graph.store import BuiltDataset
    from wicara.server.http.compression import Pushed
    from wicara.server.settings import Settings

VOLATILE: Final = re.compile(r"\b(?:now|rand|uuid|struuid|bnode|service)\b", re.IGNORECASE)
"""What gives something else each time (SPARQL 1.1 Query, section 17.4), or may: other servers."""
VARY: Final = "Accept, Accept-Encoding, Accept-Language"


@dataclass(frozen=True)
class Asked:
    """What the answer to a query operation depends on."""

    method: str
    query_string: bytes
    mimetype: str
    body: bytes
    accept: str | None = None
    accept_encoding: str | None = None
    if_none_match: str | None = None

    def get_data(self) -> bytes:
        """Return the body."""
        return self.body


@dataclass(frozen=True)
class Answered:
    """An answer: status, headers, and the body or what writes it."""

    status: HTTPStatus
    headers: dict[str, str]
    body: bytes | Pushed


@lru_cache(maxsize=256)
def best(accept: str | None, offers: tuple[Format, ...]) -> tuple[Format, str] | None:
    """Return what an Accept header likes best; clients send the same few headers again and again."""
    return negotiation.choose(accept, offers)


def chosen(operation: QueryOperation, results: Results, accept: str | None) -> tuple[Format, str]:
    """Return the form to answer in and its media type: `format=` before Accept; raises Problem for none."""
    offers = offers_for(results)
    if operation.format is None:
        found = best(accept, offers)
        if found is None:
            raise not_acceptable(offers)
        return found
    form = negotiation.by_name(offers, operation.format)
    if form is None:
        names = ", ".join(offer.name for offer in offers)
        raise Problem(HTTPStatus.BAD_REQUEST, f"`format` is one of {names} for this query.")
    return form, form.media_type


def is_volatile(query: str) -> bool:
    """Tell whether a query may answer otherwise the next time, though the dataset is the same."""
    return VOLATILE.search(query) is not None


def answer(asked: Asked, dataset: BuiltDataset, settings: Settings) -> Answered | None:
    """Return the answer to a query operation, None where it is a page; raises Problem for a faulty one."""
    operation = read_operation(asked)
    results = evaluate(dataset, operation, settings)
    form, media_type = chosen(operation, results, asked.accept)
    if form is negotiation.HTML:
        return None
    headers = {"Content-Type": form.content_type(media_type), "Vary": VARY}
    coding = compression.chosen(asked.accept_encoding)
    if is_volatile(operation.query):
        headers["Cache-Control"] = "no-store"
    else:
        headers["Cache-Control"] = "no-cache"
        headers["ETag"] = conditional.etag(dataset, tag_of(asked), media_type, coding, repr(settings.limits))
        if conditional.is_unchanged(asked.method, asked.if_none_match, headers["ETag"]):
            return Answered(HTTPStatus.NOT_MODIFIED, headers, b"")
    found = written(results, form, settings.limits, dataset.prefixes)
    if found.cut:
        headers["Wicara-Truncated"] = str(found.cut)
    return Answered(HTTPStatus.OK, headers, compression.encoded(found.body, coding, headers))


def tag_of(asked: Asked) -> str:
    """Return what tells one operation from another in an ETag."""
    return (asked.query_string + b"\0" + asked.body).decode("latin-1")
