"""A data file under review: its suggestions and facts, what each states in the long form, how it is saved.

FILE is written whole and swapped in; the one before stays as `FILE~`; the lock is written with it. What is
rejected or unsure stays in FILE under its mark, so that no command reads it.
"""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import NamedNode, Quad
from wicara.graph.durable_files import sync, write_durably
from wicara.graph.errors import Unavailable, UnreadableInput
from wicara.graph.facts.lock import lock, lock_path, lock_text
from wicara.graph.facts.review.log import Log
from wicara.graph.facts.review.proposal import persons_in
from wicara.graph.facts.review.record import (
    mark_of,
    record_of,
)
from wicara.graph.facts.review.trig_text import TrigText
from wicara.graph.facts.short_form import Context, Faults, expanded_in, is_time, quoted_words, subjects_of
from wicara.graph.facts.short_form import source as described
from wicara.graph.facts.source import read_sources
from wicara.graph.inputs import NamesOfThings, canonical
from wicara.graph.names import IN, GraphKind, graph_iri, iri_name, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wicara.graph.facts.lock import Locked
    from wicara.graph.facts.review.live import Live
    from wicara.graph.facts.review.record import Record
    from wicara.graph.facts.review.things import Things
    from wicara.graph.facts.short_form import Subject
    from wicara.graph.facts.source import Source, Text
    from wicara.graph.inputs import Stated
    from wicara.graph.terms import Node

OPEN: Final = "suggested"
STATES: Final = {"reject": "rejected", "unsure": "unsure", None: OPEN}


class Conflict(Exception):  # noqa: N818 - named for what it tells
    """What was to be decided on is not in the file as it was read; the text says what is there."""


@dataclass(frozen=True)
class ReviewItem:
    """A suggestion or a fact of the file."""

    fact: str
    iri: str
    state: str
    mark: Mapping[str, Any]
    record: Record
    start: int
    end: int

    @property
    def part(self) -> str:
        """The part of the draft that it came from, empty for a fact that no draft suggested."""
        return str(self.mark.get("part", ""))


class DataFile:
    """One data file of one article, with the text that it is of."""

    def __init__(self, file: Path, text: Text, things: Things, by: str) -> None:
        """Open a file with the text that it is of; `things` are those of the dataset without the file.

        Raises UnreadableInput where the file is not to be read, or is of another text.
        """
        self.file, self.text, self.by = file, text, by
        self.live: Live | None = None
        self.things = things
        self.base_names = dict(things.names)
        self.log = Log(file)
        self.held: dict[str, str] = {}
        self.read()

    def read(self) -> None:
        """Read the file as it is now; raises UnreadableInput."""
        content = self.file.read_bytes()
        self.trig = TrigText(content.removeprefix(BOM_UTF8).decode("utf-8"), str(self.file))
        self.digest = sha256(content).hexdigest()
        statements = self.trig.stated()
        self.subjects = subjects_of(statements)
        self.inside: dict[Node, list[Stated]] = defaultdict(list)
        for stated in statements:
            self.inside[stated.quad.graph_name].append(stated)  # type: ignore[index]
        self.source = self.only_source()
        if self.source.sha256 != self.text.sha256:
            raise UnreadableInput(
                f"{self.text.path} is not the text that {self.file} describes: its SHA-256 is "
                f"{self.text.sha256}, not {self.source.sha256}; give the text as it was"
            )
        self.items = {item.iri: item for item in map(self.item, self.subjects.values()) if item}
        self.rows: dict[str, list[Locked]] = {}
        for item in self.items.values():
            if item.state == "fact":
                with suppress(UnreadableInput):
                    self.rows[item.iri] = self.locked(
                        item.fact, self.subjects[NamedNode(item.iri)], self.subjects
                    )
        self.persons = persons_in(item.mark for item in self.items.values())
        for iri in self.trig.subjects():
            if kind_of(iri) is None and iri != self.source.iri:
                self.things.add(quad.quad for quad in self.trig.parsed(self.trig.of(iri)))
        self.persons = self.holders() | self.persons

    def holders(self) -> dict[str, str]:
        """Return the posts of the persons that accepted facts name, by name and by surname."""
        posts: dict[str, str] = {}
        for item in self.items.values():
            who, post = item.record["values"].get("who"), item.record["values"].get("post")
            if item.state == "fact" and who and post:
                name = self.things.shown(who[0].get("iri", ""), "en")
                posts |= dict.fromkeys(
                    (name, name.split()[-1]), self.things.shown(post[0].get("iri", ""), "en")
                )
        return posts

    def only_source(self) -> Source:
        """Return the article that the file describes; raises UnreadableInput where it is not just one."""
        faults = Faults()
        quads: list[Quad] = []
        for subject in self.subjects.values():
            if isinstance(subject.node, NamedNode) and iri_name(subject.node.value).startswith("article:"):
                quads.extend(described(subject, faults))
        faults.raise_for(str(self.file))
        sources = read_sources(quads)
        if len(sources) != 1:
            raise UnreadableInput(f"{self.file} describes {len(sources)} articles: a file of one is reviewed")
        return sources[0]

    def item(self, subject: Subject) -> ReviewItem | None:
        """Return a subject as a suggestion or a fact; None for a thing, or the article."""
        iri = getattr(subject.node, "value", "")
        if kind_of(iri) != GraphKind.FACT or not isinstance(subject.node, NamedNode):
            return None
        mark = mark_of(subject)
        record = record_of(subject, self.subjects, self.inside.get(subject.node, ()))
        state = "fact" if mark is None else STATES.get(mark.get("decision"), OPEN)
        start, end = self.place(record)
        return ReviewItem(iri.rpartition("/")[2], iri, state, mark or {}, record, start, end)

    def place(self, record: Record) -> tuple[int, int]:
        """Return where the words of a record stand in the text; 0, 0 where they are not found."""
        first, _, last = record["span"].partition("-")
        if first.isdecimal() and last.isdecimal():
            return int(first), int(last)
        start = self.text.characters.find(record["quote"]) if record["quote"] else -1
        return (start, start + len(record["quote"])) if start >= 0 else (0, 0)

    def in_order(self) -> list[ReviewItem]:
        """Return suggestions and facts in the order of the text."""
        return sorted(self.items.values(), key=lambda item: (item.start, item.end, item.fact))

    def tag(self, iri: str) -> str:
        """Return what tells one state of a fact in the file from another."""
        return sha256(self.trig.of(iri).encode()).hexdigest()[:16]

    def is_changed(self) -> bool:
        """Tell whether somebody else has written the file since it was read."""
        try:
            return sha256(self.file.read_bytes()).hexdigest() != self.digest
        except FileNotFoundError:
            return True

    def refresh(self) -> bool:
        """Read the file again where somebody else has written it; raises Conflict where it cannot be read."""
        if not self.is_changed():
            return False
        try:
            self.read()
        except (UnreadableInput, UnicodeDecodeError, OSError) as fault:
            raise Conflict(f"{self.file} was changed outside and cannot be read now: {fault}") from fault
        return True

    # What it states

    def fact_iri(self, fact: str) -> str:
        """Return the IRI of a fact of the file."""
        return f"{graph_iri(GraphKind.FACT, self.source.name)}/{fact}"

    def text_of(self, iri: str) -> str:
        """Return how the file writes the IRI of a fact."""
        space, _, local = iri.rpartition("/")
        prefix = next((name for name, of in self.trig.prefixes.items() if of == f"{space}/"), None)
        return f"<{iri}>" if prefix is None else f"{prefix}:{local}"

    def locked(self, fact: str, subject: Subject, subjects: Mapping[Node, Subject]) -> list[Locked]:
        """Return the rows of the lock of a fact; raises UnreadableInput for words that are not there."""
        faults = Faults()
        words = list(quoted_words(subject, subjects, faults))
        faults.raise_for(str(self.file))
        if not words and not fact.startswith("D"):
            raise UnreadableInput(f"{fact}: There are no words to quote.")
        return list(lock(words, self.source, self.text.characters, str(self.file)))

    def long_form(self, iri: str, text: str, beside: Mapping[str, str]) -> frozenset[Quad]:
        """Return what the text of one subject states, beside texts not yet saved; raises UnreadableInput."""
        if not text:
            return frozenset()
        stated = self.trig.parsed(text)
        subjects = subjects_of(stated)
        if any(NamedNode(f"{IN}suggested") in subject.values for subject in subjects.values()):
            return frozenset()
        rows: list[Locked] = []
        if kind_of(iri) == GraphKind.FACT and NamedNode(iri) in subjects:
            rows = self.locked(iri.rpartition("/")[2], subjects[NamedNode(iri)], subjects)
        near = NamesOfThings(
            stated
            for other, written in beside.items()
            if other != iri
            for stated in self.trig.parsed(written)
        )

        def names(thing: str, language: str) -> str | None:
            if name := near(thing, language):
                return name
            if NamedNode(thing) in self.subjects:
                return self.things.name(thing, language)
            return self.base_names.get((thing, language))

        context = Context(subjects, rows, names, elsewhere=self.subjects)
        quads = expanded_in(stated, context)
        context.faults.raise_for(str(self.file))
        return frozenset(canonical(quads))

    def changed_subjects(self) -> dict[str, frozenset[Quad]]:
        """Return what the live checks are to hold of the file from now on, by subject: what has changed.

        A fact changes also where what is said once of its time span does.
        """
        wanted = {iri: self.trig.of(iri) for iri in {*self.trig.subjects(), *self.held}}
        changed = {iri for iri, text in wanted.items() if self.held.get(iri, "") != text}
        times = {iri for iri in changed if is_time(NamedNode(iri))}
        if times:
            changed |= {
                iri
                for iri, text in wanted.items()
                if any(
                    stated.quad.object.value in times
                    for stated in self.trig.parsed(text)
                    if isinstance(stated.quad.object, NamedNode)
                )
            }
        quads: dict[str, frozenset[Quad]] = {}
        for iri in changed:
            with suppress(UnreadableInput):
                quads[iri] = self.long_form(iri, wanted[iri], {})
        self.held |= {iri: wanted[iri] for iri in changed}
        return quads

    def known(self, fact: str) -> ReviewItem:
        """Return a fact or a suggestion by its number; raises Conflict where the file has none of it."""
        iri = self.fact_iri(fact)
        if iri not in self.items:
            raise Conflict(f"{fact} is not in the file any more.")
        return self.items[iri]

    # Saving

    def write(self, texts: Mapping[str, str], entry: Mapping[str, Any]) -> None:
        """Change what the file states of some subjects; save it with its lock; log it."""
        changes = [[iri, self.trig.of(iri), text] for iri, text in texts.items() if self.trig.of(iri) != text]
        for iri, _, text in changes:
            self.trig.put(iri, text)
        content = str(self.trig).encode()
        self.save(content, texts)
        self.log.add({**entry, "by": self.by, "changes": changes})
        self.digest = sha256(content).hexdigest()
        for iri, _, text in changes:
            self.follow(iri, text)

    def follow(self, iri: str, text: str) -> None:
        """Let what is known of the file follow a text that was put into it."""
        node = NamedNode(iri)
        statements = self.trig.parsed(text)
        self.subjects = {key: value for key, value in self.subjects.items() if key != node}
        self.subjects |= subjects_of(statements)
        self.inside[node] = [stated for stated in statements if stated.quad.graph_name == node]
        self.items.pop(iri, None)
        if node in self.subjects:
            item = self.item(self.subjects[node])
            if item is not None:
                self.items[iri] = item
        if iri == self.source.iri:
            self.source = self.only_source()
        elif kind_of(iri) is None:
            self.things.remove(iri)
            self.things.add(stated.quad for stated in statements)

    def save(self, content: bytes, texts: Mapping[str, str]) -> None:
        """Write the lock, then the file; what stood there stays as `FILE~`. Raises Unavailable."""
        for iri, text in texts.items():
            if kind_of(iri) == GraphKind.FACT:
                self.rows.pop(iri, None)
                subjects = subjects_of(self.trig.parsed(text))
                subject = subjects.get(NamedNode(iri))
                if subject is not None and mark_of(subject) is None:
                    self.rows[iri] = self.locked(iri.rpartition("/")[2], subject, subjects)
        rows = [row for iri in sorted(self.rows) for row in self.rows[iri]]
        try:
            place, locks = lock_path(self.file), lock_text(rows).encode()
            if place.read_bytes() != locks if place.exists() else rows:
                replaced(place, locks)
            before = self.file.with_name(f"{self.file.name}~")
            if self.file.exists():
                part = before.with_name(f".{before.name}.{os.getpid()}")
                part.unlink(missing_ok=True)
                os.link(self.file, part)
                part.replace(before)
            replaced(self.file, content)
        except OSError as error:
            raise Unavailable(f"cannot write {self.file}: {error.strerror}; it is as it was") from error


def replaced(path: Path, content: bytes) -> None:
    """Write a file durably beside the one that it replaces, then swap it in."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    write_durably(part, content)
    part.replace(path)
    sync(path.parent)
