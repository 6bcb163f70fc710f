"""What a dataset must be before it is served: one function or query a check, all of them in one table.

`wicara build` runs the tables in this order, and the slow one only where nothing quick falls short; `wicara
check` runs all of it, and what a second reasoner says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import QuerySolutions
from wicara.graph import closure_checks, statement_checks
from wicara.graph.facts.selector import compare
from wicara.graph.names import called_term
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyoxigraph import QuerySolution
    from wicara.graph.candidate import Candidate


@dataclass(frozen=True)
class Check:
    """A check: its short name, what it holds true, and the function that yields what falls short."""

    name: str
    title: str
    findings: Callable[[Candidate], Iterable[str]]


@dataclass(frozen=True)
class Result:
    """What came of one check: nothing found means that it passes."""

    name: str
    title: str
    findings: tuple[str, ...]


def run(checks: Iterable[Check], candidate: Candidate, progress: Callable[[str], None]) -> Iterator[Result]:
    """Run the checks, one after the other."""
    for check in checks:
        progress(f"checking: {check.title}")
        yield Result(check.name, check.title, tuple(check.findings(candidate)))


def compared(candidate: Candidate, sources: Iterable[str]) -> Iterator[Result]:
    """Compare the evidence with each source text, given as FILE or ID=FILE; raises UnreadableInput."""
    for source in sources:
        comparison = compare(candidate.quads, source)
        yield Result("source", comparison.summary, comparison.findings)


def matches(pattern: str, message: str) -> Callable[[Candidate], Iterator[str]]:
    """Return a check by query: each solution of the pattern over the asserted dataset is one finding."""

    def look(candidate: Candidate) -> Iterator[str]:
        found = candidate.store.query(f"SELECT * {{ {pattern} }}", prefixes=dict(PREFIXES))
        rows = found if isinstance(found, QuerySolutions) else ()
        return iter(sorted({worded(message, row) for row in rows}))

    return look


def worded(message: str, solution: QuerySolution) -> str:
    """Return the message with the solution's values in the place of `{x}` and the other variables."""
    return message.format(x=called_term(solution["x"]), y=called_term(solution["y"]))


EVIDENCE: Final = """
    ?x wic:evidence/oa:hasTarget ?target . ?target oa:hasSelector ?position , ?quote .
    ?position oa:start ?start ; oa:end ?end . ?quote oa:exact ?exact
"""

ORDERED: Final = (
    ("earliestStart", "latestStart"),
    ("earliestEnd", "latestEnd"),
    ("earliestStart", "earliestEnd"),
    ("latestStart", "latestEnd"),
)
"""The bounds of a time span that must not be the wrong way round."""

PARTS_OF_EVIDENCE: Final = "oa:SpecificResource, oa:TextPositionSelector, oa:TextQuoteSelector"
"""What needs no label: the parts of an evidence item."""

QUICK: Final = (
    Check(
        "graphs",
        "every fact, background and content graph is described in graph/prov",
        statement_checks.undescribed_graphs,
    ),
    Check("terms", "every IRI of ours is defined", statement_checks.unknown_iris),
    Check(
        "evidence",
        "every fact has evidence: a position and a quote",
        matches(
            "?x a wic:FactGraph BIND('' AS ?y) FILTER NOT EXISTS { ?x a wic:DerivedFactGraph } "
            f"FILTER NOT EXISTS {{ {EVIDENCE} }}",
            "{x} has no evidence with a position (oa:start, oa:end) and a quote (oa:exact); "
            "`wicara quote FILE 'words'` prints one",
        ),
    ),
    Check(
        "selectors",
        "each position is inside its sentence, each quote is short",
        statement_checks.faulty_selectors,
    ),
    Check(
        "derivation",
        "every derived fact names what it is derived from",
        matches(
            "?x a wic:DerivedFactGraph BIND('' AS ?y) FILTER NOT EXISTS { ?x prov:wasDerivedFrom ?fact }",
            "{x} has no prov:wasDerivedFrom",
        ),
    ),
    Check(
        "background",
        "every background fact names its source",
        matches(
            "?x a wic:BackgroundGraph BIND('' AS ?y) FILTER NOT EXISTS { ?x prov:hadPrimarySource ?source }",
            "{x} has no prov:hadPrimarySource",
        ),
    ),
    Check(
        "labels",
        "every thing has one label in English and one in Indonesian",
        matches(
            f"?x a ?class FILTER(STRSTARTS(STR(?x), '{BASE}/id/') && ?class NOT IN ({PARTS_OF_EVIDENCE})) "
            "VALUES ?y { 'en' 'id' } "
            "FILTER NOT EXISTS { ?x skos:prefLabel ?label FILTER(LANG(?label) = ?y) }",
            "{x} has no skos:prefLabel in {y}",
        ),
    ),
    Check(
        "one label",
        "no thing has two preferred labels in one language",
        matches(
            "?x skos:prefLabel ?one , ?other FILTER(LANG(?one) = LANG(?other) && STR(?one) < STR(?other)) "
            "BIND(CONCAT(STR(?one), ' and ', STR(?other)) AS ?y)",
            "{x} is called {y}",
        ),
    ),
    *(
        Check(
            "times",
            f"no {low} is after its {high}",
            matches(
                f"?x wic:{low} ?low ; wic:{high} ?high FILTER(?low > ?high) "
                "BIND(CONCAT(STR(?low), ' is after ', STR(?high)) AS ?y)",
                f"{{x}}: wic:{low} and wic:{high} are the wrong way round, {{y}}",
            ),
        )
        for low, high in ORDERED
    ),
    Check("identity", "the table of mentions agrees with the data", statement_checks.identity),
    Check("same", "no owl:sameAs is stated", statement_checks.same_as),
    Check("blank nodes", "blank nodes stand only in the ontology", statement_checks.blank_nodes),
    Check(
        "schemes",
        "every concept is in a scheme",
        matches(
            "?x a skos:Concept BIND('' AS ?y) FILTER NOT EXISTS { ?x skos:inScheme/a skos:ConceptScheme }",
            "{x} is in no skos:ConceptScheme",
        ),
    ),
    Check(
        "broader",
        "no concept is broader than itself",
        matches("?x skos:broader+ ?x BIND('' AS ?y)", "{x} is broader than itself"),
    ),
    Check(
        "related",
        "no concept is related to one that is broader (SKOS, S27)",
        matches(
            "?x skos:related|^skos:related ?y . ?x skos:broader+ ?y",
            "{x} is related to {y}, which is broader",
        ),
    ),
    Check(
        "concept labels",
        "no two concepts of a scheme have the same label",
        matches(
            "?x skos:inScheme ?scheme ; skos:prefLabel ?label . "
            "?y skos:inScheme ?scheme ; skos:prefLabel ?label "
            "FILTER(STR(?x) < STR(?y))",
            "{x} and {y} have the same label",
        ),
    ),
    Check("profile", "the ontology is inside OWL 2 RL", statement_checks.profile),
)
"""Checks that take a moment."""

SLOW: Final = (
    Check(
        "ontology shapes", "ontology and concept schemes meet their shapes", closure_checks.ontology_shapes
    ),
    Check("data shapes", "the data meets its shapes before anything is inferred", closure_checks.data_shapes),
    Check("consistency", "nothing that follows contradicts anything else", closure_checks.inconsistencies),
    Check("inferred identity", "no two individuals come out as one", closure_checks.inferred_identity),
    Check("conclusions", "graph/inferred holds conclusions only", closure_checks.misplaced_conclusions),
    Check(
        "default graph",
        "every triple of the default graph stands in a graph that says what it is",
        closure_checks.misplaced_statements,
    ),
)
"""Checks that validate and reason."""

THOROUGH: Final = (
    Check(
        "second reasoner",
        "the engine and owlrl conclude the same of this dataset",
        closure_checks.disagreements,
    ),
)
"""Checks that take seconds: `wicara check` alone runs them."""

STAGES: Final = (QUICK, SLOW)
