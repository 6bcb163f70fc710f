"""What a second reading of the graph corrected in the first article: what it says, and what it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import QueryBoolean, QuerySolutions
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from wicara.graph.store import BuiltDataset

FACT = "<https://w3id.org/wicara/graph/fact/kemlu-2018-08-02-asean-russia/{}>"
OF_IT = "wic:factOf article:kemlu-2018-08-02-asean-russia"
ARF, SUMMIT = "event:2019-2020-arf-ism-cttc", "event:2018-11-asean-russia-summit"

TRUE = [
    ("1", "situation:indonesia-to-chair-arf-ism-cttc wic:hasPlannedTimeSpan timespan:2019-2020"),
    ("2", f"{ARF} wic:hasPlannedTopic area:counter-terrorism"),
    ("2", f"GRAPH ?g {{ {ARF} wic:hasPlannedTopic ?topic }} ?g wic:modality modality:planned"),
    (
        "3",
        f"{SUMMIT} wic:hasProposedTimeSpan timespan:2018-11 ; wic:plannedMeetingOf partnership:asean-russia",
    ),
    ("4", 'claim:faster-implementation wic:contentText ?text FILTER(CONTAINS(?text, "should cooperate"))'),
    ("5", 'timespan:2015-2018 wic:earliestEnd "2018-08-02"^^xsd:date'),
    ("5", 'timespan:2018-2021 wic:earliestStart "2018-08-02"^^xsd:date'),
    ("6", "GRAPH ?g { ?term wic:hasPlannedTimeSpan timespan:2018-2021 } ?g wic:modality modality:planned"),
    ("6", "GRAPH ?g { situation:scholarships-for-asean-students ?p ?o } ?g wic:confidence conf:low"),
    ("8", "GRAPH ?g { situation:joko-widodo-president wic:hasTimeSpan ?s } ?g a wic:DerivedFactGraph"),
    ("11", f"{FACT.format('F070')} wic:confidence conf:medium ; wic:attributionBasis basis:reading"),
    ("12", f"{FACT.format('F010')} wic:attributionBasis basis:reading"),
    ("12", f'{ARF} wic:topicAbbreviation "CTTC"@en'),
    ("14", "state:laos wic:coordinatesOrHasCoordinatedRelationsWith state:russia"),
    ("14", "state:indonesia wic:coordinatesOrWillCoordinateRelationsWith state:russia"),
    ("17", "situation:asean-russia-cyber-cooperation wic:inArea area:cyber-handling"),
    ("17", "claim:three-earlier-summits wic:statedCount 3 ; wic:about series:asean-russia-summit"),
    ("17", 'situation:asean-russia-cooperation wic:hasTimeSpan/wic:earliestEnd "2018-08-02"^^xsd:date'),
    ("17", "observation:russia-trade-rank-2017 wic:restsOnFigure observation:asean-russia-trade-2017"),
    ("17", f"GRAPH ?g {{ {SUMMIT} wic:proposedAt place:singapore }} ?g wic:modality modality:proposed"),
    ("20", "GRAPH ?g { body:asean wic:cooperatesWith body:eaeu } ?g wic:contentOf ?claim"),
    ("a", "event:2018-08-02-retno-appeal wic:closes [ wic:speaker person:retno-marsudi ]"),
    ("b", "?talk wic:during event:2018-08-02-asean-russia-meeting ; wic:discussed claim:security-threats"),
    ("b", "GRAPH ?g { partnership:asean-russia wic:hasConcern area:trade } ?g wic:confidence conf:low"),
    ("c", 'GRAPH ?g { body:sco wic:asWritten "blok perdagangan"@id } ?g wic:confidence conf:low'),
    ("d", "situation:scholarships-for-asean-students wic:placeOfActivity place:russia"),
    ("e", "GRAPH ?g { ?x wic:hasPartnerCountryStatus situation:russia-partner-country }"),
    ("f", "GRAPH ?g { ?meeting wic:hasTopic area:education } ?g wic:confidence conf:low"),
    ("g", f"{FACT.format('F021')} wic:attributionBasis basis:reading"),
    ("g", f"{FACT.format('F055')} wic:attributedTo article:kemlu-2018-08-02-asean-russia"),
    ("g", f"{FACT.format('F055')} wic:possiblyAttributedTo state:russia"),
    ("g", f"GRAPH {FACT.format('D21')} {{ ?post wic:postOf body:kemlu }}"),
    ("g", "event:2018-08-02-indonesia-proposing wic:actOnBehalfOf state:indonesia"),
    ("g", '?x wic:abbreviation "CTTC"@en ; wic:expansion "Counter Terrorism and Trans National Crime"@en'),
    ("g", f"{FACT.format('F074')} skos:prefLabel ?label FILTER(CONTAINS(?label, 'officially'))"),
]
"""What the dataset says, by the number of the correction; by a letter what later readings missed."""
FALSE = [
    ("1", f"{ARF} wic:hasTime ?span"),
    ("2", f"{ARF} wic:touchesTopic ?topic"),
    ("3", f"GRAPH ?g {{ {SUMMIT} wic:hasPlannedTimeSpan|wic:plannedAt|wic:hasTimeSpan ?x }} ?g {OF_IT}"),
    ("5", "timespan:2018-2021 wic:earliestStart ?day FILTER(?day < '2018-08-02'^^xsd:date)"),
    ("7", f"document:sochi-declaration wic:hasTime ?span . GRAPH ?g {{ ?x ?p ?span }} ?g {OF_IT}"),
    ("8", f"GRAPH {FACT.format('F084')} {{ ?x wic:hasTimeSpan|wic:latestStart ?y }}"),
    ("9", "event:2018-08-02-other-pmc-meetings wic:asWritten ?words"),
    ("10", f"{FACT.format('D12')} skos:prefLabel ?label FILTER(CONTAINS(?label, 'certainly'))"),
    ("12", f'{ARF} wic:asWritten|wic:topicAbbreviation ?x FILTER(LANG(?x) = "id")'),
    ("12", f"GRAPH {FACT.format('F096')} {{ ?x wic:proposedOnSidelinesOf ?y }}"),
    ("6", f"GRAPH {FACT.format('F006')} {{ ?term wic:hasTimeSpan ?span }}"),
    (
        "6",
        "GRAPH ?g { ?term wic:coordinatorshipOf ?x ; wic:hasTimeSpan ?y } ?g wic:modality modality:planned",
    ),
    ("14", f"GRAPH {FACT.format('F006')} {{ state:indonesia wic:hasCoordinatorship ?term }}"),
    ("15", "GRAPH graph:alignment { wic:hasHeldPost rdfs:subPropertyOf ?wider }"),
    (
        "16",
        '?x skos:prefLabel ?label FILTER(REGEX(?label, "Pasca-Kem|^By Lavrov|of Philippines|telah sampai"))',
    ),
    ("16", '?x skos:prefLabel ?label FILTER(REGEX(?label, "disambut pidato|alamat tutur"))'),
    ("20", "body:asean wic:cooperatesWith ?who"),
    ("c", "body:sco a wic:TradeBloc"),
    ("20", "GRAPH ?g { body:asean wic:cooperatesWith ?who } FILTER NOT EXISTS { ?g wic:contentOf ?claim }"),
    ("g", "claim:security-threats wic:saidOnBehalfOf ?who"),
    ("g", "claim:three-earlier-summits wic:saidBy ?who"),
    ("g", "claim:arf-ism-co-chairs ^wic:discussed ?talk"),
    ("g", f"GRAPH ?g {{ ?x wic:hasConcern area:disaster-management }} ?g {OF_IT}"),
    ("g", f"GRAPH {FACT.format('F091')} {{ ?post wic:postOf ?body }}"),
    ("g", "event:2018-11-asean-russia-summit skos:prefLabel ?label FILTER(CONTAINS(?label, '14 November'))"),
    ("g", f"?fact {OF_IT} ; skos:prefLabel ?label FILTER(REGEX(?label, 'All issues|Semua isu'))"),
]
"""What it may not say."""


def holds(dataset: BuiltDataset, pattern: str) -> bool:
    """Return whether a pattern has a solution."""
    found = dataset.store.query(f"ASK {{ {pattern} }}", prefixes=dict(PREFIXES))
    assert isinstance(found, QueryBoolean)
    return bool(found)


@pytest.mark.parametrize(("number", "pattern"), TRUE)
def test_what_is_said(dataset: BuiltDataset, number: str, pattern: str) -> None:
    """The dataset says what the text says."""
    assert holds(dataset, pattern), number


@pytest.mark.parametrize(("number", "pattern"), FALSE)
def test_what_is_not_said(dataset: BuiltDataset, number: str, pattern: str) -> None:
    """The dataset does not say what the text does not say."""
    assert not holds(dataset, pattern), number


SPANS = {
    "F010": "Indonesia",
    "F021": "Laos",
    "F033": "menghimbau",
    "F052": "November 2018",
    "F072": "Selandia Baru",
    "F077": "2017",
    "F084": "Joko Widodo",
    "F096": "November 2018",
}
"""What a fact states, as words that have to stand in its span (correction 13)."""


@pytest.mark.parametrize("fact", SPANS)
def test_spans_cover_what_they_support(dataset: BuiltDataset, shared: Path, fact: str) -> None:
    """The span of a fact holds the words for all that it states."""
    text = (shared / "sources" / "kemlu-2018-08-02-asean-russia.txt").read_text("utf-8")
    pattern = (
        f"{FACT.format(fact)} wic:evidence/oa:hasTarget/oa:hasSelector [ oa:start ?start ; oa:end ?end ]"
    )
    found = dataset.store.query(f"SELECT ?start ?end {{ {pattern} }}", prefixes=dict(PREFIXES))
    assert isinstance(found, QuerySolutions)
    (row,) = found
    assert SPANS[fact] in text[int(row["start"].value) : int(row["end"].value)]
