"""The first proofs of a closure in a file: a rule and the numbers of the premises each (SQLite).

The file holds the facts that stand in proofs and no others. Opening it reads nothing; a look-up reads a row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat, parse
from wicara.graph.errors import StoreFault
from wicara.graph.reasoning.matching import Inference
from wicara.graph.reasoning.rules import Fact, Term

if TYPE_CHECKING:
    from pathlib import Path

    from wicara.graph.reasoning.reasoner import Reasoner

NAME: Final = "proofs.sqlite"
"""The name of the file in the folder of a build."""
SCHEMA: Final = """
CREATE TABLE term (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE fact (id INTEGER PRIMARY KEY, subject INT, predicate INT, object INT,
                   UNIQUE (subject, predicate, object));
CREATE TABLE step (fact INTEGER PRIMARY KEY, rule TEXT NOT NULL, premises TEXT NOT NULL);
"""
FACT: Final = """
SELECT s.text, p.text, o.text FROM fact
JOIN term s ON s.id = subject JOIN term p ON p.id = predicate JOIN term o ON o.id = object
WHERE fact.id = ?"""
STEP: Final = """
SELECT rule, premises FROM step JOIN fact ON fact.id = fact
JOIN term s ON s.id = subject JOIN term p ON p.id = predicate JOIN term o ON o.id = object
WHERE s.text = ? AND p.text = ? AND o.text = ?"""
CACHED: Final = 4096


def write_proofs(path: Path, reasoner: Reasoner) -> None:
    """Write the first proof of every conclusion of a reasoner, the trivial ones too, into a new file.

    Raises sqlite3.Error where the disk refuses.
    """
    facts = reasoner.engine.facts
    proofs = [(fact, facts.proof(fact)) for fact in facts.numbers(asserted=False).tolist()]
    steps = [(fact, *proof) for fact, proof in proofs if proof is not None]
    cited = sorted({number for fact, _, premises in steps for number in (fact, *premises)})
    rows = [
        (fact, subject, predicate, target) for fact in cited for predicate, subject, target in [facts[fact]]
    ]
    terms = sorted({number for _, *places in rows for number in places})
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(SCHEMA)
        file.executemany("INSERT INTO term VALUES (?, ?)", ((n, str(reasoner.terms[n])) for n in terms))
        file.executemany("INSERT INTO fact VALUES (?, ?, ?, ?)", rows)
        file.executemany(
            "INSERT INTO step VALUES (?, ?, ?)",
            (
                (fact, reasoner.rules[rule].name, " ".join(map(str, premises)))
                for fact, rule, premises in steps
            ),
        )


def read_proofs(path: Path) -> StoredProofs:
    """Return the proofs of a file; nothing is read before one of them is asked for."""
    return StoredProofs(path)


class StoredProofs(Mapping[Fact, Inference]):
    """Each conclusion with its first inference; raises StoreFault where the file is missing or damaged."""

    def __init__(self, path: Path) -> None:
        """Take the file."""
        self.path = path

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Open the file for a look-up; connections belong to their threads."""
        try:
            address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(address, uri=True)) as file:
                yield file
        except sqlite3.Error as error:
            raise StoreFault(f"{self.path} is damaged ({error}): run `wicara build --force`") from error

    def __getitem__(self, fact: Fact) -> Inference:
        """Return the first inference of a conclusion."""
        with self.connection() as file:
            row = file.execute(STEP, tuple(map(str, fact))).fetchone()
            if row is None:
                raise KeyError(fact)
            premises = tuple(fact_of(file, int(number)) for number in row[1].split())
        return Inference(row[0], premises, fact)

    def __iter__(self) -> Iterator[Fact]:
        """Yield the conclusions in the order in which they were drawn."""
        with self.connection() as file:
            for (number,) in file.execute("SELECT fact FROM step ORDER BY fact"):
                yield fact_of(file, number)

    def __len__(self) -> int:
        """Return how many conclusions there are."""
        with self.connection() as file:
            (count,) = file.execute("SELECT COUNT(*) FROM step").fetchone()
        return int(count)


def fact_of(file: sqlite3.Connection, number: int) -> Fact:
    """Return a fact by its number."""
    subject, predicate, target = file.execute(FACT, (number,)).fetchone()
    return term_of(subject), term_of(predicate), term_of(target)


@lru_cache(CACHED)
def term_of(text: str) -> Term:
    """Return a term from its text in N-Triples."""
    (quad,) = parse(f"<x:s> <x:p> {text} .", format=RdfFormat.N_TRIPLES)
    term: Term = quad.object
    return term
