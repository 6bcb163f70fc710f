"""The statements of each subject in a file, which all processes read and none copies.

A store in memory counts references in its nodes, so that whoever reads one writes to it, and what a forked
process writes is its own. This file holds the default graph with conclusions as N-Triples, in the order in
which the engine finds the statements of a subject. It is mapped, so that its pages are those of the system.

    head       the size of the rest of the head, and JSON: the key of the hashes, the number of entries
    hashes     of the subjects, 64 bits each, sorted
    places     where each entry begins, and where the last one ends
    entries    the subject on a line, and its statements, each a line without the subject and the dot

The entry of a subject with more than `MAX_STATEMENTS` or `MAX_BYTES` is empty: it is nobody's to read here.
"""

from __future__ import annotations

import json
import mmap
import os
from array import array
from bisect import bisect_left
from contextlib import suppress
from hashlib import blake2b
from itertools import groupby
from struct import Struct
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from pyoxigraph import RdfFormat
from wicara.graph.formats import DEFAULT

if TYPE_CHECKING:
    from pathlib import Path

    from wicara.graph.store import BuiltDataset

MAX_STATEMENTS: Final = 64
MAX_BYTES: Final = 1 << 14
"""Of one subject, in N-Triples."""
MAX_QUADS: Final = 4_000_000
"""Quads of a store whose file is made: a million take five seconds, and the bytes of their N-Triples."""
SUFFIX: Final = ".subjects"
NUMBER: Final = Struct("=Q")


class SubjectFile:
    """A file of one version of a dataset, mapped for reading."""

    def __init__(self, path: Path) -> None:
        """Map a file, and remove its name; raises OSError and ValueError where it cannot be had."""
        with path.open("rb") as file:
            path.unlink()
            self.content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        begin = NUMBER.size + NUMBER.unpack_from(self.content)[0]
        head = json.loads(self.content[NUMBER.size : begin])
        self.digest: str = head["digest"]
        self.plain: bool = head["plain"]
        self.prefixes: dict[str, str] = head["prefixes"]
        self.key = bytes.fromhex(head["key"])
        size: int = head["entries"]
        numbers = memoryview(self.content)[begin : begin + (2 * size + 1) * NUMBER.size].cast("Q")
        self.hashes, self.places = numbers[:size], numbers[size:]

    def statements(self, subject: bytes) -> list[bytes] | None:
        """Return predicate and object of each statement of a subject, as N-Triples has them.

        None where the file does not tell. At most `MAX_BYTES` are read, whatever the dataset holds.
        """
        wanted = hash_of(subject, self.key)
        at = bisect_left(self.hashes, wanted)
        if at == len(self.hashes) or self.hashes[at] != wanted:
            return []
        about, *statements = self.content[self.places[at] : self.places[at + 1]].split(b"\n")
        return statements if about == subject else None


def hash_of(subject: bytes, key: bytes) -> int:
    """Return the hash of a subject; nobody knows the key beforehand, and so two that have the same."""
    number: int = NUMBER.unpack(blake2b(subject, digest_size=NUMBER.size, key=key).digest())[0]
    return number


def subjects_path(folder: Path, digest: str) -> Path:
    """Return where the file of a version is."""
    return folder / f"{digest}{SUFFIX}"


def make(folder: Path, dataset: BuiltDataset) -> None:
    """Write the file of a dataset, in a process that answers nothing; raises OSError and MemoryError."""
    if len(dataset.store) > MAX_QUADS:
        return
    unfinished = folder / f"subjects.{os.getpid()}"
    try:
        with TemporaryFile(dir=folder) as lines, unfinished.open("wb") as file:
            dataset.store.dump(lines, RdfFormat.N_TRIPLES, from_graph=DEFAULT)
            lines.flush()
            if not lines.tell():
                return
            write_subjects(file, lines, dataset)
        unfinished.rename(subjects_path(folder, dataset.digest))
    finally:
        with suppress(OSError):
            unfinished.unlink()


def write_subjects(file: IO[bytes], lines: IO[bytes], dataset: BuiltDataset) -> None:
    """Write what a file of N-Triples holds, its statements by subject."""
    key = os.urandom(16)
    with mmap.mmap(lines.fileno(), 0, access=mmap.ACCESS_READ) as content:
        hashes, begins = array("Q"), array("Q")
        begin, last, number = 0, b"", 0
        while begin < len(content):
            subject = content[begin : content.find(b" ", begin)]
            if subject != last:
                last, number = subject, hash_of(subject, key)
            hashes.append(number)
            begins.append(begin)
            begin = content.find(b"\n", begin) + 1
        begins.append(begin)
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        entries = [(number, list(places)) for number, places in groupby(order, key=hashes.__getitem__)]
        head = json.dumps(
            {
                "digest": dataset.digest,
                "plain": dataset.plain,
                "prefixes": dict(dataset.prefixes),
                "key": key.hex(),
                "entries": len(entries),
            }
        ).encode()
        head += b" " * (-(NUMBER.size + len(head)) % NUMBER.size)
        file.write(NUMBER.pack(len(head)) + head)
        file.write(array("Q", [number for number, _ in entries]))
        places = file.tell()
        ends = array("Q", bytes((len(entries) + 1) * NUMBER.size))
        file.write(ends)
        for at, (_, statements) in enumerate(entries):
            ends[at] = file.tell()
            size = sum(begins[number + 1] - begins[number] for number in statements)
            if len(statements) <= MAX_STATEMENTS and size <= MAX_BYTES:
                file.write(entry([content[begins[number] : begins[number + 1]] for number in statements]))
        ends[-1] = file.tell()
        file.seek(places)
        file.write(ends)


def entry(statements: list[bytes]) -> bytes:
    """Return the entry of statements in N-Triples; nothing where they are not of one subject."""
    subjects = {statement.partition(b" ")[0] for statement in statements}
    if len(subjects) > 1:
        return b""
    rest = (statement.partition(b" ")[2].removesuffix(b" .\n") for statement in statements)
    return b"\n".join((*subjects, *rest))
