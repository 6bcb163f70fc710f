"""`wicara review`: decisions over HTTP, from a real process, and what they leave in the file."""

from __future__ import annotations

import json
import re
import signal
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from needed import long
from review_process import Page, reviewed
from server_process import PATIENCE, wait_until
from wicara.graph.facts.review.desk import Desk
from wicara.ontology import WIC
from wicara.server.review import create_app
from wicara.server.site.search.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Command

pytestmark = pytest.mark.first_article

TEXT: Final = """Canadian Prime Minister Rekawati Suhardjo today opened the ninth ASEAN-Canada Summit. She \
reaffirmed the commitment to open markets and pledged to fund about $102 million of new projects.

“We will not leave the table without a result,” Suhardjo told reporters on Thursday. According to Sergei \
Lawrow, trade grew by 12 percent. President Joko Widodo said that the border would stay open.
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Return a folder with a text."""
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Return a review that no test decides anything in."""
    folder = tmp_path_factory.mktemp("review")
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    with opened(folder) as page:
        yield page


@contextmanager
def opened(folder: Path, *options: object) -> Iterator[Page]:
    """Review the text of a folder."""
    with reviewed(folder / "my" / "a.trig", "--source", folder / "text.txt", *options) as page:
        yield page


def test_decisions_are_in_the_file_and_only_accepted_ones_are_data(mine: Path, wicara: Command) -> None:
    """Each decision is saved at once, with the lock; what is rejected, unsure or open is no data.

    A second reader's decisions stand beside the first one's; the log tells keys, waits, and agreement.
    """
    file = mine / "my" / "a.trig"
    with opened(mine) as page:
        claim = page.fact("claim", "reaffirmed")
        assert claim["record"]["missing"] == []
        held = page.fact("role", "President Joko Widodo")["record"]
        assert (held["missing"], held["values"]["post"][0]["iri"][-22:]) == (
            ["asOf"],
            "/president-of-indonesia"[-22:],
        )
        assert claim["record"]["labels"]["id"].startswith("Rekawati Suhardjo: “")
        draft = file.read_bytes()
        about = {"tag": claim["tag"], "keys": 3, "ms": 2000, "waits": [10, 20]}
        page.post("decide", fact=claim["fact"], decision="accept", **about)
        assert file.with_name("a.trig~").read_bytes() == draft
        assert claim["fact"] in file.with_name("a.lock.csv").read_text(encoding="utf-8")
        rejected = page.fact("figure")["fact"]
        page.post("decide", fact=rejected, decision="reject")
        page.post("decide", fact=page.fact("quotation")["fact"], decision="unsure")
        seen = [item["fact"] for item in page.get("session")["items"] if item["state"] == "suggested"]
        done = page.post("several", facts=seen[:3])
        assert len(done["items"]) + len(done["left"]) == 3
        for _ in done["items"]:
            page.post("undo")
        said = next(one for one in page.get("session")["patterns"] if one["name"] == "Said")
        assert (said["said"]["factKind"], set(said["constants"])) == (
            "kind:claim",
            {"modality", "wording", "basis"},
        )
        new = page.get("new", start=str(TEXT.index("trade grew")), end=str(TEXT.index(" percent") + 8))
        record = new["record"] | {
            "patterns": ["Said"],
            "labels": {"en": "Trade grew", "id": "Perdagangan tumbuh"},
            "values": page.fact("claim", "border")["record"]["values"],
        }
        page.post("decide", fact=new["fact"], decision="accept", record=record, keys=40, waits=[400])
        states = {item["fact"]: item["state"] for item in page.get("session")["items"]}
    facts = {claim["fact"], new["fact"]}
    assert {fact for fact, state in states.items() if state == "fact"} == facts
    assert {"rejected", "unsure", "suggested"} <= {*states.values()}
    long = wicara("expand", file).stdout
    assert "person:rekawati-suhardjo" in long
    assert {fact for fact in states if re.search(rf"fact/a/{fact}\b", long)} == facts
    assert "without a result" not in long

    content = file.read_bytes()
    with opened(mine, "--by", "second") as page:
        assert {item["fact"]: item["state"] for item in page.get("session")["items"]} == states
        page.post("decide", fact=claim["fact"], decision="accept")
        assert file.read_bytes() == content
        page.post("decide", fact=rejected, decision="unsure")
    told = wicara("review", file, "--summary").stdout
    assert "right: 3.0 (1)" in told
    assert "new fact: 40.0 (1)" in told
    assert "longest 400 ms, 1 above 300 ms" in told
    assert "second and tester agree on 1 of 2" in told


def test_no_other_page_gets_in(page: Page) -> None:
    """A wrong token, another Host, another Origin are refused; the page may load nothing from elsewhere."""
    assert page.ask("session", Host="evil.example")[0] == 403
    assert page.ask("session", Origin="http://evil.example")[0] == 403
    assert page.ask("undo", {}, Origin="null")[0] == 403
    assert Page(page.process, page.port, "/x/").ask("session")[0] == 403
    connection = HTTPConnection("127.0.0.1", page.port, timeout=PATIENCE)
    connection.request("GET", page.path)
    answer = connection.getresponse()
    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    connection.close()


def test_fifty_decisions_are_undone_also_after_a_kill(mine: Path) -> None:
    """What a killed process had saved stands, and is undone by the next one, decision by decision."""
    file = mine / "my" / "a.trig"
    with opened(mine) as page:
        fact = page.fact("claim", "reaffirmed")["fact"]
        before = [file.read_bytes()]
        for number in range(52):
            page.post("decide", fact=fact, decision=("reject", "unsure")[number % 2])
            before.append(file.read_bytes())
        page.process.send_signal(signal.SIGKILL)
        page.process.wait(PATIENCE)
    assert file.read_bytes() == before[-1]
    with opened(mine) as page:
        for number in range(50):
            assert page.post("undo")["fact"] == fact
            assert file.read_bytes() == before[-2 - number]
        assert page.post("undo")["fact"] is None
        page.post("decide", fact=fact, decision="accept")
        assert page.post("undo")["item"]["state"] != "fact"
        wait_until(lambda: page.get("state")["checks"])
        record = page.get("fact", fact=fact)["record"]
        assert page.post("check", fact=fact, record=record)["follows"]
        page.post("decide", fact=fact, decision="accept")
        page.post("undo")
        found = page.post("check", fact=fact, record=record)
        assert (bool(found["follows"]), found["stops"]) == (True, [])


def test_a_file_that_is_changed_outside_loses_nothing(mine: Path) -> None:
    """A change elsewhere is kept; one of the same fact is told, and then the person decides."""
    file = mine / "my" / "a.trig"
    with opened(mine) as page:
        claim, other = page.fact("claim", "reaffirmed"), page.fact("claim", "border")
        file.write_text(file.read_text(encoding="utf-8") + "\n# a note by hand\n", encoding="utf-8")
        assert page.get("state")["changed"]
        page.post("decide", fact=claim["fact"], decision="accept", tag=claim["tag"])
        assert (
            file.read_text(encoding="utf-8").endswith("# a note by hand\n") or "# a note" in file.read_text()
        )
        text = file.read_text(encoding="utf-8")
        file.write_text(
            text.replace("border would stay", "border would  stay").replace("border would  stay", "border")
        )
        status, answer = page.ask(
            "decide", {"fact": other["fact"], "decision": "reject", "tag": other["tag"]}
        )
        assert (status, "changed in the file" in answer["detail"]) == (409, True)
        page.post(
            "decide", fact=other["fact"], decision="reject", tag=page.get("fact", fact=other["fact"])["tag"]
        )
        file.write_text("this is no TriG", encoding="utf-8")
        status, answer = page.ask("decide", {"fact": claim["fact"], "decision": "reject"})
        assert (status, "cannot be read now" in answer["detail"]) == (409, True)
        assert file.read_text(encoding="utf-8") == "this is no TriG"


def test_faults_are_told_at_the_field(page: Page) -> None:
    """Each fault names its field: a kind, a date, words that are not in the text, a shape, a thing."""
    wait_until(lambda: page.get("state")["checks"])
    base = page.get("new", start="0", end="40")["record"]
    held = base | {"patterns": ["Held"], "labels": {"en": "a", "id": "b"}}

    def fields(**values: object) -> dict[str, str]:
        record = held | {"values": {"event": [{"iri": SUMMIT}]} | values}
        return {one["field"]: one["text"] for one in page.post("check", fact="F099", record=record)["faults"]}

    assert "place" in fields(place=[{"iri": "https://w3id.org/wicara/id/state/russia"}])
    assert "no bounds" in fields(within=[{"value": "2018?"}])["within"]
    assert "not known" in fields(place=[{"iri": "https://w3id.org/wicara/id/place/nowhere"}])["place"]
    assert "held" in str(fields(place=[{"iri": SOCHI}]))
    assert "state nothing" in fields()["pattern"]
    wide = page.get("new", start=str(TEXT.index("ninth")), end=str(TEXT.index("reaffirmed") + 10))["record"]
    checked = page.post("check", fact="F099", record=held | {"quote": wide["quote"], "span": wide["span"]})
    assert "beyond their sentence" in str([one for one in checked["faults"] if one["field"] == "quote"])
    status, answer = page.ask(
        "decide", {"fact": "F099", "decision": "accept", "record": held | {"quote": "no such words"}}
    )
    assert status == 422
    assert {"event", "quote"} <= {one["field"] for one in answer["faults"]}


def test_what_is_new_has_what_checks_ask_for(tmp_path: Path, wicara: Command) -> None:
    """A new post has a type, a state and names by its title, and held on the day of the article.

    What the words do not tell is missing, is told at its field, and is asked for before the fact is saved.
    """
    file, text = tmp_path / "my" / "a.trig", tmp_path / "text.txt"
    text.write_text(
        "President of Vietnam Tran Rekaan met Deputy Foreign Minister Budi Contoh on Friday. "
        "Secretary Sari Misal spoke. Former Prime Minister Ketut Umpama agreed. "
        "President Widodo will attend the ASEAN-Canada Summit on 9 June 2019. "
        "She repeated the proposal of President Nguyen Misal, as China did. "
        "Japan disputes the law of Russia. Both countries opened offices for Japan and Russia.\n\n"
        "“We will keep the border open for all,” President Widodo said in Sochi on 1 May 2019.\n",
        encoding="utf-8",
    )
    with reviewed(file, "--source", text, "--date", "2019-05-03") as page:

        def last(iri: str) -> str:
            return iri.rpartition("/")[2]

        president = page.fact("role", "Rekaan")["record"]
        assert president["missing"] == []
        values = president["values"]
        assert last(values["post"][0]["iri"]) == "president-of-viet-nam"
        assert (last(values["postType"][0]["iri"]), last(values["state"][0]["iri"])) == (
            "president",
            "viet-nam",
        )
        assert values["asOf"] == [{"value": "2019-05-03"}]
        assert ("President of Viet Nam", "Presiden Viet Nam") in {
            (t["en"], t["id"]) for t in president["things"]
        }
        master = page.fact("role", "Misal")
        post = page.get("things", q="Secretary", kinds="post")["new"][0]
        chosen = master["record"] | {"things": [*master["record"]["things"], post], "own": []}
        chosen["values"] = chosen["values"] | {"post": [{"iri": post["iri"]}]}
        read = page.post("read", fact=master["fact"], record=chosen)
        assert {"postType", "state"} <= set(read["missing"])
        assert "post" not in read["missing"]
        assert {"postType", "state"} <= {fault["field"] for fault in read["faults"]}
        about = {"fact": master["fact"], "decision": "accept", "record": chosen}
        status, answer = page.ask("decide", about)
        assert (status, {fault["field"] for fault in answer["faults"]}) == (422, {"postType", "state"})
        deputy = page.fact("role", "Contoh")["record"]
        post = page.get("things", q="Deputy Foreign Minister", kinds="post")["new"][0]
        deputy["things"].append(post)
        deputy["values"]["post"] = [{"iri": post["iri"]}]
        fills = page.post("read", fact="F099", record=deputy)["fills"]
        assert last(fills["postType"][0]["iri"]) == "deputy-minister"
        assert "asOf" not in page.fact("role", "Umpama")["record"]["values"]
        widodo = page.fact("role", "Widodo")["record"]["values"]
        assert (last(widodo["who"][0]["iri"]), last(widodo["post"][0]["iri"])) == (
            "joko-widodo",
            "president-of-indonesia",
        )
        coming = page.fact("meeting", "ASEAN-Canada Summit")["record"]
        assert (coming["patterns"], coming["said"]["factKind"]) == (["Planned"], "kind:plan")
        assert last(page.fact("role", "Nguyen")["record"]["values"]["state"][0]["iri"]) == "china"
        both = page.fact("event", "Both countries")["record"]["values"]
        assert (last(both["who"][0]["iri"]), last(both["also"][0]["iri"])) == ("japan", "russia")
        quotation = page.fact("quotation", "keep the border")["record"]
        assert quotation["values"]["within"] == [{"value": "2019-05-01"}]
        assert last(quotation["values"]["place"][0]["iri"]) == "sochi"
        assert quotation["labels"]["en"].endswith("(Sochi) (1 May 2019)")
        accepted = page.fact("role", "Rekaan")
        page.post("decide", fact=accepted["fact"], decision="accept")
    checked = wicara("check", "--add", tmp_path / "my").stdout
    assert "president-of-viet-nam" not in checked
    assert "tran-rekaan" not in checked


def test_where_it_was_said_who_is_host_and_all_who_did_it(tmp_path: Path, wicara: Command) -> None:
    """Day and place of words, a host to be, and three who did one thing have fields of their patterns.

    What the same speaker said on another day is another act. A day of nobody's words is refused.
    """
    file, text = tmp_path / "my" / "a.trig", tmp_path / "text.txt"
    text.write_text(
        "Joko Widodo said in Sochi on 2 May 2019 that trade grew. Japan, China and Russia opened an office. "
        "Russia will host the ASEAN summit. Joko Widodo said on 3 May 2019 that it fell.\n",
        encoding="utf-8",
    )

    def things(kind: str, *names: str) -> list[dict[str, str]]:
        return [{"iri": f"https://w3id.org/wicara/id/{kind}/{name}"} for name in names]

    def text_of(words: str) -> list[dict[str, str]]:
        return [{"text": words, "language": code} for code in ("en", "id")]

    said = {"speaker": things("person", "joko-widodo"), "says": text_of("Trade grew.")}
    facts: list[tuple[str, str, dict[str, Any]]] = [
        (
            "trade grew",
            "Said",
            said | {"place": things("place", "sochi"), "within": [{"value": "2019-05-02"}]},
        ),
        ("it fell", "Said", said | {"says": text_of("It fell."), "within": [{"value": "2019-05-03"}]}),
        (
            "opened an office",
            "Did",
            {
                "who": things("state", "japan"),
                "also": things("state", "china", "russia"),
                "did": text_of("Opened an office"),
            },
        ),
        (
            "will host",
            "ToTakePart",
            {
                "who": things("state", "russia"),
                "event": [{"iri": SUMMIT}],
                "role": [{"iri": "https://w3id.org/wicara/concept/role/host"}],
            },
        ),
    ]
    content = text.read_text(encoding="utf-8")
    with reviewed(file, "--source", text, "--date", "2019-05-03") as page:
        fields = {
            one["name"]: {each["name"] for each in one["fields"]} for one in page.get("session")["patterns"]
        }
        assert {"place", "within"} <= fields["Said"]
        many = next(one for one in page.get("session")["patterns"] if one["name"] == "Did")
        assert [each["many"] for each in many["fields"] if each["name"] == "also"] == [True]
        for words, pattern, values in facts:
            start = content.index(words)
            new = page.get("new", start=str(start), end=str(start + len(words)))
            record = new["record"] | {"patterns": [pattern], "values": values, "own": []}
            page.post("decide", fact=new["fact"], decision="accept", record=record)
        nobody = {"says": said["says"], "within": [{"value": "2019-05-02"}]}
        record = page.get("new", start="0", end="10")["record"] | {"patterns": ["Said"], "values": nobody}
        faults = page.post("read", fact="F099", record=record)["faults"]
        assert [one["text"] for one in faults if one["field"] == "within"] == [
            "p:within states nothing here: give p:by or p:speaker too"
        ]
    long = wicara("expand", file).stdout
    acts = set(re.findall(r"event:a-joko-widodo[\w-]*", long))
    assert acts == {"event:a-joko-widodo-2019-05-02-sochi", "event:a-joko-widodo-2019-05-03"}
    assert re.search(r"a-joko-widodo-2019-05-02-sochi[^.]* wic:heldAt place:sochi", long)
    assert set(re.findall(r"wic:participant (state:\w+)", long)) == {
        "state:japan",
        "state:china",
        "state:russia",
    }
    assert '"Japan, China, Russia: Opened an office"@en' in long
    assert "wic:hasProspectiveParticipation situation:russia-to-be-at" in long
    checked = wicara("check", "--add", tmp_path / "my").stdout
    assert "situation:a-f" not in checked


SUMMIT: Final = "https://w3id.org/wicara/id/event/2018-11-asean-summit"
SOCHI: Final = "https://w3id.org/wicara/id/place/sochi"
SPRING: Final = "https://w3id.org/wicara/id/timespan/spring"


def test_no_decision_waits_for_reasoning(mine: Path) -> None:
    """While something is reasoned, all else is answered; what it finds is told after the decision.

    What a check has found before is told at the decision, which is refused. A check sees what the file says
    once of a time span, also when that is changed by hand.
    """
    file = mine / "my" / "a.trig"
    desk = Desk(file, mine / "text.txt", None, fold, "tester")
    desk.open()
    assert desk.session
    session = desk.session
    wait_until(lambda: session.live is not None)
    assert session.live
    client = create_app(desk, "t", {"localhost"}).test_client()

    def post(name: str, status: int = 200, **body: object) -> dict[str, Any]:
        answer = client.post(f"/t/{name}", json=body)
        assert answer.status_code == status, answer.text
        return dict(answer.json)

    new = client.get("/t/new?start=0&end=40").json
    held = {"patterns": ["Held"], "values": {"event": [{"iri": SUMMIT}], "place": [{"iri": SOCHI}]}}
    record = new["record"] | held | {"labels": {"en": "", "id": ""}, "own": []}
    with session.live.lock:
        read = post("read", fact="F900", record=record)
        assert read["sentences"]["en"]
        done = post("decide", fact="F900", decision="accept", record=record)
        assert (done["item"]["state"], done["unchecked"]) == ("fact", ["F900"])
        assert done["item"]["labels"] == read["sentences"]
        assert client.get("/t/things?q=Lavrov&parameter=who").json["things"]
        assert post("undo")["fact"] == "F900"
        post("decide", fact="F900", decision="accept", record=record)
    saved = client.get("/t/fact?fact=F900").json["record"]
    assert "held" in str(post("check", fact="F900", record=saved, anew=True)["faults"])
    post("undo")
    again = record | {"labels": read["sentences"]}
    assert "held" in str(post("check", fact="F901", record=again)["faults"])
    assert "held" in str(post("decide", 422, fact="F901", decision="accept", record=again)["faults"])
    assert post("decide", fact="F901", decision="accept", record=again, anyway=True)["unchecked"] == []

    april, names = '"2019-04-30"^^xsd:date', 'skos:prefLabel "spring"@en , "semi"@id'
    once = f"<{SPRING}> a <{WIC}TimeSpan> ; {names} ; <{WIC}latestStart> {april} .\n"
    file.write_text(file.read_text(encoding="utf-8") + once, encoding="utf-8")
    client.get("/t/session")
    said = f"<{SUMMIT}> wic:hasTimeSpan <{SPRING}> . <{SPRING}> wic:earliestStart '2019-05-01'^^xsd:date ."
    late = new["record"] | {"statements": said, "labels": {"en": "a", "id": "b"}}
    assert "out of order" in str(post("check", fact="F902", record=late)["faults"])
    post("decide", fact="F902", decision="accept", record=late, anyway=True)
    saved = client.get("/t/fact?fact=F902").json["record"]
    assert "out of order" in str(post("check", fact="F902", record=saved, anew=True)["faults"])
    file.write_text(
        file.read_text(encoding="utf-8").replace(april, april.replace("04", "06")), encoding="utf-8"
    )
    client.get("/t/session")
    assert "out of order" not in str(post("check", fact="F902", record=saved, anew=True)["faults"])


def test_a_rejected_pair_is_not_proposed_again(page: Page, wicara: Command) -> None:
    """What is decided on a name stands in a log beside the file, and holds for the next article too."""
    lavrov = "https://w3id.org/wicara/id/person/sergey-lavrov"
    found = page.get("things", q="Sergei Lawrow", parameter="speaker")["things"]
    assert [one["reason"] for one in found if one["iri"] == lavrov] == ["alike"]
    assert [one["iri"] for one in page.get("things", q="Лавр", parameter="who")["things"]] == [lavrov]
    page.post("same", mention="Sergei Lawrow", iri=lavrov, verdict="different", why="another person")
    page.post("same", mention="Suhardjo", iri=lavrov, verdict="same")
    folder = Path(page.get("session")["file"]).parent
    line = json.loads((folder / "a.identity.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (line["by"], line["why"], line["verdict"]) == ("tester", "another person", "different")
    widodo = "https://w3id.org/wicara/id/person/joko-widodo"
    assert widodo in wicara("draft", folder.parent / "text.txt").stdout
    page.post("same", mention="Joko Widodo", iri=widodo, verdict="different")
    assert widodo not in wicara("draft", folder.parent / "text.txt", "--add", folder).stdout
    page.post("same", mention="Joko Widodo", iri=widodo, verdict="same")
    with reviewed(folder / "b.trig", "--source", folder.parent / "text.txt") as other:
        found = other.get("things", q="Sergei Lawrow", parameter="speaker")["things"]
        assert lavrov not in [one["iri"] for one in found]
        assert other.get("things", q="Suhardjo", parameter="who")["things"][0]["iri"] == lavrov


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (TEXT.replace(" ", "\u00a0").replace("\n", "\r\n"), "en"),
        ("Der Handel zwischen Japan, China und Kanada wuchs im Mai um 12 %, sagte er. " * 3, "de"),
        long(TEXT * (200_000 // len(TEXT)), "en"),
        (f"<!doctype html><html><body><article><p>{TEXT * 3}</p></article></body></html>", "en"),
    ],
    ids=["nbsp-crlf", "third-language", "long", "html"],
)
def test_any_text_is_taken_from_the_page(tmp_path: Path, text: str, language: str) -> None:
    """A text that is pasted is kept where --source says, drafted, and open for review."""
    with reviewed(tmp_path / "my" / "a.trig", "--source", tmp_path / "text.txt") as page:
        assert page.get("session")["text"] is None
        shown = page.post("paste", text=text, published="2019-05-03")["text"]
        assert page.ask("paste", {"text": "another"})[0] == 400
        whole = page.get("session")
        assert whole["text"] == shown
        assert whole["language"] == language
        assert whole["text"] == text or ("<p>" in text and "<p>" not in whole["text"])
        assert (tmp_path / "text.txt").read_bytes().decode() == whole["text"]
        item = whole["items"][0]
        page.post("decide", fact=item["fact"], decision="reject", tag=item["tag"])
        assert page.ask("paste", {"text": "another"})[0] == 400
    assert {path.name for path in tmp_path.iterdir()} == {"my", "text.txt"}
