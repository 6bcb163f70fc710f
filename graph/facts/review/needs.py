"""What checks ask of something new besides class and names: which fields tell it, what the text says of it.

A new post has a type and belongs to a state or a body; what lasts (a tenure, a membership) has a time. What
the words leave open is missing: a person fills it in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import NamedNode
from wicara.graph.facts.edtf import MEANINGS
from wicara.graph.facts.patterns import P, instance, patterns
from wicara.graph.facts.review.record import TABLE, form_term
from wicara.graph.facts.review.things import SPAN
from wicara.graph.names import GraphKind, graph_iri
from wicara.ontology import BASE, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wicara.graph.facts.review.record import Record
    from wicara.graph.facts.review.things import Things

DAY: Final = "asOf"
"""The parameter that tells of a day that something held on it."""
POSSESSIVE: Final = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}]s?$")
LONGEST: Final = 6
"""How many words the name of a state or a body has at most."""
OF: Final = frozenset(TABLE["post"]["of"])
"""Words that join a title to its state."""


def needs(record: Record, things: Things) -> list[Sequence[str]]:
    """Return what a record lacks for its patterns and what is new: of each group, one must be given."""
    takes, values = taken(record), record["values"]
    new = {
        thing["kind"] for thing in record["things"] if {"iri": thing["iri"]} in values.get(thing["kind"], ())
    }
    groups = [group for kind in sorted(new) for group in TABLE["needs"].get(kind, ())]
    groups += [group for name in record["patterns"] for group in TABLE["asks"].get(name, ())]
    if DAY in takes and not has_time(record, things):
        groups.append([name for name in (DAY, *MEANINGS) if name in takes])
    return [
        group
        for group in groups
        if not takes.isdisjoint(group) and not any(values.get(name) for name in group)
    ]


def fills(record: Record, mark: Mapping[str, Any], issued: str, things: Things) -> Record:
    """Return values for what a record needs, as far as its words tell them, by parameter.

    `mark` is what the draft read, with the `sentence` of the words.
    """
    found: Record = {}
    post = next((thing for thing in record["things"] if thing["kind"] == "post"), None)
    title = str(mark.get("post") or (post["en"] if post else ""))
    of_post = post_values(title, mark, things)
    for group in needs(record, things):
        found |= {name: values for name, values in of_post.items() if name in group}
        if DAY in group and "within" not in group and issued and not re.search(TABLE["past"], title.lower()):
            found[DAY] = [{"value": issued}]
    return found


def post_values(title: str, mark: Mapping[str, Any], things: Things) -> Record:
    """Return the type of a post and its state or body, by parameter, as far as its title tells them."""
    kind, owner = post_type(title, things), owner_of(title, mark, things)
    found = {"postType": kind, "state" if "/state/" in (owner or "") else "body": owner}
    return {name: [{"iri": iri}] for name, iri in found.items() if iri}


def post_type(title: str, things: Things) -> str | None:
    """Return the type of post whose label begins first among the words of a title, the longest of those."""
    words = name_words(things.fold(title))
    ranks = set(TABLE["post"]["ranks"])
    best: list[tuple[int, int, str]] = []
    for text, labels in things.labels.items():
        types = [label.iri for label in labels if "/post-type/" in label.iri]
        label = name_words(text) if types else []
        start = places_in_order(label, words) if types else None
        if start is not None and not (ranks & set(words)) - set(label):
            best += [(start, -len(label), iri) for iri in types]
    return min(best)[2] if best else None


def name_words(name: str) -> list[str]:
    """Return the words of a folded name without those that join a title to its state."""
    return [word for word in re.split(r"[\s,]+", name) if word and word not in OF]


def places_in_order(label: Sequence[str], words: Sequence[str]) -> int | None:
    """Return where the words of a label begin that stand in this order among others; None if they do not."""
    places: list[int] = []
    for word in label:
        if word not in words[places[-1] + 1 if places else 0 :]:
            return None
        places.append(words.index(word, places[-1] + 1 if places else 0))
    return places[0] if places else None


def owner_of(title: str, mark: Mapping[str, Any], things: Things) -> str | None:
    """Return the state, else the body, of a post: by its title, else the only state of its sentence."""
    for name in ("state", "body"):
        if str(mark.get(name, "")).startswith(BASE):
            return str(mark[name])
    in_title = named_in(title, ("state", "body"), things)
    if in_title:
        return in_title[0]
    states = set(named_in(str(mark.get("sentence", "")), ("state",), things))
    return states.pop() if len(states) == 1 else None


def named_in(text: str, kinds: Sequence[str], things: Things) -> list[str]:
    """Return the things that runs of words of a text name, those of the longest runs first."""
    words = [POSSESSIVE.sub("", word.strip(',.;:()"“”')) for word in text.split()]
    runs = (
        " ".join(words[at : at + length])
        for length in range(min(len(words), LONGEST), 0, -1)
        for at in range(len(words) - length + 1)
    )
    return [iri for run in runs if run[:1].isupper() and (iri := things.meant(run, kinds))]


def named_by_type(title: str, values: Record, things: Things) -> dict[str, str]:
    """Return the names of a post in both languages, by its type and state, where its title says no more."""
    kind, state = ((values.get(name) or [{}])[0].get("iri", "") for name in ("postType", "state"))
    words = name_words(things.fold(title))
    spare = {word for text in things.called(state) for word in name_words(text)}
    if not state or not any(
        places_in_order(label, words) is not None and set(words) - set(label) <= spare
        for label in map(name_words, things.called(kind))
    ):
        return {}
    named = {}
    for code in LANGUAGES:
        owner = things.shown(state, code)
        the = "the " if re.match(TABLE["post"]["the"], owner) else ""
        name = TABLE["post"][code].format(type=things.shown(kind, code), the=the, state=owner)
        named[code] = name[:1].upper() + name[1:]
    return named


def taken(record: Record) -> set[str]:
    """Return the names of the parameters that the patterns of a record take."""
    known = (patterns().get(NamedNode(P + name)) for name in record["patterns"])
    return {
        node.value.removeprefix(P)
        for pattern in known
        if pattern
        for node in (*pattern.required, *pattern.optional)
    }


def has_time(record: Record, things: Things) -> bool:
    """Tell whether what a record is about has a time in the data already that a day told cannot widen."""
    day = {DAY: [{"value": "2000-01-01"}]}
    return any(
        things.spans.get(situation, span) != span
        for situation, span in spans_of({**record, "values": record["values"] | day})
    )


def spans_of(record: Record) -> Iterator[tuple[str, str]]:
    """Yield what a record mints that has a time, with its time span."""
    kinds = [NamedNode(P + name) for name in record["patterns"]]
    given = {}
    for name, values in record["values"].items():
        try:
            given[NamedNode(P + name)] = [form_term(name, value) for value in values]
        except (ValueError, KeyError):
            continue
    graph = NamedNode(graph_iri(GraphKind.FACT, "a", "F001"))
    for quad in instance(graph, kinds, given, lambda _iri, _language: "-").statements:
        if quad.predicate == SPAN:
            yield quad.subject.value, quad.object.value  # type: ignore[union-attr]
