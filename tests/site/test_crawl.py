"""The whole site in both languages: every link answers, every page is whole, light and cheap to make."""

from __future__ import annotations

import re
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import pytest
from crawler import Page, Reader, kind_of, reading
from kinds import KINDS
from needed import long

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

QUERIES: Final = re.compile(r'queries;desc="?(\d+)')
IMPORTED: Final = re.compile(rb'(?:from|import)\s*"(\./[^"]+)"')
INLINE: Final = (
    "//@style | //@*[starts-with(name(), 'on')] | //style | //script[not(@src)][not(contains(@type, 'json'))]"
)
"""What the policy of the pages forbids."""
MOST_QUERIES: Final = 6
MOST_BYTES: Final = 200_000
HEAVY: Final = frozenset({"/query"})
"""The editor and the pictures may weigh more."""

Site = dict[str, Page]


@pytest.mark.parametrize(
    ("languages", "of_each_form", "least"),
    [("en id", 1, 40), long("en", None, 300), long("id", None, 300)],
)
def test_site(server: Server, languages: str, of_each_form: int | None, least: int) -> None:
    """From the home page links answer 200, anchors are there, and each page keeps to the rules.

    With two languages, each path is read in one of them.
    """
    with reading(server.port, *languages.split()) as reader:
        site = reader.site(of_each_form)
        pages = [page for path, page in site.items() if page.is_html and page.status == HTTPStatus.OK]
        faults = [*too_heavy(reader, pages), *lost_anchors(site), *shared_titles(pages), *unchecked(pages)]
    faults += [f"{path}: {page.status}" for path, page in site.items() if page.status != HTTPStatus.OK]
    faults += [
        f"{page.path}: {fault}" for page in pages for fault in faults_of(page, reader.language_of(page.path))
    ]
    assert {page.root.get("lang") for page in pages} >= {*languages.split()}
    assert faults == []
    assert len(pages) > least


def unchecked(pages: list[Page]) -> Iterator[str]:
    """Yield the kinds of pages that the table of kinds, which other tests go through, has no page of."""
    known = set(map(kind_of, KINDS.values()))
    yield from (f"no {kind} in KINDS" for kind in {kind_of(page.path) for page in pages} - known)


def faults_of(page: Page, language: str) -> Iterator[str]:
    """Yield what a page lacks: its language, one heading, one canonical address, a title, few queries."""
    chosen = re.search(r"[?&]lang=(\w+)", page.path)
    if page.root.get("lang") != (chosen[1] if chosen else language):
        yield f"lang={page.root.get('lang')}"
    for what, path in (
        ("h1", "//h1"),
        ("title", "/html/head/title"),
        ("canonical", "//link[@rel='canonical']"),
    ):
        if (count := len(page.root.xpath(path))) != 1:
            yield f"{count} of {what}"
    if page.root.xpath(INLINE):
        yield "script or style in the page"
    told = QUERIES.search(page.headers.get("Server-Timing", ""))
    if told and int(told[1]) > MOST_QUERIES:
        yield f"{told[1]} queries"


def lost_anchors(site: Site) -> Iterator[str]:
    """Yield the links to a place in a page where there is no such place."""
    for path, page in site.items():
        for target, fragment in page.links if page.is_html else ():
            there = site.get(target)
            if fragment and there and there.is_html and fragment not in there.ids:
                yield f"{path}: no #{fragment} in {target}"


def shared_titles(pages: list[Page]) -> Iterator[str]:
    """Yield the titles that more than one page has, choices of a page aside."""
    titles = defaultdict(set)
    for page in pages:
        if "?" not in page.path:
            titles[page.root.findtext(".//title")].add(page.path)
    yield from (f"{title!r}: {sorted(places)}" for title, places in titles.items() if len(places) > 1)


def too_heavy(reader: Reader, pages: list[Page]) -> Iterator[str]:
    """Yield the pages that weigh too much over the wire with their style sheets and scripts."""
    sizes: dict[str, int] = {}
    for page in pages:
        if kind_of(page.path) in HEAVY:
            continue
        parts = needed_by(reader, page)
        sizes |= {path: reader.get(path).sent for path in parts - sizes.keys()}
        weight = page.sent + sum(sizes[path] for path in parts)
        if weight > MOST_BYTES:
            yield f"{page.path}: {weight} bytes"


def needed_by(reader: Reader, page: Page) -> set[str]:
    """Return the style sheets and scripts of a page, with the scripts that those import."""
    found = set(map(str, page.root.xpath("//link[@rel='stylesheet']/@href | //script/@src")))
    ahead = {path for path in found if path.endswith(".js")}
    while ahead:
        path = ahead.pop()
        names = {name.decode() for name in IMPORTED.findall(reader.get(path).body)}
        new = {f"{path.rpartition('/')[0]}/{name.removeprefix('./')}" for name in names} - found
        found |= new
        ahead |= new
    return found
