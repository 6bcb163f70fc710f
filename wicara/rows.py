"""The rows of a query in Python: to loop over, as a pandas table, and as a table in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final, overload

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples

from wicara.graph.names import term_name
from wicara.graph.rdflib_terms import node_of

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    from wicara.graph.sparql import Results
    from wicara.graph.terms import Term

MAX_SHOWN: Final = 100
"""Rows that a notebook shows."""


@dataclass(frozen=True)
class Rows(Sequence[dict[str, Any]]):
    """The rows of an answer: a sequence of dicts by variable, an unbound one being None.

    An IRI is a string, a literal the value that its datatype means in Python (`datetime.date`, `Decimal`,
    `int`) or else its text. `terms` are the same as pyoxigraph's terms.
    """

    columns: tuple[str, ...]
    terms: tuple[tuple[Term | None, ...], ...]

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> Rows: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | Rows:
        """Return a row, or the rows of a slice."""
        if isinstance(place, slice):
            return Rows(self.columns, self.terms[place])
        return dict(zip(self.columns, map(python_value, self.terms[place]), strict=True))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.terms)

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a DataFrame; raises ImportError without pandas (`wicara[pandas]`)."""
        import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore] # noqa: PLC0415 - an extra

        return pd.DataFrame([list(row.values()) for row in self], columns=list(self.columns))

    def _repr_html_(self) -> str:
        """Return the table that a notebook shows: IRIs as links with their prefixed names."""
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(
            f"<tr>{''.join(f'<td>{html_cell(term)}</td>' for term in row)}</tr>"
            for row in self.terms[:MAX_SHOWN]
        )
        more = len(self) - MAX_SHOWN
        note = f"<p>and {more} more rows</p>" if more > 0 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def rows_of(results: Results) -> Rows:
    """Return the rows of an answer: solutions, the statements of a graph, or one row for ASK."""
    if isinstance(results, QueryBoolean):
        return Rows(("answer",), ((Literal(bool(results)),),))
    if isinstance(results, QueryTriples):
        names = ("subject", "predicate", "object")
        return Rows(names, tuple((triple.subject, triple.predicate, triple.object) for triple in results))
    return solutions_of(results)


def solutions_of(solutions: QuerySolutions) -> Rows:
    """Return the rows of a SELECT."""
    names = tuple(variable.value for variable in solutions.variables)
    return Rows(names, tuple(tuple(row[name] for name in names) for row in solutions))


def python_value(term: Term | None) -> Any:  # noqa: ANN401 - what a datatype means
    """Return a term as Python has it."""
    if isinstance(term, Literal):
        return node_of(term).toPython() if term.language is None else term.value  # type: ignore[attr-defined] # a literal
    return term.value if isinstance(term, NamedNode) else None if term is None else str(term)


def html_cell(term: Term | None) -> str:
    """Return a term as HTML."""
    if term is None:
        return ""
    text = escape(term_name(term))
    if isinstance(term, NamedNode) and term.value.startswith(("http://", "https://")):
        return f'<a href="{escape(term.value)}">{text}</a>'
    return text
