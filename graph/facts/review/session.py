"""The review of a data file: what is proposed for its suggestions, whether a fact can stand, and decisions.

Each decision is saved before the next one. Beside the file stand the log of decisions (`ID.review.jsonl`, by
which they are undone) and what was decided on names (`ID.identity.jsonl`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyoxigraph import Literal, NamedNode, Quad
from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.draft.suggestion import Suggestion
from wicara.graph.facts.edtf import MEANINGS, NotBoundedError
from wicara.graph.facts.patterns import P, faults_of
from wicara.graph.facts.review.data_file import Conflict, DataFile
from wicara.graph.facts.review.log import append
from wicara.graph.facts.review.needs import needs
from wicara.graph.facts.review.proposal import Maker, with_source
from wicara.graph.facts.review.record import (
    XSD,
    form_value,
    record_text,
    thing_text,
    with_mark,
)
from wicara.graph.facts.review.things import SUFFIX as IDENTITY
from wicara.graph.facts.review.things import Verdict, verdict_line
from wicara.graph.facts.short_form import subjects_of
from wicara.graph.facts.skeleton import stripped
from wicara.graph.facts.table import writer_of
from wicara.graph.names import PREF_LABEL, iri_name
from wicara.graph.terms import read_term
from wicara.ontology import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyoxigraph import Triple
    from wicara.graph.facts.review.data_file import ReviewItem
    from wicara.graph.facts.review.live import Findings
    from wicara.graph.facts.review.record import Record
    from wicara.graph.facts.review.things import Things
    from wicara.graph.facts.source import Text
    from wicara.graph.terms import Term

DECISIONS: Final = ("accept", "reject", "unsure")
OF_ARTICLE: Final = ("dcterms:publisher", "dcterms:issued", "dcterms:title", "wic:republishedAt")
"""What a person says of the article, beside its names."""
MAX_CHECKS: Final = 20
"""How many answers of checks are kept."""
WHOLE: Final = ""
"""The field of a fault that is of the fact as a whole."""


CheckKey: TypeAlias = tuple[str, bool, bool, str, str]
"""What tells a check from another: the file, whether it is live, anew, the fact, the record."""


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


@dataclass
class Checked:
    """What came of looking at a record: faults by field, and what follows or stops following."""

    faults: list[Fault] = field(default_factory=list)
    follows: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)

    @property
    def is_hard(self) -> bool:
        """Tell whether no file may hold what was looked at."""
        return any(fault.hard for fault in self.faults)


class Session(DataFile):
    """One data file under review."""

    def __init__(self, file: Path, text: Text, things: Things, by: str) -> None:
        """Open a file, as a DataFile is opened."""
        super().__init__(file, text, things, by)
        self.checked: dict[CheckKey, Checked] = {}
        self.unchecked: list[str] = []

    # What is proposed, and whether it can stand

    def maker(self) -> Maker:
        """Return what makes proposals."""
        return Maker(self.things, self.source.name, self.source.language, self.persons, self.source.issued)

    def proposal(self, item: ReviewItem) -> Record:
        """Return a suggestion as it is proposed to be accepted; a fact as it is."""
        if item.state == "fact":
            return self.maker().completed(item.record)
        return self.maker().proposal(item.record, self.mark_of(item))

    def mark_of(self, item: ReviewItem) -> dict[str, Any]:
        """Return what the draft read, with the sentence of its words."""
        sentence = next((s for s in self.source.sentences if s.start <= item.start < s.end), None)
        words = self.text.characters[sentence.start : sentence.end] if sentence else ""
        return {**item.mark, "sentence": words}

    def check_key(self, fact: str, record: Record, *, anew: bool = False) -> CheckKey:
        """Return what the check of a record depends on: the file, whether it is live, and what is shown."""
        shown = {name: value for name, value in record.items() if name not in {"missing", "own"}}
        return self.digest, self.live is None, anew, fact, json.dumps(shown, sort_keys=True)

    def to_be_checked(self) -> list[str]:
        """Return the facts that were accepted before a check of them was there, once they can be checked."""
        if self.live is None:
            return []
        facts, self.unchecked = self.unchecked, []
        return facts

    def before_reasoning(self, fact: str, record: Record) -> tuple[Checked, dict[str, frozenset[Quad]]]:
        """Return what is wrong with a record without reasoning, and what it states, by subject.

        It states nothing where it cannot stand.
        """
        try:
            texts = self.texts_of(fact, record)
        except (ValueError, KeyError, SyntaxError) as fault:
            return Checked([Fault(WHOLE, str(fault))]), {}
        found = Checked([*self.faults_of(fact, record, texts), *self.unmet(record)])
        if found.is_hard:
            return found, {}
        try:
            quads = {iri: self.long_form(iri, text, texts) for iri, text in texts.items()}
        except UnreadableInput as fault:
            return Checked([*found.faults, Fault(WHOLE, str(fault))]), {}
        if not any(quad.graph_name == NamedNode(self.fact_iri(fact)) for quad in quads[self.fact_iri(fact)]):
            nothing = Fault("pattern", "These fields state nothing yet: fill in one more.")
            return Checked([*found.faults, nothing]), {}
        return found, quads

    def with_findings(self, record: Record, found: Checked, findings: Findings) -> Checked:
        """Return what is wrong and what follows, with what came of reasoning, in words."""
        wrong = [Fault(self.field_of(record, f.terms), f.text, hard=False) for f in findings.wrong]
        language = self.source.language if self.source.language in {"en", "id"} else "en"

        def lines(triples: Sequence[Triple]) -> list[str]:
            return [
                " ".join(
                    self.things.shown(term.value, language)
                    if isinstance(term, NamedNode)
                    else str(getattr(term, "value", term))
                    for term in (triple.subject, triple.predicate, triple.object)
                )
                for triple in triples
            ]

        return Checked([*found.faults, *wrong], lines(findings.follows), lines(findings.stops))

    def keep(self, key: CheckKey, found: Checked) -> None:
        """Keep the last answers of checks, as long as the file is as it was."""
        of_now = [(other, checked) for other, checked in self.checked.items() if other[0] == self.digest]
        self.checked = dict([*of_now, (key, found)][-MAX_CHECKS:])

    def field_of(self, record: Record, terms: Collection[str]) -> str:
        """Return the field whose value is one of some things."""
        for name, values in record["values"].items():
            if any(value.get("iri") in terms for value in values):
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
        return {**texts, iri: record_text(fact, record, self.source, self.text_of(iri))}

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
        for thing in record["things"]:
            if not all(thing[code].strip() for code in LANGUAGES):
                yield Fault(
                    self.field_of(record, {thing["iri"]}), "What is new needs a name in both languages."
                )
        try:
            rows = self.locked(fact, subject, subjects)
        except UnreadableInput as fault:
            yield Fault("quote", str(fault).rpartition(f"{fact}: ")[2])
            return
        for start, end in (map(int, row.span.split("-")) for row in rows):
            if not any(sentence.start <= start and end <= sentence.end for sentence in self.source.sentences):
                yield Fault(
                    "quote", "These words go on beyond their sentence: quote one sentence.", hard=False
                )

    def unmet(self, record: Record) -> Iterator[Fault]:
        """Yield what checks would ask for of something new in a record."""
        for group in needs(record, self.things):
            yield Fault(group[0], f"Checks ask for this: {' or '.join(group)}.", hard=False)

    # Deciding

    def decide(self, fact: str, decision: str, about: Mapping[str, Any]) -> ReviewItem:
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
        if decision == "accept" and item is not None and item.state == "fact" and not about.get("record"):
            texts = {}  # a second reader agrees
        elif decision == "accept":
            record = self.with_sentences(about.get("record")) or self.proposal(self.known(fact))
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

    def with_sentences(self, record: Record | None) -> Record | None:
        """Return the record of a form with sentences made of it now, where they are not its `own`."""
        if record is None or "own" not in record:
            return record
        made = self.maker().sentences(record)
        labels = {
            code: record["labels"].get(code, "")
            if code in record["own"]
            else made[code] or record["labels"].get(code, "")
            for code in made
        }
        record = with_source(record)
        return {**{name: value for name, value in record.items() if name != "own"}, "labels": labels}

    def plain(self, fact: str) -> dict[str, Any]:
        """Return the mark of a suggestion without a decision."""
        return {name: value for name, value in self.known(fact).mark.items() if name != "decision"}

    def accepted(self, fact: str, record: Record, *, anyway: bool) -> dict[str, str]:
        """Return the texts of a fact that is accepted; raises Refused.

        No decision waits for reasoning: what it finds counts here where a check has found it already.
        """
        known = self.checked.get(self.check_key(fact, record))
        found = known or self.before_reasoning(fact, record)[0]
        if found.is_hard or (found.faults and not anyway):
            raise Refused(found.faults)
        if known is None and not anyway:
            self.unchecked.append(fact)
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

    def with_words(self, record: Record, start: int, end: int) -> Record:
        """Return a record that rests on other words of the text; what only quoted the old ones quotes these.

        A sentence that was made of its fields is made again.
        """
        words = self.record_for(start, end)
        made = self.maker().sentences(record)
        values = {
            name: [{**v, "text": requoted(v["text"], record["quote"], words["quote"])} for v in given]
            if all("text" in v for v in given)
            else given
            for name, given in record["values"].items()
        }
        labels = {code: "" if text == made[code] else text for code, text in record["labels"].items()}
        about = {"values": values, "labels": labels, "quote": words["quote"], "span": words["span"]}
        return self.maker().completed({**record, **about})

    def description(self) -> dict[str, Any]:
        """Return what the file says of the article, for a form; `named` is who the text says publishes it."""
        subject = self.subjects[NamedNode(self.source.iri)]
        given = {name: [form_value(term) for term in subject.terms(read_term(name))] for name in OF_ARTICLE}  # type: ignore[arg-type]
        names = {t.language: t.value for t in subject.terms(PREF_LABEL) if isinstance(t, Literal)}
        publisher = self.source.publisher
        shown = self.things.shown(publisher, "en") if publisher else ""
        named = next((item.mark["publisher"] for item in self.in_order() if "publisher" in item.mark), "")
        return {
            "labels": names,
            "values": given,
            "publisher": shown,
            "named": named,
            "complete": bool(publisher),
        }

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
                raise Conflict(f"{iri_name(iri)} has been changed since: it is left as it is.")
        texts = {iri: before for iri, before, _ in last["changes"]}
        self.write(texts, {"decision": "undo", "fact": last["fact"], "part": "", "of": last["number"]})
        return str(last["fact"])

    def say(self, verdict: Verdict) -> None:
        """Record whether a mention is a thing: in the log beside the file, durable before the next step."""
        path = self.file.with_name(self.file.name.removesuffix(self.file.suffix) + IDENTITY)
        append(path, verdict_line(verdict))
        self.things.decide(verdict)


def requoted(text: str, quote: str, words: str) -> str:
    """Return other words in the place of a quote, or of its end, which a subject stands before."""
    said = text.strip("“”")
    start = quote.find(" ".join(said.split()[:2])) if said else -1
    if start < 0 or not (said.startswith(quote[start:]) or quote[start:].startswith(said)):
        return text
    new = words.removeprefix(quote[:start])
    return new if text == said else f"“{new}”"


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
    for mention in record.get("open", ()):
        if not record["values"].get(mention["parameter"]):
            yield Fault(mention["parameter"], f"Who or what is “{mention['mention']}”?")
    for code in ("en", "id"):
        if not record["labels"].get(code):
            yield Fault(code, f"Say what it states in one sentence, in the language {code!r}.")


def article_term(name: str, value: Mapping[str, str]) -> Term:
    """Return a value of a form as one of a property of an article; raises ValueError."""
    if "iri" in value:
        return NamedNode(value["iri"])
    text = value.get("text", value.get("value", "")).strip()
    if "text" in value:
        return Literal(text, language=value["language"])
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
