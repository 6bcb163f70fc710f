"""A reader of the whole site: it follows every link, over connections that stay open, several at a time."""

from __future__ import annotations

import gzip
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection
from queue import Queue
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urldefrag, urljoin
from zlib import crc32

from lxml import html
from prepared import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from email.message import Message

    from lxml.html import HtmlElement

ACCEPT: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
THREADS: Final = 4
REDIRECTS: Final = 3
ENDPOINTS: Final = frozenset({"/sparql", "/tables"})
"""Where forms send queries, or names of tables: nothing to read without one."""
NAMED: Final = frozenset({"doc", "graph"})
"""Under these each folder is a kind of its own."""

Form = tuple[str, str, frozenset[str]]


def kind_of(path: str) -> str:
    """Return the kind of page that is at a path: `/doc/person`, `/graph/fact`, `/questions`, `/search`."""
    first, *rest = path.partition("?")[0].strip("/").split("/")
    return f"/{first}/{rest[0]}" if first in NAMED and len(rest) > 1 else f"/{first}"


def form_of(path: str) -> Form:
    """Return the form of an address: the kind of page, the suffix of data, and the names of the choices."""
    before, _, choices = path.partition("?")
    suffix = before if before.startswith("/static/") else before.rpartition("/")[2].partition(".")[2]
    return kind_of(path), suffix, frozenset(parse_qs(choices))


@dataclass(frozen=True)
class Page:
    """What is at a path: how it answers, how many bytes went over the wire, and the document."""

    path: str
    status: int
    headers: Message
    sent: int
    body: bytes

    @property
    def is_html(self) -> bool:
        """Tell whether it is a page, and not data."""
        return self.headers.get_content_type() == "text/html"

    @cached_property
    def root(self) -> HtmlElement:
        """Return the document."""
        return html.document_fromstring(self.body)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Return the anchors of the document."""
        return frozenset(self.root.xpath("//@id"))

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """Return where it leads within the site, with the fragment."""
        found = dict.fromkeys(map(str, self.root.xpath("//@href | //@src | //@action")))
        absolute = (urldefrag(urljoin(self.path, link)) for link in found)
        return [(target, fragment) for target, fragment in absolute if target.startswith("/")]


@dataclass(frozen=True)
class Reader:
    """A reader with a language, or several, each for some of the paths; who has several connections open."""

    connections: Queue[HTTPConnection]
    pool: ThreadPoolExecutor
    languages: tuple[str, ...]

    def language_of(self, path: str) -> str:
        """Return the language that a path is read in: the same each time."""
        return self.languages[crc32(path.encode()) % len(self.languages)]

    def get(self, path: str, accept: str = ACCEPT) -> Page:
        """Return what is at a path, after redirects."""
        for _ in range(REDIRECTS):
            page = self.asked(path, accept)
            place = page.headers.get("Location")
            if not place:
                return page
            path = urljoin(path, place)
        return page

    def asked(self, path: str, accept: str) -> Page:
        """Return the answer to one request."""
        sent = {"Accept": accept, "Accept-Language": self.language_of(path), "Accept-Encoding": "gzip"}
        connection = self.connections.get()
        try:
            connection.request("GET", path, headers=sent)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            self.connections.put(connection)
        is_zipped = answer.headers.get("Content-Encoding") == "gzip"
        return Page(
            path, answer.status, answer.headers, len(body), gzip.decompress(body) if is_zipped else body
        )

    def all(self, paths: Iterable[str]) -> list[Page]:
        """Return what is at paths, several at a time."""
        return list(self.pool.map(self.get, paths))

    def site(self, of_each_form: int | None = None) -> dict[str, Page]:
        """Return the pages that can be reached from the home page, by path: all, or so many of each form.

        Pages that are a choice of another (with a query string) and data are followed from one page of each
        kind, and nothing is followed from them.
        """
        seen: dict[str, Page] = {}
        kinds: set[str] = set()
        ahead = ["/"]
        while ahead:
            pages = dict(zip(ahead, self.all(ahead), strict=True))
            seen |= pages
            found = {target for path, page in pages.items() for target in followed(path, page, kinds)}
            ahead = sorted(found - seen.keys())
            if of_each_form:
                ahead = [*first(ahead, of_each_form, Counter(map(form_of, seen)))]
        return seen


@contextmanager
def reading(port: int, *languages: str) -> Iterator[Reader]:
    """Return a reader of the server at a port, by default of English; its connections end with the block."""
    connections: Queue[HTTPConnection] = Queue()
    with ExitStack() as kept:
        for _ in range(THREADS):
            connections.put(kept.enter_context(closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE))))
        yield Reader(connections, kept.enter_context(ThreadPoolExecutor(THREADS)), languages or ("en",))


def is_page(path: str) -> bool:
    """Tell whether a path is no choice of another page, and no data."""
    return "?" not in path and "." not in path


def first(paths: list[str], limit: int, counted: Counter[Form]) -> Iterator[str]:
    """Yield paths, of each form no more than a limit, of data one fewer, where some are counted already."""
    for path in paths:
        form = form_of(path)
        counted[form] += 1
        if counted[form] <= limit - (not is_page(path.partition("?")[0])):
            yield path


def followed(path: str, page: Page, kinds: set[str]) -> Iterator[str]:
    """Yield the links of a page that are gone after; `kinds` are those of which one was gone through."""
    if "?" in path or not page.is_html:
        return
    is_first = kind_of(path) not in kinds
    kinds.add(kind_of(path))
    for target, _ in page.links:
        if target not in ENDPOINTS and (is_first or is_page(target)):
            yield target
