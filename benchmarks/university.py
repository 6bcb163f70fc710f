"""University-like data of any size for the reasoning benchmark: the same triples for the same size and seed.

Departments with their staff, students, courses and publications, under a small ontology that calls for
hierarchies, domains and ranges, an inverse, a transitive property, and a class defined by an intersection.
"""

from __future__ import annotations

from itertools import chain, count, islice
from random import Random
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat, parse, serialize

if TYPE_CHECKING:
    from collections.abc import Iterator

ONTOLOGY: Final = """
@prefix : <http://example.org/university#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

:Employee rdfs:subClassOf :Person .
:Faculty rdfs:subClassOf :Employee .
:Professor rdfs:subClassOf :Faculty .
:FullProfessor rdfs:subClassOf :Professor .
:AssociateProfessor rdfs:subClassOf :Professor .
:AssistantProfessor rdfs:subClassOf :Professor .
:Lecturer rdfs:subClassOf :Faculty .
:Student rdfs:subClassOf :Person .
:GraduateStudent rdfs:subClassOf :Student .
:UndergraduateStudent rdfs:subClassOf :Student .
:University rdfs:subClassOf :Organization .
:Department rdfs:subClassOf :Organization .
:ResearchGroup rdfs:subClassOf :Organization .
:Course rdfs:subClassOf :Work .
:GraduateCourse rdfs:subClassOf :Course .
:Article rdfs:subClassOf :Publication .
:Chair rdfs:subClassOf :Professor ;
    owl:equivalentClass [ owl:intersectionOf ( :Person :Head ) ] .
:Head owl:onProperty :headOf ; owl:someValuesFrom :Department .

:memberOf rdfs:domain :Person ; rdfs:range :Organization ; owl:inverseOf :member .
:worksFor rdfs:subPropertyOf :memberOf ; rdfs:domain :Employee ; rdfs:range :Organization .
:headOf rdfs:subPropertyOf :worksFor ; rdfs:domain :Employee ; rdfs:range :Organization .
:takesCourse rdfs:domain :Student ; rdfs:range :Course .
:teacherOf rdfs:domain :Faculty ; rdfs:range :Course .
:advisor rdfs:domain :Person ; rdfs:range :Professor .
:author rdfs:domain :Publication ; rdfs:range :Person .
:degreeFrom rdfs:domain :Person ; rdfs:range :University ; owl:inverseOf :alumnus .
:undergraduateDegreeFrom rdfs:subPropertyOf :degreeFrom .
:mastersDegreeFrom rdfs:subPropertyOf :degreeFrom .
:doctoralDegreeFrom rdfs:subPropertyOf :degreeFrom .
:partOf a owl:TransitiveProperty ; rdfs:domain :Organization ; rdfs:range :Organization .
"""

SEED: Final = 7
DEPARTMENTS: Final = 15
"""Departments of a university."""
GROUPS: Final = 10
"""Research groups of a department."""
TEACHERS: Final = 30
STUDENTS: Final = 250
RANKS: Final = ("FullProfessor", "AssociateProfessor", "AssistantProfessor", "Lecturer")
DEGREES: Final = ("undergraduateDegreeFrom", "mastersDegreeFrom", "doctoralDegreeFrom")
TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def lines(size: int, seed: int = SEED) -> Iterator[str]:
    """Yield `size` triples as lines of N-Triples, the ontology first."""
    random = Random(seed)  # noqa: S311 - the data is to be the same each time
    ontology = serialize(
        parse(ONTOLOGY, RdfFormat.TURTLE, rename_blank_nodes=False), format=RdfFormat.N_TRIPLES
    )
    data = (f"{triple} .\n" for number in count() for triple in university(number, random))
    return islice(chain((ontology or b"").decode().splitlines(keepends=True), data), size)


def university(number: int, random: Random) -> Iterator[str]:
    """Yield the triples of a university; degrees come from it or one before it."""
    name = f"U{number}"
    yield typed(name, "University")
    for place in range(DEPARTMENTS):
        department = f"{name}/D{place}"
        yield typed(department, "Department")
        yield linked(department, "partOf", name)
        yield from groups(department)
        for teacher in range(TEACHERS):
            yield from teacher_of(department, teacher, number, random)
        for student in range(STUDENTS):
            yield from student_of(department, student, number, random)


def groups(department: str) -> Iterator[str]:
    """Yield the research groups of a department."""
    for place in range(GROUPS):
        yield typed(f"{department}/G{place}", "ResearchGroup")
        yield linked(f"{department}/G{place}", "partOf", department)


def teacher_of(department: str, place: int, university: int, random: Random) -> Iterator[str]:
    """Yield a teacher with degrees, two courses and five articles; the first is the head."""
    name = f"{department}/P{place}"
    yield typed(name, RANKS[place % len(RANKS)])
    yield linked(name, "worksFor" if place else "headOf", department)
    yield f'{data(name)} {term("name")} "Teacher {place}"'
    for degree in DEGREES:
        yield linked(name, degree, f"U{random.randrange(university + 1)}")
    for course, kind in enumerate(("Course", "GraduateCourse")):
        yield typed(f"{department}/C{place}_{course}", kind)
        yield linked(name, "teacherOf", f"{department}/C{place}_{course}")
    for article in range(5):
        yield typed(f"{name}/A{article}", "Article")
        yield linked(f"{name}/A{article}", "author", name)


def student_of(department: str, place: int, university: int, random: Random) -> Iterator[str]:
    """Yield a student with three courses; every fourth is a graduate, with an advisor and a degree."""
    name = f"{department}/S{place}"
    graduate = place % 4 == 0
    yield typed(name, "GraduateStudent" if graduate else "UndergraduateStudent")
    yield linked(name, "memberOf", department)
    for _ in range(3):
        course = f"C{random.randrange(TEACHERS)}_{random.randrange(2)}"
        yield linked(name, "takesCourse", f"{department}/{course}")
    if graduate:
        yield linked(name, "advisor", f"{department}/P{random.randrange(TEACHERS)}")
        yield linked(name, "undergraduateDegreeFrom", f"U{random.randrange(university + 1)}")


def term(name: str) -> str:
    """Return a term of the ontology."""
    return f"<http://example.org/university#{name}>"


def data(name: str) -> str:
    """Return an individual."""
    return f"<http://example.org/data/{name}>"


def typed(name: str, kind: str) -> str:
    """Return the statement that something is of a class."""
    return f"{data(name)} {TYPE} {term(kind)}"


def linked(name: str, verb: str, other: str) -> str:
    """Return the statement that a property holds between two individuals."""
    return f"{data(name)} {term(verb)} {data(other)}"
