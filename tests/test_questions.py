"""The questions in `queries/`, asked over HTTP of a server process that serves the real dataset.

The whole answer to each stands beside it in `queries/`, as CSV; answers.toml says which rows give what the
shared list of questions expects.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from needed import long
from pyoxigraph import RdfFormat
from rdflib import Dataset
from server_process import served
from wicara.graph.facts.identity import read_identity
from wicara.ontology import BASE, PREFIXES, WIC
from wicara.queries import Question, questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from server_process import Server
    from wicara.graph.store import BuiltDataset

QUESTIONS = {question.id: question for question in questions()}
ASKED = sorted(QUESTIONS)
ANSWERS = tomllib.loads(Path(__file__).with_name("answers.toml").read_text("utf-8"))
COORDINATORS = ANSWERS.pop("coordinators")
LISTED = sorted(name for name in ANSWERS if name.startswith("CQ"))
ARTICLE = "kemlu-2018-08-02-asean-russia"
MEETING, SOCHI = "event:2018-08-02-asean-russia-meeting", "event:2016-05-19-sochi-summit"
ASEAN_SUMMIT = "event:2018-11-asean-summit"
NEED_INFERENCE = [name for name in ASKED if QUESTIONS[name].inference]

Rows = list[dict[str, str]]
"""An answer: its rows in order, each from column to value, written as answers.toml writes them."""


def short(iri: str) -> str:
    """Return an IRI with the longest prefix that fits it."""
    fitting = [
        (len(start), f"{prefix}:{iri[len(start) :]}")
        for prefix, start in PREFIXES.items()
        if iri.startswith(start)
    ]
    return max(fitting)[1] if fitting else iri


def written(term: dict[str, str]) -> str:
    """Return a term of the SPARQL JSON results as answers.toml writes it."""
    if term["type"] == "uri":
        return short(term["value"])
    if "xml:lang" in term:
        return f"{term['value']}@{term['xml:lang']}"
    if "datatype" in term:
        return f"{term['value']}^^{short(term['datatype']).removeprefix('xsd:')}"
    return term["value"]


def rows_of(results: bytes) -> Rows:
    """Return the rows of SPARQL JSON results, every column filled."""
    answer = json.loads(results)
    return [
        {name: written(found[name]) if name in found else "-" for name in answer["head"]["vars"]}
        for found in answer["results"]["bindings"]
    ]


@dataclass(frozen=True)
class Endpoint:
    """The SPARQL endpoint of a running server."""

    server: Server

    def raw(
        self, query: str, *, infer: bool = True, accept: str = "application/sparql-results+json"
    ) -> bytes:
        """Return the answer as the server sends it."""
        answer = self.server.ask(query, accept=accept, infer="on" if infer else "off")
        assert answer.status == HTTPStatus.OK, answer.text
        return answer.body

    def ask(self, query: str, *, infer: bool = True) -> Rows:
        """Return the rows of the answer to a SELECT query."""
        return rows_of(self.raw(query, infer=infer))


@pytest.fixture(scope="module")
def endpoint(server: Server) -> Endpoint:
    """Return the endpoint of the real dataset."""
    return Endpoint(server)


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, dict[str, object]]:
    """Return the shared list of questions by id."""
    listed = json.loads((shared / "questions" / "competency-questions.json").read_text(encoding="utf-8"))
    return {each["id"]: each for each in listed["questions"]}


def row(*values: str) -> str:
    """Return a row as answers.toml writes it."""
    return " | ".join(values)


YES, NO = "true^^boolean", "false^^boolean"
POSSIBLE, CERTAIN = row(YES, NO), row(YES, YES)
"""The columns `possible` and `certain` of what may be, and of what must be."""


def right(name: str) -> set[str]:
    """Return every row that is right, in the columns that matter."""
    answer = ANSWERS[name]
    return {line for lines in answer["says"].values() for line in lines} | answer.get("more", {}).keys()


def told(rows: Rows, columns: str) -> set[str]:
    """Return the rows in these columns only."""
    return {row(*(found[name] for name in columns.split())) for found in rows}


def with_values(question: Question, *replacements: tuple[str, str]) -> str:
    """Return the query with other values of its parameters; each replaced text must stand in it once."""
    text = question.text.split("\n\n", maxsplit=1)[1]
    for old, new in replacements:
        assert Counter(re.findall(re.escape(old), text))[old] == 1, f"{question.path.name}: {old}"
        text = text.replace(old, new)
    return text


def test_every_question_has_a_file_and_an_id_of_its_own() -> None:
    """Each id stands in one file only, whose name begins with it; answers.toml has those of the list."""
    assert len(questions()) == len(QUESTIONS)
    assert [q.path.name for q in questions() if not q.path.name.startswith(f"{q.id.lower()}-")] == []
    assert [name for name in ASKED if name.startswith("CQ")] == LISTED


@pytest.mark.parametrize("name", ASKED)
def test_a_question_is_answered_in_full_and_with_nothing_else(name: str, endpoint: Endpoint) -> None:
    """The answer over HTTP is the one beside the question, row by row, and holds no row twice."""
    question = QUESTIONS[name]
    answer = endpoint.raw(question.text, accept="text/csv").decode().replace("\r\n", "\n")
    assert answer == question.path.with_suffix(".csv").read_text("utf-8")
    rows = endpoint.ask(question.text)
    assert len(rows) == len({row(*found.values()) for found in rows}) > 0


@pytest.mark.parametrize("name", LISTED)
def test_each_row_answers_the_shared_list_or_has_a_reason(name: str, endpoint: Endpoint) -> None:
    """In the columns that matter, the rows are those of answers.toml."""
    assert told(endpoint.ask(QUESTIONS[name].text), ANSWERS[name]["columns"]) == right(name)


SLOW_ELSEWHERE, TOO_SLOW_ELSEWHERE = frozenset({"CQ48", "P01", "P06", "W09", "W10", "W11"}), ("P17", "P18")
"""Questions for which rdflib looks through all graphs for each solution: in minutes, and in many of them."""
ELSEWHERE = [name for name in ASKED if name not in TOO_SLOW_ELSEWHERE]
"""Questions that rdflib is asked, one of three each time."""


@pytest.fixture(scope="module")
def other_engine(dataset: BuiltDataset) -> Dataset:
    """Return the dataset in rdflib, whose SPARQL engine shares no code with the server's."""
    loaded = Dataset()
    loaded.parse(data=dataset.store.dump(format=RdfFormat.N_QUADS), format="nquads")
    return loaded


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # rdflib uses what it deprecates
@pytest.mark.parametrize(
    "name",
    [long(name) if name in SLOW_ELSEWHERE or number % 3 else name for number, name in enumerate(ELSEWHERE)],
)
def test_another_engine_gives_the_same_answer(name: str, endpoint: Endpoint, other_engine: Dataset) -> None:
    """A query file is plain SPARQL 1.1: rdflib answers it with the same rows in the same order."""
    results = other_engine.query(QUESTIONS[name].text).serialize(format="json")
    assert results is not None
    assert rows_of(results) == endpoint.ask(QUESTIONS[name].text)


@pytest.mark.parametrize("name", [name for name in ANSWERS if "never" in ANSWERS[name]])
def test_a_naive_answer_is_not_given(name: str, endpoint: Endpoint) -> None:
    """No row says what only a naive model would say."""
    answer = ANSWERS[name]
    rows = endpoint.ask(QUESTIONS[name].text)
    lines = {row(*found.values()) for found in rows} | told(rows, answer["columns"])
    assert [line for line in lines for wrong in answer["never"].values() if wrong in f"{line} |"] == []


@pytest.mark.parametrize("name", NEED_INFERENCE)
def test_without_inference_the_answer_is_incomplete(name: str, endpoint: Endpoint) -> None:
    """The same question with infer=off finds less, and nothing that it does not find with inference."""
    whole, stated = (
        {row(*found.values()) for found in endpoint.ask(QUESTIONS[name].text, infer=infer)}
        for infer in (True, False)
    )
    assert stated < whole


@pytest.mark.parametrize("name", [name for name in ASKED if name not in NEED_INFERENCE])
def test_a_lookup_needs_no_inference(name: str, endpoint: Endpoint) -> None:
    """A question that is not said to need inference has the same answer, byte for byte, with infer=off."""
    text = QUESTIONS[name].text
    assert endpoint.raw(text) == endpoint.raw(text, infer=False)


@pytest.mark.parametrize("name", ASKED)
def test_each_thing_comes_with_its_name_in_both_languages(name: str, endpoint: Endpoint) -> None:
    """Wherever a query has columns for a label, they are filled for each thing found."""
    rows = endpoint.ask(QUESTIONS[name].text)
    labels = [column for column in rows[0] if re.search(r"Label_(en|id)$", column)]
    assert labels
    for column in labels:
        thing, _, language = column.partition("Label_")
        names = {found[column] for found in rows if found[thing] != "-"}
        assert [name for name in names if not name.endswith(f"@{language}")] == []


@pytest.mark.parametrize("name", ASKED)
def test_a_query_names_only_terms_that_exist(name: str, endpoint: Endpoint) -> None:
    """Every term and thing that a query names is one of the dataset: a slip would silently answer nothing."""
    body = QUESTIONS[name].text.split("\n\n", maxsplit=1)[1]
    declared = dict(re.findall(r"^PREFIX (\w+): <(.+)>$", body, flags=re.MULTILINE))
    assert {prefix: PREFIXES[prefix] for prefix in declared} == declared
    named = re.findall(r"(?<![\w?^])(\w+):([\w-]+)", body.rpartition("PREFIX")[2].partition("\n")[2])
    ours = {declared[prefix] + local for prefix, local in named if declared[prefix].startswith(BASE)}
    values = " ".join(f"<{iri}>" for iri in ours)
    found = endpoint.ask(f"SELECT DISTINCT ?iri {{ VALUES ?iri {{ {values} }} ?iri a ?class }}")
    assert {short(iri) for iri in ours} == {row["iri"] for row in found}


@pytest.mark.parametrize("name", [name for name in ASKED if QUESTIONS[name].parameters])
def test_the_default_of_a_parameter_is_the_value_in_the_query(name: str) -> None:
    """What a header gives as the default of a parameter stands in the VALUES of the query, with its name."""
    question = QUESTIONS[name]
    values = " ".join(re.findall(r"VALUES .*", question.text))
    assert [each.default for each in question.parameters if each.default not in values] == []
    assert [each.name for each in question.parameters if f"?{each.name}" not in values] == []


def test_the_questions_cover_the_shared_list(expected: dict[str, dict[str, object]]) -> None:
    """Each shared question but CQ44, which a test of the build answers, has its file, flagged as there."""
    ours = {name: question for name, question in QUESTIONS.items() if name in expected}
    assert set(expected) - set(ours) == {"CQ44"}
    assert {name: question.inference for name, question in ours.items()} == {
        name: expected[name]["needs_inference"] for name in ours
    }
    assert {name: question.needs_time for name, question in ours.items()} == {
        name: expected[name]["needs_time_reasoning"] for name in ours
    }


@pytest.mark.parametrize("name", LISTED)
def test_the_answers_here_are_those_of_the_shared_list(
    name: str, expected: dict[str, dict[str, object]]
) -> None:
    """Each string that the shared list expects or forbids is mapped to rows, and nothing beside them."""
    assert list(ANSWERS[name]["says"]) == expected[name]["expected"]
    assert list(ANSWERS[name].get("never", {})) == expected[name]["must_not_return"]
    assert set(expected[name]["facts"]) <= set(QUESTIONS[name].facts)


def test_the_words_of_the_figure_stand_in_the_article(endpoint: Endpoint, shared: Path) -> None:
    """CQ11's words are inside the span that it gives, counted in code points of the stored file."""
    (row,) = endpoint.ask(QUESTIONS["CQ11"].text)
    start, end = (int(row[name].partition("^^")[0]) for name in ("start", "end"))
    with (shared / "sources" / f"{ARTICLE}.txt").open(encoding="utf-8", newline="") as file:
        words = row["exact"].removesuffix("@id").split(" … ")
        assert re.search(".+".join(map(re.escape, words)), file.read()[start:end])


@pytest.mark.parametrize("date", COORDINATORS)
def test_a_coordinator_is_certain_only_where_the_bounds_agree(date: str, endpoint: Endpoint) -> None:
    """On another day CQ48 tells certain from possible by the four bounds."""
    query = with_values(QUESTIONS["CQ48"], ('"2018-08-02"^^xsd:date', f'"{date}"^^xsd:date'))
    assert told(endpoint.ask(query), "state possible certain standing") == set(COORDINATORS[date])


def test_at_another_event_the_same_questions_have_other_answers(endpoint: Endpoint) -> None:
    """CQ50 and CQ57 are about any event: Laos coordinated in Sochi, Russia was partner at the meeting."""
    coordinator = with_values(QUESTIONS["CQ50"], (ASEAN_SUMMIT, SOCHI))
    assert told(endpoint.ask(coordinator), "state possible certain") == {row("state:laos", CERTAIN)}
    partner = with_values(QUESTIONS["CQ57"], (SOCHI, MEETING))
    of_another_source = row("state:russia", POSSIBLE)
    assert told(endpoint.ask(partner), "state possible certain") == {
        row("state:russia", CERTAIN),
        of_another_source,
    }
    later = with_values(
        QUESTIONS["CQ57"], (SOCHI, ASEAN_SUMMIT), ("?event wic:hasTimeSpan", "?event wic:hasPlannedTimeSpan")
    )
    assert told(endpoint.ask(later), "state possible certain") == {row("state:russia", POSSIBLE)}


def test_a_post_known_for_one_day_is_only_possible_after_it(endpoint: Endpoint) -> None:
    """W03 on the day of the Sochi summit: the President; after August 2018 the ministers, possibly.

    Of Lavrov texts of 2015 and of July 2016 tell, none of the day: it is not certain, and more than possible.
    """
    ministers = ("retno-marsudi", "saleumxay-kommasith", "sergey-lavrov")
    day = '"2018-08-02"^^xsd:date'
    query = with_values(QUESTIONS["W03"], (day, '"2016-05-20"^^xsd:date'))
    assert told(endpoint.ask(query), "person possible certain between") == {
        row("person:joko-widodo", CERTAIN, NO),
        row("person:sergey-lavrov", POSSIBLE, YES),
    }
    query = with_values(QUESTIONS["W03"], (day, '"2018-08-20"^^xsd:date'))
    rows = told(endpoint.ask(query), "person possible certain")
    assert rows >= {row(f"person:{minister}", POSSIBLE) for minister in ministers}


def test_a_body_has_the_members_of_the_day(endpoint: Endpoint) -> None:
    """W06 before 1997 lists neither Laos nor Myanmar, who joined that year, nor Cambodia."""
    query = with_values(QUESTIONS["W06"], ('"2018-08-02"^^xsd:date', '"1996-07-01"^^xsd:date'))
    rows = told(endpoint.ask(query), "state")
    members = told(endpoint.ask(QUESTIONS["W06"].text), "state")
    assert rows == members - {"state:laos", "state:myanmar", "state:cambodia"} < members


def test_who_is_announced_is_no_participant(endpoint: Endpoint) -> None:
    """The co-chairs to be of CQ41 stand nowhere as participants of that meeting, nor is it held anywhere."""
    links = " ".join(
        f"<{WIC}{name}>" for name in ("hasParticipant", "chairedBy", "involves", "heldIn", "hasTimeSpan")
    )
    past = f"SELECT ?p ?x {{ <{PREFIXES['event']}2019-2020-arf-ism-cttc> ?p ?x . VALUES ?p {{ {links} }} }}"
    assert endpoint.ask(past) == []


def test_two_names_that_are_not_of_one_state_are_told_apart(endpoint: Endpoint) -> None:
    """CQ37 says no for the names of two states."""
    query = with_values(QUESTIONS["CQ37"], ('"China"@en', '"Japan"@en'))
    assert told(endpoint.ask(query), "state otherState same") == {row("state:china", "state:japan", NO)}


def test_another_article_joins_the_same_things(
    own_data: Path, addition: Callable[..., Path], endpoint: Endpoint
) -> None:
    """A later article names China and reports a planned summit as held.

    CQ37: the identity table settles who 'China' is before load, so both articles speak of one IRI. W08 does
    not list the summit as still to come any more, and W01 tells both reports. Its new name for it holds.
    """
    (state,) = (
        row.iri for row in read_identity() if (row.mention, row.language, row.article) == ("China", "en", "")
    )
    more = addition(entities_ttl=OTHER_ENTITIES, other_trig=OTHER_FACT.replace("CHINA", f"<{state}>"))
    with served("--data", own_data, "--add", more) as other:
        with_other = Endpoint(other)
        articles = f"SELECT DISTINCT ?article {{ GRAPH ?g {{ ?s ?p <{state}> }} ?g <{WIC}factOf> ?article }}"
        assert told(with_other.ask(articles), "article") >= {f"article:{ARTICLE}", "article:other-2018"}
        same = with_other.ask(QUESTIONS["CQ37"].text)
        assert told(same, ANSWERS["CQ37"]["columns"]) == right("CQ37")
        names = f"SELECT ?p ?name {{ <{PREFIXES['event']}2018-11-asean-summit> ?p ?name }}"
        assert told(with_other.ask(names), "p name") >= {
            row("skos:prefLabel", "ASEAN Summit of November 2018@en"),
            row("skos:altLabel", "33rd ASEAN Summit, November 2018@en"),
        }
        to_come = told(with_other.ask(QUESTIONS["W08"].text), "event")
        before = told(endpoint.ask(QUESTIONS["W08"].text), "event")
        assert to_come == before - {ASEAN_SUMMIT} < before
        reports = told(with_other.ask(QUESTIONS["W01"].text), "event reportedStatus source")
        assert {line for line in reports if line.startswith(f"{ASEAN_SUMMIT} ")} == {
            row(ASEAN_SUMMIT, "status:planned", f"article:{ARTICLE}"),
            row(ASEAN_SUMMIT, "status:planned", "article:kemlu-2018-11-bertolak-ke-singapura"),
            row(ASEAN_SUMMIT, "status:held", "article:other-2018"),
        }


OTHER_TEXT = "China was there."
OTHER_ENTITIES = """
event:2018-11-asean-summit wic:currentLabel "ASEAN Summit of November 2018"@en .
article:other-2018 a wic:SourceArticle ; skos:prefLabel "another article"@en , "artikel lain"@id .
event:2018-pmc-china-of-other a wic:PmcSession ;
    skos:prefLabel "another session with China"@en , "sesi lain dengan Tiongkok"@id .
situation:report-other-2018 a wic:EventReport ;
    skos:prefLabel "report of another article"@en , "laporan artikel lain"@id .
timespan:2018-12-01 a wic:TimeSpan ; skos:prefLabel "1 December 2018"@en , "1 Desember 2018"@id .
"""
OTHER_FACT = f"""
<{BASE}/graph/source/other-2018> {{
    article:other-2018 a wic:SourceArticle ; dcterms:publisher body:kemlu ; dcterms:language "en" ;
        wic:textLength {len(OTHER_TEXT)} ; wic:textSha256 "{sha256(OTHER_TEXT.encode()).hexdigest()}" .
    sentence:other-2018-s01 a wic:Sentence ; wic:sentenceOf article:other-2018 ;
        skos:prefLabel "sentence S01"@en , "kalimat S01"@id ;
        oa:start "0"^^xsd:nonNegativeInteger ; oa:end "{len(OTHER_TEXT)}"^^xsd:nonNegativeInteger .
}}
<{BASE}/graph/fact/other-2018/F001> {{
    event:2018-pmc-china-of-other wic:heldWith CHINA .
    situation:report-other-2018 wic:reports event:2018-11-asean-summit ; wic:reportedStatus status:held ;
        wic:reportOf article:other-2018 ; wic:attributedTo article:other-2018 ;
        wic:hasTimeSpan timespan:2018-12-01 .
    timespan:2018-12-01 wic:granularity gran:day ; wic:asWritten "1 December 2018"@en ;
        wic:earliestStart "2018-12-01"^^xsd:date ; wic:latestStart "2018-12-01"^^xsd:date ;
        wic:earliestEnd "2018-12-01"^^xsd:date ; wic:latestEnd "2018-12-01"^^xsd:date .
}}
graph:prov {{
    <{BASE}/graph/fact/other-2018/F001> a wic:FactGraph ; wic:factIdentifier "F001" ;
        wic:factOf article:other-2018 ;
        skos:prefLabel "What another article says"@en , "Isi artikel lain"@id ;
        wic:factKind kind:reported-fact ; wic:modality modality:actual ; wic:confidence conf:high ;
        wic:method method:manual ; wic:wording wording:narration ;
        wic:attributedTo article:other-2018 ; wic:attributionBasis basis:narration ;
        wic:evidence evidence:other-2018-f001 ; prov:hadPrimarySource article:other-2018 .
    evidence:other-2018-f001 a wic:Evidence , oa:Annotation ;
        skos:prefLabel "evidence of F001"@en , "bukti F001"@id ; wic:inSentence sentence:other-2018-s01 ;
        oa:hasBody <{BASE}/graph/fact/other-2018/F001> ; oa:hasTarget evidence:other-2018-f001-target .
    evidence:other-2018-f001-target a oa:SpecificResource ;
        skos:prefLabel "selected words of F001"@en , "kata-kata terpilih F001"@id ;
        oa:hasSource article:other-2018 ;
        oa:hasSelector evidence:other-2018-f001-position , evidence:other-2018-f001-quote .
    evidence:other-2018-f001-position a oa:TextPositionSelector ;
        skos:prefLabel "position of F001"@en , "posisi F001"@id ;
        oa:start "0"^^xsd:nonNegativeInteger ; oa:end "15"^^xsd:nonNegativeInteger ;
        wic:spanSha256 "{sha256(OTHER_TEXT[:15].encode()).hexdigest()}" .
    evidence:other-2018-f001-quote a oa:TextQuoteSelector ;
        skos:prefLabel "quote of F001"@en , "kutipan F001"@id ; oa:exact "China"@en .
}}
"""
