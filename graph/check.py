"""What a dataset must be before it is served: one function or query a check, all of them in one table.

`wicara build` runs the tables in this order, and the slow one only where nothing quick falls short; `wicara
check` runs all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode
from wicara.graph.assembly import INVALIDATED, graphs_stating, kind, merged
from wicara.graph.blame import blamed
from wicara.graph.dataset import ASSERTED, DEFAULT, GRAPHS, PREMISES, GraphKind, graph_iri, kind_of
from wicara.graph.evidence import compare, faults
from wicara.graph.identity import check_identity, read_identity
from wicara.graph.naming import called, called_term
from wicara.graph.reasoning.inconsistency import solutions
from wicara.graph.reasoning.profile import outside_profile
from wicara.ontology import BASE, PREFIXES, WIC

from wicara import ontology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyoxigraph import Quad, QuerySolution
    from wicara.graph.candidate import Candidate

TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
SAME_AS: Final = NamedNode(PREFIXES["owl"] + "sameAs")

MINTED: Final = (f"{BASE}/id/", f"{BASE}/concept/", WIC, GRAPHS)
"""The namespaces whose IRIs are ours, and so must be defined somewhere in the dataset."""

DESCRIBED: Final = {
    "FactGraph": GraphKind.FACT,
    "BackgroundGraph": GraphKind.BACKGROUND,
    "ContentGraph": GraphKind.CONTENT,
}
"""The class by which graph/prov describes each graph of a kind."""

GRAPHS_NAMED: Final = 5
"""How many graphs one finding names."""


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


def faulty_selectors(candidate: Candidate) -> Iterable[str]:
    """Every position and quote fits its sentence and source, and quotes are short."""
    return faults(candidate.quads)


def undescribed_graphs(candidate: Candidate) -> Iterator[str]:
    """Every fact, background and content graph is described in graph/prov, and states something."""
    named = {graph_name(quad) for quad in candidate.quads}
    for name, of_kind in DESCRIBED.items():
        described = instances(candidate.quads, NamedNode(WIC + name))
        written = {graph for graph in named if kind_of(graph) == of_kind}
        for graph in sorted(written - described):
            yield f"{called(graph)} is not described in graph:prov as a wic:{name}"
        for graph in sorted(described - written):
            yield f"{called(graph)} is described as a wic:{name} but states nothing"


def instances(quads: Iterable[Quad], of_class: NamedNode) -> set[str]:
    """Return the IRIs that are stated to be of a class."""
    typed = (quad.subject for quad in quads if quad.predicate == TYPE and quad.object == of_class)
    return {subject.value for subject in typed if isinstance(subject, NamedNode)}


def unknown_iris(candidate: Candidate) -> Iterator[str]:
    """Every IRI of ours is defined: things and terms have a class, graphs hold statements."""
    known = defined(candidate.quads)
    used: dict[str, str] = {}
    for quad in candidate.quads:
        for iri in (term.value for term in quad.triple if isinstance(term, NamedNode)):
            if iri.startswith(MINTED) and iri not in known:
                used.setdefault(iri, graph_name(quad))
    for iri, graph in sorted(used.items()):
        near = get_close_matches(iri, known, n=1, cutoff=0.9)
        hint = f"did you mean {called(near[0])}?" if near else "give it a class and labels, or mend the IRI"
        yield f"{called(iri)}, used in {called(graph)}, is not defined anywhere: {hint}"


def defined(quads: Iterable[Quad]) -> frozenset[str]:
    """Return the IRIs that have a type, the graphs that hold a statement, and those that were retracted."""
    known = {graph_iri(kind) for kind in GraphKind}
    for quad in quads:
        known.add(graph_name(quad))
        if quad.predicate in {TYPE, INVALIDATED} and isinstance(quad.subject, NamedNode):
            known.add(quad.subject.value)
    return frozenset(known)


def blank_nodes(candidate: Candidate) -> Iterator[str]:
    """Blank nodes stand only in the ontology: nothing else could be linked to or compared."""
    for quad in candidate.quads:
        terms = (quad.subject, quad.object)
        if kind(quad) != GraphKind.ONTOLOGY and any(isinstance(term, BlankNode) for term in terms):
            where = called(graph_name(quad))
            yield f"a blank node stands in {where}, with {called(quad.predicate.value)}: name it"


def same_as(candidate: Candidate) -> Iterator[str]:
    """Identity is settled in identity.csv: no owl:sameAs is stated."""
    for quad in candidate.quads:
        if quad.predicate == SAME_AS and kind(quad) != GraphKind.ALIGNMENT:
            pair = f"{called_term(quad.subject)} owl:sameAs {called_term(quad.object)}"
            yield f"{pair} in {called(graph_name(quad))}: say so in identity.csv instead"


def identity(candidate: Candidate) -> Iterable[str]:
    """Compare the reviewed table of mentions with the data."""
    return check_identity(read_identity(), candidate.quads)


def profile(candidate: Candidate) -> Iterable[str]:
    """Certify that the ontology is inside OWL 2 RL."""
    return map(str, outside_profile(merged(candidate.quads, {GraphKind.ONTOLOGY})))


def ontology_shapes(candidate: Candidate) -> Iterator[str]:
    """Ontology and concept schemes meet their shapes."""
    from wicara.graph.validation import validate  # noqa: PLC0415 - pySHACL takes a second to import

    triples = merged(candidate.quads, {GraphKind.ONTOLOGY, GraphKind.VOCAB})
    return map(str, validate(triples, ontology.ontology_shape_files()))


def data_shapes(candidate: Candidate) -> Iterator[str]:
    """Validate the data before anything is inferred."""
    from wicara.graph.validation import validate  # noqa: PLC0415

    for violation in validate(merged(candidate.quads, ASSERTED), ontology.data_shape_files()):
        yield f"{violation}{in_graphs(candidate, violation.terms)}"


def inconsistencies(candidate: Candidate) -> Iterator[str]:
    """Nothing that follows contradicts anything else (the rules of OWL 2 RL whose conclusion is false)."""
    closed = merged(candidate.quads, PREMISES) | candidate.closure.conclusions
    for found in candidate.closure.inconsistencies:
        graphs = blamed(candidate.quads, closed, found.terms)
        yield f"{found.message} (rule {found.rule}){see(graphs)}"


def inferred_identity(candidate: Candidate) -> Iterator[str]:
    """No two individuals are concluded to be the same: a functional property has two values then."""
    for triple in sorted(candidate.closure.conclusions, key=str):
        if triple.predicate == SAME_AS:
            iris = [triple.subject.value, triple.object.value]  # type: ignore[union-attr]
            yield f"{called(iris[0])} and {called(iris[1])} come out as one thing{in_graphs(candidate, iris)}"


def misplaced_conclusions(candidate: Candidate) -> Iterator[str]:
    """graph/inferred holds no stated triple, no literal subject and no anonymous class."""
    stated = merged(candidate.quads, PREMISES)
    for triple in candidate.closure.conclusions:
        if (
            triple in stated
            or not isinstance(triple.subject, NamedNode)
            or isinstance(triple.object, BlankNode)
        ):
            yield f"graph:inferred holds {triple}"


def misplaced_statements(candidate: Candidate) -> Iterator[str]:
    """Every triple of the default graph stands in a graph that says what it is; no claim content does."""
    quads = candidate.served(infer=True)
    accounted = merged(quads, DEFAULT)
    for quad in quads:
        if isinstance(quad.graph_name, DefaultGraph) and quad.triple not in accounted:
            yield f"the default graph holds {quad.triple}, which no named graph accounts for"


def matches(pattern: str, message: str) -> Callable[[Candidate], Iterator[str]]:
    """Return a check by query: each solution of the pattern over the asserted dataset is one finding."""

    def look(candidate: Candidate) -> Iterator[str]:
        return iter(sorted({worded(message, solution) for solution in solutions(candidate.store, pattern)}))

    return look


def worded(message: str, solution: QuerySolution) -> str:
    """Return the message with the solution's values in the place of `{x}` and the other variables."""
    return message.format(x=called_term(solution["x"]), y=called_term(solution["y"]))


def graph_name(quad: Quad) -> str:
    """Return the IRI of a quad's graph."""
    return "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value


def in_graphs(candidate: Candidate, iris: Iterable[str]) -> str:
    """Return where these terms are told of, as the end of a sentence."""
    return see(graphs_stating(candidate.quads, frozenset(iris)))


def see(graphs: tuple[str, ...]) -> str:
    """Return the first of these graphs as the end of a sentence."""
    more = f" and {len(graphs) - GRAPHS_NAMED} more" if len(graphs) > GRAPHS_NAMED else ""
    return f"; see {', '.join(map(called, graphs[:GRAPHS_NAMED]))}{more}" if graphs else ""


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
        "graphs", "every fact, background and content graph is described in graph/prov", undescribed_graphs
    ),
    Check("terms", "every IRI of ours is defined", unknown_iris),
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
    Check("selectors", "each position is inside its sentence, each quote is short", faulty_selectors),
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
    Check("identity", "the table of mentions agrees with the data", identity),
    Check("same", "no owl:sameAs is stated", same_as),
    Check("blank nodes", "blank nodes stand only in the ontology", blank_nodes),
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
    Check("profile", "the ontology is inside OWL 2 RL", profile),
)
"""Checks that take a moment."""

SLOW: Final = (
    Check("ontology shapes", "ontology and concept schemes meet their shapes", ontology_shapes),
    Check("data shapes", "the data meets its shapes before anything is inferred", data_shapes),
    Check("consistency", "nothing that follows contradicts anything else", inconsistencies),
    Check("inferred identity", "no two individuals come out as one", inferred_identity),
    Check("conclusions", "graph/inferred holds conclusions only", misplaced_conclusions),
    Check(
        "default graph",
        "every triple of the default graph stands in a graph that says what it is",
        misplaced_statements,
    ),
)
"""Checks that validate and reason."""

STAGES: Final = (QUICK, SLOW)
