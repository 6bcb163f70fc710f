"""One page of each kind, by name: what the checks of all pages go through."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

ARTICLE: Final = "kemlu-2018-08-02-asean-russia"
FACT: Final = f"/graph/fact/{ARTICLE}"
INFERRED: Final = {
    "subject": "person:retno-marsudi",
    "predicate": "rdf:type",
    "object": "wic:HasBeenForeignMinister",
}

KINDS: Final = {
    "home": "/",
    "search": "/search",
    "found": "/search?q=lavrov",
    "nothing-found": "/search?q=zzz",
    "timeline": "/timeline",
    "network": "/network",
    "map": "/map",
    "figures": "/figures",
    "browse": "/browse",
    "conflicts": "/conflicts",
    "vocabularies": "/vocabularies",
    "state": "/doc/state/russia",
    "body": "/doc/body/asean",
    "person": "/doc/person/retno-marsudi",
    "post": "/doc/post/foreign-minister-of-indonesia",
    "event": "/doc/event/2018-08-02-asean-russia-meeting",
    "planned-event": "/doc/event/2018-11-asean-russia-summit",
    "series": "/doc/series/asean-russia-annual-meeting",
    "partnership": "/doc/partnership/asean-russia",
    "group": "/doc/group/asean-dialogue-partners",
    "document": "/doc/document/sochi-declaration",
    "claim": "/doc/claim/indonesia-next-coordinator",
    "observation": "/doc/observation/poa-implementation-2018-08-02",
    "situation": "/doc/situation/indonesia-coordinatorship-2018-2021",
    "place": "/doc/place/sochi",
    "timespan": "/doc/timespan/2018-08-02",
    "article": f"/doc/article/{ARTICLE}",
    "sentence": f"/doc/sentence/{ARTICLE}-s01",
    "evidence": f"/doc/evidence/{ARTICLE}-f001",
    "fact": f"{FACT}/F038",
    "derived-fact": f"{FACT}/D01",
    "background": "/graph/background/asean-membership/brunei-2018",
    "content": "/graph/content/indonesia-next-coordinator",
    "source": f"/graph/source/{ARTICLE}",
    "graph": "/graph/inferred",
    "area": "/concept/area/counter-terrorism",
    "ontology": "/ont",
    "class": "/ont/term/Coordinatorship",
    "rules": "/rules",
    "explain-form": "/explain",
    "explanation": f"/explain?{urlencode(INFERRED)}",
    "no-explanation": f"/explain?{urlencode(INFERRED | {'subject': 'state:russia'})}",
    "questions": "/questions",
    "question": "/questions/coordinator-on?date=2018-08-02",
    "as-of": "/as-of?date=2018-08-02",
    "legend": "/legend",
    "query": "/query",
    "result": f"/sparql?{urlencode({'query': 'SELECT * { ?person a wic:Person }', 'format': 'html'})}",
    "conformance": "/conformance",
    "not-found": "/doc/person/nobody",
}
TEMPLATES: Final = (
    "home",
    "found",
    "nothing-found",
    "timeline",
    "network",
    "map",
    "figures",
    "browse",
    "conflicts",
    "vocabularies",
    "event",
    "claim",
    "fact",
    "graph",
    "ontology",
    "class",
    "rules",
    "explanation",
    "no-explanation",
    "questions",
    "question",
    "as-of",
    "legend",
    "query",
    "result",
    "conformance",
    "not-found",
)
"""Those that differ in more than their data: what is slow goes through these."""


def in_language(path: str, language: str) -> str:
    """Return the address of a page in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def in_indonesian(*kinds: str) -> list[str]:
    """Return the addresses of pages of some kinds in Indonesian."""
    return [in_language(KINDS[kind], "id") for kind in kinds]


EVERY_PAGE: Final = [*KINDS.values(), *in_indonesian(*KINDS)]
FEW_PAGES: Final = [
    *(KINDS[kind] for kind in TEMPLATES),
    *in_indonesian("home", "event", "fact", "explanation", "question"),
]
