"""Terms and marks as HTML: what pages write hundreds of times, each one once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from flask import request
from markupsafe import Markup
from wicara.server.addresses import with_choices
from wicara.server.language import format_decimal, language
from wicara.server.language import gettext as _
from wicara.server.site.legend import mark_class
from wicara.server.site.texts import LONGEST, plain, with_all_texts

if TYPE_CHECKING:
    from collections.abc import Container

    from flask import Flask
    from wicara.server.provenance import Basis
    from wicara.server.terms import Shown, Words

UNBOUND: Final = Markup('<span class="unbound">\N{EN DASH}</span>')
LINK: Final = Markup('<a href="{}"{}{}><bdi>{}</bdi></a>')
SPAN: Final = Markup("<span{}{}><bdi>{}</bdi></span>")
LANG: Final = Markup(' lang="{}"')
TITLE: Final = Markup(' title="{}"')
OUTSIDE: Final = Markup(' rel="external noreferrer"')
TAG: Final = Markup(' <small class="tag">{}</small>')
MORE: Final = Markup('{}… <a href="{}">{}</a>')
MARK: Final = Markup('<a class="mark {}" href="{}"{}>{}</a>')
NOTHING: Final = Markup("")


def install(app: Flask) -> None:
    """Let the templates of an app write terms and marks."""
    app.jinja_env.globals.update(term_html=term, text_html=text, modality_html=modality, basis_html=basis)


def term(shown: Shown | None) -> Markup:
    """Return a term: a link where it leads somewhere, its language where that is not the reader's."""
    if shown is None:
        return UNBOUND
    if len(shown.text) > LONGEST:
        return SPAN.format(lang_of(shown), NOTHING, text(shown.text)) + tags(shown, language())
    return short(shown, language())


@lru_cache(maxsize=4096)
def short(shown: Shown, reader: str) -> Markup:
    """Return a term that needs no shortening."""
    if shown.href:
        rel = OUTSIDE if shown.outside else NOTHING
        written = LINK.format(shown.href, lang_of(shown), rel, shown.text)
    else:
        title = TITLE.format(plain(shown.full)) if shown.full != shown.text else NOTHING
        written = SPAN.format(title, lang_of(shown), shown.text)
    return written + tags(shown, reader)


def lang_of(shown: Shown) -> Markup:
    """Return the attribute for the language of a term."""
    return LANG.format(shown.lang) if shown.lang else NOTHING


def tags(shown: Shown, reader: str) -> Markup:
    """Return what is told of a term in small: its language, and what it is noted with."""
    told = NOTHING
    if shown.lang and (not shown.href or shown.lang != reader):
        told += TAG.format(shown.lang)
    return told + TAG.format(shown.note) if shown.note else told


def text(all_of_it: str) -> Markup:
    """Return a text; the beginning of one that is too long, unless all was asked for."""
    if len(all_of_it) <= LONGEST or request.args.get("texts") == "all":
        return Markup.escape(all_of_it)
    told = _("all %(n)s characters", n=format_decimal(len(all_of_it)))
    return MORE.format(all_of_it[:LONGEST], with_all_texts(), told)


def modality(shown: Shown) -> Markup:
    """Return the mark of a modality, which leads to what it means."""
    key = mark_class(shown.full)
    return MARK.format(key, with_choices(f"/legend#{key}"), NOTHING, shown.text)


def basis(one: Basis, cards: Container[str], words: Words) -> Markup:
    """Return the mark of a graph, which leads to the words behind it, on this page or on another."""
    href = f"#{one.anchor}" if one.graph in cards else words.show_iri(one.graph).href
    known = one.name.isupper() or one.name[1:].isdigit()
    title = TITLE.format(f"“{plain(one.quotes[0].exact.value)}”") if one.quotes else NOTHING
    key, name = ("basis", one.name) if known else ("background", _("background"))
    return MARK.format(key, href or "", title, name)
