"""Evidence: selectors count code points of the text as it is; differences are told fact by fact."""

from __future__ import annotations

import tomllib
import unicodedata
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Quad, RdfFormat, parse
from wicara.graph.facts.selector import (
    compare,
    core,
    coverage,
    quoted_at,
    read_evidence,
    selector,
    span_sha256,
    unnamed,
    word_count,
)
from wicara.graph.inputs import read_inputs
from wicara.ontology import BASE, PREFIXES

ARTICLE = "kemlu-2018-08-02-asean-russia"
TEXT = "Menteri A\u00a0B tiba. \U0001f54a\ufe0f Ia berkata: \u201cCafe\u0301 buka.\u201d Lalu ia pulang."
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]), st.sampled_from("\u00a0 \u0301\U0001f600\r\n\u200d\ufeff")
    ),
    min_size=1,
    max_size=60,
)


@pytest.fixture(scope="module")
def quads() -> tuple[Quad, ...]:
    """Return the quads of the real dataset."""
    return read_inputs().quads


@pytest.fixture
def article(shared: Path) -> Path:
    """Return the file of the real article."""
    return shared / "sources" / f"{ARTICLE}.txt"


@given(text=TEXTS, data=st.data())
def test_a_selector_is_a_slice_of_the_text(text: str, data: st.DataObject) -> None:
    """Whatever characters a text has, the words of a selector are the slice at its offsets, unchanged."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    chosen = selector(text, start, end, text[start:end])
    assert text[chosen.start : chosen.end] == chosen.exact
    assert chosen.sha256 == sha256(chosen.exact.encode()).hexdigest()


@given(text=TEXTS, data=st.data())
def test_another_character_is_another_hash(text: str, data: st.DataObject) -> None:
    """One changed character changes the hash of the spans that it stands in, and of no other."""
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(
        st.characters(exclude_categories=["Cs"]).filter(lambda character: character != text[at])
    )
    changed = text[:at] + other + text[at + 1 :]
    assert span_sha256(changed, 0, at + 1) != span_sha256(text, 0, at + 1)
    assert span_sha256(changed, 0, at) == span_sha256(text, 0, at)
    assert span_sha256(changed, at + 1, len(text)) == span_sha256(text, at + 1, len(text))


@given(text=TEXTS)
def test_normalisation_is_a_difference(text: str) -> None:
    """A text that was normalised on its way is told from the one that was stored."""
    normal = unicodedata.normalize("NFKC", text)
    if normal != text:
        assert span_sha256(normal, 0, len(normal)) != span_sha256(text, 0, len(text))


def test_words_are_parted_by_no_break_spaces_too() -> None:
    """A NO-BREAK SPACE parts words; a hyphen does not."""
    assert word_count("A\u00a0B tiba di ASEAN-Rusia") == 5
    assert core("\u201cSaat ini!\u201d ") == "Saat ini"


def test_the_evidence_stands_in_the_text(quads: tuple[Quad, ...], article: Path) -> None:
    """With the text at hand, every span and quote agrees, and the share that is quoted is counted."""
    found = compare(quads, str(article))
    assert found.findings == ()
    facts = {item.fact for item in read_evidence(quads) if item.article.endswith(ARTICLE)}
    assert f"{len(facts)} facts" in found.summary
    assert "of 3271 code points" in found.summary


def test_quotes_name_their_facts(quads: tuple[Quad, ...]) -> None:
    """The quote of a fact shares a word with its sentence, but for some of those that a table tells of."""
    items = [item for item in read_evidence(quads) if ARTICLE in item.article]
    facts = {item.fact.rpartition("/")[2] for item in items}
    reasons = tomllib.loads(Path(__file__).with_name("unnamed.toml").read_text(encoding="utf-8"))
    nameless = {name.rpartition("/")[2] for name in unnamed(items, quads, "id")}
    assert nameless <= reasons.keys() <= facts
    assert len(reasons) <= len(facts) / 7


def test_a_quote_may_leave_words_out() -> None:
    """The words of such a quote stand in its span in their order, and only these are counted."""
    words = "Menteri \u2026 tiba. \u2026 Cafe\u0301"
    (item,) = read_evidence(invented(0, len(TEXT), words))
    runs = quoted_at(item, TEXT)
    assert [TEXT[start:end] for start, end in runs] == words.split(" \u2026 ")
    assert coverage([item], TEXT).quoted == len("Menteritiba.Cafe\u0301")
    (other,) = read_evidence(invented(0, len(TEXT), "tiba. \u2026 Menteri"))
    assert quoted_at(other, TEXT) == []
    assert word_count(words) == 3


def test_one_changed_character_concerns_its_facts(
    quads: tuple[Quad, ...], article: Path, tmp_path: Path
) -> None:
    """One changed character fails the comparison with both hashes and the facts whose span holds it."""
    text = article.read_bytes().decode()
    at = text.index("42%")
    evidence = [item for item in read_evidence(quads) if item.article.endswith(ARTICLE)]
    concerned = {item.fact for item in evidence if item.selector.start <= at < item.selector.end}
    other = tmp_path / "other.txt"
    other.write_bytes((text[:at] + "9" + text[at + 1 :]).encode())
    summary, *findings = compare(quads, f"{ARTICLE}={other}").findings
    assert sha256(article.read_bytes()).hexdigest() in summary
    assert sha256(other.read_bytes()).hexdigest() in summary
    named = {fact for fact in concerned for finding in findings if fact.rsplit("/", 1)[1] in finding}
    assert concerned
    assert named == concerned
    assert not any("F001" in finding for finding in findings)


def test_a_change_outside_every_span_concerns_no_fact(
    quads: tuple[Quad, ...], article: Path, tmp_path: Path
) -> None:
    """A text that differs where no fact looks is another text still, and no fact is concerned."""
    other = tmp_path / "other.txt"
    other.write_bytes(article.read_bytes() + b"\n")
    (finding,) = compare(quads, f"{ARTICLE}={other}").findings
    assert finding.endswith("no fact concerned")


INVENTED = f"""
    <{BASE}/graph/source/a> {{
        article:a a wic:SourceArticle ; wic:textLength {len(TEXT)} ;
            wic:textSha256 "{sha256(TEXT.encode()).hexdigest()}" .
        sentence:a-s01 wic:sentenceOf article:a ; oa:start 0 ; oa:end 17 .
    }}
    graph:prov {{
        <{BASE}/graph/fact/a/F001> a wic:FactGraph ; wic:evidence evidence:a .
        evidence:a wic:inSentence sentence:a-s01 ; oa:hasTarget evidence:a-target .
        evidence:a-target oa:hasSource article:a ; oa:hasSelector evidence:a-position , evidence:a-quote .
        evidence:a-position oa:start START ; oa:end END ; wic:spanSha256 "HASH" .
        evidence:a-quote oa:exact "EXACT" .
    }}
"""  # fmt: skip


def invented(start: int, end: int, exact: str, digest: str = "") -> list[Quad]:
    """Return one fact with one evidence item over the invented text."""
    digest = digest or span_sha256(TEXT, start, end)
    values = {"START": str(start), "END": str(end), "EXACT": exact, "HASH": digest}
    text = INVENTED
    for name, value in values.items():
        text = text.replace(name, value)
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    return list(parse(prefixes + text, format=RdfFormat.TRIG))


@pytest.mark.parametrize(
    ("quads", "complaint"),
    [
        (invented(0, 17, "A B"), "does not stand in the span"),
        (invented(0, 17, "Menteri A\u00a0B tiba"), "whole sentence"),
        (invented(0, 17, "Menteri", "0" * 64), "another SHA-256"),
    ],
)
def test_faulty_evidence_is_told_with_the_text(quads: list[Quad], complaint: str, tmp_path: Path) -> None:
    """A quote that the span does not have, or that is a whole sentence, is told; nothing is normalised."""
    file = tmp_path / "text.txt"
    file.write_bytes(TEXT.encode())
    assert any(complaint in finding for finding in compare(quads, str(file)).findings)


def test_quotes_may_not_copy_the_text(tmp_path: Path) -> None:
    """Quotes that together repeat more than half of a text are counted, and are too much."""
    file = tmp_path / "text.txt"
    file.write_bytes(TEXT.encode())
    quads = invented(0, len(TEXT), TEXT[: len(TEXT) * 3 // 5])
    (finding,) = (finding for finding in compare(quads, str(file)).findings if "cover" in finding)
    assert f"of {len(TEXT)} code points" in finding
