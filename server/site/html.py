"""Terms and marks as HTML, which pages write hundreds of times, and the elements that load scripts."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import request, url_for
from markupsafe import Markup, escape
from wicara.graph.status import ESTABLISHED, doubt_of, status_of
from wicara.server.http.addresses import href_of, public_url, with_choices, with_fields, without
from wicara.server.linked.statements import marks
from wicara.server.site.language import WORDS, format_decimal
from wicara.server.site.language import gettext as _
from wicara.server.site.pages.explain import explain_href
from wicara.server.site.tables.cards import card_key, cards_of, spans_of
from wicara.server.site.tables.differing import differing
from wicara.server.site.tables.statuses import (
    age_of_plan,
    by_status,
    came_about,
    covered_until,
    is_ahead,
    is_plain,
    status_of_statement,
    status_text,
    tells_time,
)
from wicara.server.site.tables.texts import source_label
from wicara.server.site.times import day_of, format_day

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from flask import Flask
    from pyoxigraph import Triple
    from wicara.graph.evidence import Basis, CitedSource
    from wicara.graph.status import Status
    from wicara.server.linked.statements import Statement
    from wicara.server.site.tables.cells import Value
    from wicara.server.site.tables.rows import Evidence, Line, Row
    from wicara.server.site.words import Shown, Term, Words

BUILT: Final = Path(__file__).parent.parent / "static" / "built"
UNBOUND: Final = Markup('<span class="unbound">\N{EN DASH}</span>')
LINK: Final = Markup('<a href="%s"%s%s><bdi>%s</bdi></a>')
SPAN: Final = Markup("<span%s%s><bdi>%s</bdi></span>")
LANG: Final = Markup(' lang="%s"')
TITLE: Final = Markup(' title="%s"')
OUTSIDE: Final = Markup(' rel="external noreferrer"')
TAG: Final = Markup(' <small class="tag">%s</small>')
MORE: Final = Markup('%s… <a href="%s">%s</a>')
MARK: Final = Markup('<a class="mark %s" href="%s"%s>%s</a>')
PILL: Final = Markup('<span class="mark %s">%s</span>')
UNFOLDED: Final = Markup('<details class="more"><summary class="mark">%s</summary> %s</details>')
BRACKETS: Final = Markup("(%s)")
NOTE: Final = Markup('<span class="also">%s</span>')
PROVENANCE: Final = Markup("<div><dt>%s</dt> <dd>%s</dd></div>")
NOTHING: Final = Markup("")
SPACE: Final = Markup(" ")
COMMA: Final = Markup(", ")
LIST: Final = Markup('<ul class="values">%s</ul>')
ITEM: Final = Markup("<li>%s</li>")
LINKED: Final = frozenset({"who", "possibly", "derived", "source"})
"""What a graph tells of itself with links."""
NAMED: Final = {**WORDS["said"], **WORDS["marks"], **WORDS["evidence"], **WORDS["holds"]}
"""The words of marks, of what is said of a graph, and of quotes."""

MAX_VALUES: Final = 3
"""How many values a cell of a block shows of many; the page of its row has all."""
MAX_MARKS: Final = 2
"""How many marks of what it rests on a row has of many, each of another sentence."""
MAX_TEXT: Final = 1500
"""How many characters of a text a page shows, unless all are asked for."""
TURNS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of writing (Unicode, UAX 9)."""
TITLE_LENGTH: Final = 200
"""How many characters of a text the title of a page or an element holds."""


def install(app: Flask) -> None:
    """Let the templates of an app write terms and marks, and load scripts."""
    app.jinja_env.globals.update(
        public_url=public_url,
        parts=WORDS["parts"],
        script=script,
        term_html=term,
        text_html=text,
        status_html=status,
        statuses_html=statuses,
        aftermath_html=aftermath,
        came_about=came_about,
        href_of=href_of,
        is_plain=is_plain,
        basis_html=basis,
        place_in_source=place_in_source,
        day_of_reading=day_of_reading,
        source_name=source_name,
        provenance=provenance,
        word=word,
        cell_html=cell,
        differing=differing,
        cards_of=cards_of,
        spans_of=spans_of,
        new_set=set,
        once_html=once,
        status_of=status_of,
        by_status=by_status,
        doubt_html=doubt,
        witnesses_mark=witnesses_mark,
        reported_by=reported_by,
        covered_until=covered_until,
        row_marks=row_marks,
        marks_html=marks_of,
    )
    app.jinja_env.filters["plain"] = plain
    app.jinja_env.filters["in_one_direction"] = in_one_direction


def term(shown: Shown | None) -> Markup:
    """Return a term: a link where it leads somewhere, its language where that is not the reader's."""
    if shown is None:
        return UNBOUND
    if len(shown.text) > MAX_TEXT:
        return SPAN % (lang_of(shown), NOTHING, text(shown.text)) + tags(shown)
    return short(shown)


@lru_cache(maxsize=4096)
def short(shown: Shown) -> Markup:
    """Return a term that needs no shortening."""
    if shown.href:
        rel = OUTSIDE if shown.outside else NOTHING
        return LINK % (shown.href, lang_of(shown), rel, shown.text) + tags(shown)
    title = TITLE % plain(shown.full) if shown.full != shown.text else NOTHING
    return SPAN % (title, lang_of(shown), shown.text) + tags(shown)


def lang_of(shown: Shown) -> Markup:
    """Return the attribute for the language of a term."""
    return LANG % shown.lang if shown.lang else NOTHING


def tags(shown: Shown) -> Markup:
    """Return what is told of a term in small: its language, and what it is noted with."""
    told_language = shown.lang and (shown.foreign or not shown.href)
    return (TAG % shown.lang if told_language else NOTHING) + (TAG % shown.note if shown.note else NOTHING)


def text(all_of_it: str) -> Markup:
    """Return a text; the beginning of one that is too long, unless all was asked for."""
    if len(all_of_it) <= MAX_TEXT or request.args.get("texts") == "all":
        return escape(all_of_it)
    number = _("all %(n)s characters", n=format_decimal(len(all_of_it)))
    return MORE % (all_of_it[:MAX_TEXT], with_fields(without("texts"), "texts=all"), number)


def plain(text: str) -> str:
    """Return a text for the title of a page, where nothing can set it apart: short, and in one direction."""
    return in_one_direction(text)[:TITLE_LENGTH]


def in_one_direction(text: str) -> str:
    """Return a text, or escaped HTML, without what changes the direction of writing, for an attribute."""
    return type(text)(TURNS.sub("", text))


@lru_cache(maxsize=256)
def word(key: str, _reader: str) -> str:
    """Return a word of NAMED in the reader's language."""
    return str(NAMED[key])


def status(key: str, text: object = "", linked: set[str] | None = None) -> Markup:
    """Return a status, which leads to what it means, unless it is among those that are linked before."""
    css, words = f"status {key}", text or WORDS["statuses"][key]
    href = with_choices(f"/legend#status-{key}")
    if linked is not None and href in linked:
        return PILL % (css, words)
    if linked is not None:
        linked.add(href)
    return MARK % (css, href, NOTHING, words)


def statuses(known: Sequence[Status], words: Words, linked: set[str] | None = None) -> Markup:
    """Return the status of a row; of a plan, which text reports that it came about, or else the last on it.

    `linked` are the addresses that a page links before, and what became of plans that it tells: each once.
    """
    before = frozenset(linked or ())
    marks = [status(own.key, status_text(own, words), linked) for own in known]
    if is_ahead(known) and (after := aftermath(known[0], words)) and after not in before:
        marks.append(NOTE % after)
        if linked is not None:
            linked.add(after)
    return SPACE.join(marks)


def aftermath(plan: Status, words: Words, *, alone: bool = False) -> Markup:
    """Return the text that reports that a plan came about, or else up to which day texts tell of it.

    It is in brackets unless it stands `alone`.
    """
    around = Markup("%s") if alone else BRACKETS
    if plan.came_about is None:
        return around % age if (age := age_of_plan(plan)) else NOTHING
    link = LINK % (href_of(plan.came_about.value), NOTHING, NOTHING, came_about(plan, words))
    done = _("it began:") if plan.began else _("it came about:")
    return around % (escape(done) + SPACE + link)


def reported_by(bases: Sequence[Basis], words: Words) -> str:
    """Return by which text something is reported, how sure the editors are of that, and by how many more."""
    first, more = bases[0], witnesses(bases) - 1
    unsure = doubt_of(first)
    name = source_name(first.text, words) if first.text else ""
    name += f" ({words.show_iri(unsure.value).text})" if unsure else ""
    if more > 0:
        return str(_("reported by %(name)s and %(n)s more", name=name, n=format_decimal(more)))
    return str(_("reported by %(name)s", name=name))


def doubt(one: Basis, words: Words) -> Markup:
    """Return what the status of a graph leaves out: who possibly says it, how sure what is established is."""
    known = status_of(one)
    possibly = [] if known.possibly else one.said.get("possibly", ())
    found = [
        f"{word('possibly', words.lang)} {shown.text}" for term in possibly if (shown := words.show(term))
    ]
    unsure = doubt_of(one) if known.key == ESTABLISHED else None
    found += [words.show_iri(unsure.value).text] if unsure else []
    return SPACE.join(NOTE % each for each in found)


def basis(one: Basis, cards: Container[str], words: Words, before: Basis | None = None) -> Markup:
    """Return the mark of a graph, which leads to the words behind it, on this page or on another.

    It names the source, unless the mark before it, that of `before`, has done so.
    """
    href = f"#{one.anchor}" if one.graph in cards else words.show_iri(one.graph).href
    numbered = one.name.isupper() or one.name[1:].isdigit()
    title = f"“{plain(one.quotes[0].exact.value)}”" if one.quotes else plain(words.show_iri(one.graph).text)
    if not numbered:
        return MARK % ("background", href or "", TITLE % title, word("background", words.lang))
    is_next = before and before.text and one.text and before.text.iri == one.text.iri
    name = one.name if is_next or not one.text else source_name(one.text, words)
    key = "basis cited" if one.text and one.text.places else "basis"
    return MARK % (key, href or "", TITLE % title, name if name == one.name else f"{name} · {one.name}")


def source_name(source: CitedSource, words: Words) -> str:
    """Return how marks call a source."""
    label = source.labels.get(words.lang) or next(iter(source.labels.values()), "")
    publisher = "" if label else words.show_iri(source.publisher or source.iri).text
    return source_label(label, publisher, source.issued, words.lang)


def marks_in(bases: Sequence[Basis], cards: Container[str], words: Words) -> Iterator[Markup]:
    """Yield the marks of several graphs, each source named once where its facts stand together."""
    for before, own in zip((None, *bases), bases, strict=False):
        yield basis(own, cards, words, before)


def witnesses(bases: Sequence[Basis]) -> int:
    """Return how many sources say the same: a copy or a translation is no second witness."""
    texts = (own.text for own in bases if own.text and not own.said.get("derived"))
    return len({text.first or text.iri for text in texts})


def place_in_source(source: CitedSource, lang: str) -> str:
    """Return where a fact stands in a source that is cited, in the reader's language where it is said so."""
    return source.places.get(lang) or next(iter(source.places.values()), "")


def day_of_reading(source: CitedSource) -> str:
    """Return the day on which the copy of a source was read, in words."""
    day = day_of(source.read)
    return format_day(day) if day else ""


def marks_of(statement: Statement, known: Mapping[str, Basis], cards: Container[str], words: Words) -> Markup:
    """Return the marks of a statement: that it is inferred, what it rests on, or which graph makes it."""
    parts = [inferred_mark(statement.triple, words)] if statement.inferred else []
    parts += marks_in([known[graph] for graph in statement.graphs if graph in known], cards, words)
    found_status = status_of_statement(statement, known)
    if found_status and found_status.key != ESTABLISHED:
        parts.append(status(found_status.key, status_text(found_status, words)))
    for key, graph in marks(statement):
        parts.append(MARK % (key, words.show_iri(graph).href or "", NOTHING, word(key, words.lang)))
    return SPACE.join(parts)


def row_marks(
    row: Row | Line, evidence: Evidence, cards: Container[str], most: int = MAX_MARKS, *, unfold: bool = True
) -> Markup:
    """Return the marks of a row: what it rests on, how many sources say it, and what of it is inferred.

    Of what it rests on, `most` sentences have a mark at once; the marks of the others unfold, or are counted
    where another page unfolds them: apart, where they only tell of its time. Sources of its time are counted
    where the row is of one thing, or tells of nothing else.
    """
    words = evidence.words
    known = evidence.behind(row)
    resting = {own.graph for own in known}
    telling = resting & row.support.telling
    on_cards = {card_key(own): own for own in reversed(known)}
    first = [own for own in known if on_cards[card_key(own)] is own][:most]
    shown = {own.graph for own in first}
    parts = [*marks_in(first, cards, words)]
    rest = [own for own in known if own.graph not in shown]
    dates = [own for own in rest if unfold and telling and own.graph not in telling]
    others = [own for own in rest if own not in dates]
    counted = ((_("and %(n)s more", n=len(others)), others), (_("time: %(n)s", n=len(dates)), dates))
    for more, some in counted:
        if some:
            all_of_them = SPACE.join(marks_in(some, cards, words))
            parts.append(UNFOLDED % (more, all_of_them) if unfold else NOTE % more)
    links = [one for one in row.support.statements if not tells_time(one.triple)]
    counted_in = row.support.statements if getattr(row, "thing", row) else links or row.support.statements
    stated = (evidence.of(resting.intersection(one.graphs)) for one in counted_in)
    parts += several(max(map(witnesses, stated), default=0))
    parts += [inferred_mark(triple, words) for triple in row.support.inferred]
    return SPACE.join(parts)


def several(number: int) -> list[Markup]:
    """Return the mark of how many sources say the same, where several do."""
    return [PILL % ("witnesses", _("%(n)s sources", n=format_decimal(number)))] if number > 1 else []


def witnesses_mark(stated: Iterable[Sequence[Basis]]) -> Markup:
    """Return the mark of how many sources say each of some statements, where several do."""
    return SPACE.join(several(min(map(witnesses, stated), default=0)))


def inferred_mark(triple: Triple, words: Words) -> Markup:
    """Return the mark of what only reasoning says, which leads to why."""
    return MARK % ("inferred", explain_href(triple), NOTHING, word("inferred", words.lang))


def provenance(one: Basis, words: Words) -> Markup:
    """Return the provenance of a graph as a list of terms."""
    return NOTHING.join(
        PROVENANCE % (word(key, words.lang), COMMA.join(provenance_value(key, each, words) for each in terms))
        for key, terms in one.in_order()
    )


def provenance_value(key: str, one: Term, words: Words) -> Markup:
    """Return a value in the provenance of a graph: a link where it leads to more than a word."""
    shown = words.show(one)
    return term(shown) if key in LINKED or shown is None else escape(shown.text)


def once(shown: Shown, linked: set[str] | None) -> Markup:
    """Return a term, which is a link unless it is among those that are linked before."""
    if linked is None or not shown.href:
        return term(shown)
    if shown.href in linked:
        return term(shown.without_link)
    linked.add(shown.href)
    return term(shown)


def cell(
    values: Sequence[Value],
    words: Words,
    known: Sequence[Status] = (),
    linked: set[str] | None = None,
    thing: str = "",
) -> Markup:
    """Return the values of a cell: one as it is, several as a list; `known` is the status of their row.

    `linked` are the addresses that its block links before: a name is a link once in a block. The page of
    `thing`, which the row is of, has the values that are left out.
    """
    usual = {"", ESTABLISHED, *(own.key for own in known[:1])}
    if len(values) == 1:
        return value(values[0], words, usual, linked)
    shown = values if linked is None or len(values) <= MAX_VALUES + 1 else values[:MAX_VALUES]
    items = [ITEM % value(own, words, usual, linked) for own in shown]
    if len(values) > len(shown):
        number = _("and %(n)s more", n=len(values) - len(shown))
        page = words.show_iri(thing).href if thing else None
        items.append(ITEM % NOTE % (LINK % (page, NOTHING, NOTHING, number) if page else number))
    return LIST % NOTHING.join(items) if values else NOTHING


def value(one: Value, words: Words, usual: Container[str], linked: set[str] | None) -> Markup:
    """Return a value of a cell, with a status that is not the usual, and a mark where it is inferred."""
    if one.mark:
        return SPACE.join((PILL % (one.mark, word(one.mark, words.lang)), escape(one.shown.text)))
    parts = [once(one.shown, linked), *(() if one.status in usual else (status(one.status, linked=linked),))]
    if one.why:
        parts.append(inferred_mark(one.why, words))
    return SPACE.join(parts)


@cache
def is_built(name: str) -> bool:
    """Tell whether a script has been built; without npm there is none, and the pages do without."""
    return (BUILT / f"{name}.js").is_file()


def script(name: str) -> Markup:
    """Return the element that loads a script of `web/entries`, or nothing where it is not built."""
    if not is_built(name):
        return Markup("")
    address = url_for("static", filename=f"built/{name}.js")
    return Markup('<script type="module" src="{}"></script>').format(address)
