"""Data files in the short form: they state what the long form stated, and say what is wrong by its line."""

from __future__ import annotations

import lzma
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from wicara.graph.inputs import canonical, data_file, quads_of, read_inputs
from wicara.graph.names import GraphKind, called, kind_of
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from conftest import Command

ARCHIVE: Final = Path(__file__).parent / "archive"
ARTICLE: Final = "contoh"
STATED: Final = frozenset(
    {
        GraphKind.FACT,
        GraphKind.CONTENT,
        GraphKind.PROV,
        GraphKind.ENTITIES,
        GraphKind.SOURCE,
        GraphKind.BACKGROUND,
    }
)
"""The kinds of graphs that data files state."""
TEXT: Final = (
    "Pertemuan rekaan berlangsung di Sochi (3/5). Ketua\u00a0rapat berterima kasih. Ketua pulang sore."
)
SHORT: Final = """
@prefix f: <https://w3id.org/wicara/graph/fact/contoh/> .
@prefix in: <https://w3id.org/wicara/in#> .
article:contoh a wic:SourceArticle ; skos:prefLabel "contoh"@en , "contoh"@id ; dcterms:language "id" ;
    wic:textLength 92 ; wic:textSha256 "SHA" ; in:sentences "0-44 45-73 74-92" .
event:contoh-meeting a wic:Meeting ; skos:prefLabel "meeting"@en , "pertemuan"@id .
timespan:contoh a wic:TimeSpan ; skos:prefLabel "from 2018"@en , "sejak 2018"@id .
f:F001 { event:contoh-meeting wic:heldAt place:sochi . }
f:F001 skos:prefLabel "It was held in Sochi"@en , "Diselenggarakan di Sochi"@id ; in:quote "di Sochi"@id .
f:F002 { event:contoh-meeting wic:hasTopic area:security ; wic:hasTimeSpan timespan:contoh .
    timespan:contoh in:throughout "2018-11/.." . }
f:F002 skos:prefLabel "Two passages"@en , "Dua bagian"@id ; wic:confidence conf:low ;
    in:evidence [ in:quote "Pertemuan rekaan"@id ; in:span "0-44" ] , [ in:quote "Ketua pulang"@id ] .
"""


def stated(quads: tuple[Quad, ...]) -> set[Quad]:
    """Return what data files state, in whichever files."""
    return {quad for quad in quads if kind_of(quad.graph_name.value) in STATED}  # type: ignore[union-attr]


def place(quad: Quad) -> str:
    """Return what a row of the table of deviations calls the place of a statement."""
    assert isinstance(quad.graph_name, NamedNode)
    assert isinstance(quad.subject, NamedNode)
    graph, subject = quad.graph_name.value, quad.subject.value
    of_fact = graph if kind_of(graph) == GraphKind.FACT else subject
    if kind_of(of_fact) == GraphKind.FACT:
        return of_fact.rpartition("/")[2]
    if evidence := re.fullmatch(rf"{BASE}/id/evidence/.*-([fd][0-9]+)(?:-[a-z0-9]+)*", subject):
        return evidence[1].upper()
    return called(graph if kind_of(graph) in {GraphKind.CONTENT, GraphKind.BACKGROUND} else subject)


def test_the_dataset_is_the_first_version_but_for_the_deviations() -> None:
    """Statement by statement the data files state what version 1.0.0 did; a table tells each deviation."""
    archived = lzma.decompress((ARCHIVE / "dataset-1.0.0.nq.xz").read_bytes())
    before = stated(tuple(parse(archived, RdfFormat.N_QUADS)))
    reasons = tomllib.loads((ARCHIVE / "deviations.toml").read_text(encoding="utf-8"))
    differing = {place(quad) for quad in before ^ stated(read_inputs().quads)}
    assert differing == reasons.keys()
    assert all(reasons.values())


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """Return a file with an invented text."""
    file = tmp_path / "contoh.txt"
    file.write_bytes(TEXT.encode())
    return file


@pytest.fixture
def article(wicara: Command, text: Path, tmp_path: Path) -> Path:
    """Return a data file in the short form with its lock."""
    from hashlib import sha256  # noqa: PLC0415

    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    file = tmp_path / "my" / "contoh.trig"
    file.parent.mkdir()
    file.write_text(prefixes + SHORT.replace("SHA", sha256(TEXT.encode()).hexdigest()), encoding="utf-8")
    locked = wicara("lock", file, "--source", text)
    assert (locked.returncode, locked.stderr) == (0, "")
    return file


def test_the_long_form_is_printed_and_converts_back(wicara: Command, article: Path, tmp_path: Path) -> None:
    """`wicara expand` prints what a file stands for; `wicara shorten` makes a file that states just that."""
    long, short = tmp_path / "long.trig", tmp_path / "short.trig"
    assert wicara("expand", article, "-o", long).returncode == 0
    assert f"{BASE}/in#" not in long.read_text(encoding="utf-8")
    assert wicara("shorten", long, "-o", short).returncode == 0
    expected = canonical(quads_of(data_file(article)))
    assert canonical(quads_of(data_file(long))) == expected
    assert canonical(quads_of(data_file(short))) == expected
    assert len(short.read_text(encoding="utf-8")) < len(long.read_text(encoding="utf-8"))
    again = wicara("shorten", long, "-o", short)
    assert (again.returncode, "choose another name" in again.stderr) == (2, True)


def test_what_is_not_said_is_the_default(article: Path) -> None:
    """A fact has its kind, modality, confidence, sentence and hash though the file does not say so."""
    quads = {
        (called(q.subject.value), called(q.predicate.value), str(q.object))
        for q in quads_of(data_file(article))
    }  # type: ignore[union-attr]
    fact, evidence = "graph:fact/contoh/F002", "evidence:contoh-f002-2"
    assert (fact, "wic:factKind", f"<{BASE}/concept/fact-kind/reported-fact>") in quads
    assert (fact, "wic:confidence", f"<{BASE}/concept/confidence/low>") in quads
    assert (fact, "wic:confidence", f"<{BASE}/concept/confidence/high>") not in quads
    assert ("timespan:contoh", "wic:granularity", f"<{BASE}/concept/granularity/month>") in quads
    assert (evidence, "wic:inSentence", f"<{BASE}/id/sentence/contoh-s03>") in quads


FAULTS: Final = {
    "an edited quote": ('"di Sochi"', '"di Soci"', "the words of F001 are not in the lock"),
    "another span": ('"0-44"', '"0-43"', "the words of F002 are not in the lock"),
    "no words": ('; in:quote "di Sochi"@id', "", "F001 has no words"),
    "two quotes": ('"di Sochi"@id', '"di Sochi"@id , "Sochi"@id', "F001 has 2 quotes"),
    "a statement outside": ("a wic:Meeting", "a wic:Meeting ; wic:heldAt place:sochi", "outside any graph"),
    "an unknown subject": (
        "event:contoh-meeting a",
        "<urn:x:y> a",
        "neither a source, nor a thing, nor a fact",
    ),
    "an unknown term": ("in:quote", "in:quotes", "did you mean in:quote?"),
    "a span that is none": ('"0-44"', '"all"', "the span 'all' is not START-END"),
    "a date that is none": ('"2018-11/.."', '"2018-13"', "'2018-13' does not exist"),
    "a date with bounds": (
        "timespan:contoh in:",
        "timespan:contoh wic:openEnd true ; in:",
        "beside its date",
    ),
    "a sentence that is none": ("0-44 45-73", "0-44 45", "the sentence '45' is not START-END"),
}


@pytest.mark.parametrize("change", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_line(wicara: Command, article: Path, change: tuple[str, str, str]) -> None:
    """What is wrong in a file ends in exit code 2, with the line and what to do; nothing is printed."""
    old, new, complaint = change
    right = article.read_text(encoding="utf-8")
    article.write_text(right.replace(old, new, 1), encoding="utf-8")
    line = right[: right.index(old)].count("\n") + 1
    expanded = wicara("expand", article)
    assert (expanded.returncode, expanded.stdout) == (2, "")
    found = re.search(rf"contoh\.trig, line ([0-9]+): .*{re.escape(complaint)}", expanded.stderr)
    assert found, expanded.stderr
    assert abs(int(found[1]) - line) <= 1


def test_words_that_are_not_there_are_not_locked(wicara: Command, article: Path, text: Path) -> None:
    """`wicara lock` tells every passage that is not in the text, or there twice, and writes nothing."""
    lock = article.with_name("contoh.lock.csv")
    before = lock.read_bytes()
    words = article.read_text(encoding="utf-8")
    article.write_text(
        words.replace("di Sochi", "Ketua rapat").replace("Ketua pulang", "Ketua"), encoding="utf-8"
    )
    refused = wicara("lock", article, "--source", text)
    assert refused.returncode == 2
    assert "F001: The words are not in the text" in refused.stderr
    assert "NO-BREAK SPACE" in refused.stderr
    assert "F002-2: The words stand there 2 times" in refused.stderr
    assert lock.read_bytes() == before
    text.write_text("another text", encoding="utf-8")
    other = wicara("lock", article, "--source", text)
    assert other.returncode == 2
    assert "is not the text" in other.stderr
