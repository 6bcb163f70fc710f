"""What the marks of the pages mean, and what each leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template
from wicara.ontology import PREFIXES
from wicara.server.descriptions.openapi import operation
from wicara.server.site.language import WORDS
from wicara.server.site.language import lazy_gettext as _

blueprint = Blueprint("legend", __name__)


@dataclass(frozen=True)
class Mark:
    """A mark: its key, which is its class in the style sheet, its word, what it means and where it leads."""

    key: str
    name: object
    meaning: object
    leads: object = ""
    short: bool = False
    """Whether it is explained at the end of each page, too."""


LEGEND: Final = (
    Mark(
        "basis",
        "F038",
        _("It rests on words of a source: this is the number of the fact."),
        _(
            "Leads to the words, where they stand, who said them and how sure the reading is."
            " A number with D was derived from other facts."
        ),
        short=True,
    ),
    Mark(
        "inferred",
        _("inferred"),
        _("Nobody wrote this down: it follows from other statements by the rules of the ontology."),
        _("Leads to the proof, down to the words that it rests on."),
        short=True,
    ),
    Mark(
        "background",
        _("background"),
        _("It is known from elsewhere, not from an article."),
        _("Leads to its source."),
        short=True,
    ),
    Mark(
        "claim",
        _("claim"),
        _("Somebody says, wants or aims at it; the dataset does not say that it is so."),
        _("Stands for the modalities normative, potential, aim and possible."),
        short=True,
    ),
    Mark(
        "planned",
        _("planned or proposed"),
        _("It was still to come when the text was written, or was only put forward."),
        _("Whether it came about is told by later facts, if there are any."),
        short=True,
    ),
    Mark(
        "editorial",
        WORDS["marks"]["editorial"],
        _("The editors named or classed it; that needs no evidence of its own."),
        _("Leads to the graph that holds all of these statements."),
    ),
    Mark(
        "source-description",
        WORDS["marks"]["source-description"],
        _("It describes an article: who published it, how long it is, where its sentences begin and end."),
    ),
    Mark(
        "provenance",
        WORDS["marks"]["provenance"],
        _("It says where a fact comes from: its kind, who said it, how sure the reading is."),
    ),
    Mark(
        "vocabulary",
        WORDS["marks"]["vocabulary"],
        _("It belongs to the lists of concepts: areas, roles, units and others."),
    ),
    Mark(
        "ontology", WORDS["marks"]["ontology"], _("It belongs to the definitions of classes and properties.")
    ),
    Mark(
        "content",
        WORDS["marks"]["content"],
        _("It spells out what a claim says. It is shown with the claim only and never counts as true."),
    ),
)
"""Every mark, in the order in which the page explains them."""
AHEAD: Final = frozenset(PREFIXES["modality"] + name for name in ("planned", "proposed"))


def legend() -> tuple[Mark, ...]:
    """Return every mark."""
    return LEGEND


def mark_class(modality: str) -> str:
    """Return the key of the mark of a modality."""
    return "planned" if modality in AHEAD else "claim"


@blueprint.get("/legend")
@operation(query=("lang",))
def page() -> str:
    """Explain the marks."""
    return render_template("legend.html")
