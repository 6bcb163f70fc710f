"""Texts, as pages speak of them: which one a fact is of, when it came out, how marks call it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import Literal, NamedNode
from wicara.graph.explain.explanation import FACT_OF, ISSUED
from wicara.graph.names import GraphKind, kind_of
from wicara.ontology import PREFIXES, WIC
from wicara.server.app_state import per_version
from wicara.server.site.times import day_of, formatted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pyoxigraph import DefaultGraph
    from wicara.graph.evidence import Basis
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.words import Term

    Days: TypeAlias = tuple[date, date]
    """The first and the last day on which something can be."""

HAS_TIME, REPORT_OF = NamedNode(f"{WIC}hasTimeSpan"), NamedNode(f"{WIC}reportOf")
EARLIEST_START, LATEST_START = NamedNode(f"{WIC}earliestStart"), NamedNode(f"{WIC}latestStart")
PUBLISHER, LABEL = NamedNode(f"{PREFIXES['dcterms']}publisher"), NamedNode(f"{PREFIXES['skos']}prefLabel")
SHORT_LABEL: Final = NamedNode(f"{WIC}shortLabel")


@dataclass(frozen=True)
class Texts:
    """The texts of a dataset, looked up one by one."""

    built: BuiltDataset

    def of(self, graphs: Iterable[Term | DefaultGraph]) -> set[NamedNode]:
        """Return the texts that some graphs are facts of."""
        find = self.built.store.quads_for_pattern
        facts = {one for one in graphs if isinstance(one, NamedNode) and kind_of(one.value) is GraphKind.FACT}
        found = chain.from_iterable(find(fact, FACT_OF, None, None) for fact in facts)
        return {quad.object for quad in found if isinstance(quad.object, NamedNode)}

    def issued(self, text: NamedNode) -> Days | None:
        """Return the day on which a text came out, or else the first and last that its reports can be of."""
        find = self.built.store.quads_for_pattern
        for quad in find(text, ISSUED, None, None):
            if day := day_of(quad.object):
                return day, day
        for report in find(None, REPORT_OF, text, None):
            for time in find(report.subject, HAS_TIME, None, None):
                first, last = (self.bound(time.object, bound) for bound in (EARLIEST_START, LATEST_START))
                if last:
                    return first or last, last
        return None

    def bound(self, span: Term, bound: NamedNode) -> date | None:
        """Return a bound of a time span."""
        if not isinstance(span, NamedNode):
            return None
        quads = self.built.store.quads_for_pattern(span, bound, None, None)
        return next(filter(None, (day_of(quad.object) for quad in quads)), None)

    def source(self, text: NamedNode, lang: str) -> tuple[str, str, Term | None]:
        """Return the short label of a text in a language, its publisher's label, and the day of issue."""
        find = self.built.store.quads_for_pattern
        publishers = [
            one for quad in find(text, PUBLISHER, None, None) if isinstance(one := quad.object, NamedNode)
        ]
        found = (find(text, SHORT_LABEL, None, None), *(find(one, LABEL, None, None) for one in publishers))
        labels = [
            {one.language: one.value for quad in quads if isinstance(one := quad.object, Literal)}
            for quads in found
        ]
        own = [label.get(lang) or next(iter(label.values()), "") for label in labels]
        issued = next((quad.object for quad in find(text, ISSUED, None, None)), None)
        return own[0], "".join(own[1:2]), issued

    def called(self, text: NamedNode, lang: str) -> str:
        """Return how marks call a text in a language."""
        label, publisher, issued = self.source(text, lang)
        return source_label(label, publisher, issued, lang)


def source_label(label: str, publisher: str, issued: Term | None, lang: str) -> str:
    """Return how marks call a source in a language: by a short label, else publisher and day of issue."""
    day = day_of(issued) if isinstance(issued, Literal) else None
    return label or ", ".join(filter(None, (publisher, formatted(day, "d MMM y", lang) if day else "")))


def came_out_after(basis: Basis, day: date) -> bool:
    """Tell whether the text of a fact came out after a day; not where it has none, or when is not known."""
    issued = per_version(Texts).issued(NamedNode(basis.text.iri)) if basis.text else None
    return issued is not None and issued[0] > day
