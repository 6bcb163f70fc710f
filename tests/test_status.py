"""The table of statuses: each combination of kind, modality and basis has one, and each rule is needed."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store
from wicara.graph.status import NONE, ORDER, TABLE, UNSURE, status_key
from wicara.ontology import PREFIXES

VOCABULARIES: Final = Path(__file__).parents[1] / "ontology/vocab"


def concepts(scheme: str) -> list[str]:
    """Return the concepts of a vocabulary by the last parts of their IRIs."""
    store = Store()
    store.load(path=VOCABULARIES / f"{scheme}.ttl", format=RdfFormat.TURTLE)
    found = store.quads_for_pattern(None, NamedNode(f"{PREFIXES['skos']}inScheme"), None)
    return sorted(
        quad.subject.value.rpartition("/")[2] for quad in found if isinstance(quad.subject, NamedNode)
    )


KINDS, MODALITIES, BASES = map(concepts, ("fact-kind", "modality", "attribution-basis"))
COMBINATIONS: Final = [*product([*KINDS, NONE], [*MODALITIES, NONE], [*BASES, NONE], [UNSURE, NONE])]


def test_no_combination_is_missing() -> None:
    """Every kind, modality and basis of the vocabularies together have a status, whoever speaks."""
    assert len(COMBINATIONS) > 8 * 6 * 8 * 2
    assert {status_key(*one) for one in COMBINATIONS} == set(ORDER)


def test_each_rule_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule names concepts that there are, and some combination has its status by it alone."""
    known = {
        "kind": {*KINDS, NONE},
        "modality": {*MODALITIES, NONE},
        "basis": {*BASES, NONE},
        "speaker": {UNSURE, NONE},
    }
    rules = TABLE["rules"]
    before = {one: status_key(*one) for one in COMBINATIONS}
    for rule in rules:
        assert [name for key, names in known.items() for name in rule.get(key, ()) if name not in names] == []
        monkeypatch.setitem(TABLE, "rules", [other for other in rules if other is not rule])
        assert before != {one: without(*one) for one in COMBINATIONS}, rule


def without(kind: str, modality: str, basis: str, speaker: str) -> str:
    """Return the status of a combination, and nothing where no rule fits."""
    try:
        return status_key(kind, modality, basis, speaker)
    except KeyError:
        return ""


@pytest.mark.parametrize(
    ("combination", "status"),
    [
        (("reported-fact", "actual", "narration"), "established"),
        (("reported-fact", "actual", "reported-speech"), "claimed"),
        (("reported-fact", "actual", "presupposition"), "read"),
        (("statistic", "actual", "narration"), "established"),
        (("statistic", "actual", "contextual"), "read"),
        (("statistic", "actual", "reported-speech"), "claimed"),
        (("metadata", "actual", "quoted"), "established"),
        (("claim", "actual", "quoted"), "claimed"),
        (("claim", "normative", "quoted"), "called-for"),
        (("claim", "planned", "quoted"), "planned"),
        (("appeal", "normative", "reported-speech"), "called-for"),
        (("plan", "planned", "narration"), "planned"),
        (("plan", "actual", "narration"), "planned"),
        (("proposal", "proposed", "contextual"), "proposed"),
        (("future-event", "planned", "ambiguous"), "planned"),
        (("reported-fact", "potential", "narration"), "possible"),
        (("reported-fact", "aim", "narration"), "called-for"),
        ((NONE, "actual", "reading"), "read"),
        ((NONE, "possible", NONE), "possible"),
        ((NONE, NONE, NONE), "established"),
    ],
)
def test_what_a_combination_is(combination: tuple[str, str, str], status: str) -> None:
    """What was planned, proposed, wanted, thought or claimed is that and no more, in whatever words."""
    assert status_key(*combination) == status


def test_an_unsure_speaker() -> None:
    """Words that are only possibly somebody's make no more of a statement than a claim of theirs does."""
    found = {status_key(*words, UNSURE) for *words, speaker in COMBINATIONS if speaker == UNSURE}
    assert found == set(ORDER[ORDER.index("claimed") :])
