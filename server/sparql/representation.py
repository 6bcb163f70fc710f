"""The representation of an answer to a query: its format, its coding, and what its headers say of it.

Nothing here needs the answer, so that whoever has one can say the same of it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from wicara.graph.sparql_text import query_start, tokens
from wicara.server.http import compression, conditional, negotiation
from wicara.server.sparql import protocol

if TYPE_CHECKING:
    from wicara.graph.formats import Format
    from wicara.server.http.conditional import Versioned
    from wicara.server.settings import Settings

VOLATILE: Final = ("now", "rand", "uuid", "struuid", "bnode", "service")
"""What gives something else each time (SPARQL 1.1 Query, section 17.4), or may: other servers."""
A_VOLATILE_WORD: Final = re.compile(rf"\b(?:{'|'.join(VOLATILE)})\b")
VARY: Final = "Accept, Accept-Encoding, Accept-Language"


class QueryRequest(NamedTuple):
    """What the answer to a query operation depends on."""

    method: str
    query_string: bytes
    mimetype: str
    body: bytes
    path: str
    accept: str | None = None
    accept_encoding: str | None = None
    if_none_match: str | None = None

    def get_data(self) -> bytes:
        """Return the body."""
        return self.body


@lru_cache(maxsize=256)
def best(accept: str | None, offers: tuple[Format, ...]) -> tuple[Format, str] | None:
    """Return what an Accept header likes best; clients send the same few headers again and again."""
    return negotiation.choose(accept, offers)


def head_of(
    query_request: QueryRequest,
    query: str,
    shown: tuple[Format, str],
    dataset: Versioned,
    settings: Settings,
) -> tuple[dict[str, str], str]:
    """Return the headers of an answer, but for those that its body decides, and its content coding.

    `shown` is its format and media type.
    """
    form, media_type = shown
    headers = {"Content-Type": form.content_type(media_type), "Vary": VARY}
    coding = compression.coding_for(query_request.accept_encoding)
    if is_volatile(query):
        headers["Cache-Control"] = "no-store"
    else:
        headers["Cache-Control"] = "no-cache"
        request = (query_request.query_string + b"\0" + query_request.body).decode("latin-1")
        if protocol.is_asserted(query_request):
            request = f"{protocol.ASSERTED}\0{request}"
        tag = conditional.etag(dataset, request, media_type, coding, settings.limits.signature)
        headers["ETag"] = f"W/{tag}" if makes_blank_nodes(query) else tag
    return headers, coding


def makes_blank_nodes(query: str) -> bool:
    """Return whether the template of a CONSTRUCT has blank nodes: they get other labels in each answer.

    The answers are then equivalent, not the same bytes (SPARQL 1.1 Query, section 16.2.1).
    """
    form = query_start(query) if "construct" in query.lower() else None
    if form is None or form.group().upper() != "CONSTRUCT":
        return False
    in_template = takewhile(lambda token: token.text != "}", tokens(query[form.end() :]))
    return any(token.kind == "node" or token.text in {"[", "("} for token in in_template)


def differs(query: str) -> bool:
    """Return whether the answer to a query may have other bytes the next time."""
    return is_volatile(query) or makes_blank_nodes(query)


def is_volatile(query: str) -> bool:
    """Return whether a query may answer otherwise the next time, though the dataset is the same."""
    lower = query.lower()
    return any(word in lower for word in VOLATILE) and A_VOLATILE_WORD.search(lower) is not None
