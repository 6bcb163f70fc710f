"""How often each term is used in a dataset, and by what: two grouped queries for all terms together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.graph.names import GRAPHS, GraphKind
from wicara.graph.solutions import solutions, value
from wicara.server.app_state import infer, per_version, watched
from wicara.server.site.ontology.model import ontology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.words import Term

USES: Final = """
SELECT ?x ?n ?first ?last ?s ?o {{
  {{ SELECT ?x (COUNT(*) AS ?n) (MIN(?i) AS ?first) (MAX(?i) AS ?last) {{
      {{ VALUES ?x {{ {classes} }} ?i a ?x }} UNION {{ VALUES ?x {{ {properties} }} ?i ?x ?any }}
    }} GROUP BY ?x }}
  OPTIONAL {{ ?s ?x ?o FILTER(?s = ?first || ?s = ?last) }}
}} ORDER BY ?x ?s ?o"""
BY_GRAPH: Final = f"""
SELECT ?x ?kind (COUNT(*) AS ?n) {{{{
  {{{{ VALUES ?x {{{{ {{classes}} }}}} GRAPH ?g {{{{ ?i a ?x }}}} }}}}
  UNION {{{{ VALUES ?x {{{{ {{properties}} }}}} GRAPH ?g {{{{ ?i ?x ?any }}}} }}}}
  BIND(REPLACE(STRAFTER(STR(?g), "{GRAPHS}"), "/.*", "") AS ?kind)
  FILTER(?kind IN ("{GraphKind.INFERRED}", "{GraphKind.CONTENT}"))
}}}} GROUP BY ?x ?kind"""
SHOWN: Final = 2
"""How many examples the document gives of each term."""


@dataclass(frozen=True)
class Use:
    """How many statements use a term, how many of them only follow, how many stand in claims; and examples.

    An example of a class is an instance, one of a property the two ends of a statement.
    """

    total: int = 0
    inferred: int = 0
    claimed: int = 0
    examples: tuple[tuple[Term, Term | None], ...] = ()


NONE: Final = Use()


def with_conclusions(built: BuiltDataset) -> dict[str, Use]:
    """Count the uses of all terms, conclusions included."""
    return counted(watched(built.store), inferred=True)


def without_conclusions(built: BuiltDataset) -> dict[str, Use]:
    """Count the uses of all terms in what is asserted."""
    return counted(watched(built.asserted), inferred=False)


def usage() -> dict[str, Use]:
    """Return the use of each term that this request's dataset uses, with conclusions if it wants them."""
    return per_version(with_conclusions if infer() else without_conclusions)


def counted(store: Store, *, inferred: bool) -> dict[str, Use]:
    """Count the uses of all terms of the ontology in a store."""
    terms = ontology().kinds
    values = {
        "classes": " ".join(f"<{iri}>" for iri, kind in terms.items() if kind == "class"),
        "properties": " ".join(f"<{iri}>" for iri, kind in terms.items() if kind != "class"),
    }
    found: dict[str, Use] = {}
    for iri, total, example in used(store, USES.format(**values)):
        use = found.setdefault(iri, Use(total))
        if example not in use.examples and len(use.examples) < SHOWN:
            found[iri] = replace(use, examples=(*use.examples, example))
    for row in solutions(store, BY_GRAPH.format(**values)):
        use, n = found.get(value(row, "x"), NONE), int(value(row, "n"))
        if value(row, "kind") == GraphKind.CONTENT:
            found[value(row, "x")] = replace(use, claimed=n)
        elif inferred:
            found[value(row, "x")] = replace(use, inferred=n)
    return found


def used(store: Store, query: str) -> Iterator[tuple[str, int, tuple[Term, Term | None]]]:
    """Yield each term with its count and one of its examples after the other."""
    for row in solutions(store, query):
        iri, total = value(row, "x"), int(value(row, "n"))
        if row["s"] is None:
            yield from ((iri, total, (row[name], None)) for name in ("first", "last"))
        elif isinstance(row["s"], NamedNode):
            yield iri, total, (row["s"], row["o"])
