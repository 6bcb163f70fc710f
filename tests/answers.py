"""The right answers to the questions in `queries/`: every row that may come back, and what must not.

A row stands here in the columns that matter, its values joined with ` | ` and written `state:laos`,
`2018-08-02^^date`, `Sochi@en` or `-` where unbound. Rows are grouped by the strings of the shared list of
questions that they answer; a row beyond that list has its reason beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """The right answer in some columns.

    `says` has the rows by what the shared list expects (for our own questions: by a heading), `more` further
    rows with the reason why each is right, `never` what stands in no row, by what the list forbids.
    """

    columns: str
    says: dict[str, tuple[str, ...]]
    more: dict[str, str] = field(default_factory=dict)
    never: dict[str, str] = field(default_factory=dict)

    def rows(self) -> set[str]:
        """Return every row that is right."""
        return {row for rows in self.says.values() for row in rows} | set(self.more)


def row(*values: str) -> str:
    """Return a row."""
    return " | ".join(values)


ARTICLE = "kemlu-2018-08-02-asean-russia"
SOURCE = f"article:{ARTICLE}"
FACT = f"graph:fact/{ARTICLE}"
MEETING = "event:2018-08-02-asean-russia-meeting"
PARTNERSHIP = "partnership:asean-russia"
SOCHI = "event:2016-05-19-sochi-summit"
RUSSIA_SUMMIT = "event:2018-11-asean-russia-summit"
RELATED_MEETINGS = "event:2018-11-asean-summit-related-meetings"
DESIGNATION = "event:2018-08-02-indonesia-designation"
OTHER_MEETINGS = "event:2018-08-02-other-pmc-meetings"
ASEAN_SUMMIT = "event:2018-11-asean-summit"
ARF_MEETING = "event:2019-2020-arf-ism-cttc"
POA = "document:asean-russia-poa-2016-2020"
PRIORITIES = "claim:indonesia-priority-areas"
CO_CHAIRS = "claim:arf-ism-co-chairs"
NAMED_TOGETHER = "claim:retno-at-least-four-meetings"
RETNO, LAVROV, SALEUMXAY = "person:retno-marsudi", "person:sergey-lavrov", "person:saleumxay-kommasith"
JOKO = "person:joko-widodo"
POSTS = {
    RETNO: "post:foreign-minister-of-indonesia",
    SALEUMXAY: "post:foreign-minister-of-laos",
    LAVROV: "post:foreign-minister-of-russia",
}
YES, NO = "true^^boolean", "false^^boolean"
POSSIBLE = row(YES, NO)
"""The columns `possible` and `certain` of what may be."""
CERTAIN = row(YES, YES)
"""The columns `possible` and `certain` of what must be."""
LAOS_TERM = row("2015-01-01^^date", "2015-12-31^^date", "2018-01-01^^date", "2018-12-31^^date")
INDONESIA_TERM = row("2018-01-01^^date", "2018-12-31^^date", "2021-01-01^^date", "2021-12-31^^date")
NOVEMBER = "2018-11-01^^date"


def act(name: str) -> str:
    """Return the row of a communicative act of the meeting."""
    return row(f"event:2018-08-02-{name}", MEETING, PARTNERSHIP)


def pmc(state: str) -> str:
    """Return the PMC session with a state."""
    return f"event:2018-08-02-pmc-{state}"


def said(claim: str, modality: str, speaker: str, principal: str = "-", answer: str = "-") -> str:
    """Return the row of a claim, by whom and for whom it was made, and what answered it."""
    return row(f"claim:{claim}", f"modality:{modality}", speaker, principal, answer)


DATED = row(
    MEETING, "2018-08-02^^date", "2018-08-02^^date", "place:singapore", f"{FACT}/D01", "method:calculation"
)
RANKED = row(
    "8^^decimal", "group:asean-dialogue-partners", "2017^^integer", "2017-01-01^^date", "2017-12-31^^date"
)
ENDING = row("2020^^integer", "2^^integer", "2018-08-02^^date", "2020^^integer", "method:calculation", YES)
WORDS = row("baru mencapai 42%@id", "1434^^integer", "1477^^integer")
DECLARATION = "Sochi Declaration: Moving Towards a Strategic Partnership for Mutual Benefit"
SPEECH_ACTS = (
    "Retno's address, Lavrov's response, Russia's request: "
    "annual ASEAN-Russia meeting; ASEAN-Russia partnership"
)

LOOKUPS = {
    "CQ01": Answer(
        "meeting from to place dateFact dateMethod",
        {"2018-08-02": (DATED,), "Singapore": (DATED,)},
        never={"2018-02-08": "2018-02-08"},
    ),
    "CQ03": Answer(
        "area proposal statedCount",
        {
            "counter-terrorism": (row("area:counter-terrorism", PRIORITIES, "3^^integer"),),
            "cyber security": (row("area:cyber-security", PRIORITIES, "3^^integer"),),
            "natural disaster management": (row("area:disaster-management", PRIORITIES, "3^^integer"),),
        },
    ),
    "CQ04": Answer("title", {DECLARATION: (f"{DECLARATION}@en",)}),
    "CQ06": Answer(
        "rank scope year from to",
        {"8": (RANKED,), "among ASEAN's Dialogue Partners": (RANKED,), "2017": (RANKED,)},
        never={"8 among all trading partners": "8^^decimal | - |"},
    ),
    "CQ08": Answer(
        "situation year",
        {
            "1991": (row("situation:asean-russia-cooperation", "1991^^integer"),),
            "1996": (row("situation:russia-dialogue-partner", "1996^^integer"),),
        },
    ),
    "CQ09": Answer(
        "claim modality actor role asWritten",
        {
            "Indonesia and Russia will be Co-Chairs for 2019-2020": (
                row(CO_CHAIRS, "modality:planned", "state:indonesia", "role:co-chair", "2019-2020@id"),
                row(CO_CHAIRS, "modality:planned", "state:russia", "role:co-chair", "2019-2020@id"),
            )
        },
    ),
    "CQ11": Answer(
        "exact start end", {'a phrase inside the span that holds "42%"': (WORDS,), "1434-1477": (WORDS,)}
    ),
    "CQ14": Answer("attendee", {"Joko Widodo": (JOKO,)}),
    "CQ16": Answer(
        "state standing asWritten earliestStart latestStart earliestEnd latestEnd",
        {
            "Indonesia 2018-2021": (
                row("state:indonesia", "wic:hasDesignatedCoordinatorship", "2018-2021@id", INDONESIA_TERM),
            ),
            "Laos 2015-2018": (row("state:laos", "wic:hasCoordinatorship", "2015-2018@id", LAOS_TERM),),
        },
    ),
}

INFERRED = {
    "CQ18": Answer(
        "person role",
        {
            "Retno L.P. Marsudi": (row(RETNO, "role:speaker"),),
            "Saleumxay Kommasith": (row(SALEUMXAY, "role:co-chair"),),
            "Sergey Lavrov": (row(LAVROV, "role:co-chair"), row(LAVROV, "role:speaker")),
        },
        never={"Joko Widodo": JOKO},
    ),
    "CQ20": Answer(
        "actor",
        {
            "ASEAN": ("body:asean",),
            "Russia": ("state:russia",),
            "Laos": ("state:laos",),
            "Indonesia": ("state:indonesia",),
        },
        never={"Singapore as a party by this text": "state:singapore", "Thailand": "state:thailand"},
    ),
    "CQ22": Answer("event venue", {"Commemorative Summit, Sochi 2016": (row(SOCHI, "place:sochi"),)}),
    "CQ23": Answer(
        "document",
        {
            "Sochi Declaration": ("document:sochi-declaration",),
            "ASEAN-Russia Plan of Action 2016-2020": (POA,),
        },
    ),
    "CQ25": Answer(
        "person state",
        {
            "Retno L.P. Marsudi": (row(RETNO, "state:indonesia"),),
            "Saleumxay Kommasith": (row(SALEUMXAY, "state:laos"),),
            "Sergey Lavrov": (row(LAVROV, "state:russia"),),
        },
        never={"Joko Widodo": JOKO},
    ),
    "CQ27": Answer(
        "state asWritten",
        {
            "Laos": (row("state:laos", "2015-2018@id"),),
            "Indonesia": (row("state:indonesia", "2018-2021@id"),),
        },
    ),
    "CQ28": Answer(
        "meeting person post",
        {
            "annual ASEAN-Russia meeting, 2018-08-02": tuple(
                row(MEETING, person, POSTS[person]) for person in (SALEUMXAY, LAVROV)
            )
        },
    ),
    "CQ30": Answer(
        "state fact",
        {
            "Russia": (row("state:russia", f"{FACT}/F074"),),
            "China": (row("state:china", f"{FACT}/F072"),),
            "Japan": (row("state:japan", f"{FACT}/F072"),),
            "New Zealand": (row("state:new-zealand", f"{FACT}/F072"),),
        },
    ),
    "CQ32": Answer(
        "meeting proposal", {"annual ASEAN-Russia meeting, 2018-08-02": (row(MEETING, PRIORITIES),)}
    ),
    "CQ34": Answer("proposal", {"proposal of three priority areas": (PRIORITIES,)}),
    "CQ35": Answer(
        "unit state", {"Indonesia": (row("body:directorate-asean-external-cooperation", "state:indonesia"),)}
    ),
    "CQ37": Answer(
        "state iso3166Alpha3 otherState otherIso3166Alpha3 same",
        {"yes (ISO 3166-1 alpha-3 CHN)": (row("state:china", "CHN", "state:china", "CHN", YES),)},
        never={"Taiwan": "Taiwan"},
    ),
    "CQ39": Answer(
        "summit status ordinalAsClaimed",
        {
            "Commemorative Summit, Sochi 2016": (row(SOCHI, "status:held", "-"),),
            "33rd ASEAN Summit": (row(ASEAN_SUMMIT, "status:planned", "33^^integer"),),
            "4th ASEAN-Russia Summit": (
                row(RUSSIA_SUMMIT, "status:planned", "4^^integer"),
                row(RUSSIA_SUMMIT, "status:proposed", "4^^integer"),
            ),
        },
        never={"annual ASEAN-Russia meeting, 2018-08-02": MEETING},
    ),
    "CQ41": Answer(
        "actor role status source",
        {
            "Indonesia": (row("state:indonesia", "role:co-chair", "status:announced", LAVROV),),
            "Russia": (row("state:russia", "role:co-chair", "status:announced", LAVROV),),
        },
        never={"held": "status:held"},
    ),
    "CQ45": Answer(
        "act meeting partnership",
        {SPEECH_ACTS: (act("retno-address"), act("lavrov-response"), act("russia-requesting"))},
        more={
            act("indonesia-proposing"): "F011: the proposing, during the address",
            act("retno-continued-remarks"): "F031: the words quoted after the address",
            act("retno-appeal"): "F032: the appeal at the end of the intervention",
            act("lavrov-welcoming"): "F042: the welcoming, during the response",
            act("lavrov-announcing"): "F043: what Lavrov said besides",
            act("asean-russia-discussion"): "F057: the meeting discussed other matters",
        },
    ),
}

OF_TIME = {
    "CQ48": Answer(
        "state possible certain standing standingFact",
        {
            "sitting: Laos": (row("state:laos", POSSIBLE, "wic:sittingAt", f"{FACT}/D07"),),
            "incoming: Indonesia": (row("state:indonesia", POSSIBLE, "wic:incomingAt", f"{FACT}/D07"),),
        },
    ),
    "CQ50": Answer(
        "state possible certain",
        {
            "possible: Laos, Indonesia": (row("state:laos", POSSIBLE), row("state:indonesia", POSSIBLE)),
            "certain: none (year granularity)": (),
        },
    ),
    "CQ52": Answer(
        "endYear yearsLeft countedFrom endYearByCount countMethod agree", {"2020": (ENDING,), "2": (ENDING,)}
    ),
    "CQ54": Answer(
        "meeting possible certain reading",
        {
            "annual ASEAN-Russia meeting": (row(MEETING, CERTAIN, "-"),),
            "PMC meeting with China": (row(pmc("china"), CERTAIN, NAMED_TOGETHER),),
            "PMC meeting with Japan": (row(pmc("japan"), CERTAIN, NAMED_TOGETHER),),
            "PMC meeting with New Zealand": (row(pmc("new-zealand"), CERTAIN, NAMED_TOGETHER),),
        },
    ),
    "CQ57": Answer(
        "state certain sinceYear endStated heldAtLeastUntil untilFact",
        {
            "yes (since 1996, no end stated)": (
                row("state:russia", YES, "1996^^integer", NO, "2018-08-02^^date", f"{FACT}/D06"),
            )
        },
    ),
}

OUR_OWN = {
    "W01": Answer(
        "event status source timeLink from place",
        {
            "held": (
                row(SOCHI, "status:held", SOURCE, "wic:hasTimeSpan", "2016-05-19^^date", "place:sochi"),
                row(MEETING, "status:held", SOURCE, "wic:hasTimeSpan", "2018-08-02^^date", "place:singapore"),
                *(
                    row(event, "status:held", SOURCE, "wic:hasTimeSpan", "2018-08-02^^date", "-")
                    for event in (DESIGNATION, OTHER_MEETINGS)
                ),
                *(
                    row(pmc(state), "status:held", SOURCE, "wic:hasTimeSpan", "2018-08-02^^date", "-")
                    for state in ("china", "japan", "new-zealand")
                ),
            ),
            "announced": (
                row(
                    ARF_MEETING, "status:announced", LAVROV, "wic:hasPlannedTimeSpan", "2019-01-01^^date", "-"
                ),
            ),
            "planned": (
                row(
                    ASEAN_SUMMIT,
                    "status:planned",
                    SOURCE,
                    "wic:hasPlannedTimeSpan",
                    NOVEMBER,
                    "place:singapore",
                ),
                row(
                    RUSSIA_SUMMIT, "status:planned", "state:russia", "wic:hasProposedTimeSpan", NOVEMBER, "-"
                ),
                row(RELATED_MEETINGS, "status:planned", SOURCE, "wic:hasPlannedTimeSpan", NOVEMBER, "-"),
            ),
            "proposed": (
                row(RUSSIA_SUMMIT, "status:proposed", SOURCE, "wic:hasProposedTimeSpan", NOVEMBER, "-"),
            ),
        },
    ),
    "W02": Answer(
        "claim modality claimant principal answer",
        {
            "answered": (
                said(
                    "indonesia-priority-areas",
                    "proposed",
                    RETNO,
                    "state:indonesia",
                    "event:2018-08-02-lavrov-welcoming",
                ),
            ),
            "for a state": (
                said("support-for-asean-russia-summit", "normative", "-", "state:russia"),
                said("indonesia-next-coordinator", "planned", RETNO, "state:indonesia"),
                said("security-threats", "actual", RETNO, "state:indonesia"),
                said("kinds-of-security-threats", "actual", RETNO, "state:indonesia"),
            ),
            "by a person": (
                said("arf-ism-co-chairs", "planned", LAVROV),
                said("new-trend-in-terrorism", "actual", RETNO),
                said("women-and-children-as-perpetrators", "actual", RETNO),
                said("capacity-building-for-law-enforcement", "normative", RETNO),
                said("comprehensive-strategy", "normative", RETNO),
                said("faster-implementation", "normative", RETNO),
                said("hard-and-soft-approaches", "normative", RETNO),
                said("stronger-cyber-cooperation", "normative", RETNO),
                said("true-partners", "normative", RETNO),
            ),
        },
    ),
    "W03": Answer(
        "person post possible certain",
        {
            "named by the text": tuple(row(person, post, CERTAIN) for person, post in POSTS.items()),
            "by background knowledge": (row(JOKO, "post:president-of-indonesia", CERTAIN),),
        },
    ),
    "W04": Answer(
        "factIdentifier basis",
        {
            "ambiguous": tuple(row(fact, "basis:ambiguous") for fact in ("F034", "F035", "F036", "F037")),
            "by context": tuple(row(fact, "basis:contextual") for fact in ("F038", "F039", "F040", "F052")),
            "implied": (row("F099", "basis:implicature"), row("D02", "basis:implicature")),
            "presupposed": (row("F095", "basis:presupposition"), row("F097", "basis:presupposition")),
            "read so": tuple(row(fact, "basis:reading") for fact in ("F091", "D06", "D07", "D11")),
        },
    ),
    "W05": Answer(
        "thing link narrower",
        {
            "topics": tuple(
                row(thing, link, f"area:{area}")
                for thing, link in ((MEETING, "wic:touchesTopic"), (PARTNERSHIP, "wic:dealsWith"))
                for area in ("economic-cooperation", "trade")
            ),
            "claims": tuple(
                row(f"claim:{claim}", "wic:about", f"area:{area}")
                for claim in (
                    "more-economic-and-trade-cooperation",
                    "potential-asean-eaeu-cooperation",
                    "potential-asean-sco-cooperation",
                )
                for area in ("economic-cooperation", "trade")
            ),
        },
    ),
    "W06": Answer(
        "state possible certain",
        {
            "since 1967": tuple(
                row(f"state:{state}", CERTAIN)
                for state in ("indonesia", "malaysia", "philippines", "singapore", "thailand")
            ),
            "later": tuple(
                row(f"state:{state}", CERTAIN)
                for state in ("brunei", "viet-nam", "laos", "myanmar", "cambodia")
            ),
        },
    ),
    "W07": Answer(
        "factIdentifier modality exact start",
        {
            "chairing": (row("F022", "modality:actual", "Sergey Lavrov@id", "698^^integer"),),
            "the post": (row("F023", "modality:actual", "Menteri Luar Negeri Rusia@id", "702^^integer"),),
            "speaking": (
                row("F041", "modality:actual", "Dalam tanggapannya@id", "1480^^integer"),
                row("F042", "modality:actual", "menyambut baik@id", "1500^^integer"),
                row("F043", "modality:actual", "juga menyampaikan bahwa@id", "1566^^integer"),
            ),
            "what he announced": (
                row("F044", "modality:planned", "selaku Ketua Bersama@id", "1608^^integer"),
            ),
        },
    ),
    "W08": Answer(
        "event earliest latest",
        {
            "announced or planned": (
                row(ARF_MEETING, "2019-01-01^^date", "2020-12-31^^date"),
                row(ASEAN_SUMMIT, NOVEMBER, "2018-11-30^^date"),
                row(RUSSIA_SUMMIT, NOVEMBER, "2018-11-30^^date"),
                row(RELATED_MEETINGS, NOVEMBER, "2018-11-30^^date"),
            )
        },
    ),
}

ANSWERS = LOOKUPS | INFERRED | OF_TIME | OUR_OWN

COORDINATORS = {
    "2014-12-31": set(),
    "2015-06-30": {row("state:laos", POSSIBLE, "-")},
    "2016-05-19": {row("state:laos", CERTAIN, "-")},
    "2018-08-01": {row("state:laos", POSSIBLE, "-"), row("state:indonesia", POSSIBLE, "-")},
    "2019-01-01": {row("state:indonesia", CERTAIN, "-")},
    "2021-01-01": {row("state:indonesia", CERTAIN, "-")},
    "2021-01-02": {row("state:indonesia", POSSIBLE, "-")},
    "2022-01-01": set(),
}
"""CQ48 on other days: what the text adds for 2 August 2018 holds for that day only."""
