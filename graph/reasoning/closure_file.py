"""A closure on disk, from which reasoning goes on: what is added or retracted later costs what it changes.

DIR/terms.nt    the terms in the order of their numbers, each as the object of a triple
DIR/facts.npz   facts and proofs by number, as the columns of `tables.FactTable`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize
from wicara.graph.reasoning.closure import Closure, inconsistencies_of, is_trivial
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.graph.reasoning.tables import GONE, Batch, Ints, Mask

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TERMS: Final = "terms.nt"
FACTS: Final = "facts.npz"
COLUMNS: Final = ("tables", "subjects", "objects", "batch", "row")
ANY: Final = NamedNode("x:")


@dataclass(frozen=True)
class Resumed:
    """A closure carried on: its `conclusions` are those that came, `went` those that are none any more.

    `known` tells of each fact that there was whether it was a conclusion.
    """

    closure: Closure
    went: frozenset[Triple]
    known: Mask


def resume(folder: Path, out: Iterable[Triple], into: Iterable[Triple]) -> Resumed:
    """Take premises out of a closure on disk, put others in; raises OSError, ValueError if it is damaged."""
    reasoner = read_closure(folder)
    facts = reasoner.engine.facts
    known = facts.batch.values >= 0
    reasoner.retract(out)
    reasoner.add(into)
    batch = facts.batch.values
    came = stored_facts(reasoner, len(known) + np.flatnonzero(batch[len(known) :] >= 0))
    went = stored_facts(reasoner, np.flatnonzero(known & (batch[: len(known)] < 0)))
    closure = Closure(came - went, inconsistencies_of(reasoner.contradictions()), reasoner)
    return Resumed(closure, went - came, known)


def stored_facts(reasoner: Reasoner, facts: Ints) -> frozenset[Triple]:
    """Return those of some facts that are stored and shown."""
    triples = (reasoner.statement(fact).triple for fact in facts.tolist())
    return frozenset(triple for triple in triples if triple is not None and not is_trivial(triple))


def write_closure(folder: Path, reasoner: Reasoner) -> None:
    """Write a closure without contradictions into a new folder; raises OSError where the disk refuses.

    One of which most is gone is left out: the next build makes it anew.
    """
    facts = reasoner.engine.facts
    if 2 * np.count_nonzero(facts.batch.values == GONE) > facts.size:
        return
    folder.mkdir(parents=True)
    rows = (Triple(ANY, ANY, term) for term in reasoner.terms)
    serialize(rows, str(folder / TERMS), format=RdfFormat.N_TRIPLES)
    np.savez(
        folder / FACTS,
        literals=reasoner.literal_numbers.values,
        rules=column(batch.rule for batch in facts.batches),
        schema_sizes=column(len(batch.schema) for batch in facts.batches),
        schema=column(fact for batch in facts.batches for fact in batch.schema),
        shapes=np.array([batch.premises.shape for batch in facts.batches], np.int64).reshape(-1, 2),
        premises=np.concatenate(
            [np.empty(0, np.int64), *(batch.premises.ravel() for batch in facts.batches)]
        ),
        spans=np.array([(batch, *span) for batch, span in facts.spans.items()], np.int64).reshape(-1, 3),
        **{name: getattr(facts, name).values for name in COLUMNS},
    )


def read_closure(folder: Path) -> Reasoner:
    """Return the reasoner of a closure, closed as it was; raises OSError, ValueError if it is damaged."""
    rows = parse(path=str(folder / TERMS), format=RdfFormat.N_TRIPLES)
    reasoner = Reasoner.of_terms(quad.object for quad in rows)
    engine = reasoner.engine
    with np.load(folder / FACTS, allow_pickle=False) as arrays:
        columns: dict[str, Ints] = {name: arrays[name] for name in arrays.files}
    facts = engine.facts
    for name in COLUMNS:
        getattr(facts, name).add(columns[name])
    facts.size = len(columns["tables"])
    facts.batches.extend(batches(columns))
    facts.spans.update((batch, (start, end)) for batch, start, end in columns["spans"].tolist())
    there = np.flatnonzero(columns["batch"] != GONE)
    there = there[np.argsort(columns["tables"][there], kind="stable")]
    tables, starts = np.unique(columns["tables"][there], return_index=True)
    for table, numbers in zip(tables.tolist(), np.split(there, starts[1:]), strict=False):
        engine.tables.grow(table).add(columns["subjects"][numbers], columns["objects"][numbers], numbers)
    reasoner.literal_numbers.add(columns["literals"])
    reasoner.literals = [
        (number, term)
        for number in columns["literals"].tolist()
        if isinstance(term := reasoner.terms[number], Literal)
    ]
    reasoner.read = len(reasoner.terms)
    engine.resume()
    return reasoner


def batches(columns: dict[str, Ints]) -> Iterable[Batch]:
    """Yield the batches of proofs that columns hold one after the other."""
    at = held = 0
    rows = zip(
        columns["rules"].tolist(), columns["schema_sizes"].tolist(), columns["shapes"].tolist(), strict=True
    )
    for rule, size, (length, width) in rows:
        schema = tuple(columns["schema"][at : at + size].tolist())
        premises = columns["premises"][held : held + length * width].reshape(length, width)
        at, held = at + size, held + length * width
        yield Batch(rule, schema, premises)


def column(numbers: Iterable[int]) -> Ints:
    """Return numbers as a column."""
    return np.fromiter(numbers, np.int64)
