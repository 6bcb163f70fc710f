"""Closures on Spark by size and number of workers: `python benchmarks/spark.py 100000 1000000 --workers 1 2`.

Each is a whole process on a `local-cluster` of workers with one core each; what it shuffled comes from
Spark's log of events. The last column is the native engine's time. Nothing is compared here: `make test-
engines ENGINES=spark` does that.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from university import lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMAND: Final = (sys.executable, "-m", "wicara", "reason")


def seconds(command: Sequence[object]) -> float:
    """Return how long a command takes."""
    start = time.monotonic()
    subprocess.run([*map(str, command)], check=True)
    return time.monotonic() - start


def events(folder: Path) -> Iterator[dict[str, object]]:
    """Yield the events that Spark logged."""
    for file in folder.iterdir():
        with file.open(encoding="utf-8") as log:
            yield from map(json.loads, log)


def shuffled(folder: Path) -> int:
    """Return how many bytes the tasks of a closure wrote for other tasks."""
    ends = (each["Task Metrics"] for each in events(folder) if each["Event"] == "SparkListenerTaskEnd")
    return sum(each["Shuffle Write Metrics"]["Shuffle Bytes Written"] for each in ends if each)


def main() -> None:
    """Print a row for each size and number of workers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--workers", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--memory", type=int, default=1024, help="of a worker, in MB (%(default)s)")
    options = parser.parse_args()
    print("| triples | conclusions | workers | seconds | shuffled, MB | native, seconds |")
    print("|---|---|---|---|---|---|")
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="wicara-spark-") as name:
            folder = Path(name)
            data, out = folder / "data.nt", folder / "out.nt"
            data.write_text("".join(lines(size)), "utf-8")
            native = seconds([*COMMAND, data, "-o", out])
            for workers in options.workers:
                log = folder / f"log-{workers}"
                log.mkdir()
                settings = {
                    "spark.executor.memory": f"{options.memory}m",
                    "spark.eventLog.enabled": "true",
                    "spark.eventLog.dir": log.as_uri(),
                }
                conf = [part for key, value in settings.items() for part in ("--conf", f"{key}={value}")]
                master = f"local-cluster[{workers},1,{options.memory}]"
                took = seconds([*COMMAND, data, "--engine", "spark", "--master", master, *conf, "-o", out])
                count, moved = out.read_bytes().count(b"\n"), shuffled(log) / 1e6
                print(f"| {size:,} | {count:,} | {workers} | {took:.0f} | {moved:.0f} | {native:.1f} |")


if __name__ == "__main__":
    main()
