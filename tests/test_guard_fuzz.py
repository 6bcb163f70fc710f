# ruff: noqa: E501 - texts of queries are shown as they are
"""Whatever is written, no text that the guard lets pass calls another server, and few others are refused."""

from __future__ import annotations

import re
from functools import partial
from http import HTTPStatus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store
from wicara.server import guard
from wicara.server.settings import Limits, Settings

CLOSED = "http://127.0.0.1:1/"
"""An address where nobody listens: a request is refused at once."""
CALL = re.compile("service|load", re.IGNORECASE)
fuzzed = partial(settings, deadline=None, derandomize=True, database=None)


def store() -> Store:
    """Return a store with a triple, so that patterns match."""
    found = Store()
    found.add(Quad(NamedNode("x:x"), NamedNode("x:x"), Literal(1)))
    return found


def parses(text: str, *, is_update: bool) -> bool:
    """Tell whether pyoxigraph takes a text for a query or an update; whether it then works does not matter."""
    try:
        if is_update:
            store().update(text)
        else:
            store().query(text)
    except SyntaxError:
        return False
    except (OSError, RuntimeError, ValueError):
        return True
    return True


def calls(text: str, *, is_update: bool) -> bool:
    """Tell whether a text has a SERVICE clause or a LOAD operation, by the parser itself.

    It has one if it parses, and does not with other words in their places.
    """
    renamed = CALL.sub(lambda match: match.group()[:-1] + "x", text)
    return parses(text, is_update=is_update) and not parses(renamed, is_update=is_update)


def refusal(text: str, given: Settings | None = None) -> HTTPStatus | None:
    """Return the status with which the guard refuses a text, or None."""
    try:
        guard.check(text, given or Settings())
    except guard.Refused as fault:
        return fault.status
    return None


HARMLESS_STRINGS = [
    "'a'",
    '"SERVICE <x:x> { ?s ?p ?o }"',
    "'it\\'s a SERVICE ?x {'@en",
    '"""a "SERVICE" <x:x> {\n}"""',
    "'''; LOAD <x:x> ;\n#'''",
    "'; LOAD <x:x> ; \\u0041'@en-load",
    '""',
    "'\\\\'",
    '"\\"#"',
    "''''LOAD <x:x>'''",
]
HARMLESS_NAMES = [
    "<x:x>",
    "<http://example.org/service#SERVICE>",
    "<http://example.org/it's/LOAD>",
    "<http://example.org/\\u0041#b>",
    "e:service",
    "e:load",
    "e:LOAD",
    "service:service",
    "load:x",
    "LOAD:load",
    "e:a.b",
    "e:a\\#b",
    "e:it\\'s",
    "e:service.",
    "<?b&&?c>",
    ":load",
]
VARIABLES = ["?s", "?o", "$service", "?SERVICE", "?load", "$LOAD", "?x"]
BLANKS = st.sampled_from(
    [
        " ",
        " ",
        " ",
        "",
        "\n",
        "\t",
        " \r\n",
        "# SERVICE <x:x> {\n",
        "#'\n",
        '#"""\n',
        " #load <x:x> ;\n",
        "#\r",
    ]
)
PROLOGUE = "".join(
    f"PREFIX {name}: <http://example.org/{name}/> " for name in ("e", "service", "load", "LOAD", "")
)
APART = frozenset("{}()[].;,")
"""Marks that need no blank beside them."""


def texts(*strategies: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return what writes parts after one another, with blanks or comments between."""

    @st.composite
    def text(draw: st.DrawFn) -> str:
        written = ""
        for part in map(draw, strategies):
            blank = draw(BLANKS)
            glued = not blank and written and part and not {written[-1], part[0]} & APART
            written += (" " if glued else blank) + part
        return written

    return text()


word = st.just
variable = st.sampled_from(VARIABLES)
name = st.sampled_from(HARMLESS_NAMES)
term = variable | name | st.sampled_from(HARMLESS_STRINGS) | st.sampled_from(["1", "2.5", "true", "[]", "()"])
triple = texts(variable | name, variable | name | st.sampled_from(["a", "e:p/^e:q", "(e:p|e:load)*"]), term)
triples = st.lists(triple, min_size=1, max_size=2).map(" . ".join).map("{} .".format)
value = st.sampled_from([*VARIABLES, *HARMLESS_STRINGS, "1", "(1 + 2)", "STR(?s)", "e:load"])
comparison = texts(value, st.sampled_from(["<", ">", "=", "!=", "<=", "&&", "||", "+"]), value)


def expressions(groups: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return what writes expressions, over what writes groups."""
    exists = texts(st.sampled_from(["EXISTS", "NOT EXISTS", "!EXISTS"]), groups)
    return comparison | exists | texts(word("IF(EXISTS"), groups, word(", 1, 2)"))


def groups(clauses: st.SearchStrategy[str] | None) -> st.SearchStrategy[str]:
    """Return what writes groups, with these clauses within where there are any."""

    def wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        filtered = texts(word("FILTER("), expressions(inner), word(")"))
        item = st.one_of(
            triples,
            filtered,
            texts(
                st.sampled_from(["OPTIONAL", "MINUS", "GRAPH ?g", "GRAPH service:g", "GRAPH load:g"]), inner
            ),
            texts(inner, word("UNION"), inner),
            texts(word("BIND("), expressions(inner), word("AS ?bound)")),
            texts(word("VALUES ?v {"), name | st.sampled_from(HARMLESS_STRINGS), word("}")),
            texts(word("{ SELECT * WHERE"), inner, word("}")),
            *([] if clauses is None else [clauses]),
        )
        body = st.lists(item, max_size=3).map("\n".join)
        return texts(word("{"), body, word("}"))

    return st.recursive(triples.map("{{ {} }}".format), wider, max_leaves=5)


TARGETS = st.sampled_from(
    [
        f"<{CLOSED}>",
        f"<{CLOSED}it's>",
        "?x",
        "$service",
        "e:a",
        ":a",
        "service:x",
        "SILENT:a",
        "<x>",
        "e:a.b",
        "e:a\\#b",
    ]
)
KEYWORD = st.sampled_from(
    ["SERVICE", "service", "SeRvIcE", "SERVICE SILENT", "SERVICESILENT", "1SERVICE", "true.SERVICE"]
)
GLUED = st.sampled_from(
    ["SERVICE:a", f"SERVICE<{CLOSED}>", "SERVICEe:a", "SERVICE?x", "SERVICESILENT:a", "SERVICE#\n:a"]
)
CLAUSES = texts(KEYWORD, TARGETS, word("{ ?s ?p ?o }")) | texts(GLUED, word("{ ?s ?p ?o }"))


def queries(clauses: st.SearchStrategy[str] | None) -> st.SearchStrategy[str]:
    """Return what writes queries, with these clauses within where there are any."""
    body = groups(clauses)
    return texts(
        word(PROLOGUE),
        st.sampled_from(
            ["ASK", "SELECT *", "SELECT ?service ?load", "DESCRIBE load:x", "CONSTRUCT {?s e:load 1}"]
        ),
        st.sampled_from(["", "", "FROM load:g", "FROM NAMED service:g"]),
        word("WHERE"),
        body,
        st.sampled_from(["", "", "LIMIT 1", "ORDER BY ?load", "VALUES ?load { load:x }"]),
    )


OPERATIONS = st.one_of(
    groups(None).map("INSERT {{ ?s load:p ?o }} WHERE {}".format),
    groups(None).map("DELETE {{ ?s load:p ?o }} USING load:g WHERE {}".format),
    st.lists(triple.filter(lambda text: "(" not in text), max_size=3)
    .map(" . ".join)
    .map("INSERT DATA {{ {} }}".format),
    st.sampled_from(
        [
            "CLEAR ALL",
            "CLEAR GRAPH load:g",
            "COPY load:a TO load:b",
            "INSERT DATA { <x:x> load:x load:x ; load:y load:z }",
        ]
    ),
)
LOADS = texts(
    st.sampled_from(["LOAD", "load", "LOAD SILENT", "LOADSILENT"]),
    TARGETS.filter(lambda target: target[0] not in "?$"),
    st.sampled_from(["", "INTO GRAPH <x:g>", "INTO GRAPH load:g"]),
) | st.sampled_from(["LOAD:a", f"LOAD<{CLOSED}>", "LOADe:a", "LOADSILENT:a", "LOAD#\n:a"])


def updates(operations: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return what writes updates of these operations."""
    sequence = st.lists(operations, min_size=1, max_size=3).flatmap(
        lambda some: st.sampled_from([" ; ", ";", ";#\n"]).map(lambda mark: mark.join(some))
    )
    return texts(word(PROLOGUE), sequence, st.sampled_from(["", ";", "# end"]))


@fuzzed(max_examples=300)
@given(queries(CLAUSES))
def test_no_clause_passes(query: str) -> None:
    """A query in which pyoxigraph sees SERVICE is refused, wherever it stands."""
    if calls(query, is_update=False):
        assert refusal(query) == HTTPStatus.FORBIDDEN


@fuzzed(max_examples=200)
@given(queries(None))
def test_no_query_is_refused_for_words(query: str) -> None:
    """A query in which SERVICE and LOAD are but words in strings, comments, IRIs and names passes."""
    assume(parses(query, is_update=False))
    assert refusal(query) != HTTPStatus.FORBIDDEN


@fuzzed(max_examples=200)
@given(updates(OPERATIONS | LOADS))
def test_no_load_passes(update: str) -> None:
    """An update in which pyoxigraph sees LOAD is refused."""
    if calls(update, is_update=True):
        assert refusal(update) == HTTPStatus.FORBIDDEN


@fuzzed(max_examples=150)
@given(updates(OPERATIONS))
def test_no_update_is_refused_for_words(update: str) -> None:
    """An update in which SERVICE and LOAD are but words passes."""
    assume(parses(update, is_update=True))
    assert refusal(update) != HTTPStatus.FORBIDDEN


OTHER = "http://127.0.0.1:2/"
TO_ALLOWED = st.sampled_from([f"<{CLOSED}>", f"<{CLOSED}a/b>", "allowed:a", "allowed:"])
TO_OTHERS = st.sampled_from([f"<{OTHER}>", "other:a", "both:a", "<x>", "<http://127.0.0.1:1@127.0.0.1:2/>"])
DECLARED = (
    f"PREFIX allowed: <{CLOSED}> PREFIX other: <{OTHER}> PREFIX both: <{OTHER}> PREFIX both: <{CLOSED}> "
)
BODY = word("{ ?s ?p ?o }")
ONE_ALLOWED = texts(KEYWORD, TO_ALLOWED, BODY)
ONE_OF_EACH = ONE_ALLOWED | texts(st.sampled_from(["sErViCe", "sErViCe SILENT", "1sErViCe"]), TO_OTHERS, BODY)
LOADS_ALLOWED = texts(st.sampled_from(["LOAD", "LOAD SILENT", "LOADSILENT"]), TO_ALLOWED)
LOADS_OF_EACH = LOADS_ALLOWED | texts(st.sampled_from(["lOaD", "lOaD SILENT"]), TO_OTHERS)


def calls_others(text: str, *, is_update: bool) -> bool:
    """Tell whether a text has a call that is spelled as those are which are not allowed."""
    renamed = text.replace("sErViCe", "servicx").replace("lOaD", "loax")
    return parses(text, is_update=is_update) and not parses(renamed, is_update=is_update)


@pytest.mark.parametrize("is_update", [False, True], ids=["queries", "updates"])
def test_no_other_is_called(*, is_update: bool) -> None:
    """Where some calls are allowed no other passes, whatever stands around it, and the allowed ones do."""
    config = Settings(allow_service=(CLOSED,))
    some = updates(OPERATIONS | LOADS_OF_EACH) if is_update else queries(ONE_OF_EACH)

    @fuzzed(max_examples=150)
    @given(some.map(DECLARED.__add__))
    def check(text: str) -> None:
        if calls_others(text, is_update=is_update):
            assert refusal(text, config) == HTTPStatus.FORBIDDEN
        elif "both:" not in text.removeprefix(DECLARED) and parses(text, is_update=is_update):
            assert refusal(text, config) != HTTPStatus.FORBIDDEN

    check()


PIECES = st.sampled_from(
    [
        "SERVICE", "service", "LOAD", "load", "SILENT", f"<{CLOSED}>", "?x", "{", "}", "(", ")", "FILTER",
        "BIND", "AS", "EXISTS", "<", ">", "#", "\n", " ", " ", '"', "'", '"""', "'''", "\\", "\\u0061",
        "\\uD800", "\\u+041", "\\q", "e:a", ":a", "e:a.b", "h:", "h:SERVICE", "service:a", ".", ";",
        "?s ?p ?o", "1", "true", "VALUES ?x", "@en", "_:b", "<?b", "#>", "'>", "<'", "a", "&&", "\\#", "\\'",
        "[", "]", "UNION", "'a'", "GRAPH ",
    ]
)  # fmt: skip
FRAMES = st.sampled_from(
    [
        "ASK {%s}",
        "ASK {?s ?p ?o FILTER(?o%s}",
        "ASK {VALUES ?x {1} FILTER(?x%s {?s ?p ?o}}",
        "ASK {?s ?p h:%s}",
        "ASK {FILTER(prefixh:%s {?s ?p ?o}}",
        "ASK {?s ?p e:a.b.%s}",
        "ASK {VALUES ?x {%s}}",
        "CLEAR ALL;%s",
        "%s",
    ]
)
TAILS = st.sampled_from(
    [
        "",
        f"SERVICE<{CLOSED}>{{}}",
        "SERVICE?x{}",
        "SERVICE:a{}",
        "SERVICEe:a{}",
        f"LOAD<{CLOSED}>",
        '#"""\n',
        "#'''\n",
        "#'\n",
    ]
)
HIDDEN = st.sampled_from(
    [
        "<'x>')SERVICE:a{}#'\n",
        '<#>"""\n2)SERVICE:a{}#"""\n',
        "<?o#>)GRAPH\n)SERVICE:a{}",
        "'''a'}SERVICE:a{}#\\uD800'''\n",
        "=<http://a/\\u+041'>)SERVICE:a{}#'\n",
        "SERVICE:a{}",
    ]
)


@fuzzed(max_examples=1500)
@given(
    FRAMES,
    st.lists(PIECES, max_size=5).map("".join),
    HIDDEN | TAILS,
    st.lists(PIECES, max_size=2).map("".join),
)
def test_no_reading_passes(frame: str, before: str, hidden: str, after: str) -> None:
    """Whatever reading pyoxigraph takes of a text: if there is a call in it, the text is refused."""
    text = f"PREFIX : <{CLOSED}> PREFIX e: <{CLOSED}> PREFIX h: <http://h:> PREFIX prefixh: <x:> " + frame % (
        before + hidden + after
    )
    is_update = "CLEAR" in frame or "LOAD" in hidden
    if calls(text, is_update=is_update):
        assert refusal(text) == HTTPStatus.FORBIDDEN


@fuzzed(max_examples=200)
@given(queries(None), st.integers(1, 40), st.integers(1, 20))
def test_a_glance_is_right(query: str, patterns: int, nesting: int) -> None:
    """What is within the limits at a glance is within them when it is measured."""
    limits = Limits(max_patterns=patterns, max_nesting=nesting)
    if guard.is_small(query, limits):
        guard.check_size(query, limits)


@pytest.mark.parametrize("form", ["queries", "updates"])
def test_the_oracle_sees_calls(form: str) -> None:
    """These tests would see a call: the parser's word is asked in the right way."""
    if form == "queries":
        assert calls("PREFIX service: <x:> ASK { SERVICE service:a { ?s ?p ?o } }", is_update=False)
        assert not calls("PREFIX service: <x:> ASK { ?service service:a 'SERVICE' }", is_update=False)
    else:
        assert calls(f"CLEAR ALL ; LOAD <{CLOSED}>", is_update=True)
        assert not calls("PREFIX load: <x:> INSERT DATA { load:a load:b 'LOAD' }", is_update=True)
