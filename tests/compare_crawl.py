"""The addresses of a server, and what is asked about each."""

from __future__ import annotations

import hashlib
import html
import itertools
import json
import re
from collections import Counter
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote, urldefrag, urljoin, urlsplit

from compare_trees import HOST, SPEC, UNESCAPED, Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compare_trees import Answer, Server

LINK: Final = re.compile(
    r'\s(?:href|src|action)="([^"]+)"|<loc>([^<]+)</loc>|^Link: .*?<([^>]+)>', re.MULTILINE
)


class Crawl:
    """The addresses of a server by kind, at most so many of each, and what is asked about each."""

    def __init__(self, server: Server, name: str, most: int, *, whole: bool) -> None:
        """Read the routes in the OpenAPI document of the server."""
        self.server, self.name, self.most, self.whole = server, name, most, whole
        paths = json.loads(server.ask(Request(name, "GET", "/openapi.json")).body)["paths"]
        self.gets = {path: operations["get"] for path, operations in paths.items() if "get" in operations}
        patterns = {path: re.sub(r"\\{\w+\\}", "(.+)", re.escape(path)) for path in self.gets}
        self.routes = sorted(
            ((re.compile(patterns[path]), path) for path in self.gets), key=lambda r: -len(r[1])
        )
        self.seen: Counter[str] = Counter()

    def route(self, address: str) -> tuple[str, str]:
        """Return the route of an address, and its kind: with its first part, and its parameters by name."""
        path, _, query = address.partition("?")
        names = ",".join(sorted(parse_qs(query, keep_blank_values=True)))
        literal = path if path in self.gets else None
        for pattern, route in self.routes:
            if (literal is None or route == literal) and (match := pattern.fullmatch(path)):
                first = match[1].split("/")[0] if match.groups() and "/" in match[1] else ""
                return route, f"{route} {first} {names}"
        return "", f"{path} {names}"

    def everything(self, seeds: Iterable[Request]) -> dict[Request, Answer]:
        """Return the answers to seeds, to each route, and to what these link to."""
        answers = self.server.ask_all(seeds)
        done: set[str] = set()
        found = {path for path in self.gets if "{" not in path} | set(self.links(answers))
        while found - done:
            chosen = [address for address in sorted(found - done, key=scattered) if self.has_room(address)]
            done |= found
            new = self.server.ask_all(request for address in chosen for request in self.about(address))
            answers |= new
            found = set(self.links(new))
        return answers

    def has_room(self, address: str) -> bool:
        """Count an address, and tell whether it is one of the first of its kind."""
        kind = self.route(address)[1]
        self.seen[kind] += 1
        return self.seen[kind] <= self.most

    def links(self, answers: dict[Request, Answer]) -> Iterator[str]:
        """Yield the addresses within the site that pages, feeds, the sitemap and headers lead to.

        In a sample nothing is followed from an address with a query string.
        """
        for request, answer in answers.items():
            if "?" in request.path and not self.whole:
                continue
            is_read = answer.media_type in SPEC["crawl"]["read"] and answer.status == HTTPStatus.OK
            headers = (
                f"\nLink: <{answer.headers.get('location', '')}>\nLink: {answer.headers.get('link', '')}"
            )
            for match in LINK.finditer((answer.body if is_read else "") + headers):
                link = urldefrag(
                    urljoin(f"http://{HOST}{request.path}", html.unescape(match[1] or match[2] or match[3]))
                )
                parts = urlsplit(link.url)
                if parts.netloc == HOST and not re.match(SPEC["crawl"]["left_out"], parts.path):
                    yield parts.path + (f"?{parts.query}" if parts.query else "")

    def about(self, address: str) -> Iterator[Request]:
        """Yield the requests about an address: each form in each language, with and without inferences.

        The first address of a route gets other methods and headers besides. A query string is a choice
        of another page, and one request of it is enough in a sample.
        """
        plain = Request(self.name, "GET", quote(address, safe=UNESCAPED))
        route = self.route(address)[0]
        operation: dict[str, Any] = self.gets.get(route, {})
        given = {parameter.get("name") for parameter in operation.get("parameters", [])}
        forms = list(operation.get("responses", {}).get("200", {}).get("content", {}))
        is_first = f"first {route}" not in self.seen
        self.seen[f"first {route}"] += 1
        yield plain
        if "?" in address and not self.whole:
            return
        joint = "&" if "?" in address else "?"
        addresses = [plain.path]
        addresses += [f"{plain.path}{joint}infer=off"] if "infer" in given and "infer=" not in address else []
        languages = ["en", "id"] if "lang" in given else ["en"]
        for form in forms:
            ways = list(itertools.product(addresses, languages))
            if form in SPEC["crawl"]["aliases"]:
                ways = ways[:1] if is_first else []
            elif form != "text/html" and not self.whole:
                ways = [ways[0], ways[-1]]
            for path, language in dict.fromkeys(ways):
                yield replace(plain, path=path, headers=(("Accept", form), ("Accept-Language", language)))
        if is_first:
            texts = (text.replace("ADDRESS", plain.path) for text in SPEC["crawl"]["first"])
            yield from (Request.read(self.name, text) for text in texts)


def scattered(text: str) -> str:
    """Return a key that sorts texts in a mixed, but always the same order."""
    return hashlib.sha256(text.encode()).hexdigest()
