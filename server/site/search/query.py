"""What a search asks for, and what the index answers: a page of results, and the counts of the facets.

All words have to be found, each as the beginning of a word. Where nothing has them all, words that nobody
uses give way to the nearest that somebody does, and after that as many of the words are enough as anything
has: the answer says so. Words that only ask (`words.toml`) are left out where not all are found; others have
words there that say the same. What is called by all the words stands before what only has them somewhere, and
so do persons each of whom is named by one of them.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import chain, combinations
from math import inf, log
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import OSA
from wicara.server.site.kinds import KINDS
from wicara.server.site.search.folding import BEGINNING, fold, phrases, tokens
from wicara.server.site.search.index import FACETS, Text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from wicara.server.site.search.folding import Phrase

HIT: Final = "CREATE TEMP TABLE hit (thing INTEGER PRIMARY KEY, score REAL, failed INTEGER, called INTEGER)"
MATCHING: Final = """
INSERT INTO hit SELECT rowid, bm25(words, 16.0, 8.0, 2.0, 1.0), 0, 0 FROM words WHERE words MATCH ?"""
"""The numbers are how much a word counts in a label, a variant, a definition, a quote."""
CALLED: Final = """
UPDATE hit SET called = 1 WHERE thing IN (SELECT rowid FROM words WHERE words MATCH ?)"""
WHOLE: Final = """
SELECT hit.thing, words FROM hit JOIN thing ON id = hit.thing JOIN text ON text.thing = id
WHERE called AND role IN (0, 1, 4) AND kind IN (SELECT value FROM json_each(?)) ORDER BY score LIMIT ?"""
"""The names, and the offices, of those that are called by the words of a search."""
COUNT: Final = "SELECT COUNT(*) FROM words WHERE words MATCH ?"
OF_KIND: Final = """
SELECT id FROM words JOIN thing ON id = words.rowid WHERE words MATCH ? AND kind = ? LIMIT 2"""
"""Things of a kind: whether there are none, one, or several."""
FAILING: Final = """
UPDATE hit SET failed = failed | :bit WHERE thing NOT IN (
  SELECT thing FROM facet WHERE bit = :bit AND value IN (SELECT value FROM json_each(:values)))"""
BEST: Final = """
SELECT id, iri, kind, called * (kind IN (SELECT value FROM json_each(:first))) AS leads
FROM hit JOIN thing ON id = hit.thing JOIN name ON name.thing = id AND lang = :lang
WHERE failed = 0
ORDER BY weight >= 1 AND EXISTS (
    SELECT 1 FROM name AS own WHERE own.thing = id AND own.folded IN (:name, :same)) DESC,
  leads * NOT :some DESC, score * weight * (1 + leads), place, folded, iri
LIMIT :limit OFFSET :offset"""
TEXTS: Final = """
SELECT thing, role, words, lang, source FROM text
WHERE thing IN (SELECT value FROM json_each(?)) ORDER BY thing, rowid"""
STATUSES: Final = """
SELECT thing, facet, value FROM facet JOIN bit USING (bit)
WHERE thing IN (SELECT value FROM json_each(?)) AND facet IN ('status', 'source') ORDER BY 1, 2, 3"""
OUTSIDE: Final = """
UPDATE hit SET failed = failed | :bit WHERE thing NOT IN (
  SELECT thing FROM day WHERE first <= :last AND last >= :first)"""
WITHIN: Final = "id IN (SELECT thing FROM day WHERE first <= ? AND last >= ?)"
HAVING_VALUE: Final = """
id IN (SELECT thing FROM facet WHERE bit = ? AND value IN (SELECT value FROM json_each(?)))"""
OF_KINDS: Final = "kind IN (SELECT value FROM json_each(?))"
DAYS_OF: Final = "SELECT iri, first, last FROM thing LEFT JOIN day ON thing = id WHERE {}"
OFFERED: Final = """
SELECT bit, value, COUNT(*) FROM facet JOIN thing ON id = facet.thing WHERE {} GROUP BY bit, value
ORDER BY 3 DESC, 2"""
COUNTS: Final = """
SELECT bit, value, number FROM (
  SELECT bit, value, COUNT(*) AS number,
    ROW_NUMBER() OVER (PARTITION BY bit ORDER BY COUNT(*) DESC, value) AS place
  FROM hit JOIN facet USING (thing) WHERE failed & ~bit = 0 GROUP BY bit, value)
WHERE place <= :most OR bit || '/' || value IN (SELECT value FROM json_each(:chosen))
ORDER BY number DESC, value"""
LABELS: Final = """
SELECT iri, role, words, lang, source FROM thing JOIN text ON text.thing = id
WHERE iri IN (SELECT value FROM json_each(?)) AND role = 0 ORDER BY iri, text.rowid"""
HAVING: Final = "SELECT rowid, slug, LENGTH(words) FROM question WHERE question MATCH ?"
ASKABLE: Final = """
SELECT rowid, slug, LENGTH(words) FROM question WHERE slug IN (SELECT value FROM json_each(?))"""
NAMED: Final = """
SELECT iri, text.words FROM text JOIN thing ON id = thing WHERE role <= 1 AND id IN (
  SELECT words.rowid FROM words JOIN thing ON id = words.rowid
  WHERE words MATCH ? AND kind = ? ORDER BY bm25(words, 16.0, 8.0) LIMIT ?)"""
OUT_OF_TIME: Final = 1 << len(FACETS)
"""The bit of what lies outside the days that are asked for: the one after those of the facets."""
LAST_DAY: Final = "9999-12-31"
MAX_COMBINED: Final = 8
"""Words of a query of which all but some are looked for; of more, one is enough."""
RARE: Final = 3
"""How many times as much as the rarest word of a query, where nothing has two of them, another may find."""
MAX_WORDS: Final = 32
"""Words of a query that are searched for."""
MAX_VALUES: Final = 40
"""Values of a facet that are counted, the most frequent first."""
CANDIDATES: Final = 60
"""Words that share letters with a misspelled one, and are compared with it; things that a text may name."""
NEAR: Final = 0.72
"""How much alike two words are, from 0 to 1, of which one may stand for the other (difflib)."""
MIN_MISSPELLED: Final = 4
"""Letters of a word that may be misspelled."""
WORDS: Final = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
ASKING: Final = frozenset(word for words in WORDS["asking"].values() for word in words.split())
SAME: Final = {word: [tuple(said.split()) for said in other] for word, other in WORDS["same"].items()}
"""What says the same as a word: of offices and peoples, as readers name them."""
FIRST: Final = json.dumps([key for key, kind in KINDS.items() if kind.first])
"""The kinds that stand first where they are called by all the words of a search."""
WHO: Final = json.dumps([key for key, kind in KINDS.items() if kind.who])
"""Those that count twice where they are called by some of them, and nothing has all."""
ASKING_WEIGHT: Final = 0.1
"""How much a word counts that only asks (`words.toml`), beside one that says what is asked."""
NAMING: Final = 0.5, 0.3
"""How much of one of its names a text has that names a thing, from 0 to 1: by one word, and by several."""
SHARE: Final = 0.55
"""How much of the words searched for a question has, from 0 to 1, the rarer words counting for more."""


@dataclass(frozen=True)
class Search:
    """What is asked: the text, the chosen values of each facet, and the language to sort by."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]
    lang: str
    first: str = ""
    """The first and the last day that it is narrowed to, in ISO 8601; empty for no bound."""
    last: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Tell whether it asks for more than words."""
        return bool(self.chosen or self.first or self.last)


class Named(NamedTuple):
    """A thing that words name (its IRI), and those of them that do."""

    iri: str
    words: frozenset[str]


class Count(NamedTuple):
    """How many results have a value of a facet, or would with this one chosen too."""

    value: str
    number: int


@dataclass(frozen=True)
class Understood:
    """How a text was understood: its phrases, words that gave way to others, and which of them are enough."""

    phrases: tuple[Phrase, ...]
    instead: tuple[tuple[str, str], ...] = ()
    some: tuple[tuple[Phrase, ...], ...] = ()
    """The choices of phrases each of which is enough, where nothing has all."""
    cut: bool = False

    def with_words(self, instead: Mapping[Phrase, str]) -> Understood:
        """Return it with other words instead of some."""
        phrases = dict.fromkeys((instead[one],) if one in instead else one for one in self.phrases)
        pairs = ((one[0], word) for one, word in instead.items())
        return replace(self, phrases=tuple(phrases), instead=(*self.instead, *pairs))

    @property
    def words(self) -> dict[str, str]:
        """Return the words that are searched for, each with that of the query that it stands for."""
        own = [*chain.from_iterable(self.phrases)]
        same = {other: word for word in own for other in chain(*SAME.get(word, ()))}
        return same | {word: word for word in own}

    @property
    def expression(self) -> str:
        """Return the query as FTS5 has it (SQLite FTS5, section 3)."""
        return " OR ".join(f"({' AND '.join(map(fts_term, one))})" for one in self.some or (self.phrases,))


@dataclass
class Hit:
    """A result: what it is, the texts that it has, the key of its status, and the values of its sources."""

    number: int
    iri: str
    kind: str
    texts: list[Text] = field(default_factory=list)
    status: str = ""
    sources: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SearchResult:
    """What was found: how many, the part of them that was asked for, and the counts of each facet.

    `limit` is how many things can be found at all, None where that is each one.
    """

    understood: Understood
    total: int
    hits: Sequence[Hit]
    counts: Mapping[str, Sequence[Count]]
    limit: tuple[int] | None


def fts_term(phrase: Phrase) -> str:
    """Return a phrase as FTS5 has it, or what says the same; a single word may be the beginning of one."""
    quoted = f'"{" ".join(phrase)}"'
    if len(phrase) > 1:
        return quoted
    begun = f"{quoted}*" if len(phrase[0]) >= BEGINNING else quoted
    same = (f"({' AND '.join(other)})" for other in SAME.get(phrase[0], ()))
    return f"({' OR '.join((begun, *same))})"


def in_names(expression: str) -> str:
    """Return what finds an expression in labels and variants alone."""
    return f"{{label variant}} : ({expression})"


def finds_any(index: sqlite3.Connection, expression: str) -> bool:
    """Return whether an expression finds anything."""
    found = index.execute("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (expression,))
    return found.fetchone() is not None


def understand(index: sqlite3.Connection, text: str) -> Understood:
    """Return how a text is understood, with this index."""
    terms = phrases(text)
    asked = Understood(tuple(terms[:MAX_WORDS]), cut=len(terms) > MAX_WORDS)
    single = (one for one in asked.phrases if len(one) == 1)
    plain = asked.with_words({one: name for one in single if (name := name_meant(index, one[0]))})
    if not plain.phrases or finds_any(index, plain.expression):
        return plain
    for only_asking in (ASKING - SAME.keys(), ASKING):
        telling = tuple(one for one in plain.phrases if len(one) > 1 or one[0] not in only_asking)
        plain = replace(plain, phrases=telling or plain.phrases)
        if finds_any(index, plain.expression):
            return plain
    unknown = (one for one in plain.phrases if len(one) == 1 and not finds_any(index, fts_term(one)))
    corrected = plain.with_words({one: near for one in unknown if (near := similar_word(index, one[0]))})
    if finds_any(index, corrected.expression):
        return corrected
    fewer = (replace(corrected, some=some) for some in choices(index, corrected.phrases))
    return next((one for one in fewer if finds_any(index, one.expression)), corrected)


def choices(index: sqlite3.Connection, asked: Sequence[Phrase]) -> Iterator[tuple[tuple[Phrase, ...], ...]]:
    """Yield the choices of fewer and fewer of some phrases; in the end, of each of the rare ones.

    Where phrases name a place, each choice has one of them.
    """
    places = [one for one in asked if of_kind(index, f'"{" ".join(one)}"', "place")]
    most = len(asked) - 1
    for number in range(most if most < MAX_COMBINED else 1, 1, -1):
        found = combinations(asked, number)
        yield tuple(one for one in found if not places or not {*places}.isdisjoint(one))
    if most:
        counts = [index.execute(COUNT, (fts_term(one),)).fetchone()[0] for one in asked]
        at_most = RARE * min(filter(None, counts), default=0)
        rare = [one for one, count in zip(asked, counts, strict=True) if 0 < count <= at_most]
        yield tuple((one,) for one in places or rare or asked)


def of_kind(index: sqlite3.Connection, expression: str, kind: str) -> list[tuple[int]]:
    """Return things of a kind whose names an expression finds, two of them where there are more."""
    return index.execute(OF_KIND, (in_names(expression), kind)).fetchall()


def name_meant(index: sqlite3.Connection, word: str) -> str:
    """Return the word of a name that one differs from in a letter, or nothing for one that stands somewhere.

    What only begins a word of a definition or a quote does not stand anywhere.
    """
    stands = f'"{word}" OR {in_names(fts_term((word,)))}'
    is_asking = len(word) <= MIN_MISSPELLED or word in ASKING
    return "" if is_asking or finds_any(index, stands) else similar_word(index, word, most=0)


def similar_word(index: sqlite3.Connection, word: str, most: float = inf) -> str:
    """Return the word of the index that is spelled most like one, or nothing for more than `most` letters.

    A word of a name may differ in a letter more than others; one that begins otherwise differs in that alone.
    A short one stands only for a word of a name, with its first letter.
    """
    if len(word) < MIN_MISSPELLED:
        return ""
    groups = {word[at : at + 3] for at in range(len(word) - 2)}
    expression = " OR ".join(f'"{group}"' for group in sorted(groups))
    rows = index.execute(
        "SELECT word, named FROM spelling WHERE spelling MATCH ? ORDER BY rank LIMIT ?",
        (expression, CANDIDATES),
    )
    near: list[tuple[int, float, str]] = []
    is_short = len(word) == MIN_MISSPELLED
    for other, named in rows:
        away, alike = OSA.distance(word, other), SequenceMatcher(None, other, word).ratio()
        begins_alike = word[0] == other[0] or (away == 1 and not is_short)
        if alike >= NEAR and begins_alike and (named or not is_short) and away - named <= most:
            near.append((away - named, -alike, other))
    return min(near)[2] if near else ""


def search(index: sqlite3.Connection, query: Search, offset: int, limit: int) -> SearchResult:
    """Return a part of what is found, the best first or by kind and name, and the counts of all of it.

    The table `hit` has what the text finds, with the facets (bits) whose choices it does not meet. A value is
    counted among the results that meet what was chosen in all the other facets.
    """
    understood = understand(index, query.text)
    index.execute("DROP TABLE IF EXISTS hit")
    index.execute(HIT)
    corrected = " ".join(chain.from_iterable(understood.phrases))
    name = corrected if understood.instead else fold(query.text).strip()
    same = " ".join(" ".join(next(iter(SAME.get(word, ())), [word])) for word in tokens(name))
    if understood.phrases:
        index.execute(MATCHING, (understood.expression,))
        index.execute(CALLED, (in_names(understood.expression),))
        lead(index, understood, (name, same))
    elif not query.text.strip():
        index.execute("INSERT INTO hit SELECT id, 0, 0, 0 FROM thing")
    for key, values in query.chosen.items():
        index.execute(FAILING, {"bit": FACETS[key].bit, "values": json.dumps(values)})
    if query.first or query.last:
        bounds = {"bit": OUT_OF_TIME, "first": query.first, "last": query.last or LAST_DAY}
        index.execute(OUTSIDE, bounds)

    wanted = {"lang": query.lang, "name": name, "same": same, "offset": offset, "limit": limit}
    wanted |= {"some": bool(understood.some), "first": WHO if understood.some else FIRST}
    hits = {row[0]: Hit(*row[:3]) for row in index.execute(BEST, wanted)}
    numbers = (json.dumps([*hits]),)
    for number, *text in index.execute(TEXTS, numbers):
        hits[number].texts.append(Text(*text))
    for number, facet, value in index.execute(STATUSES, numbers):
        if facet == "status":
            hits[number].status = value
        else:
            hits[number].sources.append(value)

    chosen = [f"{FACETS[key].bit}/{value}" for key, values in query.chosen.items() for value in values]
    by_bit: dict[int, list[Count]] = {facet.bit: [] for facet in FACETS.values()}
    for bit, value, number in index.execute(COUNTS, {"most": MAX_VALUES, "chosen": json.dumps(chosen)}):
        by_bit[bit].append(Count(value, number))
    return SearchResult(
        understood,
        index.execute("SELECT COUNT(*) FROM hit WHERE failed = 0").fetchone()[0],
        [*hits.values()],
        {key: by_bit[facet.bit] for key, facet in FACETS.items()},
        index.execute("SELECT things FROM about WHERE NOT whole").fetchone(),
    )


def lead(index: sqlite3.Connection, asked: Understood, said: Sequence[str]) -> None:
    """Let lead whose name is what is said and no more, and persons each of whom is named by one phrase.

    Persons only where all phrases name one, or some of the phrases are enough.
    """
    wholes = [{*tokens(one)} - ASKING for one in said]
    rows = index.execute(WHOLE, (WHO, CANDIDATES)).fetchall()
    whole = {thing for thing, text in rows if {*tokens(text)} - ASKING in wholes}
    index.execute(
        "UPDATE hit SET called = 2 WHERE thing IN (SELECT value FROM json_each(?))", (json.dumps([*whole]),)
    )
    persons = [of_kind(index, fts_term(one), "person") for one in asked.phrases]
    one_each = [found[0] for found in persons if len(found) == 1]
    if one_each and (len(one_each) == len(asked.phrases) > 1 or asked.some):
        best = index.execute("SELECT MIN(score) FROM hit").fetchone()
        index.executemany(
            "INSERT OR REPLACE INTO hit VALUES (?, ?, 0, 2)", [(*one, *best) for one in one_each]
        )


def days_of(
    index: sqlite3.Connection, query: Search, kinds: Sequence[str] = ()
) -> dict[str, tuple[str, str]]:
    """Return what meets the choices of a query, of some kinds or of all: first and last day, or nothing."""
    parts: list[tuple[str, tuple[object, ...]]] = [
        (HAVING_VALUE, (FACETS[key].bit, json.dumps(values))) for key, values in query.chosen.items()
    ]
    parts += [(WITHIN, (query.last or LAST_DAY, query.first))] if query.first or query.last else []
    parts += [(OF_KINDS, (json.dumps(kinds),))] if kinds else []
    where = " AND ".join(text for text, _values in parts) or "1"
    values = tuple(chain.from_iterable(values for _text, values in parts))
    rows = index.execute(DAYS_OF.format(where), values)
    return {iri: (first or "", last or "") for iri, first, last in rows}


def offered(index: sqlite3.Connection, kinds: Sequence[str] = ()) -> dict[str, list[Count]]:
    """Return the values of each facet that things of some kinds have, the most frequent first."""
    keys = {facet.bit: key for key, facet in FACETS.items()}
    found: dict[str, list[Count]] = {key: [] for key in FACETS}
    values = (json.dumps(kinds),) if kinds else ()
    for bit, value, number in index.execute(OFFERED.format(OF_KINDS if kinds else "1"), values):
        found[keys[bit]].append(Count(value, number))
    return found


def labels(index: sqlite3.Connection, iris: Iterable[str]) -> dict[str, list[Text]]:
    """Return the labels of IRIs that can be found."""
    found: dict[str, list[Text]] = {}
    for iri, *text in index.execute(LABELS, (json.dumps(sorted(set(iris))),)):
        found.setdefault(iri, []).append(Text(*text))
    return found


def named(
    index: sqlite3.Connection, words: Collection[str], kind: str, fits: Callable[[str], bool]
) -> Named | None:
    """Return the one thing of a kind that some words name best.

    None where several are named as well, or none that fits: of words that no name of it has many of.
    """
    telling = sorted(word for word in words if word not in ASKING)
    expression = in_names(" OR ".join(fts_term((word,)) for word in telling))
    having: defaultdict[str, set[str]] = defaultdict(set)
    covered: defaultdict[str, float] = defaultdict(float)
    for iri, text in index.execute(NAMED, (expression, kind, CANDIDATES)) if telling else ():
        name = {*tokens(text)} - ASKING
        having[iri].update(name.intersection(telling))
        covered[iri] = max(covered[iri], len(name.intersection(telling)) / max(1, len(name)))
    frequency = Counter(chain.from_iterable(having.values()))
    weights = {word: log(1 + len(having) / number) for word, number in frequency.items()}
    fitting = (iri for iri in having if covered[iri] >= NAMING[len(having[iri]) > 1] and fits(iri))
    scores = {iri: sum(weights[word] for word in having[iri]) for iri in fitting}
    best = [iri for iri, score in scores.items() if score == max(scores.values())]
    return Named(best[0], frozenset(having[best[0]])) if len(best) == 1 else None


def fitting(
    index: sqlite3.Connection, words: Collection[str], askable: Mapping[str, Collection[str]]
) -> dict[str, tuple[float, int]]:
    """Return the questions (by name) that have enough of some words, in one wording.

    A question counts as having the words of a thing that it can be asked of, `askable`. Each has a score and
    the length of the wording, negative: greater is better.
    """
    if ASKING.issuperset(words):
        return {}
    every = index.execute("SELECT COUNT(DISTINCT slug) FROM question").fetchone()[0]
    scores: defaultdict[tuple[int, str, int], float] = defaultdict(float)
    whole = 0.0
    for word in words:
        having = {*index.execute(HAVING, (fts_term((word,)),))}
        having |= {*index.execute(ASKABLE, (json.dumps([*askable.get(word, ())]),))}
        weight = log(1 + every / (1 + len({slug for _, slug, _ in having})))
        weight *= ASKING_WEIGHT if word in ASKING else 1
        whole += weight
        for row in having:
            scores[row] += weight
    best: dict[str, tuple[float, int]] = {}
    for (_, slug, length), score in scores.items():
        best[slug] = max((score, -length), best.get(slug, (0.0, 0)))
    return {slug: fit for slug, fit in best.items() if fit[0] >= SHARE * whole}
