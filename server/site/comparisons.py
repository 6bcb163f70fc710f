"""Which values are compared with which: what makes two statements speak of the same thing, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wicara.graph.names import GRAPHS, GraphKind
from wicara.server.site.language import lazy_gettext as _

BOUNDS: Final = "wic:earliestStart wic:latestStart wic:earliestEnd wic:latestEnd"
SINGLE: Final = (
    "wic:tenureHolder wic:tenurePost wic:coordinatorshipOf wic:observedIndicator wic:postType wic:postOf "
    "wic:territoryOf wic:iso3166Alpha2 wic:iso3166Alpha3 wic:ordinalAsClaimed wic:anniversaryYears"
)
"""The properties that have one value."""
OF_OBSERVATION: Final = (
    "wic:observedIndicator wic:unit wic:betweenParties wic:observedActor wic:relativeTo wic:observedDocument "
    "wic:rankScope"
)
"""What a figure is of: two that agree in all of this, and in time, are of the same thing."""
STATING: Final = (GraphKind.FACT, GraphKind.BACKGROUND)
FOUND: Final = "?x ?p ?left ?g1 ?y ?q ?right ?g2"
"""What a comparison finds: two things, each with a property, its value, and the graph that says it."""
ONCE: Final = """FILTER(
  CONCAT(STR(?x), " ", STR(?g1), " ", STR(?left)) < CONCAT(STR(?y), " ", STR(?g2), " ", STR(?right)))"""
"""Each pair once, whichever comes first."""


@dataclass(frozen=True)
class Comparison:
    """A comparison: what is compared of which things, and when two values contradict each other.

    `things` binds ?x to what can be compared. `pairs` binds ?x and ?y, which are or speak of the same thing,
    ?p and ?q with ?left and ?right, which are said of them in the graphs ?g1 and ?g2. `conflict` is an
    expression over these.
    """

    key: str
    title: object
    same: object
    compared: object
    things: str
    pairs: str
    conflict: str

    @property
    def query(self) -> str:
        """The query for all conflicts that it finds."""
        return f"SELECT DISTINCT {FOUND} {{\n{self.pairs}\nFILTER({self.conflict})\n}} ORDER BY {FOUND}"


def stands(graph: str, *kinds: GraphKind) -> str:
    """Return a filter: the graph is of one of these kinds."""
    return "FILTER(" + " || ".join(f'STRSTARTS(STR(?{graph}), "{GRAPHS}{kind}/")' for kind in kinds) + ")"


def said(left: str, right: str, *kinds: GraphKind) -> str:
    """Return the pattern of two triples, each in a graph of one of these kinds."""
    return "\n".join(
        f"GRAPH ?{graph} {{ {triple} }} {stands(graph, *kinds)}"
        for graph, triple in (("g1", left), ("g2", right))
    )


def figures(one: str, key: str) -> str:
    """Return a subquery for figures: all that one is of as a string, in a fixed order, and parts of that.

    The engine joins by what patterns bind, and not by what it works out: hence the parts.
    """
    parties = OF_OBSERVATION.partition("wic:unit ")[2].replace(" ", "|")
    return f"""{{ SELECT {one} {key} ?indicator ?unit ?party ?day {{
  {one} wic:observedIndicator ?indicator ; wic:unit ?unit ; {parties} ?party ; wic:hasTimeSpan ?span .
  ?span {BOUNDS.replace(" ", "|")} ?day
  {{ SELECT {one} (GROUP_CONCAT(?part; separator=" ") AS {key}) {{ SELECT DISTINCT {one} ?part {{
    {{ VALUES ?k {{ {OF_OBSERVATION} }} {one} a wic:StatisticalObservation ; ?k ?v }}
    UNION {{ VALUES ?k {{ {BOUNDS} }} {one} a wic:StatisticalObservation ; wic:hasTimeSpan ?t . ?t ?k ?v }}
    BIND(CONCAT(STR(?k), "=", STR(?v)) AS ?part)
  }} ORDER BY {one} ?part }} GROUP BY {one} }}
}} }}"""


def of_same(situation: str) -> str:
    """Return the pattern of a situation: who holds it, and what it is of."""
    return f"""{{ {situation} wic:tenureHolder ?who ; wic:tenurePost ?what }}
UNION {{ {situation} wic:coordinatorshipHolder ?who ; wic:coordinatorshipOf ?what }}
UNION {{ {situation} wic:memberState ?who ; wic:memberOfBody ?what }}
UNION {{ {situation} a wic:DialoguePartnerStatus ; wic:statusHolder ?who ; wic:statusWith ?what }}"""


def surely_at(span: str, start: str, end: str) -> str:
    """Return the pattern of the days that a time span certainly holds."""
    return f"{span} wic:latestStart {start} ; wic:earliestEnd {end} ."


OPPOSITE: Final = "VALUES (?p ?q) { (wic:earliestStart wic:latestStart) (wic:earliestEnd wic:latestEnd) }"
"""The bounds that cannot both hold where the first is later than the second."""
OUT_OF_BOUNDS: Final = "?left > ?right"
DIFFERENT: Final = "COALESCE(?left != ?right, true)"
SAME_THING: Final = "BIND(?x AS ?y) BIND(?p AS ?q)"

COMPARISONS: Final = (
    Comparison(
        "figures",
        _("Figures"),
        _("the same indicator, unit, parties and time"),
        _("the value"),
        "?x a wic:StatisticalObservation ; wic:value ?v",
        "\n".join(
            (
                f"{{ SELECT DISTINCT ?x ?y {{ {figures('?x', '?of_x')} {figures('?y', '?of_y')}",
                "FILTER(?of_x = ?of_y) } }",
                "BIND(wic:value AS ?p) BIND(wic:value AS ?q)",
                said("?x wic:value ?left", "?y wic:value ?right", *STATING),
                ONCE,
            )
        ),
        DIFFERENT,
    ),
    Comparison(
        "times",
        _("Times"),
        _("one event, document, figure or situation in two statements"),
        _("whether the bounds of its time can all hold"),
        "?x wic:hasTimeSpan ?t",
        "\n".join(
            (
                "?x wic:hasTimeSpan ?t1 , ?t2 . BIND(?x AS ?y)",
                OPPOSITE,
                said("?t1 ?p ?left", "?t2 ?q ?right", *STATING),
                "FILTER(?g1 != ?g2)",
            )
        ),
        OUT_OF_BOUNDS,
    ),
    Comparison(
        "terms",
        _("Terms"),
        _("two tenures, memberships or terms of one holder that share a day"),
        _("whether the bounds of both can be those of one term"),
        of_same("?x"),
        "\n".join(
            (
                of_same("?x"),
                of_same("?y"),
                "FILTER(?x != ?y)",
                "?x wic:hasTimeSpan ?t1 . ?y wic:hasTimeSpan ?t2 .",
                surely_at("?t1", "?a", "?b"),
                surely_at("?t2", "?c", "?d"),
                "FILTER(?a <= ?d && ?c <= ?b)",
                OPPOSITE,
                said("?t1 ?p ?left", "?t2 ?q ?right", *STATING),
            )
        ),
        OUT_OF_BOUNDS,
    ),
    Comparison(
        "places",
        _("Places"),
        _("one event in two statements"),
        _("where it was held, unless one place lies in the other"),
        "?x wic:heldAt ?v",
        "\n".join(
            (
                said("?x wic:heldAt ?left", "?x wic:heldAt ?right", *STATING),
                "BIND(wic:heldAt AS ?p)",
                SAME_THING,
                ONCE,
            )
        ),
        "?left != ?right && NOT EXISTS { ?left wic:locatedIn ?right } "
        "&& NOT EXISTS { ?right wic:locatedIn ?left }",
    ),
    Comparison(
        "single",
        _("Single values"),
        _("one thing in two statements"),
        _("codes, holders, posts, ordinals: whatever has one value"),
        f"VALUES ?p {{ {SINGLE} }} ?x ?p ?v",
        "\n".join(
            (
                f"VALUES ?p {{ {SINGLE} }}",
                said("?x ?p ?left", "?x ?p ?right", *STATING),
                SAME_THING,
                ONCE,
            )
        ),
        DIFFERENT,
    ),
    Comparison(
        "coordinates",
        _("Coordinates"),
        _("one place in two statements"),
        _("latitude and longitude, where they are more than a tenth of a degree apart"),
        "?x wic:latitude|wic:longitude ?v",
        "\n".join(
            (
                "VALUES ?p { wic:latitude wic:longitude }",
                said("?x ?p ?left", "?x ?p ?right", *STATING),
                SAME_THING,
                ONCE,
            )
        ),
        "ABS(?left - ?right) > 0.1",
    ),
    Comparison(
        "claims",
        _("Claims"),
        _("what a claim says of a thing, and what a fact or another claim says of it"),
        _("whatever has one value"),
        f"GRAPH ?g {{ ?x ?any ?v }} {stands('g', GraphKind.CONTENT)}",
        "\n".join(
            (
                f"VALUES ?p {{ {SINGLE} wic:value wic:heldAt {BOUNDS} }}",
                f"GRAPH ?g1 {{ ?x ?p ?left }} {stands('g1', GraphKind.CONTENT)}",
                f"GRAPH ?g2 {{ ?x ?p ?right }} {stands('g2', GraphKind.CONTENT, *STATING)}",
                SAME_THING,
                f'FILTER(!STRSTARTS(STR(?g2), "{GRAPHS}{GraphKind.CONTENT}/") || STR(?g1) < STR(?g2))',
            )
        ),
        DIFFERENT,
    ),
)
"""The comparisons that are made."""
