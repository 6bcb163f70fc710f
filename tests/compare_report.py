"""How the answers of two trees differ, and which differences are intended."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compare_trees import HERE, HOST, SPEC
from lxml import etree
from lxml.html import document_fromstring
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from compare_trees import Answer, Request

SHOWN: Final = 12
"""How many groups of differences are printed, and how many lines of each; the report holds all."""
INLINE: Final = frozenset(SPEC["pages"]["inline"])


def page(body: str) -> dict[str, list[str]]:
    """Return the lines of text that a page shows, its tooltips, and its addresses, each with its relation."""
    try:
        root = document_fromstring(body.encode("utf-8", "surrogateescape"), base_url=None)
    except etree.ParserError:  # there is no element in it
        return {"text": body.splitlines(), "tooltips": [], "links": []}
    text: list[str] = []
    links: set[str] = set()
    tooltips: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        is_seen = isinstance(element.tag, str) and element.tag not in {"script", "style"}
        apart = "" if element.tag in INLINE else "\n"
        if event == "end":
            text += [apart, element.tail or ""]
            continue
        relation = " ".join(filter(None, map(element.get, ("rel", "hreflang", "type", "method"))))
        links |= {
            f"{element.tag} {element.get(name)} {relation}"
            for name in SPEC["pages"]["addresses"]
            if element.get(name)
        }
        tooltips += filter(None, [element.get("title")])
        if is_seen:
            text += [
                apart,
                *(f"[{name}={element.get(name)}]" for name in SPEC["pages"]["seen"] if element.get(name)),
                element.text or "",
            ]
    lines = [" ".join(line.split()) for line in "".join(text).split("\n")]
    return {
        "text": [line for line in lines if line],
        "tooltips": sorted(set(tooltips)),
        "links": sorted(link for link in links if "/static/built/" not in link),
    }


def same_graph(media_type: str, old: str, new: str) -> bool:
    """Tell whether two documents in RDF say the same."""
    syntax = RdfFormat.from_media_type(media_type)
    if syntax is None:
        return False
    try:
        said = [Dataset(parse(body.encode(), syntax, base_iri=f"http://{HOST}/")) for body in (old, new)]
    except (SyntaxError, ValueError):
        return False
    for dataset in said:
        dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return len(said[0]) > 0 and said[0] == said[1]


def data_lines(media_type: str, body: str) -> list[str]:
    """Return the lines of data that a diff is made of; JSON and XML are laid out in one way."""
    if media_type.endswith("json"):
        with suppress(ValueError):
            return json.dumps(json.loads(body), indent=1, ensure_ascii=False, sort_keys=True).splitlines()
    if media_type.endswith("xml"):
        with suppress(etree.XMLSyntaxError):
            return str(etree.canonicalize(body, strip_text=True)).replace("><", ">\n<").splitlines()
    return body.splitlines()


def body_differences(media_type: str, old: str, new: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield how two bodies differ: what differs, and the lines of both."""
    if media_type == "text/html":
        shown, now = page(old), page(new)
        for part in shown:
            before, after = " ".join(shown[part]).split(), " ".join(now[part]).split()
            if before != after:
                name = f"order of {part}" if sorted(before) == sorted(after) else part
                yield name, shown[part], now[part]
        return
    before, after = data_lines(media_type, old), data_lines(media_type, new)
    if before == after:
        yield "bytes (same content)", old.splitlines(), new.splitlines()
    elif same_graph(media_type, old, new):
        yield "bytes (same graph)", before, after
    elif sorted(before) == sorted(after):
        yield "order (same lines)", before, after
    else:
        yield "body", before, after


def differences(old: Answer, new: Answer) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what differs between two answers, as the name of the part and a unified diff."""
    parts = [("status", [str(old.status)], [str(new.status)])]
    for name in sorted(old.headers.keys() | new.headers.keys()):
        before, after = (answer.headers.get(name, "(none)").splitlines() for answer in (old, new))
        parts.append((name if name == "standard error" else f"header {name}", before, after))
    if old.body != new.body:
        parts += body_differences(old.media_type, old.body, new.body)
    for part, before, after in parts:
        if before != after:
            diff = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
            yield part, tuple(diff or ["(line ends or white space only)"])


@dataclass
class Allowance:
    """An entry of `compare-allowed.toml`, and how often it was used."""

    requests: str
    reason: str
    parts: str = ""
    lines: str = ""
    used: int = 0

    def holds(self, request: Request, part: str, diff: tuple[str, ...]) -> bool:
        """Tell whether a difference is allowed: `lines` must be found in each line that changed."""
        changed = [line for line in diff if line[:1] in "+-"]
        holds = bool(re.search(self.requests, str(request)) and re.search(self.parts, part))
        holds = holds and all(re.search(self.lines, line) for line in changed)
        self.used += holds
        return holds


def allowances(name: str = "compare-allowed.toml") -> list[Allowance]:
    """Return the entries of a file of what is allowed."""
    entries = tomllib.loads((HERE / name).read_text(encoding="utf-8"))["allowed"]
    return [Allowance(**entry) for entry in entries]


def report(
    old: dict[Request, Answer], new: dict[Request, Answer], allowed: list[Allowance], file: Path
) -> int:
    """Print what differs, each difference once, write the whole to a file, and return their number."""
    groups: dict[tuple[str, tuple[str, ...]], list[Request]] = defaultdict(list)
    for request, answer in new.items():
        for part, diff in differences(old[request], answer) if old[request] != answer else ():
            if not any(allowance.holds(request, part, diff) for allowance in allowed):
                groups[part, diff].append(request)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    with file.open("w", encoding="utf-8", errors="replace") as whole:
        for (part, diff), requests in ordered:
            whole.write("\n".join([f"== {part}, {len(requests)}x", *map(str, requests), *diff, "", ""]))
    for (part, diff), requests in ordered[:SHOWN]:
        more = f" and {len(requests) - 1} more" if len(requests) > 1 else ""
        print(
            f"\n== {part}: {str(requests[0])[:300]}{more}", *(line[:200] for line in diff[:SHOWN]), sep="\n"
        )
    counts = Counter((request.server, part) for (part, _), requests in groups.items() for request in requests)
    print(f"\n{len(new)} answers compared; {sum(entry.used for entry in allowed)} differences allowed")
    for (server, part), count in sorted(counts.items()):
        print(f"{count:6} {server}: {part}")
    for entry in allowed:
        if not entry.used and any(re.search(entry.requests, str(request)) for request in new):
            print(f"unused: {entry.requests} ({entry.reason})")
    if groups:
        print(f"{len(groups)} different differences, all in {file}")
    return len(groups)
