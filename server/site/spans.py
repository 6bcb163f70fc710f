"""Times in words: days as the reader's language writes them, and what two bounds leave open."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from babel.dates import format_date
from wicara.server.site.language import gettext as _
from wicara.server.site.language import language

if TYPE_CHECKING:
    from pyoxigraph import Literal

ZONE: Final = re.compile(r"(Z|[+-]\d\d:\d\d)$")
"""The time zone of a date."""


def day_of(literal: Literal | None) -> date | None:
    """Return the day of a date, wherever its day begins, or None for what is none."""
    try:
        return date.fromisoformat(ZONE.sub("", literal.value)) if literal is not None else None
    except ValueError:
        return None


def in_words(day: date, lang: str = "") -> str:
    """Return a day with its month in words, in a language, or the reader's."""
    return written(day, lang or language())


@lru_cache(maxsize=4096)
def written(day: date, lang: str) -> str:
    """Return a day as a language writes it."""
    return str(format_date(day, "d MMMM y", locale=lang))


def beginning(earliest: date | None, latest: date | None) -> str:
    """Return when something began, as far as the bounds tell."""
    if earliest and latest:
        return between(earliest, latest)
    if latest:
        return str(_("by %(day)s", day=in_words(latest)))
    return not_before(earliest)


def end(earliest: date | None, latest: date | None) -> str:
    """Return when something ended, as far as the bounds tell."""
    if earliest and latest:
        return between(earliest, latest)
    return str(_("by %(day)s", day=in_words(latest))) if latest else not_before(earliest)


def not_before(earliest: date | None) -> str:
    """Return the first day that is possible, or that nothing is stated."""
    return str(_("not before %(day)s", day=in_words(earliest)) if earliest else _("not stated"))


def between(earliest: date, latest: date) -> str:
    """Return a day, or two that something lies between."""
    if earliest == latest:
        return in_words(earliest)
    return str(_("between %(first)s and %(last)s", first=in_words(earliest), last=in_words(latest)))


def lasting(first: date | None, last: date | None) -> str:
    """Return the days from one to another, or nothing where neither is known."""
    days = dict.fromkeys(in_words(day) for day in (first, last) if day)
    return " \N{EN DASH} ".join(days)
