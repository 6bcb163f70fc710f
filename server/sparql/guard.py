"""What a query or update may not ask: brackets nested too deep, and calls to other servers.

**Calls.** The engine sends requests for SERVICE and LOAD and has no switch against it; FROM and USING never
fetch. Its parser knows no tokens, so a text can have more readings than one: the parser itself is asked. With
other words in the places of the keywords, it reads a text that makes no call to its end as before, and fails
in one that makes a call. Nothing is evaluated: the text that the parser gets has an end that fits nowhere.
"""

from __future__ import annotations

import re
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from wicara.graph.nesting import CHAIN, MAX_TRIPLES, has_too_many_triples, text_nests_beyond
from wicara.graph.sparql import is_beginning, parse_query, parse_update
from wicara.graph.sparql_text import tokens
from wicara.server.http.problems import Problem, bad_request
from wicara.server.process.log import log_now
from wicara.server.settings import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wicara.server.settings import Settings

OPTION: Final = next(limit.option for limit in limits() if limit.name == "max_nesting")
CALL: Final = {
    "query": re.compile("service", re.IGNORECASE),
    "update": re.compile("service|load", re.IGNORECASE),
}
"""A LOAD in a query is a syntax error."""
PREFIX: Final = r"(?P<prefix>[A-Za-z0-9_-]{0,100}+):"
SPACE: Final = r"(?:[ \t\r\n]|\#[^\r\n]{0,100}+[\r\n]){0,100}+"
TARGET: Final = re.compile(
    rf"{SPACE}(?:silent(?=[ \t\r\n\#<]))?+{SPACE}"
    rf"(?:<(?P<iri>[^<>\\\s]*+)>|(?!silent){PREFIX}(?P<local>[A-Za-z0-9_-]*+)(?=[\s{{;\#]|\Z))",
    re.IGNORECASE,
)
"""What a keyword calls, where that is written plainly."""
DECLARATION: Final = re.compile(
    rf"(?<![A-Za-z0-9_.-]){PREFIX}[ \t\r\n]*+(?:<(?P<iri>[^<>]*+)>|(?P<comment>\#))"
)
"""What may declare a prefix; where a comment stands before the IRI, that is not looked for."""
SILENT_CALL: Final = re.compile("(?P<call>service|load)(?P<silent>silent)?", re.IGNORECASE)
NOT_CALLED: Final = "urn:wicara:not-called"
"""What a silent call goes to that is not allowed: the engine fails at it, and goes on."""
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
HIDDEN: Final = re.compile(r"\\|%(?:2e|2f|5c)|/\.{1,2}(?:[/;]|\Z)", re.IGNORECASE)
"""What a path is not compared with: a server may take it for another path."""


def check_depth(text: str, settings: Settings) -> None:
    """Raise Problem 400 for a text that the parser and the planner would take long for, or not survive."""
    limit = settings.limits.max_nesting
    if limit and text_nests_beyond(text, limit):
        raise bad_request(
            f"This is nested deeper than {limit} brackets, the limit of `wicara serve {OPTION}`. {CHAIN} "
            "operators or clauses count as one bracket.",
        )
    if limit and has_too_many_triples(text):
        raise bad_request(
            f"This has a pattern of more than {MAX_TRIPLES} triples, or DESCRIBE with more terms than that.",
        )


def admit(text: str, kind: str, settings: Settings, prefixes: Mapping[str, str], base: str | None) -> None:
    """Raise Problem where a text asks for what the settings do not allow; `kind` is `query` or `update`.

    `prefixes` and `base` are those that it will be evaluated with.
    """
    check_depth(text, settings)
    lower = text.lower()
    if "service" not in lower and (kind == "query" or "load" not in lower):
        return
    if calls_others(text, kind, settings.allow_service, prefixes, base):
        called = "SERVICE" if "service" in lower else "LOAD"
        for word, target in calls_in(text, kind):
            if target and target["iri"]:
                called = f"{word[0].upper()} <{target['iri']}>"
                break
        raise Problem(
            HTTPStatus.FORBIDDEN,
            f"{called} is not allowed: this server calls no others but those that `wicara serve "
            "--allow-service URL` names. Ask the other server itself.",
        )


def without_silent_calls(
    text: str, kind: str, settings: Settings, prefixes: Mapping[str, str], base: str | None
) -> str:
    """Return a text whose silent calls of servers that are not allowed call nothing.

    They succeed then with nothing done, as the standards have it (SPARQL 1.1 Update, section 3.1.4; Federated
    Query, 2.3). Calls that are not silent, or could be read in two ways, are left to `admit`. Raises Problem
    400 for a text that is too deep to be parsed.
    """
    check_depth(text, settings)
    if "silent" not in text.lower() or not calls_others(text, kind, settings.allow_service, prefixes, base):
        return text
    declared = declared_iris(text)
    words = list(tokens(text))
    parts: list[str] = []
    place = calls = 0
    for word, after, beyond in zip(words, words[1:], [*words[2:], None], strict=False):
        call = SILENT_CALL.search(word.text) if word.kind == "word" else None
        if call is None or call.end() != len(word.text):
            continue
        target = after if call["silent"] else beyond if after.text.upper() == "SILENT" else None
        plain = TARGET.match(text, word.start + call.end("call"))
        if target is None or target.kind not in {"iri", "name", "variable"}:
            continue
        if not (plain and is_allowed(plain, declared, settings.allow_service)):
            parts += (text[place : target.start], f" <{NOT_CALLED}>")
            place = target.end
            calls += 1
    silenced = "".join((*parts, text[place:]))
    if not calls or calls_others(silenced, kind, settings.allow_service, prefixes, base):
        return text
    log_now("silent calls not made", calls=calls)
    return silenced


def calls_in(text: str, kind: str) -> Iterable[tuple[re.Match[str], re.Match[str] | None]]:
    """Yield each place that may be a keyword of a call, and what it calls where that is written plainly."""
    return ((word, TARGET.match(text, word.end())) for word in CALL[kind].finditer(text))


def calls_others(
    text: str, kind: str, allowed: Iterable[str], prefixes: Mapping[str, str], base: str | None
) -> bool:
    """Return whether a text, in the reading that the parser takes, calls a server that is not allowed."""
    parse = parse_query if kind == "query" else parse_update

    def rename(word: str) -> str:
        return CALL[kind].sub(lambda match: match[0][:-1] + "x", word)

    declared = declared_iris(text)
    parts: list[str] = []
    at = 0
    for word, target in calls_in(text, kind):
        if not (target and is_allowed(target, declared, allowed)):
            parts += (text[at : word.start()], rename(word[0]))
            at = word.end()
    renamed = "".join((*parts, text[at:]))
    others = {rename(prefix): iri for prefix, iri in prefixes.items()}
    if is_beginning(renamed, partial(parse, prefixes={**prefixes, **others}, base=base)):
        return False
    return is_beginning(text, partial(parse, prefixes=prefixes, base=base))


def declared_iris(text: str) -> dict[str, set[str]]:
    """Return what may declare prefixes in a text: the IRIs of each."""
    declared: dict[str, set[str]] = {}
    for declaration in DECLARATION.finditer(text):
        declared.setdefault(declaration["prefix"], set()).add(declaration["iri"] or "")
    return declared


def is_allowed(target: re.Match[str], declared: Mapping[str, set[str]], allowed: Iterable[str]) -> bool:
    """Return whether what a keyword calls is allowed, by every declaration that its prefix may have."""
    if target["iri"] is not None:
        iris = [target["iri"]]
    else:
        iris = [iri + target["local"] for iri in declared.get(target["prefix"], ())]
    if iris == [NOT_CALLED]:
        return True
    return bool(iris) and all(any(is_below(iri, start) for start in allowed) for iri in iris)


def is_below(iri: str, start: str) -> bool:
    """Return whether an IRI begins with an allowed one: the same server, the same path or one below it."""
    try:
        url, other = urlsplit(iri), urlsplit(start)
        if origin(url) is None or origin(url) != origin(other):
            return False
    except ValueError:
        return False
    if other.query or other.fragment:
        return iri == start
    path, border = url.path or "/", other.path.removesuffix("/") + "/"
    return not HIDDEN.search(path) and (path == other.path or path.startswith(border))


def origin(url: SplitResult) -> tuple[str, str, int] | None:
    """Return the scheme, host and port of a URL; None where one is missing, or there is a user."""
    if url.scheme not in DEFAULT_PORTS or not url.hostname or "@" in url.netloc or "\\" in url.netloc:
        return None
    return url.scheme, url.hostname, url.port or DEFAULT_PORTS[url.scheme]
