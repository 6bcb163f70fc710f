"""A suggestion completed: things for its names, the words as what is said, a sentence in both languages.

What is proposed can be accepted with one key where it is right. A name that may be one of several things is
left open, with its candidates: which one is meant is a person's decision.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import NamedNode
from wicara.graph.facts.draft.suggestion import parts
from wicara.graph.facts.patterns import MISSING, P, parameters, patterns, sentence
from wicara.graph.facts.review.needs import fills, named_by_type, needs, post_values
from wicara.graph.facts.review.record import TABLE, form_term
from wicara.graph.facts.review.translation import translated
from wicara.graph.facts.skeleton import slug
from wicara.graph.names import iri_name
from wicara.ontology import BASE, LANGUAGES, expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wicara.graph.facts.review.record import Record
    from wicara.graph.facts.review.things import Things

SURE: Final = ("person", "event", "document")
"""The kinds of which a name that nothing is like is proposed as a new thing."""
MODALITIES: Final = ("planned", "proposed")


@dataclass(frozen=True)
class Maker:
    """What proposals are made with: the things known, the article, and the persons whom its text names."""

    things: Things
    article: str
    language: str
    persons: Mapping[str, str]
    """The posts with which the text names persons, by their names."""
    issued: str = ""
    """The day of the article, as xsd:date; empty where that is not known."""

    def proposal(self, record: Record, mark: Mapping[str, Any]) -> Record:
        """Return a suggestion as a fact to accept; `open` lists the names that a person has to decide on."""
        part = parts().get(str(mark.get("pattern") or mark.get("part")), {})
        pattern, said = [part["pattern"]] if "pattern" in part else [], part.get("said", {})
        if (
            "Held" in (record["patterns"] or pattern)
            and self.issued
            and str(mark.get("date", "")) > self.issued
        ):
            said, pattern = parts()["plan"]["said"], [parts()["plan"]["pattern"]]
            record = {**record, "patterns": pattern}
        completed: Record = {
            **record,
            "patterns": record["patterns"] or pattern,
            "values": {name: list(values) for name, values in record["values"].items()},
            "said": said | record["said"],
            "things": [],
            "open": [],
        }
        values = completed["values"]
        for name, constant in part.get("constants", {}).items():
            values.setdefault(name, [{"iri": expand(constant)}])
        if mark.get("modality") in MODALITIES and "modality" in part.get("constants", {}):
            values["modality"] = [{"iri": f"{BASE}/concept/modality/{mark['modality']}"}]
        if "says" in part:
            values.setdefault(part["says"], self.spoken_words(str(mark.get(part["says"]) or record["quote"])))
        for parameter, field in part.get("things", {}).items():
            if mark.get(field) and not values.get(parameter):
                self.fill(completed, parameter, str(mark[field]), mark)
        return self.completed(with_source(self.filled(completed, mark)))

    def filled(self, record: Record, mark: Mapping[str, Any]) -> Record:
        """Return a record with what something new in it needs, as far as the text tells it."""
        return {**record, "values": record["values"] | fills(record, mark, self.issued, self.things)}

    def completed(self, record: Record) -> Record:
        """Return a record with a sentence in both languages, as its patterns give it, where it has none."""
        completed = self.sentences(record)
        labels = {code: record["labels"].get(code) or completed[code] for code in LANGUAGES}
        return {**record, "labels": labels, "missing": self.missing(record, labels)}

    def missing(self, record: Record, labels: Mapping[str, str]) -> list[str]:
        """Return what a record lacks to be a fact: parameters, `pattern`, or a sentence in a language."""
        known = [
            patterns()[NamedNode(P + name)]
            for name in record["patterns"]
            if NamedNode(P + name) in patterns()
        ]
        needed = [node.value.removeprefix(P) for pattern in known for node in pattern.required]
        lacking = [name for name in dict.fromkeys(needed) if not record["values"].get(name)]
        if not lacking and known and not record["statements"]:
            lacking += (
                [] if any(states_something(record, pattern.name) for pattern in known) else [optional(known)]
            )
        if not known and not record["statements"]:
            lacking.append("pattern")
        lacking += [group[0] for group in needs(record, self.things)]
        if any(
            thing["kind"] == "state" and not all(thing.get("codes") or [""]) for thing in record["things"]
        ):
            lacking.append("codes")
        lacking += [
            f"name-{code}" for thing in record["things"] for code in LANGUAGES if not thing[code].strip()
        ]
        opened = [
            name["parameter"]
            for name in record.get("open", ())
            if not record["values"].get(name["parameter"])
        ]
        return [*lacking, *opened, *(code for code in LANGUAGES if not labels[code])]

    def sentences(self, record: Record) -> dict[str, str]:
        """Return what a record says, in both languages, by its first pattern, empty where it cannot."""
        known = [
            patterns()[node] for name in record["patterns"] if (node := NamedNode(P + name)) in patterns()
        ]
        new = {thing["iri"]: thing for thing in record["things"]}
        values = {}
        for name, given in record["values"].items():
            try:
                values[name] = [form_term(name, value) for value in given]
            except (ValueError, KeyError):
                continue

        def names(iri: str, language: str) -> str | None:
            return new[iri].get(language) or MISSING if iri in new else self.things.name(iri, language)

        return {code: sentence(known[0], values, code, names) if known else "" for code in LANGUAGES}

    def spoken_words(self, quote: str) -> list[dict[str, str]]:
        """Return the words quoted as what is said; in another language they stand in quotation marks."""
        words = " ".join(quote.split())
        return [
            {"text": words if code == self.language else f"“{words}”", "language": code} for code in LANGUAGES
        ]

    def fill(self, record: Record, parameter: str, mention: str, mark: Mapping[str, Any]) -> None:
        """Give a parameter the thing that a name means or a new one, or leave the name open."""
        kinds = self.kinds(parameter)
        iri = self.things.meant(mention, kinds)
        names: dict[str, str] = {}
        if iri is None and kinds[:1] == ("post",):
            names = named_by_type(mention, post_values(mention, mark, self.things), self.things)
            by_type = self.things.meant(names["en"], kinds) if names else None
            iri = self.things.post_of(self.holder(record), mention) or by_type
        if iri is None and "person" in kinds and (full := self.full_name(mention)) != mention:
            iri = self.things.meant(full, kinds)
            mention = full
        if iri is None and "person" in kinds:
            iri = self.things.bearer(mention, self.persons.get(mention, ""))
        if iri is not None:
            record["values"][parameter] = [{"iri": iri}]
            return
        if names:
            self.bring(record, parameter, self.new_thing("post", names["en"]) | names, mention)
            return
        is_person = mention in self.persons or parameter == "who"
        if parameter == "by" and (is_person or record["values"].get("speaker") or record["open"]):
            return
        if parameter == "speaker" and not is_person:
            return
        candidates = self.things.candidates(mention, kinds, self.language, limit=3)
        nobody = kinds[0] == "person" and mention not in self.persons
        is_described = mention[:1].islower()  # it has no name
        if candidates or nobody or is_described or kinds[0] not in SURE:
            record["open"].append(
                {
                    "parameter": parameter,
                    "mention": mention,
                    "candidates": [asdict(meaning) for meaning in candidates],
                }
            )
            return
        thing = self.new_thing(kinds[0], mention, str(mark.get("date", "")))
        self.bring(record, parameter, thing, mention)

    def bring(self, record: Record, parameter: str, thing: dict[str, Any], mention: str) -> None:
        """Let a record bring along a new thing, as the value of a parameter; its mention is a variant."""
        words = " ".join(mention.split())
        if words not in thing.values() and self.things.fold(words) not in self.things.labels:
            thing["variants"] = [[words, self.language]]
        record["things"].append(thing)
        record["values"][parameter] = [{"iri": thing["iri"]}]

    def holder(self, record: Record) -> str:
        """Return the IRI of the person of a record, empty where it is open."""
        return str((record["values"].get("who") or [{}])[0].get("iri", ""))

    def full_name(self, mention: str) -> str:
        """Return the longest name of a person in the text that has these words, or the words."""
        words = set(mention.split())
        return max((name for name in self.persons if words <= set(name.split())), key=len, default=mention)

    def kinds(self, parameter: str) -> Sequence[str]:
        """Return the kinds of things that a parameter takes."""
        known = parameters().get(NamedNode(P + parameter))
        return known.kinds if known else ()

    def new_thing(self, kind: str, mention: str, date: str = "") -> dict[str, Any]:
        """Return a thing that nobody knows, as it is proposed: IRI, class, names in both languages."""
        name = " ".join(mention.split())
        dated = f"{date}-" if kind == "event" and date else ""
        end = slug(self.things.fold(f"{dated}{name}").replace("/", "-"))[:80].strip("-")
        iri = f"{BASE}/id/{kind}/{end}"
        number = 2
        while iri in self.things.classes:
            iri, number = f"{BASE}/id/{kind}/{end}-{number}", number + 1
        classes = (of for words, of in TABLE["words"].items() if re.search(words, name.lower()))
        allowed = self.classes(kind)
        proposed = next((cls for cls in classes if cls in allowed), allowed[0] if allowed else "")
        names = dict.fromkeys(LANGUAGES, name)
        other = TABLE["translated"].get(self.language)
        if other and kind not in other["same"]:
            names[other["into"]] = translated(name, self.language, allowed, self.things)
        return {"iri": iri, "kind": kind, "class": proposed, **names}

    def classes(self, kind: str) -> list[str]:
        """Return the classes, as prefixed names, that a new thing of a kind may have."""
        return list(
            dict.fromkeys(name for root in TABLE["classes"].get(kind, ()) for name in self.below(root))
        )

    def below(self, root: str) -> Iterable[str]:
        """Yield a class and all below it."""
        yield root
        for name, above in self.things.subclasses.items():
            if above == root and name not in self.things.inferred:
                yield from self.below(name)


def with_source(record: Record) -> Record:
    """Return a record that is attributed to its speaker where it has one, and is attributed to nobody yet."""
    values = record["values"]
    speaker = (values.get("speaker") or values.get("by") or [{}])[0].get("iri")
    if not speaker or record["said"].get("attributedTo"):
        return record
    return {**record, "said": {**record["said"], "attributedTo": iri_name(speaker)}}


def states_something(record: Record, name: str) -> bool:
    """Tell whether a pattern with the values of a record stands for any statement."""
    pattern = patterns()[NamedNode(P + name)]
    given = {NamedNode(P + name) for name, values in record["values"].items() if values}
    minted = set(pattern.minted)
    needed = [set(line.places) - minted for line in pattern.template]
    return any(places and places <= given for places in needed)


def optional(known: Iterable[Any]) -> str:
    """Return the first parameter that patterns can do without, which gives them something to state."""
    return str(next(node.value for pattern in known for node in pattern.optional)).removeprefix(P)


def persons_in(marks: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the posts with which the suggestions of a text name persons, by the names of these."""
    return {
        " ".join(str(mark["person"]).split()): str(mark.get("post", ""))
        for mark in marks
        if mark.get("person")
    }
