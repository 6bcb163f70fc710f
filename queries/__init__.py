"""The questions that the dataset answers: one `.rq` file each, whose `#+` header is their only catalogue.

A header is lines `#+ key: value` before the query:

    #+ id: CQ25
    #+ en: Which persons are or have been foreign ministers?
    #+ indonesian: Siapa saja yang sedang atau pernah menjadi menteri luar negeri?
    #+ facts: F016 F020 F023
    #+ inference: yes
    #+ parameter: date xsd:date 2018-08-02
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
MARK: Final = "#+"
REQUIRED: Final = ("id", "en", "indonesian")
YES_NO: Final = {"yes": True, "no": False}


class FaultyHeader(ValueError):  # noqa: N818 - named for what is faulty
    """The header of a query file lacks a key or holds a value that is not one; the text names the file."""


@dataclass(frozen=True)
class Parameter:
    """A value that a reader of a question may choose: its name, datatype (a prefixed name) and default."""

    name: str
    datatype: str
    default: str


@dataclass(frozen=True)
class Question:
    """A question in both languages with the query that answers it."""

    id: str
    path: Path
    question_en: str
    question_id: str
    facts: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    inference: bool
    needs_time: bool
    text: str

    @property
    def body(self) -> str:
        """Return the query without its header."""
        return "\n".join(line for line in self.text.splitlines() if not line.startswith(MARK)).strip() + "\n"


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


def yes_no(values: dict[str, list[str]], key: str) -> bool:
    """Return the answer to a key that is `yes` or `no`, and `no` where it is left out."""
    return YES_NO[values.get(key, ["no"])[-1]]


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
    return Question(
        id=values["id"][-1],
        path=path,
        question_en=values["en"][-1],
        question_id=values["indonesian"][-1],
        facts=tuple(fact for line in values.get("facts", []) for fact in line.split()),
        parameters=tuple(parameter(value) for value in values.get("parameter", [])),
        inference=yes_no(values, "inference"),
        needs_time=yes_no(values, "time"),
        text=text,
    )


def questions(folder: Path = HERE) -> tuple[Question, ...]:
    """Return the questions of a folder, sorted by id; raises FaultyHeader for a header that is not one."""
    found = (read_question(path) for path in folder.glob("*.rq"))
    return tuple(sorted(found, key=lambda one: one.id))
