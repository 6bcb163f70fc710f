"""A page as its reader sees it: headings, what is told at a glance, the blocks with their rows, the text."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from server_process import Answer, Server

UNSEEN = {"script", "style", "title"}
SPACED = {"td", "th", "li", "dd", "dt", "p", "h1", "h2", "h3", "tr", "summary", "footer"}


class Reader(HTMLParser):
    """What is seen of a page; a block is the rows of the table below a heading, each as its cells' texts."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.glance: dict[str, str] = {}
        self.blocks: dict[str, list[list[str]]] = {}
        self.headings: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.handlers: list[str] = []
        self.open: list[tuple[str, int]] = []
        self.term = ""
        self.feed(page)
        self.text = tidy("".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into an element."""
        self.words.append(" " if tag in SPACED else "")
        self.open.append((tag, len(self.words)))
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", ""))
        if tag == "tr" and self.headings:
            self.blocks.setdefault(self.headings[-1], []).append([])

    def handle_endtag(self, tag: str) -> None:
        """Come out of an element."""
        while self.open:
            name, place = self.open.pop()
            if name == tag:
                self.closed(tag, tidy("".join(self.words[place:])))
                return

    def closed(self, tag: str, text: str) -> None:
        """Take down what an element held."""
        if tag in {"h1", "h2"}:
            self.headings.append(text.rstrip("0123456789+, "))
        elif tag == "dt":
            self.term = text
        elif tag == "dd":
            self.glance.setdefault(self.term, text)
        elif tag == "td" and self.headings:
            self.blocks[self.headings[-1]][-1].append(text)
        elif tag == "a":
            self.links[-1] = (self.links[-1][0], text)

    def handle_data(self, data: str) -> None:
        """Take down text that is seen."""
        if not any(tag in UNSEEN for tag, _ in self.open):
            self.words.append(data)

    def rows(self, heading: str) -> list[list[str]]:
        """Return the rows of a block, without that of its headings."""
        return [row for row in self.blocks[heading] if row]


def tidy(text: str) -> str:
    """Return a text with single spaces."""
    return " ".join(text.split())


def text_of(page: str) -> str:
    """Return what a reader sees of a part of a page, in one line, a space wherever there is a tag."""
    return tidy(unescape(re.sub(r"<[^>]+>", " ", page)))


def ask(server: Server, slug: str, /, language: str = "en", **values: str) -> Answer:
    """Return the page of a question in a language, with values for its parameters."""
    return server.get(
        f"/questions/{slug}?{urlencode(values)}", accept="text/html,*/*;q=0.5", accept_language=language
    )


def page_of(server: Server, day: str, /, language: str = "en", **more: str) -> str:
    """Return the page of what holds on a day."""
    answer = server.get(
        f"/as-of?{urlencode({'date': day, **more})}", accept="text/html,*/*;q=0.5", accept_language=language
    )
    assert answer.status == 200
    return answer.text


def held(page: str, section: str) -> dict[str, list[str]]:
    """Return what a section of the page of a day says by its state, each item as a reader sees it."""
    found = re.search(rf'<section aria-labelledby="{section}">(.*?)</section>', page, re.DOTALL)
    told: dict[str, list[str]] = {
        state: [] for state in ("certain", "planned", "lasting", "between", "possible", "to-come")
    }
    for state, item in re.findall(
        r'<li class="held ([\w-]+) [\w-]+">(.*?)</li>', found[1] if found else "", re.DOTALL
    ):
        told[state].append(text_of(item))
    return told


def query_of(page: str) -> str:
    """Return the query that a page shows."""
    found = re.search(r"<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def lists_of(page: str) -> list[str]:
    """Return the lists of sentences that answer the question of a page, as HTML."""
    lists: list[str] = re.findall(r'<ul class="lead glance says">(.*?)</ul>', page, re.DOTALL)
    assert lists
    return lists


def sentences_in(html: str, pattern: str = "<li><p>(.*?)</p>") -> list[str]:
    """Return the sentences of an answer as a reader sees them."""
    found = re.findall(pattern, html, re.DOTALL)
    return [text_of(re.sub("</?(?:a|bdi|span)[^>]*>", "", one)) for one in found]


def sentences_of(server: Server, slug: str, language: str = "en", **values: str) -> list[str]:
    """Return the sentences of an answer, each with the words of its sources, as a reader sees them."""
    return sentences_in("".join(lists_of(ask(server, slug, language, **values).text)), "<li>(.*?)</li>")


def copied_from(page: str) -> str:
    """Return the text that the button on the page of a question copies."""
    (copied,) = re.findall(r'data-copy="([^"]*)"[^>]*>Copy the answer', page)
    return unescape(copied)
