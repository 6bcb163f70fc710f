"""Calls to other servers.

The engine sends real requests for SERVICE and LOAD and has no switch against it, so they are found here
before the text is parsed; FROM and USING never fetch. Its parser knows no tokens: it reads characters where
the grammar allows them, so a text can have two readings. `?a<?b#>` is a comparison and a comment inside an
expression, and an IRI elsewhere; a long string with an escape that is no character is two short strings;
`e:a.b.SERVICE` ends after `b`; `e:SERVICE` ends after `:` where the IRI of `e:SERVICE` would be none. So a
clause is looked for in two steps, of which each alone lets no clause pass:

1. in the text as it stands, whatever it may be part of: every clause of any reading is written out there;
2. without what stands in strings and comments, where these are certain: where only one reading exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from wicara.graph.sparql_text import IN_IRI, IRI, LANGUAGE, LETTER, LONG, SCHEME, SHORT
from wicara.server.guard.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


NAMED: Final = r"[A-Za-z0-9_\x80-\U0010ffff.:%\-]"
"""What a keyword may be written together with, so that it looks like a part of a name."""
OR_ESCAPED: Final = r"[A-Za-z0-9_\x80-\U0010ffff.:%\-\\]"
"""Likewise where of an escaped sign its backslash is left."""
BEFORE_COLON: Final = r"[A-Za-z0-9_\x80-\U0010ffff.%\-]*+"
W: Final = r"[ \t\r\n]*+"
DUE: Final = rf"(?:(?<!{OR_ESCAPED})(?P<due>(?i:graph|from|named|describe))[ \t\r\n]++)?+"
"""After these keywords comes the name of a graph or resource, however it is spelled."""
NEVER: Final = "(?!)"


def target(named: str, end: str, comment: str) -> str:
    """Return what stands after the keyword of a call: its target and the end of that, or a comment."""
    silent = rf"(?:{W}(?i:silent)(?!{named}))?+"
    return rf"{silent}{W}(?:(?:(?P<iri>{IRI})|(?P<name>{BEFORE_COLON}:{named}*+)|[?$]){W}{end}|{comment})"


def service(before: str, named: str, end: str, comment: str) -> re.Pattern[str]:
    """Return what a SERVICE clause looks like up to its brace.

    The keyword may be written together with what is around it, also so that it looks like a part of a name.
    """
    keyword = rf"(?>{named}*?(?i:service))"
    apart = rf"(?P<run>{named}*+){target(named, end, comment)}"
    glued = rf"(?={keyword}{BEFORE_COLON}:)(?P<glued>{named}*+){W}{end}"
    return re.compile(rf"{before}(?<!{named})(?={keyword})(?:{apart}|{glued})")


def load(before: str, named: str, end: str, comment: str) -> re.Pattern[str]:
    """Return what a LOAD operation looks like, up to where its source ends."""
    after = rf"(?={end}|\Z|(?i:into))"
    return re.compile(rf"{before}(?P<run>(?i:load)){target(named, after, comment)}")


@dataclass(frozen=True)
class Forms:
    """What the clauses look like that call other servers."""

    service: re.Pattern[str]
    load: re.Pattern[str]


RAW: Final = Forms(
    service("", NAMED, r"[{\#\\]", r"\#"),
    load(rf"(?<!{NAMED})", NAMED, r"[;\#\\]", r"\#"),
)
"""Where a comment may begin, or a sign is escaped, the form ends: what comes after it is not known."""
PLAIN: Final = Forms(
    service(DUE, OR_ESCAPED, r"\{", NEVER),
    load(rf"(?:\A|[;\"']|(?::|(?i:base)){W}<[^<>]*+>){W}", OR_ESCAPED, ";", NEVER),
)
DECLARED: Final = re.compile(
    rf"(?<!{NAMED})(?i:prefix){W}(?P<prefix>{BEFORE_COLON}):{W}<(?P<declared>[^<>]*+)>"
)
VARIABLE: Final = re.compile(rf"(?<=[?$]){LETTER}++")
CODE: Final = re.compile(
    rf"""
      ({IRI})
    | \#[^\r\n]*+
    | {LANGUAGE}
    | (?=(["'?$\\])) (?: {"|".join((*LONG, *SHORT))} | [?$]{LETTER}++ | (?:\\.)++ )
    """,
    re.VERBOSE | re.DOTALL,
)
"""What a text is split at so that its code is left: of what is no IRI, the first sign or nothing."""
TWO_READINGS: Final = re.compile(
    rf"(?<!{NAMED})(?i:prefix)[ \t\r\n]++{BEFORE_COLON}:{W}<[^<>]*+>"
    rf"|(?P<unsure><(?!{SCHEME}://)[^<>\"{{}}|^`\x00-\x20#\\']*+[#\\']{IN_IRI}*+>"
    r"|\\u[dD][89A-Fa-f]|\\U(?!0010|000[1-9A-Fa-f]|0000(?![dD][89A-Fa-f])))"
)
"""An IRI, or a comparison with a comment or a string after it; an escape that is no character.

After `PREFIX a:` comes an IRI; `PREFIXa:<` may be a comparison with a name.
"""
WRITTEN_APART: Final = ("service", "servicesilent", "load")


class Call(NamedTuple):
    """A call that a text may make: its keyword, and the IRI it goes to, or nothing where that is open."""

    keyword: str
    target: str


def check_calls(text: str, allowed: Iterable[str], keywords: Iterable[str]) -> None:
    """Raise Refused where a text may, by one of the keywords, call another server than those allowed."""
    for keyword, target in calls(text):
        if keyword in keywords and not any(begins(target, each) for each in allowed):
            raise Refused(
                f"{keyword}{target and f' <{target}>'} is not allowed: this server calls no others but those "
                "that `wicara serve --allow-service URL` names. Ask the other server itself.",
                HTTPStatus.FORBIDDEN,
            )


def calls(text: str) -> Iterator[Call]:
    """Yield each call that a text makes in some reading."""
    raw = VARIABLE.sub("", text)
    if not (RAW.service.search(raw) or RAW.load.search(raw)):
        return
    if any(match["unsure"] for match in TWO_READINGS.finditer(text)):
        yield from calls_of("SERVICE", RAW.service.finditer(raw), {})
        yield from calls_of("LOAD", RAW.load.finditer(raw), {})
    else:
        yield from plain_calls("".join(filter(None, CODE.split(text))))


def plain_calls(code: str) -> Iterator[Call]:
    """Yield each call that is made in code with one reading."""
    declared: dict[str, set[str]] = {}
    for match in DECLARED.finditer(code):
        declared.setdefault(match["prefix"], set()).add(match["declared"])
    clauses = (match for match in PLAIN.service.finditer(code) if not (match["due"] and match["glued"]))
    yield from calls_of("SERVICE", clauses, declared)
    yield from calls_of("LOAD", outside_braces(code, PLAIN.load.finditer(code)), declared)


def outside_braces(code: str, found: Iterable[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Yield those of the matches, in the order of the code, that stand in no braces."""
    begin = inside = 0
    for match in found:
        inside += code.count("{", begin, match.start()) - code.count("}", begin, match.start())
        begin = match.start()
        if inside <= 0:
            yield match


def calls_of(
    keyword: str, found: Iterable[re.Match[str]], declared: Mapping[str, set[str]]
) -> Iterator[Call]:
    """Yield the calls of clauses."""
    for match in found:
        for target in targets(match, declared):
            yield Call(keyword, target)


def targets(match: re.Match[str], declared: Mapping[str, set[str]]) -> list[str]:
    """Return the IRIs that the target of a clause may be; nothing stands for any."""
    groups = match.groupdict()
    run, iri, name = groups["run"], groups["iri"], groups["name"]
    if not (run or "").lower().endswith(WRITTEN_APART):
        return [""]
    if iri:
        return [iri[1:-1]]
    prefix, _, local = (name or "").partition(":")
    if name is None or "\\" in name or prefix.lower().startswith("silent"):
        return [""]
    return [each + local for each in declared.get(prefix, ())] or [""]


DEFAULT_PORTS: Final = {"http": 80, "https": 443}
HIDDEN: Final = re.compile(r"\\|%(?:2e|2f|5c)|/\.{1,2}(?:[/;]|\Z)", re.IGNORECASE)
"""What a path is not compared with: a server may take it for another path."""


def begins(iri: str, start: str) -> bool:
    """Tell whether an IRI begins with an allowed one: the same server, the same path or one below it."""
    try:
        one, other = urlsplit(iri), urlsplit(start)
        if origin(one) is None or origin(one) != origin(other):
            return False
    except ValueError:
        return False
    if other.query or other.fragment:
        return iri == start
    path, border = one.path or "/", other.path.removesuffix("/") + "/"
    return not HIDDEN.search(path) and (path == other.path or path.startswith(border))


def origin(url: SplitResult) -> tuple[str, str, int] | None:
    """Return the scheme, host and port of a URL; None where one is missing, or there is a user."""
    if url.scheme not in DEFAULT_PORTS or not url.hostname or "@" in url.netloc or "\\" in url.netloc:
        return None
    return url.scheme, url.hostname, url.port or DEFAULT_PORTS[url.scheme]
