"""How to cite a page: in a sentence, and as BibTeX, each with the version of the dataset."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.graph.inputs import DATASET
from wicara.server.served import dataset
from wicara.server.site.language import gettext as _
from wicara.server.site.resource.layouts import Column, Show

if TYPE_CHECKING:
    from wicara.server.site.resource.cells import Cells

SPECIAL: Final = re.compile(r"[\\{}$&#%_~^]")
ESCAPED: Final = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
"""What stands for the characters that mean something to TeX; a backslash before the others."""
NOT_IN_KEYS: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Citation:
    """A citation as a sentence and as BibTeX."""

    text: str
    bibtex: str


def of_dataset(cells: Cells, name: str) -> str:
    """Return what the dataset says of itself by a property, or nothing, in the reader's language."""
    cell = cells.cell(NamedNode(DATASET), Column("", (name,), Show.OWN))
    return next((value.shown.text for value in cell.values), "")


def cited(iri: str, title: str, cells: Cells) -> Citation:
    """Return the citation of what is said of an IRI in this version of the dataset."""
    author, whole = of_dataset(cells, "dcterms:creator"), of_dataset(cells, "dcterms:title") or "Wicara"
    version = f"{dataset().version} ({dataset().digest[:12]})"
    told = _(
        "“%(title)s.” In %(whole)s, version %(version)s. %(iri)s",
        title=title,
        whole=whole,
        version=version,
        iri=iri,
    )
    fields = {
        "author": f"{{{tex(author)}}}" if author else "",
        "title": f"{{{tex(title)}}}",
        "howpublished": tex(whole),
        "version": tex(version),
        "url": iri,
    }
    lines = "".join(f",\n  {name} = {{{value}}}" for name, value in fields.items() if value)
    return Citation(f"{author}. {told}" if author else told, f"@misc{{{key_of(iri)}{lines}\n}}")


def tex(text: str) -> str:
    """Return a text in which no character means anything to TeX."""
    return SPECIAL.sub(lambda found: ESCAPED.get(found[0], f"\\{found[0]}"), " ".join(text.split()))


def key_of(iri: str) -> str:
    """Return the key of an entry: what an IRI ends in, and the version."""
    name = "-".join(iri.rpartition("wicara")[2].split("/")[-2:])
    slug = NOT_IN_KEYS.sub("-", name.lower()).strip("-")[:60]
    return f"wicara-{slug}-{NOT_IN_KEYS.sub('-', dataset().version.lower())}"
