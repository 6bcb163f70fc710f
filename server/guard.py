"""What a query or update may not ask: calls to other servers, nesting and joins that the engine cannot bear.

**Calls.** pyoxigraph sends real requests for SERVICE and LOAD and has no switch against it, so they are found
here, before the text is parsed; FROM and USING never fetch. Its parser knows no tokens: it reads characters
where the grammar allows them, so a text can have two readings. `?a<?b#>` is a comparison and a comment inside
an expression, and an IRI elsewhere; a long string with an escape that is no character is two short strings;
`e:a.b.SERVICE` ends after `b`; `e:SERVICE` ends after `:` where the IRI of `e:SERVICE` would be none. So a
clause is looked for in two steps, of which each alone lets no clause pass:

1. in the text as it stands, whatever it may be part of: every clause of any reading is written out there;
2. without what stands in strings and comments, where these are certain: where only one reading exists.

**Nesting.** The parser overflows an 8 MB stack at some 1,000 brackets within brackets. An operator, and a
clause beside others, makes the tree of a query one deeper as well (a chain of 2,500 kills the process): ten
of them count as one bracket. The parser reads the arguments of some functions twice, after `!` too, and the
planner visits sub-selects and the steps of a path twice: each of them doubles the time, so they count more.

**Patterns.** Joins are planned in more than cubic time. On an empty store, in seconds of computing:

| triple patterns            | 25    | 50   | 75   | 100  | 150  | 200  |
|----------------------------|-------|------|------|------|------|------|
| without a common variable  | 0.001 | 0.01 | 0.03 | 0.06 | 0.2  | 0.5  |
| all of one subject         | 0.003 | 0.05 | 0.26 | 0.9  | 4.6  | 19   |

The default of 100 so means: a query is planned for about a second at most. They are counted from
above, one for each object, step of a path, GRAPH and VALUES and two for each member of a list; data and
templates are no patterns. Nesting and patterns are measured in the plain reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from itertools import accumulate
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from wicara.server.limits import limits as table_of_limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wicara.server.limits import Limits
    from wicara.server.settings import Settings

LETTER: Final = r"[A-Za-z0-9_\x80-\U0010ffff]"
ESCAPED: Final = r"\\[_~.\-!$&'()*+,;=/?#@%]"
ECHAR: Final = r"\\[tbnrf\\\"']|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
IN_IRI: Final = r"[^<>\"{}|^`\x00-\x20]"
IRI: Final = rf"<{IN_IRI}*+>"
LONG: Final = (
    rf"\"\"\"(?:[^\"\\]++|\"{{0,2}}+(?:[^\"\\]|{ECHAR}))*+\"\"\"",
    rf"'''(?:[^'\\]++|'{{0,2}}+(?:[^'\\]|{ECHAR}))*+'''",
)
SHORT: Final = (rf"\"(?:[^\"\\\r\n]++|{ECHAR})*+\"", rf"'(?:[^'\\\r\n]++|{ECHAR})*+'")
LANGUAGE: Final = r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+"
LABEL: Final = rf"(?:{LETTER}|-)*+(?:\.++(?:{LETTER}|-)++)*+"
LOCAL: Final = rf"(?:{LETTER}|[:\-%]|{ESCAPED})*+(?:\.++(?:{LETTER}|[:\-%]|{ESCAPED})++)?+"
"""The parser takes dots in one place of a local name only."""
BEGINS: Final = r"[A-Za-z\x80-\U0010ffff]"
EXPONENT: Final = r"[eE][+-]?[0-9]++"
NUMBER: Final = rf"[0-9]++\.[0-9]*+{EXPONENT}|[0-9]*+\.[0-9]++(?:{EXPONENT})?+|[0-9]++(?:{EXPONENT})?+"

LEXICON: Final = re.compile(
    rf"""
      (?P<blank>[ \t\r\n]++)
    | (?P<comment>\#[^\r\n]*+)
    | (?P<iri>{IRI})
    | (?P<long>{"|".join(LONG)})
    | (?P<short>{"|".join(SHORT)})
    | (?P<variable>[?$]{LETTER}++)
    | (?P<language>{LANGUAGE})
    | (?P<node>_:{LETTER}{LABEL})
    | (?P<name>(?:{BEGINS}{LABEL})?+:{LOCAL})
    | (?P<number>{NUMBER})
    | (?P<word>{BEGINS}(?:{LETTER}|[.\-])*+)
    | (?P<mark>[^"'\\`])
    | (?P<nothing>.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""The tokens of SPARQL 1.1 (section 19.8), as pyoxigraph reads them."""
SCHEME: Final = r"[A-Za-z][A-Za-z0-9+.\-]*+"
ABSOLUTE: Final = re.compile(rf"<{SCHEME}://")
"""An IRI that begins so has one reading: a comparison would go on with a name and two divisions."""
UNSEEN: Final = frozenset({"blank", "comment"})


class Refused(Exception):  # noqa: N818 - what the answer is, not a fault of ours
    """The text asks for something that this server does not do; `status` is that of the answer."""

    def __init__(self, detail: str, status: HTTPStatus) -> None:
        """Refuse for a reason."""
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True)
class Token:
    """A token, what it is by the lexicon, and where it ends. No reading goes on after a `nothing`."""

    kind: str
    text: str
    end: int

    @property
    def other_end(self) -> int | None:
        """Return where the token ends in its second reading, or None where it has one reading only."""
        start = self.end - len(self.text)
        if self.kind == "iri" and re.search(r"[#\\']", self.text) and not ABSOLUTE.match(self.text):
            return start + 1
        if self.kind == "long" and "\\" in self.text:
            return start + 2
        return None


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in their plain reading, without blanks and comments."""
    for match in LEXICON.finditer(text):
        kind = match.lastgroup or ""
        if kind == "nothing":
            return
        if kind not in UNSEEN:
            yield Token(kind, match.group(), match.end())


IN_QUERIES: Final = ("SERVICE",)
"""A LOAD in a query is a syntax error, which the parser tells."""


def check(text: str, settings: Settings, keywords: Iterable[str] = ("SERVICE", "LOAD")) -> None:
    """Raise Refused where a text asks for what the settings do not allow; `keywords` are those of calls."""
    lower = text.lower()
    if any(keyword.lower() in lower for keyword in keywords):
        check_calls(text, settings.allow_service, keywords)
    if not is_small(text, settings.limits):
        check_size(text, settings.limits)


# Calls to other servers

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


# Nesting and patterns

OPTIONS: Final = {each.name: each.option for each in table_of_limits()}
DOUBLED: Final = 8
"""How many brackets one counts as whose content is read, or planned, twice."""
STEP: Final = 6
"""Likewise a step of a path that has alternatives or stands in brackets."""
CHAIN: Final = 10
"""How many operators and keywords count as one bracket."""
READ_TWICE: Final = frozenset({"REGEX", "SUBSTR", "REPLACE", "GROUP_CONCAT"})
TERMS: Final = frozenset({"TRUE", "FALSE"})
"""Words that stand where a term does."""
SKELETON: Final = re.compile(
    rf"""
      \#[^\r\n]*+
    | {LANGUAGE}
    | \^\^
    | (?=([<"'?$_:0-9A-Za-z\x80-\U0010ffff]))
      (?: {IRI} | {"|".join((*LONG, *SHORT))} | [?$]{LETTER}++ | (?:_|{BEGINS}{LABEL})?+:{LOCAL} | {NUMBER} )
    | ({BEGINS}{LABEL})
    | (?:\\.)++
    """,
    re.VERBOSE | re.DOTALL,
)
"""What a text is split at so that each term is one sign, and words and brackets are as they were."""
INSIDE: Final = r"(?:[^{}|]++|\{\||\|\}?+)*+"
DATA: Final = re.compile(
    rf"(?i:insert|delete|construct)\s*+(?:(?i:data)\s*+)?+\{{(?!\|){INSIDE}(?:\{{{INSIDE}\}}{INSIDE})*+\}}"
    rf"|(?P<values>(?i:values)\s*+(?:[?$]|\([^()]*+\)))\s*+\{{{INSIDE}\}}"
)
"""Data and templates: what they hold is neither joined nor computed."""
TERM: Final = r"(?:[?$:\"'_0-9\x80-\U0010ffff]|(?<![A-Za-z0-9_])[A-Za-z](?![A-Za-z0-9_])|<(?!<))"
WORD: Final = r"(?P<word>[A-Za-z][A-Za-z0-9_]++)"
BRACKET: Final = r"(?P<opening>[(\[{])|(?P<closing>[)\]}])"
IN_EXPRESSION: Final = re.compile(rf"{WORD}|{BRACKET}|(?P<operator>&&|\|\||[-+*/!])")
IN_HEAD: Final = re.compile(
    rf"(?P<term>{TERM}(?:[\s,.]*+{TERM})*+)|{WORD}|{BRACKET}|(?P<operator>[-+*/!|&])|(?P<end>;[;\s]*+)"
)
IN_PATTERN: Final = re.compile(
    rf"(?P<term>(?:{TERM}|\[\s*+\]|\(\s*+\))(?:[\s,]*+{TERM})*+)"
    rf"|{WORD}|(?P<empty>(?:\{{\s*+\}}\s*+)++)|(?P<reified><<\(?|\{{\|)|\|\}}|\)>>|{BRACKET}|(?P<dot>\.[.\s]*+)"
    r"|(?P<next>;[;\s]*+|,)|(?P<step>[/^~|])|(?P<operator>[-+*!])"
)
BRACKETS: Final = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
NO_BRACKET: Final = re.compile(r"[^()\[\]{}]++")
REPEATED: Final = re.compile(rf"\)\s*+(?:[*+#]|\?(?!{LETTER}))")
ALTERNATIVE: Final = re.compile(rb"(?<!\|)\|(?!\|)")
"""What makes a path of several steps more than a row of patterns."""
NO_MARK: Final = bytes(set(range(256)) - set(b".;,|^~/()[]{}"))
MAY_OPEN_LIST: Final = re.compile(r"\((?! ?(?:[0-9]*[A-Za-z_]{2,}[\s({!&|=,]|[(&=]))")
"""In a text that is read backwards: a bracket that stands after no keyword."""


class Kind(Enum):
    """What stands within brackets, or outside all of them."""

    HEAD = auto()
    """What a query asks for, and how its solutions are grouped and ordered."""
    PATTERN = auto()
    """A group, or what is said of a blank node."""
    LIST = auto()
    """A collection, or a part of a path."""
    EXPRESSION = auto()


PARTS: Final = {
    Kind.HEAD: IN_HEAD,
    Kind.PATTERN: IN_PATTERN,
    Kind.LIST: IN_PATTERN,
    Kind.EXPRESSION: IN_EXPRESSION,
}
"""What matters there."""


@dataclass(slots=True)
class Frame:
    """A pair of brackets that is not closed yet, and how many brackets it counts as."""

    kind: Kind
    weight: int = 0
    fresh: bool = False
    """Whether the next term begins a triple."""
    steps: int = 0
    branches: bool = False
    """How many steps the path has that stands there, and whether it has alternatives."""


class Size:
    """How deep a text is nested and how many patterns it has, by the parts that were taken in so far."""

    def __init__(self) -> None:
        """Begin outside all brackets."""
        self.frames = [Frame(Kind.HEAD)]
        self.patterns = self.operators = self.depth = self.deepest = 0
        self.word_before = ""
        self.negates = False

    @property
    def frame(self) -> Frame:
        """Return the innermost pair of brackets; outside of all the one that the text begins with."""
        return self.frames[-1]

    @property
    def nesting(self) -> int:
        """Return how deep the text is nested, in brackets."""
        return self.deepest + self.operators // CHAIN

    def weigh(self, weight: int) -> None:
        """Count what stands within the innermost brackets as deeper."""
        self.frame.weight += weight
        self.depth += weight
        self.deepest = max(self.deepest, self.depth)

    def term(self, text: str) -> None:
        """Take in terms, with commas between them."""
        frame = self.frame
        if frame.kind is Kind.LIST:
            self.patterns += 2 * members(text)
        elif frame.kind is Kind.HEAD:
            self.operators += (self.word_before == "DESCRIBE") * members(text)
        elif self.word_before in {"FILTER", "VALUES"}:
            return
        else:
            self.patterns += frame.fresh + text.count(",")
            frame.fresh = False
        self.word_before = ""

    def word(self, text: str) -> None:
        """Take in a keyword, or a word that is a term."""
        word = text.upper()
        if word in TERMS:
            self.term("?")
            return
        self.word_before = word
        self.operators += 1
        self.patterns += word == "VALUES"
        self.frame.fresh = True
        if word == "SELECT" and self.frame.kind is Kind.PATTERN:
            self.frame.kind = Kind.HEAD
            self.weigh(DOUBLED - 1)

    def opening(self, text: str) -> None:
        """Take in an opening bracket."""
        around, kind = self.frame, self.kind_of(text)
        self.operators += around.kind is Kind.HEAD
        if text == "[" or kind is Kind.LIST:
            self.patterns += (text == "[") + (2 if around.kind is Kind.LIST else around.fresh)
            around.fresh = False
        self.frames.append(Frame(kind, fresh=text == "{"))
        self.weigh(DOUBLED if self.negates or self.word_before in READ_TWICE else 1)
        self.word_before, self.negates = "", False

    def kind_of(self, text: str) -> Kind:
        """Return what an opening bracket opens."""
        if text != "(":
            return Kind.PATTERN
        is_expression = self.word_before or self.frame.kind in {Kind.HEAD, Kind.EXPRESSION}
        return Kind.EXPRESSION if is_expression else Kind.LIST

    def closing(self, text: str) -> None:
        """Take in a closing bracket; one that none has opened is the last thing that is read of a text."""
        closed = self.frames.pop()
        self.depth -= closed.weight
        self.word_before, self.negates = "", False
        if self.frames and (text == "}" or closed.kind is Kind.EXPRESSION):
            self.frame.fresh = True

    def empty(self, _text: str) -> None:
        """Take in groups without anything in them."""
        self.word_before = ""
        self.frame.fresh = True

    def reified(self, _text: str) -> None:
        """Take in the beginning of a triple within a triple, or of what is said of one."""
        self.patterns += 2

    def end(self, _text: str) -> None:
        """Take in the end of an operation: the next one is planned for itself."""
        if len(self.frames) == 1:
            self.patterns = self.operators = 0

    def dot(self, _text: str) -> None:
        """Take in the end of a triple."""
        self.frame.fresh, self.frame.steps, self.frame.branches = True, 0, False

    def next(self, _text: str) -> None:
        """Take in what comes before another object or predicate."""
        self.patterns += 1
        self.frame.steps, self.frame.branches = 0, False

    def step(self, text: str) -> None:
        """Take in what stands between the steps of a path, or before one."""
        frame = self.frame
        self.patterns += frame.kind is Kind.PATTERN
        frame.steps += text == "/"
        frame.branches = frame.branches or text == "|"
        if frame.kind is Kind.LIST:
            self.weigh(STEP * (text == "/"))
        elif frame.branches:
            self.deepest = max(self.deepest, self.depth + STEP * frame.steps)

    def operator(self, text: str) -> None:
        """Take in an operator of an expression, or what repeats or negates a step."""
        self.operators += 1
        self.negates = text == "!"


def members(text: str) -> int:
    """Return how many terms stand in a row."""
    return len("".join(text.split()).replace(",", ""))


def is_small(text: str, limits: Limits) -> bool:
    """Tell at a glance, where that is possible, that a text is within the limits of nesting and patterns."""
    marks = text.encode(errors="replace").translate(None, NO_MARK)
    opened = marks.count(b"(") + marks.count(b"{") + marks.count(b"[") + text.count("<<")
    nested = DOUBLED * opened + len(text) // CHAIN
    if b"/" in marks and (ALTERNATIVE.search(marks) or REPEATED.search(text)):
        nested += STEP * marks.count(b"/")
    if nested > (limits.max_nesting or inf):
        return False
    if len(marks) + 2 * opened > (limits.max_patterns or inf):
        return False
    return b"(" not in marks or not limits.max_patterns or not MAY_OPEN_LIST.search(text[::-1])


def check_size(text: str, limits: Limits) -> None:
    """Raise Refused where a text is nested too deep or has too many triple patterns."""
    nested_most, patterns_most = limits.max_nesting or inf, limits.max_patterns or inf
    skeleton = " ".join(filter(None, SKELETON.split(text)))
    if depth(skeleton) > nested_most:
        raise too_deep(limits)
    for size in sizes(DATA.sub(keyword_of_data, skeleton)):
        if size.patterns > patterns_most:
            raise too_many(limits)
        if size.nesting > nested_most:
            raise too_deep(limits)


def depth(skeleton: str) -> int:
    """Return how deep brackets stand within brackets."""
    brackets = NO_BRACKET.sub("", skeleton.replace("<<", "(").replace(">>", ")"))
    return max(accumulate(map(BRACKETS.__getitem__, brackets)), default=0)


def keyword_of_data(match: re.Match[str]) -> str:
    """Return what counts of a block of data or a template."""
    return match["values"] or ""


def sizes(skeleton: str) -> Iterator[Size]:
    """Yield the size of a text again and again while it is read, part by part."""
    size, position = Size(), 0
    while size.frames and (part := PARTS[size.frame.kind].search(skeleton, position)):
        position = part.end()
        if part.lastgroup:
            getattr(size, part.lastgroup)(part.group())
            yield size


def too_deep(limits: Limits) -> Refused:
    """Return the refusal of a text that is nested too deep."""
    return Refused(
        f"This is nested deeper than {limits.max_nesting} brackets, the limit of `wicara serve "
        f"{OPTIONS['max_nesting']}`. {CHAIN} operators or clauses count as one bracket; a sub-select, and "
        f"a bracket after `!`, REGEX, SUBSTR, REPLACE or GROUP_CONCAT, as {DOUBLED}; a step of a path with "
        f"alternatives or in brackets as {STEP}.",
        HTTPStatus.BAD_REQUEST,
    )


def too_many(limits: Limits) -> Refused:
    """Return the refusal of a text with too many triple patterns."""
    return Refused(
        f"This has more than {limits.max_patterns} triple patterns, the limit of `wicara serve "
        f"{OPTIONS['max_patterns']}`. Each step of a path counts, and so do GRAPH and VALUES.",
        HTTPStatus.BAD_REQUEST,
    )
