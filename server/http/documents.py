"""Documents that are offered in several forms: which one a request wants, and where the others are."""

from __future__ import annotations

import inspect
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import request
from wicara.server.descriptions.openapi import media_types, operation
from wicara.server.http import negotiation
from wicara.server.http.problems import Problem, not_acceptable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Blueprint, Response
    from wicara.graph.formats import Format
    from wicara.server.descriptions.openapi import Json


def form_for(offers: Sequence[Format], hints: Sequence[str] = ()) -> tuple[Format, str]:
    """Return the form that a hint names, else the one that the Accept header likes best, and its media type.

    Raises Problem 406 for none.
    """
    found = negotiation.hinted(hints, offers) or negotiation.choose(request.headers.get("Accept"), offers)
    if found is None:
        raise not_acceptable(tuple(offers))
    return found


def split_suffix(path: str, offers: Sequence[Format]) -> tuple[str, Format | None]:
    """Return a path without its suffix, and the form that the suffix stands for."""
    stem, _, extension = path.rpartition(".")
    form = negotiation.by_extension(offers, extension) if stem else None
    return (stem, form) if form else (path, None)


def links(form: Format, offers: Sequence[Format], address: Callable[[Format], str]) -> list[str]:
    """Return where the other forms of a document are, as a Link header has it (RFC 8288)."""
    return [
        f'<{address(offer)}>; rel="alternate"; type="{offer.media_type}"'
        for offer in offers
        if offer is not form
    ]


def as_data(offers: Sequence[Format], address: Callable[[Format], str]) -> list[tuple[Format, str]]:
    """Return the forms that a page is offered in as data, each with its address."""
    return [(offer, address(offer)) for offer in offers if offer is not negotiation.HTML]


def publish_at(
    blueprint: Blueprint,
    path: str,
    offers: Sequence[Format],
    answer: Callable[[Format, str], Response],
    query: Sequence[str | Json] = ("infer", "lang"),
) -> None:
    """Answer at a path in the form that the Accept header likes best, and with a suffix in the form of that.

    `answer` gets the form and its media type; its docstring and `query` stand in the OpenAPI document.
    """
    described = operation(summary=inspect.getdoc(answer) or "", query=query, types=media_types(*offers))

    @described
    def negotiated() -> Response:
        return answer(*form_for(offers))

    @described
    def with_suffix(suffix: str) -> Response:
        form = negotiation.by_extension(offers, suffix)
        if form is None:
            names = ", ".join(offer.extension for offer in offers)
            raise Problem(HTTPStatus.NOT_FOUND, f"{path} has no form {suffix}; there are {names}.")
        return answer(form, form.media_type)

    blueprint.add_url_rule(path, view_func=negotiated)
    blueprint.add_url_rule(f"{path}.<suffix>", view_func=with_suffix)
