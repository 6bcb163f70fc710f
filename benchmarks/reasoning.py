"""`wicara reason`, with proofs, beside other reasoners: whole processes, in one run, in turns.

`make bench` runs it; `make bench SLOW=1` has owlrl on more of the data, which takes minutes. The peers close
in memory and write nothing; Wicara keeps the first proof of each conclusion, and sorts and writes them all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measured import Cost, cost_of, typical
from samples import SAMPLES, write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

WICARA: Final = "wicara"
RUNS: Final = 5
ENOUGH: Final = 15.0
"""Seconds after which one engine is not run again on the same data, however few the runs were."""

COMPARED: Final = {
    "10k": ("owlrl", "reasonable", "sparq"),
    "100k": ("reasonable", "sparq"),
    "1M": ("sparq",),
    "chain of 400": ("reasonable", "sparq"),
    "20 cliques of 20": ("owlrl", "reasonable", "sparq"),
}
"""The data, and the peers that can close it in seconds."""

SLOW: Final = {"100k": ("owlrl",), "chain of 400": ("owlrl",)}
"""The peers that take minutes."""


def main() -> None:
    """Measure, and print a table for each sample."""
    options = arguments()
    print(f"\n`wicara reason` and other reasoners: medians of up to {options.runs} whole processes, in turns")
    print(
        f"{'data':18}{'engine':12}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}{'wall':>9}{'cpu':>8} times Wicara's"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name in options.samples:
            peers = (*COMPARED[name], *(SLOW.get(name, ()) if options.slow else ()))
            costs = in_turns(write(name, Path(folder)), (WICARA, *peers), options.runs)
            for line in table(name, costs):
                print(line, flush=True)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", nargs="*", default=list(SAMPLES), help="the data, all of it by default")
    parser.add_argument("--runs", type=int, default=RUNS, help="processes of each engine, at most")
    parser.add_argument("--slow", action="store_true", help="what takes minutes too")
    return parser.parse_args()


def in_turns(path: Path, engines: Collection[str], runs: int) -> dict[str, list[Cost]]:
    """Return what each engine took on a file; the engines take turns, the slow ones fewer."""
    costs: dict[str, list[Cost]] = defaultdict(list)
    for _ in range(runs):
        for engine in engines:
            if sum(cost.wall for cost in costs[engine]) < ENOUGH:
                costs[engine].append(cost_of(command(engine, path)))
    return costs


def command(engine: str, path: Path) -> Sequence[str]:
    """Return the command that closes a file with an engine."""
    if engine == WICARA:
        return (sys.executable, "-m", "wicara", "reason", str(path), "-o", str(path.with_suffix(".out")))
    return (sys.executable, str(Path(__file__).with_name("peers.py")), engine, str(path))


def table(name: str, costs: dict[str, list[Cost]]) -> Iterator[str]:
    """Yield a line for each engine: what it took, and how many times as much as Wicara."""
    ours = typical(costs[WICARA])
    for engine, found in costs.items():
        cost = typical(found)
        yield (
            f"{name:18}{engine:12}{cost.wall:9.2f}{cost.cpu:9.2f}{cost.peak / 1e6:9.0f}"
            f"{cost.wall / ours.wall:9.2f}{cost.cpu / ours.cpu:8.2f}   {len(found)} runs"
        )


if __name__ == "__main__":
    main()
