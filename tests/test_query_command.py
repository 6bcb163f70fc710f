"""The commands query, export and sources as processes: answers, exit codes, nothing half-written."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from needed import one_of
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Quad,
    RdfFormat,
    Store,
    parse,
)
from wicara.graph.build import ensure
from wicara.graph.export import export
from wicara.graph.formats import FORMATS
from wicara.graph.store import read_record
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conftest import Command, Facts
    from wicara.graph.store import BuiltDataset

pytestmark = pytest.mark.first_article

COUNT = "SELECT (COUNT(*) AS ?facts) { ?fact a wic:FactGraph }"
MEETING = "CONSTRUCT WHERE { event:2018-08-02-asean-russia-meeting a ?class }"
READ_AS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


@pytest.fixture
def ask(wicara: Command, data_dir: Path, tmp_path: Path) -> Command:
    """Return a function that answers a query through the command, over the real dataset."""

    def run(query: object, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "query.rq"
        file.write_text(str(query), encoding="utf-8")
        return wicara("query", file, "--data", data_dir, *arguments, **environment)

    return run


def canonical(found: Iterable[Quad]) -> set[str]:
    """Return statements with canonical blank nodes, to compare up to isomorphism."""
    dataset = Dataset(found)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def test_a_query_is_csv_when_it_is_piped(ask: Command, stated: Facts) -> None:
    """Off a terminal a SELECT is CSV, and the dataset's prefixes need no declaration."""
    done = ask(COUNT)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(csv.reader(done.stdout.splitlines())) == [["facts"], [str(stated.count)]]


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("json", '"value":"COUNT"'),
        ("xml", "<literal"),
        ("tsv", "?facts\nCOUNT"),
        ("table", "1 solution"),
    ],
)
def test_a_table_has_every_result_format(ask: Command, stated: Facts, form: str, part: str) -> None:
    """A SELECT is answered in each of the result formats of SPARQL 1.1, and as a table."""
    assert part.replace("COUNT", str(stated.count)) in ask(COUNT, "--format", form).stdout


@pytest.mark.parametrize("form", FORMATS)
def test_a_graph_has_every_rdf_format(ask: Command, form: str) -> None:
    """A CONSTRUCT is answered in every format of RDF, and reads back."""
    done = ask(MEETING, "--format", form)
    assert done.returncode == 0
    assert len(set(parse(done.stdout.encode(), format=READ_AS[form]))) >= 2


def test_a_graph_is_turtle_unless_told_otherwise(ask: Command) -> None:
    """Without --format a CONSTRUCT is Turtle with the dataset's prefixes."""
    assert "event:2018-08-02-asean-russia-meeting a wic:" in ask(MEETING).stdout


def test_inference_can_be_left_out(ask: Command) -> None:
    """--infer off answers without what was inferred."""
    query = "ASK { event:2018-08-02-asean-russia-meeting a wic:AseanRussiaMeeting }"
    assert ask(query).stdout == "true\n"
    assert ask(query, "--infer", "off").stdout == "false\n"


@pytest.mark.parametrize(
    ("query", "arguments", "told"),
    [
        ("SELECT * {\n  ?s ?o\n}", (), "line 3, column"),
        ("SELECT * { ?s nope:x ?o }", (), "the prefix nope: is not declared"),
        (f"ASK {{ FILTER({'(' * 5000}1{')' * 5000}) }}", (), "nested more than"),
        (f"ASK {{ {'OPTIONAL { ?s ?p ?o } ' * 4000} }}", (), "nested more than"),
        (f"ASK {{ {'?s ?p ?o . ' * 9000} }}", (), "a pattern of more than"),
        (COUNT, ("--format", "turtle"), "Choose json, xml, csv or tsv"),
        (MEETING, ("--format", "csv"), "Choose turtle, trig"),
        (MEETING, ("--format", "table"), "Choose turtle, trig"),
    ],
)
def test_a_faulty_query_is_told(ask: Command, query: str, arguments: tuple[str, ...], told: str) -> None:
    """A query that is not SPARQL, or a format that its answer has not, is one message and exit code 2."""
    done = ask(query, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_query_comes_from_standard_input(wicara: Command, data_dir: Path, stated: Facts) -> None:
    """FILE may be -."""
    assert wicara("query", "-", "--data", data_dir, given=COUNT).stdout == f"facts\n{stated.count}\n"


def test_a_query_is_a_table_on_a_terminal(data_dir: Path, tmp_path: Path) -> None:
    """On a terminal a SELECT is a table."""
    file = tmp_path / "query.rq"
    file.write_text(COUNT)
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb") as terminal:
        command = [sys.executable, "-m", "wicara", "query", str(file), "--data", str(data_dir)]
        subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=True)
        os.close(theirs)
        assert b"1 solution" in os.read(terminal.fileno(), 4096)


def test_a_missing_query_is_told(wicara: Command, data_dir: Path) -> None:
    """A file that is not there is one message and exit code 2."""
    done = wicara("query", "none.rq", "--data", data_dir)
    assert done.returncode == 2
    assert "none.rq: No such file" in done.stderr


@pytest.mark.parametrize("form", one_of(2, FORMATS))
@pytest.mark.parametrize("graph", ["default", "ontology", "inferred"])
def test_the_real_dataset_reads_back(dataset: BuiltDataset, graph: str, form: str) -> None:
    """Parts of the real dataset, the ontology's blank nodes among them, read back from every format."""
    written = {quad.triple for quad in parse(export(dataset, graph, "nquads"), format=RdfFormat.N_QUADS)}
    read = {quad.triple for quad in parse(export(dataset, graph, form), format=READ_AS[form])}
    default = DefaultGraph()
    plain = (
        [Quad(t.subject, t.predicate, t.object, default) for t in triples] for triples in (written, read)
    )
    assert len(written) == len(read)
    assert canonical(next(plain)) == canonical(next(plain))


@pytest.mark.parametrize("form", ["trig", "nquads", "jsonld"])
def test_the_whole_dataset_reads_back(dataset: BuiltDataset, form: str) -> None:
    """The whole dataset reads back from each format that holds datasets, graph by graph."""
    read = canonical(parse(export(dataset, "all", form), format=READ_AS[form]))
    assert read == canonical(dataset.store)


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if form.triple_terms])
def test_the_real_facts_as_reifiers(dataset: BuiltDataset, stated: Facts, form: str) -> None:
    """Every triple of the fact graphs has its reifier, and that of a quoted fact leads to its words."""
    store = Store()
    store.extend(parse(export(dataset, "facts", form), format=READ_AS[form]))
    told = "SELECT (COUNT(DISTINCT ?fact) AS ?n) { ?r rdf:reifies ?triple ; dcterms:isPartOf ?fact "
    words = "; prov:wasDerivedFrom/oa:hasTarget/oa:hasSelector/oa:exact ?words "
    found = [next(store.query(query + "}", prefixes=dict(PREFIXES))) for query in (told, told + words)]
    assert [row["n"].value for row in found] == [str(stated.count), str(len(stated.quoted))]


def test_two_builds_export_the_same_bytes(dataset: BuiltDataset, tmp_path: Path) -> None:
    """Another build of the same inputs exports the same bytes."""
    other = ensure(tmp_path / "other")
    assert read_record(other.path) == read_record(dataset.path)  # the same hashes of their files
    for graph, form in [("default", "turtle"), ("ontology", "jsonld"), ("facts", "ntriples")]:
        assert export(other, graph, form) == export(dataset, graph, form)


def test_an_export_goes_to_a_file(
    wicara: Command, data_dir: Path, dataset: BuiltDataset, tmp_path: Path
) -> None:
    """-o writes the file whole, in the place of what was there, and leaves nothing else."""
    file = tmp_path / "out.nq"
    file.write_text("before")
    done = wicara("export", "--data", data_dir, "--graph", "all", "--format", "nquads", "-o", file)
    assert (done.returncode, done.stdout) == (0, "")
    assert file.read_bytes() == export(dataset, "all", "nquads")
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--graph", "all"), 2, "trig, nquads or jsonld"),
        (("--graph", "none"), 2, "no graph"),
        (("--graph", "inferred", "--infer", "off"), 2, "inference off"),
        (("-o", "/none/such/file"), 74, "cannot write /none/such/file"),
        (("-o", "/"), 2, "directory"),
    ],
)
def test_what_cannot_be_exported_is_told(
    wicara: Command, data_dir: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    """A part that is not there, a format that cannot hold it, a place that is none: one message."""
    done = wicara("export", "--data", data_dir, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_ends_it_quietly(data_dir: Path) -> None:
    """An export whose reader stops early ends as by SIGPIPE, without a message."""
    command = [sys.executable, "-m", "wicara", "export", "--data", str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - a device
def test_a_full_disk_is_a_fault(data_dir: Path) -> None:
    """An export to a full disk ends with a message and 74."""
    command = [sys.executable, "-m", "wicara", "export", "--data", str(data_dir)]
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 74
    assert b"No space left" in done.stderr


def test_an_export_imports_no_reasoner(data_dir: Path) -> None:
    """With an up-to-date build, export and query load neither rdflib nor the reasoner nor the validator."""
    script = (
        "import sys; from wicara.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'rdflib', 'owlrl', 'pyshacl', 'flask'} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, "export", "--data", str(data_dir)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b"[]\n"


def test_sources_are_listed(wicara: Command, shared: Path) -> None:
    """`wicara sources` shows what is known of each source, and whether its text is at hand."""
    article = shared / "sources" / "kemlu-2018-08-02-asean-russia.txt"
    assert "not at hand" in wicara("sources").stdout
    done = wicara("sources", "--source", article)
    assert "47d153a5d74f639e98426947e413965856b9480e7b3849aa1a5d3835007f54df" in done.stdout
    assert f"at hand: {article}" in done.stdout


def test_check_compares_with_the_text(wicara: Command, shared: Path, tmp_path: Path, stated: Facts) -> None:
    """`wicara check --source` passes with the text; one changed character fails with the facts concerned."""
    article = shared / "sources" / "kemlu-2018-08-02-asean-russia.txt"
    other = tmp_path / "other.txt"
    other.write_bytes(article.read_bytes().replace(b"42%", b"43%"))
    done = wicara("check", "--source", article, "--source", f"kemlu-2018-08-02-asean-russia={other}")
    assert done.returncode == 1
    assert re.search(
        rf"pass +source +the evidence of {len(stated.of('kemlu-2018-08-02-asean-russia').quoted)} facts",
        done.stdout,
    )
    assert re.search(r"failed source +.*(\n +- .*)*F038", done.stdout)
    assert "F001 [" not in done.stdout


def test_json_lines_up_with_the_standard(ask: Command) -> None:
    """JSON results are those of SPARQL 1.1: head and bindings with types."""
    answer = json.loads(ask(COUNT, "--format", "json").stdout)
    assert answer["head"] == {"vars": ["facts"]}
    assert answer["results"]["bindings"][0]["facts"]["type"] == "literal"


def test_a_dash_is_standard_output(wicara: Command, data_dir: Path, tmp_path: Path) -> None:
    """`-o -` writes where nothing is named, and makes no file of that name."""
    plain, dashed = (
        wicara("export", "--data", data_dir, *output, cwd=tmp_path).stdout for output in ((), ("-o", "-"))
    )
    assert plain
    assert plain == dashed
    assert not (tmp_path / "-").exists()


def test_the_store_answers_the_query_of_the_readme(data_dir: Path) -> None:
    """`wicara.load` takes a folder by its name; the dataset's prefixes are an argument of its queries."""
    from wicara import load, ontology  # noqa: PLC0415 - the module's own door

    text = (Path(__file__).parent.parent / "README.md").read_text().split("```sparql\n")[1].split("```")[0]
    answer = load(str(data_dir)).query(text, prefixes=ontology.PREFIXES)
    assert "Sergey Lavrov" in {row["person"].value for row in answer}


RUNAWAY = "SELECT (COUNT(*) AS ?all) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def test_a_query_ends_at_its_deadline(ask: Command) -> None:
    """`--timeout` ends a query that takes longer, with a message; one that is quicker is answered."""
    late = ask(RUNAWAY, "--timeout", "0.5")
    assert (late.returncode, late.stdout) == (70, "")
    assert late.stderr == "wicara: the query took more than 0.5 s (--timeout)\n"
    assert ask(COUNT, "--timeout", "1000").returncode == 0


def test_ctrl_c_ends_a_query_at_once(data_dir: Path, tmp_path: Path) -> None:
    """Ctrl-C ends a query while the engine works on it."""
    file = tmp_path / "query.rq"
    file.write_text(RUNAWAY)
    command = [sys.executable, "-m", "wicara", "query", str(file), "--data", str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        status = Path(f"/proc/{process.pid}/status")
        while not int(re.search(r"SigBlk:\s*(\w+)", status.read_text())[1], 16) & 1 << signal.SIGINT - 1:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == ("", "wicara: interrupted\n")
    assert process.returncode == 130
