"""Tables and answers as data: formats of SPARQL results, CSV (RFC 4180), and XLSX (ECMA-376).

XLSX is there where openpyxl is installed: `wicara[office]`.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import astuple
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from importlib.util import find_spec
from io import BytesIO, StringIO
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from pyoxigraph import NamedNode, QueryResultsFormat, parse_query_results
from wicara.graph.explain.writers import json_term
from wicara.graph.formats import CSV, Format
from wicara.graph.names import kind_of
from wicara.server.http.problems import Problem
from wicara.server.site.citation import of_text
from wicara.server.site.html import place_in_source, reported_by, statuses, witnesses_mark
from wicara.server.site.language import LANGUAGES, WORDS, language
from wicara.server.site.language import gettext as _
from wicara.server.site.tables.answer_columns import HOLDS, WHEN
from wicara.server.site.tables.differing import differing
from wicara.server.site.tables.statuses import came_about, is_open, status_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wicara.graph.status import Status
    from wicara.server.site.tables.cards import Card
    from wicara.server.site.tables.cells import Cell
    from wicara.server.site.tables.rows import Evidence, Table
    from wicara.server.site.tables.solutions import Answer, ShortAnswer, Solutions
    from wicara.server.site.words import Words

XLSX: Final = Format(
    "xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"
)
SHEETS: Final = {form.extension: form for form in (CSV, XLSX)}
NOT_INSTALLED: Final = (
    "Tables in XLSX are an extra: `pip install 'wicara[office]'`. The same table is there as CSV."
)
IN_CELL: Final = "; "
STATUS: Final = "status"
CAME_ABOUT: Final = "cameAbout"
CLASH: Final = "clash"
STATEMENT: Final = "statement"
LITERAL: Final = re.compile(
    r'"([^"]*)"\^\^<http://www\.w3\.org/2001/XMLSchema#(date|decimal|integer|nonNegativeInteger)>'
)
WIDEST: Final = 60
"""How many characters wide a column of a spreadsheet is at most."""
FIRST_DAY: Final = date(1900, 3, 1)
"""The first day that all spreadsheets count alike."""
PREVIEW: Final = 200
"""How many characters of a page the preview of a link to it holds."""
SOURCES: Final = ("sourceName", "sourceUrl", "quotation", "editorsWords")
"""The columns that an answer has as data beside its variables."""


class Typed(str):
    """What a cell says, which in a spreadsheet is a number or a day; `unit` is what the number counts."""

    __slots__ = ("unit", "value")
    value: Decimal | date
    unit: str

    def __new__(cls, text: str, value: Decimal | date, unit: str = "") -> Self:
        """Make it of the text that other formats hold."""
        made = super().__new__(cls, text)
        made.value, made.unit = value, unit
        return made

    @property
    def number_format(self) -> str:
        """How a spreadsheet shows it."""
        if isinstance(self.value, date):
            return "yyyy-mm-dd"
        digits = "#,##0" if self.value == self.value.to_integral_value() else "#,##0.0##"
        unit = self.unit.replace('"', "")
        return f'{digits} "{unit}"' if unit else "General"


def text_of_cell(cell: Cell) -> str:
    """Return what a cell says; of one number or one day also its value."""
    text = IN_CELL.join(value.shown.text for value in cell.values)
    span = cell.values[0].span if len(cell.values) == 1 else None
    days = {*astuple(span)} if span else set()
    if len(days) == 1 and (day := days.pop()) and day >= FIRST_DAY:
        return Typed(text, day)
    literal = LITERAL.fullmatch(cell.values[0].shown.full) if len(cell.values) == 1 else None
    if not literal or cell.values[0].mark:
        return text
    written, datatype = literal.groups()
    try:
        if datatype == "date":
            day = date.fromisoformat(written)
            return Typed(text, day) if day >= FIRST_DAY else text
        return Typed(text, Decimal(written), cell.values[0].unit)
    except (ValueError, ArithmeticError):
        return text


def sheets() -> list[Format]:
    """Return the forms that tables can be written in here."""
    return [form for form in SHEETS.values() if form is CSV or find_spec("openpyxl")]


class Quotation(NamedTuple):
    """Words of a source: its name and address, the place in it, and the words, if they are quoted.

    Where the source is only cited, `in_short` is what it says in the words of the editors.
    """

    source: str
    url: str
    place: str
    words: str
    in_short: str = ""

    @property
    def where(self) -> str:
        """The source and the place in it, in brackets."""
        return f"({', '.join(filter(None, (self.source, self.place)))})"

    def __str__(self) -> str:
        """Return it as a line of text."""
        words = f"\N{LEFT DOUBLE QUOTATION MARK}{self.words}\N{RIGHT DOUBLE QUOTATION MARK}"
        heading = str(_("In short (editors' words):"))
        in_short = (heading, self.in_short) if self.in_short else ()
        return " ".join((*((words,) if self.words else ()), self.where, *in_short))


def quotations(evidence: Evidence, graphs: Iterable[str]) -> list[Quotation]:
    """Return the words that graphs rest on, in their order; where a source is only cited, its place."""
    words = evidence.words
    found: dict[Quotation, None] = {}
    for basis in evidence.of(graphs, as_given=True):
        for quote in basis.quotes:
            place = words.show_iri(quote.sentence).text if quote.sentence else ""
            cited = of_text(quote.article)
            url = cited.url if cited else quote.article
            found[Quotation(words.show_iri(quote.article).text, url, place, quote.exact.value)] = None
        if not basis.quotes and basis.text and basis.text.places:
            place, name = place_in_source(basis.text, words.lang), words.show_iri(basis.text.iri).text
            in_short = words.show_iri(basis.graph).text
            found[Quotation(name, basis.text.copy, place, "", in_short)] = None
    return [*found]


def columns_of_sources(quoted: Iterable[Quotation]) -> tuple[dict[str, None], ...]:
    """Return names of sources, addresses, their words and those of the editors with places, each once."""
    quoted = [*quoted]
    return (
        dict.fromkeys(one.source for one in quoted),
        dict.fromkeys(one.url for one in quoted),
        dict.fromkeys(str(one) for one in quoted if one.words),
        dict.fromkeys(f"{one.in_short} {one.where}" for one in quoted if one.in_short),
    )


def records(tables: Iterable[Table], evidence: Evidence) -> list[dict[str, str]]:
    """Return the rows of tables by their headings: what the cells say, the status, sources, and facts."""
    found = []
    for table in tables:
        for row in table.rows:
            cells = map(text_of_cell, row.cells)
            behind = evidence.behind(row)
            texts = [basis.text for basis in behind if basis.text]
            quoted = quotations(evidence, [basis.graph for basis in behind])
            after = came_about(row.statuses[0], evidence.words) if row.statuses else ""
            names, addresses, quotes, in_short = columns_of_sources(quoted)
            names |= dict.fromkeys(evidence.words.show_iri(text.iri).text for text in texts)
            told = (status_on_day(row.statuses, (row.state,), evidence.words), differing(row.clash))
            found.append(
                {
                    **dict(zip(map(str, table.headings), cells, strict=True)),
                    str(_("Status")): IN_CELL.join(filter(None, told)),
                    str(_("Sources")): IN_CELL.join(names),
                    str(_("Addresses")): IN_CELL.join(addresses),
                    str(_("Words of the source")): IN_CELL.join(quotes),
                    str(_("In short (editors' words)")): IN_CELL.join(in_short),
                    str(_("Facts")): " ".join(row.support.graphs),
                    **({str(_("It came about, as reported by")): after} if after else {}),
                }
            )
    return found


def preview_of(found: Answer, overview: Sequence[str]) -> str:
    """Return what a link to an answer shows of it: the sentences that fit, with their marks; one at least."""
    text = " ".join(overview)
    for lead in found.short:
        marked = with_marks(lead, found)
        excess = len(text) + len(" \N{HORIZONTAL ELLIPSIS} ") + len(marked) - PREVIEW
        if excess > 0 and text:
            return f"{text} \N{HORIZONTAL ELLIPSIS}"
        if excess > 0:
            cut = lead.text[: -excess - 1].rpartition(" ")[0].rstrip(".,;:")
            marked = marked.replace(lead.text, f"{cut}\N{HORIZONTAL ELLIPSIS}", 1)
        text = f"{text} {marked}".strip()
    return text


def with_marks(lead: ShortAnswer, found: Answer) -> str:
    """Return a sentence with its marks, as the page shows them beside it."""
    words = found.evidence.words
    marks = []
    if lead.is_marked:
        marks.append(str(statuses(lead.statuses, words).striptags()))
    elif lead.reporters:
        marks.append(reported_by(lead.reporters, words))
    marks += [differing(lead.clash), str(WORDS["holds"].get(lead.holds, ""))]
    marks = [*filter(None, (*marks, str(witnesses_mark(lead.stated).striptags())))]
    return f"{lead.text} [{', '.join(marks)}]" if marks else lead.text


def words_behind(card: Card, evidence: Evidence, lead: ShortAnswer) -> str:
    """Return the words of a sentence of a source, as an answer shows them: if glossed with the editors'."""
    words = evidence.words
    quoted = [
        f"\N{LEFT DOUBLE QUOTATION MARK}{piece}\N{RIGHT DOUBLE QUOTATION MARK}" for piece in card.pieces
    ]
    where = [one.where for one in quotations(evidence, [card.bases[0].graph])[:1]]
    in_short = "; ".join(words.show_iri(basis.graph).text for basis in card.bases)
    heading = str(_("In short (editors' words):"))
    foreign = [heading, in_short] if lead.glossed and card.is_foreign(words.lang) else []
    beside = [f"{_('On the related meeting')}:"] if card.bases[0].graph in lead.related else []
    return " ".join((" ", *beside, *quoted, *where, *foreign))


def as_table(found: Solutions, answered: Answer, form: Format) -> bytes:
    """Return an answer in a format of SPARQL results: each row in words, with its sources, then its terms.

    CSV, which people open, has the name of each thing in their language, and in no other.
    """
    named = named_things(found) if form is CSV else {}
    others = tuple(f"_{one}" for one in LANGUAGES if form is CSV and one != language())
    places = [place for place, name in enumerate(answered.columns) if name in {HOLDS, WHEN}]
    rows = []
    for said, row, solution in zip(answered.said, answered.table.rows, found.rows, strict=True):
        times = chain.from_iterable(row.cells[place].values for place in places)
        parts = [text for one in times for text in (one.mark, one.shown.text)]
        behind = [basis.graph for basis in answered.evidence.behind(row)]
        sources = columns_of_sources(quotations(answered.evidence, behind))
        texts = dict(zip(SOURCES, map(IN_CELL.join, sources), strict=True))
        known = standing(row.statuses, parts, answered.evidence.words)
        names = {
            label: answered.evidence.words.show_iri(thing.value).text
            for name, label in named.items()
            if isinstance(thing := solution[name], NamedNode)
        }
        rows.append({STATEMENT: said.text, **known, **texts, CLASH: differing(row.clash), **names})
    first = [STATEMENT, STATUS, WHEN, *SOURCES, CAME_ABOUT]
    first += [CLASH] if any(row.clash for row in answered.table.rows) else []
    rest = [name for name in found.names if name not in first and not (others and name.endswith(others))]
    beside = ((name, named[name]) if name in named else (name,) for name in rest)
    return with_texts(found, rows, [*first, *chain.from_iterable(beside)], form)


def named_things(found: Solutions) -> dict[str, str]:
    """Return what the column with the names of the things in a variable is called, where it has none yet."""
    things = {
        name
        for row in found.rows
        for name in found.names
        if isinstance(term := row[name], NamedNode) and kind_of(term.value) is None
    }
    labels = {name: f"{name}Label_{language()}" for name in found.names if name in things}
    return {name: label for name, label in labels.items() if label not in found.names}


def with_statuses(
    found: Solutions, standings: Iterable[tuple[Sequence[Status], Iterable[str]]], words: Words, form: Format
) -> bytes:
    """Return solutions in a format of SPARQL results with three more columns: status, when and cameAbout.

    Each has its statuses, and its time: keys of `holds` in words.toml and texts.
    """
    rows = [standing(known, parts, words) for known, parts in standings]
    more = (STATUS, WHEN, CAME_ABOUT)
    return with_texts(found, rows, [*(name for name in found.names if name not in more), *more], form)


def standing(statuses: Sequence[Status], parts: Iterable[str], words: Words) -> dict[str, str]:
    """Return the status of a row, when it holds, and which text reports that a plan came about, in words."""
    parts = [*parts]
    when = IN_CELL.join(str(WORDS["holds"].get(part, part)) for part in parts if part)
    after = came_about(statuses[0], words) if statuses else ""
    return {STATUS: status_on_day(statuses, parts, words), WHEN: when, CAME_ABOUT: after}


def status_on_day(statuses: Sequence[Status], parts: Iterable[str], words: Words) -> str:
    """Return the status of a row in words: that it may be so, where no source establishes it of the day."""
    for part in parts:
        if is_open(part, statuses):
            return str(WORDS["holds"][part])
    return status_text(statuses[0], words) if statuses else ""


def with_texts(
    found: Solutions, texts: Iterable[Mapping[str, str]], names: Sequence[str], form: Format
) -> bytes:
    """Return solutions in a format of SPARQL results, under `names`, with more texts for each."""
    bindings = []
    for solution, record in zip(found.rows, texts, strict=True):
        given = {name: json_term(term) for name in names if (term := solution.get(name)) is not None}
        given |= {name: {"type": "literal", "value": text} for name, text in record.items() if text}
        bindings.append(given)
    results = {"head": {"vars": names}, "results": {"bindings": bindings}}
    solutions = parse_query_results(json.dumps(results), format=QueryResultsFormat.JSON)
    return solutions.serialize(format=form.results) or b""


def as_sheet(found: Sequence[dict[str, str]], headings: Sequence[str], form: Format) -> bytes:
    """Return rows as a file in a form; raises Problem 501 where the form needs what is not installed."""
    lines = [headings, *([row.get(name, "") for name in headings] for row in found)]
    if form is CSV:
        written = StringIO()
        csv.writer(written).writerows(lines)
        return written.getvalue().encode()
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an extra
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415
        from openpyxl.utils import get_column_letter  # noqa: PLC0415
    except ImportError as fault:
        raise Problem(HTTPStatus.NOT_IMPLEMENTED, NOT_INSTALLED) from fault
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for place, column in enumerate(zip(*lines, strict=True), 1):
        sheet.column_dimensions[get_column_letter(place)].width = min(max(map(len, column)) + 2, WIDEST)
    for line in lines:
        cells = []
        for text in line:
            if isinstance(text, Typed):
                cell = WriteOnlyCell(sheet, text.value)
                cell.number_format = text.number_format
            else:
                cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
                cell.data_type = "s"  # text, and never a formula
            cells.append(cell)
        sheet.append(cells)
    file = BytesIO()
    book.save(file)
    return file.getvalue()
