"""Two reasoners that know nothing of each other conclude the same, but for test_owlrl_faults."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from closures import ONTOLOGIES, real_premises
from hypothesis import HealthCheck, given, settings
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from wicara.graph.reasoning import materialise
from wicara.ontology import PREFIXES

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
from university import lines

if TYPE_CHECKING:
    from collections.abc import Collection

KEY: Final = PREFIXES["owl"] + "hasKey"
"""What owlrl is unsound with, and so is not handed."""

XSD: Final = PREFIXES["xsd"]


def university(size: int) -> frozenset[Triple]:
    """Return generated data of a university."""
    return frozenset(quad.triple for quad in parse("".join(lines(size)).encode(), RdfFormat.N_TRIPLES))


def is_datatype(term: object) -> bool:
    """Tell whether a term is a datatype of XSD."""
    return isinstance(term, NamedNode) and term.value.startswith(XSD)


def told(premises: Collection[Triple], engine: str) -> set[Triple]:
    """Return what an engine concludes, but that something is the same as a literal and so of its datatype.

    That is dt-type2, which ours leaves out as noise unless a class asks for the datatype.
    """
    return {each for each in materialise(premises, engine).conclusions if not is_datatype(each.object)}


def differences(premises: Collection[Triple]) -> dict[str, set[str]]:
    """Return what only one of the two reasoners concludes."""
    native, owlrl = (told(premises, engine) for engine in ("native", "owlrl"))
    both = {"native": native - owlrl, "owlrl": owlrl - native}
    return {engine: set(map(str, islice(only, 10))) for engine, only in both.items() if only}


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(premises=ONTOLOGIES)
def test_random_ontologies(premises: set[Triple]) -> None:
    """Small random ontologies, lists, equalities and literals among them, have one closure."""
    assert differences([triple for triple in premises if triple.predicate.value != KEY]) == {}


def test_the_dataset() -> None:
    """The closure of the real dataset is the same by both, and neither finds a contradiction."""
    premises = real_premises()
    assert differences(premises) == {}
    assert [materialise(premises, engine).inconsistencies for engine in ("native", "owlrl")] == [(), ()]


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_generated_data(size: int) -> None:
    """The closures of generated university data are the same, and hold more than a few conclusions."""
    premises = university(size)
    assert len(premises) > size * 0.95
    assert len(materialise(premises).conclusions) > size / 2
    assert differences(premises) == {}
