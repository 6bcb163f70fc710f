"""The review of one data file: its suggestions and facts, decisions on them, each saved before the next one.

FILE is written whole and swapped in; the one before stays as `FILE~`; the lock is written with it. Beside it
stand the log of decisions (`ID.review.jsonl`, by which they are undone) and what was decided on names
(`ID.identity.jsonl`). What is rejected or unsure stays in FILE under its mark, so that no command reads it.
"""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode, Quad
from wicara.graph.durable_files import sync, write_durably
from wicara.graph.errors import Unavailable, UnreadableInput
from wicara.graph.facts.draft.suggestion import Suggestion
from wicara.graph.facts.edtf import MEANINGS, NotBoundedError
from wicara.graph.facts.lock import lock, lock_path, lock_text
from wicara.graph.facts.patterns import IN, PREF_LABEL, P, faults_of
from wicara.graph.facts.review.log import Log
from wicara.graph.facts.review.proposal import Maker, persons_in
from wicara.graph.facts.review.record import (
    XSD,
    mark_of,
    record_of,
    record_text,
    thing_text,
    value_of,
    with_mark,
)
from wicara.graph.facts.review.things import SUFFIX as IDENTITY
from wicara.graph.facts.review.things import Things, Verdict, verdict_line, verdicts_beside
from wicara.graph.facts.review.trig_text import TrigText
from wicara.graph.facts.short_form import Context, Faults, expanded_in, subjects_of, words_of
from wicara.graph.facts.short_form import source as described
from wicara.graph.facts.skeleton import stripped
from wicara.graph.facts.source import read_sources
from wicara.graph.facts.table import writer_of
from wicara.graph.inputs import BOM_UTF8, canonical
from wicara.graph.names import GraphKind, called, graph_iri, kind_of
from wicara.graph.terms import read_term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from wicara.graph.facts.lock import Locked
    from wicara.graph.facts.review.live import Finding, Live
    from wicara.graph.facts.review.record import Record
    from wicara.graph.facts.short_form import Stated, Subject
    from wicara.graph.facts.source import Source, Text
    from wicara.graph.terms import Node, Term

DECISIONS: Final = ("accept", "reject", "unsure")
OF_ARTICLE: Final = ("dcterms:publisher", "dcterms:issued", "dcterms:title", "wic:republishedAt")
"""What a person says of the article, beside its names."""
OPEN: Final = "suggested"
STATES: Final = {"reject": "rejected", "unsure": "unsure", None: OPEN}
WHOLE: Final = ""
"""The field of a fault that is of the fact as a whole."""


class Conflict(Exception):  # noqa: N818 - named for what it tells
    """What was to be decided on is not in the file as it was read; the text says what is there."""


class Refused(Exception):  # noqa: N818 - named for what it tells
    """A fact lacks something, or a check of it fails."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep what is wrong."""
        super().__init__("; ".join(fault.text for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field of a fact, or with the fact (WHOLE); `hard` where no file may hold it."""

    field: str
    text: str
    hard: bool = True


@dataclass(frozen=True)
class Item:
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


@dataclass
class Checked:
    """What came of looking at a record: faults by field, and what follows or stops following."""

    faults: list[Fault] = field(default_factory=list)
    follows: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)


class Session:
    """One data file under review."""

    def __init__(
        self, file: Path, text: Text, quads: Sequence[Quad], fold: Callable[[str], str], by: str
    ) -> None:
        """Open a file with the text that it is of; `quads` are the dataset without the file.

        Raises UnreadableInput where the file is not to be read, or is of another text.
        """
        self.file, self.text, self.by = file, text, by
        self.live: Live | None = None
        self.things = Things(quads, fold, verdicts_beside(file))
        self.base_names = dict(self.things.names)
        self.log = Log(file)
        self.held: dict[str, str] = {}
        self.read()

    # Reading

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
        for iri in self.thing_iris():
            self.things.add(quad.quad for quad in self.trig.parsed(self.trig.of(iri)))
        self.hold(self.trig.subjects())

    def only_source(self) -> Source:
        """Return the article that the file describes; raises UnreadableInput where it is not just one."""
        faults = Faults()
        quads: list[Quad] = []
        for subject in self.subjects.values():
            if isinstance(subject.node, NamedNode) and called(subject.node.value).startswith("article:"):
                quads.extend(described(subject, faults))
        faults.raise_for(str(self.file))
        sources = read_sources(quads)
        if len(sources) != 1:
            raise UnreadableInput(f"{self.file} describes {len(sources)} articles: a file of one is reviewed")
        return sources[0]

    def item(self, subject: Subject) -> Item | None:
        """Return a subject as a suggestion or a fact; None for a thing, or the article."""
        iri = getattr(subject.node, "value", "")
        if kind_of(iri) != GraphKind.FACT or not isinstance(subject.node, NamedNode):
            return None
        mark = mark_of(subject)
        record = record_of(subject, self.subjects, self.inside.get(subject.node, ()))
        state = "fact" if mark is None else STATES.get(mark.get("decision"), OPEN)
        start, end = self.place(record)
        return Item(iri.rpartition("/")[2], iri, state, mark or {}, record, start, end)

    def place(self, record: Record) -> tuple[int, int]:
        """Return where the words of a record stand in the text; 0, 0 where they are not found."""
        first, _, last = record["span"].partition("-")
        if first.isdecimal() and last.isdecimal():
            return int(first), int(last)
        start = self.text.characters.find(record["quote"]) if record["quote"] else -1
        return (start, start + len(record["quote"])) if start >= 0 else (0, 0)

    def thing_iris(self) -> Iterator[str]:
        """Yield the IRIs of the things that the file names."""
        article = self.source.iri
        yield from (iri for iri in self.trig.subjects() if kind_of(iri) is None and iri != article)

    def in_order(self) -> list[Item]:
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

    # What is proposed, and whether it can stand

    def maker(self) -> Maker:
        """Return what makes proposals."""
        return Maker(self.things, self.source.name, self.source.language, self.persons)

    def proposal(self, item: Item) -> Record:
        """Return a suggestion as it is proposed to be accepted; a fact as it is."""
        if item.state == "fact":
            return self.maker().completed(item.record)
        return self.maker().proposal(item.record, item.mark)

    def check(self, fact: str, record: Record) -> Checked:
        """Return what is wrong with a record, and what would follow from it."""
        try:
            texts = self.texts_of(fact, record)
        except (ValueError, KeyError, SyntaxError) as fault:
            return Checked([Fault(WHOLE, str(fault))])
        found = Checked(list(self.faults_of(fact, record, texts)))
        if self.live is None or any(fault.hard for fault in found.faults):
            return found
        quads: dict[str, frozenset[Quad]] = {}
        try:
            for iri, text in texts.items():
                quads[iri] = self.long_form(iri, text, texts)
        except UnreadableInput as fault:
            found.faults.append(Fault(WHOLE, str(fault)))
            return found
        if not any(quad.graph_name == NamedNode(self.fact_iri(fact)) for quad in quads[self.fact_iri(fact)]):
            found.faults.append(Fault("pattern", "These fields state nothing yet: fill in one more."))
            return found
        findings = self.live.findings(quads)
        found.faults += [Fault(self.field_of(record, one), one.text, hard=False) for one in findings.wrong]
        language = self.source.language if self.source.language in {"en", "id"} else "en"
        for triples, told in ((findings.follows, found.follows), (findings.stops, found.stops)):
            told += [
                " ".join(
                    self.things.shown(term.value, language)
                    if isinstance(term, NamedNode)
                    else str(getattr(term, "value", term))
                    for term in (triple.subject, triple.predicate, triple.object)
                )
                for triple in triples
            ]
        return found

    def field_of(self, record: Record, finding: Finding) -> str:
        """Return the field whose value a finding is about."""
        for name, values in record["values"].items():
            if any(value.get("iri") in finding.terms for value in values):
                return str(name)
        return WHOLE

    def texts_of(self, fact: str, record: Record) -> dict[str, str]:
        """Return a record as TriG by subject: the fact, and the things that it brings along."""
        texts: dict[str, str] = {}
        used = {value.get("iri") for values in record["values"].values() for value in values}
        for thing in record["things"]:
            if thing["iri"] in used or (
                thing["iri"] in record["statements"] and not self.trig.of(thing["iri"])
            ):
                texts |= thing_text(thing)
        iri = self.fact_iri(fact)
        return {**texts, iri: record_text(fact, record, self.source, self.written(iri))}

    def fact_iri(self, fact: str) -> str:
        """Return the IRI of a fact of the file."""
        return f"{graph_iri(GraphKind.FACT, self.source.name)}/{fact}"

    def written(self, iri: str) -> str:
        """Return how the file writes the IRI of a fact."""
        space, _, local = iri.rpartition("/")
        prefix = next((name for name, of in self.trig.prefixes.items() if of == f"{space}/"), None)
        return f"<{iri}>" if prefix is None else f"{prefix}:{local}"

    def faults_of(self, fact: str, record: Record, texts: Mapping[str, str]) -> Iterator[Fault]:
        """Yield what hinders a record from standing in a data file."""
        iri = self.fact_iri(fact)
        try:
            subjects = subjects_of(self.trig.parsed(texts[iri]))
        except SyntaxError as fault:
            yield Fault(WHOLE, f"this is no Turtle: {fault.msg}")
            return
        subject = subjects[NamedNode(iri)]
        kinds = [NamedNode(P + name) for name in record["patterns"]]
        given = {node: subject.terms(node) for node in subject.values if node.value.startswith(P)}
        for parameter, text in faults_of(kinds, given):
            yield Fault(parameter.value.removeprefix(P) if parameter else "pattern", text)
        yield from faults_of_fields(record)
        try:
            self.locked(fact, subject, subjects)
        except UnreadableInput as fault:
            yield Fault("quote", str(fault).rpartition(f"{fact}: ")[2])

    def locked(self, fact: str, subject: Subject, subjects: Mapping[Node, Subject]) -> list[Locked]:
        """Return the rows of the lock of a fact; raises UnreadableInput for words that are not there."""
        faults = Faults()
        words = list(words_of(subject, subjects, faults))
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
        near = {
            (quad.quad.subject.value, quad.quad.object.language): quad.quad.object.value
            for other, written in beside.items()
            if other != iri
            for quad in self.trig.parsed(written)
            if quad.quad.predicate.value.endswith("#prefLabel")
        }

        def names(thing: str, language: str) -> str | None:
            if (thing, language) in near:
                return str(near[thing, language])
            if NamedNode(thing) in self.subjects:
                return self.things.name(thing, language)
            return self.base_names.get((thing, language))

        context = Context(subjects, rows, names)
        quads = expanded_in(stated, context)
        context.faults.raise_for(str(self.file))
        return frozenset(canonical(quads))

    def hold(self, iris: Iterable[str]) -> None:
        """Let the live checks know what the file states of subjects."""
        if self.live is None:
            return
        wanted = {iri: self.trig.of(iri) for iri in (*iris, *self.held)}
        changed = {iri: text for iri, text in wanted.items() if self.held.get(iri, "") != text}
        quads: dict[str, frozenset[Quad]] = {}
        for iri, text in changed.items():
            with suppress(UnreadableInput):
                quads[iri] = self.long_form(iri, text, {})
        self.live.hold(quads)
        self.held |= changed

    def begin_checks(self, live: Live) -> None:
        """Take what checks facts as one types."""
        self.live = live
        self.hold(self.trig.subjects())

    # Deciding

    def decide(self, fact: str, decision: str, about: Mapping[str, Any]) -> Item:
        """Accept, reject or leave unsure; save; return the fact as it is now.

        `about` may hold `record` (else what is proposed), `tag` (of the fact as it was shown), `anyway` (also
        what checks find fault with), and for the log `keys`, `ms` and `waits`. Raises Conflict and Refused.
        """
        self.refresh()
        iri = self.fact_iri(fact)
        item = self.items.get(iri)
        tag = about.get("tag")
        if tag is not None and tag != self.tag(iri):
            raise Conflict("This fact has been changed in the file since you read it.")
        if decision == "accept":
            record = about.get("record") or self.proposal(self.known(fact))
            texts = self.accepted(fact, record, anyway=bool(about.get("anyway")))
        else:
            mark = (
                {**self.known(fact).mark, "decision": decision} if decision in DECISIONS else self.plain(fact)
            )
            texts = {iri: with_mark(self.trig.of(iri), mark)}
        edited = bool(about.get("record")) and item is not None
        kind = "new" if item is None else "edit" if decision == "accept" and edited else decision
        part = item.part if item else ""
        self.write(texts, {"decision": kind, "fact": fact, "part": part, **logged(about)})
        return self.items[iri]

    def known(self, fact: str) -> Item:
        """Return a fact or a suggestion by its number; raises Conflict where the file has none of it."""
        iri = self.fact_iri(fact)
        if iri not in self.items:
            raise Conflict(f"{fact} is not in the file any more.")
        return self.items[iri]

    def plain(self, fact: str) -> dict[str, Any]:
        """Return the mark of a suggestion without a decision."""
        return {name: value for name, value in self.known(fact).mark.items() if name != "decision"}

    def accepted(self, fact: str, record: Record, *, anyway: bool) -> dict[str, str]:
        """Return the texts of a fact that is accepted; raises Refused."""
        faults = self.check(fact, record).faults
        if any(fault.hard or not anyway for fault in faults):
            raise Refused(faults)
        return self.texts_of(fact, record)

    def next_fact(self) -> str:
        """Return the number of a new fact."""
        used = [int(item.fact[1:]) for item in self.items.values() if item.fact[1:].isdecimal()]
        return f"F{max(used, default=0) + 1:03}"

    def record_for(self, start: int, end: int) -> Record:
        """Return the record of a new fact that rests on a span of the text, cut to whole words."""
        text = self.text.characters
        start, end = stripped(text, max(0, start), min(end, len(text)))
        words = Suggestion(start, end, "", "", 0).quote(text) if start < end else ""
        return {
            "patterns": [],
            "values": {},
            "labels": {"en": "", "id": ""},
            "quote": words,
            "span": f"{start}-{end}" if start < end else "",
            "said": {},
            "statements": "",
            "more": "",
            "things": [],
            "missing": ["pattern"],
        }

    def description(self) -> dict[str, Any]:
        """Return what the file says of the article, for a form."""
        subject = self.subjects[NamedNode(self.source.iri)]
        given = {name: [value_of(term) for term in subject.terms(read_term(name))] for name in OF_ARTICLE}  # type: ignore[arg-type]
        names = {t.language: t.value for t in subject.terms(PREF_LABEL) if isinstance(t, Literal)}
        publisher = self.source.publisher
        shown = self.things.shown(publisher, "en") if publisher else ""
        return {"labels": names, "values": given, "publisher": shown, "complete": bool(publisher)}

    def describe(self, about: Mapping[str, Any]) -> None:
        """Put names, publisher, day and address of the article into the file; raises Refused.

        `about` has `labels` by language, `values` by property, and `things`, new ones among them.
        """
        self.refresh()
        subject = self.subjects[NamedNode(self.source.iri)]
        values = {node: [term for term, _ in terms] for node, terms in subject.values.items()}
        faults = []
        for name, given in about.get("values", {}).items():
            if name in OF_ARTICLE:
                try:
                    values[read_term(name)] = [article_term(name, value) for value in given]  # type: ignore[index]
                except ValueError as fault:
                    faults.append(Fault(name, str(fault)))
        values[PREF_LABEL] = [
            Literal(text, language=code) for code, text in about.get("labels", {}).items() if text.strip()
        ]
        if faults:
            raise Refused(faults)
        write = writer_of(
            [NamedNode(self.source.iri), *values, *(t for terms in values.values() for t in terms)]
        )
        said = [
            f"{write.predicate(node)} {' , '.join(map(write.term, terms))}"
            for node, terms in values.items()
            if terms
        ]
        texts = {self.source.iri: f"{write.iri(self.source.iri)} " + " ;\n    ".join(said) + " ."}
        for thing in about.get("things", ()):
            texts |= thing_text(thing)
        self.write(texts, {"decision": "article", "fact": "", "part": "", **logged(about)})

    def undo(self) -> str | None:
        """Take the last decision back, up to fifty of them; return the number of its fact, None without one.

        Raises Conflict where what it wrote has been changed since.
        """
        self.refresh()
        last = self.log.last()
        if last is None:
            return None
        for iri, _, after in last["changes"]:
            if self.trig.of(iri) != after:
                raise Conflict(f"{called(iri)} has been changed since: it is left as it is.")
        texts = {iri: before for iri, before, _ in last["changes"]}
        self.write(texts, {"decision": "undo", "fact": last["fact"], "part": "", "of": last["number"]})
        return str(last["fact"])

    def say(self, verdict: Verdict) -> None:
        """Record whether a mention is a thing: in the log beside the file, durable before the next step."""
        path = self.file.with_name(self.file.name.removesuffix(self.file.suffix) + IDENTITY)
        append(path, verdict_line(verdict))
        self.things.decide(verdict)

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
        self.hold(texts)

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
            if rows or lock_path(self.file).exists():
                replaced(lock_path(self.file), lock_text(rows).encode())
            before = self.file.with_name(f"{self.file.name}~")
            if self.file.exists():
                part = before.with_name(f".{before.name}.{os.getpid()}")
                part.unlink(missing_ok=True)
                os.link(self.file, part)
                part.replace(before)
            replaced(self.file, content)
        except OSError as error:
            raise Unavailable(f"cannot write {self.file}: {error.strerror}; it is as it was") from error


def faults_of_fields(record: Record) -> Iterator[Fault]:
    """Yield what a form lacks, and the dates in it that are none."""
    for name, meaning in MEANINGS.items():
        for value in record["values"].get(name, ()):
            try:
                meaning(value.get("value", ""))
            except NotBoundedError as fault:
                yield Fault(name, str(fault))
    if not record["patterns"] and not record["statements"]:
        yield Fault("pattern", "Choose a pattern: what kind of fact is this?")
    for one in record.get("open", ()):
        if not record["values"].get(one["parameter"]):
            yield Fault(one["parameter"], f"Who or what is “{one['mention']}”?")
    for code in ("en", "id"):
        if not record["labels"].get(code):
            yield Fault(code, f"Say what it states in one sentence, in the language {code!r}.")


def article_term(name: str, value: Mapping[str, str]) -> Term:
    """Return a value of a form as one of a property of an article; raises ValueError."""
    if "iri" in value:
        return NamedNode(value["iri"])
    text = value.get("text", value.get("value", "")).strip()
    if name == "dcterms:issued":
        return Literal(date.fromisoformat(text).isoformat(), datatype=NamedNode(f"{XSD}date"))
    if name == "wic:republishedAt":
        return NamedNode(text)
    return Literal(text)


def logged(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the log holds of how a decision was taken."""
    return {
        name: about[name]
        for name in ("keys", "ms", "waits")
        if isinstance(about.get(name), int | float | list)
    }


def replaced(path: Path, content: bytes) -> None:
    """Write a file durably beside the one that it replaces, then swap it in."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    write_durably(part, content)
    part.replace(path)
    sync(path.parent)


def append(path: Path, line: str) -> None:
    """Add a line to a file, durably."""
    with path.open("a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
