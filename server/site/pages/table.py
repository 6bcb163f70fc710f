"""The tables of pages about things as files: all rows of a block, with status, sources and facts."""

from __future__ import annotations

from http import HTTPStatus
from itertools import chain, count
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, redirect, request
from wicara.graph.formats import CSV
from wicara.server.app_state import store
from wicara.server.descriptions.openapi import HTML, operation
from wicara.server.http.addresses import with_choices
from wicara.server.http.problems import Problem
from wicara.server.linked.statements import counts_of
from wicara.server.site.citation import slug
from wicara.server.site.pages.resource import View
from wicara.server.site.pictures.picture import requested_thing
from wicara.server.site.tables.sheet import SHEETS, as_sheet, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("table", __name__)

MAX_ROWS: Final = 1000
"""How many rows a file has at most."""


@blueprint.get("/tables")
@operation(
    query=("of", "block", "sheet-format", "infer", "lang"),
    types=(),
    answers={HTTPStatus.SEE_OTHER: HTML},
)
def choose() -> BaseResponse:
    """Lead to a table of the page about a thing, which a form asks for."""
    suffix = request.args.get("format", CSV.extension)
    block = quote(request.args.get("block", ""), safe="")
    if suffix not in SHEETS or not block:
        raise Problem(HTTPStatus.BAD_REQUEST, f"Give `block`, and a `format`: {', '.join(SHEETS)}.")
    fields = urlencode({"of": request.args.get("of", "")}, safe="/")
    return redirect(with_choices(f"/tables/{block}.{suffix}?{fields}"), HTTPStatus.SEE_OTHER)


@blueprint.get(f"/tables/<block>.<any({', '.join(SHEETS)}):form>")
@operation(
    query=("of", "infer", "lang"),
    types=tuple(form.media_type for form in SHEETS.values()),
    faults=(HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED),
)
def table(block: str, form: str) -> Response:
    """Return a table of the page about a thing (`of`) as a file; `block` is its key, as in `show`."""
    subject = requested_thing("of")
    if subject is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "Parameter `of` must name the thing whose table is wanted.")
    counts = counts_of(store(), subject)

    def pages() -> Iterator[View]:
        for number in count(1):
            view = View(subject, counts, number, show=block)
            yield view
            if view.block is None or number * view.block.portion >= min(view.rows_in_all, MAX_ROWS):
                return

    views = list(pages()) if counts.largest else []
    if not views or views[0].block is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"The page of this thing has no table {block}.")
    found = list(chain.from_iterable(records(view.tables, view.evidence) for view in views))
    titles = [str(column.title) for column in views[0].block.columns]
    used = dict.fromkeys(chain.from_iterable(found))
    headings = [*(title for title in dict.fromkeys(titles) if title in used)]
    headings += [name for name in used if name not in titles]
    kind = SHEETS[form]
    response = Response(as_sheet(found, headings, kind), headers={"Content-Type": kind.content_type()})
    name = f"{slug(subject.value.rpartition('/')[2])}-{block}.{form}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.vary.add("Accept-Language")
    if views[0].rows_in_all > MAX_ROWS:
        response.headers["Wicara-Truncated"] = f"rows={MAX_ROWS}"
    return response
