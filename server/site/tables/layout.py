"""How pages are laid out (`layouts.toml`): columns that follow paths, blocks of rows, and a glance.

A path is a sequence of steps; a step is one or more properties, `|` between them, `^` before one that is
followed against its direction (SPARQL 1.1, section 9): `("^wic:tenureHolder", "wic:tenurePost|wic:postOf")`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from wicara.ontology import expand
from wicara.server.site.kinds import kind_of_classes
from wicara.server.site.language import lazy_gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Steps: TypeAlias = tuple[str, ...]

FILE: Final = Path(__file__).parents[1] / "layouts.toml"
READ: Final = tomllib.loads(FILE.read_text(encoding="utf-8"))
ROWS: Final = READ["rows"]
"""How many rows of a block a page shows, by what it is shown with."""


class Show(StrEnum):
    """What a column shows of the terms that its path leads to."""

    TERMS = "terms"
    TIME = "time"
    """Time spans, in words."""
    TEXT = "text"
    """Claims, by what they say."""
    FIGURE = "figure"
    """Observations, by value and unit."""
    CLASS = "class"
    """The classes that were asserted."""
    PLACE = "place"
    """Fact graphs, by where their words stand."""
    WORDS = "words"
    """Fact graphs, by the words that they quote."""
    ISSUED = "issued"
    """Texts, by the day on which they came out, or the month or year where only that is known."""
    ROLE = "role"
    """Roles, or those that participations have by the property that leads to them."""
    ELSEWHERE = "elsewhere"
    """Things of other data sets, by the name of that and their names there."""
    LANGUAGE = "language"
    """Languages, by their names."""
    OWN = "own"
    """Literals in the reader's language, else in another."""


BOUNDS: Final = "wic:earliestStart|wic:latestStart|wic:earliestEnd|wic:latestEnd"
WHEN_ISSUED: Final = ("wic:factOf", "dcterms:issued")
WHERE_WORDS_STAND: Final = ("wic:evidence", "oa:hasTarget", "oa:hasSelector", "oa:start")
EXTRAS: Final = {
    Show.TIME: (f"{BOUNDS}|wic:openEnd|wic:asWritten",),
    Show.TEXT: ("wic:contentText|wic:modality",),
    Show.FIGURE: ("wic:value|wic:unit|wic:valueBound|skos:notation|skos:prefLabel",),
    Show.CLASS: ("rdf:type",),
}
"""What has to be known of the terms at the end of a path, to show them so."""


class Order(StrEnum):
    """What the rows of a block are sorted by."""

    TIME = "time"
    """Their time; a page that shows only some shows the newest, and these first."""
    NEAREST = "nearest"
    """Their time; a page that shows only some shows those nearest to the time of its own thing."""
    READING = "reading"
    """Where the words stand that they rest on."""
    LABEL = "label"
    ISSUED = "issued"
    """The day on which the text came out that they are facts of, the newest first."""


@dataclass(frozen=True)
class Column:
    """A column of a block, or a line of a glance: its heading, where its values are, and what is shown."""

    heading: str
    path: Steps = ()
    show: Show = Show.TERMS

    @property
    def title(self) -> object:
        """The heading in the reader's language."""
        return lazy_gettext(self.heading)

    @property
    def known(self) -> Steps:
        """The path to the terms whose statements this needs.

        The last term is one where it is reached against the direction, or where more is to be known of it.
        """
        if self.show is Show.FIGURE:
            return (*self.path, "wic:unit|wic:valueBound")
        to_the_end = self.show in EXTRAS or not self.path or "^" in self.path[-1]
        return self.path if to_the_end else self.path[:-1]

    @property
    def steps(self) -> Iterator[str]:
        """The steps whose properties this needs."""
        yield from self.path
        yield from EXTRAS.get(self.show, ())


@dataclass(frozen=True)
class Block:
    """A block of a page: its key, its title, the pattern that finds ?row from ?this, and its columns.

    `of_graphs` says that the rows are fact graphs: each is its own evidence. Rows with the same
    values in all columns of `each` are shown as one.
    """

    key: str
    heading: str
    rows: str
    columns: tuple[Column, ...]
    order: Order = Order.TIME
    of_graphs: bool = False
    each: tuple[Column, ...] = ()

    @property
    def title(self) -> object:
        """The title in the reader's language."""
        return lazy_gettext(self.heading)

    @property
    def portion(self) -> int:
        """How many rows a page shows that shows nothing else."""
        return int(ROWS["facts" if self.of_graphs else "alone"])

    @property
    def places(self) -> tuple[Steps, ...]:
        """The paths from a row to what its place in the order is read from.

        Where words stand is known of fact graphs alone: of other rows, the graphs that make them tell it.
        """
        if self.order is Order.LABEL:
            return (("skos:prefLabel",),)
        if self.order is Order.READING:
            return (WHERE_WORDS_STAND,) if self.of_graphs else ()
        if self.order is Order.ISSUED:
            return (WHEN_ISSUED,)
        return tuple((*column.path, BOUNDS) for column in self.columns if column.show is Show.TIME)


@dataclass(frozen=True)
class Layout:
    """What the page of a kind shows at a glance, and below it; `schema` is its class in schema.org."""

    key: str
    name: str
    glance: tuple[Column, ...] = ()
    blocks: tuple[Block, ...] = ()
    schema: str = "Thing"

    @property
    def kind(self) -> object:
        """The kind in the reader's language."""
        return lazy_gettext(self.name)

    @property
    def spared(self) -> int:
        """How many rows more a page shows of a block that has no others."""
        more = ROWS["more"]
        return int(more["rows"]) if len(self.blocks) <= more["up-to-blocks"] else 0

    def shown(self, block: Block) -> int:
        """Return how many rows of a block are shown beside others, where more than the spared are left."""
        many = ROWS["beside-many"]
        if len(self.blocks) >= many["from-blocks"]:
            return int(many["rows"])
        return int(ROWS["nearest" if block.order is Order.NEAREST else "beside"])


@cache
def parts_of(step: str) -> tuple[tuple[str, bool], ...]:
    """Return the properties of a step, each with whether it is followed against its direction."""
    found = (part.strip() for part in step.split("|"))
    return tuple((expand(part.removeprefix("^")), part.startswith("^")) for part in found)


def read_paths(file: dict[str, Any]) -> dict[str, str]:
    """Return the named steps of a file; one may use those above it."""
    paths: dict[str, str] = {}
    for name, step in file["paths"].items():
        paths[name] = Template(step).substitute(paths)
    return paths


def read_layouts(file: dict[str, Any], paths: dict[str, str]) -> dict[str, Layout]:
    """Return the layouts of a file by their keys; raises KeyError for a name that it does not define."""

    def column(given: str | dict[str, Any]) -> Column:
        entry = file["columns"][given] if isinstance(given, str) else given
        steps = entry.get("path", ())
        steps = (steps,) if isinstance(steps, str) else steps
        filled = tuple(Template(step).substitute(paths) for step in steps)
        return Column(entry["heading"], filled, Show(entry.get("show", Show.TERMS)))

    def block(name: str) -> Block:
        entry = file["blocks"][name]
        return Block(
            name,
            entry["title"],
            Template(entry["rows"]).substitute(paths),
            tuple(map(column, entry["columns"])),
            Order(entry.get("order", Order.TIME)),
            of_graphs=entry.get("of_graphs", False),
            each=tuple(map(column, entry.get("each", ()))),
        )

    return {
        key: Layout(
            key,
            entry["kind"],
            tuple(map(column, entry.get("glance", ()))),
            tuple(map(block, entry.get("blocks", ()))),
            entry.get("schema", "Thing"),
        )
        for key, entry in file["layouts"].items()
    }


PATHS: Final = read_paths(READ)
"""Steps that several layouts take, by their names."""
LAYOUTS: Final = read_layouts(READ, PATHS)


def layout_of(classes: Iterable[str], *, graph: bool) -> Layout:
    """Return the layout of a thing by its classes; `graph` says that it is a named graph."""
    kind = kind_of_classes(classes)
    return LAYOUTS[kind.layout if kind else "graph" if graph else "thing"]
