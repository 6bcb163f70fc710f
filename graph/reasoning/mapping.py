"""What the certifier checks of the triples themselves: lists, axioms that are a node, headers, vocabulary.

OWL 2 Mapping to RDF Graphs, tables 3, 4, 16 and 17; Structural Specification, sections 2.4, 5 and 11.2: which
names may be declared, which chains of properties are regular, that datatypes are not defined by themselves,
and where individuals may be anonymous.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.graph.reasoning.axioms import (
    ANNOTATION,
    BUILT_IN,
    DECLARING,
    NIL,
    OBJECT,
    OWL,
    RDF,
    RDFS,
    TYPE,
    VALUE,
    XSD,
    Axioms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wicara.graph.reasoning.rules import Term

Fault = tuple["Term", str, str]
"""The subject of an axiom, the IRI of its property, and what is wrong."""

LISTED: Final = {
    **dict.fromkeys(("intersectionOf", "unionOf", "oneOf", "disjointUnionOf", "hasKey"), 0),
    **dict.fromkeys(("members", "distinctMembers", "propertyChainAxiom"), 2),
}
"""The properties whose value is a list, with the fewest members that it has in OWL 2."""
N_ARY: Final = {
    "AllDisjointClasses": ("members",),
    "AllDisjointProperties": ("members",),
    "AllDifferent": ("members", "distinctMembers"),
}
"""The axioms that are a node with a list of what they are about."""
SAME: Final = (f"{OWL}sameAs", f"{OWL}differentFrom")
BETWEEN_INDIVIDUALS: Final = (*SAME, f"{OWL}sourceIndividual")
OF_NAMED: Final = tuple(f"{OWL}{name}" for name in ("sourceIndividual", "targetIndividual", "hasValue"))
"""The properties whose values have names where they are individuals."""
RESERVED: Final = (OWL, RDF, RDFS, XSD)
"""The namespaces whose terms stand for what OWL 2 has them for alone (Structural Specification, 2.4)."""
OF_IRIS: Final = tuple(
    f"{OWL}{name}"
    for name in ("imports", "versionIRI", "priorVersion", "backwardCompatibleWith", "incompatibleWith")
)
"""The properties of an ontology whose values are IRIs."""
VOCABULARY: Final = Path(__file__).with_name("owl2.toml")
TERMS: Final = frozenset(OWL + name for name in tomllib.loads(VOCABULARY.read_text("utf-8"))["terms"].split())
"""The terms of OWL 2."""
DENIAL: Final = ("sourceIndividual", "assertionProperty")
ANNOTATED: Final = ("annotatedSource", "annotatedProperty", "annotatedTarget")


def lists(axioms: Axioms) -> Iterator[Fault]:
    """Check that lists are whole, and long enough (Mapping, section 3)."""
    for name, fewest in LISTED.items():
        for subject, head in axioms.pairs(OWL + name):
            if not is_list(axioms, head):
                yield (
                    subject,
                    OWL + name,
                    "its value is no list: each node has one rdf:first and one rdf:rest",
                )
            elif len(axioms.members(head)) < fewest:
                yield subject, OWL + name, f"the list has {fewest} members or more"


def is_list(axioms: Axioms, head: Term) -> bool:
    """Tell whether a node begins a list; lists that lead back to themselves have been cut."""
    while head != NIL:
        rest = axioms.objects(head, f"{RDF}rest")
        if len(rest) != 1 or len(axioms.objects(head, f"{RDF}first")) != 1:
            return False
        head = rest[0]
    return True


def nodes(axioms: Axioms) -> Iterator[Fault]:
    """Check the axioms that are a node with a list: what is all different or disjoint."""
    for kind, names in N_ARY.items():
        for node, of in axioms.pairs(TYPE):
            if of == NamedNode(OWL + kind) and sum(len(axioms.objects(node, name)) for name in names) != 1:
                yield node, TYPE, f"owl:{kind} has one list of members"
    for name in ("members", "distinctMembers"):
        for node, head in axioms.pairs(OWL + name):
            kinds = {
                kind for kind, names in N_ARY.items() if name in names and OWL + kind in axioms.types(node)
            }
            if len(kinds) != 1:
                yield node, OWL + name, "a list of members is of one axiom, which its type names"
            elif kinds == {"AllDifferent"} and any(isinstance(m, Literal) for m in axioms.members(head)):
                yield node, OWL + name, "a literal is no individual"


def denials(axioms: Axioms) -> Iterator[Fault]:
    """Check what is denied, and what is annotated."""
    denied = {node for name in DENIAL for node, _ in axioms.pairs(OWL + name)}
    denied |= {node for node, of in axioms.pairs(TYPE) if of == NamedNode(f"{OWL}NegativePropertyAssertion")}
    for node in denied:
        yield from denial(axioms, node)
    for node, of in axioms.pairs(TYPE):
        if of == NamedNode(f"{OWL}Axiom") and any(len(axioms.objects(node, name)) != 1 for name in ANNOTATED):
            yield node, TYPE, "an annotated axiom has one source, one property and one target"


def denial(axioms: Axioms, node: Term) -> Iterator[Fault]:
    """Check what is denied: one individual, one property, and one target, of the kind of the property."""
    found = {name: axioms.objects(node, name) for name in (*DENIAL, "targetIndividual", "targetValue")}
    targets = [*found["targetIndividual"], *found["targetValue"]]
    if not all(len(found[name]) == 1 for name in DENIAL) or len(targets) != 1:
        yield node, TYPE, "a denial has one individual, one property and one target"
        return
    kinds = axioms.kinds(axioms.named_property(found["assertionProperty"][0]))
    if kinds == [OBJECT if found["targetValue"] else VALUE]:
        wanted = "targetIndividual" if kinds == [OBJECT] else "targetValue"
        yield node, f"{OWL}assertionProperty", f"its property wants an owl:{wanted}"


def assertions(axioms: Axioms) -> Iterator[Fault]:
    """Check that literals are no individuals and no classes, and that datatypes have no individuals."""
    for predicate in BETWEEN_INDIVIDUALS:
        for subject, value in axioms.pairs(predicate):
            if isinstance(value, Literal):
                yield subject, predicate, "a literal is no individual"
    for subject, kind in axioms.pairs(TYPE):
        is_class = f"{OWL}Class" in axioms.types(kind)
        if isinstance(kind, Literal) or (
            isinstance(kind, NamedNode) and axioms.is_datatype(kind) and not is_class
        ):
            yield subject, TYPE, "an individual is in a class, not in a datatype or a literal"
    for node, inverses in axioms.by_subject.items():
        if isinstance(node, BlankNode) and len(inverses.get(f"{OWL}inverseOf", ())) > 1:
            yield node, f"{OWL}inverseOf", "an inverse is of one property"


def anonymous(axioms: Axioms) -> Iterator[Fault]:
    """Check that individuals have names where they need them."""
    named = [(term, prop, pair[0]) for prop in SAME for pair in axioms.pairs(prop) for term in pair]
    named += [(value, prop, node) for prop in OF_NAMED for node, value in axioms.pairs(prop)]
    for prop in (f"{OWL}oneOf", f"{OWL}distinctMembers", f"{OWL}members"):
        for node, head in axioms.pairs(prop):
            if prop == f"{OWL}oneOf" or f"{OWL}AllDifferent" in axioms.types(node):
                named += [(member, prop, node) for member in axioms.members(head)]
    for term, prop, subject in named:
        if isinstance(term, BlankNode):
            yield subject, prop, "an individual without a name may not stand here"


def circles(axioms: Axioms) -> Iterator[Fault]:
    """Check that individuals without names are not linked in a circle, or twice."""
    trees: dict[Term, Term] = {}

    def root(term: Term) -> Term:
        while term in trees:
            term = trees[term]
        return term

    for prop, pairs in axioms.by_predicate.items():
        if axioms.kinds(NamedNode(prop)) != [OBJECT]:
            continue
        for subject, value in pairs:
            if isinstance(subject, BlankNode) and isinstance(value, BlankNode):
                one, other = root(subject), root(value)
                if one == other:
                    yield subject, prop, "individuals without names may not be linked in a circle"
                else:
                    trees[one] = other


def reserved(axioms: Axioms) -> Iterator[Fault]:
    """Check that terms of OWL, RDF and XML Schema are declared as what they are, if at all."""
    for term, kind in axioms.pairs(TYPE):
        if not (
            isinstance(term, NamedNode) and isinstance(kind, NamedNode) and term.value.startswith(RESERVED)
        ):
            continue
        name = kind.value
        if name in DECLARING:
            fits = BUILT_IN.get(term.value) == DECLARING[name]
        elif name == f"{OWL}Class":
            fits = term.value in {f"{OWL}Thing", f"{OWL}Nothing"}
        else:
            fits = name != f"{OWL}NamedIndividual"
        if not fits:
            yield term, TYPE, "a term of the vocabulary may not be declared as something else"


def headers(axioms: Axioms) -> Iterator[Fault]:
    """Check ontologies, and the domains and ranges of annotations: their values are IRIs."""
    for predicate in (*OF_IRIS, f"{RDFS}domain", f"{RDFS}range"):
        is_header = predicate in OF_IRIS
        for subject, value in axioms.pairs(predicate):
            if not isinstance(value, NamedNode) and (is_header or axioms.kinds(subject) == [ANNOTATION]):
                yield subject, predicate, "its value is an IRI"


def vocabulary(axioms: Axioms) -> Iterator[Fault]:
    """Name properties and types that are in the namespace of OWL, but not in OWL 2."""
    for predicate, pairs in axioms.by_predicate.items():
        if predicate.startswith(OWL) and predicate not in TERMS:
            yield from ((subject, predicate, "is no term of OWL 2") for subject, _ in pairs)
    for subject, kind in axioms.pairs(TYPE):
        if isinstance(kind, NamedNode) and kind.value.startswith(OWL) and kind.value not in TERMS:
            yield subject, TYPE, f"owl:{kind.value.removeprefix(OWL)} is no term of OWL 2"


def hierarchies(axioms: Axioms) -> Iterator[Fault]:
    """Check that chains are regular, and that no datatype is defined by itself (section 11.2)."""
    name = f"{OWL}propertyChainAxiom"
    below: dict[Term, set[Term]] = defaultdict(set)
    chains = [(above, axioms.members(head)) for above, head in axioms.pairs(name)]
    for above, members in chains:
        if members != [above, above]:
            rest = (
                members[1:]
                if members[:1] == [above]
                else members[:-1]
                if members[-1:] == [above]
                else members
            )
            below[axioms.named_property(above)] |= set(map(axioms.named_property, rest))
    smaller = {above: reached(below, above) for above in tuple(below)}
    implied = implications(axioms)
    for above, _ in chains:
        prop = axioms.named_property(above)
        if smaller.get(prop, set()) & {prop, *reached(implied, prop)}:
            yield above, name, "the chain is not regular: it has a property that depends on this one"
    used: dict[Term, set[Term]] = defaultdict(set)
    for subject, target in axioms.pairs(f"{OWL}equivalentClass"):
        if axioms.is_datatype(subject):
            used[subject] |= {
                target,
                *(m for head in axioms.objects(target, "intersectionOf") for m in axioms.members(head)),
            }
    for datatype in tuple(used):
        if datatype in reached(used, datatype):
            yield datatype, f"{OWL}equivalentClass", "the datatype is defined by itself"


def implications(axioms: Axioms) -> Mapping[Term, set[Term]]:
    """Return for each property those that it implies at once, an inverse as the property itself."""
    above: dict[Term, set[Term]] = defaultdict(set)
    for predicate in (f"{RDFS}subPropertyOf", f"{OWL}equivalentProperty", f"{OWL}inverseOf"):
        for one, two in axioms.pairs(predicate):
            ends = axioms.named_property(one), axioms.named_property(two)
            above[ends[0]].add(ends[1])
            if predicate != f"{RDFS}subPropertyOf":
                above[ends[1]].add(ends[0])
    return above


def reached(edges: Mapping[Term, set[Term]], start: Term) -> set[Term]:
    """Return what can be reached from a node by one edge or more."""
    found: set[Term] = set()
    ahead: Iterable[Term] = edges.get(start, ())
    while new := {*ahead} - found:
        found |= new
        ahead = {end for node in new for end in edges.get(node, ())}
    return found


CHECKS: Final = (
    lists,
    nodes,
    denials,
    assertions,
    anonymous,
    circles,
    reserved,
    headers,
    vocabulary,
    hierarchies,
)
