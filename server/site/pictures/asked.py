"""What the address of a picture asks for: things, days and a form; and addresses with other choices."""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import request
from pyoxigraph import NamedNode
from wicara.ontology import BASE, PREFIXES
from wicara.server.http.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

ROOT: Final = f"{BASE}/id/"
PATH: Final = re.compile(r"/?(?:id/|doc/)?([a-z]+/[^/\s<>\"{}|\\^`]+)")
PREFIXED: Final = re.compile(r"([a-z]+):([^/:\s<>\"{}|\\^`]+)")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def thing(name: str) -> NamedNode:
    """Return the IRI that a reader names in full, by a prefix or by the path of its page.

    `partnership/asean-russia`, `/doc/partnership/asean-russia` and `partnership:asean-russia` are one
    partnership. Raises Problem 400 for what is none of these.
    """
    path, short = PATH.fullmatch(name), PREFIXED.fullmatch(name)
    if path:
        return NamedNode(ROOT + path[1])
    if short and short[1] in PREFIXES:
        return NamedNode(PREFIXES[short[1]] + short[2])
    try:
        return NamedNode(name)
    except ValueError as fault:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "A thing is named by its IRI or by the path of its page."
        ) from fault


def short_of(iri: str) -> str:
    """Return how an address names a thing: by the path of its page if it has one here."""
    return iri.removeprefix(ROOT)


def thing_asked(name: str) -> NamedNode | None:
    """Return the thing that a parameter names, or None where it is left out or empty."""
    given = request.args.get(name, "").strip()
    return thing(given) if given else None


def things_asked(name: str) -> tuple[NamedNode, ...]:
    """Return the things that a parameter names, each once."""
    return tuple(dict.fromkeys(thing(given) for given in request.args.getlist(name) if given))


def day_asked(name: str) -> date | None:
    """Return the day of a parameter, or None where it is left out; raises Problem 400 for none."""
    given = request.args.get(name, "").strip()
    if not given:
        return None
    try:
        return date.fromisoformat(given if DAY.fullmatch(given) else "")
    except ValueError as fault:
        raise Problem(HTTPStatus.BAD_REQUEST, f"`{name}` is a day such as 2018-08-02.") from fault


def some_of(name: str, known: Collection[str]) -> frozenset[str]:
    """Return which of the known words a parameter names, or all of them where it names none."""
    return frozenset(request.args.getlist(name)) & frozenset(known) or frozenset(known)


def changed(path: str, **changes: str | Sequence[str] | None) -> str:
    """Return a path with the choices of this request, but for those that change; None takes one away."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in changes and pair[1]]
    added = [(name, value) for name, value in changes.items() if value]
    query = urlencode([*kept, *added], doseq=True)
    return f"{path}?{query}" if query else path
