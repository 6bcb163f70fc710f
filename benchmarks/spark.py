"""Closures on Spark by size and number of workers: `python benchmarks/spark.py 100000 1000000 --workers 1 2`.

Each is a whole process on a `local-cluster` of workers with one core each. What its tasks shuffled and the
processor time that they took come from Spark's log of events; the latter hardly depends on what else the
machine does. The last column is the native engine's time. The conclusions must be the same bytes.
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


def spent(folder: Path) -> tuple[float, float]:
    """Return how many MB the tasks of a closure wrote for other tasks, and their seconds of a processor."""
    ends = [each["Task Metrics"] for each in events(folder) if each["Event"] == "SparkListenerTaskEnd"]
    tasks = [each for each in ends if each]
    moved = sum(each["Shuffle Write Metrics"]["Shuffle Bytes Written"] for each in tasks)
    return moved / 1e6, sum(each["Executor CPU Time"] for each in tasks) / 1e9


def main() -> None:
    """Print a row for each size and number of workers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--workers", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--memory", type=int, default=1024, help="of a worker, in MB (%(default)s)")
    options = parser.parse_args()
    print(
        "| triples | conclusions | workers | seconds | processor, seconds | shuffled, MB | native, seconds |"
    )
    print("|---|---|---|---|---|---|---|")
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="wicara-spark-") as name:
            folder = Path(name)
            data, out = folder / "data.nt", folder / "out.nt"
            data.write_text("".join(lines(size)), "utf-8")
            native = seconds([*COMMAND, data, "-o", out])
            conclusions = out.read_bytes()
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
                if out.read_bytes() != conclusions:
                    sys.exit(f"{size:,} triples, {workers} workers: not the conclusions of the native engine")
                count, (moved, busy) = conclusions.count(b"\n"), spent(log)
                row = size, count, workers, f"{took:.0f}", f"{busy:.0f}", f"{moved:.0f}", f"{native:.1f}"
                print(
                    "|",
                    " | ".join(f"{each:,}" if isinstance(each, int) else each for each in row),
                    "|",
                    flush=True,
                )


if __name__ == "__main__":
    main()
