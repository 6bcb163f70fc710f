"""What happens or is planned: events by their verb, plans by their cue, meetings, documents, partnerships."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.facts.draft.clauses import MIN_WORDS, count, pieces, trimmed
from wicara.graph.facts.draft.suggestion import Suggestion, parts
from wicara.graph.facts.draft.words import WORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.graph.facts.draft.claims import Claims
    from wicara.graph.facts.draft.dates import When
    from wicara.graph.facts.draft.mentions import Mention
    from wicara.graph.facts.skeleton import Span

NEAR: Final = 120
"""How near a date stands to a meeting whose date it may be, in characters."""
MAX_WORDS: Final = 12
"""How many words of an event are marked at most."""
JOINED: Final = 4
"""Within how many words behind "and" the verb of another clause stands."""
STOP: Final = re.compile("[,;:.]")
SUBJECT: Final = 80
"""How far before its verb the subject of an event is looked for, in characters."""


class Events:
    """The events of one text, outside what it attributes to somebody."""

    def __init__(self, claims: Claims, dates: Sequence[When]) -> None:
        """Take what was found before."""
        self.claims, self.dates = claims, dates
        self.reading, self.words, self.mentions = claims.reading, claims.words, claims.mentions
        self.view, self.persons = self.reading.view, self.mentions.persons

    def all(self) -> Iterator[Suggestion]:
        """Yield all suggestions of these kinds."""
        yield from self.dateline()
        yield from self.documents()
        yield from self.partnerships()
        meetings = list(self.meetings())
        yield from meetings
        number = dated = 0
        for start, end in self.reading.sentences:
            planned = list(self.plans(start, end, meetings))
            yield from planned
            acts = [
                event
                for event in self.verbs(start, end, meetings)
                if not any(is_part(event, plan) for plan in planned)
            ]
            named = (
                noun
                for noun in self.nouns(start, end)
                if not any(is_part(noun, of) for of in (*planned, *acts))
            )
            met = [meeting for meeting in meetings if start <= meeting.start < end]
            met = [meeting for meeting in met if not any(is_part(meeting, of) for of in acts)]
            days_of = (*planned, *acts, *met)
            happened = [self.with_day(event, days_of, start, end) for event in acts] + list(named)
            yield from happened
            happened += planned
            while number < len(meetings) and meetings[number].start < end:
                happened.append(meetings[number])
                number += 1
            while dated < len(self.dates) and self.dates[dated].start < end:
                if happened and not is_dated(self.dates[dated], happened):
                    yield self.dated(self.dates[dated], happened, meetings)
                dated += 1

    def with_day(self, event: Suggestion, happened: Sequence[Suggestion], start: int, end: int) -> Suggestion:
        """Return an event with the first date of its sentence that is nearer to it than to any other.

        What was done is told without it.
        """
        days = (
            when for when in self.dates_in(start, end) if when.edtf and event_near(when, happened) is event
        )
        day = next(days, None)
        if day is None:
            return event
        fields = {**event.fields, "date": day.edtf}
        if "did" in fields:
            fields["did"] = fields["did"].removesuffix(self.text(day.start, day.end)).strip(" ,")
        return replace(event, fields=fields)

    def suggestion(
        self, span: tuple[int, int], rule: str, score: float, fields: dict[str, Any]
    ) -> Suggestion:
        """Return a suggestion by a rule, whose name begins with the part."""
        return Suggestion(*span, rule.partition(".")[0], f"{self.words.language}.{rule}", score, fields)

    def text(self, start: int, end: int) -> str:
        """Return words with one space between them."""
        return " ".join(self.reading.text[start:end].split())

    def narrated(self, at: int) -> bool:
        """Tell whether a place is narration: in no claim and no quotation."""
        return not self.claims.is_claimed(at) and not self.claims.is_quoted(at)

    # Events and plans

    def verbs(self, start: int, end: int, meetings: Sequence[Suggestion]) -> Iterator[Suggestion]:
        """Yield what the verbs of events tell, each with its subject before it, to the end of its clause.

        `did` are the words without the subject; `pattern` is that of the verb, where they name what it needs.
        """
        tokens = list(WORD.finditer(self.view, start, end))
        lower = [token[0].lower() for token in tokens] + [""]
        for number, token in enumerate(tokens):
            before, lemma = lower[number - 1] if number else "", self.words.lemma(token[0])
            if (number and token[0][0].isupper()) or lower[number] in self.words.listed(
                "events", "not-verbs"
            ):
                continue
            pair = f"{lemma} {lower[number + 1]}"
            verb = pair if pair in self.words.listed("events", "verbs") else lemma
            if (
                verb not in self.words.listed("events", "verbs")
                or not self.narrated(token.start())
                or not self.is_verb(lower[number], lemma, before)
            ):
                continue
            actor = self.mentions.who(start, token.start())
            subject = self.subject(start, token.start())
            first = subject.start if subject else token.start()
            span = trimmed(self.view, first, self.clause_end(token.end(), end), self.words)
            if count(self.view[slice(*span)]) >= MIN_WORDS:
                by_verb = self.by_verb(verb, span, meetings)
                happens = by_verb.get("pattern") == "Held"
                if happens and "meeting" not in by_verb:
                    by_verb |= self.happening(start, token, end)
                fields = {"verb": lemma, **({} if happens else self.actors(actor))}
                if subject and not happens:
                    did = trimmed(self.view, subject.end, span[1], self.words)
                    fields["did"] = self.suggestion(did, "event.verb", 0, {}).quote(self.reading.text)
                yield self.suggestion(span, "event.verb", 0.75, fields | by_verb)

    def actors(self, actor: Mention | None) -> dict[str, str]:
        """Return who does something, as fields: "both countries" are an actor and a partner."""
        if actor is None:
            return {}
        pair = self.mentions.pair(actor)
        return {"actor": pair[0], "partner": pair[1]} if pair else {"actor": actor.name}

    def is_verb(self, word: str, lemma: str, before: str) -> bool:
        """Tell whether a form is a verb here and no noun; English verbs have an ending, or "will" before."""
        if before in self.words.listed("speech", "not-after"):
            return False
        if not self.words.tables["words-inflect"]:
            return True
        gerund = word.endswith("ing") and before in self.words.listed("persons", "prepositions")
        return not gerund and (word != lemma or before in self.words.listed("speech", "plural-subjects"))

    def clause_end(self, at: int, end: int) -> int:
        """Return where the clause of a verb ends, after at most so many words."""
        tokens = [token.end() for token in WORD.finditer(self.view, at, min(end, at + 200))]
        ends = self.words.pattern("clause-end").finditer(self.view, at, end)
        match = next((match for match in ends if not self.goes_on(match.end(), end)), None)
        return min(
            match.start() if match else end, tokens[MAX_WORDS - 1] if len(tokens) >= MAX_WORDS else end
        )

    def goes_on(self, at: int, end: int) -> bool:
        """Tell whether "and" at a place joins words of one kind and no clause: no verb follows soon."""
        mark = STOP.search(self.view, at, end)
        last = mark.start() if mark else end
        tokens = [token[0] for token in islice(WORD.finditer(self.view, at, last), JOINED + 1)]
        if (
            not tokens
            or tokens[0].lower() not in self.words.listed("cut", "and")
            or self.view[at - 1] in ",;"
        ):
            return False
        verb_like = self.words.pattern("verb-like")
        return not any(verb_like.match(word) for word in tokens[1:])

    def by_verb(self, verb: str, span: Span, meetings: Sequence[Suggestion]) -> dict[str, str]:
        """Return the pattern of a verb, with the meeting or the document that it needs and its words name."""
        pattern = self.words.tables["events"]["patterns"].get(verb)
        if pattern is None:
            return {}
        meeting = next((meeting for meeting in meetings if span[0] <= meeting.start < span[1]), None)
        found = self.words.pattern("document").search(self.view, *span)
        things = {
            "meeting": meeting.fields["meeting"] if meeting else "",
            "document": self.without_article(found)[1] if found else "",
        }
        needed = [name for name in parts()[pattern]["things"].values() if name in things]
        named = {name: things[name] for name in needed if things[name]}
        return {"pattern": pattern, **named} if pattern == "Held" or len(named) == len(needed) else {}

    def happening(self, start: int, verb: re.Match[str], end: int) -> dict[str, str]:
        """Return what took place, as a field, by the words before its verb, or right behind the verb."""
        heads = self.words.pattern("happening")
        begin = max(start, verb.start() - SUBJECT)
        marks = [mark.end() for mark in STOP.finditer(self.view, begin, verb.start())]
        begin = marks[-1] if marks else begin
        head = heads.search(self.view, begin, verb.start())
        if head:
            tail = self.words.pattern("clause-start").search(self.view, head.end(), verb.start())
            last = tail.start() if tail and not self.joins_names(tail) else verb.start()
        else:
            head = heads.match(self.view, verb.end() + 1, end)
            last = self.clause_end(head.end(), end) if head else 0
        if head is None:
            return {}
        words = self.text(*trimmed(self.view, head.start(), last, self.words)).split()
        while words[-1].lower() in self.words.listed("events", "auxiliaries"):
            words.pop()
        return {"meeting": " ".join(words)}

    def joins_names(self, joint: re.Match[str]) -> bool:
        """Tell whether a word joins two names: "antara Thailand dan Kamboja"."""
        return self.view[joint.end() :].lstrip()[:1].isupper()

    def subject(self, start: int, verb: int) -> Mention | None:
        """Return the subject of a verb, where it stands right before it."""
        mentions = [who for who in self.mentions.within(max(start, verb - SUBJECT), verb) if who.end <= verb]
        between = WORD.findall(self.view, mentions[-1].end, verb) if mentions else []
        near = mentions and (
            len(between) <= 1
            or self.words.listed("events", "auxiliaries").issuperset(map(str.lower, between))
        )
        is_subject = (
            near
            and not self.mentions.after_preposition(mentions[-1].start, start)
            and not self.view[start : mentions[-1].start].rstrip().endswith(self.claims.joints[1:])
        )
        return mentions[-1] if is_subject else None

    def nouns(self, start: int, end: int) -> Iterator[Suggestion]:
        """Yield visits and talks that a noun tells, with who takes part: "kunjungan Presiden … ke Rusia"."""
        for match in self.words.pattern("event-noun").finditer(self.view, start, end):
            last = self.clause_end(match.end(), end)
            before = WORD.findall(self.view, max(start, match.start() - SUBJECT), match.start())[-1:]
            is_verb = bool(before) and before[0].lower() in self.words.listed("events", "noun-not-after")
            if is_verb or (match[0][0].isupper() and match.start() != start):
                continue  # with a capital it belongs to the name of a meeting
            if self.narrated(match.start()) and self.mentions.within(match.end(), last):
                span = trimmed(self.view, match.start(), last, self.words)
                yield self.suggestion(span, "event.noun", 0.7, {"event": match[0].lower()})

    def by_verbs_of_plan(self, span: Span, meetings: Sequence[Suggestion]) -> dict[str, str]:
        """Return the pattern of what is planned, where its first verb has one that may be still to come."""
        for token in WORD.finditer(self.view, *span):
            found = self.by_verb(self.words.lemma(token[0]), span, meetings)
            if found:
                planned = parts()[found["pattern"]].get("planned")
                return {**found, "pattern": planned} if planned else {}
        return {}

    def plans(self, start: int, end: int, meetings: Sequence[Suggestion]) -> Iterator[Suggestion]:
        """Yield what a sentence tells as planned, from each cue to the next."""
        cues = [
            found
            for found in self.words.pattern("plan").finditer(self.view, start, end)
            if self.narrated(found.start())
        ]
        for found, following in zip(cues, [*(cue.start() for cue in cues[1:]), end], strict=False):
            for number, span in enumerate(pieces(self.view, found.start(), following, self.words)):
                goes_on = not number or self.words.pattern("verb-like").match(self.first_word(span))
                if self.narrated(span[0]) and goes_on:
                    actor = self.mentions.who(start, found.start())
                    fields = {"cue": self.text(*found.span()), "modality": "planned"}
                    fields |= {"actor": actor.name} if actor else {}
                    fields |= self.by_verbs_of_plan(span, meetings)
                    yield self.suggestion(span, "plan.cue", 0.8, fields)

    def first_word(self, span: tuple[int, int]) -> str:
        """Return the first word of a span."""
        match = self.words.pattern("first-word").match(self.view, *span)
        return match[0] if match else ""

    def dated(self, when: When, happened: Sequence[Suggestion], meetings: Sequence[Suggestion]) -> Suggestion:
        """Return a date with the event of its sentence that it may be the date of: the nearest one.

        `meeting` is the meeting that this event is, or that its words name.
        """
        event = event_near(when, happened)
        fields: dict[str, Any] = {
            "event": self.text(event.start, event.end),
            "written": self.text(when.start, when.end),
        }
        named = next(
            (part for part in (*meetings, event) if is_part(part, event) and "meeting" in part.fields), None
        )
        if named:
            fields["meeting"] = named.fields["meeting"]
        if when.edtf:
            fields |= {"date": when.edtf, "resolved": when.resolved}
        return self.suggestion((when.start, when.end), "date.of-event", 0.75, fields)

    # What has a name

    def meetings(self) -> Iterator[Suggestion]:
        """Yield meetings by name, where the data knows the name, or an ordinal or a date stands with it."""
        known = self.persons.gazetteer.labels.get("event", {})
        for match in self.words.pattern("meeting").finditer(self.view):
            start, text = self.without_article(match)
            ordinal = next(
                (value for name, value in match.groupdict().items() if name.startswith("ordinal") and value),
                "",
            )
            when = self.date_near(match)
            if count(text) < 2 or not (text in known or ordinal or when):  # noqa: PLR2004 - a head alone is no name
                continue
            fields = {
                "meeting": text,
                "iri": known.get(text, ""),
                "ordinal": ordinal.strip(),
                "date": when.edtf if when else "",
            }
            rule, score = (
                ("ordinal", 0.85) if ordinal else ("known", 0.8) if text in known else ("dated", 0.6)
            )
            filled = {key: value for key, value in fields.items() if value}
            yield self.suggestion((start, match.end()), f"meeting.{rule}", score, filled)

    def without_article(self, match: re.Match[str]) -> tuple[int, str]:
        """Return where a name begins without its article, and the name."""
        article = self.words.pattern("article").match(match[0])
        start = match.start() + (article.end() if article else 0)
        return start, self.text(start, match.end())

    def date_near(self, match: re.Match[str]) -> When | None:
        """Return the date that stands near a name in its sentence."""
        first, last = self.reading.sentence_at(match.start())
        near = (
            when
            for when in self.dates_in(first, last)
            if min(abs(when.start - match.end()), abs(when.end - match.start())) < NEAR
        )
        return next(near, None)

    def dates_in(self, start: int, end: int) -> Sequence[When]:
        """Return the dates of a span."""
        from bisect import bisect_left  # noqa: PLC0415

        return self.dates[bisect_left(self.date_starts, start) : bisect_left(self.date_starts, end)]

    @cached_property
    def date_starts(self) -> list[int]:
        """Where each date begins."""
        return [when.start for when in self.dates]

    def documents(self) -> Iterator[Suggestion]:
        """Yield documents by name."""
        for match in self.words.pattern("document").finditer(self.view):
            start, text = self.without_article(match)
            if count(text) < 2 or self.persons.in_role(start):  # noqa: PLR2004 - a head alone is no name
                continue
            if not self.narrated(start):
                continue  # what somebody speaks of came of nothing that is told here
            candidates = self.persons.candidates("document", text)
            fields = {"document": text, **({"candidates": candidates} if candidates else {})}
            yield self.suggestion((start, match.end()), "document.name", 0.8, fields)

    def partnerships(self) -> Iterator[Suggestion]:
        """Yield grades of partnership, and memberships, with what they are of."""
        for part in ("partnership", "membership"):
            for found in self.words.pattern(part).finditer(self.view):
                of = (found["of"] or "")[self.mentions.small_words(found["of"] or "") :]
                enough = (
                    of or found["with"]
                    if part == "partnership"
                    else count(found["with"] or "") + bool(of) > 1
                )
                if enough:
                    fields = {"words": self.text(*found.span())}
                    if part == "membership":
                        fields |= self.parties(of.removesuffix("'s"), found["with"] or "")
                    yield self.suggestion(found.span(), f"{part}.noun", 0.7, fields)

    def parties(self, before: str, behind: str) -> dict[str, str]:
        """Return who is a member, and of what: "China's accession to …", "accession of … to …"."""
        named = [*filter(None, [before]), *(name[0] for name in self.words.pattern("names").finditer(behind))]
        return dict(zip(("of", "with") if before or len(named) > 1 else ("with",), named, strict=False))

    def dateline(self) -> Iterator[Suggestion]:
        """Yield the place that a news text begins with."""
        match = self.words.pattern("dateline").match(self.view)
        if match and not self.claims.turns:
            groups = ("agency", "agency2", "first")
            agency = next((match[name] for name in groups if match[name]), "")
            span = 0, max(match.end(name) for name in ("place", *groups)) + bool(match["agency2"])
            fields = {"place": self.text(*match.span("place")), **({"publisher": agency} if agency else {})}
            yield self.suggestion(span, "dateline.first", 0.85, fields)


def is_dated(when: When, happened: Sequence[Suggestion]) -> bool:
    """Tell whether the event whose date it may be has it already, and a place for it."""
    fields, part = (one := event_near(when, happened)).fields, one.part
    takes = parts()[fields.get("pattern", part)].get("values", {}).values()
    return bool(when.edtf) and "date" in takes and fields.get("date") == when.edtf


def event_near(when: When, happened: Sequence[Suggestion]) -> Suggestion:
    """Return the event whose words stand nearest to a date."""
    return min(happened, key=lambda one: min(abs(one.start - when.start), abs(one.end - when.start)))


def is_part(one: Suggestion, plan: Suggestion) -> bool:
    """Tell whether an event is what a plan tells: their words overlap."""
    return plan.start < one.end and one.start < plan.end
