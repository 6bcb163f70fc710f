"""Look-ups: the queries that the front answers by itself, from the file of subjects.

Whether a query is one is decided by its text: SELECT, ASK or DESCRIBE of a few triple patterns, the subject
an IRI, or a variable that has one value by then; no path, filter, function, dataset clause or literal. What
is found may send it to an executor all the same: a subject with too many statements; several values in more
than one pattern, whose order would be the planner's; a blank node, a triple term, or a character that
N-Triples and JSON write differently; nothing at all, in a built dataset, which may lack a term of the query.

So the work is bounded by `MAX_QUERY`, `MAX_PATTERNS`, the bounds of an entry in `subjects` and `MAX_BODY`,
whatever the dataset holds (docs/speed.md). Headers and bodies are those that an executor gives.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from wicara.graph import formats
from wicara.graph.terms import IRI as IRI_KEY
from wicara.graph.terms import LITERAL as LITERAL_KEY
from wicara.graph.turtle import plain_turtle
from wicara.ontology import PREFIXES, XSD_STRING
from wicara.server.http import compression, negotiation
from wicara.server.http.compression import StreamedBody
from wicara.server.http.conditional import ACCEPT_RANGES
from wicara.server.http.problems import Problem
from wicara.server.process.messages import encoded, header_lines
from wicara.server.process.subjects import SubjectFile, subjects_path
from wicara.server.sparql import protocol
from wicara.server.sparql.representation import QueryRequest, best, head_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wicara.graph.terms import PlainKey
    from wicara.server.process.messages import Headers
    from wicara.server.settings import Settings

PATH: Final = b"/sparql"
FIELD: Final = b"query="
MAX_QUERY: Final = 2000
"""Bytes of a query string."""
MAX_PATTERNS: Final = 4
MAX_BODY: Final = 1 << 15
"""Bytes of an answer before it is compressed: an executor sends one whole that is twice as long."""
TABULAR: Final = formats.JSON, negotiation.RESULTS
GRAPH: Final = formats.TURTLE, negotiation.GRAPHS
"""The format of an answer here, and those among which a client chooses."""
LEAST_NESTING: Final = 10
"""Brackets that a server has to allow: a look-up has fewer, however they are counted."""
SEGMENT: Final = r"(?:[A-Za-z0-9_~(),:@+=.-]|%[0-9A-Fa-f]{2})"
IRI: Final = (
    rf"<(?:https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]+)?(?:/(?!\.){SEGMENT}++)*/?(?:\#{SEGMENT}*+)?"
    r"|urn:[a-z0-9]+(?::[A-Za-z0-9_~.-]+)+)>"
)
"""IRIs that the parser takes as they stand: absolute, valid, without a segment that it would resolve."""
CUT: Final = re.compile(rf"({IRI}|\#[^\r\n]*+)")
"""What differs between queries of one shape: IRIs, and comments."""
PLACE: Final = "<>"
"""The place of an IRI in a shape."""
KEYWORDS: Final = (
    "ask|base|bind|construct|describe|distinct|exists|false|filter|from|graph|group|having|insert|lateral|"
    "limit|minus|named|not|offset|optional|order|prefix|reduced|select|service|true|undef|union|values|where"
)
PREFIX: Final = rf"(?:(?!a:|(?i:{KEYWORDS}))[A-Za-z][A-Za-z0-9_]*+)?"
"""Prefixes that the parser, which knows no tokens, does not take for the beginning of a keyword."""
NAME: Final = rf"{PREFIX}:[A-Za-z0-9_][A-Za-z0-9_-]*+"
VARIABLE: Final = r"[?$][A-Za-z_][A-Za-z0-9_]*+"
CONSTANT: Final = rf"(?:<>|{NAME})"
TERM: Final = rf"(?:{CONSTANT}|{VARIABLE})"
BLANK: Final = r"[ \t\r\n]"
GAP: Final = rf"(?:{BLANK}++|(?=<))"
QUERY: Final = re.compile(
    rf"""{BLANK}*+ (?P<prologue>(?:(?i:PREFIX){BLANK}++{PREFIX}:{BLANK}*+<>{BLANK}*+)*+)
    (?: (?i:DESCRIBE){GAP}(?P<described>{CONSTANT})
      | (?: (?i:SELECT){BLANK}++(?P<variables>\*|(?:{VARIABLE}{BLANK}*+)++) | (?i:ASK) ) {BLANK}*+
        (?:(?i:WHERE){BLANK}*+)?+ \{{ (?P<block>[^{{}}]*+) \}} {BLANK}*+
        (?:(?i:LIMIT){BLANK}++(?P<limit>[0-9]{{1,4}}))?+
    ) {BLANK}*+""",
    re.VERBOSE | re.ASCII,
)
SUBJECT: Final = re.compile(rf"{BLANK}*+(?P<subject>{TERM}){GAP}", re.ASCII)
PROPERTY: Final = re.compile(
    rf"{BLANK}*+(?P<predicate>a|{TERM}){GAP}(?P<object>{TERM}){BLANK}*+(?P<end>[.;]|\Z)", re.ASCII
)
REST: Final = re.compile(rf"{BLANK}*+\Z")
DECLARATION: Final = re.compile(rf"({PREFIX}):{BLANK}*+<>", re.ASCII)
LANG_STRING: Final = PREFIXES["rdf"] + "langString"
TYPE: Final = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LITERAL: Final = re.compile(
    rb'(?P<text>"(?:[^"\\]|\\[tbnrf"\\])*+")(?:@(?P<language>[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)'
    rb'|\^\^<(?P<datatype>[^>"\\]++)>)?'
)
"""The literals of N-Triples whose text JSON writes in the same way."""
PLAIN_IRI: Final = re.compile(rb'<([^<>"\\]++)>')


class Constant(NamedTuple):
    """An IRI of a query: the place of the one that it is, or begins with; a prefix and the local name.

    What has neither a place nor a local name is rdf:type.
    """

    place: int | None
    prefix: str = ""
    local: str | None = None

    def bound(self, iris: Sequence[str], prefixes: Mapping[str, str]) -> bytes:
        """Return the IRI as N-Triples writes it; raises KeyError for a prefix that is not declared."""
        if self.local is None:
            return TYPE if self.place is None else iris[self.place].encode()
        begin = f"<{prefixes[self.prefix]}" if self.place is None else iris[self.place][:-1]
        return f"{begin}{self.local}>".encode()


Place = int | str
"""What stands in a pattern: the number of a constant, or the name of a variable."""


class Plan(NamedTuple):
    """A shape: its constants, the variables that are shown (None: ASK), its patterns, and the most rows.

    A DESCRIBE has no pattern, and describes its one constant.
    """

    constants: tuple[Constant, ...]
    variables: tuple[str, ...] | None
    patterns: tuple[tuple[Place, Place, Place], ...]
    limit: int | None


class Unfit(Exception):  # noqa: N818 - an executor answers
    """A query is no look-up."""


class Reader:
    """The reader of one shape: its places in the order of the text, and the constants so far."""

    def __init__(self, prologue: str) -> None:
        """Take the declarations; raises Unfit where a prefix has two."""
        names = DECLARATION.findall(prologue)
        self.declared = {name: place for place, name in enumerate(names)}
        if len(self.declared) < len(names):
            raise Unfit
        self.place = len(names)
        self.constants: list[Constant] = []

    def term(self, text: str) -> Place:
        """Return a term as it stands in a pattern."""
        if text[0] in "?$":
            return text[1:]
        if text == PLACE:
            self.constants.append(Constant(self.place))
            self.place += 1
        elif text == "a":
            self.constants.append(Constant(None))
        else:
            prefix, _, local = text.partition(":")
            self.constants.append(Constant(self.declared.get(prefix), prefix, local))
        return len(self.constants) - 1

    def patterns(self, block: str) -> list[tuple[Place, Place, Place]]:
        """Return the triple patterns of a block; raises Unfit where there is anything else."""
        patterns: list[tuple[Place, Place, Place]] = []
        at, subject = 0, None
        while subject is not None or not REST.match(block, at):
            if subject is None:
                match = SUBJECT.match(block, at)
                if match is None:
                    raise Unfit
                subject, at = self.term(match["subject"]), match.end()
            match = PROPERTY.match(block, at)
            if match is None or len(patterns) == MAX_PATTERNS:
                raise Unfit
            patterns.append((subject, self.term(match["predicate"]), self.term(match["object"])))
            at = match.end()
            subject = subject if match["end"] == ";" else None
        return patterns


@lru_cache(maxsize=512)
def plan_of(shape: str) -> Plan | None:
    """Return the plan of the queries of a shape, None where they are no look-ups."""
    match = QUERY.fullmatch(shape)
    try:
        return None if match is None else read_plan(match)
    except Unfit:
        return None


def read_plan(match: re.Match[str]) -> Plan:
    """Return the plan of a shape by its parts; raises Unfit."""
    reader = Reader(match["prologue"])
    if match["described"]:
        reader.term(match["described"])
        return Plan(tuple(reader.constants), (), (), None)
    patterns = tuple(reader.patterns(match["block"]))
    values = [term for pattern in patterns for term in pattern[1:] if isinstance(term, str)]
    if not patterns or len(set(values)) < len(values):
        raise Unfit
    limit = int(match["limit"]) if match["limit"] else None
    if match["variables"] is None:
        return Plan(tuple(reader.constants), None, patterns, limit)
    shown = [name[1:] for name in re.findall(VARIABLE, match["variables"])] or sorted(values)
    if not shown or len(set(shown)) < len(shown) or not set(shown) <= set(values):
        raise Unfit
    return Plan(tuple(reader.constants), tuple(shown), patterns, limit)


def solutions(plan: Plan, terms: Sequence[bytes], file: SubjectFile) -> list[dict[str, bytes]]:
    """Return the solutions in the order of the engine; raises Unfit where an executor has to tell them."""
    single: dict[str, bytes] = {}
    several: list[dict[str, bytes]] = []
    for about, predicate, value in plan.patterns:
        subject = single.get(about, b"") if isinstance(about, str) else terms[about]
        statements = file.statements(subject) if subject.startswith(b"<") else None
        if statements is None:
            raise Unfit
        begin = b"" if isinstance(predicate, str) else terms[predicate] + b" "
        pairs = [statement.partition(b" ")[::2] for statement in statements if statement.startswith(begin)]
        if not isinstance(value, str):
            pairs = [pair for pair in pairs if pair[1] == terms[value]]
        names = [(name, place) for place, name in enumerate((predicate, value)) if isinstance(name, str)]
        rows = [{name: pair[place] for name, place in names} for pair in pairs]
        if not rows:
            return []
        if len(rows) == 1:
            single |= rows[0]
        elif several:
            raise Unfit
        else:
            several = rows
    if len(several) * sum(map(len, single.values())) > MAX_BODY:
        raise Unfit
    return [single | row for row in several] if several else [single]


def in_json(term: bytes) -> bytes:
    """Return an IRI or literal of N-Triples as JSON results have it; raises Unfit for any other."""
    if iri := PLAIN_IRI.fullmatch(term):
        return b'{"type":"uri","value":"%s"}' % iri[1]
    literal = LITERAL.fullmatch(term)
    if literal is None:
        raise Unfit
    if literal["language"]:
        return b'{"type":"literal","value":%s,"xml:lang":"%s"}' % literal.group("text", "language")
    if literal["datatype"]:
        return b'{"type":"literal","value":%s,"datatype":"%s"}' % literal.group("text", "datatype")
    return b'{"type":"literal","value":%s}' % literal["text"]


def json_results(variables: Sequence[str], rows: Sequence[Mapping[str, bytes]]) -> bytes:
    """Return solutions in JSON (SPARQL 1.1 Query Results JSON Format), as the engine writes them."""
    labels = [(name, b'"%s":' % name.encode()) for name in variables]
    lines = [b",".join([label + in_json(row[name]) for name, label in labels]) for row in rows]
    head = b",".join([label[:-1] for _, label in labels])
    bindings = b"{%s}" % b"},{".join(lines) if lines else b""
    return b'{"head":{"vars":[%s]},"results":{"bindings":[%s]}}' % (head, bindings)


def sort_key(term: bytes) -> PlainKey:
    """Return what an IRI or literal of N-Triples is sorted by (`plain_key`); raises Unfit for any other."""
    if iri := PLAIN_IRI.fullmatch(term):
        return (IRI_KEY, iri[1].decode())
    literal = LITERAL.fullmatch(term)
    if literal is None:
        raise Unfit
    text, language, datatype = (part.decode() if part else "" for part in literal.groups())
    lexical = json.loads(text, strict=False) if "\\" in text else text[1:-1]
    return (LITERAL_KEY, lexical, datatype or (LANG_STRING if language else XSD_STRING), language, "")


def subject_turtle(subject: bytes, file: SubjectFile) -> bytes:
    """Return the statements of a subject in Turtle; raises Unfit for one with a blank node or triple term."""
    statements = file.statements(subject)
    if statements is None:
        raise Unfit
    about = subject[1:-1].decode()
    pairs = (statement.partition(b" ")[::2] for statement in statements)
    rows = {(about, "" if verb == TYPE else verb[1:-1].decode(), sort_key(term)) for verb, term in pairs}
    return plain_turtle(rows).encode()


class Lookups:
    """What answers look-ups: the file of subjects of the version that is served, if it is there yet."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        """Have no file yet; the processes of the dataset make it in a folder."""
        limits = settings.limits
        self.settings, self.folder = settings, folder
        self.file: SubjectFile | None = None
        nests = limits.max_nesting == 0 or limits.max_nesting >= LEAST_NESTING
        self.allowed = nests and not (settings.writable or limits.max_rows or limits.max_bytes)
        self.answered = 0

    def file_of(self, digest: str) -> SubjectFile | None:
        """Return the file of a version; None where it is not there yet."""
        if self.file is None or self.file.digest != digest:
            try:
                self.file = SubjectFile(subjects_path(self.folder, digest))
            except (OSError, ValueError):
                self.file = None
        return self.file

    def answer(self, query: bytes, headers: Headers, digest: str) -> tuple[bytes, bytes] | None:
        """Return the headers, as lines, and the body of a GET's answer; None where an executor answers.

        `query` is the query string, `digest` that of the version that is served.
        """
        if not self.allowed or len(query) > MAX_QUERY or not query.startswith(FIELD) or b"&" in query:
            return None
        names = dict(headers)
        file = None if b"if-none-match" in names else self.file_of(digest)
        if file is None:
            return None
        try:
            return self.represented(query, names, file)
        except (Unfit, Problem, KeyError):
            return None

    def represented(self, query: bytes, names: dict[bytes, bytes], file: SubjectFile) -> tuple[bytes, bytes]:
        """Return headers and body; raises Unfit, Problem for a faulty query, and KeyError for a prefix."""
        text = protocol.decoded(query[len(FIELD) :], "The query string")
        parts = CUT.split(text)
        iris = [part for part in parts[1::2] if part[0] == "<"]
        parts[1::2] = [PLACE if part[0] == "<" else " " for part in parts[1::2]]
        plan = None if PLACE in text else plan_of("".join(parts))
        if plan is None:
            raise Unfit
        accept, coding = names.get(b"accept"), names.get(b"accept-encoding")
        request = QueryRequest(
            "GET",
            query,
            "",
            b"",
            PATH.decode(),
            None if accept is None else accept.decode("latin-1"),
            None if coding is None else coding.decode("latin-1"),
        )
        form, offers = TABULAR if plan.patterns else GRAPH
        chosen = best(request.accept, offers)
        if chosen is None or chosen[0] is not form:
            raise Unfit
        head, coded = head_of(request, text, chosen, file, self.settings)
        if "ETag" not in head:
            raise Unfit
        plain = self.body(plan, iris, file)
        # an executor writes solutions through the coding as they come, whatever their size
        streams = plan.patterns and plan.variables
        body = StreamedBody(lambda sink: sink.write(plain)) if streams else plain
        body = compression.encoded(body, coded, head)
        whole = body if isinstance(body, bytes) else b"".join(body)
        lines = [*encoded(head.items()), (b"content-length", b"%d" % len(whole)), ACCEPT_RANGES]
        self.answered += 1
        return header_lines(lines), whole

    def body(self, plan: Plan, iris: Sequence[str], file: SubjectFile) -> bytes:
        """Return the body of an answer; raises Unfit, and KeyError for a prefix that is not known."""
        terms = [constant.bound(iris, file.prefixes) for constant in plan.constants]
        if not plan.patterns:
            body = subject_turtle(terms[0], file)
            is_there = bool(body)
        else:
            rows = solutions(plan, terms, file)[: plan.limit]
            is_there = bool(rows)
            if plan.variables is None:
                body = b'{"head":{},"boolean":%s}' % (b"true" if rows else b"false")
            else:
                body = json_results(plan.variables, rows)
        if len(body) > MAX_BODY or not (is_there or file.plain):
            raise Unfit
        return body
