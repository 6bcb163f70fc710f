"""Data files in the short form: they state what the long form stated, and say what is wrong by its line."""

from __future__ import annotations

import csv
import re
import shutil
import tomllib
from hashlib import sha256
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import NamedNode, Quad, RdfFormat, serialize
from wicara.graph.assembly import merged
from wicara.graph.dataset_folder import PACKAGED
from wicara.graph.facts.patterns import P, patterns
from wicara.graph.inputs import (
    canonical,
    data_file,
    long_form,
    names_with,
    quads_of,
    read_inputs,
    statements_of,
)
from wicara.graph.names import PREF_LABEL, GraphKind, iri_name, kind_of
from wicara.graph.releases import release
from wicara.ontology import BASE, PREFIXES

from wicara.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Command
    from wicara.graph.store import BuiltDataset

ARCHIVE: Final = Path(__file__).parent / "archive"
ARTICLE: Final = "contoh"
FIRST: Final = "kemlu-2018-08-02"
"""How the name of the first article begins."""
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
OWN: Final = "https://data.example.org/"
FACT: Final = re.compile(r"f:F|    (?:timespan:contoh in:|in:evidence)")
"""The lines of SHORT that are of its facts."""
TEXT: Final = (
    "Pertemuan rekaan berlangsung di Sochi (3/5). Ketua\u00a0rapat berterima kasih. Ketua pulang sore."
)
SHORT: Final = """
@prefix f: <https://w3id.org/wicara/graph/fact/contoh/> .
@prefix in: <https://w3id.org/wicara/in#> .
@prefix p: <https://w3id.org/wicara/pattern#> .
article:contoh a wic:SourceArticle ; skos:prefLabel "contoh"@en , "contoh"@id ; dcterms:language "id" ;
    dcterms:publisher body:kemlu ; wic:textLength 92 ; wic:textSha256 "SHA" ;
    in:sentences "0-44 45-73 74-92" .
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


def first_version() -> set[Quad]:
    """Return what the data files of version 1.0.0 stated."""
    return stated(tuple(quad for quad in release("1.0.0").asserted if isinstance(quad.graph_name, NamedNode)))


def place(quad: Quad) -> str:
    """Return what a row of the table of deviations calls the place of a statement."""
    assert isinstance(quad.graph_name, NamedNode)
    assert isinstance(quad.subject, NamedNode)
    graph, subject = quad.graph_name.value, quad.subject.value
    of_fact = graph if kind_of(graph) == GraphKind.FACT else subject
    if kind_of(of_fact) == GraphKind.FACT:
        return of_fact.rpartition("/")[2]
    if quad.predicate == PREF_LABEL and re.fullmatch(r".*/id/evidence/.*-(target|position|quote)", subject):
        return "labels of selectors"
    if evidence := re.fullmatch(rf"{BASE}/id/evidence/.*-([fd][0-9]+)(?:-[a-z0-9]+)*", subject):
        return evidence[1].upper()
    return iri_name(graph if kind_of(graph) in {GraphKind.CONTENT, GraphKind.BACKGROUND} else subject)


def test_the_dataset_is_the_first_version_but_for_the_deviations() -> None:
    """Statement by statement the data files state what version 1.0.0 did; a table tells each deviation.

    What later sources and background brought along is left out: their files, entities and graphs.
    """
    before = first_version()
    reasons = tomllib.loads((ARCHIVE / "deviations.toml").read_text(encoding="utf-8"))
    paths = [path for path in (PACKAGED / "articles").glob("*.trig") if FIRST not in path.name]
    entities = (PACKAGED / f"entities-{whose}.ttl" for whose in ("shared", "background"))
    files = [data_file(path) for path in (*paths, *entities)]
    names = names_with(())  # of all files, read once
    quads = chain.from_iterable(long_form(file, tuple(statements_of(file)), names) for file in files)
    later = {(quad.graph_name, quad.subject) for quad in quads}
    later -= {(quad.graph_name, quad.subject) for quad in before}
    known = {quad.graph_name.value for quad in before}  # type: ignore[union-attr]
    now = {
        quad
        for quad in stated(read_inputs().quads)
        if (quad.graph_name, quad.subject) not in later
        and not any(
            kind_of(node.value) == GraphKind.BACKGROUND and node.value not in known  # type: ignore[union-attr]
            for node in (quad.graph_name, quad.subject)
        )
    }
    differing = {place(quad) for quad in before ^ now}
    assert differing == reasons.keys()
    assert all(reasons.values())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an invented text, and a data file in the short form with its lock."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "my").mkdir()
    (folder / "contoh.txt").write_bytes(TEXT.encode())
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    short = prefixes + SHORT.replace("SHA", sha256(TEXT.encode()).hexdigest())
    file = folder / "my" / "contoh.trig"
    file.write_text(short, encoding="utf-8")
    assert called_with("lock", file, "--source", folder / "contoh.txt").exit_code == 0
    return folder


def called_with(*arguments: object) -> Result:
    """Return what comes of `wicara` with these arguments, in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def text(written: Path, tmp_path: Path) -> Path:
    """Return a file with an invented text."""
    return Path(shutil.copy(written / "contoh.txt", tmp_path))


@pytest.fixture
def article(written: Path, tmp_path: Path) -> Path:
    """Return a data file in the short form with its lock, alone in a folder."""
    return shutil.copytree(written / "my", tmp_path / "my") / "contoh.trig"


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


def test_a_line_may_be_long(wicara: Command, article: Path) -> None:
    """A label of 20,000 letters is read, and a fault behind it is told with its line."""
    label = "panjang " * 2500
    text = article.read_text(encoding="utf-8").replace('"meeting"@en', f'"{label}"@en')
    article.write_text(text, encoding="utf-8")
    expanded = wicara("expand", article)
    assert (expanded.returncode, expanded.stdout.count(label)) == (0, 1), expanded.stderr
    article.write_text(f"{text}\n<x", encoding="utf-8")
    faulty = wicara("expand", article)
    assert (faulty.returncode, f"line {text.count(chr(10)) + 2}" in faulty.stderr) == (2, True), faulty.stderr


@pytest.mark.parametrize("command", ["expand", "facts", "add", "shorten"])
def test_what_nests_too_deep_is_refused(wicara: Command, article: Path, command: str) -> None:
    """Triple terms that would overflow the stack of the parser are told of in one line."""
    deep = f"{'<<( <x:a> <x:p> ' * 9000}<x:b>{' )>> ' * 9000}"
    article.write_text(f"<x:g> {{ <x:a> <x:p> {deep} . }}", encoding="utf-8")
    refused = wicara(
        command, article, *(["-o", article.with_name("out.trig")] if command == "shorten" else [])
    )
    assert (refused.returncode, "nested more than" in refused.stderr) == (2, True), refused.stderr


def test_the_files_of_the_first_version_convert(tmp_path: Path) -> None:
    """The long form of version 1.0.0 is read; `wicara shorten` makes of it a file that states the same."""
    before = first_version()
    long, short = tmp_path / "long.trig", tmp_path / "short.trig"
    long.write_bytes(serialize(before, format=RdfFormat.TRIG))
    assert set(quads_of(data_file(long))) == before
    assert called_with("shorten", long, "-o", short).exit_code == 0
    assert {place(quad) for quad in before ^ set(canonical(quads_of(data_file(short))))} == {
        "labels of selectors"
    }
    assert len(short.read_bytes()) < len(long.read_bytes()) / 3


def test_what_is_not_said_is_the_default(article: Path) -> None:
    """A fact has its kind, modality, confidence, sentence and hash though the file does not say so."""
    quads = {
        (iri_name(q.subject.value), iri_name(q.predicate.value), str(q.object))
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
    "a statement outside": (
        "a wic:Meeting",
        "a wic:Meeting ; wic:heldAt place:sochi , place:x",
        "outside any graph",
    ),
    "an unknown subject": (
        "event:contoh-meeting a",
        "<urn:x:y> a",
        "neither a source, nor a thing, nor a fact",
    ),
    "a time of nothing": (
        "event:contoh-meeting a",
        "timespan:x wic:granularity gran:day .\nevent:x a",
        "as its time",
    ),
    "an unknown term": ("in:quote", "in:quotes", "did you mean in:quote?"),
    "a parameter in a graph": ("wic:heldAt place", "p:place place", "stands where no pattern does"),
    "a pattern of a thing": ("a wic:Meeting", "a wic:Meeting , p:Held", "stands where no pattern does"),
    "a blank node": ("event:contoh-meeting a", "[] a", "a blank node outside any graph"),
    "more of a passage": (
        '[ in:quote "Ketua',
        '[ wic:confidence conf:low ; in:quote "Ketua',
        "a blank node outside",
    ),
    "sentences twice": ('"0-44 45-73 74-92"', '"0-44" , "45-73"', "has two lists of sentences"),
    "a span that is none": ('"0-44"', '"all"', "the span 'all' is not START-END"),
    "a date that is none": ('"2018-11/.."', '"2018-13"', "'2018-13' does not exist"),
    "a date with bounds": (
        "timespan:contoh in:",
        "timespan:contoh wic:openEnd true ; in:",
        "beside its date",
    ),
    "a sentence that is none": ("0-44 45-73", "0-44 45", "the sentence '45' is not START-END"),
}


def test_what_is_said_once_of_a_time_is_said_in_each_fact_that_has_it(article: Path) -> None:
    """Bounds beside the names of a span stand in the long form in each fact with that time, in no other."""
    text = article.read_text(encoding="utf-8")
    bounds = 'timespan:contoh in:throughout "2018-11/.." .'
    expected = called_with("expand", article)
    outside = text.replace(bounds, "").replace("\nf:F001 {", f"\n{bounds}\nf:F001 {{", 1)
    article.write_text(outside, encoding="utf-8")
    assert called_with("expand", article).stdout == expected.stdout


@pytest.mark.parametrize("change", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_line(article: Path, change: tuple[str, str, str]) -> None:
    """What is wrong in a file ends in exit code 2, each once with its line and what to do."""
    old, new, complaint = change
    right = article.read_text(encoding="utf-8")
    article.write_text(right.replace(old, new, 1), encoding="utf-8")
    line = right[: right.index(old)].count("\n") + 1
    expanded = called_with("expand", article)
    assert (expanded.exit_code, expanded.stdout) == (2, "")
    found = re.search(rf"contoh\.trig, line ([0-9]+): .*{re.escape(complaint)}", expanded.stderr)
    assert found, expanded.stderr
    assert abs(int(found[1]) - line) <= 1
    complaints = re.findall(r"contoh\.trig, line .*", expanded.stderr)
    assert len(set(complaints)) == len(complaints)


def test_a_pattern_is_of_a_background_fact_too(article: Path) -> None:
    """A fact of a background pack may be an instance of a pattern."""
    pack = article.with_name("pack.trig")
    prefixes = article.read_text(encoding="utf-8").partition("article:contoh")[0]
    pack.write_text(
        f"""{prefixes}
<{BASE}/graph/background/pack/one> a p:Member ; p:state state:russia ; p:body body:sco ;
    p:throughout "2001-06-15/" ; skos:prefLabel "one"@en , "satu"@id ; dcterms:source <https://example.org/> .
""",
        encoding="utf-8",
    )
    expanded = called_with("expand", pack)
    assert "situation:russia-in-sco wic:hasTimeSpan" in expanded.stdout, expanded.stderr
    assert "wic:method method:background" in expanded.stdout


def test_a_file_is_added_with_its_lock(
    wicara: Command, article: Path, one_article: BuiltDataset, copied: Callable[[BuiltDataset], Path]
) -> None:
    """`wicara add` takes the lock that lies beside a file, so that later builds have the words."""
    own_data = copied(one_article)
    added = wicara("add", article, "--data", own_data)
    assert added.returncode == 0, added.stdout + added.stderr
    assert "+ graph:fact/contoh/F002" in added.stdout.splitlines()
    assert called_with("expand", own_data / "overlay" / article.name).exit_code == 0


def test_words_that_are_not_there_are_not_locked(article: Path, text: Path) -> None:
    """`wicara lock` tells every passage that is not in the text, or there twice, and writes nothing."""
    lock = article.with_name("contoh.lock.csv")
    before = lock.read_bytes()
    words = article.read_text(encoding="utf-8")
    article.write_text(
        words.replace("di Sochi", "Ketua rapat").replace("Ketua pulang", "Ketua"), encoding="utf-8"
    )
    refused = called_with("lock", article, "--source", text)
    assert refused.exit_code == 2
    assert "F001: The words are not in the text" in refused.stderr
    assert "NO-BREAK SPACE" in refused.stderr
    assert "F002-2: The words stand there 2 times" in refused.stderr
    assert lock.read_bytes() == before
    text.write_text("another text", encoding="utf-8")
    other = called_with("lock", article, "--source", text)
    assert other.exit_code == 2
    assert "is not the text" in other.stderr


def test_bounds_of_several_facts_combine(wicara: Command, article: Path, one_article: BuiltDataset) -> None:
    """A fact narrows the time span that another bounds; bounds that contradict each other are a finding."""
    short = article.read_text(encoding="utf-8")
    narrower = """
f:D01 { timespan:contoh wic:earliestStart "2018-11-14"^^xsd:date ;
    wic:granularity <https://w3id.org/wicara/concept/granularity/day> . }
f:D01 skos:prefLabel "Not before the 14th"@en , "Tidak sebelum tanggal 14"@id ; prov:wasDerivedFrom f:F002 ;
    wic:method method:calculation .
"""
    article.write_text(short + narrower, encoding="utf-8")
    triples = merged(quads_of(data_file(article)), {GraphKind.FACT})
    bounds = {
        iri_name(t.predicate.value): str(t.object.value) for t in triples if "timespan" in str(t.subject)
    }  # type: ignore[union-attr]
    assert bounds["wic:earliestStart"] == "2018-11-14"
    assert bounds["wic:latestStart"] == "2018-11-30"
    assert bounds["wic:granularity"].endswith("/day"), "The finest granularity holds."
    article.write_text(short + narrower.replace("2018-11-14", "2018-12-14"), encoding="utf-8")
    checked = wicara("check", "--add", article.parent, "--data", one_article.path.parent.parent)
    assert checked.returncode == 1
    assert "timespan:contoh: A date is out of order" in checked.stdout


def rows_of_patterns() -> str:
    """Return a table with one fact of each pattern: its example."""
    rows = []
    for number, pattern in enumerate(patterns().values(), 101):
        cells: dict[str, list[str]] = {}
        for triple in pattern.example:
            cells.setdefault(f"p:{triple.predicate.value.removeprefix(P)}", []).append(str(triple.object))
        row = {name: " , ".join(values) for name, values in cells.items()}
        row |= {"fact": f"F{number}", "pattern": pattern.name, "quote": "di Sochi"}
        rows.append(row | {"en": f"Fact {number}", "id": f"Fakta {number}", "confidence": "conf:low"})
    text = StringIO()
    writer = csv.DictWriter(text, dict.fromkeys(name for row in rows for name in row), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_a_fact_of_each_pattern_is_added_from_a_row(
    wicara: Command, article: Path, text: Path, tmp_path: Path, data_dir: Path
) -> None:
    """The example of each pattern, as a row, is a fact that passes every check, below a base of one's own."""
    own = article.read_text(encoding="utf-8").replace("event:contoh-meeting", f"<{OWN}event/contoh-meeting>")
    article.write_text(own.replace("in:sentences", f"in:base <{OWN}> ; in:sentences"), encoding="utf-8")
    table = tmp_path / "rows.csv"
    table.write_text(rows_of_patterns(), encoding="utf-8")
    added = wicara("facts", article, "--add", table)
    assert (added.returncode, added.stderr) == (0, "")
    assert wicara("lock", article, "--source", text).returncode == 0
    graphs = {iri_name(quad.graph_name.value) for quad in quads_of(data_file(article))}  # type: ignore[union-attr]
    for number, pattern in enumerate(patterns().values(), 101):
        assert f"graph:fact/contoh/F{number}" in graphs, pattern.name
        sheet = called_with("facts", article, "--pattern", pattern.name).stdout
        assert f"F{number},{pattern.name}," in sheet
        assert sheet.count("\nF") == 1
    things = {quad.subject.value for quad in quads_of(data_file(article)) if quad.predicate == PREF_LABEL}  # type: ignore[union-attr]
    assert {iri.split("/")[3] for iri in things if iri.startswith(OWN)} > {"claim", "event", "situation"}
    checked = wicara("check", "--add", article.parent, "--data", data_dir)
    assert checked.returncode == 0, checked.stdout


def test_the_guide_tells_each_pattern() -> None:
    """docs/add-an-article.md lists each pattern with its parameters."""
    guide = (Path(__file__).parent.parent / "docs" / "add-an-article.md").read_text(encoding="utf-8")
    for pattern in patterns().values():
        needs, takes = (
            ", ".join(f"`{node.value.removeprefix(P)}`" for node in nodes)
            for nodes in (pattern.required, pattern.optional)
        )
        meaning = pattern.definitions["en"].rstrip(".")
        assert f"| `p:{pattern.name}`: {meaning} | {needs} | {takes} |" in guide


def test_a_table_reads_back(wicara: Command, article: Path, tmp_path: Path) -> None:
    """The table of an article's facts, added to the article without them, gives the same facts."""
    table, short = tmp_path / "facts.csv", article.read_text(encoding="utf-8")
    assert wicara("facts", article, "-o", table).returncode == 0
    expected = canonical(quads_of(data_file(article)))
    article.write_text("".join(line for line in short.splitlines(keepends=True) if not FACT.match(line)))
    added = wicara("facts", article, "--add", table)
    assert "2 facts added" in added.stdout, added.stderr
    assert canonical(quads_of(data_file(article))) == expected


BAD_ROWS: Final = {
    "an identifier twice": ("F001,,a,b,di Sochi,,", "F001 exists already"),
    "no words": ("F009,,a,b,,,", "F009 has no words"),
    "an unknown pattern": ("F009,Atended,a,b,di Sochi,,", "did you mean p:Attended?"),
    "a missing parameter": ("F009,Attended,a,b,di Sochi,,", "p:Attended needs p:event"),
    "another kind": ("F009,Attended,a,b,di Sochi,place:sochi,", "p:event takes event, not place:sochi"),
    "no Turtle": ("F009,Attended,a,b,di Sochi,event:,x", "no Turtle"),
    "too many cells": ("F009,Attended,a,b,di Sochi,,,,,", "a cell for each column"),
}


@pytest.mark.parametrize("row", BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_row_at_fault_is_told_with_its_line(article: Path, tmp_path: Path, row: tuple[str, str]) -> None:
    """A row at fault ends in exit code 2, with its line and what to do; the article does not change."""
    cells, complaint = row
    table, before = tmp_path / "rows.csv", article.read_bytes()
    table.write_text(f"fact,pattern,en,id,quote,p:event,p:who\n{cells}\n", encoding="utf-8")
    refused = called_with("facts", article, "--add", table)
    assert refused.exit_code == 2
    assert re.search(rf"rows\.csv, line 2: .*{re.escape(complaint)}", refused.stderr), refused.stderr
    assert article.read_bytes() == before
