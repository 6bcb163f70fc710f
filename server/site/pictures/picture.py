"""What every picture is: an address with choices, a page, and the same data as CSV and JSON.

A picture is a function that returns a `Picture`; `picture` gives it its three addresses. What it reads stands
in `queries/pictures`, what a thing is in it (lane, shape) in `kinds.toml`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, g, make_response, render_template, request
from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import WITH_BASIS
from wicara.graph.formats import CSV
from wicara.graph.names import GraphKind, kind_of
from wicara.graph.sparql import solutions, value
from wicara.ontology import BASE, PREFIXES
from wicara.queries import picture_query, with_rows
from wicara.server.app_state import per_version
from wicara.server.descriptions.openapi import operation
from wicara.server.http.addresses import href_of, with_choices
from wicara.server.http.negotiation import PLAIN_JSON
from wicara.server.http.problems import Problem
from wicara.server.site.filter import BY_FILTER, PARAMETERS, VIEWS, narrowed
from wicara.server.site.kinds import OF_CLASS, OF_SEGMENT
from wicara.server.site.language import LANGUAGES, WORDS, language
from wicara.server.site.tables.texts import source_label
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import QuerySolution, Store
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.words import Term

Value: TypeAlias = str | float | list[str] | None
Record: TypeAlias = dict[str, Value]
Box: TypeAlias = tuple[float, float, float, float]
"""The left, the top, the right and the bottom of what is drawn."""
Frame: TypeAlias = tuple[float, float, float, float]
"""The left, the top, the breadth and the height of what a picture shows."""
Thing = TypeVar("Thing")

blueprint = Blueprint("pictures", __name__)

ROOT: Final = f"{BASE}/id/"
PATH: Final = re.compile(r"/?(?:id/|doc/)?([a-z]+/[^/\s<>\"{}|\\^`]+)")
PREFIXED: Final = re.compile(r"([a-z]+):([^/:\s<>\"{}|\\^`]+)")
LIMIT: Final = re.compile(r"^LIMIT ([0-9]+)$", re.MULTILINE)
FORMS: Final = {form.extension: form for form in (CSV, PLAIN_JSON)}
ASKED_BY: Final = {"timeline": "about", "network": "start", "figures": "about"}
"""The parameter by which a picture is asked for a thing; the map shows all of them."""


@dataclass(frozen=True)
class Picture:
    """A picture: the name of its page, its data as records, and what else its template lays out."""

    name: str
    records: Sequence[Record]
    columns: Sequence[str]
    shown: Mapping[str, object] = field(default_factory=dict)

    def page(self) -> str:
        """Return the page."""
        return render_template(
            f"{self.name}.html",
            records=self.records,
            alternates=[(form, changed(f"/{self.name}.{suffix}")) for suffix, form in FORMS.items()],
            here=f"/{self.name}",
            short_of=short_of,
            changed=changed,
            sources=sources,
            FILTER_PARAMETERS=PARAMETERS,
            narrowed=narrowed(f"/{self.name}") if f"/{self.name}" in VIEWS else None,
            **self.shown,
        )

    def data(self, suffix: str) -> Response:
        """Return the records in the form of a suffix."""
        form = FORMS[suffix]
        headers = {
            "Content-Type": form.content_type(form.media_type),
            "Content-Disposition": f'inline; filename="{self.name}.{suffix}"',
            "Vary": "Accept-Language",
        }
        return Response(self.csv() if form is CSV else self.json(), headers=headers)

    def csv(self) -> str:
        """Return the records as CSV (RFC 4180) with a header; several values are parted by spaces."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns)
        writer.writeheader()
        for record in self.records:
            writer.writerow(
                {key: " ".join(value) if isinstance(value, list) else value for key, value in record.items()}
            )
        return text.getvalue()

    def json(self) -> str:
        """Return the records as a JSON array of objects."""
        return json.dumps(self.records, ensure_ascii=False, indent=1)


@dataclass(frozen=True)
class Portion:
    """What of all that a picture could show a page of it does: so many things from the first on."""

    name: str
    total: int
    size: int
    number: int

    @property
    def first(self) -> int:
        """How many things come before it."""
        return (self.number - 1) * self.size

    @property
    def last(self) -> int:
        """The number of the last thing in it."""
        return min(self.first + self.size, self.total)

    def of(self, everything: Sequence[Thing]) -> list[Thing]:
        """Return the things that are in it."""
        return [*everything[self.first : self.first + self.size]]

    def page(self, number: int) -> str:
        """Return the address of another portion."""
        return changed(f"/{self.name}", page=str(number) if number > 1 else None)

    @property
    def before(self) -> str | None:
        """The address of the one before it."""
        return self.page(min(self.number - 1, -(-self.total // self.size) or 1)) if self.number > 1 else None

    @property
    def after(self) -> str | None:
        """The address of the next one."""
        return self.page(self.number + 1) if self.total > self.last else None


def picture(*query: str | dict[str, Any]) -> Callable[[Callable[[], Picture]], Callable[[], Picture]]:
    """Give a function that draws a picture the addresses of its page and data, with parameters."""

    def add(draw: Callable[[], Picture]) -> Callable[[], Picture]:
        name = draw.__name__.strip("_")

        def page() -> Response:
            response = make_response(draw().page())
            if g.get("index_is_unfinished"):
                response.cache_control.no_store = True
            return response

        def data(form: str) -> Response:
            return draw().data(form)

        page.__doc__, data.__doc__ = draw.__doc__, f"Give the data of the {name}."
        parameters = (*query, *(BY_FILTER if f"/{name}" in VIEWS else ()), "infer", "lang")
        page = operation(query=parameters)(page)
        types = tuple(form.media_type for form in FORMS.values())
        data = operation(query=parameters, types=types)(data)
        blueprint.add_url_rule(f"/{name}", name, page)
        blueprint.add_url_rule(f"/{name}.<any({', '.join(FORMS)}):form>", f"{name}_data", data)
        return draw

    return add


@blueprint.app_template_global()
def pictures_of(iri: str) -> Iterator[tuple[str, object]]:
    """Yield the address and the name of each picture that shows something of a thing."""
    kind = OF_SEGMENT.get(short_of(iri).partition("/")[0]) if iri.startswith(ROOT) else None
    for name in kind.pictures if kind else ():
        query = f"?{ASKED_BY[name]}={quote(short_of(iri), safe='/')}" if name in ASKED_BY else ""
        yield with_choices(f"/{name}{query}"), WORDS["parts"][f"/{name}"]


# What an address asks for.


def thing(name: str) -> NamedNode:
    """Return the IRI that a reader names in full, by a prefix or by the path of its page.

    `partnership/asean-russia`, `/doc/partnership/asean-russia` and `partnership:asean-russia` are one
    partnership. Raises Problem 400 for what is none of these.
    """
    path, short = PATH.fullmatch(name), PREFIXED.fullmatch(name)
    try:
        if path:
            return NamedNode(ROOT + path[1])
        if short and short[1] in PREFIXES:
            return NamedNode(PREFIXES[short[1]] + short[2])
        return NamedNode(name)
    except ValueError as fault:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "A thing must be given by its IRI or the path of its page."
        ) from fault


def short_of(iri: str) -> str:
    """Return how an address names a thing: by the path of its page if it has one here."""
    return iri.removeprefix(ROOT)


def requested_thing(name: str) -> NamedNode | None:
    """Return the thing that a parameter names, or None where it is left out or empty."""
    given = request.args.get(name, "").strip()
    return thing(given) if given else None


def requested_things(name: str) -> tuple[NamedNode, ...]:
    """Return the things that a parameter names, each once."""
    return tuple(dict.fromkeys(thing(given) for given in request.args.getlist(name) if given))


def requested_kinds(known: Collection[str], unasked: Collection[str] = ()) -> frozenset[str]:
    """Return which of the known kinds the parameter `kind` names; where it names none, all but some."""
    return frozenset(request.args.getlist("kind")) & frozenset(known) or frozenset(known) - frozenset(unasked)


def changed(path: str, **changes: str | Sequence[str] | None) -> str:
    """Return a path with the choices of this request, but for those that change; None takes one away."""
    same = [pair for pair in request.args.items(multi=True) if pair[0] not in changes and pair[1]]
    query = urlencode([*same, *((name, value) for name, value in changes.items() if value)], doseq=True)
    return f"{path}?{query}" if query else path


# What pictures read.


def collide(one: Box, other: Box) -> bool:
    """Tell whether two boxes have a part in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def rows(store: Store, name: str, **values: Iterable[str] | None) -> Iterator[QuerySolution]:
    """Return the solutions of a query of the pictures; `values` are the rows of its VALUES blocks."""
    return solutions(store, with_rows(picture_query(name), values))


def limit_of(name: str) -> int:
    """Return how many solutions a query of the pictures has at most: its LIMIT."""
    return int(LIMIT.findall(picture_query(name))[-1])


def iri_list(iris: Iterable[str]) -> list[str]:
    """Return IRIs as SPARQL writes them."""
    return [str(NamedNode(iri)) for iri in iris]


@cache
def classes_with(attribute: str) -> tuple[dict[str, list[str]], list[str]]:
    """Return the rows of `VALUES (?class ?at)` for all classes of a lane or a shape, and that of each."""
    values = {iri: value for iri, kind in OF_CLASS.items() if (value := getattr(kind, attribute))}
    return {"class at": [f"(<{iri}> {place})" for place, iri in enumerate(values)]}, [*values.values()]


def iri_of(row: QuerySolution, name: str) -> str | None:
    """Return the IRI that a variable is bound to, or None for anything else."""
    term = row[name]
    return term.value if isinstance(term, NamedNode) else None


def add_iri(iris: list[str], row: QuerySolution, name: str) -> None:
    """Add the IRI that a variable is bound to to others, once."""
    iri = iri_of(row, name)
    if iri is not None and iri not in iris:
        iris.append(iri)


def words_for(store: Store, iris: Iterable[str]) -> Words:
    """Return the words for all that a page names, with one query."""
    return Words.for_request(labels_of(store, map(NamedNode, iris)))


@dataclass(frozen=True)
class EvidenceLink:
    """A graph that a picture leads to for evidence: its short name, or none for background, and its page."""

    name: str
    href: str | None
    iri: str


def sources(graphs: Iterable[str]) -> list[EvidenceLink]:
    """Return the graphs among some that have evidence; the first of each text names it."""
    kinds = {graph: kind_of(graph) for graph in graphs}
    texts, found, before = per_version(names_of_texts), [], ""
    for graph, kind in kinds.items():
        if kind in WITH_BASIS:
            *_path, text, name = graph.split("/")
            source = texts.get((text, language()), "") if kind is GraphKind.FACT and text != before else ""
            before = text
            name = " \N{MIDDLE DOT} ".join(filter(None, (source, name))) if kind is GraphKind.FACT else ""
            found.append(EvidenceLink(name, href_of(graph), graph))
    return found


def names_of_texts(built: BuiltDataset) -> dict[tuple[str, str], str]:
    """Return how marks call each text, by the last part of its IRI and language."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    issued: dict[str, Term | None] = {}
    for row in rows(built.store, "sources"):
        text = value(row, "article").rpartition("/")[2]
        issued[text] = row["issued"]
        for lang in LANGUAGES:
            parts = found.setdefault((text, lang), {})
            for name in ("short", "publisher"):
                if isinstance(term := row[name], Literal) and term.language in {lang, None}:
                    parts[name] = term.value
    return {
        (text, lang): source_label(parts.get("short", ""), parts.get("publisher", ""), issued[text], lang)
        for (text, lang), parts in found.items()
    }
