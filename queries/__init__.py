"""The questions that the dataset answers: one `.rq` file each, whose `#+` header is their only catalogue.

A header is lines `#+ key: value` before the query:

    #+ id: CQ54
    #+ slug: meetings-on
    #+ theme: meetings
    #+ en: At which meetings was {person|Retno} on {date|2 August 2018}?
    #+ indonesian: Di pertemuan mana saja {person|Retno} hadir pada {date|2 Agustus 2018}?
    #+ facts: F017 F067
    #+ inference: yes
    #+ parameter: person wic:Person person:retno-marsudi
    #+ parameter: date xsd:date 2018-08-02
    #+ answer: meeting
    #+ says: {person} took part in: {meeting}. | {person} hadir di {meeting}.
    #+ evidence: ?person wic:participatedIn ?meeting

A parameter has a name, a datatype, class or concept scheme, and a default, which stands in a VALUES of the
query. A question speaks of it as `{name|words for the default}`. The answer names the columns that tell it at
a glance, by default the first. What the answer says is a sentence for each row, in English and Indonesian,
with columns and parameters in braces, and in brackets what is left out without them. The evidence are
statements that a row rests on; a variable that is no column stands for anything. Without a slug, the name of
the file is one.

The files of `pages/` and `conflicts/` are questions that a page asks, with keys of its own in their headers.

The files of `pictures/` are what the pictures of the site read. What stands in their empty VALUES blocks is
known once a picture is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HERE: Final = Path(__file__).parent
MARK: Final = "#+"
REQUIRED: Final = ("id", "en", "indonesian")
YES_NO: Final = {"yes": True, "no": False}
THEMES: Final = ("partnership", "meetings", "offices", "said", "documents", "figures", "evidence")
"""What the questions are about, in the order in which they are shown."""
HOLE: Final = re.compile(r"\{(\w+)\|([^{}|]*)\}")
"""A place in a question for the value of a parameter, with the words for its default."""
DECLARED: Final = re.compile(r"^PREFIX\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE)
BLOCK: Final = re.compile(r"VALUES\s+(?P<names>\?\w+|\([?\w\s]+\))\s*\{[^{}]*\}")
"""The VALUES of the queries: one row each, no braces in their strings."""
SELECTED: Final = re.compile(
    r"^SELECT\s[^({]*\bWHERE\s*(?P<pattern>\{.*\})[^{}]*\Z", re.DOTALL | re.MULTILINE
)
"""A query that selects variables alone: what comes after its pattern only orders or groups the solutions."""

Pattern: TypeAlias = tuple[str, str, str]
"""A statement with variables, each of its places as written."""


class FaultyHeader(ValueError):  # noqa: N818 - named for what is faulty
    """The header of a query file lacks a key or holds a value that is not one; the text names the file."""


@dataclass(frozen=True)
class Parameter:
    """A value that a reader of a question may choose.

    `datatype` is a prefixed name: that of a datatype, or of the class or scheme of what may be chosen.
    """

    name: str
    datatype: str
    default: str


@dataclass(frozen=True)
class Question:
    """A question in both languages with the query that answers it."""

    id: str
    path: Path
    slug: str
    theme: str
    templates: Mapping[str, str]
    facts: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    answer: tuple[str, ...]
    evidence: tuple[Pattern, ...]
    inference: bool
    needs_time: bool
    text: str
    home: int | None = None
    """Its place on the first page; 0: it is answered there."""
    header: Mapping[str, list[str]] = field(default_factory=dict)
    """The values of all keys of the header, in their order: those of a page's own, too."""

    @property
    def body(self) -> str:
        """Return the query without its header."""
        return "\n".join(line for line in self.text.splitlines() if not line.startswith(MARK)).strip() + "\n"

    def own(self, key: str) -> list[list[str]]:
        """Return the values of a key of a page's own, each cut at its bars: `Coordinators | Koordinator`."""
        return [[part.strip() for part in value.split(" | ")] for value in self.header.get(key, ())]

    def names(self, key: str) -> list[str]:
        """Return the names in the values of a key, in their order: of columns, variables or questions."""
        return " ".join(self.header.get(key, ())).split()

    @property
    def select(self) -> str:
        """Return the query without header and prologue, as another query can hold it."""
        return DECLARED.sub("", self.body).strip()

    @property
    def prefixes(self) -> dict[str, str]:
        """Return the prefixes that the query declares."""
        return dict(DECLARED.findall(self.body))

    def parts(self, language: str) -> list[tuple[str, str]]:
        """Return the question cut at its holes: pairs of a parameter's name, or nothing, and words."""
        pieces = HOLE.split(self.templates.get(language, self.templates["en"]))
        plain = [("", words) for words in pieces[::3]]
        holes = list(zip(pieces[1::3], pieces[2::3], strict=True))
        laid = [part for pair in zip(plain, [*holes, ("", "")], strict=True) for part in pair]
        return [part for part in laid if part[1]]

    def wording(self, language: str, values: Mapping[str, str] | None = None) -> str:
        """Return the question in a language, with other words where a parameter has another value."""
        chosen = values or {}
        return "".join(chosen.get(name, words) for name, words in self.parts(language))

    def with_values(self, values: Mapping[str, str]) -> str:
        """Return the query with the values of its parameters, each a term as SPARQL writes it."""
        return with_terms(self.body, {name: [value] for name, value in values.items()})

    def answered(self, name: str, terms: Sequence[str], values: Mapping[str, str]) -> str:
        """Return the pattern that finds which terms have an answer in the place of a parameter, as `?choice`.

        The other parameters keep their values. Empty for a query whose pattern cannot stand alone.
        """
        selected = SELECTED.search(self.select)
        if selected is None or "SELECT" in selected["pattern"]:
            return ""
        given = {other: [value] * len(terms) for other, value in values.items()} | {name: terms}
        pattern = with_terms(selected["pattern"], given)
        return f"{{ SELECT DISTINCT (?{name} AS ?choice) WHERE {pattern} }}"


def with_terms(query: str, terms: Mapping[str, Sequence[str]]) -> str:
    """Return a query with the terms of its parameters, in SPARQL; the first of each make one row."""

    def filled(block: re.Match[str]) -> str:
        names = re.findall(r"\w+", block["names"])
        if not {*names} <= {*terms}:
            return block[0]
        rows = dict.fromkeys(zip(*(terms[name] for name in names), strict=True))
        written = (" ".join(row) for row in rows)
        texts = (f"({row})" if block["names"].startswith("(") else row for row in written)
        return f"VALUES {block['names']} {{ {' '.join(texts)} }}"

    return BLOCK.sub(filled, query)


def header(text: str) -> dict[str, list[str]]:
    """Return the values of each key of the `#+` lines, in their order."""
    values: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith(MARK):
            key, _, value = line.removeprefix(MARK).partition(":")
            values.setdefault(key.strip(), []).append(value.strip())
    return values


def parameter(value: str) -> Parameter:
    """Return the parameter that `date xsd:date 2018-08-02` describes; raises ValueError for fewer words."""
    name, datatype, default = value.split(maxsplit=2)
    return Parameter(name, datatype, default)


def pattern(value: str) -> Pattern:
    """Return the statement that three words describe; raises ValueError for fewer or more."""
    subject, predicate, target = value.split()
    return subject, predicate, target


def yes_no(values: dict[str, list[str]], key: str) -> bool:
    """Return the answer to a key that is `yes` or `no`, and `no` where it is left out."""
    return YES_NO[values.get(key, ["no"])[-1]]


def theme(values: dict[str, list[str]]) -> str:
    """Return what a question is about, by default what comes first; raises ValueError for no theme."""
    return THEMES[THEMES.index(values.get("theme", [THEMES[0]])[-1])]


def read_question(path: Path) -> Question:
    """Return the question of a `.rq` file; raises FaultyHeader where its header is not one."""
    text = path.read_text(encoding="utf-8")
    values = header(text)
    missing = [key for key in REQUIRED if key not in values]
    if missing:
        raise FaultyHeader(f"{path.name}: the header lacks {', '.join(missing)}")
    try:
        return question(path, text, values)
    except (KeyError, ValueError) as fault:
        raise FaultyHeader(f"{path.name}: the header holds {fault}, which is no value of its key") from fault


def question(path: Path, text: str, values: dict[str, list[str]]) -> Question:
    """Return the question that the values of a header describe."""
    named = path.stem.partition("-")[2] or path.stem
    return Question(
        id=values["id"][-1],
        path=path,
        slug=values.get("slug", [named])[-1],
        theme=theme(values),
        templates={"en": values["en"][-1], "id": values["indonesian"][-1]},
        facts=tuple(fact for line in values.get("facts", []) for fact in line.split()),
        parameters=tuple(parameter(value) for value in values.get("parameter", [])),
        answer=tuple(name for line in values.get("answer", []) for name in line.split()),
        evidence=tuple(pattern(value) for value in values.get("evidence", [])),
        inference=yes_no(values, "inference"),
        needs_time=yes_no(values, "time"),
        text=text,
        home=int(values["home"][-1]) if "home" in values else None,
        header=values,
    )


@cache
def page_query(name: str) -> Question:
    """Return the query of a page by its name (`as-of`); raises FaultyHeader for a header that is not one."""
    return read_question(HERE / "pages" / f"{name}.rq")


@cache
def comparisons() -> tuple[Question, ...]:
    """Return the comparisons, sorted by file; raises FaultyHeader for a header that is not one.

    The rows of a comparison are pairs of statements that conflict: it ends with `FILTER(?conflict)`.
    """
    return tuple(map(read_question, sorted((HERE / "conflicts").glob("*.rq"))))


def sought() -> tuple[Question, ...]:
    """Return what readers ask for in words of their own (`also`) and a page of its own answers (`page`).

    It can be asked for what is `by` a thing of a class.
    """
    return tuple(one for one in (page_query("register"), *comparisons()) if "also" in one.header)


def questions(folder: Path = HERE) -> tuple[Question, ...]:
    """Return the questions of a folder, sorted by id; raises FaultyHeader for a header that is not one."""
    return tuple(sorted(map(read_question, folder.glob("*.rq")), key=lambda question: question.id))


@cache
def picture_query(name: str) -> str:
    """Return a query of the pictures without its prologue, as another query can hold it."""
    text = (HERE / "pictures" / f"{name}.rq").read_text(encoding="utf-8")
    return DECLARED.sub("", text).strip()


def with_rows(query: str, rows: Mapping[str, Iterable[str] | None]) -> str:
    """Return a query with the rows of its VALUES blocks, by their variables (`item`, `class at`).

    A row is a term, or several in parentheses, as SPARQL writes them. A block whose rows are None is dropped.
    """
    texts = {names: None if some is None else " ".join(some) for names, some in rows.items()}

    def filled(block: re.Match[str]) -> str:
        names = " ".join(re.findall(r"\w+", block["names"]))
        if names not in texts:
            return block[0]
        text = texts[names]
        return "" if text is None else f"VALUES {block['names']} {{ {text} }}"

    return BLOCK.sub(filled, query)
