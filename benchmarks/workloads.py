"""What the SPARQL servers are asked: a table of queries over the data of `university`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import university
from pyoxigraph import RdfFormat, parse

if TYPE_CHECKING:
    from collections.abc import Callable

JSON: Final = "application/sparql-results+json"
CSV: Final = "text/csv"
TURTLE: Final = "text/turtle"
PREFIX: Final = "PREFIX : <http://example.org/university#>"

DEPARTMENT: Final = 2000
"""Triples that a department has at most: a dataset of n triples has n // 2000 whole ones, or more."""


def departments(size: int) -> list[str]:
    """Return the names of departments that are wholly in a dataset of a size."""
    return [
        f"U{number // university.DEPARTMENTS}/D{number % university.DEPARTMENTS}"
        for number in range(max(1, size // DEPARTMENT))
    ]


def teachers(size: int) -> list[str]:
    """Return the names of the teachers of those departments."""
    return [f"{name}/P{place}" for name in departments(size) for place in range(university.TEACHERS)]


def nothing(_size: int) -> list[str]:
    """Return the one constant of a query without constants."""
    return [""]


def offsets(_size: int) -> list[str]:
    """Return a few places to begin at, so near that they cost nothing."""
    return [str(number) for number in range(100)]


@dataclass(frozen=True)
class Workload:
    """A query with a place `{}` for a constant, the constants, and the media type of the answer.

    `ours` is the target against the native server in memory, of queries that all differ and of a repeated
    one, where there is one; `python` is the target against rdflib-endpoint.
    """

    name: str
    told: str
    query: str
    constants: Callable[[int], list[str]]
    accept: str
    native: tuple[float | None, float | None]
    python: float
    large: bool = False

    def queries(self, size: int) -> list[str]:
        """Return the query with each of its constants."""
        return [f"{PREFIX} {self.query.replace('{}', constant)}" for constant in self.constants(size)]


LINKS: Final = "SELECT ?s ?c { ?s :takesCourse ?c } OFFSET {} LIMIT 10000"
EVERYTHING: Final = "SELECT ?s ?p ?o { ?s ?p ?o }"
LOOKUP: Final = "SELECT ?c { <http://example.org/data/{}> :teacherOf ?c }"
JOIN: Final = (
    "SELECT ?s ?t ?c { ?s :memberOf <http://example.org/data/{}> ; :advisor ?t . ?t :teacherOf ?c } LIMIT 100"
)
GROUPS: Final = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
DESCRIBE: Final = "DESCRIBE <http://example.org/data/{}>"
CONSTRUCT: Final = "CONSTRUCT { ?s :takesCourse ?c } { ?s :takesCourse ?c } OFFSET {} LIMIT 10000"
ROWS: Final = f"{EVERYTHING} LIMIT 100000"
BULK: Final = (0.85, None)

WORKLOADS: Final = (
    Workload("lookup", "the courses of a teacher", LOOKUP, teachers, JSON, (0.30, 1.2), 5),
    Workload("describe", "DESCRIBE of a teacher, Turtle", DESCRIBE, teachers, TURTLE, (0.30, 1.2), 5),
    Workload("join", "100 rows over two hops from a department", JOIN, departments, JSON, (0.65, 10), 15),
    Workload("group-by", "how often each predicate is used", GROUPS, nothing, JSON, (0.9, None), 15),
    Workload("10k-json", "SELECT of 10,000 rows, JSON", LINKS, offsets, JSON, BULK, 15, large=True),
    Workload("10k-csv", "SELECT of 10,000 rows, CSV", LINKS, offsets, CSV, BULK, 15, large=True),
    Workload("100k-json", "SELECT of 100,000 rows, JSON", ROWS, nothing, JSON, BULK, 15, large=True),
    Workload("100k-csv", "SELECT of 100,000 rows, CSV", ROWS, nothing, CSV, BULK, 15, large=True),
    Workload("construct", "10,000 triples, Turtle", CONSTRUCT, offsets, TURTLE, BULK, 15, large=True),
)
"""The workloads; none of the rows is sorted, so a server may choose which ones it gives."""


def counted(body: bytes, accept: str) -> int:
    """Return how many rows or triples an answer has.

    rdflib-endpoint answers DESCRIBE in RDF/XML whatever is asked for.
    """
    if accept == JSON:
        return len(json.loads(body)["results"]["bindings"])
    if accept == CSV:
        return body.count(b"\n") - 1
    form = RdfFormat.RDF_XML if body.startswith(b"<?xml") else RdfFormat.TURTLE
    return sum(1 for _ in parse(body, form))
