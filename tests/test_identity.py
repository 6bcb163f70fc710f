"""Which thing a mention is: the reviewed table, its reader and its check; what a new thing is called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from review_process import reviewed
from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.identity import (
    HEADER,
    Identity,
    check_identity,
    normalise,
    read_identity,
)
from wicara.graph.inputs import read_inputs
from wicara.ontology import PREFIXES, WIC

if TYPE_CHECKING:
    from pathlib import Path

ARTICLE: Final = "kemlu-2018-08-02-asean-russia"
SECOND: Final = "another-ministry-2019-01-01-another-meeting"
ALPHA3: Final = NamedNode(f"{WIC}iso3166Alpha3")
CHINA: Final = f"{PREFIXES['state']}china"


@pytest.fixture(scope="module")
def rows() -> tuple[Identity, ...]:
    """Return the table that is published."""
    return read_identity()


@pytest.fixture(scope="module")
def quads() -> tuple[Quad, ...]:
    """Return the data that is published."""
    return read_inputs().quads


def row(mention: str, slug: str, *, language: str = "id", article: str = "") -> Identity:
    """Return a row for a state."""
    return Identity(mention, language, article, PREFIXES["state"] + slug, "editors")


def label(state: str) -> Quad:
    """Return the statement of a state's name."""
    subject = NamedNode(PREFIXES["state"] + state)
    return Quad(subject, NamedNode(f"{PREFIXES['skos']}prefLabel"), Literal(state, language="en"))


def test_the_table_is_sound(rows: tuple[Identity, ...], quads: tuple[Quad, ...]) -> None:
    """The check finds nothing to say of the table and data that are published."""
    assert check_identity(rows, quads) == ()


def things(rows: tuple[Identity, ...], *mentions: str) -> set[tuple[str, str]]:
    """Return the thing that the table settles for each of some mentions, with the article (empty: any)."""
    return {(row.iri, row.article) for row in rows if row.mention in mentions}


def test_mentions_are_settled(rows: tuple[Identity, ...], quads: tuple[Quad, ...]) -> None:
    """CQ37: RRT and China are one state, whose key is CHN; Russia and Rusia are one; Taiwan is not guessed.

    Singapura is the place in this article, and unsettled in any other, where it may be the state.
    """
    assert things(rows, "RRT", "China") == {(CHINA, "")}
    keys = {q.object.value for q in quads if q.subject == NamedNode(CHINA) and q.predicate == ALPHA3}
    assert keys == {"CHN"}
    assert things(rows, "Russia", "Rusia") == {(f"{PREFIXES['state']}russia", "")}
    assert things(rows, "Singapura") == {(f"{PREFIXES['place']}singapore", ARTICLE)}
    assert things(rows, "Taiwan", "Republic of China", "ROC") == set()


def test_spaces_do_not_tell_mentions_apart(rows: tuple[Identity, ...]) -> None:
    """The name with a no-break space, as the article has it, is found under its plain spelling."""
    ((iri, _),) = things(rows, normalise("Retno \u00a0L.P. Marsudi"))
    assert iri.endswith("/person/retno-marsudi")


def test_one_mention_that_is_two_things_is_found() -> None:
    """A mention with two rows for the same language and article is reported with both things."""
    table = (row("RRT", "china"), row("RRT", "taiwan"))
    data = (label("china"), label("taiwan"))
    (finding,) = check_identity(table, data)
    assert "china" in finding
    assert "taiwan" in finding


def test_an_unknown_thing_is_found() -> None:
    """A row whose thing has no label in the data is reported."""
    findings = check_identity((row("Atlantis", "atlantis"),), ())
    assert any("no label" in finding for finding in findings)


def test_an_unknown_article_is_found() -> None:
    """A row that is settled for an article that the data do not describe is reported."""
    findings = check_identity((row("RRT", "china", article=SECOND),), (label("china"),))
    assert any("no known article" in finding for finding in findings)


def test_a_mention_with_odd_spaces_is_found() -> None:
    """A row that is not written as the reader looks it up is reported with the right spelling."""
    findings = check_identity((row("R  RT", "china"),), (label("china"),))
    assert findings == ("'R  RT'@id must be written 'R RT'.",)


def test_a_row_that_nobody_decided_is_found() -> None:
    """A row with an empty column other than the article is reported."""
    undecided = replace(row("RRT", "china"), decided_by="")
    (finding,) = check_identity((undecided,), (label("china"),))
    assert "only the article may be empty" in finding


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1"),
        ("mention,iri\n", "line 1"),
        (",".join(HEADER) + "\nRRT,id,,x\n", "line 2"),
        (",".join(HEADER) + '\n"RRT,id,,x,y\n', "cannot be read"),
    ],
    ids=["empty", "header", "columns", "quote"],
)
def test_a_broken_table_says_where(tmp_path: Path, text: str, said: str) -> None:
    """A table that is not CSV of the five columns is refused with the file and, where known, the line."""
    path = tmp_path / "identity.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableInput, match=said):
        read_identity(path)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    """A table that is not there is refused with its name."""
    with pytest.raises(UnreadableInput, match=r"nowhere\.csv"):
        read_identity(tmp_path / "nowhere.csv")


IN_INDONESIAN: Final = "Presiden Joko Widodo menghadiri KTT ASEAN-Rusia ke-9 di Sochi pada 2 Mei 2019."


def test_a_new_name_is_translated_where_all_its_words_are_known(tmp_path: Path) -> None:
    """What an Indonesian text names for the first time has an English name of known words, or none yet."""
    source = tmp_path / "acara.txt"
    source.write_text(IN_INDONESIAN, encoding="utf-8")
    with reviewed(tmp_path / "my" / "acara.trig", "--source", source, "--date", "2019-05-03") as page:

        def made(mention: str, kind: str) -> dict[str, Any]:
            return dict(page.get("things", q=mention, kinds=kind)["new"][0])

        for mention, english in (
            ("KTT ASEAN-Rusia ke-9", "9th ASEAN-Russia Summit"),
            ("Konferensi Tingkat Tinggi (KTT) ke-61 ASEAN", "61st ASEAN Summit"),
            ("Pertemuan Tingkat Menteri ASEAN 2019", "ASEAN Ministerial Meeting 2019"),
            ("KTT Rekaan ke-9", ""),
            ("Festival Rekaan", ""),
        ):
            thing = made(mention, "event")
            assert (thing["en"], thing["id"]) == (english, mention)
        assert made("Siti Rekaan", "person")["en"] == "Siti Rekaan"
        new = page.get("new", start="0", end=str(IN_INDONESIAN.index(" di Sochi")))
        festival = made("Festival Rekaan", "event")
        record = new["record"] | {
            "patterns": ["Held"],
            "labels": {"en": "", "id": ""},
            "values": {"event": [{"iri": festival["iri"]}], "within": [{"value": "2019-05-02"}]},
            "things": [festival],
            "own": [],
        }
        read = page.post("read", fact=new["fact"], record=record)
        assert "name-en" in read["missing"]
        assert read["sentences"]["en"] == ""
        assert "Festival Rekaan" in read["sentences"]["id"]
        about = {"fact": new["fact"], "decision": "accept", "record": record}
        status, answer = page.ask("decide", about)
        assert (status, {fault["field"] for fault in answer["faults"]} >= {"event"}) == (422, True)
        page.post(
            "decide", **about | {"record": {**record, "things": [festival | {"en": "Invented Festival"}]}}
        )
    assert '"Invented Festival"@en' in (tmp_path / "my" / "acara.trig").read_text(encoding="utf-8")
