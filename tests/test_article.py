"""A new article: sentences are found, words quoted as they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from wicara.graph.facts.quote import Unquotable, quote
from wicara.graph.facts.skeleton import proposal, sentences, skeleton, slug
from wicara.graph.facts.source import Text, read_text

if TYPE_CHECKING:
    from conftest import Command

pytestmark = pytest.mark.first_article

MARKS = ["Dit. ", "Dr. A.B. ", "ia. ", "\u201cYa!\u201d ", "(2/8). ", "\u00a0", "\n\n", "3.5 ", "\U0001f54a "]
PIECES = st.lists(
    st.one_of(
        st.sampled_from(MARKS),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    ),
    max_size=12,
).map("".join)
TEXT = "Retno \u00a0L.P. Marsudi tiba. Ia tiba di Sochi bersama Menlu lain. Lalu semua pulang."


def cut(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [text[start:end] for start, end in sentences(text)]


def test_the_sentences_of_the_real_article(shared: Path) -> None:
    """The 21 sentences of the article are found where a reader found them."""
    read = json.loads((shared / "facts" / "facts.json").read_text(encoding="utf-8"))["sentences"]
    text = read_text(shared / "sources" / "kemlu-2018-08-02-asean-russia.txt").characters
    assert list(sentences(text)) == [(sentence["start"], sentence["end"]) for sentence in read]


@pytest.mark.parametrize(
    "whole",
    [
        ["Demikian Dit. Kerja Sama.", "Retno \u00a0L.P. Marsudi tiba."],
        ["untuk 2018-2021(2/8).", "\u201cSaat ini."],
        ['dan bencana alam".', "Demikian."],
        ["\u201cYa!\u201d katanya.", "Apa?", "US$16.74 miliar."],
        ["for Mutual Benefit.", "(Sumber: Dit. Kemlu)"],
    ],
)
def test_sentences_survive_punctuation(whole: list[str]) -> None:
    """Abbreviations, initials, dates in brackets, figures and closing quotes do not cut a sentence."""
    assert cut(" ".join(whole)) == whole


def test_a_bracket_may_follow_without_a_space() -> None:
    """A bracket that follows a full stop directly begins a sentence; an empty line ends one."""
    assert cut("Habis.(Sumber: Kemlu)\n\nJudul tanpa titik") == [
        "Habis.",
        "(Sumber: Kemlu)",
        "Judul tanpa titik",
    ]


@given(text=PIECES)
def test_sentences_hold_all_of_the_text(text: str) -> None:
    """Whatever the text, its sentences come in order, do not overlap, and leave out white space only."""
    spans = sentences(text)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    gaps = zip([0, *edges[1::2]], [*edges[::2], len(text)], strict=True)
    assert all(not text[start:end].strip() for start, end in gaps)


@given(text=PIECES)
def test_the_skeleton_is_data(text: str) -> None:
    """Whatever the text, the skeleton is TriG that describes its sentences."""
    source = proposal(Text(Path("a"), text, "0" * 64), "a", "id")
    quads = list(parse(skeleton(source, text), format=RdfFormat.TRIG))
    (spans,) = (quad.object.value for quad in quads if quad.predicate.value.endswith("#sentences"))
    assert spans.split() == [f"{start}-{end}" for start, end in sentences(text)]


def test_ids_are_plain() -> None:
    """An ID is small ASCII letters, digits and hyphens, whatever the file is called."""
    assert slug("Caf\u00e9 Menlu_2019 (1)") == "cafe-menlu-2019-1"


@given(text=PIECES, data=st.data())
def test_what_is_quoted_stands_there(text: str, data: st.DataObject) -> None:
    """Words taken from a text are found where they were taken, or there is a reason not to quote them."""
    start = data.draw(st.integers(0, len(text)))
    words = text[start : data.draw(st.integers(start, len(text)))]
    source = proposal(Text(Path("a"), text, "0" * 64), "a", "id")
    number = sum(text.startswith(words, at) for at in range(start + 1))
    try:
        found = quote(source, text, words, occurrence=number).selector
    except Unquotable:
        return
    assert (found.start, text[found.start : found.end]) == (start, words)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("Retno L.P. Marsudi", r"character 7 is NO-BREAK SPACE \(U\+00A0\)"),
        ("sochi bersama", r"character 1 is LATIN CAPITAL LETTER S"),
        ("xyz", "not in the text, nor any like them"),
        ("tiba", r"--occurrence N or in:span:\n  1: \[20,24\).*\n  2: \[29,33\)"),
        (" ".join(["kata"] * 13), "These are 13 words"),
        ("Lalu semua pulang", "whole sentence"),
        (" ", "no words"),
    ],
)
def test_what_cannot_be_quoted_says_why(words: str, complaint: str) -> None:
    """Words that are not there, stand there twice, are too many or a whole sentence: the message helps on."""
    with pytest.raises(Unquotable, match=complaint):
        quote(proposal(Text(Path("a"), TEXT, ""), "a", "id"), TEXT, words)


def test_a_quote_may_stand_in_a_wider_span() -> None:
    """With a span, position and hash are the span's, and the words are looked for inside it."""
    found = quote(proposal(Text(Path("a"), TEXT, ""), "a", "id"), TEXT, "tiba", (26, 42))
    assert (found.selector.start, found.selector.end, found.selector.exact) == (26, 42, "tiba")
    assert found.sentence.iri.endswith("a-s02")


def test_quote_on_the_command_line(wicara: Command, tmp_path: Path) -> None:
    """`wicara quote` exits 2 with one message where the words are not there."""
    file = tmp_path / "text.txt"
    file.write_bytes(TEXT.encode())
    missing = wicara("quote", file, "Retno L.P.")
    assert missing.returncode == 2
    assert "NO-BREAK SPACE" in missing.stderr
    assert missing.stdout == ""
    assert wicara("quote", tmp_path / "none.txt", "a").returncode == 2


def test_the_skeleton_does_not_write_over_work(wicara: Command, tmp_path: Path) -> None:
    """`wicara article -o` refuses a file that is there: it may hold what a person wrote."""
    file = tmp_path / "text.txt"
    file.write_bytes(TEXT.encode())
    out = tmp_path / "text.trig"
    assert wicara("article", file, "-o", out).returncode == 0
    begun = out.read_text(encoding="utf-8")
    again = wicara("article", file, "--id", "other", "-o", out)
    assert again.returncode == 2
    assert "choose another name" in again.stderr
    assert out.read_text(encoding="utf-8") == begun


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("article", "FILE", "--language", 'id" .'), "no language tag"),
        (("quote", "FILE", "semua", "--fact", "F 1"), "such as F001"),
        (("quote", "FILE", "semua", "--span", "5"), "not START:END"),
        (("quote", "FILE", "semua", "--span", "5:500"), "no span"),
    ],
)
def test_what_would_not_be_data_is_refused(
    wicara: Command, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    """What could not stand in the data is one message and exit code 2."""
    file = tmp_path / "text.txt"
    file.write_bytes(TEXT.encode())
    done = wicara(*(str(file) if argument == "FILE" else argument for argument in arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
