"""The data of the reasoning benchmark as files: universities, a long chain, many equal names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import university

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OWL: Final = "http://www.w3.org/2002/07/owl#"
EXAMPLE: Final = "http://example.org/"


def chain(links: int) -> Iterator[str]:
    """Yield a chain of a transitive property: its closure has links * (links + 1) / 2 pairs."""
    yield f"<{EXAMPLE}before> {university.TYPE} <{OWL}TransitiveProperty> .\n"
    for link in range(links):
        yield f"<{EXAMPLE}n{link}> <{EXAMPLE}before> <{EXAMPLE}n{link + 1}> .\n"


def cliques(number: int, size: int) -> Iterator[str]:
    """Yield groups of names for one thing, each tied to the next by owl:sameAs."""
    for group in range(number):
        for name in range(size - 1):
            yield f"<{EXAMPLE}g{group}n{name}> <{OWL}sameAs> <{EXAMPLE}g{group}n{name + 1}> .\n"


SAMPLES: Final[dict[str, Callable[[], Iterator[str]]]] = {
    "10k": lambda: university.lines(10_000),
    "100k": lambda: university.lines(100_000),
    "1M": lambda: university.lines(1_000_000),
    "chain of 400": lambda: chain(400),
    "20 cliques of 20": lambda: cliques(20, 20),
}
"""Name, and a function that yields the lines of N-Triples."""


def write(name: str, folder: Path) -> Path:
    """Write a sample as N-Triples, and under a name that ends in .ttl too; return the first path."""
    path = folder / f"{name.replace(' ', '-')}.nt"
    if not path.exists():
        with path.open("w", encoding="utf-8") as file:
            file.writelines(SAMPLES[name]())
        path.with_suffix(".ttl").hardlink_to(path)
    return path
