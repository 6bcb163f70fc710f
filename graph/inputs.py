"""The files that the dataset is made from, read into quads of the named graphs that they belong to.

Literals are normalised as the store writes them (`"01"^^xsd:integer` is 1, `xsd:nonNegativeInteger` is
`xsd:integer`), so that what is validated and reasoned with is what is served. Blank nodes get their RDFC-1.0
names, so that two builds of the same files are the same.
"""

from __future__ import annotations

import gc
from codecs import BOM_UTF8
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import WeakValueDictionary

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    parse,
)
from wicara.graph.assembly import CURRENT
from wicara.graph.blank_nodes import blank_nodes, named_canonically
from wicara.graph.dataset_folder import ABOUT, dataset_folder, folder_name
from wicara.graph.durable_files import digest_of_file
from wicara.graph.errors import UnreadableInput
from wicara.graph.names import IN, PREF_LABEL, GraphKind, graph_iri, kind_of
from wicara.graph.nesting import MAX_NESTING, nests_beyond
from wicara.graph.terms import text_of

from wicara import ontology

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from wicara.graph.facts.patterns import Names

SUGGESTED: Final = NamedNode(f"{IN}suggested")
"""Marks what `wicara draft` suggests and nobody has accepted."""
DATASET: Final = f"{ontology.BASE}/dataset"
SELDOM: Final = 50_000
"""Objects made between two looks for garbage: with the 700 of Python these take a fifth of a large build."""

TURTLE_GRAPHS: Final = {
    "alignment": GraphKind.ALIGNMENT,
    "dataset": GraphKind.META,
    "entities": GraphKind.ENTITIES,
    "graphs": GraphKind.PROV,
}
"""What the name of a Turtle data file starts with, and the graph that its statements go to."""

NAMEABLE: Final = frozenset(
    {
        GraphKind.SOURCE,
        GraphKind.FACT,
        GraphKind.BACKGROUND,
        GraphKind.CONTENT,
        GraphKind.PROV,
        GraphKind.ENTITIES,
    }
)
"""The kinds of graph that a TriG data file may name."""

NOT_RDF: Final = ("*.csv",)
"""Inputs that are not RDF: tables that the checks and the server read."""


@dataclass(frozen=True)
class SourceFile:
    """One input: where it lies, what messages and the digest call it, and the graph of a Turtle file."""

    path: Path
    name: str
    kind: GraphKind | None


class Stated(NamedTuple):
    """A statement of a file, and the line that it ends in."""

    quad: Quad
    line: int


@dataclass(frozen=True)
class Inputs:
    """All inputs of a build: the files, the quads in them, and the SHA-256 (hex) of names and bytes."""

    files: tuple[Path, ...]
    quads: tuple[Quad, ...]
    digest: str

    @property
    def graphs(self) -> frozenset[str]:
        """The IRIs of the graphs, retracted ones too."""
        return frozenset(q.graph_name.value for q in self.quads if isinstance(q.graph_name, NamedNode))


IN_USE: Final[WeakValueDictionary[tuple[str, ...], Inputs]] = WeakValueDictionary()
"""What was read and is still in use, by its digest and the names of its files."""


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Look for garbage seldom while the block runs: most of what is read stays."""
    before = gc.get_threshold()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@collected_seldom()
def read_inputs(*folders: Path | None, without: Path | None = None) -> Inputs:
    """Read every input; `folders` are more of `*.trig` and `*.ttl`, laid out as graph/data is (None: none).

    A file that is to be left out is not read; nothing is, where what was read is in use and has not changed.
    Raises UnreadableInput with file, line and column.
    """
    left_out = without.resolve() if without else None
    files = [file for file in source_files(*folders) if file.path.resolve() != left_out]
    paths, digest = tuple(file.path for file in files), digest_of(*folders)
    key = (digest, *(file.name for file in files))
    if known := IN_USE.get(key):
        return replace(known, files=paths)
    read = [(file, tuple(statements_of(file))) for file in files]
    names = NamesOfThings(stated for _, statements in read for stated in statements)
    quads = canonical(chain.from_iterable(long_form(file, found, names) for file, found in read))
    inputs = Inputs(paths, quads, digest)
    if digest_of(*folders) == digest:
        IN_USE[key] = inputs
    return inputs


def source_files(*folders: Path | None) -> tuple[SourceFile, ...]:
    """Return the RDF files that make the dataset, in a fixed order; raises UnreadableInput."""
    modules = (
        *((path, GraphKind.ONTOLOGY) for path in ontology.REASONED),
        *((path, GraphKind.VOCAB) for path in ontology.vocab_files()),
        *((path, GraphKind.ALIGNMENT) for path in ontology.ALIGNMENT),
    )
    schema = (SourceFile(path, f"ontology/{path.relative_to(ontology.HERE)}", kind) for path, kind in modules)
    files = (*schema, *chain.from_iterable(data_files(root, name) for root, name in roots(folders)))
    name, times = Counter(file.name for file in files).most_common(1)[0]
    if times > 1:
        raise UnreadableInput(
            f"{name} is there {times} times, in folders of the same name: rename one folder"
        )
    return files


def roots(folders: Iterable[Path | None]) -> Iterator[tuple[Path, str]]:
    """Yield the folder of the dataset and those that are added, with their names; raises UnreadableInput."""
    own = dataset_folder()
    yield own, folder_name(own)
    yield from ((folder, folder.name or folder.resolve().name) for folder in folders if folder)


def data_files(root: Path, name: str) -> Iterator[SourceFile]:
    """Yield the Turtle and TriG files below `root`; `name` is what messages call that folder."""
    if not root.is_dir():
        raise UnreadableInput(f"{root} is not a folder: name one that holds *.trig and *.ttl files")
    for path in sorted(root.rglob("*")):
        called = f"{name}/{path.relative_to(root).as_posix()}"
        if path.name.endswith((".trig.gz", ".ttl.gz")):
            raise UnreadableInput(f"{called} is packed: unpack it with gunzip, as its lines are referred to")
        if path.suffix == ".trig":
            yield SourceFile(path, called, None)
        elif path.suffix == ".ttl":
            yield SourceFile(path, called, turtle_kind(path, called))


def data_file(path: Path) -> SourceFile:
    """Return one data file, called by its path: TriG, or Turtle whose name tells its graph."""
    return SourceFile(path, str(path), None if path.suffix == ".trig" else turtle_kind(path, str(path)))


def turtle_kind(path: Path, called: str) -> GraphKind:
    """Return the graph that a Turtle data file belongs to, told by the start of its name."""
    for start, kind in TURTLE_GRAPHS.items():
        if path.stem.startswith(start):
            return kind
    known = ", ".join(f"{start}*.ttl" for start in TURTLE_GRAPHS)
    raise UnreadableInput(
        f"{called}: which graph this file belongs to is told by its name, one of {known}; "
        "facts stand in *.trig files, in graphs that these name"
    )


def digest_of(*folders: Path | None) -> str:
    """Return the SHA-256 (hex) over names and bytes of all inputs: ontology, shapes, data, tables."""
    total = sha256()
    for name, path in sorted(named_paths(*folders)):
        total.update(f"{name}\n{digest_of_input(path, name)}\n".encode())
    return total.hexdigest()


def digest_of_input(path: Path, name: str) -> str:
    """Return the SHA-256 (hex) of a file; raises UnreadableInput."""
    try:
        return digest_of_file(path)
    except OSError as error:
        raise UnreadableInput(f"{name}: {error.strerror or error}") from error


def named_paths(*folders: Path | None) -> Iterator[tuple[str, Path]]:
    """Yield every input that the dataset depends on, with the name that does not depend on where it lies."""
    for file in source_files(*folders):
        yield file.name, file.path
    for path in (*ontology.data_shape_files(), *ontology.ontology_shape_files()):
        yield f"ontology/{path.relative_to(ontology.HERE).as_posix()}", path
    for root, name in roots(folders):
        for path in chain.from_iterable(root.rglob(pattern) for pattern in NOT_RDF):
            yield f"{name}/{path.relative_to(root).as_posix()}", path


def read_bytes(path: Path, name: str) -> bytes:
    """Return a file's bytes; raises UnreadableInput."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableInput(f"{name}: {error.strerror or error}") from error


def quads_of(file: SourceFile) -> Iterator[Quad]:
    """Yield the statements of one file, each in the graph where it belongs; raises UnreadableInput."""
    statements = tuple(statements_of(file))
    return long_form(file, statements, names_with(statements))


def names_with(statements: Iterable[Stated]) -> Names:
    """Return what tells the names of things in some statements and in the data of this installation."""
    return NamesOfThings(chain(statements, chain.from_iterable(map(statements_of, source_files()))))


def long_form(file: SourceFile, statements: tuple[Stated, ...], names: Names) -> Iterator[Quad]:
    """Yield the statements of a file, each in its graph; a TriG file in the short form is expanded."""
    from wicara.graph.facts.lock import read_lock  # noqa: PLC0415 - most commands read no file
    from wicara.graph.facts.short_form import expand, is_short  # noqa: PLC0415

    if file.kind is None and is_short(statements):
        for stated in statements:
            if not isinstance(stated.quad.graph_name, DefaultGraph):
                in_its_graph(stated.quad, file)
        return iter(expand(statements, file.name, read_lock(file.path, file.name), names))
    if file.kind is None:
        return (in_its_graph(stated.quad, file) for stated in statements)
    graph = NamedNode(graph_iri(file.kind))
    quads = (stated.quad for stated in statements)
    return (Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads)


class NamesOfThings:
    """The names that statements give things, current ones first; read when the first is looked up."""

    def __init__(self, statements: Iterable[Stated]) -> None:
        """Begin with statements that may not be needed."""
        self.statements = statements
        self.names: dict[tuple[str, str], str] | None = None
        self.current: dict[tuple[str, str], str] = {}

    def __call__(self, iri: str, language: str) -> str | None:
        """Return the name of a thing in a language; None where it has none."""
        if self.names is None:
            self.names = {}
            for stated in self.statements:
                node, predicate, name = stated.quad.triple
                if predicate not in (PREF_LABEL, CURRENT):
                    continue
                if isinstance(node, NamedNode) and isinstance(name, Literal):
                    named = self.current if predicate == CURRENT else self.names
                    named.setdefault((node.value, name.language or ""), name.value)
        return self.current.get((iri, language)) or self.names.get((iri, language))


class Lines:
    """A file that is read line by line, so that a parser of it stands in the line of what it yields."""

    def __init__(self, content: bytes) -> None:
        """Begin before the first line."""
        self.number = 0
        self.rest = iter(content.splitlines(keepends=True))
        self.line = b""

    def read(self, size: int) -> bytes:
        """Return the next line or what is left of it, but no more than a parser has room for."""
        if not self.line:
            self.line = next(self.rest, b"")
            self.number += bool(self.line)
        part, self.line = self.line[:size], self.line[size:]
        return part


def statements_of(file: SourceFile) -> Iterator[Stated]:
    """Yield the statements of one file as they stand there, each with its line; raises UnreadableInput.

    What is only suggested is left out.
    """
    return without_suggestions(tuple(parsed(file)))


def without_suggestions(statements: Sequence[Stated]) -> Iterator[Stated]:
    """Yield the statements of a file that are no suggestions of `wicara draft`, which are no data.

    Nothing is read that is said of a subject with `in:suggested`, or stands in the graph of its name; and
    where a file has suggestions and no fact, its source is not described either.
    """
    suggested = {one.quad.subject for one in statements if one.quad.predicate == SUGGESTED}
    rest = [
        one
        for one in statements
        if one.quad.subject not in suggested and one.quad.graph_name not in suggested
    ]
    if not suggested or any(is_fact(one.quad.subject) or is_fact(one.quad.graph_name) for one in rest):
        yield from rest


def is_fact(node: object) -> bool:
    """Tell whether a node is the graph of a fact."""
    return isinstance(node, NamedNode) and kind_of(node.value) == GraphKind.FACT


def parsed(file: SourceFile) -> Iterator[Stated]:
    """Yield every statement of one file with its line; raises UnreadableInput."""
    content = read_bytes(file.path, file.name).removeprefix(BOM_UTF8)
    syntax = RdfFormat.TRIG if file.kind is None else RdfFormat.TURTLE
    if nests_beyond(content, syntax, MAX_NESTING):
        raise UnreadableInput(f"{file.name}: it is nested more than {MAX_NESTING} deep")
    lines = Lines(content)
    try:
        for quad in parse(lines, syntax, rename_blank_nodes=True):  # type: ignore[arg-type]
            yield Stated(quad, lines.number)
    except SyntaxError as error:
        raise UnreadableInput(
            f"{file.name}, line {error.lineno}, column {error.offset}: {error.msg}; mend it and build again"
        ) from error


def in_its_graph(quad: Quad, file: SourceFile) -> Quad:
    """Return a quad of a TriG file as it is, where it stands in a graph that such a file may name."""
    if isinstance(quad.graph_name, DefaultGraph):
        raise UnreadableInput(
            f"{file.name}: {quad.subject} {quad.predicate} stands outside any graph; "
            f"put it into a named graph, such as <{graph_iri(GraphKind.FACT, 'ARTICLE', 'F001')}>"
        )
    if kind_of(quad.graph_name.value) not in NAMEABLE:
        kinds = ", ".join(sorted(NAMEABLE))
        raise UnreadableInput(
            f"{file.name}: a data file may not write the graph {quad.graph_name}; "
            f"its graphs are <{graph_iri(GraphKind.FACT)}/...> and likewise {kinds}"
        )
    return quad


def canonical(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    """Return the quads sorted, each once, literals as the store writes them, blank nodes canonical."""
    plain: dict[str, Quad] = {}
    blank: set[Quad] = set()
    typed: list[Quad] = []
    for quad in quads:
        text = str(quad)
        if '"^^<' in text or "_:" in text or "<<" in text:
            typed.append(quad)
        else:
            plain[text] = quad
    store = Store()
    store.extend(typed)
    for quad in store:
        if blank_nodes(quad):
            blank.add(quad)
        else:
            plain[str(quad)] = quad
    plain |= {str(quad): quad for quad in named_canonically(blank)}
    return tuple(plain[text] for text in sorted(plain))


def dataset_version() -> str:
    """Return the version of the data that a build starts from; raises UnreadableInput."""
    folder = dataset_folder()
    return version_in(quads_of(SourceFile(folder / ABOUT, f"{folder_name(folder)}/{ABOUT}", GraphKind.META)))


def version_in(quads: Iterable[Quad]) -> str:
    """Return the `owl:versionInfo` of the dataset; raises UnreadableInput where there is none."""
    wanted = (DATASET, ontology.PREFIXES["owl"] + "versionInfo")
    for quad in quads:
        if (quad.subject.value, quad.predicate.value) == wanted:  # type: ignore[union-attr]
            return str(quad.object.value)  # type: ignore[union-attr]
    raise UnreadableInput(f"{folder_name(dataset_folder())}/{ABOUT} gives <{DATASET}> no owl:versionInfo")


class Place(NamedTuple):
    """A file as messages call it, and a line of it."""

    file: str
    line: int

    def __str__(self) -> str:
        """Return it as the end of a message."""
        return f"{self.file}, line {self.line}"


class Places:
    """The first line that tells of each thing, and of each thing with each value; files are read once."""

    def __init__(self, files: Iterable[SourceFile]) -> None:
        """Take the files; nothing is read before something is looked for."""
        self.files = tuple(files)
        self.lines: dict[object, Place] = {}

    def of(self, focus: str, value: str | None, others: Iterable[str]) -> Place | None:
        """Return where a thing has a value, else where it is told of, else where one of the others is."""
        if not self.lines:
            self.read()
        keys = ((focus, value), focus, value, *others)
        return next((self.lines[key] for key in keys if key in self.lines), None)

    def read(self) -> None:
        """Note the lines of all statements: of a subject before a mention, and of a graph."""
        mentions: dict[object, Place] = {}
        for file in self.files:
            for stated in statements_of(file):
                quad, place = stated.quad, Place(file.name, stated.line)
                subject, target = (text_of(node) for node in (quad.subject, quad.object))
                self.lines.setdefault((subject, target), place)
                self.lines.setdefault(subject, place)
                for node in (target, text_of(quad.graph_name)):
                    mentions.setdefault(node, place)
        self.lines = {**mentions, **self.lines}
