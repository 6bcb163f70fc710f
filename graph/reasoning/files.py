"""RDF files in, what follows from them out: sorted N-Triples, proofs as JSON lines, contradictions.

A file is read into number_terms terms: a row of three numbers for each triple.

The named graphs of TriG, N-Quads and JSON-LD are merged. Blank nodes of several files are kept apart, and get
names in the order in which they first stand; those of a single N-Triples or N-Quads file keep their labels.

N-Triples as programs write it (one space between terms, no comments) is split by lines, and each different
term is parsed once. Whatever does not look so, or does not parse so, goes through the whole parser, which
says where a fault stands.
"""

from __future__ import annotations

import gc
import json
import resource
from codecs import BOM_UTF8
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from itertools import chain, count, repeat
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse
from wicara.graph.errors import TooMuch, Unavailable, UnreadableInput, error_place
from wicara.graph.formats import format_of_file, opened
from wicara.graph.nesting import MAX_NESTING, nests_beyond
from wicara.graph.rdfxml_input import readable
from wicara.graph.reasoning.closure import is_universal
from wicara.graph.reasoning.engine import Exhausted
from wicara.graph.reasoning.matching import contradiction_text, contradictions
from wicara.graph.reasoning.reasoner import Reasoner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Quad
    from wicara.graph.reasoning.matching import Inference
    from wicara.graph.reasoning.rules import Term
    from wicara.graph.reasoning.tables import Ints

LABELLED: Final = frozenset({RdfFormat.N_TRIPLES, RdfFormat.N_QUADS})
"""Formats in which every blank node has a label that its writer gave it."""

BLOCK: Final = 1 << 24
"""How many bytes of N-Triples are split at a time."""
END: Final = " .\n"
LINES: Final = 1 << 16
"""How many lines are made at a time."""
FACT: Final = {False: 280, True: 600}
"""Bytes that a fact takes, in tables and as a line of short names, without its proof and with it: with fewer,
nothing is begun that cannot end. 200 to 290 and 400 to 840 were measured, of chains, equals and inverses."""


@dataclass(frozen=True)
class Document:
    """Triples as rows of three places in the sequence of their terms."""

    terms: Sequence[Term]
    rows: Ints

    def triples(self) -> Iterator[Triple]:
        """Yield the triples as terms."""
        terms = self.terms
        for subject, predicate, target in self.rows.tolist():
            yield Triple(terms[subject], terms[predicate], terms[target])


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the garbage collector from walking over millions of new objects that hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read(paths: Sequence[Path]) -> Document:
    """Return the triples of all files; raises UnreadableInput with file, line and column."""
    names: dict[tuple[int, str], BlankNode] = {}
    numbers: dict[Term, int] = {}
    rows = [np.empty((0, 3), np.int64)]
    with no_collection():
        for place, path in enumerate(paths):
            document = read_file(path)
            keeps = len(paths) == 1 and format_of_file(path) in LABELLED
            terms = (
                document.terms
                if keeps
                else [rename_blank_nodes(term, place, names) for term in document.terms]
            )
            at = [numbers.setdefault(term, len(numbers)) for term in terms]
            rows.append(np.array(at, np.int64)[document.rows])
    return Document(tuple(numbers), np.concatenate(rows))


def rename_blank_nodes(term: Term, place: int, names: dict[tuple[int, str], BlankNode]) -> Term:
    """Return a term with its blank nodes named anew, those of the same file and label alike."""
    if isinstance(term, BlankNode):
        return names.setdefault((place, term.value), BlankNode(f"b{len(names)}"))
    if isinstance(term, Triple):
        return Triple(*(rename_blank_nodes(part, place, names) for part in term))  # type: ignore[arg-type]
    return term


def read_file(path: Path) -> Document:
    """Return the triples of one file; raises UnreadableInput."""
    form = format_of_file(path)
    try:
        document = split_lines(path) if form == RdfFormat.N_TRIPLES else None
        return document or number_terms(parse_file(path, form))
    except SyntaxError as error:
        raise UnreadableInput(f"{path}{error_place(error)}: {error.msg}") from error
    except (OSError, ValueError) as error:
        raise UnreadableInput(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def parse_file(path: Path, form: RdfFormat) -> Iterator[Quad]:
    """Return the quads of a file without its byte order mark; raises ValueError if it nests too deep."""
    with opened(path) as file:
        content = file.read()
    base = path.absolute().as_uri()
    if form == RdfFormat.RDF_XML:
        return readable(content).quads(base)
    content = content.removeprefix(BOM_UTF8)
    if nests_beyond(content, form, MAX_NESTING):
        raise ValueError(f"it is nested more than {MAX_NESTING} deep")
    return parse(content, form, base_iri=base)


def number_terms(quads: Iterable[Quad | Triple]) -> Document:
    """Return statements as a document; the graphs they stand in are left out."""
    numbers: defaultdict[Term, int] = defaultdict(count().__next__)
    flat = [numbers[term] for quad in quads for term in (quad.subject, quad.predicate, quad.object)]
    return Document(tuple(numbers), np.array(flat, np.int64).reshape(-1, 3))


def split_lines(path: Path) -> Document | None:
    """Return an N-Triples file by splitting its lines; None where it is not as plain as that."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    columns = [np.empty(0, np.int64)]
    for block in blocks(path):
        flat = split_terms(block)
        if flat is None:
            return None
        columns.append(np.fromiter(map(numbers.__getitem__, flat), np.int64, len(flat)))
    terms = parse_terms(tuple(numbers))
    rows = np.concatenate(columns).reshape(-1, 3)
    return Document(terms, rows) if terms is not None and is_rdf(terms, rows) else None


def blocks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in blocks of whole lines."""
    rest = b""
    with opened(path) as file:
        while read := file.read(BLOCK):
            block = rest + read
            end = block.rfind(b"\n") + 1
            rest = block[end:]
            yield block[:end]
    yield rest


def split_terms(block: bytes) -> list[str] | None:
    """Return the subjects, predicates and objects of lines in turn; None where a line has another form."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return None
    lines = text.split(END)
    if lines.pop() or text.count("\n") != len(lines):
        return None
    flat = list(chain.from_iterable(map(str.split, lines, repeat(" "), repeat(2))))
    return flat if len(flat) == 3 * len(lines) else None


def parse_terms(texts: Sequence[str]) -> list[Term] | None:
    """Return the terms that are written so; None where one is none."""
    lines = "".join([f"<x:s> <x:p> {text}{END}" for text in texts]).encode()
    if nests_beyond(lines, RdfFormat.N_TRIPLES, MAX_NESTING):
        return None
    try:
        terms: list[Term] = [quad.object for quad in parse(lines, RdfFormat.N_TRIPLES)]
    except SyntaxError:
        return None
    return terms if len(terms) == len(texts) else None


def is_rdf(terms: Sequence[Term], rows: Ints) -> bool:
    """Tell whether subjects are IRIs or blank nodes, and predicates IRIs."""
    is_iri = np.array([isinstance(term, NamedNode) for term in terms], np.bool_)
    is_subject = is_iri | np.array([isinstance(term, BlankNode) for term in terms], np.bool_)
    return bool(is_subject[rows[:, 0]].all() and is_iri[rows[:, 1]].all())


def to_ntriples(term: Term) -> str:
    """Return a term as N-Triples writes it."""
    if isinstance(term, Triple):
        return f"<<( {' '.join(to_ntriples(part) for part in term)} )>>"
    return str(term)


def serialize(terms: Sequence[Term], rows: Ints) -> bytes:
    """Return triples as N-Triples, sorted by their lines; those that no RDF can say are left out.

    RDF has no literal or triple term as a subject, and only IRIs as predicates.
    """
    is_used = np.zeros(len(terms), np.bool_)
    is_used[rows] = True
    used = np.flatnonzero(is_used)
    chosen = [terms[number] for number in used.tolist()]
    names = list(map(to_ntriples, chosen))
    order = np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
    rank = np.empty(len(terms), np.int64)
    rank[used[order]] = np.arange(len(order))
    ranks = rank[rows]
    said = [isinstance(chosen[n], NamedNode) for n in order.tolist()]
    named = [
        is_iri or isinstance(chosen[n], BlankNode) for is_iri, n in zip(said, order.tolist(), strict=True)
    ]
    ranks = ranks[np.array(named, np.bool_)[ranks[:, 0]] & np.array(said, np.bool_)[ranks[:, 1]]]
    ranks = ranks[np.lexsort((ranks[:, 2], ranks[:, 1], ranks[:, 0]))]
    return join_lines([names[n] for n in order.tolist()], ranks)


def join_lines(names: Sequence[str], rows: Ints) -> bytes:
    """Return a line for each row of names."""
    spaced, ended = [f"{name} " for name in names], [f"{name}{END}" for name in names]
    output = BytesIO()
    for start in range(0, len(rows), LINES):
        columns = (
            map(spelling.__getitem__, rows[start : start + LINES, place].tolist())
            for place, spelling in enumerate((spaced, spaced, ended))
        )
        output.write("".join(chain.from_iterable(zip(*columns, strict=True))).encode())
    return output.getvalue()


# What the command `reason` does.


@dataclass(frozen=True)
class Result:
    """What follows: sorted N-Triples, proofs as JSON lines, contradictions as (rule, words)."""

    inferred: bytes
    proofs: bytes
    contradictions: tuple[tuple[str, str], ...]


def native(document: Document, *, proofs: bool = False, all_rules: bool = False) -> Result:
    """Return what the engine of this package concludes; `all_rules` turns on the trivial rules too.

    Raises TooMuch where that is known not to fit into memory.
    """
    with no_collection():
        reasoner = Reasoner(all_rules=all_rules)
        numbers = np.array([reasoner.number(term) for term in document.terms], np.int64)
        memory = available_memory()
        reasoner.engine.limit = memory // FACT[proofs]
        try:
            reasoner.add_tables(tables_of(numbers[document.rows]))
            rows = conclusions(reasoner)
            memory = available_memory()
            check_room(reasoner.terms, rows, memory)
        except Exhausted as fault:
            (count,) = fault.args
            raise TooMuch(
                f"{count:,} statements follow, or more, and the memory that is left, {memory >> 20:,} MB, is "
                "too small for them. Each two of many equal things are a statement, and each has what is "
                "said of the others: state fewer of them, give more memory, or use --engine spark."
            ) from fault
        return Result(
            inferred=serialize(reasoner.terms, rows),
            proofs="".join(proof_lines(reasoner)).encode() if proofs else b"",
            contradictions=clash_lines(reasoner.contradictions()),
        )


def check_room(terms: Sequence[Term], rows: Ints, memory: int) -> None:
    """Raise Exhausted where the lines of triples take more than so many bytes."""
    sizes = np.array([len(str(term)) for term in terms], np.int64)
    if int(sizes[rows].sum()) > memory:
        raise Exhausted(len(rows))


def available_memory() -> int:
    """Return how many bytes this process may still take; more than there are, where nothing tells."""
    try:
        memory = dict(line.split(":") for line in Path("/proc/meminfo").read_text("ascii").splitlines())
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError):
        return 1 << 62
    left = int(memory["MemAvailable"].split()[0]) << 10
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return (
        left if soft == resource.RLIM_INFINITY else min(left, max(0, soft - pages * resource.getpagesize()))
    )


def owlrl(document: Document, **_options: bool) -> Result:
    """Return what owlrl concludes, without what it says of vocabularies and of everything."""
    from wicara.graph.reasoning.owlrl_engine import close, rdf_facts  # noqa: PLC0415 - slow to import

    premises = frozenset(document.triples())
    facts = close(premises)
    inferred = number_terms(t for t in frozenset(rdf_facts(facts)) - premises if not is_universal(t))
    clashes = contradictions((*map(tuple, premises), *facts))
    return Result(serialize(inferred.terms, inferred.rows), b"", clash_lines(clashes))


def spark(
    document: Document,
    *,
    proofs: bool = False,
    master: str = "local[*]",
    settings: Mapping[str, str] = MappingProxyType({}),
    work: Path | None = None,
    **_options: bool,
) -> Result:
    """Return what Apache Spark concludes by the rules of this package; raises Unavailable where it cannot.

    `settings` are properties of Spark; `work` is a folder that the executors reach.
    """
    if find_spec("pyspark") is None:
        raise Unavailable("Spark is an extra: pip install 'wicara[spark]'")
    from wicara.graph.reasoning import spark_engine, spark_session  # noqa: PLC0415 - an extra

    with spark_session.session(master, settings, work) as (session, folder):
        return spark_engine.close(session, document, folder, proofs=proofs)


def clash_lines(clashes: Iterable[Inference]) -> tuple[tuple[str, str], ...]:
    """Return contradictions as rule and words, sorted, each once."""
    return tuple(sorted({(clash.rule, contradiction_text(clash)) for clash in clashes}))


ENGINES: Final[dict[str, Callable[..., Result]]] = {"native": native, "owlrl": owlrl, "spark": spark}
"""The engines by their names."""


def reason(
    paths: Sequence[Path],
    engine: str = "native",
    *,
    proofs: bool = False,
    all_rules: bool = False,
    **options: object,
) -> Result:
    """Return what follows from files; raises UnreadableInput with file, line and column.

    `options` are those of the engine.
    """
    return ENGINES[engine](read(paths), proofs=proofs, all_rules=all_rules, **options)


def tables_of(rows: Ints) -> dict[int, Ints]:
    """Return rows of subject, predicate and object as pairs, a table a predicate."""
    ordered = rows[np.argsort(rows[:, 1], kind="stable")]
    predicates, starts = np.unique(ordered[:, 1], return_index=True)
    parts = np.split(ordered[:, ::2], starts[1:])
    return dict(zip(predicates.tolist(), parts, strict=False))


def conclusions(reasoner: Reasoner) -> Ints:
    """Return what follows as rows of subject, predicate and object."""
    facts = reasoner.engine.facts
    chosen = facts.numbers(asserted=False)
    columns = (facts.subjects, facts.tables, facts.objects)
    return np.stack([column.values[chosen] for column in columns], axis=1)


def proof_lines(reasoner: Reasoner) -> Iterator[str]:
    """Yield the first proof of each conclusion as a line of JSON, after those of its premises.

    `conclusion` and `premises` are statements in N-Triples, or in generalized N-Triples where a literal is
    the subject; a premise that is the conclusion of no line was read.
    """
    facts = reasoner.engine.facts
    names = list(map(to_ntriples, reasoner.terms))
    columns = (column.values.tolist() for column in (facts.subjects, facts.tables, facts.objects))
    lines = [statement_line((names[s], names[p], names[o])) for s, p, o in zip(*columns, strict=True)]
    for number in facts.numbers(asserted=False).tolist():
        proof = facts.proof(number)
        if proof is not None:
            yield proof_line(lines[number], reasoner.rules[proof[0]].name, [lines[fact] for fact in proof[1]])


def proof_line(conclusion: str, rule: str, premises: Iterable[str]) -> str:
    """Return a step of a proof as a line of JSON; `conclusion` and `premises` are strings of JSON already."""
    return f'{{"conclusion": {conclusion}, "rule": "{rule}", "premises": [{", ".join(premises)}]}}\n'


def statement_line(terms: Iterable[str]) -> str:
    """Return a statement, given how N-Triples writes its terms, as a string of JSON."""
    return json.dumps(f"{' '.join(terms)}{END}".rstrip(), ensure_ascii=False)
