"""What a dataset must be before it is served: all checks, in their order.

Rules for data are SHACL shapes; the functions here and in `statements` say what shapes cannot: they see
graphs and tables, and what follows. `wicara build` runs the stages in this order, and the slow one only where
the quick one finds nothing; `wicara check` runs all of it, and what a second reasoner says.
"""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.graph.assembly import graphs_of_proof, graphs_stating, merged
from wicara.graph.checks import statements
from wicara.graph.checks.shapes import ontology_violations
from wicara.graph.facts.selector import compare
from wicara.graph.names import GraphKind, iri_name
from wicara.graph.reasoning import materialise
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from wicara.graph.candidate import Candidate

SAME_AS: Final = NamedNode(PREFIXES["owl"] + "sameAs")
QUOTES: Final = "SELECT ?graph ?words { ?graph wic:evidence/oa:hasTarget/oa:hasSelector/oa:exact ?words }"
GRAPHS_NAMED: Final = 5
"""How many graphs one finding names."""


@dataclass(frozen=True)
class Check:
    """A check: its short name, what it holds true, and the function that yields its findings."""

    name: str
    title: str
    findings: Callable[[Candidate], Iterable[str]]
    reads: str = ""
    """The attribute of the candidate that is all it reads; it then runs in a process of its own."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one check: it passes if there are no findings."""

    name: str
    title: str
    findings: tuple[str, ...]


def run(checks: Iterable[Check], candidate: Candidate, progress: Callable[[str], None]) -> Iterator[Outcome]:
    """Run the checks, one after the other; beside them those that run in processes of their own."""
    checks = tuple(checks)
    with ExitStack() as stack:
        begun = {check.name: stack.enter_context(forked(check, candidate)) for check in checks if check.reads}
        for check in checks:
            progress(f"checking: {check.title}")
            findings = begun[check.name]() if check.reads else check.findings(candidate)
            yield Outcome(check.name, check.title, tuple(findings))


@contextmanager
def forked(check: Check, candidate: Candidate) -> Iterator[Callable[[], Iterable[str]]]:
    """Begin a check in a forked process, and give what returns its findings; the process ends with the block.

    What it reads is found before: the threads of a store on disk do not go on in a forked process.
    """
    getattr(candidate, check.reads)
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=send_findings, args=(check, candidate, sender), daemon=True)
    process.start()
    sender.close()

    def findings() -> Iterable[str]:
        try:
            found: Iterable[str] = receiver.recv()
        except EOFError:  # it was killed, or failed and has said why
            return check.findings(candidate)
        return found

    try:
        yield findings
    finally:
        process.kill()
        process.join()
        receiver.close()


def send_findings(check: Check, candidate: Candidate, sender: Connection) -> None:
    """Run a check and send its findings; an interruption is for the process that waits for them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sender.send(tuple(check.findings(candidate)))


def text_evidence(candidate: Candidate, sources: Iterable[str]) -> Iterator[Outcome]:
    """Compare the evidence with each source text, given as FILE or ID=FILE; raises UnreadableInput."""
    for source in sources:
        comparison = compare(candidate.quads, source)
        yield Outcome("source", comparison.summary, comparison.findings)


def ontology_shapes(candidate: Candidate) -> Iterator[str]:
    """Ontology and concept schemes meet their shapes; those that have not changed do."""
    triples = merged(candidate.fresh, {GraphKind.ONTOLOGY, GraphKind.VOCAB})
    return map(str, ontology_violations(triples, candidate.folder) if triples else ())


def data_shapes(candidate: Candidate) -> Iterator[str]:
    """Return where the data does not meet its shapes, but for what a retraction left incomplete.

    A thing that is defined nowhere lacks all that it should be, which is said once, by the check of terms.
    """
    for violation in sorted(candidate.violations - candidate.gaps, key=str):
        if violation.terms.isdisjoint(candidate.undefined):
            graphs = graphs_stating(candidate.store, violation.terms)
            place = candidate.places.of(violation.focus, violation.value, graphs)
            yield f"{violation}{see(graphs)}{f' ({place})' if place else ''}"


def inconsistencies(candidate: Candidate) -> Iterator[str]:
    """Nothing that follows contradicts anything else (the rules of OWL 2 RL whose conclusion is false)."""
    for clash in candidate.closure.inconsistencies:
        graphs: Sequence[str] = ()
        if candidate.closure.reasoner is not None:
            leaves = set(candidate.closure.proof(clash).leaves())
            graphs = graphs_of_proof(candidate.store, leaves)
        graphs = graphs or graphs_stating(candidate.store, clash.terms)
        rows = candidate.store.query(QUOTES, prefixes=dict(PREFIXES))
        words = {row["graph"].value: row["words"].value for row in rows}  # type: ignore[union-attr]
        yield f"{clash.message} (rule {clash.rule}){see(graphs, words)}"


def inferred_identity(candidate: Candidate) -> Iterator[str]:
    """No two individuals are concluded to be the same: a functional property has two values then."""
    for triple in sorted(candidate.closure.conclusions, key=str):
        if triple.predicate == SAME_AS:
            iris = [triple.subject.value, triple.object.value]  # type: ignore[union-attr]
            where = see(graphs_stating(candidate.store, iris))
            yield f"{iri_name(iris[0])} and {iri_name(iris[1])} come out as one thing{where}"


def disagreements(candidate: Candidate) -> Iterator[str]:
    """Name each conclusion and each contradicting rule that only one of the two reasoners has."""
    premises = candidate.premises_to_compare
    ours, theirs = (materialise(premises, engine) for engine in ("native", "owlrl"))
    for engine, one, other in (("native", ours, theirs), ("owlrl", theirs, ours)):
        for triple in sorted(one.conclusions - other.conclusions, key=str):
            yield f"only {engine} concludes {triple}"
        broken, elsewhere = ({clash.rule for clash in closure.inconsistencies} for closure in (one, other))
        for rule in sorted(broken - elsewhere):
            yield f"only {engine} finds a contradiction by {rule}"


def see(graphs: Sequence[str], words: dict[str, str] | None = None) -> str:
    """Return the first of these graphs as the end of a sentence, each with its words if they are given."""
    more = f" and {len(graphs) - GRAPHS_NAMED} more" if len(graphs) > GRAPHS_NAMED else ""
    quoted = words or {}
    named = (f"{iri_name(g)} (“{quoted[g]}”)" if g in quoted else iri_name(g) for g in graphs[:GRAPHS_NAMED])
    return f"; see {', '.join(named)}{more}" if graphs else ""


QUICK: Final = (
    Check(
        "graphs",
        "every fact, background and content graph is described in graph/prov",
        statements.undescribed_graphs,
    ),
    Check("terms", "every IRI of ours is defined", statements.unknown_iris),
    Check("identity", "the table of mentions agrees with the data", statements.identity),
    Check("blank nodes", "blank nodes stand only in the ontology", statements.misplaced_blank_nodes),
    Check("profile", "the ontology is inside OWL 2 RL", statements.profile),
)
"""Checks that take a moment."""

SLOW: Final = (
    Check("ontology shapes", "ontology and concept schemes meet their shapes", ontology_shapes),
    Check("data shapes", "the data meets its shapes before anything is inferred", data_shapes),
    Check("consistency", "nothing that follows contradicts anything else", inconsistencies),
    Check("inferred identity", "no two individuals come out as one", inferred_identity),
)
"""Checks that validate and reason."""

THOROUGH: Final = (
    Check(
        "second reasoner",
        "the engine and owlrl conclude the same",
        disagreements,
        reads="premises_to_compare",
    ),
)
"""Checks that take seconds: `wicara check` alone runs them."""

STAGES: Final = (QUICK, SLOW)
