"""SHACL shapes, the one place of rules for data: read here, and looked at before anything is inferred.

Shapes see the subclass axioms and no inferred type. Whether ontology and vocabularies meet theirs seldom
changes: a verdict without findings is kept by hash in the data folder. A term of SHACL that is not known
here is refused, never passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Store
from wicara.graph.assembly import in_default_graph
from wicara.graph.checks import constraints, shacl
from wicara.graph.checks.constraints import CONSTRAINTS
from wicara.graph.checks.shacl import Query, Shape, Step, bare_text
from wicara.graph.errors import UnreadableInput
from wicara.graph.inputs import SourceFile, statements_of
from wicara.graph.names import FIRST, NIL, REST, GraphKind, iri_name
from wicara.ontology import PREFIXES

from wicara import ontology

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pyoxigraph import Triple
    from wicara.graph.checks.shacl import Path as PropertyPath
    from wicara.graph.checks.shacl import Term

IRI: Final = re.compile(r"https?://[^\s<>\"']*[\w/]")
"""An IRI inside a message, without the punctuation after it."""
SH: Final = PREFIXES["sh"]
SHAPE: Final = "https://w3id.org/wicara/shape#"
TARGETS: Final = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
PARTS: Final = frozenset(
    {*TARGETS, "path", "message", "severity", "qualifiedMinCount", "qualifiedMaxCount", "name", "description"}
)
"""What is said of a shape that is no constraint by itself."""
VERDICT: Final = "ontology-passed"
"""The file of a data folder with the hash of an ontology, vocabularies and shapes without findings."""


@dataclass(frozen=True)
class Violation:
    """One result of a validation report: its focus node (an IRI), the shape's message, the value at fault."""

    focus: str
    message: str
    value: str | None

    @property
    def terms(self) -> frozenset[str]:
        """The IRIs that the result is about."""
        return frozenset((self.focus, self.value or "", *IRI.findall(self.message)))

    def __str__(self) -> str:
        """Return one line, in which IRIs are written as people read them."""
        message = IRI.sub(lambda match: iri_name(match.group()), self.message)
        value = self.value and IRI.sub(lambda match: iri_name(match.group()), self.value)
        return f"{iri_name(self.focus)}: {message}{f' (is {value})' if value else ''}"


def validate(
    source: Store | Iterable[Triple],
    shapes: Iterable[Path],
    things: Iterable[str] | None = None,
    changed: Collection[Triple] | None = None,
) -> tuple[Violation, ...]:
    """Return where triples do not meet the shapes, sorted; only results of severity sh:Violation count.

    `source` is a store, whose default graph is looked at, or triples. Where `things` are named by their IRIs,
    only these are looked at; where triples `changed`, which came or went since there was no violation, only
    what they concern. Raises UnreadableInput for a broken shapes file.
    """
    store = source if isinstance(source, Store) else store_of(source)
    data, read = shacl.Data(store), shapes_of(shapes)
    scope = None if changed is None else shacl.scope_of(data, read, changed)
    if things is not None:
        nodes = list(map(NamedNode, things))
        scope = shacl.Scope(lambda _shape: nodes)
    found = shacl.validate(data, read, scope)
    return tuple(sorted(set(map(violation, found)), key=str))


def store_of(triples: Iterable[Triple]) -> Store:
    """Return triples as the default graph of a store."""
    store = Store()
    store.bulk_extend(map(in_default_graph, triples))
    return store


def shapes_of(files: Iterable[Path]) -> tuple[shacl.Shape, ...]:
    """Return the shapes of files that have targets; raises UnreadableInput."""
    named = (SourceFile(path, f"shapes/{path.name}", GraphKind.META) for path in files)
    return ShapesGraph(stated.quad.triple for file in named for stated in statements_of(file)).targeted()


def violation(result: shacl.Result) -> Violation:
    """Return a result in words."""
    value = None if result.value is None else shacl.bare_text(result.value)
    return Violation(shacl.bare_text(result.focus), result.message, value)


def ontology_violations(triples: Collection[Triple], folder: Path | None) -> tuple[Violation, ...]:
    """Return where ontology and vocabularies do not meet their shapes; `folder` keeps a verdict of none."""
    files = ontology.ontology_shape_files()
    inputs = sha256("\n".join([version("pyoxigraph"), *sorted(map(str, triples))]).encode())
    for path in (*files, *map(Path, (__file__, shacl.__file__, constraints.__file__))):
        inputs.update(path.read_bytes())
    verdict = folder / VERDICT if folder else None
    with suppress(OSError):
        if verdict and verdict.read_text() == inputs.hexdigest():
            return ()
    found = validate(triples, files)
    if verdict and not found:
        with suppress(OSError):  # it is no more than a saving
            verdict.write_text(inputs.hexdigest())
    return found


# What a shapes graph says.


class ShapesGraph:
    """The triples of shapes files, read into shapes; raises UnreadableInput for what is not known here."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        """Take the triples."""
        self.said: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            self.said[triple.subject][triple.predicate.value].append(triple.object)
        self.shape = cache(self._shape)

    def targeted(self) -> tuple[Shape, ...]:
        """Return the shapes with targets, in the order of their names."""
        with_targets = [
            node for node, said in list(self.said.items()) if any(SH + kind in said for kind in TARGETS)
        ]
        return tuple(self.shape(node) for node in sorted(with_targets, key=str))

    def of(self, node: Term, name: str) -> list[Term]:
        """Return what is said of a node by a property of SHACL."""
        return self.said[node][SH + name] if node in self.said else []

    def listed(self, node: Term) -> list[Term]:
        """Return the members of an RDF list."""
        found = []
        while node != NIL:
            found.append(self.said[node][FIRST.value][0])
            node = self.said[node][REST.value][0]
        return found

    def path(self, node: Term) -> PropertyPath:
        """Return a property path (SHACL, section 2.3.1) as its ways."""
        if isinstance(node, NamedNode):
            return ((Step(node),),)
        for inner in self.of(node, "inversePath"):
            return tuple(tuple(step.back for step in reversed(way)) for way in self.path(inner))
        for choice in self.of(node, "alternativePath"):
            return tuple(way for part in self.listed(choice) for way in self.path(part))
        for inner in self.of(node, "zeroOrMorePath"):
            if isinstance(inner, NamedNode):
                return ((Step(inner, repeated=True),),)
        if FIRST.value in self.said[node]:
            parts = [self.path(part) for part in self.listed(node)]
            return tuple(tuple(chain.from_iterable(ways)) for ways in product(*parts))
        raise UnreadableInput(f"the shapes cannot be used: a path of {sorted(self.said[node])}")

    def _shape(self, node: Term) -> Shape:
        """Read a shape."""
        paths = self.of(node, "path")
        severity = self.of(node, "severity")
        shape = Shape(
            name=bare_text(node),
            path=self.path(paths[0]) if paths else None,
            message=english(self.of(node, "message")),
            is_violation=not severity or severity[0] == NamedNode(SH + "Violation"),
            targets=tuple((kind, term) for kind in TARGETS for term in self.of(node, kind)),
        )
        for name in [predicate for predicate in self.said[node] if predicate.startswith(SH)]:
            values = self.said[node][name]
            self.read(shape, node, name.removeprefix(SH), values)
        return shape

    def read(self, shape: Shape, node: Term, name: str, values: list[Term]) -> None:
        """Read what one property of SHACL says of a shape."""
        if name == "property":
            shape.properties += map(self.shape, values)
        elif name == "sparql":
            shape.queries += map(self.query, values)
        elif name in CONSTRAINTS:
            shape.constraints += [CONSTRAINTS[name](self, node, value) for value in values]
        elif name not in PARTS:
            raise UnreadableInput(f"the shapes cannot be used: sh:{name} of {shape.name} is not known")

    def query(self, node: Term) -> Query:
        """Read a SHACL-SPARQL constraint (SHACL, section 5.2)."""
        (select,) = self.of(node, "select")
        said = self.said[node]
        reads, lacks = (
            tuple(way for path in said[SHAPE + name] for way in self.path(path))
            for name in ("reads", "lacks")
        )
        about = tuple(map(bare_text, said[SHAPE + "about"]))
        return Query(bare_text(select), english(self.of(node, "message")) or "", reads, lacks, about)


def english(messages: Collection[Term]) -> str | None:
    """Return the English message, or the first of those that there are."""
    literals = [message for message in messages if isinstance(message, Literal)]
    chosen = [message for message in literals if message.language in {"en", None}] or literals
    return " ".join(min(message.value for message in chosen).split()) if chosen else None
