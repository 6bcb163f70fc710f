"""A data file as text: what it states of one subject can be replaced, and all else stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat, parse
from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.table import declared, missing_prefixes
from wicara.graph.inputs import Stated
from wicara.graph.sparql_text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.graph.sparql_text import Token

OPENING: Final = frozenset("{([")
CLOSING: Final = frozenset("})]")
DIRECTIVES: Final = frozenset({"@prefix", "@base", "PREFIX", "BASE"})


class TrigText:
    """The text of a TriG file, in pieces: each statement with its subject, and what stands between them."""

    def __init__(self, text: str, name: str) -> None:
        """Read the text of a file that messages call `name`; raises UnreadableInput with the place."""
        reader = parse(text.encode(), RdfFormat.TRIG)
        try:
            for _ in reader:
                pass
        except SyntaxError as error:
            raise UnreadableInput(
                f"{name}, line {error.lineno}, column {error.offset}: {error.msg}"
            ) from error
        self.prefixes: dict[str, str] = dict(reader.prefixes)
        self.pieces: list[str] = []
        self.places: dict[str, list[int]] = {}
        at = 0
        for subject, start, end in self.statements(text):
            self.pieces += [text[at:start], text[start:end]]
            self.places.setdefault(subject, []).append(len(self.pieces) - 1)
            at = end
        self.pieces.append(text[at:])

    def statements(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield the statements at the top of a text: the IRI of the subject, and from where to where."""
        begin: Token | None = None
        subject: Token | None = None
        depth = 0
        for token in tokens(text):
            begin = begin or token
            if subject is None or subject.text.upper() == "GRAPH":
                subject = token
            depth += (token.text in OPENING) - (token.text in CLOSING)
            by_dot = token.text == "." and token.kind == "mark"
            of_sparql = begin.text.upper() in DIRECTIVES and begin.kind != "language" and token.kind == "iri"
            if depth == 0 and (by_dot or token.text == "}" or of_sparql):
                yield self.iri(subject), begin.start, token.end
                begin = subject = None

    def iri(self, token: Token) -> str:
        """Return the IRI that a token stands for; empty where it is none, as of a directive."""
        if token.kind == "iri":
            return token.text[1:-1]
        prefix, colon, local = token.text.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else ""

    def __str__(self) -> str:
        """Return the text as it is now."""
        return "".join(self.pieces)

    def of(self, iri: str) -> str:
        """Return what stands there of a subject, one statement after the other; empty where nothing does."""
        return "\n".join(filter(None, (self.pieces[place] for place in self.places.get(iri, ()))))

    def put(self, iri: str, text: str) -> None:
        """Put a text in the place of what stands there of a subject, at the end where nothing does."""
        self.declare(text)
        places = self.places.get(iri, [])
        if not places and text:
            self.pieces += ["\n", text, "\n"]
            self.places[iri] = [len(self.pieces) - 2]
        for number, place in enumerate(places):
            self.pieces[place] = text if number == 0 else ""
            gap = self.pieces[place - 1]
            if self.pieces[place]:
                self.pieces[place - 1] = gap if gap.endswith("\n") or place == 1 else f"{gap}\n\n"
            elif not gap.strip():
                self.pieces[place - 1] = ""

    def declare(self, text: str) -> None:
        """Declare the prefixes that a text needs and the file has not, behind those at its top."""
        missing = missing_prefixes([text], self.prefixes)
        if missing:
            self.prefixes |= missing
            directives = self.places.get("", [])
            place = directives[-1] if directives else 0
            self.pieces[place] += ("\n" if directives else "") + declared(missing).rstrip("\n")

    def parsed(self, text: str) -> list[Stated]:
        """Return the statements of a text with the prefixes of the file; raises SyntaxError."""
        return stated(declared(self.prefixes | missing_prefixes([text], self.prefixes)) + text)

    def stated(self) -> list[Stated]:
        """Return every statement of the file."""
        return stated(str(self))

    def subjects(self) -> Iterator[str]:
        """Yield the IRIs of the subjects of which something stands there, in the order of the file."""
        yield from (iri for iri in self.places if iri and self.of(iri))


def stated(text: str) -> list[Stated]:
    """Return the statements of a text; raises SyntaxError."""
    return [Stated(quad, 0) for quad in parse(text.encode(), RdfFormat.TRIG, rename_blank_nodes=True)]
