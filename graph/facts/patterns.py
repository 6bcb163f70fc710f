"""Patterns: what recurs in facts, as data files with parameters and the statements that they stand for.

`patterns/*.trig` holds one pattern each: its names, its parameters, an example, and a graph named like it
whose statements have parameters in the places of terms. A fact that is an instance gives the parameters:

    f:F010 a p:Attended ; p:event event:… ; p:who person:… .

A statement whose parameter is not given is left out. What a pattern mints (`in:minted`) may be named by the
fact; otherwise it gets an IRI, a class and names from the other parameters (`patterns/parameters.ttl`).
A fact may be an instance of several patterns, which then share their parameters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse
from wicara.graph.facts.edtf import MEANINGS, NotBoundedError, date_in_words
from wicara.graph.names import ENTITIES, GRAPHS, IN, PREF_LABEL, TYPE, term_name
from wicara.ontology import BASE, ID_KINDS, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Triple
    from wicara.graph.terms import Term

    Values = dict[NamedNode, list[Term]]
    Names = Callable[[str, str], str | None]

FOLDER: Final = Path(__file__).parent / "patterns"
P: Final = f"{BASE}/pattern#"
"""The namespace of patterns and their parameters; like that of `in:`, it is used in data files only."""
ARTICLE: Final = NamedNode(f"{IN}article")
PLACE: Final = re.compile(r"\{(\w+)\}")
OPTIONAL: Final = re.compile(r"\[([^\]]*)\]")
MISSING: Final = "\0"
COMBINATIONS: Final = 1024
"""Of how many patterns with given parameters it is remembered what these state."""
DECIMAL: Final = NamedNode(PREFIXES["xsd"] + "decimal")
LITERALS: Final = {
    "xsd:integer": ("integer",),
    "xsd:decimal": ("decimal", "integer"),
    "xsd:string": ("string",),
}


@lru_cache(1 << 16)  # a thing is looked at several times
def kind_of_thing(iri: str) -> str | None:
    """Return the kind of a thing: the segment before the last, below `{BASE}/id/` or a base of one's own."""
    base, _, kind = iri.rpartition("/")[0].rpartition("/")
    ours = base.startswith(BASE)
    return kind if kind in ID_KINDS and (base == f"{BASE}/id" or not ours) else None


@dataclass(frozen=True)
class Parameter:
    """What a parameter takes, and what is minted for it."""

    node: NamedNode
    kinds: tuple[str, ...]
    default: Term | None = None
    of_class: NamedNode | None = None
    iri: str = ""
    only: NamedNode | None = None
    """The parameter that must be given for it to be minted."""
    names: tuple[Literal, ...] = ()

    @property
    def name(self) -> str:
        """Its local name, which heads its column in a table."""
        return self.node.value.removeprefix(P)

    def takes(self, term: Term) -> bool:
        """Tell whether a term is of a kind that it takes."""
        if isinstance(term, Literal):
            datatype = term.datatype.value.rpartition("#")[2]
            return any(
                kind == "text" if term.language else datatype in LITERALS.get(kind, ()) for kind in self.kinds
            )
        return isinstance(term, NamedNode) and any(
            kind_of_thing(term.value) == kind
            if kind in ID_KINDS
            else term.value.startswith(PREFIXES.get(kind, " "))
            for kind in self.kinds
        )


class Line(NamedTuple):
    """A statement of a template."""

    subject: NamedNode
    predicate: NamedNode
    object: Term
    places: tuple[NamedNode, ...]
    """The parameters in the places of its terms."""

    def statements(self, values: Values) -> Iterator[tuple[NamedNode, NamedNode, Term]]:
        """Yield the statement for each combination of the values of its parameters."""
        terms = self[:3]
        return product(  # type: ignore[return-value] # a parameter takes what its place can have
            *(
                values.get(term, ()) if term in self.places or term == ARTICLE else (term,)  # type: ignore[arg-type]
                for term in terms
            )
        )


@dataclass(frozen=True)
class Pattern:
    """A pattern: its parameters, and the statements that an instance stands for."""

    node: NamedNode
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    sentences: Mapping[str, str]
    """What an instance says, by language: `{parameter}` is its values, `[…]` needs all of its own."""
    required: tuple[NamedNode, ...]
    optional: tuple[NamedNode, ...]
    many: tuple[NamedNode, ...]
    minted: tuple[NamedNode, ...]
    template: tuple[Line, ...]
    example: tuple[Triple, ...]

    @property
    def name(self) -> str:
        """Its local name: `Attended`."""
        return self.node.value.removeprefix(P)

    @property
    def parameters(self) -> tuple[NamedNode, ...]:
        """All parameters, those that an instance must give first."""
        return (*self.required, *self.optional, *self.minted)


@cache
def parameters() -> dict[NamedNode, Parameter]:
    """Return the parameters of all patterns."""
    said: dict[NamedNode, Values] = defaultdict(lambda: defaultdict(list))
    for quad in parse((FOLDER / "parameters.ttl").read_bytes(), RdfFormat.TURTLE):
        said[quad.subject][quad.predicate].append(quad.object)
    return {
        node: Parameter(
            node,
            tuple(term.value for term in values[NamedNode(f"{IN}kind")]),  # type: ignore[union-attr]
            next(iter(values[NamedNode(f"{IN}default")]), None),
            next(iter(values[NamedNode(f"{IN}class")]), None),  # type: ignore[arg-type]
            "".join(term.value for term in values[NamedNode(f"{IN}iri")]),  # type: ignore[union-attr]
            next(iter(values[NamedNode(f"{IN}only")]), None),  # type: ignore[arg-type]
            tuple(values[NamedNode(f"{IN}name")]),  # type: ignore[arg-type]
        )
        for node, values in said.items()
    }


@cache
def patterns() -> dict[NamedNode, Pattern]:
    """Return all patterns, by IRI."""
    every = map(read_pattern, sorted(FOLDER.glob("*.trig")))
    return {pattern.node: pattern for pattern in every}


def read_pattern(path: Path) -> Pattern:
    """Return the pattern that a file describes."""
    quads = list(parse(path.read_bytes(), RdfFormat.TRIG))
    node = next(quad.subject for quad in quads if quad.object == NamedNode(f"{IN}Pattern"))

    about = [quad for quad in quads if quad.subject == node]

    def texts(name: str) -> dict[str, str]:
        found = (q.object for q in about if q.predicate.value == name)
        return {term.language or "": term.value for term in found if isinstance(term, Literal)}

    def listed(name: str) -> tuple[NamedNode, ...]:
        found = (q.object for q in about if q.predicate.value == IN + name)
        return tuple(term for term in found if isinstance(term, NamedNode))

    return Pattern(
        node,
        texts(PREF_LABEL.value),
        texts(f"{PREFIXES['skos']}definition"),
        texts(f"{IN}name"),
        required=listed("required"),
        optional=listed("optional"),
        many=listed("many"),
        minted=listed("minted"),
        template=tuple(template_line(quad.triple) for quad in quads if quad.graph_name == node),
        example=tuple(
            quad.triple
            for quad in quads
            if isinstance(quad.graph_name, DefaultGraph) and quad.predicate.value.startswith(P)
        ),
    )


def template_line(triple: Triple) -> Line:
    """Return a statement of a template."""
    terms = triple.subject, triple.predicate, triple.object
    places = tuple(term for term in terms if isinstance(term, NamedNode) and term.value.startswith(P))
    return Line(*terms, places)  # type: ignore[arg-type] # its subject is an IRI


@dataclass(frozen=True)
class Instance:
    """The long form of a fact that is an instance of patterns."""

    statements: tuple[Quad, ...]
    things: tuple[tuple[NamedNode, tuple[Quad, ...]], ...]
    """What was minted, each with its class and names."""
    faults: tuple[tuple[NamedNode | None, str], ...]
    """What is wrong, each with the parameter that it is about."""


def instance(
    graph: NamedNode, kinds: Sequence[NamedNode], given: Values, names: Names, base: str = f"{BASE}/id/"
) -> Instance:
    """Return what a fact stands for that is an instance of patterns.

    `given` are its parameters; `names` tells the name of a thing in a language; `base` is that of new IRIs.
    """
    faults = list(faults_of(kinds, given))
    known = [patterns()[kind] for kind in kinds if kind in patterns()]
    article = NamedNode(f"{PREFIXES['article']}{graph.value.removeprefix(GRAPHS).split('/')[1]}")
    values: Values = {ARTICLE: [article]}
    values |= {
        node: [as_decimal(term) for term in terms] if parameters()[node].kinds == ("xsd:decimal",) else terms
        for node, terms in given.items()
        if node in parameters()
    }
    for node in dict.fromkeys(node for pattern in known for node in pattern.parameters):
        default = parameters()[node].default
        if node not in values and default is not None:
            values[node] = values.get(default, [default])  # type: ignore[arg-type]
    made = list(minted(graph, known, values, names, base))
    of = {thing: value for thing, _, value in made if value}
    template = dict.fromkeys(line for pattern in known for line in pattern.template)
    statements = tuple(
        Quad(subject, predicate, target, graph)
        for line in template
        for subject, predicate, target in line.statements(values)
        if subject not in of or of[subject][0] != line.object or of[subject][1] == target
    )
    things = tuple((thing, quads) for thing, quads, _ in made if quads)
    return Instance(statements, things, tuple(faults))


def as_decimal(term: Term) -> Term:
    """Return a number as an xsd:decimal."""
    return Literal(term.value, datatype=DECIMAL) if isinstance(term, Literal) else term


def faults_of(kinds: Iterable[NamedNode], given: Values) -> Iterator[tuple[NamedNode | None, str]]:
    """Yield what is wrong with the patterns and parameters of an instance."""
    known = [patterns()[kind] for kind in kinds if kind in patterns()]
    for kind in kinds:
        if kind not in patterns():
            name = kind.value.removeprefix(P)
            every = sorted(pattern.name for pattern in patterns().values())
            yield None, f"there is no pattern {name}: {hint(name, every)}"
    for pattern in known:
        for node in pattern.required:
            if node not in given:
                yield node, f"p:{pattern.name} needs p:{node.value.removeprefix(P)}"
    if known:
        for node, terms in given.items():
            yield from ((node, fault) for fault in faults_of_values(node, terms, known))
        yield from faults_of_use(tuple(pattern.node for pattern in known), tuple(given))


def faults_of_values(node: NamedNode, terms: Sequence[Term], known: Sequence[Pattern]) -> Iterator[str]:
    """Yield what is wrong with the values of one parameter."""
    name = node.value.removeprefix(P)
    allowed = [other for pattern in known for other in pattern.parameters]
    if node not in allowed:
        names = sorted(other.value.removeprefix(P) for other in allowed)
        yield f"p:{name} is no parameter here: {hint(name, names)}"
        return
    if len(terms) > 1 and not any(node in pattern.many for pattern in known):
        yield f"p:{name} has {len(terms)} values: give it one; another one is another fact"
    for term in terms:
        if not parameters()[node].takes(term):
            yield f"p:{name} takes {' or '.join(parameters()[node].kinds)}, not {term_name(term)}"


@lru_cache(COMBINATIONS)
def faults_of_use(
    kinds: tuple[NamedNode, ...], given: tuple[NamedNode, ...]
) -> tuple[tuple[NamedNode, str], ...]:
    """Return the parameters that state nothing: all that they are joined to is lacking."""
    known = [patterns()[kind] for kind in kinds]
    template = [line for pattern in known for line in pattern.template]
    there = {ARTICLE, *given, *(node for node, each in parameters().items() if each.default is not None)}
    there |= {
        node for pattern in known for node in pattern.minted if all(name in there for name in needs(node))
    }
    usable = [line for line in template if there.issuperset(line.places)]
    minted_here = {node for pattern in known for node in pattern.minted if node not in given}
    objects, joined = {line.object for line in template}, {line.object for line in usable}
    told = {
        place
        for line in usable
        if line.subject in joined or line.subject not in objects & minted_here
        for place in line.places
    }
    required = {node for pattern in known for node in pattern.required}
    faults = []
    for node in (one for one in given if one not in required):
        if node not in told and any(node in line.places for line in template):
            lacking = {
                name.value.removeprefix(P)
                for line in template
                for place in line.places
                if place not in there
                for name in needs(place)
            }
            listed = " or ".join(f"p:{name}" for name in sorted(lacking))
            faults.append((node, f"p:{node.value.removeprefix(P)} states nothing here: give {listed} too"))
    return tuple(faults)


@cache
def needs(node: NamedNode) -> list[NamedNode]:
    """Return the parameters without which one is not minted."""
    names = PLACE.findall(OPTIONAL.sub("", parameters()[node].iri))
    return [NamedNode(P + name) for name in names if name not in {"article", "fact"}]


def hint(name: str, names: Sequence[str], prefix: str = "p") -> str:
    """Return which name was meant, or which there are."""
    near = get_close_matches(name, names, n=1)
    listed = ", ".join(f"{prefix}:{other}" for other in names)
    return f"did you mean {prefix}:{near[0]}?" if near else f"there are {listed}"


def minted(
    graph: NamedNode, known: Iterable[Pattern], values: Values, names: Names, base: str
) -> Iterator[tuple[NamedNode, tuple[Quad, ...], tuple[NamedNode, Term] | None]]:
    """Add what patterns mint to the values; yield each thing with its class and names, where it has none yet.

    Of a parameter with several values one thing is minted for each, which is told with it.
    """
    article, fact = graph.value.removeprefix(GRAPHS).split("/")[1:]
    told = {"article": [article], "fact": [fact.lower()]}
    for node in dict.fromkeys(node for pattern in known for node in pattern.minted):
        parameter = parameters()[node]
        needed = needs(node)
        lacks = not all(map(values.get, needed)) or (parameter.only and parameter.only not in values)
        if node in values or lacks:
            continue
        several = next((name for name in needed if len(values[name]) > 1), None)
        each = [values | {several: [one]} for one in values[several]] if several else [values]
        values[node] = []
        for given in each:
            by_name = {key.value.removeprefix(P): terms for key, terms in given.items() if terms}
            within = by_name.keys() & PLACE.findall(parameter.iri)
            ends = {name: [end_of(by_name[name][0])] for name in within} | told
            thing = NamedNode(f"{base}{parameter.kinds[0]}/{with_places(parameter.iri, ends.get)}")
            values[node].append(thing)
            of = (several, given[several][0]) if several else None
            said = () if names(thing.value, "en") else minted_names(thing, parameter, graph, by_name, names)
            yield thing, tuple(said), of


def minted_names(
    thing: NamedNode,
    parameter: Parameter,
    graph: NamedNode,
    values: Mapping[str, Sequence[Term]],
    names: Names,
) -> Iterator[Quad]:
    """Yield the class and the names of a thing that is minted for a fact."""
    article, fact = graph.value.removeprefix(GRAPHS).split("/")[1:]
    yield Quad(thing, TYPE, parameter.of_class, ENTITIES)  # type: ignore[arg-type]
    for name in parameter.names:
        language = name.language or ""
        of_article = names(f"{PREFIXES['article']}{article}", language) or article
        about = {**values, "article": [Literal(of_article)], "fact": [Literal(fact)]}
        text = worded(name.value, about, language, names)
        yield Quad(thing, PREF_LABEL, Literal(text, language=language), ENTITIES)


def with_places(text: str, given: Callable[[str], Sequence[str] | None]) -> str:
    """Return a text with `{parameter}` as what is given for it, and without each `[…]` that lacks some.

    MISSING is in it where something is not given outside these.
    """
    parts = [
        PLACE.sub(lambda place: ", ".join(filter(None, given(place[1]) or ())) or MISSING, part)
        for part in OPTIONAL.split(text)
    ]
    return "".join(part for number, part in enumerate(parts) if number % 2 == 0 or MISSING not in part)


def worded(text: str, values: Mapping[str, Sequence[Term]], language: str, names: Names) -> str:
    """Return a text with `{parameter}` as its values are called in a language; see `with_places`."""

    def shown(name: str) -> Sequence[str]:
        own = in_language(values.get(name, ()), language)
        as_date = name in MEANINGS
        return [in_date_words(t, language) if as_date else name_in(t, language, names) for t in own]

    return with_places(text, shown)


def sentence(pattern: Pattern, values: Mapping[str, Sequence[Term]], language: str, names: Names) -> str:
    """Return what an instance of a pattern says in one sentence, empty while it lacks a value for that.

    `values` are by the names of the parameters.
    """
    text = worded(pattern.sentences.get(language, ""), values, language, names)
    return "" if MISSING in text else text


def in_language(terms: Sequence[Term], language: str) -> Sequence[Term]:
    """Return the terms without texts in another language, where some are left."""
    return [term for term in terms if getattr(term, "language", None) in {None, language}] or terms


def name_in(term: Term, language: str, names: Names) -> str:
    """Return what a term is called in a language: the end of an IRI where no name is known."""
    if isinstance(term, NamedNode):
        return names(term.value, language) or term.value.rpartition("/")[2]
    return str(getattr(term, "value", ""))


def in_date_words(term: Term, language: str) -> str:
    """Return a date in EDTF in words, or as it is where it has no bounds, which is told elsewhere."""
    text = str(getattr(term, "value", ""))
    try:
        return date_in_words(text, language)
    except NotBoundedError:
        return text


def end_of(term: Term) -> str:
    """Return a term as a part of the end of an IRI."""
    text = str(getattr(term, "value", ""))
    end = text.rpartition("/")[2] if isinstance(term, NamedNode) else text
    return re.sub(r"[^a-z0-9]+", "-", end.lower()).strip("-") or "open"
