"""How each kind of thing is laid out: one table from class to a glance and a short list of blocks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from wicara.ontology import PREFIXES, WIC
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.resource.paths import nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wicara.server.site.resource.paths import Path

LIMIT: Final = 50
"""How many rows a block shows, unless it says another number."""


class Show(StrEnum):
    """What a column shows of the terms that its path leads to."""

    TERMS = "terms"
    TIME = "time"
    """Time spans, in words."""
    TEXT = "text"
    """Claims, by what they say."""
    FIGURE = "figure"
    """Observations, by value and unit."""
    CLASS = "class"
    """The classes that were asserted."""
    PLACE = "place"
    """Fact graphs, by where their words stand."""
    WORDS = "words"
    """Fact graphs, by the words that they quote."""
    ROLE = "role"
    """Roles, or those that participations have by the property that leads to them."""
    OWN = "own"
    """Literals in the reader's language, else in another."""


EXTRAS: Final = {
    Show.TIME: ("wic:earliestStart|wic:latestStart|wic:earliestEnd|wic:latestEnd|wic:asWritten",),
    Show.TEXT: ("wic:contentText|wic:modality",),
    Show.FIGURE: ("wic:value|wic:unit|skos:notation",),
    Show.CLASS: ("rdf:type",),
}
"""What has to be known of the terms at the end of a path, to show them so."""


class Order(StrEnum):
    """What the rows of a block are sorted by."""

    TIME = "time"
    READING = "reading"
    """Where the words stand that they rest on."""
    LABEL = "label"


@dataclass(frozen=True)
class Column:
    """A column of a block, or a line of a glance: its heading, where its values are, and what is shown."""

    heading: object
    path: Path = ()
    show: Show = Show.TERMS

    @property
    def known(self) -> Path:
        """Return the path to the terms whose statements this needs."""
        if self.show is Show.FIGURE:
            return (*self.path, "wic:unit")
        return nodes_of(self.path, to_the_end=self.show in EXTRAS) if self.path else ()

    @property
    def steps(self) -> Iterator[str]:
        """Yield the steps whose properties this needs."""
        yield from self.path
        yield from EXTRAS.get(self.show, ())


@dataclass(frozen=True)
class Block:
    """A block of a page: its title, the pattern that finds ?row from ?this, and its columns.

    `of_graphs` tells that the rows are fact graphs: each is its own evidence.
    """

    title: object
    rows: str
    columns: tuple[Column, ...]
    order: Order = Order.TIME
    limit: int = LIMIT
    of_graphs: bool = False


@dataclass(frozen=True)
class Layout:
    """What the page of a kind shows at a glance, and below it; `schema` is its class in schema.org."""

    kind: object
    glance: tuple[Column, ...] = ()
    blocks: tuple[Block, ...] = ()
    schema: str = "Thing"


TIME: Final = "wic:hasTimeSpan|wic:hasPlannedTimeSpan|wic:hasProposedTimeSpan"
PARTICIPATIONS: Final = (
    "wic:participationLink|wic:hasParticipation|wic:hasChairParticipation|wic:hasSpeakerParticipation"
    "|wic:hasAttendeeParticipation|wic:hasProspectiveParticipation|wic:hasProspectiveChairParticipation"
)
OF_PARTICIPATION: Final = "|".join(f"^{one}" for one in PARTICIPATIONS.split("|"))
SERIES: Final = "wic:occurrenceOf|wic:plannedOccurrenceOf"
OF_PARTNERSHIP: Final = "wic:meetingOf|wic:plannedMeetingOf"
PARTIES: Final = "wic:hasParty|wic:hasExternalParty"
COORDINATED: Final = "^wic:hasCoordinatorship|^wic:hasDesignatedCoordinatorship|wic:coordinatorshipHolder"
HOLDERS: Final = (
    f"wic:tenureHolder|wic:participant|wic:memberState|{COORDINATED}"
    "|^wic:hasStatus|^wic:hasPartnerStatus|^wic:hasPartnerCountryStatus"
)

WHEN: Final = Column(_("When"), (TIME,), Show.TIME)
EVENT: Final = Column(_("Event"))
WHAT: Final = Column(_("What"))
CLASS: Final = Column(_("Kind"), (), Show.CLASS)
ROLE: Final = Column(_("Role"), ("wic:hasRole",), Show.ROLE)
CAPACITY: Final = Column(_("In the capacity of"), ("wic:inCapacityOf|wic:inCapacityOfCoordinatorship",))
BEHALF: Final = Column(_("On behalf of"), ("wic:onBehalfOf",))
SAID: Final = Column(_("What was said"), (), Show.TEXT)
BY: Final = Column(_("By"), ("wic:madeIn", "wic:speaker|wic:performedBy"))
POSSIBLY_BY: Final = Column(_("Possibly by"), ("wic:possiblyAttributedTo",))
AT: Final = Column(_("At"), ("wic:madeIn", "wic:during"))
OTHER_NAMES: Final = Column(_("Also called"), ("skos:altLabel|wic:abbreviation|wic:expansion",))
DEFINITION: Final = Column(_("Definition"), ("skos:definition",), Show.OWN)
TOPICS: Final = Column(_("Topics"), ("wic:hasTopic",))
SAME: Final = Column(_("Same as"), ("schema:sameAs",))
STATUS: Final = Column(_("Status as reported"), ("^wic:reports", "wic:reportedStatus"))

SAID_ABOUT: Final = Block(
    _("What was said about it"), "?row wic:about ?this", (SAID, BY, POSSIBLY_BY, AT), Order.READING
)
FIGURES_COLUMNS: Final = (
    Column(_("Figure"), (), Show.FIGURE),
    Column(_("What it measures"), ("wic:observedIndicator",)),
    WHEN,
    WHAT,
)
DOCUMENTS_COLUMNS: Final = (WHEN, Column(_("Document")), CLASS)
ACTS_COLUMNS: Final = (
    Column(_("Act")),
    Column(_("By"), ("wic:speaker|wic:performedBy",)),
    Column(_("On behalf of"), ("wic:actOnBehalfOf",)),
    Column(_("What was said"), ("^wic:madeIn|wic:discussed",), Show.TEXT),
    Column(_("Answers"), ("wic:welcomes",), Show.TEXT),
)
FACTS_COLUMNS: Final = (
    Column(_("Where"), (), Show.PLACE),
    Column(_("Words"), (), Show.WORDS),
    Column(_("Fact")),
)
TERM_COLUMNS: Final = (
    Column(_("Term of office"), ("wic:hasTimeSpan",), Show.TIME),
    Column(_("Sitting on"), ("wic:sittingAt",), Show.TIME),
    Column(_("Still to come on"), ("wic:incomingAt",), Show.TIME),
)

PERSON: Final = Layout(
    _("Person"),
    (OTHER_NAMES, SAME),
    (
        Block(
            _("Offices"),
            "?row wic:tenureHolder ?this",
            (
                Column(_("Office"), ("wic:tenurePost",)),
                Column(_("Title as written"), ("wic:titleAsWritten",)),
                Column(_("Term of office"), ("wic:hasTimeSpan",), Show.TIME),
                Column(_("Of"), ("wic:tenurePost", "wic:postOf|wic:postOfState")),
            ),
        ),
        Block(
            _("Meetings"),
            "?row wic:participant ?this",
            (
                Column(_("When"), (OF_PARTICIPATION, TIME), Show.TIME),
                Column(_("Event"), (OF_PARTICIPATION,)),
                ROLE,
                CAPACITY,
                BEHALF,
            ),
        ),
        Block(
            _("Speeches and other acts"),
            "?row wic:speaker|wic:performedBy ?this",
            (ACTS_COLUMNS[0], Column(_("During"), ("wic:during",)), *ACTS_COLUMNS[2:]),
            Order.READING,
        ),
        Block(
            _("Possibly said by this person"),
            "?row wic:possiblyAttributedTo ?this . ?row wic:contentText ?text",
            (SAID,),
            Order.READING,
        ),
        SAID_ABOUT,
    ),
    "Person",
)

ACTOR_BLOCKS: Final = (
    Block(
        _("Partnerships"),
        f"?row {PARTIES} ?this",
        (Column(_("Partnership")), Column(_("Parties"), (PARTIES,))),
        Order.LABEL,
    ),
    Block(
        _("Terms as coordinator"),
        "?this wic:hasCoordinatorship|wic:hasDesignatedCoordinatorship ?row",
        (Column(_("Of"), ("wic:coordinatorshipOf",)), *TERM_COLUMNS),
    ),
    Block(
        _("Standing with others"),
        "{ ?this wic:hasStatus|wic:hasPartnerStatus|wic:hasPartnerCountryStatus ?row }"
        " UNION { ?row wic:memberState ?this }",
        (Column(_("With"), ("wic:statusWith|wic:memberOfBody",)), CLASS, WHEN),
    ),
    Block(
        _("Members"),
        "?row wic:memberOfBody ?this",
        (Column(_("Member"), ("wic:memberState",)), WHEN),
    ),
    Block(
        _("Partners"),
        "?row wic:statusWith ?this",
        (
            Column(_("Partner"), ("^wic:hasStatus|^wic:hasPartnerStatus|^wic:hasPartnerCountryStatus",)),
            CLASS,
            WHEN,
        ),
    ),
    Block(
        _("Offices and who held them"),
        "{ ?post wic:postOf|wic:postOfState ?this } UNION { ?body wic:bodyOf ?this . ?post wic:postOf ?body }"
        " ?row wic:tenurePost ?post",
        (
            Column(_("Office"), ("wic:tenurePost",)),
            Column(_("Person"), ("wic:tenureHolder",)),
            Column(_("Term of office"), ("wic:hasTimeSpan",), Show.TIME),
        ),
    ),
    Block(
        _("Who took part for it"),
        "?row wic:onBehalfOf ?this",
        (
            Column(_("When"), (OF_PARTICIPATION, TIME), Show.TIME),
            Column(_("Event"), (OF_PARTICIPATION,)),
            Column(_("Person"), ("wic:participant",)),
            ROLE,
            CAPACITY,
        ),
    ),
    Block(
        _("Events"),
        f"{{ ?row wic:involves|wic:heldWith|wic:designates ?this }}"
        f" UNION {{ ?part wic:participant ?this . ?row {PARTICIPATIONS} ?part }}"
        " UNION { ?row wic:organizedUnder ?this }",
        (WHEN, EVENT, CLASS, STATUS),
    ),
    Block(
        _("Speeches and other acts"),
        "?row wic:performedBy|wic:actOnBehalfOf ?this",
        ACTS_COLUMNS,
        Order.READING,
    ),
    SAID_ABOUT,
    Block(
        _("Figures"),
        "?row wic:betweenParties|wic:observedActor|wic:relativeTo ?this",
        FIGURES_COLUMNS,
    ),
    Block(
        _("Articles"),
        "?row <http://purl.org/dc/terms/publisher>|wic:sourceUnit ?this",
        (Column(_("Article")),),
        Order.LABEL,
    ),
)

STATE: Final = Layout(
    _("State"),
    (
        OTHER_NAMES,
        Column(_("Codes (ISO 3166-1)"), ("wic:iso3166Alpha2|wic:iso3166Alpha3",)),
        Column(_("Territory"), ("^wic:territoryOf",)),
        Column(_("Government bodies"), ("^wic:bodyOf",)),
        SAME,
    ),
    ACTOR_BLOCKS,
    "Country",
)
ORGANIZATION: Final = Layout(
    _("Organization"),
    (
        OTHER_NAMES,
        Column(_("Part of"), ("wic:bodyOf|wic:unitOf",)),
        Column(_("Units"), ("^wic:unitOf",)),
        Column(_("Groups"), ("^wic:groupOf",)),
        Column(_("Group of"), ("wic:groupOf",)),
        SAME,
    ),
    ACTOR_BLOCKS,
    "Organization",
)

EVENT_GLANCE: Final = (
    WHEN,
    Column(_("Where"), ("wic:heldAt|wic:plannedAt",)),
    Column(_("Which lies in"), ("wic:heldInState",)),
    STATUS,
    Column(_("Occurrence of"), (SERIES,)),
    Column(_("Meeting of"), (OF_PARTNERSHIP,)),
    Column(_("Organized under"), ("wic:organizedUnder",)),
    Column(_("Involves"), ("wic:involves|wic:heldWith",)),
    TOPICS,
    Column(_("Commemorates"), ("wic:commemorates",)),
    Column(_("Years marked"), ("wic:anniversaryYears",)),
    Column(_("Number, as claimed"), ("wic:ordinalAsClaimed",)),
)
EVENTS: Final = Layout(
    _("Event"),
    EVENT_GLANCE,
    (
        Block(
            _("Who took part"),
            f"?this {PARTICIPATIONS} ?row",
            (Column(_("Who"), ("wic:participant",)), ROLE, CAPACITY, BEHALF),
            Order.READING,
        ),
        Block(
            _("What was said and done there"),
            "?row wic:during+ ?this",
            ACTS_COLUMNS,
            Order.READING,
        ),
        SAID_ABOUT,
        Block(_("Documents"), "?this wic:produced ?row", DOCUMENTS_COLUMNS),
        Block(
            _("Before and after"),
            f"{{ ?this {SERIES}|{OF_PARTNERSHIP} ?whole . ?row {SERIES}|{OF_PARTNERSHIP} ?whole }}"
            " UNION { ?this wic:includesEvent|^wic:includesEvent|wic:sameDayAs|^wic:sameDayAs"
            "|wic:inConnectionWith|^wic:inConnectionWith|wic:plannedAlongside|^wic:plannedAlongside"
            "|wic:proposedOnSidelinesOf|^wic:proposedOnSidelinesOf ?row }",
            (WHEN, EVENT, CLASS, STATUS),
        ),
    ),
    "Event",
)
ACT: Final = Layout(
    _("Act"),
    (
        WHEN,
        Column(_("By"), ("wic:speaker|wic:performedBy",)),
        Column(_("On behalf of"), ("wic:actOnBehalfOf",)),
        Column(_("In the capacity of"), ("wic:actInCapacityOf",)),
        Column(_("During"), ("wic:during",)),
        Column(_("Addressed to, as written"), ("wic:addresseeAsWritten",)),
        Column(_("Answers"), ("wic:welcomes",), Show.TEXT),
        Column(_("Asks for support for"), ("wic:asksSupportFor",)),
        Column(_("Designates"), ("wic:designates",)),
        Column(_("To the term"), ("wic:designatesTo",)),
        Column(_("In connection with"), ("wic:inConnectionWith",)),
        STATUS,
    ),
    (
        Block(
            _("What was said"),
            "{ ?row wic:madeIn ?this } UNION { ?this wic:discussed ?row }",
            (SAID, Column(_("About"), ("wic:about",))),
            Order.READING,
        ),
        Block(_("Acts within it"), "?row wic:during ?this", ACTS_COLUMNS, Order.READING),
    ),
    "Action",
)
SERIES_LAYOUT: Final = Layout(
    _("Series of events"),
    (OTHER_NAMES,),
    (Block(_("Its events"), f"?row {SERIES} ?this", (WHEN, EVENT, CLASS, STATUS)),),
    "EventSeries",
)

PARTNERSHIP: Final = Layout(
    _("Partnership"),
    (
        Column(_("Parties"), (PARTIES,)),
        Column(_("Concerns"), ("wic:hasConcern",)),
        Column(_("Aims"), ("wic:hasAim",), Show.TEXT),
        Column(_("Areas its meetings dealt with"), ("wic:dealsWith",)),
    ),
    (
        Block(
            _("Timeline"),
            f"{{ ?row {OF_PARTNERSHIP}|wic:coordinatorshipOf|wic:cooperationOf ?this }}"
            " UNION { ?row wic:setsOutCooperationOf ?this }"
            f" UNION {{ ?this wic:hasPlanOfAction ?row }}"
            " UNION { ?event wic:meetingOf ?this . ?event wic:produced ?row }"
            " UNION { ?party ^wic:hasExternalParty ?this . ?this wic:hasParty ?other ."
            " ?row wic:statusWith ?other . ?party wic:hasPartnerStatus ?row }",
            (WHEN, WHAT, CLASS),
        ),
        Block(
            _("Coordinators"),
            "?row wic:coordinatorshipOf ?this",
            (Column(_("State"), (COORDINATED,)), *TERM_COLUMNS),
        ),
        Block(
            _("Figures"),
            f"{{ ?this {PARTIES} ?one . ?this {PARTIES} ?two . FILTER(?one != ?two)"
            " ?row wic:betweenParties|wic:observedActor|wic:relativeTo ?one ."
            " ?row wic:betweenParties|wic:observedActor|wic:relativeTo ?two }"
            " UNION { ?this wic:hasPlanOfAction|^wic:setsOutCooperationOf ?plan ."
            " ?row wic:observedDocument ?plan }",
            FIGURES_COLUMNS,
        ),
        Block(
            _("Documents"),
            "{ ?row wic:setsOutCooperationOf ?this } UNION { ?this wic:hasPlanOfAction|wic:hasDocument ?row }"
            " UNION { ?event wic:meetingOf ?this . ?event wic:produced ?row }",
            DOCUMENTS_COLUMNS,
        ),
        SAID_ABOUT,
    ),
    "Organization",
)
DOCUMENT: Final = Layout(
    _("Document"),
    (
        Column(_("Title"), ("dcterms:title",)),
        Column(_("Also called"), ("skos:altLabel|wic:abbreviation",)),
        WHEN,
        Column(_("Ends"), ("wic:hasRelativeEnd",), Show.TIME),
        Column(_("Came out of"), ("^wic:produced",)),
        Column(_("Sets out the cooperation of"), ("wic:setsOutCooperationOf|^wic:hasPlanOfAction",)),
    ),
    (
        Block(_("Figures"), "?row wic:observedDocument ?this", FIGURES_COLUMNS),
        SAID_ABOUT,
    ),
    "CreativeWork",
)

CLAIM: Final = Layout(
    _("Claim"),
    (
        Column(_("Said by"), ("wic:madeIn", "wic:speaker|wic:performedBy")),
        POSSIBLY_BY,
        Column(_("On behalf of"), ("wic:madeIn", "wic:actOnBehalfOf")),
        Column(_("In"), ("wic:madeIn|^wic:discussed",)),
        Column(_("At"), ("wic:madeIn|^wic:discussed", "wic:during")),
        Column(_("Addressed to, as written"), ("wic:madeIn", "wic:addresseeAsWritten")),
        Column(_("Modality"), ("wic:modality",)),
        Column(_("Wording"), ("wic:wording",)),
        Column(_("Attribution"), ("wic:attributionBasis",)),
        Column(_("About"), ("wic:about",)),
        Column(_("Areas proposed"), ("wic:proposesPriorityArea",)),
        Column(_("Who is meant, as written"), ("wic:subjectAsWritten",)),
        Column(_("Number stated"), ("wic:statedCount",)),
        Column(_("Evaluates"), ("wic:evaluates",), Show.FIGURE),
        Column(_("Spells out"), ("wic:elaborates|wic:exampleOf",), Show.TEXT),
        Column(_("Its content as a graph"), ("^wic:contentOf",)),
    ),
    (
        Block(
            _("How it was answered"),
            "?row wic:welcomes ?this",
            (
                Column(_("Act")),
                Column(_("By"), ("wic:speaker|wic:performedBy",)),
                Column(_("During"), ("wic:during",)),
            ),
            Order.READING,
        ),
        Block(
            _("Spelled out by"),
            "?row wic:elaborates|wic:exampleOf ?this",
            (SAID, BY),
            Order.READING,
        ),
    ),
    "Claim",
)
OBSERVATION: Final = Layout(
    _("Figure"),
    (
        Column(_("Figure"), (), Show.FIGURE),
        Column(_("What it measures"), ("wic:observedIndicator",)),
        WHEN,
        Column(_("Between"), ("wic:betweenParties",)),
        Column(_("Of"), ("wic:observedActor|wic:observedDocument",)),
        Column(_("Relative to"), ("wic:relativeTo",)),
        Column(_("Among"), ("wic:rankScope",)),
        Column(_("As written"), ("wic:asWritten",)),
        Column(_("Attribution"), ("wic:attributionBasis",)),
    ),
    (Block(_("How it was judged"), "?row wic:evaluates ?this", (SAID, BY, POSSIBLY_BY), Order.READING),),
    "Observation",
)

ARTICLE: Final = Layout(
    _("Article"),
    (
        Column(_("Publisher"), ("dcterms:publisher",)),
        Column(_("Unit"), ("wic:sourceUnit",)),
        Column(_("Dateline"), ("wic:dateline",)),
        Column(_("Language"), ("dcterms:language",)),
        Column(_("Length in characters"), ("wic:textLength",)),
        Column(_("Published copy"), ("wic:republishedAt",)),
        Column(_("SHA-256 of the text"), ("wic:textSha256",)),
        Column(_("Refers for the full text to"), ("wic:refersForFullTextTo",)),
    ),
    (
        Block(
            _("Its facts in reading order"),
            "?row wic:factOf ?this",
            FACTS_COLUMNS,
            Order.READING,
            limit=300,
            of_graphs=True,
        ),
        Block(
            _("Events that it reports"),
            "?report wic:reportOf ?this . ?report wic:reports ?row",
            (WHEN, EVENT, CLASS, STATUS),
        ),
    ),
    "NewsArticle",
)
SENTENCE: Final = Layout(
    _("Sentence"),
    (
        Column(_("Of"), ("wic:sentenceOf",)),
        Column(_("From character"), ("oa:start",)),
        Column(_("To character"), ("oa:end",)),
    ),
    (
        Block(
            _("Its facts in reading order"),
            "?evidence wic:inSentence ?this . ?row wic:evidence ?evidence",
            FACTS_COLUMNS,
            Order.READING,
            of_graphs=True,
        ),
    ),
    "CreativeWork",
)
EVIDENCE: Final = Layout(
    _("Evidence"),
    (
        Column(_("Supports"), ("oa:hasBody|^wic:evidence",)),
        Column(_("Sentence"), ("wic:inSentence",)),
        Column(_("Words"), ("oa:hasTarget", "oa:hasSelector", "oa:exact")),
        Column(_("From character"), ("oa:hasTarget", "oa:hasSelector", "oa:start")),
        Column(_("To character"), ("oa:hasTarget", "oa:hasSelector", "oa:end")),
        Column(_("Article"), ("oa:hasTarget", "oa:hasSource")),
    ),
)
FACT: Final = Layout(
    _("Fact"),
    (),
    (
        Block(
            _("What was derived from it"),
            "?row <http://www.w3.org/ns/prov#wasDerivedFrom> ?this",
            FACTS_COLUMNS,
            Order.READING,
            of_graphs=True,
        ),
    ),
    "Dataset",
)
GRAPH: Final = Layout(_("Named graph"), schema="Dataset")

PLACE: Final = Layout(
    _("Place"),
    (
        OTHER_NAMES,
        Column(_("Lies in"), ("wic:locatedIn",)),
        Column(_("Territory of"), ("wic:territoryOf",)),
        Column(_("Places within it"), ("^wic:locatedIn",)),
        Column(_("Latitude"), ("wic:latitude",)),
        Column(_("Longitude"), ("wic:longitude",)),
        SAME,
    ),
    (
        Block(
            _("Events held or planned there"),
            "?row wic:heldAt|wic:heldIn|wic:plannedAt ?this",
            (WHEN, EVENT, CLASS, STATUS),
        ),
        SAID_ABOUT,
    ),
    "Place",
)
POST: Final = Layout(
    _("Office"),
    (
        Column(_("Type"), ("wic:postType",)),
        Column(_("Of"), ("wic:postOf|wic:postOfState",)),
        OTHER_NAMES,
    ),
    (
        Block(
            _("Who held it"),
            "?row wic:tenurePost ?this",
            (
                Column(_("Person"), ("wic:tenureHolder",)),
                Column(_("Title as written"), ("wic:titleAsWritten",)),
                Column(_("Term of office"), ("wic:hasTimeSpan",), Show.TIME),
            ),
        ),
        Block(
            _("Who took part in this capacity"),
            "?row wic:inCapacityOf ?this",
            (
                Column(_("When"), (OF_PARTICIPATION, TIME), Show.TIME),
                Column(_("Event"), (OF_PARTICIPATION,)),
                Column(_("Person"), ("wic:participant",)),
                ROLE,
            ),
        ),
    ),
)
SITUATION: Final = Layout(
    _("Situation"),
    (
        Column(_("Who"), (HOLDERS,)),
        Column(_("Office"), ("wic:tenurePost",)),
        Column(_("Title as written"), ("wic:titleAsWritten",)),
        Column(_("With"), ("wic:statusWith|wic:memberOfBody",)),
        Column(_("Of"), ("wic:coordinatorshipOf|wic:cooperationOf",)),
        Column(_("Event"), (f"{OF_PARTICIPATION}|wic:reports",)),
        ROLE,
        CAPACITY,
        BEHALF,
        Column(_("Status as reported"), ("wic:reportedStatus",)),
        Column(_("Report of"), ("wic:reportOf",)),
        Column(_("Said by"), ("wic:attributedTo",)),
        Column(_("Area"), ("wic:inArea",)),
        Column(_("For whom, as written"), ("wic:beneficiaryAsWritten",)),
        WHEN,
        Column(_("Holds on"), ("wic:holdsAt",), Show.TIME),
        *TERM_COLUMNS[1:],
        Column(_("Came by"), ("^wic:designatesTo",)),
    ),
    (
        Block(
            _("Who acted in this capacity"),
            "?row wic:inCapacityOfCoordinatorship|wic:actInCapacityOf ?this",
            (
                WHAT,
                Column(_("Person"), ("wic:participant|wic:speaker|wic:performedBy",)),
                Column(_("Event"), (f"{OF_PARTICIPATION}|wic:during",)),
            ),
            Order.READING,
        ),
        SAID_ABOUT,
    ),
)
TIME_SPAN: Final = Layout(
    _("Time span"),
    (
        Column(_("In words"), (), Show.TIME),
        Column(_("As written"), ("wic:asWritten",)),
        Column(_("How exactly"), ("wic:granularity",)),
        Column(_("Day of the week"), ("wic:dayOfWeek",)),
        Column(_("Reckoned from"), ("wic:anchoredTo",), Show.TIME),
        Column(_("Overlaps"), ("wic:overlaps",), Show.TIME),
        Column(_("Possibly within"), ("wic:possiblyWithin",), Show.TIME),
    ),
    (
        Block(
            _("What was then"),
            f"?row {TIME}|wic:hasRelativeEnd|wic:holdsAt|wic:sittingAt|wic:incomingAt ?this",
            (WHAT, CLASS),
            Order.LABEL,
        ),
    ),
)
CONCEPT: Final = Layout(
    _("Concept"),
    (
        DEFINITION,
        OTHER_NAMES,
        Column(_("Notation"), ("skos:notation",)),
        Column(_("Broader"), ("skos:broader",)),
        Column(_("Narrower"), ("skos:narrower|^skos:broader",)),
        Column(_("Related"), ("skos:related",)),
        Column(_("Scheme"), ("skos:inScheme",)),
        Column(_("Same or close in other schemes"), ("skos:exactMatch|skos:closeMatch|skos:broadMatch",)),
    ),
    (
        Block(_("Events on it"), "?row wic:hasTopic|wic:touchesTopic ?this", (WHEN, EVENT, CLASS, STATUS)),
        Block(
            _("Partnerships that deal with it"),
            "?row wic:hasConcern|wic:dealsWith ?this",
            (Column(_("Partnership")),),
            Order.LABEL,
        ),
        Block(
            _("What was said about it"),
            "?row wic:about|wic:proposesPriorityArea ?this",
            (SAID, BY, POSSIBLY_BY, AT),
            Order.READING,
        ),
        Block(_("Activities"), "?row wic:inArea ?this", (WHEN, WHAT)),
        Block(_("Figures"), "?row wic:observedIndicator|wic:unit ?this", FIGURES_COLUMNS),
    ),
    "DefinedTerm",
)
ANYTHING: Final = Layout(_("Thing"), (DEFINITION, OTHER_NAMES))

CLASSES: Final = (
    (FACT, "FactGraph DerivedFactGraph BackgroundGraph"),
    (GRAPH, "ContentGraph NamedGraph"),
    (PERSON, "Person HasBeenForeignMinister"),
    (STATE, "State AseanDialoguePartner"),
    (ORGANIZATION, "IntergovernmentalBody IntergovernmentalOrganization TradeBloc DialogueForum"),
    (ORGANIZATION, "GovernmentBody OrganizationalUnit Group Actor"),
    (ACT, "CommunicativeAct Address Response Proposing Appealing Requesting Announcing"),
    (ACT, "Welcoming Discussion Designation"),
    (EVENTS, "Meeting Summit CommemorativeSummit MinisterialMeeting PmcSession"),
    (EVENTS, "InterSessionalMeeting EventCluster AseanRussiaMeeting"),
    (EVENTS, "ForeignMinisterChairedEvent ReportedAsHeld ReportedAsProspective Event"),
    (SERIES_LAYOUT, "EventSeries"),
    (PARTNERSHIP, "Partnership"),
    (ARTICLE, "SourceArticle"),
    (DOCUMENT, "OutcomeDocument PlanOfAction Document"),
    (CLAIM, "Claim Proposal Appeal Request Announcement Assessment Reading"),
    (OBSERVATION, "StatisticalObservation"),
    (SENTENCE, "Sentence"),
    (EVIDENCE, "Evidence"),
    (PLACE, "Place City Territory"),
    (POST, "Post ForeignMinisterPost"),
    (SITUATION, "Tenure Coordinatorship PartnerStatus DialoguePartnerStatus PartnerCountryStatus"),
    (SITUATION, "BodyMembership Participation EventReport ProspectiveReport HeldReport"),
    (SITUATION, "Cooperation OngoingActivity Situation"),
    (TIME_SPAN, "TimeSpan"),
    (CONCEPT, "CooperationArea"),
)
"""The classes of each layout; where a thing has classes of several, the first one counts."""
LAYOUTS: Final = {
    **{WIC + name: layout for layout, names in CLASSES for name in names.split()},
    PREFIXES["skos"] + "Concept": CONCEPT,
}
"""The layout of each class, in the order in which they count."""


def layout_of(classes: Iterable[str], *, graph: bool) -> Layout:
    """Return the layout of a thing by its classes; `graph` tells that it is a named graph."""
    found = set(classes)
    other = GRAPH if graph else ANYTHING
    return next((layout for iri, layout in LAYOUTS.items() if iri in found), other)
