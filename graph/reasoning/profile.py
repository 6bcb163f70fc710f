"""The OWL 2 RL certifier: it walks every axiom of the ontology and names what is outside the profile.

OWL 2 Profiles, section 4.2: which class expressions may stand where. From the OWL 2 Structural
Specification, section 11: every term of an axiom is declared, as one kind of property only, and no property
that follows from a chain or from transitivity is functional, irreflexive, asymmetric, disjoint or counted.
It reads axioms, not data or annotation values (an xsd:date literal, which is outside the OWL 2 datatype
map, is fine there). What would have it walk in circles is cut first and is a finding of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph.names import called_term
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wicara.graph.reasoning.rules import Term

Look: TypeAlias = "Callable[[Axioms], Iterator[Finding]]"
Axiom: TypeAlias = tuple["Term", str]
"""The subject of an axiom and the name of its property, as messages tell where a construct stands."""

OWL: Final = PREFIXES["owl"]
RDF: Final = PREFIXES["rdf"]
RDFS: Final = PREFIXES["rdfs"]
XSD: Final = PREFIXES["xsd"]

DATATYPES: Final = frozenset(
    {f"{RDF}PlainLiteral", f"{RDF}XMLLiteral", f"{RDFS}Literal"}
    | {
        XSD + name
        for name in (
            *("decimal", "integer", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger"),
            *("negativeInteger", "long", "int", "short", "byte", "unsignedLong", "unsignedInt"),
            *("unsignedShort", "unsignedByte", "float", "double", "string", "normalizedString", "token"),
            *("language", "Name", "NCName", "NMTOKEN", "boolean", "hexBinary", "base64Binary", "anyURI"),
            *("dateTime", "dateTimeStamp"),
        )
    }
)
"""The OWL 2 RL datatypes (section 4.2.1, less owl:real and owl:rational)."""

LISTS: Final = ("intersectionOf", "unionOf")
FILLERS: Final = ("someValuesFrom", "allValuesFrom")
CONSTRUCTS: Final = (
    *("intersectionOf", "unionOf", "oneOf", "complementOf", "datatypeComplementOf"),
    *("someValuesFrom", "allValuesFrom", "hasValue", "hasSelf"),
    *("minCardinality", "maxCardinality", "cardinality"),
    *("minQualifiedCardinality", "maxQualifiedCardinality", "qualifiedCardinality"),
    *("onDatatype", "withRestrictions"),
)
"""The properties that make a class expression out of a blank node."""

ALLOWED: Final = {
    "subclass": frozenset({"intersectionOf", "unionOf", "oneOf", "someValuesFrom", "hasValue"}),
    "superclass": frozenset(
        {
            "intersectionOf",
            "complementOf",
            "allValuesFrom",
            "hasValue",
            "maxCardinality",
            "maxQualifiedCardinality",
        }
    ),
    "equivalent class": frozenset({"intersectionOf", "hasValue"}),
}
"""What may stand in each position, beside a named class other than owl:Thing."""

CLASS_AXIOMS: Final = {
    f"{RDFS}subClassOf": ("subclass", "superclass"),
    f"{OWL}equivalentClass": ("equivalent class", "equivalent class"),
    f"{OWL}disjointWith": ("subclass", "subclass"),
    f"{RDFS}domain": (None, "superclass"),
    f"{RDFS}range": (None, "superclass"),
}
"""The position of subject and object in each axiom about classes."""

DISJOINT_UNION: Final = "owl:disjointUnionOf is not in OWL 2 RL: use AllDisjointClasses"
REFLEXIVE: Final = "owl:ReflexiveProperty is not in OWL 2 RL"
UNWANTED: Final = {
    "hasKey": "owl:hasKey is not reasoned with here: identity is settled in identity.csv",
    "imports": "owl:imports would load axioms that nobody has certified",
}
"""What this project does without, though the profile has it (section 4.2.5)."""

PROPERTY_KINDS: Final = {
    f"{OWL}{name}": name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
}
BUILT_IN: Final = {
    **{f"{RDFS}{name}": "AnnotationProperty" for name in ("label", "comment", "seeAlso", "isDefinedBy")},
    **{
        f"{OWL}{name}": "AnnotationProperty"
        for name in (
            "deprecated",
            "versionInfo",
            "priorVersion",
            "backwardCompatibleWith",
            "incompatibleWith",
        )
    },
    **{f"{OWL}{name}ObjectProperty": "ObjectProperty" for name in ("top", "bottom")},
    **{f"{OWL}{name}DataProperty": "DatatypeProperty" for name in ("top", "bottom")},
}
"""The properties that need no declaration, with their kinds (Structural Specification, table 5)."""

PROPERTY_AXIOMS: Final = ("subPropertyOf", "domain", "range")
SIMPLE_ONLY: Final = tuple(
    f"{OWL}{name}"
    for name in (
        "FunctionalProperty",
        "InverseFunctionalProperty",
        "IrreflexiveProperty",
        "AsymmetricProperty",
    )
)


LEADING: Final = frozenset(
    NamedNode(name) for name in (f"{RDF}first", f"{RDF}rest", *(OWL + name for name in CONSTRUCTS))
)
"""The properties that lead from a class expression or a list into what it is made of."""


@dataclass(frozen=True)
class Finding:
    """One construct outside the profile, and the axiom that it stands in."""

    axiom: str
    fault: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.axiom}: {self.fault}"


@dataclass(frozen=True)
class Axioms:
    """The triples of an ontology, indexed."""

    triples: frozenset[Triple]

    @cached_property
    def by_subject(self) -> dict[Term, dict[str, list[Term]]]:
        """Subject to property to objects."""
        index: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in self.triples:
            index[triple.subject][triple.predicate.value].append(triple.object)
        return index

    def objects(self, subject: Term, name: str) -> list[Term]:
        """Return the objects of a property, given by its IRI, or by its name in the OWL vocabulary."""
        return self.by_subject.get(subject, {}).get(name if ":" in name else OWL + name, [])

    def subjects_of(self, predicate: str) -> Iterator[tuple[Term, Term]]:
        """Yield subject and object of every triple with this property."""
        return ((t.subject, t.object) for t in self.triples if t.predicate.value == predicate)

    def types(self, term: Term) -> set[str]:
        """Return the IRIs of the types of a term."""
        return {each.value for each in self.objects(term, f"{RDF}type") if isinstance(each, NamedNode)}

    def members(self, head: Term) -> list[Term]:
        """Return the members of an RDF list."""
        found: list[Term] = []
        while firsts := self.objects(head, f"{RDF}first"):
            found += firsts[:1]
            (head,) = self.objects(head, f"{RDF}rest")[:1] or [NamedNode(f"{RDF}nil")]
        return found


def certify(triples: Iterable[Triple]) -> tuple[Finding, ...]:
    """Return each construct outside OWL 2 RL with its axiom, sorted; none where all is inside."""
    return findings(triples, LOOKS)


def outside_profile(triples: Iterable[Triple]) -> tuple[Finding, ...]:
    """Return each construct outside OWL 2 RL, or of it that this project does without, sorted."""
    return findings(triples, (*LOOKS, unwanted))


def findings(triples: Iterable[Triple], looks: Sequence[Look]) -> tuple[Finding, ...]:
    """Return what some looks find, and each circle."""
    axioms = frozenset(triples)
    circles = frozenset(circular(axioms))
    found = {Finding(f"{called_term(t.subject)} {called_term(t.predicate)}", CIRCLE) for t in circles}
    try:
        found |= {finding for look in looks for finding in look(Axioms(axioms - circles))}
    except RecursionError:
        found.add(Finding("a class expression", "is nested more deeply than can be read"))
    return tuple(sorted(found, key=str))


def faulty_class_axioms(axioms: Axioms) -> Iterator[Finding]:
    """Subclass, equivalence, disjointness, domain and range axioms (section 4.2.5)."""
    for predicate, (of_subject, of_object) in CLASS_AXIOMS.items():
        for subject, target in axioms.subjects_of(predicate):
            where = (subject, predicate)
            if is_about_annotations(axioms, subject, predicate):
                continue
            if of_subject:
                yield from faulty_expression(axioms, subject, of_subject, where)
            yield from faulty_expression(axioms, target, of_object, where)


def is_about_annotations(axioms: Axioms, subject: Term, predicate: str) -> bool:
    """Tell whether this is a domain or range of an annotation property, which may be any IRI (10.2)."""
    kinds = axioms.types(subject) & PROPERTY_KINDS.keys()
    return predicate in {f"{RDFS}domain", f"{RDFS}range"} and kinds == {f"{OWL}AnnotationProperty"}


def faulty_assertions(axioms: Axioms) -> Iterator[Finding]:
    """Class assertions: an individual may be in a superclass expression only (section 4.2.5)."""
    for subject, target in axioms.subjects_of(f"{RDF}type"):
        if isinstance(target, BlankNode):
            yield from faulty_expression(axioms, target, "superclass", (subject, f"{RDF}type"))


def faulty_disjointness(axioms: Axioms) -> Iterator[Finding]:
    """AllDisjointClasses: every member is a subclass expression."""
    for node, _ in axioms.subjects_of(f"{OWL}members"):
        if f"{OWL}AllDisjointClasses" in axioms.types(node):
            for head in axioms.objects(node, "members"):
                for member in axioms.members(head):
                    yield from faulty_expression(
                        axioms, member, "subclass", (member, f"{OWL}AllDisjointClasses")
                    )


def faulty_expression(axioms: Axioms, term: Term, position: str, where: Axiom) -> Iterator[Finding]:
    """Name what of a class expression may not stand in this position."""
    if isinstance(term, NamedNode):
        if fault := faulty_name(axioms, term, position):
            yield finding(where, fault)
        return
    constructs = [name for name in CONSTRUCTS if axioms.objects(term, name)]
    if len(constructs) != 1:
        yield finding(where, f"a class expression must use exactly one construct, not {constructs or 'none'}")
    for construct in constructs:
        yield from faulty_construct(axioms, term, construct, position, where)


def faulty_name(axioms: Axioms, term: NamedNode, position: str) -> str | None:
    """Return what is wrong with a named class or datatype in this position."""
    if term.value == f"{OWL}Thing":
        return f"owl:Thing may not be a {position}"
    if term.value.startswith((XSD, RDFS, RDF)):
        if term.value in DATATYPES:
            return None
        kind = "datatype" if term.value.startswith(XSD) else "class or datatype"
        return f"{called_term(term)} is no {kind} of OWL 2 RL"
    if axioms.types(term) & {f"{OWL}Class", f"{RDFS}Datatype"} or term.value == f"{OWL}Nothing":
        return None
    return f"{called_term(term)} is not declared as a class"


def faulty_construct(
    axioms: Axioms, term: Term, construct: str, position: str, where: Axiom
) -> Iterator[Finding]:
    """Check one construct of a class expression or data range, and the expressions inside it."""
    if f"{RDFS}Datatype" in axioms.types(term) and construct != "intersectionOf":
        yield finding(where, f"owl:{construct} may not stand in a data range")
        return
    if construct not in ALLOWED[position]:
        yield finding(where, f"owl:{construct} may not stand in a {position} expression")
        return
    for inner, inside in inner_expressions(axioms, term, construct, position):
        if not (construct == "someValuesFrom" and inner == NamedNode(f"{OWL}Thing")):
            yield from faulty_expression(axioms, inner, inside, where)
    if construct.startswith("max"):
        yield from faulty_cardinality(axioms, term, construct, where)
    for target in axioms.objects(term, "onProperty"):
        yield from undeclared_property(axioms, target, where)


def inner_expressions(
    axioms: Axioms, term: Term, construct: str, position: str
) -> Iterator[tuple[Term, str]]:
    """Yield the class expressions inside a construct, and the position that each is in."""
    for target in axioms.objects(term, construct):
        if construct in LISTS:
            yield from ((member, position) for member in axioms.members(target))
        elif construct in FILLERS:
            yield target, position
        elif construct == "complementOf":
            yield target, "subclass"


def faulty_cardinality(axioms: Axioms, term: Term, construct: str, where: Axiom) -> Iterator[Finding]:
    """Certify that a maximum is 0 or 1, and counts a simple property."""
    for number in axioms.objects(term, construct):
        if not isinstance(number, Literal) or number.value not in {"0", "1"}:
            yield finding(where, f"owl:{construct} must be 0 or 1, not {called_term(number)}")
    for target in axioms.objects(term, "onProperty"):
        if target in composite(axioms):
            yield finding(
                where, f"{called_term(target)} follows from a chain or transitivity and may not be counted"
            )
    for target in axioms.objects(term, "onClass"):
        if target != NamedNode(f"{OWL}Thing"):
            yield from faulty_expression(axioms, target, "subclass", where)


def forbidden(axioms: Axioms) -> Iterator[Finding]:
    """Axioms that the profile does not have at all."""
    for subject, _ in axioms.subjects_of(f"{OWL}disjointUnionOf"):
        yield finding((subject, f"{OWL}disjointUnionOf"), DISJOINT_UNION)
    for subject, kind in axioms.subjects_of(f"{RDF}type"):
        if kind == NamedNode(f"{OWL}ReflexiveProperty"):
            yield finding((subject, f"{RDF}type"), REFLEXIVE)


def unwanted(axioms: Axioms) -> Iterator[Finding]:
    """Axioms that this project does without."""
    for name, fault in UNWANTED.items():
        for subject, _ in axioms.subjects_of(OWL + name):
            yield finding((subject, OWL + name), fault)


def undeclared(axioms: Axioms) -> Iterator[Finding]:
    """Every property of an axiom is declared (Structural Specification, section 5.8.2)."""
    for name in PROPERTY_AXIOMS:
        for subject, target in axioms.subjects_of(RDFS + name):
            yield from undeclared_property(axioms, subject, (subject, RDFS + name))
            if name == "subPropertyOf":
                yield from undeclared_property(axioms, target, (subject, RDFS + name))
    for name in ("inverseOf", "propertyDisjointWith", "equivalentProperty"):
        for pair in axioms.subjects_of(OWL + name):
            for term in pair:
                yield from undeclared_property(axioms, term, (pair[0], OWL + name))
    for subject, head in axioms.subjects_of(f"{OWL}propertyChainAxiom"):
        for term in (subject, *axioms.members(head)):
            yield from undeclared_property(axioms, term, (subject, f"{OWL}propertyChainAxiom"))


def undeclared_property(axioms: Axioms, term: Term, where: Axiom) -> Iterator[Finding]:
    """Certify that a property is declared, as one kind only; an anonymous inverse is a property too."""
    inverses = axioms.objects(term, "inverseOf") if isinstance(term, BlankNode) else []
    for each in inverses or [term]:
        kinds = kinds_of(axioms, each)
        if not kinds:
            yield finding(where, f"{called_term(each)} is not declared as a property")
        if len(kinds) > 1:
            yield finding(where, f"{called_term(each)} is declared as {' and '.join(kinds)}")


def kinds_of(axioms: Axioms, term: Term) -> list[str]:
    """Return the kinds of a property as it is declared, or as OWL has it."""
    if isinstance(term, NamedNode) and term.value in BUILT_IN:
        return [BUILT_IN[term.value]]
    return sorted(PROPERTY_KINDS[kind] for kind in axioms.types(term) & PROPERTY_KINDS.keys())


def composite_misused(axioms: Axioms) -> Iterator[Finding]:
    """Properties of a chain or of transitivity are none of SIMPLE_ONLY (Structural Specification, 11)."""
    wrong = composite(axioms)
    for term in wrong:
        for kind in SIMPLE_ONLY:
            if kind in axioms.types(term):
                yield finding(
                    (term, f"{RDF}type"), f"{kind.removeprefix(OWL)} on a property of a chain or transitivity"
                )
    for pair in axioms.subjects_of(f"{OWL}propertyDisjointWith"):
        for term in set(pair) & wrong:
            yield finding(
                (pair[0], f"{OWL}propertyDisjointWith"),
                f"{called_term(term)} follows from a chain or transitivity",
            )


def composite(axioms: Axioms) -> set[Term]:
    """Return the properties with a chain or transitivity, those above them, and the inverses of all."""
    found = {term for term, _ in axioms.subjects_of(f"{OWL}propertyChainAxiom")}
    found |= {
        t for t, kind in axioms.subjects_of(f"{RDF}type") if kind == NamedNode(f"{OWL}TransitiveProperty")
    }
    links = [*axioms.subjects_of(f"{RDFS}subPropertyOf"), *axioms.subjects_of(f"{OWL}inverseOf")]
    links += [(target, subject) for subject, target in axioms.subjects_of(f"{OWL}inverseOf")]
    while more := {above for below, above in links if below in found} - found:
        found |= more
    return found


# Circles.

CIRCLE: Final = "leads back to itself: no list and no class expression may contain itself"


def circular(axioms: frozenset[Triple]) -> Iterator[Triple]:
    """Yield the triples by which a list or an anonymous expression leads back to where it came from."""
    edges: dict[Term, list[Triple]] = defaultdict(list)
    for triple in sorted((t for t in axioms if leads_on(t)), key=str):
        edges[triple.subject].append(triple)
    done: set[Term] = set()
    for start in list(edges):
        yield from back_edges(start, edges, done)


def leads_on(triple: Triple) -> bool:
    """Tell whether the certifier walks from the subject to the object of a triple."""
    return triple.predicate in LEADING and (
        isinstance(triple.object, BlankNode) or triple.predicate.value == f"{RDF}rest"
    )


def back_edges(start: Term, edges: dict[Term, list[Triple]], done: set[Term]) -> Iterator[Triple]:
    """Yield the triples below a node that lead back to a node that is being walked (depth first)."""
    path: set[Term] = set()
    stack: list[tuple[Term, Iterator[Triple]]] = []

    def enter(node: Term) -> None:
        path.add(node)
        stack.append((node, iter(edges.get(node, ()))))

    if start not in done:
        enter(start)
    while stack:
        node, left = stack[-1]
        triple = next(left, None)
        if triple is None:
            stack.pop()
            path.discard(node)
            done.add(node)
        elif triple.object in path:
            yield triple
        elif triple.object not in done:
            enter(triple.object)


LOOKS: Final[tuple[Look, ...]] = (
    faulty_class_axioms,
    faulty_assertions,
    faulty_disjointness,
    forbidden,
    undeclared,
    composite_misused,
)


def finding(where: Axiom, fault: str) -> Finding:
    """Return a finding with its axiom in words."""
    subject, predicate = where
    return Finding(f"{called_term(subject)} {called_term(NamedNode(predicate))}", fault)
