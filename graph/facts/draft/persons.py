"""Persons with their posts: "Presiden Rusia Vladimir Putin", "Heo Yoon, profesor …"."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from rapidfuzz import fuzz, process, utils
from wicara.graph.facts.draft.suggestion import Suggestion
from wicara.graph.facts.draft.words import WORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.graph.facts.draft.mentions import Gazetteer, Known
    from wicara.graph.facts.draft.reading import Reading
    from wicara.graph.facts.draft.words import Words
    from wicara.graph.facts.skeleton import Span

CANDIDATES: Final = 3
"""How many things that a name may mean are proposed at most."""
LIKE: Final = 75.0
"""How alike a label must be to be proposed, 0 to 100."""
SHORTEST: Final = 3
"""How many characters a name has at least; an initial alone is none."""
BEFORE_TITLE: Final = 60
"""How far before a title its post may begin, in characters."""


class Persons:
    """The persons of one text who stand there with a post, and what else it names that is known."""

    def __init__(self, reading: Reading, words: Words, gazetteer: Gazetteer) -> None:
        """Find what is known first: where a post ends and a name begins is told by that."""
        self.reading, self.words, self.gazetteer = reading, words, gazetteer
        self.known: list[Known] = list(gazetteer.find(reading.view))
        self.known_starts = [known.start for known in self.known]
        titled = list(self.titled())
        self.roles = sorted([*titled, *self.appositions(titled)])
        self.role_starts = [role.start for role in self.roles]

    def new_roles(self) -> Iterator[Suggestion]:
        """Yield who holds which post, each once: a part of the name with the same post says nothing new."""
        seen: list[tuple[set[str], str]] = []
        for role in self.roles:
            tokens, post = set(re.findall(r"\w+", role.fields["person"])), role.fields["post"].lower()
            known = [str(like["iri"]) for like in role.fields.get("candidates", ())[:1] if like["alike"] == 1]
            tokens = set(known) or tokens
            if not any(tokens < before or (tokens == before and post == said) for before, said in seen):
                seen.append((tokens, post))
                yield role

    def in_role(self, at: int) -> bool:
        """Tell whether a place is among the words of a person with a post."""
        number = bisect_right(self.role_starts, at) - 1
        return number >= 0 and at < self.roles[number].end

    @cached_property
    def full_names(self) -> dict[str, str]:
        """Each word of a person's name, and the full name that it means, where that is one."""
        full: dict[str, set[str]] = {}
        for role in self.roles:
            for token in re.findall(r"[^\W\d_]{2,}", role.fields["person"]):
                full.setdefault(token, set()).add(role.fields["person"])
        for known in self.known:
            if known.kind == "person":
                full.setdefault(known.name, set()).add(known.name)
        return {token: max(names, key=len) for token, names in full.items() if nested(names)}

    # A title, then a name

    def titled(self) -> Iterator[Suggestion]:
        """Yield persons after their title."""
        view, taken = self.reading.view, 0
        for found in self.words.pattern("title").finditer(view):
            if found.start() < taken:
                continue
            post_end, name_start, end = self.after_title(found.end())
            if name_start < end:
                taken = end
                start = self.before_title(found.start())
                joints = self.words.pattern("post-joint").finditer(view, start, post_end)
                cuts = [(start, start), *(joint.span() for joint in joints), (post_end, post_end)]
                for (_, first), (last, _) in pairwise(cuts):
                    yield self.role((first, end), view[first:last], view[name_start:end], "title", 0.9)

    def role(self, span: Span, post: str, name: str, rule: str, score: float) -> Suggestion:
        """Return the suggestion that a person holds a post."""
        person = " ".join(name.strip(" ,").split())
        fields: dict[str, Any] = {"person": person, "post": " ".join(post.strip(" ,").split())}
        state = next((known for known in self.known_in(*span) if known.kind == "state"), None)
        if state:
            fields["state"] = state.iri or state.code
        candidates = self.candidates("person", person)
        if candidates:
            fields["candidates"] = candidates
        return Suggestion(*span, "role", f"{self.words.language}.role.{rule}", score, fields)

    def before_title(self, start: int) -> int:
        """Return where a post begins whose state stands before the title, as in "US Secretary of State"."""
        view = self.reading.view
        if not self.words.tables["posts-begin-before-title"]:
            return start
        before = self.words.pattern("before-title").search(view[max(0, start - BEFORE_TITLE) : start])
        first = start - len(before[0]) if before else start
        if first and view[first - 1].isalnum():  # the end of a word and of a sentence: "… BRICS. Analyst"
            return start
        while word := re.compile(r"([\w.'-]+) +").match(view, first, start):
            if word[1].lower() not in self.words.function_words | self.beginnings:
                break
            first = word.end()
        return first

    def after_title(self, at: int) -> tuple[int, int, int]:
        """Return where the post ends, and where the name after it begins and ends; empty without a name."""
        view, post_end, past_comma = self.reading.view, at, False
        limit = self.reading.sentence_at(at)[1]
        while joint := self.words.pattern("after-title").match(view, at, limit):
            comma = joint[0].startswith(",")
            if comma and past_comma:
                break
            past_comma = past_comma or comma
            if ")" in joint[0]:
                at = post_end = joint.end()
                continue
            name = self.name_at(joint.end(), limit)
            if name:
                alone = comma and len(view[slice(*name)].split()) == 1
                return (post_end, at, at) if alone else (post_end, *name)
            unit = self.unit_at(joint.end(), limit)
            if unit == joint.end():
                break
            at = post_end = unit
        return post_end, at, at

    def name_at(self, at: int, limit: int) -> Span | None:
        """Return the span of a person's name that begins at a place; None for other words."""
        view = self.reading.view
        known = self.known_at(at)
        if not (known and known.kind == "person") and self.unit_at(at, limit) != at:
            return None
        found = self.words.pattern("person").match(view, at, limit)
        if found is None or len(found[0]) < SHORTEST or self.is_name_of_other(found[0]):
            return None
        at = self.behind_post(at, found.end())
        end = found.end()
        if view[end - 1] == "." and not re.search(r"(?:^|[ .])[^\W\d_]\.$|\b[JS]r\.$", view[at:end]):
            end -= 1
        possessive = re.search(r"'s?$", view[at:end])
        return at, end - (len(possessive[0]) if possessive else 0)

    def behind_post(self, at: int, end: int) -> int:
        """Return where a name begins behind words of its post: "Foreign Ministry Retno Marsudi"."""
        words = list(re.finditer(r"\S+", self.reading.view[at:end]))
        last = next((word for word in reversed(words[:-1]) if word[0] in self.portfolio), None)
        return at + last.end() + 1 if last else at

    def is_name_of_other(self, name: str) -> bool:
        """Tell whether a name is that of a meeting or a document, which has a word for it."""
        heads = self.words.entries("meetings", "heads") + self.words.entries("documents", "heads")
        is_short_form = name.isupper() and name.isalpha()
        return is_short_form or not set(name.split()).isdisjoint(heads)

    def unit_at(self, at: int, limit: int) -> int:
        """Return where something ends that belongs to a post: a known name, a word of posts, a rank."""
        view = self.reading.view
        known = self.known_at(at)
        if known and known.kind != "person":
            return known.end
        party = self.words.pattern("party").match(view, at, limit)
        if party:
            return party.end()
        rank = self.words.pattern("honorific").match(view, at, limit)
        if rank:
            return at + len(rank[0].rstrip())
        word = self.words.pattern("post-word").match(view, at, limit)
        plain = word[0].strip(".") if word else ""
        return word.end() if word and (plain in self.portfolio or self.words.is_word(plain)) else at

    @cached_property
    def portfolio(self) -> frozenset[str]:
        """The words of posts and offices, which are no names of persons."""
        return self.words.single("persons", "portfolio")

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """Words that begin sentences and are no names, in small letters."""
        lists = (
            ("persons", "prepositions"), ("persons", "pronouns"), ("persons", "pronoun-plurals"),
            ("events", "clause-starts"), ("speech", "according"), ("speech", "begins"),
        )  # fmt: skip
        entries = (entry for key in lists for entry in self.words.entries(*key))
        return frozenset(entry.split()[0].lower() for entry in entries)

    # A name, then a post

    def appositions(self, titled: Sequence[Suggestion]) -> Iterator[Suggestion]:
        """Yield persons before their post; a single name only where the text has the full one elsewhere."""
        tokens = {token for role in titled for token in role.fields["person"].split()}
        for found in self.words.pattern("apposition").finditer(self.reading.view):
            name, known = found["name"], self.known_at(found.start())
            if self.reading.view[max(0, found.start() - 1) : found.start()].isalnum():
                continue  # the end of a short form is no initial: "the ARSOM. Leaders, …"
            of_other = (known and known.kind != "person") or self.is_name_of_other(name)
            within = any(found.start("post") <= role.start < found.end() for role in titled)
            if (len(name.split()) > 1 or name in tokens) and not of_other and not within:
                end = self.before_verb(found.start("post"), found.end())
                post = self.reading.view[found.start("post") : end]
                yield self.role((found.start(), end), post, name, "apposition", 0.7)

    def before_verb(self, start: int, end: int) -> int:
        """Return where a post ends: before a word of saying, if one follows it."""
        said = {*self.words.entries("speech", "say"), *self.words.entries("speech", "act")}
        for token in WORD.finditer(self.reading.view, start, end):
            lemma = self.words.lemma(token[0])
            if lemma in said and (lemma != token[0].lower() or not self.words.tables["words-inflect"]):
                return token.start() - 1
        return end

    # What is known

    def candidates(self, kind: str, name: str) -> list[dict[str, object]]:
        """Return what a name may mean among the things of the data, the most alike first."""
        labels = self.gazetteer.labels.get(kind, {})
        ranked = process.extract(
            name, labels.keys(), scorer=fuzz.token_set_ratio, processor=utils.default_process,
            limit=4 * CANDIDATES, score_cutoff=LIKE,
        )  # fmt: skip
        best: dict[str, float] = {}
        for label, score, _ in ranked:
            best.setdefault(labels[label], round(score / 100, 2))
        return [{"iri": iri, "alike": score} for iri, score in list(best.items())[:CANDIDATES]]

    def known_at(self, at: int) -> Known | None:
        """Return the known name that begins at a place."""
        number = bisect_left(self.known_starts, at)
        return self.known[number] if self.known_starts[number : number + 1] == [at] else None

    def known_in(self, start: int, end: int) -> Sequence[Known]:
        """Return the known names that begin inside a span."""
        return self.known[bisect_left(self.known_starts, start) : bisect_left(self.known_starts, end)]


def nested(names: set[str]) -> bool:
    """Tell whether each of some names is part of the longest of them."""
    tokens = [set(re.findall(r"\w+", name)) for name in names]
    longest = max(tokens, key=len)
    return all(words <= longest for words in tokens)
