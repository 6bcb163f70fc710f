"""What the command `reason` does: the closure of files, as sorted N-Triples, proofs and contradictions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from pyoxigraph import NamedNode
from wicara.graph.reasoning.contradictions import told
from wicara.graph.reasoning.documents import END, Document, lines_of, no_collection, numbered, read, written
from wicara.graph.reasoning.noise import BUILT_IN, REFLEXIVE, TOP
from wicara.graph.reasoning.reasoner import Reasoner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import Triple
    from wicara.graph.reasoning.relation import Ints

ERRORS: Final = "http://www.daml.org/2002/03/agents/agent-ont#"
"""The namespace of owlrl's messages."""


@dataclass(frozen=True)
class Result:
    """What follows: sorted N-Triples, proofs as JSON lines, contradictions as (rule, words)."""

    inferred: bytes
    proofs: bytes
    contradictions: tuple[tuple[str, str], ...]


def native(document: Document, *, proofs: bool = False, all_rules: bool = False) -> Result:
    """Return what the engine of this package concludes; `all_rules` turns on those that make only noise."""
    with no_collection():
        reasoner = Reasoner(all_rules=all_rules)
        numbers = np.array([reasoner.number(term) for term in document.terms], np.int64)
        reasoner.add_tables(tables(numbers[document.rows]))
        rows = conclusions(reasoner)
        return Result(
            inferred=lines_of(reasoner.terms, rows),
            proofs="".join(proof_lines(reasoner)).encode() if proofs else b"",
            contradictions=told_once((step.rule.name, told(step)) for step in reasoner.contradictions()),
        )


def owlrl(document: Document, **_options: bool) -> Result:
    """Return what owlrl concludes, without what it says of vocabularies and of everything."""
    from wicara.graph.reasoning.inconsistency import inconsistencies_of  # noqa: PLC0415 - owlrl is slow to load
    from wicara.graph.reasoning.owlrl_engine import close  # noqa: PLC0415

    premises = frozenset(document.triples())
    closure = close(premises)
    inferred = numbered(t for t in closure.conclusions - premises if not is_said_of_all(t))
    found = inconsistencies_of(premises | closure.conclusions, closure.messages)
    return Result(
        inferred=lines_of(inferred.terms, inferred.rows),
        proofs=b"",
        contradictions=told_once((each.rule, each.message) for each in found),
    )


def is_said_of_all(triple: Triple) -> bool:
    """Tell whether a conclusion is of the vocabularies, reflexive, or one of owlrl's messages."""
    subject, predicate, target = triple.subject, triple.predicate, triple.object
    if isinstance(target, NamedNode) and (target.value in TOP or target.value.startswith(ERRORS)):
        return True
    is_vocabulary = isinstance(subject, NamedNode) and subject.value.startswith(BUILT_IN)
    return is_vocabulary or (subject == target and predicate.value in REFLEXIVE)


ENGINES: Final[dict[str, Callable[..., Result]]] = {"native": native, "owlrl": owlrl}
"""The engines by their names."""


def reason(
    paths: Sequence[Path], engine: str = "native", *, proofs: bool = False, all_rules: bool = False
) -> Result:
    """Return what follows from files; raises UnreadableInput with file, line and column."""
    return ENGINES[engine](read(paths), proofs=proofs, all_rules=all_rules)


def told_once(found: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return contradictions sorted, each once."""
    return tuple(sorted(set(found)))


def tables(rows: Ints) -> dict[int, Ints]:
    """Return rows of subject, predicate and object as pairs, a table a predicate."""
    ordered = rows[np.argsort(rows[:, 1], kind="stable")]
    predicates, starts = np.unique(ordered[:, 1], return_index=True)
    parts = np.split(ordered[:, ::2], starts[1:])
    return dict(zip(predicates.tolist(), parts, strict=False))


def conclusions(reasoner: Reasoner) -> Ints:
    """Return what follows as rows of subject, predicate and object."""
    facts = reasoner.engine.facts
    chosen = facts.numbers(asserted=False)
    columns = (facts.subjects, facts.tables, facts.objects)
    return np.stack([column.values[chosen] for column in columns], axis=1)


def proof_lines(reasoner: Reasoner) -> Iterator[str]:
    """Yield the first proof of each conclusion as a line of JSON, after those of its premises.

    `conclusion` and `premises` are statements in N-Triples, or in generalized N-Triples where a literal is
    the subject; a premise that is the conclusion of no line was read.
    """
    facts, rules = reasoner.engine.facts, [json.dumps(rule.name) for rule in reasoner.rules]
    names = list(map(written, reasoner.terms))
    rows = zip(
        facts.subjects.values.tolist(),
        facts.tables.values.tolist(),
        facts.objects.values.tolist(),
        strict=True,
    )
    lines = [
        json.dumps(f"{names[s]} {names[p]} {names[o]}{END}".rstrip(), ensure_ascii=False) for s, p, o in rows
    ]
    for number in facts.numbers(asserted=False).tolist():
        proof = facts.proof(number)
        if proof is not None:
            premises = ", ".join([lines[premise] for premise in proof[1]])
            yield f'{{"conclusion": {lines[number]}, "rule": {rules[proof[0]]}, "premises": [{premises}]}}\n'
