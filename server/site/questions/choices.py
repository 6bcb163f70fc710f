"""What a reader may choose for a parameter: the things of its class, or the concepts of its scheme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Triple
from wicara.graph.solutions import solutions
from wicara.ontology import PREFIXES
from wicara.server.served import dataset
from wicara.server.site.language import gettext as _
from wicara.server.site.questions.values import READERS
from wicara.server.site.words import LABELS, Words, prefixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wicara.queries import Parameter
    from wicara.server.site.questions.values import Value
    from wicara.server.site.words import Shown

MOST: Final = 500
"""How many things a list to choose from may hold; where there are more, a reader types one."""
ROWS: Final = 4 * MOST
QUERY: Final = """
SELECT DISTINCT ?kind ?x ?label {{
  VALUES ?kind {{ {kinds} }}
  {{ ?x a ?kind }} UNION {{ ?x skos:inScheme ?kind }}
  OPTIONAL {{ ?x skos:prefLabel ?label }}
}} LIMIT {rows}"""


@dataclass(frozen=True)
class Choices:
    """The things to choose from by their kind, and the words for them; whole unless there are too many."""

    of_kind: Mapping[str, frozenset[NamedNode]]
    words: Words
    whole: bool

    def options(self, value: Value) -> list[tuple[str, Shown]]:
        """Return what may be chosen in the place of a value: what a form sends, and what it shows."""
        found = {*self.of_kind.get(kind_of(value.parameter), ())}
        found |= {value.term} if isinstance(value.term, NamedNode) else set()
        shown = [(prefixed(one.value), self.words.show_iri(one.value)) for one in found]
        return sorted(shown, key=lambda option: (option[1].text.casefold(), option[0]))

    def checked(self, value: Value) -> Value:
        """Return a value, with a fault where the dataset has no such thing; the default never has one."""
        known = self.of_kind.get(kind_of(value.parameter), ())
        if not self.whole or value.is_default or not isinstance(value.term, NamedNode) or value.term in known:
            return value
        return replace(value, term=None, fault=_("The dataset holds no such thing of this kind."))

    def is_list(self, parameter: Parameter) -> bool:
        """Tell whether a parameter is chosen from a list."""
        return is_thing(parameter) and len(self.of_kind.get(kind_of(parameter), ())) <= MOST


def is_thing(parameter: Parameter) -> bool:
    """Tell whether the values of a parameter are things, and not literals."""
    return parameter.datatype not in READERS


def kind_of(parameter: Parameter) -> str:
    """Return the class or scheme of a parameter's values."""
    prefix, _colon, local = parameter.datatype.partition(":")
    return PREFIXES[prefix] + local


def choices(parameters: Iterable[Parameter]) -> Choices:
    """Return what there is to choose for parameters, with one query, or none where all are literals."""
    kinds = sorted({kind_of(parameter) for parameter in parameters if is_thing(parameter)})
    rows = found_of(kinds) if kinds else []
    of_kind: dict[str, set[NamedNode]] = {}
    for kind, one, _label in rows:
        of_kind.setdefault(kind.value, set()).add(one)
    labels = [Triple(one, LABELS[0], label) for _kind, one, label in rows if isinstance(label, Literal)]
    return Choices(
        {kind: frozenset(found) for kind, found in of_kind.items()},
        Words.for_request(labels),
        whole=len(rows) < ROWS,
    )


def found_of(kinds: Sequence[str]) -> list[tuple[NamedNode, NamedNode, object]]:
    """Return the things of kinds with their labels: conclusions too, whatever the request wants."""
    query = QUERY.format(kinds=" ".join(f"<{kind}>" for kind in kinds), rows=ROWS)
    found = ((row["kind"], row["x"], row["label"]) for row in solutions(dataset().store, query))
    return [
        (kind, one, label)
        for kind, one, label in found
        if isinstance(kind, NamedNode) and isinstance(one, NamedNode)
    ]
