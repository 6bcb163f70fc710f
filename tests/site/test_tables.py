"""The tables of pages, and as files: all of a block with status, sources and facts, in CSV and XLSX alike."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from reader import Reader

if TYPE_CHECKING:
    from server_process import Server

SUMMIT = "event/2018-11-asean-russia-summit"
HTML = "text/html"
MEETING = "annual ASEAN-Russia meeting, 2 August 2018"


def rows(server: Server, path: str) -> list[list[str]]:
    """Return the rows of a table in CSV."""
    answer = server.get(path)
    assert (answer.status, answer.media_type) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.text)))


def test_what_sources_report(server: Server) -> None:
    """Beside a plan stands what became of it: its page and its table have the plan, and that it was held."""
    path = f"/tables/reports.csv?of={SUMMIT}"
    headings, *found = rows(server, path)
    assert headings[-6:] == [
        *("Status", "Sources", "Addresses", "Words of the source", "In short (editors' words)", "Facts")
    ]
    named = server.get(path).headers["Content-Disposition"]
    assert named == 'inline; filename="2018-11-asean-russia-summit-reports.csv"'
    assert "Reported as" not in headings
    statuses = {row[headings.index("Status")] for row in found}
    assert {"planned", "proposed (medium confidence)", "established"} <= statuses
    text = server.get(f"/doc/{SUMMIT}", accept=HTML).text
    assert "What each source reports of it" in text
    assert '<option value="reports">' in text
    led = server.get(f"/tables?of={SUMMIT}&block=reports&format=csv")
    assert (led.status, led.headers["Location"]) == (303, path)


def test_a_spreadsheet(server: Server) -> None:
    """A spreadsheet holds the same, text as text whatever it begins with; so has the answer to a question."""
    openpyxl = pytest.importorskip("openpyxl")
    for path in (f"/tables/reports.{{}}?of={SUMMIT}", "/questions/plans-and-the-record.{}"):
        answer = server.get(path.format("xlsx"))
        assert answer.status == 200
        sheet = openpyxl.load_workbook(io.BytesIO(answer.body)).active
        values = [[cell.value or "" for cell in line] for line in sheet.iter_rows()]
        widths = [column.width for column in sheet.column_dimensions.values()]
        assert len(widths) == len(values[0])
        assert max(widths) <= 60
        if path.startswith("/tables"):
            assert values == rows(server, path.format("csv"))
        assert len(values) > 1
        assert {cell.data_type for line in sheet.iter_rows() for cell in line if cell.value} <= {"s", "n"}


def test_days_of_meetings(server: Server) -> None:
    """A spreadsheet sorts the meetings of a person by day; several days stay in words."""
    openpyxl = pytest.importorskip("openpyxl")
    body = server.get("/tables/meetings.xlsx?of=person/sergey-lavrov").body
    whens = [line[0] for line in openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True)]
    assert datetime(2018, 8, 2) in whens  # noqa: DTZ001 - as a spreadsheet has it
    assert "19\u201320 May 2016" in whens


@pytest.mark.parametrize(
    ("path", "event", "status", "first"),
    [
        ("state/australia", "47th ASEAN Summit", "planned", "Kompas.com, 25 Oct 2025 \u00b7 F017"),
        ("state/russia", "47th ASEAN Summit", "planned", "Kompas.com, 25 Oct 2025 \u00b7 F018"),
        ("state/russia", MEETING, "established", "Kemlu, 2 Aug 2018 \u00b7 F022"),
        ("state/indonesia", MEETING, "established", "Kemlu, 2 Aug 2018 \u00b7 F017"),
        ("state/laos", MEETING, "established", "Kemlu, 2 Aug 2018 \u00b7 F019"),
        ("state/south-korea", "28th ASEAN Plus Three", "planned", "Kompas.com, 25 Oct 2025 \u00b7 F023"),
        (
            "place/russia",
            "Commemorative Summit, Sochi 2016",
            "established",
            "Kemlu, 2 Aug 2018 \u00b7 F080",
        ),
    ],
)
def test_what_links_an_event_to_a_thing_is_shown_first(
    server: Server, path: str, event: str, status: str, first: str
) -> None:
    """Evidence begins with the fact that says so, not with its day; what was held is more than a plan."""
    block, title = ("events", "Events involving it")
    if path.startswith("place"):
        block, title = ("events-held-or-planned-there", "Events held or planned there")
    found = Reader(server.get(f"/doc/{path}?show={block}", accept=HTML).text).rows(title)
    (row,) = (row for row in found if any(event in cell for cell in row))
    assert row[-2].startswith(status)
    assert row[-1].startswith(first)


def test_numbers_and_days_of_a_spreadsheet(server: Server) -> None:
    """A spreadsheet calculates with amounts, which show their unit, and with days."""
    openpyxl = pytest.importorskip("openpyxl")

    def column(path: str, name: str) -> list[Any]:
        sheet = openpyxl.load_workbook(io.BytesIO(server.get(path).body)).active
        headings, *lines = sheet.iter_rows()
        place = [cell.value for cell in headings].index(name)
        return [line[place] for line in lines if line[place].value is not None]

    amounts = column("/questions/trade-by-year.xlsx", "value")
    assert 16_740_000_000 in {cell.value for cell in amounts}
    assert {cell.data_type for cell in amounts} == {"n"}
    assert {cell.number_format for cell in amounts} == {'#,##0 "USD"'}
    days = column("/claims.xlsx?by=person/retno-marsudi", "date")
    assert date(2018, 8, 2) in {cell.value.date() for cell in days if cell.is_date}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tables/reports.csv", 400),
        (f"/tables?of={SUMMIT}", 400),
        (f"/tables/nothing.csv?of={SUMMIT}", 404),
        ("/tables/reports.csv?of=event/nothing", 404),
        ("/tables/reports.ods?of=event/nothing", 404),
    ],
)
def test_no_such_table(server: Server, path: str, status: int) -> None:
    """What names no table is refused."""
    assert server.get(path).status == status
