"""Where the files of the inputs speak of something: file and line of a statement, for messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode
from wicara.graph.inputs import statements_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wicara.graph.inputs import SourceFile


class Place(NamedTuple):
    """A file as messages call it, and a line of it."""

    file: str
    line: int

    def __str__(self) -> str:
        """Return it as the end of a message."""
        return f"{self.file}, line {self.line}"


class Places:
    """The first line that tells of each thing, and of each thing with each value; files are read once."""

    def __init__(self, files: Iterable[SourceFile]) -> None:
        """Take the files; nothing is read before something is looked for."""
        self.files = tuple(files)
        self.lines: dict[object, Place] = {}

    def of(self, focus: str, value: str | None, others: Iterable[str]) -> Place | None:
        """Return where a thing has a value, else where it is told of, else where one of the others is."""
        if not self.lines:
            self.read()
        keys = ((focus, value), focus, value, *others)
        return next((self.lines[key] for key in keys if key in self.lines), None)

    def read(self) -> None:
        """Note the lines of all statements: of a subject before a mention, and of a graph."""
        mentions: dict[object, Place] = {}
        for file in self.files:
            for stated in statements_of(file):
                quad, place = stated.quad, Place(file.name, stated.line)
                subject, target = (text_of(node) for node in (quad.subject, quad.object))
                self.lines.setdefault((subject, target), place)
                self.lines.setdefault(subject, place)
                for node in (target, text_of(quad.graph_name)):
                    mentions.setdefault(node, place)
        self.lines = {**mentions, **self.lines}


def text_of(node: object) -> str:
    """Return the IRI of a node, or the lexical form of a literal."""
    return node.value if isinstance(node, NamedNode | Literal) else str(node)
