"""Whom the words of a text mean: persons, bodies, and what "he", "the President" and "dia" stand for."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ahocorasick_rs import AhoCorasick, MatchKind
from wicara.graph.facts.draft.suggestion import Suggestion
from wicara.graph.facts.identity import read_identity
from wicara.graph.facts.patterns import kind_of_thing
from wicara.ontology import PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Quad
    from wicara.graph.facts.draft.persons import Persons
    from wicara.graph.facts.draft.words import Words
    from wicara.graph.facts.skeleton import Span

PAIR: Final = 2
"""How many states "both countries" means."""
BACK: Final = 2000
"""How far back the longer name of a body is looked for, in characters."""
LIST_LEAST: Final = 3
"""How many names make a list of states."""


@dataclass(frozen=True)
class Mention:
    """Words that mean somebody: `name` is the full one; `kind` person, pronoun, office, body or name."""

    start: int
    end: int
    name: str
    kind: str


def outermost(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Yield mentions in their order without those inside a longer name."""
    end = 0
    for mention in mentions:
        if mention.start >= end or mention.kind == "person":
            yield mention
        if mention.kind in {"name", "body", "person", "office"}:
            end = max(end, mention.end)


class Mentions:
    """Whoever may speak or act in one text."""

    def __init__(self, persons: Persons) -> None:
        """Collect the mentions, in the order of the text."""
        self.persons, self.words, self.view = persons, persons.words, persons.reading.view
        found = (*self.named(), *self.capitalised(), *self.meant_by_word())
        self.all = list(outermost(sorted(found, key=lambda one: (one.start, -one.end))))
        self.starts = [mention.start for mention in self.all]
        self.ends = {mention.end for mention in self.all}
        self.last: Mention | None = None
        self.last_body: Mention | None = None

    def within(self, start: int, end: int) -> Sequence[Mention]:
        """Return the mentions that begin inside a span."""
        return self.all[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def named(self) -> Iterator[Mention]:
        """Yield persons with their posts, and what is known by name."""
        full = self.persons.full_names
        for role in self.persons.roles:
            name = role.fields["person"]
            yield Mention(role.start, role.end, full.get(name.split()[0], name), "person")
        for who in self.persons.known:
            if who.kind in {"person", "state", "body", "document"} and not self.persons.in_role(who.start):
                kind = "person" if who.kind == "person" else "body"
                yield Mention(who.start, who.end, self.persons.full_names.get(who.name, who.name), kind)

    def capitalised(self) -> Iterator[Mention]:
        """Yield words with capitals: a part of a person's name means that person."""
        for found in self.words.pattern("mention").finditer(self.view):
            if self.persons.in_role(found.start()):
                continue
            cut = self.small_words(found[0])
            if found.start() in self.sentence_starts and found[0] in self.only_at_start:
                continue
            tokens = re.findall(r"[\w.&/-]+", found[0][cut:])
            if tokens and (tokens[0] in self.words.months or tokens[0] in self.words.weekdays):
                continue
            full = self.persons.full_names
            person = next((full[token] for token in reversed(tokens) if token in full), None)
            if tokens:
                name = person or " ".join(found[0][cut:].split())
                kind = "person" if person else "office" if self.is_office(name) else "name"
                yield Mention(found.start() + cut, found.end(), name, kind)

    @cached_property
    def sentence_starts(self) -> frozenset[int]:
        """Where sentences begin, whose first word has a capital whatever it is."""
        return frozenset(self.persons.reading.starts)

    @cached_property
    def only_at_start(self) -> frozenset[str]:
        """The words that have a capital only at the beginning of a sentence, and are nobody's name."""
        first: set[str] = set()
        inside: set[str] = set()
        for found in re.finditer(r"[^\W\d_a-z][\w'-]*", self.view):
            (first if found.start() in self.sentence_starts else inside).add(found[0])
        return frozenset(
            word for word in first - inside - self.persons.full_names.keys() if not word.isupper()
        )

    def is_office(self, name: str) -> bool:
        """Tell whether a name is an office: "US President", "Menlu RI"; not "Sekretariat Presiden"."""
        office = self.words.pattern("office")
        if self.words.tables["posts-begin-before-title"]:
            return any(found.end() == len(name) for found in office.finditer(name))
        return office.match(name) is not None

    def small_words(self, name: str) -> int:
        """Return how many characters of a name are words that only begin a sentence: "Menurut Putin"."""
        cut, persons = 0, self.persons
        while word := re.compile(r"([\w'-]+)(?: +|$)").match(name, cut):
            plain = word[1].lower()
            ordinary = plain in self.words.function_words or plain in persons.beginnings
            first = cut == 0 and word.end() < len(name) and word[1] not in persons.portfolio
            if word[1] in persons.full_names or not (ordinary or (first and self.words.is_word(plain))):
                break
            cut = word.end()
        return cut

    def meant_by_word(self) -> Iterator[Mention]:
        """Yield pronouns, offices without a name, and bodies such as "the leaders", "pemerintah"."""
        kinds = {"pronoun": "pronoun", "pronoun-plural": "plural", "office": "office", "collective": "body"}
        for pattern, kind in kinds.items():
            for found in self.words.pattern(pattern).finditer(self.view):
                if not self.persons.in_role(found.start()) and not self.is_possessor(found):
                    yield Mention(found.start(), found.end(), " ".join(found[0].split()), kind)

    def is_possessor(self, found: re.Match[str]) -> bool:
        """Tell whether "both countries" only tells whose something is, as in "hubungan keduanya"."""
        is_pair = found[0].lower() in self.words.listed("persons", "pairs")
        if not (is_pair and self.words.tables["persons"]["possessors-follow"]):
            return False
        near = self.view[max(0, found.start() - 30) : found.start()]
        before = self.words.pattern("subject-before").search(near)
        small = self.words.function_words | self.words.listed("persons", "prepositions")
        return before is not None and before[1].lower() not in small

    # Who acts

    def who(self, start: int, end: int, *, first: bool = False) -> Mention | None:
        """Return who acts in a span: a person before a body, the last named, or the `first`; None if nobody.

        Who stands after a preposition does not act, unless nobody else is named.
        """
        found = self.within(start, end)
        ordered = found if first else found[::-1]
        free = [other for other in ordered if not self.after_preposition(other.start, start)]
        for kinds in (("person", "pronoun", "office", "plural"), ("body", "name")):
            chosen = next((mention for mention in free if mention.kind in kinds), None)
            if chosen:
                return self.meant(chosen)
        return next((mention for mention in ordered if mention.kind == "person"), None)

    def after_preposition(self, at: int, start: int) -> bool:
        """Tell whether a mention stands after a word that makes it no subject."""
        before = self.words.pattern("subject-before").search(self.view[max(start, at - 30) : at])
        return before is not None and before[1].lower() in self.words.listed("persons", "prepositions")

    def meant(self, mention: Mention) -> Mention:
        """Return whom a mention means: "he" and "the President" are a person who was named before."""
        if mention.kind == "body":
            return self.longer(mention)
        if mention.kind == "plural":
            return self.last_body or mention
        if mention.kind not in {"pronoun", "office"}:
            return mention
        office = self.words.pattern("office").search(mention.name)
        if office:
            number = bisect_right(self.persons.role_starts, mention.start)
            for role in reversed(self.persons.roles[:number]):
                if office[0].lower() in role.fields["post"].lower():
                    name = role.fields["person"]
                    name = self.persons.full_names.get(name.split()[0], name)
                    return Mention(mention.start, mention.end, name, "person")
        return self.last or mention

    def pair(self, mention: Mention) -> tuple[str, str] | None:
        """Return the states that "both countries" means: the two that the text names most; None if in doubt.

        A sentence before it has to name these two, and no other.
        """
        if mention.name.lower() not in self.words.listed("persons", "pairs"):
            return None
        states = [known for known in self.persons.known if known.kind == "state"]
        ranked = Counter(state.name for state in states).most_common(PAIR + 1)
        if len(ranked) < PAIR or (len(ranked) > PAIR and ranked[PAIR][1] == ranked[PAIR - 1][1]):
            return None
        most = {name for name, _ in ranked[:PAIR]}
        named: dict[int, list[str]] = {}
        for state in states:
            if state.start < mention.start:
                named.setdefault(self.persons.reading.sentence_at(state.start)[0], []).append(state.name)
        first = next((names for names in reversed(named.values()) if set(names) == most), None)
        pair = list(dict.fromkeys(first or ()))
        return (pair[0], pair[1]) if pair else None

    def longer(self, mention: Mention) -> Mention:
        """Return the last longer name that ends alike: "the leaders' statement" after that of somebody."""
        tail = re.sub(r"^the ", "", mention.name.lower())
        for earlier in reversed(self.within(max(0, mention.start - BACK), mention.start)):
            if (
                earlier.kind == "body"
                and len(earlier.name) > len(mention.name)
                and earlier.name.lower().endswith(f" {tail}")
            ):
                return earlier
        return mention

    def remember(self, mention: Mention | None) -> None:
        """Keep the person or the body of whom was last spoken, whom a pronoun means."""
        if mention and mention.kind == "person":
            self.last = mention
        if mention and mention.kind in {"body", "name"}:
            self.last_body = mention

    # Lists of states

    def states(self) -> Iterator[Suggestion]:
        """Yield lists of states and bodies: "Japan, China, and South Korea"."""
        listed = [known for known in self.persons.known if known.kind in {"state", "body"}]
        joint = self.words.pattern("state-joint")
        run: list[Known] = []
        for one in (*listed, None):
            if run and one and joint.fullmatch(self.view, run[-1].end, one.start):
                run.append(one)
                continue
            if len(run) >= LIST_LEAST and any(known.kind == "state" for known in run):
                yield self.state_list(run)
            run = [one] if one else []

    def state_list(self, run: Sequence[Known]) -> Suggestion:
        """Return a list of states as a suggestion."""
        states = [
            {key: value for key, value in (("name", who.name), ("iri", who.iri), ("code", who.code)) if value}
            for who in run
        ]
        short = self.words.pattern("short-form").match(self.view, run[-1].end)
        span: Span = run[0].start, short.end() if short else run[-1].end
        return Suggestion(*span, "states", f"{self.words.language}.states.list", 0.85, {"states": states})


LABELS: Final = frozenset({f"{PREFIXES['skos']}prefLabel", f"{PREFIXES['skos']}altLabel"})
KINDS: Final = frozenset({"person", "state", "place", "body", "document"})
"""The kinds of things that are looked for in a text; an event or a post has other names inside its own."""
CODE: Final = f"{WIC}iso3166Alpha2"
MIN_LETTERS: Final = 2
"""How many characters a name has at least."""


@dataclass(frozen=True)
class Known(Mention):
    """A name in a text that is known, and what it means: IRI, or ISO 3166-1 code."""

    iri: str = ""
    code: str = ""


class Gazetteer:
    """Names and what they mean. Of two things with one name the first of the data is taken."""

    def __init__(self, quads: Iterable[Quad], words: Words) -> None:
        """Collect the names: of the data, of the table of identities, of the territories in CLDR."""
        quads = tuple(quads)
        states = {
            quad.object.value: quad.subject.value  # type: ignore[union-attr]
            for quad in quads
            if quad.predicate.value == CODE
        }
        self.labels: dict[str, dict[str, str]] = {}
        self.things: dict[str, tuple[str, str, str]] = {}
        named = [(name, iri, kind_of_thing(iri)) for name, iri in sorted(names_with_iris(quads))]
        for name, iri, kind in named:
            if kind:
                self.labels.setdefault(kind, {})[name] = iri
        for name, iri, kind in named:
            is_post = name in self.labels.get("post", {})  # also the name of an office: "President of Russia"
            if kind in KINDS and len(name) >= MIN_LETTERS and not is_post:
                self.things.setdefault(name, (kind, iri, ""))
        territories = {name: code for code, name in words.locale.territories.items() if code.isalpha()}
        for name, code in (territories | words.tables["states"]).items():
            self.things.setdefault(name, ("state", states.get(code, ""), code))
        self.names = sorted(self.things)
        self.finder = AhoCorasick(self.names, matchkind=MatchKind.LeftmostLongest)

    def find(self, view: str) -> Iterator[Known]:
        """Yield the known names of a text that stand there as whole words, the longest at each place."""
        for number, start, end in self.finder.find_matches_as_indexes(view):
            whole = not (view[start - 1 : start].isalnum() or view[end : end + 1].isalnum())
            if whole:
                name = self.names[number]
                kind, iri, code = self.things[name]
                yield Known(start, end, name, kind, iri, code)


def names_with_iris(quads: Iterable[Quad]) -> Iterator[tuple[str, str]]:
    """Yield the names of things with their IRIs: labels, and the mentions that were settled for any text."""
    for quad in quads:
        if quad.predicate.value in LABELS:
            yield quad.object.value, quad.subject.value  # type: ignore[union-attr]
    for row in read_identity():
        if not row.article:
            yield row.mention, row.iri
