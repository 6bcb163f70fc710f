"""The first proofs of a closure in a file: a rule and the numbers of the premises each (SQLite).

The file holds the facts that stand in proofs and no others. Opening it reads nothing; a look-up reads a row.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from weakref import finalize

from pyoxigraph import RdfFormat, parse
from wicara.graph.errors import StoreFault
from wicara.graph.reasoning.matching import Inference
from wicara.graph.reasoning.rules import Fact, Term

if TYPE_CHECKING:
    from pathlib import Path

    from wicara.graph.reasoning.reasoner import Reasoner
    from wicara.graph.reasoning.tables import Ints, Mask

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
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(SCHEMA)
        put_in(file, reasoner, reasoner.engine.facts.numbers(asserted=False))


def write_grown_proofs(path: Path, reasoner: Reasoner, known: Mask, before: Path) -> None:
    """Write the proofs of a closure that was carried on: those of the file before, but for what changed.

    `known` tells of each fact that there was whether it was a conclusion. Raises OSError or sqlite3.Error.
    """
    from wicara.graph.reasoning.tables import GONE  # noqa: PLC0415 - brings numpy, which readers do without

    shutil.copyfile(before, path)
    batch = reasoner.engine.facts.batch.values
    no_step = (known & (batch[: len(known)] < 0)).nonzero()[0].tolist()
    with closing(sqlite3.connect(path)) as file, file:
        file.executemany("DELETE FROM step WHERE fact = ?", ((fact,) for fact in no_step))
        gone = (batch == GONE).nonzero()[0].tolist()
        file.executemany("DELETE FROM fact WHERE id = ?", ((fact,) for fact in gone))
        put_in(file, reasoner, len(known) + (batch[len(known) :] >= 0).nonzero()[0])


def put_in(file: sqlite3.Connection, reasoner: Reasoner, conclusions: Ints) -> None:
    """Put the first proofs of some conclusions into a file, with the facts and terms that they cite."""
    facts = reasoner.engine.facts
    proofs = [(fact, facts.proof(fact)) for fact in conclusions.tolist()]
    steps = [(fact, *proof) for fact, proof in proofs if proof is not None]
    cited = sorted({number for fact, _, premises in steps for number in (fact, *premises)})
    rows = [
        (fact, subject, predicate, target) for fact in cited for predicate, subject, target in [facts[fact]]
    ]
    terms = sorted({number for _, *places in rows for number in places})
    file.executemany("INSERT OR IGNORE INTO term VALUES (?, ?)", ((n, str(reasoner.terms[n])) for n in terms))
    file.executemany("INSERT OR IGNORE INTO fact VALUES (?, ?, ?, ?)", rows)
    file.executemany(
        "INSERT INTO step VALUES (?, ?, ?)",
        ((fact, reasoner.rules[rule].name, " ".join(map(str, premises))) for fact, rule, premises in steps),
    )


class StoredProofs(Mapping[Fact, Inference]):
    """Each conclusion with its first inference; raises StoreFault where the file is missing or damaged."""

    def __init__(self, path: Path) -> None:
        """Take the file; nothing is read before a proof is asked for."""
        self.path = path
        self.opened: tuple[int, sqlite3.Connection] | None = None
        """The process that has opened the file, and its connection, which must not be used after a fork."""

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Yield the file, which a process opens once: a page follows thousands of steps."""
        try:
            if self.opened is None or self.opened[0] != os.getpid():
                address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
                file = sqlite3.connect(address, uri=True, check_same_thread=False)
                finalize(self, file.close)
                self.opened = os.getpid(), file
            yield self.opened[1]
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
    return parsed_term(subject), parsed_term(predicate), parsed_term(target)


@lru_cache(CACHED)
def parsed_term(text: str) -> Term:
    """Return a term from its text in N-Triples."""
    (quad,) = parse(f"<x:s> <x:p> {text} .", format=RdfFormat.N_TRIPLES)
    term: Term = quad.object
    return term
