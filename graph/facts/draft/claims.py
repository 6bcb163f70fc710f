"""Who said what: quotations with their speaker, and clauses that are attributed to somebody."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wicara.graph.facts.draft.clauses import MIN_WORDS, count, pieces, trimmed
from wicara.graph.facts.draft.mentions import Mention
from wicara.graph.facts.draft.suggestion import Suggestion
from wicara.graph.facts.draft.words import WORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.graph.facts.draft.dates import When
    from wicara.graph.facts.draft.mentions import Mentions
    from wicara.graph.facts.draft.reading import Reading
    from wicara.graph.facts.draft.words import Words
    from wicara.graph.facts.skeleton import Span

NAMED: Final = 8
"""How many words name who said what stands before, at most."""
OCCASION: Final = 5
"""How many words tell more than who said something, at least."""
MOST_WORDS: Final = 16
"""How many words tell it at most."""
QUOTE_LEAST: Final = 5
"""How many words make a quotation; fewer are a name, or a word that the writer keeps at a distance."""
TURNS_LEAST: Final = 2
"""How many names begin paragraphs of a transcript, at least."""
NEAR: Final = 160
"""How far behind a quotation its speaker may stand, in characters."""
SENTENCE_END: Final = re.compile(r"[.!?;](?= |$)")
KINDS: Final = ("quote-only", "say", "act", "propose", "pledge")
"""The lists of words of saying; of one in two lists the last counts."""
MODALITY: Final = {"propose": "proposed", "pledge": "planned"}
SCORES: Final = {"say": 0.85, "act": 0.85, "propose": 0.85, "pledge": 0.8}


@dataclass(frozen=True)
class Act:
    """A word of saying: its place, the list that it stands in, and the form that it has there."""

    start: int
    end: int
    kind: str
    verb: str


class Saying(NamedTuple):
    """How something is said: by whom, found by which rule, how sure, and in which way."""

    speaker: Mention | None
    rule: str
    score: float
    kind: str = "say"
    verb: str = ""


class Turn(NamedTuple):
    """Words of a transcript from one name to the next; `speaker` is None where somebody asks."""

    start: int
    end: int
    speaker: Mention | None


class Claims:
    """What one text attributes to somebody."""

    def __init__(self, reading: Reading, words: Words, mentions: Mentions, dates: Sequence[When]) -> None:
        """Find the quotation marks first: what stands in them is no narration."""
        self.reading, self.words, self.mentions, self.dates = reading, words, mentions, dates
        view = reading.view
        quoted = (found.span("words") for found in words.pattern("quote").finditer(view))
        self.turns = list(self.speakers())
        self.quotes = [
            span for span in quoted if is_quotation(view[slice(*span)]) and self.turn_of(span[0]) is None
        ]
        self.claimed: list[Span] = []

    def all(self) -> Iterator[Suggestion]:
        """Yield the quotations and the attributed clauses, in the order of the text."""
        number = 0
        for start, end in self.reading.sentences:
            if turn := self.turn_of(end - 1):
                yield from self.spoken_in(turn, start, end)
                continue
            while number < len(self.quotes) and self.quotes[number][0] < end:
                yield from self.quotation(number)
                number += 1
            if not self.is_quoted(start):
                first_quote = self.quotes[bisect_left(self.quotes, (start, 0)) :][:1]
                yield from self.clauses(
                    start, min(end, *(quote[0] - 1 for quote in first_quote)) if first_quote else end
                )
                self.mentions.remember(self.subject(start, end))
        self.claimed.sort()

    def subject(self, start: int, end: int) -> Mention | None:
        """Return the first person whom a sentence names as its subject."""
        named = (
            who
            for who in self.mentions.within(start, end)
            if who.kind == "person" and not self.is_quoted(who.start)
        )
        return next((who for who in named if not self.mentions.after_preposition(who.start, start)), None)

    def is_quoted(self, at: int) -> bool:
        """Tell whether a place is in a quotation, or in the words of a transcript."""
        return inside(self.quotes, at) or self.turn_of(at) is not None

    # Transcripts

    def speakers(self) -> Iterator[Turn]:
        """Yield who speaks from where to where in a transcript: names in capitals begin its paragraphs."""
        view, full = self.reading.view, self.mentions.persons.full_names
        found = list(self.words.pattern("turn").finditer(view))
        if len(found) < TURNS_LEAST:
            return
        ends = [*(match.start() for match in found[1:]), len(view)]
        for match, end in zip(found, ends, strict=True):
            words = match["who"].title()
            title = self.words.pattern("title").match(words)
            name = words[title.end() :].strip() if title else words
            asks = match["who"] in self.words.listed("speech", "askers") or not name
            name = full.get(name.split()[-1], name) if not asks else ""
            yield Turn(match.end(), end, Mention(*match.span("who"), name, "person") if name else None)

    def turn_of(self, at: int) -> Turn | None:
        """Return the turn of a transcript that holds a place."""
        return next((turn for turn in self.turns if turn.start <= at < turn.end), None)

    def spoken_in(self, turn: Turn, start: int, end: int) -> Iterator[Suggestion]:
        """Yield the clauses of a sentence of a transcript; what is asked states nothing."""
        if turn.speaker is None:
            return
        fields = self.speaker_fields(turn.speaker)
        for first, last in pieces(self.reading.view, max(start, turn.start), end, self.words):
            yield Suggestion(first, last, "quotation", f"{self.words.language}.quote.turn", 0.8, fields)

    def is_claimed(self, at: int) -> bool:
        """Tell whether a place is in an attributed clause; known when all have been found."""
        return inside(self.claimed, at)

    # Words of saying

    @cached_property
    def verbs(self) -> dict[str, str]:
        """Each word of saying, or the two words of one, and the list that it stands in."""
        return {entry: kind for kind in KINDS for entry in self.words.entries("speech", kind)}

    def acts(self, start: int, end: int) -> Iterator[Act]:
        """Yield the words of saying of a span."""
        tokens = list(WORD.finditer(self.reading.view, start, end))
        lower = [token[0].lower() for token in tokens] + [""]
        skip = False
        for number, token in enumerate(tokens):
            before = lower[number - 1] if number else ""
            lemma = self.words.lemma(token[0])
            pair = f"{lemma} {lower[number + 1]}"
            verb = pair if pair in self.verbs else lemma
            capital = number > 0 and token[0][0].isupper()
            passive = lower[number + 1] in self.words.listed(
                "speech", "by"
            ) or f"{lower[number]} {lower[number + 1]}" in self.words.listed("speech", "no-speech")
            if (
                skip
                or capital
                or passive
                or verb not in self.verbs
                or before in self.words.listed("speech", "not-after")
                or not self.is_verb(token, lemma, before)
                or (verb in self.words.listed("speech", "only-that") and not self.says_that(token.end(), end))
            ):
                skip = False
                continue
            skip = verb == pair
            yield Act(token.start(), tokens[number + skip].end(), self.verbs[verb], verb)

    def says_that(self, at: int, end: int) -> bool:
        """Tell whether "that" or a comma follows."""
        is_that = self.words.pattern("that-next").match(self.reading.view, at, end)
        return bool(is_that) or self.reading.view.startswith(",", at)

    def is_verb(self, token: re.Match[str], lemma: str, before: str) -> bool:
        """Tell whether a form is a verb here; in English with an ending, or its subject before it."""
        word = token[0].lower()
        if not self.words.tables["words-inflect"]:
            return True
        if word == lemma:
            return before in self.words.listed("speech", "plural-subjects")
        return (
            not word.endswith("s")
            or before in self.words.listed("speech", "plural-subjects")
            or token.start() - 1 in self.mentions.ends
        )

    # Quotations

    def quotation(self, number: int) -> Iterator[Suggestion]:
        """Yield the clauses of a quotation, with its speaker where one is named."""
        start, end = self.quotes[number]
        saying = self.speaker_of(number)
        self.mentions.remember(saying.speaker)
        fields = self.speaker_fields(saying.speaker)
        if fields and saying.rule == "after":
            fields |= self.occasion_fields(end + 1)
        rule = f"{self.words.language}.quote.{saying.rule}"
        for sentence in self.reading.sentences_in(start, end):
            for first, last in pieces(self.reading.view, *sentence, self.words):
                yield Suggestion(first, last, "quotation", rule, saying.score, fields)
        if saying.rule == "after":
            yield from self.occasion(end + 1, fields)

    def occasion_fields(self, start: int) -> dict[str, Any]:
        """Return when and where something was said, as fields, by the words behind its quotation."""
        limit = min(start + NEAR, self.reading.paragraph_end(start))
        stop = SENTENCE_END.search(self.reading.view, start, limit)
        end = stop.start() if stop else limit
        day = next((when.edtf for when in self.dates if start <= when.start < end and when.edtf), "")
        places = [name for name in self.mentions.persons.known_in(start, end) if name.kind == "place"]
        return ({"date": day} if day else {}) | ({"place": places[-1].name} if places else {})

    def occasion(self, start: int, fields: dict[str, Any]) -> Iterator[Suggestion]:
        """Yield on what occasion something was said: "Jokowi told a news conference in Jakarta"."""
        view = self.reading.view
        found = self.words.pattern("clause-end").search(view, start + 1, self.reading.paragraph_end(start))
        end = found.start() if found else self.reading.paragraph_end(start)
        span = trimmed(view, start, end, self.words)
        words = WORD.findall(view, *span)
        has_preposition = any(
            word.lower() in self.words.listed("persons", "prepositions") for word in words[1:]
        )
        if has_preposition and OCCASION <= len(words) <= MOST_WORDS:
            yield Suggestion(*span, "event", f"{self.words.language}.event.said", 0.65, fields)

    def speaker_of(self, number: int) -> Saying:
        """Return who speaks a quotation: named behind it, before it, in the next sentence, or as before."""
        view, mentions = self.reading.view, self.mentions
        start, end = self.quotes[number]
        past = end + 1
        following = self.quotes[number + 1][0] if number + 1 < len(self.quotes) else len(view)
        limit = min(past + NEAR, self.reading.paragraph_end(end), following)
        stop = SENTENCE_END.search(view, past, limit)
        found = self.behind(past, stop.start() if stop and stop.start() > past else limit)
        if found:
            return Saying(found, "after", 0.9)
        first = max(self.reading.sentence_at(start)[0], self.quotes[number - 1][1] + 1 if number else 0)
        for act in reversed(list(self.acts(first, start - 1))):
            if found := mentions.who(first, act.start):
                return Saying(found, "before", 0.85)
        said = self.words.pattern("after-quote").match(view, end)
        if said and (found := mentions.who(said.end(), min(said.end() + NEAR, len(view)), first=True)):
            return Saying(found, "thereafter", 0.85)
        before = max(mentions.last.start if mentions.last else 0, self.quotes[number - 1][1] if number else 0)
        goes_on = view.count("\n", before, start) <= 1  # no paragraph of other things stands between
        return Saying(mentions.last if goes_on else None, "continued", 0.5)

    def behind(self, start: int, end: int) -> Mention | None:
        """Return who is named with a word of saying right behind a quotation."""
        view, mentions = self.reading.view, self.mentions
        said = self.words.pattern("post-speech").match(view, start, end)
        if said:
            return (
                mentions.last
                if said[0].endswith("nya")
                else mentions.who(said.end(), end, first=True) or mentions.last
            )
        act = next(self.acts(start, end), None)
        if act:
            return mentions.who(start, act.start) or mentions.who(act.end, end, first=True)
        source = self.words.pattern("according-after").match(view, start, end)
        return mentions.who(source.end(), end, first=True) if source else None

    # Clauses

    def clauses(self, start: int, end: int) -> Iterator[Suggestion]:
        """Yield the clauses of a sentence that it attributes to somebody."""
        view, mentions = self.reading.view, self.mentions
        reported = self.words.pattern("reported").match(view, start, end)
        according = self.words.pattern("according").search(view, start, end)
        opening = reported or (
            according if according and not WORD.search(view, start, according.start()) else None
        )
        comma = view.find(",", opening.end(), end) if opening else -1
        if opening and comma > 0:
            speaker = mentions.who(opening.end(), comma, first=True)
            rule = "reported" if reported else "according"
            if reported and speaker:
                yield Suggestion(
                    start,
                    comma,
                    "source",
                    f"{self.words.language}.source.reported",
                    0.85,
                    self.speaker_fields(speaker),
                )
            yield from self.attributed(comma + 1, end, Saying(speaker, rule, 0.8))
        elif according and not opening:
            speaker = mentions.who(according.end(), end, first=True)
            yield from self.attributed(start, according.start(), Saying(speaker, "according", 0.8))
        elif postposed := self.words.pattern("postposed").search(view, start, end):
            nameless = postposed[0].endswith("nya")
            speaker = mentions.last if nameless else mentions.who(postposed.end(), end, first=True)
            saying = Saying(speaker, "postposed", 0.8)
            yield from self.attributed(start, postposed.start(), saying)
            comma = view.find(",", postposed.end(), end)  # "Yang pasti, kata dia, …"
            if comma > 0 and count(view[start : postposed.start()]) < MIN_WORDS:
                yield from self.attributed(comma + 1, end, saying)
        else:
            yield from self.spoken(start, end)

    def spoken(self, start: int, end: int) -> Iterator[Suggestion]:
        """Yield what follows each word of saying, up to the next one of the same sentence."""
        acts = [act for act in self.acts(start, end) if act.kind != "quote-only"]
        speaker, left = None, start
        for number, act in enumerate(acts):
            if speaker:
                left = self.clause_start(left, act.start)
            joined = self.is_joined(left, act.start)
            named = self.mentions.who(left, act.start, first=joined)
            opens = speaker is None and not WORD.search(self.reading.view, start, act.start)
            speaker = named or speaker or (self.mentions.last if opens else None)
            if speaker is None:
                continue
            self.mentions.remember(speaker)
            if number == len(acts) - 1 and self.is_postposed(act, start, end):
                before = self.reading.view.rfind(",", start, act.start)
                yield from self.attributed(left, before, Saying(speaker, "postposed", 0.8))
                return
            right = self.end_of(act, acts[number + 1] if number + 1 < len(acts) else None, end)
            first = self.start_of(act, right)
            saying = Saying(speaker, "verb", SCORES[act.kind], act.kind, act.verb)
            yield from self.attributed(first, right, saying)
            left = act.end

    def is_joined(self, start: int, at: int) -> bool:
        """Tell whether a verb has the subject of its sentence: "X met Y and praised", "…, praising"."""
        before = self.reading.view[start:at].rstrip()
        named = start + len(before) - 1 in self.mentions.ends  # "expert X, Y of Z, argued"
        return before.endswith(self.joints[1:]) or (before.endswith(",") and not named)

    @cached_property
    def joints(self) -> tuple[str, ...]:
        """What stands before a verb whose subject is that of the whole sentence."""
        return (",", *(f" {word}" for word in self.words.entries("cut", "and")))

    def is_postposed(self, act: Act, start: int, end: int) -> bool:
        """Tell whether what was said stands before: "…, the minister said in Jakarta"."""
        view = self.reading.view
        comma = view.rfind(",", start, act.start)
        behind = (
            self.words.pattern("adverbial").match(view, act.end, end)
            or count(view[act.end : end]) < MIN_WORDS
        )
        return act.kind == "say" and comma > 0 and count(view[comma : act.start]) < NAMED and bool(behind)

    def start_of(self, act: Act, end: int) -> int:
        """Return where begins what somebody said: behind "say", but an act of its own belongs to it."""
        if act.kind != "say":
            that = self.words.pattern("that-next").match(self.reading.view, act.end, end)
            return that.end() if that else act.start
        placed = self.words.pattern("placed-that").match(self.reading.view, act.end, end)
        if placed:
            return placed.end()  # "said in Jakarta on Friday that …"
        introduction = self.words.pattern("told-that").match(self.reading.view, act.end, end)
        return (
            introduction.end()
            if introduction and act.verb in self.words.listed("speech", "to-somebody")
            else act.end
        )

    def end_of(self, act: Act, following: Act | None, end: int) -> int:
        """Return where ends what somebody said: before the next subject, or an aside."""
        view = self.reading.view
        if following:
            end = following.start
            subject = self.mentions.who(act.end, end)
            if subject and self.words.pattern("clause-before").search(view[act.end : subject.start]):
                end = max(act.end, subject.start)
        aside = self.words.pattern("aside").search(view, act.end, end)
        return aside.start() if aside and view[aside.start()] == "," else end

    def clause_start(self, start: int, end: int) -> int:
        """Return where the last clause of a span begins."""
        found = list(self.words.pattern("clause-start").finditer(self.reading.view, start, end))
        return found[-1].end() if found else start

    def attributed(self, start: int, end: int, saying: Saying) -> Iterator[Suggestion]:
        """Yield the pieces of what somebody said."""
        view, rule = self.reading.view, f"{self.words.language}.claim.{saying.rule}"
        fields = self.speaker_fields(saying.speaker) | ({"verb": saying.verb} if saying.verb else {})
        for first, last in pieces(view, start, end, self.words):
            self.claimed.append((first, last))
            planned = "planned" if self.words.pattern("plan").search(view, first, last) else "claimed"
            modality = MODALITY.get(saying.kind, planned)
            yield Suggestion(first, last, "claim", rule, saying.score, {**fields, "modality": modality})

    def speaker_fields(self, speaker: Mention | None) -> dict[str, Any]:
        """Return who speaks, as fields."""
        if speaker is None or speaker.kind == "plural":
            return {}
        is_person = speaker.kind == "person"
        candidates = self.mentions.persons.candidates("person", speaker.name) if is_person else []
        return {"speaker": speaker.name, **({"candidates": candidates} if candidates else {})}


def is_quotation(words: str) -> bool:
    """Tell whether words in quotation marks were said: they are many, and few have a capital as titles do."""
    tokens = words.split()
    return len(tokens) >= QUOTE_LEAST and 2 * sum(token[0].isupper() for token in tokens) <= len(tokens)


def inside(spans: Sequence[Span], at: int) -> bool:
    """Tell whether a place is inside one of some spans, which are sorted and apart."""
    number = bisect_right(spans, (at, at + 10**9)) - 1
    return number >= 0 and spans[number][0] <= at < spans[number][1]
