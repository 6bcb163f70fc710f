"""The OWL 2 RL certifier: it walks every axiom of an ontology and names what is outside the profile.

OWL 2 Profiles, section 4.2: which class expressions and data ranges may stand where. OWL 2 Mapping to RDF
Graphs, tables 5 to 18: which triples make an expression or an axiom. Structural Specification, sections 5.8
and 11: every term of an axiom is declared, as what its place wants and as one kind only, and no property that
follows from a chain or from transitivity is functional, irreflexive, asymmetric, disjoint or counted.

It reads axioms, not annotation values (an xsd:date literal, which is outside the OWL 2 datatype map, is fine
there). An expression need not be typed as owl:Class or owl:Restriction. What would have it walk in circles is
cut first and is a finding of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph.names import term_name
from wicara.graph.nesting import too_deep_is_unreadable
from wicara.graph.reasoning.axioms import (
    ANNOTATION,
    BOTH,
    CIRCLE,
    CONSTRUCTS,
    EVERY,
    OBJECT,
    OWL,
    RDF,
    RDFS,
    RESTRICTING,
    TYPE,
    VALUE,
    XSD,
    Axioms,
    circular,
)
from wicara.graph.reasoning.datatypes import DATATYPES, value_of
from wicara.graph.reasoning.mapping import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wicara.graph.reasoning.rules import Term

Look: TypeAlias = "Callable[[Axioms], Iterator[Finding]]"
Axiom: TypeAlias = tuple["Term", str]
"""The subject of an axiom and the name of its property, as messages tell where a construct stands."""

HAS_KEY: Final = f"{OWL}hasKey"
THING: Final = NamedNode(f"{OWL}Thing")
TOP_DATA: Final = NamedNode(f"{OWL}topDataProperty")

SUB, SUPER, EQUIVALENT, DATA = "a subclass", "a superclass", "an equivalent class", "a data range"
ALLOWED: Final = {
    SUB: frozenset({"intersectionOf", "unionOf", "oneOf", "someValuesFrom", "hasValue"}),
    SUPER: frozenset(
        {
            *("intersectionOf", "complementOf", "allValuesFrom", "hasValue"),
            *("maxCardinality", "maxQualifiedCardinality"),
        }
    ),
    EQUIVALENT: frozenset({"intersectionOf", "hasValue"}),
    DATA: frozenset({"intersectionOf"}),
}
"""What may stand in each position (section 4.2.3 and 4.2.4), beside a named class other than owl:Thing."""

CLASS_AXIOMS: Final = {
    f"{RDFS}subClassOf": (SUB, SUPER),
    f"{OWL}equivalentClass": (EQUIVALENT, EQUIVALENT),
    f"{OWL}disjointWith": (SUB, SUB),
}
"""The position of subject and object in each axiom about two classes."""

PROPERTY_AXIOMS: Final = {
    f"{RDFS}subPropertyOf": EVERY,
    f"{OWL}equivalentProperty": BOTH,
    f"{OWL}propertyDisjointWith": BOTH,
    f"{OWL}inverseOf": (OBJECT,),
    f"{OWL}FunctionalProperty": BOTH,
    **{
        f"{OWL}{name}Property": (OBJECT,)
        for name in ("InverseFunctional", "Symmetric", "Transitive", "Irreflexive", "Asymmetric")
    },
}
"""The kinds of property of which an axiom of two properties, or of one, may speak."""
SIMPLE_ONLY: Final = frozenset(
    f"{OWL}{name}"
    for name in (
        *("FunctionalProperty", "InverseFunctionalProperty", "IrreflexiveProperty", "AsymmetricProperty"),
        *("propertyDisjointWith", "AllDisjointProperties"),
    )
)
"""What may not be said of a property of a chain or of transitivity (Structural Specification, section 11)."""

DISJOINT_UNION: Final = "owl:disjointUnionOf is not in OWL 2 RL: use AllDisjointClasses"
REFLEXIVE: Final = "owl:ReflexiveProperty is not in OWL 2 RL"
UNWANTED: Final = {
    "hasKey": "owl:hasKey is not reasoned with here: identity is settled in identity.csv",
    "imports": "owl:imports would load axioms that nobody has certified",
}
"""What this project does without, though the profile has it (section 4.2.5)."""


@dataclass(frozen=True)
class Finding:
    """One construct outside the profile, and the axiom that it stands in."""

    axiom: str
    fault: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.axiom}: {self.fault}"


def certify(triples: Iterable[Triple]) -> tuple[Finding, ...]:
    """Return each construct outside OWL 2 RL with its axiom, sorted; none where all is inside."""
    return findings(triples, LOOKS)


def outside_profile(triples: Iterable[Triple]) -> tuple[Finding, ...]:
    """Return each construct outside OWL 2 RL, or of it that this project does without, sorted."""
    return findings(triples, (*LOOKS, unwanted))


@too_deep_is_unreadable()
def findings(triples: Iterable[Triple], looks: Sequence[Look]) -> tuple[Finding, ...]:
    """Return what some looks find, and each circle; raises UnreadableInput where one nests too deep."""
    axioms = frozenset(triples)
    circles = frozenset(circular(axioms))
    found = {Finding(f"{term_name(t.subject)} {term_name(t.predicate)}", CIRCLE) for t in circles}
    found |= {finding for look in looks for finding in look(Axioms(axioms - circles))}
    return tuple(sorted(found, key=str))


def finding(where: Axiom, fault: str) -> Finding:
    """Return a finding with its axiom in words."""
    subject, predicate = where
    return Finding(f"{term_name(subject)} {term_name(NamedNode(predicate))}", fault)


# Axioms about classes and datatypes (section 4.2.5).


def class_axioms(axioms: Axioms) -> Iterator[Finding]:
    """Check axioms of two classes, definitions of datatypes, what is made of named classes, and keys."""
    for predicate, (of_subject, of_object) in CLASS_AXIOMS.items():
        for subject, target in axioms.pairs(predicate):
            where = (subject, predicate)
            if predicate == f"{OWL}equivalentClass" and axioms.is_datatype(subject):
                yield from expression(axioms, target, DATA, where)
            else:
                yield from expression(axioms, subject, of_subject, where)
                yield from expression(axioms, target, of_object, where)
    for name in CONSTRUCTS:
        for subject, _ in axioms.pairs(OWL + name):
            if isinstance(subject, NamedNode):
                position = DATA if axioms.is_datatype(subject) else EQUIVALENT
                yield from construct(axioms, subject, name, position, (subject, OWL + name))


def class_expressions(axioms: Axioms) -> Iterator[Finding]:
    """Check classes that are all disjoint, those of keys, and anonymous ones that individuals are in."""
    for _, members in axioms.n_ary("AllDisjointClasses"):
        for member in members:
            yield from expression(axioms, member, SUB, (member, f"{OWL}AllDisjointClasses"))
    for subject, head in axioms.pairs(HAS_KEY):
        yield from expression(axioms, subject, SUB, (subject, HAS_KEY))
        if not axioms.members(head):
            yield finding((subject, HAS_KEY), "a key has at least one property")
    for subject, target in axioms.pairs(TYPE):
        if isinstance(target, BlankNode):
            yield from expression(axioms, target, SUPER, (subject, TYPE))


def domains_and_ranges(axioms: Axioms) -> Iterator[Finding]:
    """Check that they are superclass expressions, or data ranges; of annotations, any IRI will do (10.2)."""
    for predicate in (f"{RDFS}domain", f"{RDFS}range"):
        for subject, target in axioms.pairs(predicate):
            kinds = axioms.kinds(subject)
            if kinds != [ANNOTATION]:
                is_data = kinds == [VALUE] or (kinds != [OBJECT] and axioms.is_datatype(target))
                position = DATA if predicate == f"{RDFS}range" and is_data else SUPER
                yield from expression(axioms, target, position, (subject, predicate))


def values(axioms: Axioms) -> Iterator[Finding]:
    """Check that values are literals just where their property is of data, also where they are denied."""
    for predicate in tuple(axioms.by_predicate):
        kinds = axioms.kinds(NamedNode(predicate))
        for subject, value in axioms.pairs(predicate) if kinds in ([OBJECT], [VALUE]) else ():
            yield from wrong_value(value, kinds, (subject, predicate))
    for name, kind in (("targetIndividual", OBJECT), ("targetValue", VALUE)):
        for node, value in axioms.pairs(OWL + name):
            yield from wrong_value(value, [kind], (node, OWL + name))


def wrong_value(value: Term, kinds: Sequence[str], where: Axiom) -> Iterator[Finding]:
    """Name a literal where none may stand, and another term where a literal must."""
    if kinds in ([OBJECT], [VALUE]) and isinstance(value, Literal) != (kinds == [VALUE]):
        wanted = "a literal must" if kinds == [VALUE] else "no literal may"
        yield finding(where, f"{term_name(value)} stands where {wanted} stand, after an owl:{kinds[0]}")


def forbidden(axioms: Axioms) -> Iterator[Finding]:
    """Name axioms that the profile does not have at all."""
    for subject, _ in axioms.pairs(f"{OWL}disjointUnionOf"):
        yield finding((subject, f"{OWL}disjointUnionOf"), DISJOINT_UNION)
    for subject, kind in axioms.pairs(TYPE):
        if kind == NamedNode(f"{OWL}ReflexiveProperty"):
            yield finding((subject, TYPE), REFLEXIVE)


def unwanted(axioms: Axioms) -> Iterator[Finding]:
    """Name axioms that this project does without."""
    for name, fault in UNWANTED.items():
        for subject, _ in axioms.pairs(OWL + name):
            yield finding((subject, OWL + name), fault)


# Class expressions and data ranges (sections 4.2.3 and 4.2.4; Mapping, tables 11 to 14).


def expression(axioms: Axioms, term: Term, position: str, where: Axiom) -> Iterator[Finding]:
    """Name what of a class expression or data range may not stand in this position."""
    if isinstance(term, NamedNode):
        if fault := faulty_name(axioms, term, position):
            yield finding(where, fault)
    elif isinstance(term, Literal):
        yield finding(where, f"{term_name(term)} is not {position} expression")
    elif position != DATA and axioms.is_datatype(term):
        yield finding(where, f"a data range may not be {position}")
    else:
        names = [name for name in CONSTRUCTS if axioms.objects(term, name)]
        if len(names) != 1:
            kind = DATA if position == DATA else "a class expression"
            yield finding(where, f"{kind} must use exactly one construct, not {names or 'none'}")
        for name in names:
            yield from construct(axioms, term, name, position, where)


def faulty_name(axioms: Axioms, term: NamedNode, position: str) -> str | None:
    """Return what is wrong with a named class or datatype in this position."""
    if term == THING:
        return f"owl:Thing may not be {position}"
    is_class = f"{OWL}Class" in axioms.types(term) or term.value == f"{OWL}Nothing"
    if (term.value in DATATYPES or axioms.is_datatype(term)) and not is_class:
        return None if position == DATA else f"{term_name(term)} is a datatype and may not be {position}"
    if term.value.startswith((XSD, RDFS, RDF)):
        kind = "datatype" if term.value.startswith(XSD) else "class or datatype"
        return f"{term_name(term)} is no {kind} of OWL 2 RL"
    if is_class:
        return f"{term_name(term)} is a class and may not be {position}" if position == DATA else None
    return f"{term_name(term)} is not declared as a {'datatype' if position == DATA else 'class'}"


def construct(axioms: Axioms, term: Term, name: str, position: str, where: Axiom) -> Iterator[Finding]:
    """Check one construct of an expression, and the expressions inside it."""
    values = axioms.objects(term, name)
    if name not in ALLOWED[position]:
        yield finding(
            where, f"owl:{name} may not stand in {position}{'' if position == DATA else ' expression'}"
        )
    elif len(values) != 1:
        yield finding(where, f"owl:{name} has one value, not {len(values)}")
    elif name in RESTRICTING:
        yield from restriction(axioms, term, name, position, where)
    elif name == "complementOf":
        yield from expression(axioms, values[0], SUB, where)
    elif name == "oneOf":
        for member in axioms.members(values[0]):
            if isinstance(member, Literal):
                yield finding(where, f"{term_name(member)} is no individual: owl:oneOf lists literals")
    else:
        members = axioms.members(values[0])
        if not members and name == "intersectionOf":
            yield finding(where, f"an empty owl:intersectionOf is everything and may not be {position}")
        for member in members:
            yield from expression(axioms, member, position, where)


def restriction(axioms: Axioms, term: Term, name: str, position: str, where: Axiom) -> Iterator[Finding]:
    """Check a restriction: of one property, with one filler of the kind that the property wants."""
    if isinstance(term, NamedNode):
        yield finding(where, f"a restriction has no name, so owl:{name} may not stand here")
        return
    props = axioms.objects(term, "onProperty")
    if len(props) != 1 or axioms.objects(term, "onProperties"):
        yield finding(where, f"owl:{name} is on one property, not on {len(props) or 'none'}, and no list")
        return
    yield from faulty_properties(axioms, props, BOTH, where)
    kinds = axioms.kinds(axioms.named_property(props[0]))
    (value,) = axioms.objects(term, name)
    if name == "hasValue":
        yield from wrong_value(value, kinds, where)
        if isinstance(value, Literal) and not value.language:
            yield from expression(axioms, value.datatype, DATA, where)
    elif name.startswith("max"):
        yield from maximum(axioms, term, name, kinds, where)
        if axioms.named_property(props[0]) in axioms.composite:
            yield finding(where, "a property of a chain or of transitivity may not be counted")
    elif not (name == "someValuesFrom" and value == THING and VALUE not in kinds):
        is_data = kinds == [VALUE] or (kinds != [OBJECT] and axioms.is_datatype(value))
        yield from expression(axioms, value, DATA if is_data else position, where)


def maximum(axioms: Axioms, term: Term, name: str, kinds: Sequence[str], where: Axiom) -> Iterator[Finding]:
    """Check a maximum: it is 0 or 1; qualified, it is of a class, or of a data range for a data property."""
    (number,) = axioms.objects(term, name)
    value = value_of(number) if isinstance(number, Literal) else None
    if value not in (value_of(Literal(0)), value_of(Literal(1))):
        yield finding(where, f"owl:{name} must be 0 or 1, not {term_name(number)}")
    wanted = ("onDataRange" if kinds == [VALUE] else "onClass") if "Qualified" in name else ""
    for filler, position in (("onClass", SUB), ("onDataRange", DATA)):
        targets = axioms.objects(term, filler)
        if len(targets) != (filler == wanted):
            yield finding(where, f"owl:{name} has {len(targets) or 'no'} owl:{filler} here")
        elif targets and (filler, targets[0]) != ("onClass", THING):
            yield from expression(axioms, targets[0], position, where)


# Axioms about properties.


def properties(axioms: Axioms) -> Iterator[Finding]:
    """Check the properties of each axiom about properties."""
    for terms, wanted, where in property_places(axioms):
        yield from faulty_properties(axioms, terms, wanted, where)


def faulty_properties(
    axioms: Axioms, terms: Sequence[Term], wanted: Sequence[str], where: Axiom
) -> Iterator[Finding]:
    """Name properties that are not declared, of kinds that may not stand there or together, or not simple."""
    props = [axioms.named_property(term) for term in terms]
    kinds = [axioms.kinds(prop) for prop in props]
    for prop, own in zip(props, kinds, strict=True):
        if not own:
            yield finding(where, f"{term_name(prop)} is not declared as a property")
        elif not set(own) & set(wanted):
            yield finding(where, f"{term_name(prop)} is an owl:{own[0]}, which may not stand here")
        if prop in axioms.composite and where[1] in SIMPLE_ONLY:
            yield finding(where, f"{term_name(prop)} follows from a chain or transitivity")
    if kinds and all(kinds) and where[1] != HAS_KEY and not set.intersection(*map(set, kinds)):
        yield finding(where, "properties of objects and of data may not stand in one axiom")
    if TOP_DATA in (props[:1] if where[1] == f"{RDFS}subPropertyOf" else props):
        yield finding(where, "owl:topDataProperty may only be a superproperty")


def property_places(axioms: Axioms) -> Iterator[tuple[Sequence[Term], Sequence[str], Axiom]]:
    """Yield the properties of each axiom about properties, the kinds that they may be of, and the axiom."""
    for predicate, kinds in PROPERTY_AXIOMS.items():
        for pair in axioms.pairs(predicate):
            if not (isinstance(pair[0], BlankNode) and predicate == f"{OWL}inverseOf"):
                yield pair, kinds, (pair[0], predicate)
    for subject, kind in axioms.pairs(TYPE):
        if isinstance(kind, NamedNode) and kind.value in PROPERTY_AXIOMS:
            yield [subject], PROPERTY_AXIOMS[kind.value], (subject, kind.value)
    for predicate in (f"{RDFS}domain", f"{RDFS}range"):
        for subject, _ in axioms.pairs(predicate):
            yield [subject], EVERY, (subject, predicate)
    for subject, target in axioms.pairs(f"{OWL}assertionProperty"):
        yield [target], BOTH, (subject, f"{OWL}assertionProperty")
    yield from listed_properties(axioms)


def listed_properties(axioms: Axioms) -> Iterator[tuple[Sequence[Term], Sequence[str], Axiom]]:
    """Yield the properties of chains, of keys, and of axioms of disjoint properties."""
    chain = f"{OWL}propertyChainAxiom"
    for subject, head in axioms.pairs(chain):
        yield [subject, *axioms.members(head)], [OBJECT], (subject, chain)
    for subject, head in axioms.pairs(HAS_KEY):
        yield axioms.members(head), BOTH, (subject, HAS_KEY)
    for node, members in axioms.n_ary("AllDisjointProperties"):
        yield members, BOTH, (node, f"{OWL}AllDisjointProperties")


def declarations(axioms: Axioms) -> Iterator[Finding]:
    """Check that no term is a property of two kinds, or a class and a datatype (5.8.1)."""
    for term in {term for term, _ in axioms.pairs(TYPE)}:
        kinds = axioms.kinds(term)
        if {f"{OWL}Class", f"{RDFS}Datatype"} <= axioms.types(term) and isinstance(term, NamedNode):
            kinds = ["Class", "Datatype"]
        if len(kinds) > 1:
            yield finding((term, TYPE), f"{term_name(term)} is declared as {' and '.join(kinds)}")


def triples(axioms: Axioms) -> Iterator[Finding]:
    """Check what the triples themselves have to be: see `mapping`."""
    for check in CHECKS:
        yield from (finding((subject, predicate), fault) for subject, predicate, fault in check(axioms))


LOOKS: Final[tuple[Look, ...]] = (
    *(class_axioms, class_expressions, domains_and_ranges, values),
    *(forbidden, properties, declarations, triples),
)
