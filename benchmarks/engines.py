"""SPARQL engines for Python inside one process: what a query costs before any server is added.

pyoxigraph is the engine of Wicara. The others have no server: sparq-rdf returns JSON, holosdb rows of Python.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import university
from http_tables import aligned
from pyoxigraph import QueryResultsFormat, RdfFormat, Store
from workloads import JSON, WORKLOADS, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Ask = Callable[[str], bytes | list[object]]

AT_LEAST: Final = 0.2
"""Seconds of processor time of a run."""
NUMBERS: Final = count()


def oxigraph(path: Path) -> Ask:
    """Return what answers in JSON."""
    store = Store()
    store.bulk_load(path=path, format=RdfFormat.N_TRIPLES)
    return lambda query: store.query(query).serialize(format=QueryResultsFormat.JSON) or b""


def sparq(path: Path) -> Ask:
    """Return the same of sparq-rdf."""
    from sparq import Graph  # type: ignore[import-untyped] # noqa: PLC0415 - a peer

    graph = Graph.load(path, format="ntriples")
    return lambda query: graph.query_json(query).encode()


def holosdb(path: Path) -> Ask:
    """Return what answers in rows of holosdb, which has no JSON."""
    from holosdb import Store as Holos  # type: ignore[import-untyped] # noqa: PLC0415 - a peer

    store = Holos()
    store.load(str(path))
    return lambda query: store.query(query, reorder=True)


ENGINES: Final[Mapping[str, Callable[[Path], Ask]]] = {
    "pyoxigraph": oxigraph,
    "sparq-rdf": sparq,
    "holosdb": holosdb,
}


def rate(ask: Ask, queries: Iterator[str]) -> float:
    """Return answers per second of processor time; no query is asked twice."""
    start, answers = time.process_time(), 0
    while (taken := time.process_time() - start) < AT_LEAST:
        ask(f"{next(queries)} # {next(NUMBERS)}")
        answers += 1
    return answers / taken


def rows_in(answer: bytes | list[object]) -> int:
    """Return how many rows an answer has."""
    return counted(answer, JSON) if isinstance(answer, bytes) else len(answer)


def main() -> None:
    """Print the table of each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="triples")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="a file for all figures")
    options = parser.parse_args()
    workloads = [each for each in WORKLOADS if each.accept == JSON]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.nt"
        path.write_text("".join(university.lines(options.size)), encoding="utf-8")
        asks = {name: load(path) for name, load in ENGINES.items()}
    figures: dict[str, dict[str, float]] = {}
    for workload in workloads:
        queries = cycle(workload.queries(options.size))
        rows = {name: rows_in(ask(next(iter(workload.queries(options.size))))) for name, ask in asks.items()}
        if len(set(rows.values())) > 1:
            raise SystemExit(f"{workload.name}: the engines give different numbers of rows: {rows}")
        runs: dict[str, list[float]] = {name: [] for name in asks}
        for _ in range(options.rounds):
            for name, ask in asks.items():
                runs[name].append(rate(ask, queries))
        figures[workload.name] = {name: median(each) for name, each in runs.items()}
    print(f"\nEngines in a process: {options.size:,} triples, answers a second of processor time")
    lines = [
        ["", *asks],
        *([name, *(f"{each:,.1f}" for each in row.values())] for name, row in figures.items()),
    ]
    print("\n".join(aligned(lines, 1)))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
