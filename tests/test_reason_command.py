"""`wicara reason` and `wicara profile` as processes: any RDF in, N-Triples, proofs and exit codes out."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needed import one_of
from prepared import PATIENCE
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize
from wicara.graph.errors import UnreadableInput
from wicara.graph.formats import BY_EXTENSION
from wicara.graph.reasoning.files import Document, number_terms, read, split_lines
from wicara.graph.reasoning.files import serialize as to_lines
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Command

HEAD: Final = "@prefix : <http://example.org/> .\n" + "".join(
    f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("rdf", "rdfs", "owl", "xsd")
)
TORN: Final = gzip.compress(b"<a:b> <a:c> <a:d> .\n", mtime=0)[:-9]
A_PERSON: Final = ":Minister rdfs:subClassOf :Person . :retno a :Minister ."
TYPE: Final = PREFIXES["rdf"] + "type"

ABSURD: Final = {
    "a list that is its own rest": ":C owl:intersectionOf _:l . _:l rdf:first :A ; rdf:rest _:l . :x a :A .",
    "a list without an end": ":C owl:unionOf _:l . _:l rdf:first :A . :D owl:oneOf :nothing . :x a :A .",
    "a list that branches": """:C owl:unionOf _:l . _:l rdf:first :A, :B ; rdf:rest rdf:nil, _:m .
        _:m rdf:first :D ; rdf:rest rdf:nil . :x a :A .""",
    "rdf:nil with members": "rdf:nil rdf:first :A ; rdf:rest rdf:nil . :C owl:unionOf rdf:nil . :x a :C .",
    "a class made of itself": ":A owl:equivalentClass _:x . _:x owl:intersectionOf (_:x :B) . :x a :A .",
    "its own complement": ":A owl:complementOf :A ; rdfs:subClassOf :A .",
    "types are subclasses": "rdf:type rdfs:subPropertyOf rdfs:subClassOf . :x a :A . :A rdfs:subClassOf :B .",
    "types are identity": "rdf:type rdfs:subPropertyOf owl:sameAs . :x a :A . :y a :A .",
    "types are transitive": "rdf:type a owl:TransitiveProperty, owl:SymmetricProperty . :x a :A . :A a :M .",
    "types have a domain": "rdf:type rdfs:domain :D ; rdfs:range :R . rdfs:domain rdfs:range :X . :x a :A .",
    "lists redefined": "rdf:first rdfs:subPropertyOf rdf:rest . :C owl:intersectionOf (:A :B) . :x a :A .",
    "nothing is": "owl:Thing rdfs:subClassOf owl:Nothing .",
    "literals everywhere": ':x a "A" . :C rdfs:subClassOf 5 . :x a :C . :p rdfs:range "x" . :x :p :y .',
    "a chain of itself": ":p owl:propertyChainAxiom (:p :p :p), (:p :q) . :a :p :b . :b :p :c ; :q :a .",
    "parents without end": ":P rdfs:subClassOf [owl:onProperty :up; owl:someValuesFrom :P] . :x a :P .",
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes Turtle after the usual prefixes into a file."""

    def written(text: str, name: str = "input.ttl") -> Path:
        path = tmp_path / name
        path.write_text(HEAD + text, encoding="utf-8")
        return path

    return written


def test_writes_what_follows_and_nothing_else(wicara: Command, write: Callable[..., Path]) -> None:
    """The inferred triples alone are printed, as N-Triples; a consistent input ends with 0."""
    result = wicara("reason", write(A_PERSON))
    line = f"<http://example.org/retno> <{TYPE}> <http://example.org/Person> .\n"
    assert (result.returncode, result.stdout, result.stderr) == (0, line, "")


def test_output_is_sorted(wicara: Command, write: Callable[..., Path], tmp_path: Path) -> None:
    """The lines are sorted by code point, and are the same for every order of the input."""
    names = ["b", "a", "é", "ab", "a-b", "A"]
    statements = [
        f':p a owl:TransitiveProperty . <http://example.org/{n}> :p "x", "x"@en, _:n .' for n in names
    ]
    outputs = []
    for order in (statements, statements[::-1]):
        file = write(
            " ".join([*order, "<http://example.org/0> :p <http://example.org/a>, <http://example.org/é> ."])
        )
        assert wicara("reason", file, "-o", tmp_path / "out.nt").returncode == 0
        outputs.append((tmp_path / "out.nt").read_text("utf-8").splitlines())
    assert outputs[0] == sorted(outputs[0])
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) == 3


@pytest.mark.parametrize("suffix", BY_EXTENSION)
def test_reads_every_format(suffix: str, tmp_path: Path, wicara: Command) -> None:
    """A file's extension tells its format; all give the same conclusions, behind a byte order mark too."""
    quads = [*parse((HEAD + A_PERSON).encode(), RdfFormat.TURTLE)]
    triples = [Triple(q.subject, q.predicate, q.object) for q in quads]
    path = tmp_path / f"input.{suffix}"
    for mark in (b"", b"\xef\xbb\xbf"):
        content = mark + serialize(triples, format=BY_EXTENSION[suffix].rdf)
        packed = tmp_path / f"input.{suffix}.gz"
        path.write_bytes(content)
        packed.write_bytes(gzip.compress(content))
        for file in (path, packed):
            result = wicara("reason", file)
            assert result.returncode == 0
            assert "/Person> .\n" in result.stdout


@pytest.mark.parametrize(
    ("command", "codes"), [(("reason", "-"), {0}), (("profile", "-"), {0, 1}), (("entails", "-", "{}"), {1})]
)
def test_standard_input(wicara: Command, tmp_path: Path, command: tuple[str, ...], codes: set[int]) -> None:
    """A file may be standard input, in Turtle, N-Triples or TriG."""
    conclusion = tmp_path / "conclusion.nt"
    conclusion.write_text("<x:none> <x:p> <x:o> .\n", encoding="utf-8")
    arguments = [each.format(conclusion) for each in command]
    for text in (HEAD + A_PERSON, "<x:s> <x:p> 'o' .\n", "\ufeff<x:g> { <x:s> <x:p> 1 }"):
        done = wicara(*arguments, given=text)
        assert (done.returncode in codes, done.stderr) == (True, "")


def test_inconsistency_has_its_rule_and_words(
    wicara: Command, write: Callable[..., Path], tmp_path: Path
) -> None:
    """A contradiction ends with 3 and is told by rule and in words; what follows is written all the same."""
    file = write(":A owl:disjointWith :B . :C rdfs:subClassOf :A, :B . :x a :C .")
    result = wicara("reason", file, "-o", tmp_path / "out.nt")
    assert result.returncode == 3
    called = "<http://example.org/{}>".format
    assert result.stderr == (
        f"inconsistent, cax-dw: {called('x')} is in {called('A')} and in {called('B')}, which are disjoint\n"
    )
    assert len((tmp_path / "out.nt").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("bad.ttl", b"<a:b> <a:c> .", "line 1, column 13"),
        ("bad.nt", b"<a:b> <a:c> <a:d> .\n<a:b> x <a:d> .\n", "line 2, column 7"),
        ("bad.nt", b'<a:b> <a:c> <a:d> .\n"a" <a:c> <a:d> .\n', "line 2"),
        ("bad.nt", b"<a:b> <a:c> <a:d> .\n<a:b> _:c <a:d> .\n", "line 2"),
        ("bad.nt", b"<a:b> <a:c> <a:d> . <a:b> <a:c> <a:e> .\n", "line 1"),
        ("bad.nt", b"<a:b> <a:c> <not an iri> .\n", "line 1"),
        ("bad.nt", b'<a:b> <a:c> "\xff" .\n', "bad.nt"),
        ("bad.rdf", b"<rdf:RDF", "bad.rdf"),
        ("bad.jsonld", b"{", "line 1"),
        ("bad.nt.gz", b"<a:b> <a:c> <a:d> .\n", "Not a gzipped file"),
        ("bad.nt.gz", TORN, "damaged gzip"),
        ("bad.ttl.gz", TORN, "damaged gzip"),
        ("bad.pdf", b"", "the extension tells the format"),
        ("deep.jsonld", b'{"a:p":' * 20_000 + b"1" + b"}" * 20_000, "nested more than 500 deep"),
        ("deep.nt", b"<a:b> <a:p> " + b"<<( <a:b> <a:p> " * 20_000, "nested more than 500 deep"),
        ("deep.ttl", b"<a:b> <a:p> " + b"<<(<a:b> <a:p> " * 20_000, "nested more than 500 deep"),
    ],
)
def test_unreadable_input(name: str, content: bytes, place: str, tmp_path: Path, wicara: Command) -> None:
    """A file that is not what its name says ends with 2; the message says where, if the parser does."""
    (tmp_path / name).write_bytes(content)
    result = wicara("reason", tmp_path / name)
    assert result.returncode == 2
    assert name in result.stderr
    assert place in result.stderr
    assert "Traceback" not in result.stderr


def test_missing_input(wicara: Command, tmp_path: Path) -> None:
    """A file that is not there, or is a folder, ends with 2 in each of the commands."""
    (tmp_path / "folder.nt").mkdir()
    for missing in (tmp_path / "none.ttl", tmp_path / "folder.nt"):
        assert wicara("reason", missing).returncode == 2
        assert wicara("profile", missing).returncode == 2
        assert wicara("entails", missing, missing).returncode == 2


def test_proofs(wicara: Command, write: Callable[..., Path], tmp_path: Path) -> None:
    """The first proof of every inferred triple is a line of JSON, after the proofs of its premises."""
    file = write(":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :x a :A . :p rdfs:range :A . :x :p :y .")
    out, proofs = tmp_path / "out.nt", tmp_path / "proofs.jsonl"
    assert wicara("reason", file, "-o", out, "--proofs", proofs).returncode == 0
    known = set(to_lines(*places(read([file]))).decode().splitlines())
    for line in proofs.read_text("utf-8").splitlines():
        proof = json.loads(line)
        assert set(proof["premises"]) <= known
        known.add(proof["conclusion"])
    assert set(out.read_text("utf-8").splitlines()) <= known
    assert {json.loads(line)["rule"] for line in proofs.read_text("utf-8").splitlines()} >= {
        "cax-sco",
        "prp-rng",
    }


def test_owlrl_is_a_choice(wicara: Command, write: Callable[..., Path], tmp_path: Path) -> None:
    """Owlrl concludes the same here; asking it for proofs, or for other rules, is a mistake."""
    file = write(A_PERSON)
    outputs = [wicara("reason", file, "--engine", engine).stdout for engine in ("native", "owlrl")]
    assert outputs[0] == outputs[1]
    assert wicara("reason", file, "--engine", "owlrl", "--proofs", tmp_path / "p").returncode == 2
    assert wicara("reason", file, "--engine", "owlrl", "--all-rules").returncode == 2


def test_the_rules_that_make_noise_can_be_turned_on(wicara: Command, write: Callable[..., Path]) -> None:
    """With --all-rules the reflexive triples come too, and all that is concluded without it."""
    file = write(A_PERSON)
    plain, noisy = (set(wicara("reason", file, *more).stdout.splitlines()) for more in ((), ("--all-rules",)))
    assert plain < noisy
    assert any("sameAs" in line for line in noisy - plain)


def places(document: Document) -> tuple[object, object]:
    """Return the parts of a document in the order in which to_lines takes them."""
    return document.terms, document.rows


def test_blank_nodes_of_several_files_are_kept_apart(wicara: Command, write: Callable[..., Path]) -> None:
    """The same label in two files is two things; in one N-Triples file a label stays what it is."""
    one = write(":A owl:disjointWith :B . _:x a :A .", "one.ttl")
    two = write("_:x a :B .", "two.ttl")
    assert wicara("reason", one, two).returncode == 0
    one.write_text(one.read_text("utf-8") + "_:x a :B .", encoding="utf-8")
    assert wicara("reason", one, two).returncode == 3


def test_labels_of_one_n_triples_file_stay(wicara: Command, tmp_path: Path) -> None:
    """What is inferred of a blank node can be joined to the N-Triples that it came from."""
    path = tmp_path / "input.nt"
    type_of, below = f"<{TYPE}>", f"<{PREFIXES['rdfs']}subClassOf>"
    path.write_text(f"_:me {type_of} <a:A> .\n<a:A> {below} <a:B> .\n", encoding="utf-8")
    assert wicara("reason", path).stdout == f"_:me {type_of} <a:B> .\n"


@pytest.mark.parametrize("name", one_of(2, ABSURD))
def test_absurd_input_ends(name: str, wicara: Command, write: Callable[..., Path], tmp_path: Path) -> None:
    """Broken lists and axioms about the vocabulary itself neither hang nor crash any of the commands."""
    file, conclusion = write(ABSURD[name]), write(":x a :Z .", "conclusion.ttl")
    out = tmp_path / "out.nt"
    for command in (("reason", file, "-o", out), ("entails", file, conclusion), ("profile", file)):
        result = wicara(*command)
        assert result.returncode in {0, 1, 3}, result.stderr
        assert "Traceback" not in result.stderr


def test_a_class_of_a_thousand_classes(wicara: Command, write: Callable[..., Path], tmp_path: Path) -> None:
    """Who is of all classes of a long intersection, one by one, is of it; the proof names each, and ends."""
    every = range(1000)
    classes = " ".join(f":D{n}" for n in every)
    narrower = " ".join(f":E{n} rdfs:subClassOf :D{n} . :x a :E{n} ." for n in every)
    file, proofs = write(f":C owl:intersectionOf ( {classes} ) . {narrower} :y a :C ."), tmp_path / "proofs"
    result = wicara("reason", file, "--proofs", proofs)
    inferred = set(result.stdout.splitlines())
    thing, kind = "<http://example.org/{}> ", f"<{PREFIXES['rdf']}type> <http://example.org/{{}}> ."
    assert thing.format("x") + kind.format("C") in inferred
    assert {thing.format("y") + kind.format(f"D{n}") for n in every} <= inferred
    steps = [json.loads(line) for line in proofs.read_text("utf-8").splitlines()]
    (of_all,) = [step for step in steps if step["rule"] == "cls-int1"]
    assert {thing.format("x") + kind.format(f"D{n}") for n in every} <= set(of_all["premises"])


def test_a_chain_of_properties(wicara: Command, write: Callable[..., Path]) -> None:
    """What the first of many properties says, each wider one says, however long the chain is."""
    chain = " ".join(f":p{n} rdfs:subPropertyOf :p{n + 1} ." for n in range(150))
    result = wicara("reason", write(f"{chain} :x :p0 :y . :a :p75 :b ."))
    said, name = result.stdout.splitlines(), "<http://example.org/{}>".format
    of_x, of_a = ([line for line in said if line.startswith(f"{name(thing)} ")] for thing in "xa")
    assert set(of_x) == {f"{name('x')} {name(f'p{n}')} {name('y')} ." for n in range(1, 151)}
    assert set(of_a) == {f"{name('a')} {name(f'p{n}')} {name('b')} ." for n in range(76, 151)}


def reasoned_within(megabytes: int, file: Path) -> subprocess.CompletedProcess[str]:
    """Reason with a file in a process that may take so much address space."""
    limit = megabytes << 20
    limited = f"import resource, sys; resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit})); "
    run = "from wicara.cli import main; main(['reason', sys.argv[1]])"
    return subprocess.run(
        [sys.executable, "-c", limited + run, file],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


def test_a_closure_that_does_not_fit(tmp_path: Path) -> None:
    """What is too much for the memory is known before: how many statements, and no exit code of a verdict."""
    lines = (f"<a:0> <{PREFIXES['owl']}sameAs> <a:{n}> .\n" for n in range(1, 8000))
    (tmp_path / "star.nt").write_text("".join(lines), encoding="utf-8")
    result = reasoned_within(1024, tmp_path / "star.nt")
    assert (result.returncode, result.stdout) == (70, "")
    assert "63,984,001 statements follow, or more" in result.stderr
    assert "--engine spark" in result.stderr
    assert result.stderr.count("\n") == 1


NEARLY: Final = {
    "equals": [f"<a:0> <{PREFIXES['owl']}sameAs> <a:{n}> .\n" for n in range(1, 1900)],
    "long names": [
        *(f"<x:p> <{PREFIXES['rdfs']}domain> <a:{n:0>2000}> .\n" for n in range(100)),
        *(f"<b:{n:0>2000}> <x:p> <x:o> .\n" for n in range(2500)),
    ],
}


@pytest.mark.parametrize("lines", NEARLY.values(), ids=NEARLY)
def test_a_closure_that_nearly_fits(tmp_path: Path, lines: list[str]) -> None:
    """Tables, or lines to be written, that are somewhat too large are told of in one line too."""
    (tmp_path / "facts.nt").write_text("".join(lines), encoding="utf-8")
    result = reasoned_within(1024, tmp_path / "facts.nt")
    assert (result.returncode, result.stdout) == (70, "")
    assert "statements follow, or more" in result.stderr
    assert result.stderr.count("\n") == 1


EQUALS: Final = 400
CLIQUES: Final = {
    "one fact of two of them": (["<a:3> <x:p> <a:7> ."], EQUALS * EQUALS - 1),
    "a fact of each": ([f'<a:{n}> <x:p{n}> "{n}" .' for n in range(EQUALS)], EQUALS * (EQUALS - 1)),
    "a fact of each two": (
        [f"<a:{n}> <x:p> <a:{m}> ." for n in range(EQUALS) for m in range(EQUALS)],
        0,
    ),
}


@pytest.mark.parametrize("name", CLIQUES)
def test_many_equals(name: str, tmp_path: Path) -> None:
    """Hundreds of names of one thing have what is said of each, within the memory that this takes."""
    said, count = CLIQUES[name]
    chain = (f"<a:{n}> <{PREFIXES['owl']}sameAs> <a:{n + 1}> ." for n in range(EQUALS - 1))
    (tmp_path / "equals.nt").write_text("\n".join((*chain, *said)), encoding="utf-8")
    result = reasoned_within(1024, tmp_path / "equals.nt")
    assert result.returncode == 0, result.stderr
    predicates = Counter(line.split(" ", 2)[1] for line in result.stdout.splitlines())
    assert predicates.pop(f"<{PREFIXES['owl']}sameAs>") == (EQUALS - 1) ** 2
    assert predicates.total() == count


DISJOINT: Final = {
    "AllDifferent": ("owl:distinctMembers", [], ":m5 owl:sameAs :m700 .", "eq-diff3"),
    "AllDisjointClasses": (
        "owl:members",
        [f":x{n} a :m{n} ." for n in range(800)],
        ":s rdfs:subClassOf :m7 . :x3 a :s .",
        "cax-adc",
    ),
    "AllDisjointProperties": (
        "owl:members",
        [f":x{n} :m{n} :y{n} ." for n in range(800)],
        ":s rdfs:subPropertyOf :m9 . :x4 :s :y4 .",
        "prp-adp",
    ),
}


@pytest.mark.parametrize("kind", DISJOINT)
def test_a_long_list_of_what_is_disjoint(kind: str, tmp_path: Path) -> None:
    """Of hundreds of members, only those that meet cost anything; one that is listed twice meets itself."""
    predicate, data, clash, rule = DISJOINT[kind]
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    members = " ".join(f":m{n}" for n in range(800))
    for more, found in (("", 0), (clash, 1), (f"[] a owl:{kind} ; {predicate} ( :m1 :m2 :m1 ) .", 1)):
        text = f"{head}@prefix : <x:> .\n[] a owl:{kind} ; {predicate} ( {members} ) .\n" + "\n".join(data)
        (tmp_path / "all.ttl").write_text(f"{text}\n{more}", encoding="utf-8")
        result = reasoned_within(600, tmp_path / "all.ttl")
        assert result.returncode == 3 * found, result.stderr
        assert (rule in result.stderr) == bool(found)


def test_profile(wicara: Command, write: Callable[..., Path]) -> None:
    """An ontology inside OWL 2 RL ends with 0; one outside with 1, each construct named with its axiom."""
    inside = write(":A a owl:Class . :B a owl:Class ; rdfs:subClassOf :A .", "inside.ttl")
    assert (wicara("profile", inside).returncode, wicara("profile", inside).stdout) == (0, "OWL 2 RL\n")
    outside = write(":A a owl:Class ; rdfs:subClassOf [a owl:Class ; owl:unionOf (:A :A)] .", "outside.ttl")
    result = wicara("profile", outside)
    assert result.returncode == 1
    assert (
        "<http://example.org/A> rdfs:subClassOf: owl:unionOf may not stand in a superclass" in result.stdout
    )


TERMS: Final = st.one_of(
    st.builds(NamedNode, st.sampled_from(["a:b", "http://example.org/é", "http://example.org/a#b"])),
    st.builds(BlankNode, st.sampled_from(["a", "b1"])),
)
LITERALS: Final = st.one_of(
    st.builds(Literal, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))),
    st.builds(Literal, st.text('ab\n\t\\" .<>', max_size=5), language=st.sampled_from(["en", "id-ID"])),
    st.builds(Literal, st.integers()),
)
TRIPLES: Final = st.builds(
    Triple, TERMS, st.builds(NamedNode, st.sampled_from(["a:p", "a:q"])), st.one_of(TERMS, LITERALS)
)


@settings(max_examples=50)
@given(st.lists(TRIPLES, max_size=8))
def test_splitting_lines_reads_what_the_parser_reads(
    tmp_path_factory: pytest.TempPathFactory, triples: list[Triple]
) -> None:
    """N-Triples split by lines are the same triples, and written again they are the same file, sorted."""
    path = tmp_path_factory.mktemp("nt") / "input.nt"
    path.write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES))
    document = split_lines(path)
    assert document is not None
    assert [*document.triples()] == triples
    assert to_lines(document.terms, document.rows).decode().split("\n") == [
        *sorted(path.read_text("utf-8").split("\n")[:-1]),
        "",
    ]
    assert set(number_terms(triples).triples()) == set(triples)


@settings(max_examples=100)
@given(st.text('<a:b> "x"@en_:.\n#\\u0041^', max_size=60))
def test_splitting_lines_is_never_laxer_than_the_parser(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """Whatever splitting lines accepts, the parser accepts and reads alike; all else is refused."""
    path: Path = tmp_path_factory.mktemp("nt") / "input.nt"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        expected = [Triple(q.subject, q.predicate, q.object) for q in parse(path=path)]
    except SyntaxError:
        with pytest.raises(UnreadableInput):
            read([path])
    else:
        assert [*read([path]).triples()] == expected
