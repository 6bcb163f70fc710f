"""The interface in English and Indonesian: which one a request wants, and the catalogs of its strings.

The strings stand in English in the code and the templates (`_("…")`) and in data files (`words.toml`; titles,
headings, kinds and labels of `layouts.toml` and `kinds.toml`), and in Indonesian in `translations/id/`, a
file for each part of the site. Flask-Babel reads compiled catalogs alone; these are read as they are.
"""

from __future__ import annotations

import re
import tomllib
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal
from babel.support import NullTranslations, Translations
from flask import g, request
from flask_babel import (  # type: ignore[import-untyped] # typed nowhere but here
    Babel,
    Domain,
    format_date,
    format_decimal,
    get_locale,
    gettext,
    lazy_gettext,
    ngettext,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from flask import Flask

__all__ = [
    "LANGUAGES",
    "WORDS",
    "format_amount",
    "format_date",
    "format_decimal",
    "get_locale",
    "gettext",
    "install",
    "language",
    "lazy_gettext",
    "ngettext",
    "other_languages",
    "own_text",
    "speaking",
]

LANGUAGES: Final = {"en": "English", "id": "Bahasa Indonesia"}
"""Their codes and their own names; the first one is the default."""
DEFAULT: Final = next(iter(LANGUAGES))
WORDS_FILE: Final = Path(__file__).with_name("words.toml")
CATALOGS: Final = Path(__file__).parents[1] / "translations"
CURRENCY: Final = re.compile(r"[A-Z]{3}")
PERCENT: Final = "%"
MAX_FRACTION: Final = 12
"""Digits after the point of an amount in millions or billions: no amount is rounded."""


WORDS: Final[Mapping[str, Mapping[str, object]]] = {
    table: {key: lazy_gettext(text) for key, text in words.items()}
    for table, words in tomllib.loads(WORDS_FILE.read_text(encoding="utf-8")).items()
}
"""What the interface calls things that the code has keys for (`words.toml`), by table and key."""


class Catalogs(Domain):  # type: ignore[misc] # Flask-Babel has no types
    """The strings of all parts of the site."""

    def get_translations(self) -> NullTranslations:
        """Return the strings in the language of this request."""
        return translations(language())


def install(app: Flask) -> None:
    """Give an app the filters and functions of Babel, in the language of each request."""
    babel = Babel(app, default_locale=DEFAULT, locale_selector=language)
    babel.domain_instance = catalogs = Catalogs()
    app.jinja_env.globals.update(
        language=language, languages=LANGUAGES, other_languages=other_languages, own_text=own_text
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # of the extension that Babel added
        lambda text: catalogs.get_translations().ugettext(text),
        lambda one, more, count: catalogs.get_translations().ungettext(one, more, count),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]  # Jinja's own looks that up each time


@cache
def translations(lang: str) -> NullTranslations:
    """Return the catalogs of a language as one; English needs none."""
    merged = NullTranslations()
    for path in sorted((CATALOGS / lang).glob("*.po")):
        compiled = BytesIO()
        with path.open(encoding="utf-8") as file:
            write_mo(compiled, read_po(file, locale=lang))
        compiled.seek(0)
        catalog = Translations(compiled)
        merged = merged.merge(catalog) if isinstance(merged, Translations) else catalog
    return merged


def language() -> str:
    """Return the language of a request: `?lang=`, else what Accept-Language likes best, else English."""
    if "language" not in g:
        asked = request.args.get("lang")
        liked = request.accept_languages.best_match(LANGUAGES, DEFAULT)
        g.language = asked if asked in LANGUAGES else liked
    return str(g.language)


def other_languages() -> list[str]:
    """Return the languages that the reader may switch to."""
    return [lang for lang in LANGUAGES if lang != language()]


def own_text(texts: Sequence[str]) -> str:
    """Return the text in the language of the reader, of texts in the order of `LANGUAGES`; else the first."""
    place = [*LANGUAGES].index(language())
    return texts[place] if place < len(texts) else texts[0]


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak another language than the reader's for the length of a block."""
    before, g.language = language(), lang
    try:
        yield
    finally:
        g.language = before


def name_of_language(code: str) -> str:
    """Return what a language is called in the language of the request; its code where it has no name."""
    return str(Locale(language()).languages.get(code.replace("-", "_"), code))


def format_amount(value: Decimal, unit: str) -> str:
    """Return a number with its unit as the reader's language writes them: `USD 16.74 billion`, `42%`."""
    if CURRENCY.fullmatch(unit):
        short = format_compact_decimal(
            value, format_type="long", locale=get_locale(), fraction_digits=MAX_FRACTION
        )
        return f"{unit}\N{NO-BREAK SPACE}{short}"
    space = "" if unit == PERCENT else "\N{NO-BREAK SPACE}"
    return f"{format_decimal(value)}{space}{unit}".strip()
