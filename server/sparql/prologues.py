"""Updates whose operations have prologues of their own (SPARQL 1.1 Update, grammar rules 29 and 4).

pyoxigraph 0.5 takes a prologue only before the first operation. So all declarations are put there. Where one
gives a prefix or BASE another meaning than it has in the first operation, the names and relative IRIs of the
operations that it counts for are written otherwise: with a prefix of its own, and in full.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count, pairwise
from typing import TYPE_CHECKING, Final

from wicara.graph.sparql_text import SCHEME, graph_iris, tokens
from wicara.server.sparql.rewriting import Edit, Unclear, in_text, may_have_prologues, operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wicara.graph.sparql_text import Token
    from wicara.server.sparql.rewriting import Operation

ABSOLUTE: Final = re.compile(f"<{SCHEME}:")


def one_prologue(text: str, base: str, prefixes: Mapping[str, str]) -> list[Edit]:
    """Return the edits by which an update has one prologue, before its first operation.

    `base` and `prefixes` are those that it need not declare. Raises Unclear where the text could be read in
    two ways.
    """
    updates = operations(text) if may_have_prologues(text) else []
    if not any(operation.prologue for operation in updates[1:]):
        return []
    if changes_meaning(updates, prefixes):
        return list(renamed(text, updates, Scope(base, dict(prefixes))))
    edits = [Edit(update.prologue[0].start, update.start, "") for update in updates[1:] if update.prologue]
    hoisted = "".join(in_text(text, update.prologue) for update in updates[1:])
    return [Edit(updates[0].start, updates[0].start, hoisted), *edits]


def changes_meaning(updates: Sequence[Operation], prefixes: Mapping[str, str]) -> bool:
    """Tell whether a prologue gives a prefix, or BASE, another meaning than in the first operation."""
    known = {"BASE": ""} | {f"{prefix}:": f"<{iri}>" for prefix, iri in prefixes.items()}
    known |= dict(declarations(updates[0].prologue))
    return any(
        known.setdefault(name, iri) != iri or (name == "BASE" and not ABSOLUTE.match(iri))
        for operation in updates[1:]
        for name, iri in declarations(operation.prologue)
    )


def declarations(prologue: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield the name and IRI, as written, of each declaration of a prologue; the base's name is `BASE`."""
    for keyword, name in pairwise(prologue):
        if keyword.text.upper() == "BASE":
            yield "BASE", name.text
    for keyword, name, iri in zip(prologue, prologue[1:], prologue[2:], strict=False):
        if keyword.text.upper() == "PREFIX":
            yield name.text, iri.text


@dataclass
class Scope:
    """What names mean at an operation: the base, and the IRIs of prefixes, all absolute."""

    base: str
    prefixes: dict[str, str]

    def enter(self, text: str, operation: Operation) -> None:
        """Take the declarations of an operation; raises SyntaxError where they are faulty."""
        names = list(dict.fromkeys(name for name, _ in declarations(operation.prologue) if name != "BASE"))
        prologue = f"BASE <{self.base}> {in_text(text, operation.prologue)}"
        base, *iris = graph_iris(prologue, ["<>", *names], None, {})
        self.base = base.value
        self.prefixes |= {name[:-1]: iri.value for name, iri in zip(names, iris, strict=True)}


def renamed(text: str, updates: Sequence[Operation], scope: Scope) -> Iterator[Edit]:
    """Yield the edits by which later operations mean what they do, after the prologue of the first.

    A fault in a prologue leaves the rest as it is: the engine tells it. Raises Unclear.
    """
    fresh = (label for label in map("wicara{}".format, count()) if label not in text)
    labels: dict[str, str] = {}
    declared: list[str] = []
    edits: list[Edit] = []
    try:
        scope.enter(text, updates[0])
        first = Scope(scope.base, dict(scope.prefixes))
        for operation in updates[1:]:
            if operation.prologue:
                scope.enter(text, operation)
                edits.append(Edit(operation.prologue[0].start, operation.start, ""))
            relative: list[Token] = []
            for token in tokens(text[operation.start : operation.end]):
                prefix, _, local = token.text.partition(":")
                if token.kind == "iri" and scope.base != first.base and not ABSOLUTE.match(token.text):
                    relative.append(token)
                elif token.kind == "name" and prefix not in scope.prefixes:
                    raise Unclear(
                        f"The prefix of {token.text} is not declared, or a keyword stands before it."
                    )
                elif token.kind == "name" and scope.prefixes[prefix] != first.prefixes.get(prefix):
                    iri = scope.prefixes[prefix]
                    if iri not in labels:
                        labels[iri] = next(fresh)
                        declared.append(f"PREFIX {labels[iri]}: <{iri}> ")
                    edits.append(edit_of(operation, token, f"{labels[iri]}:{local}"))
            if relative:
                iris = graph_iris(f"BASE <{scope.base}>", [token.text for token in relative], None, {})
                edits += (
                    edit_of(operation, token, str(iri)) for token, iri in zip(relative, iris, strict=True)
                )
    except SyntaxError:
        return
    yield Edit(updates[0].start, updates[0].start, "".join(declared))
    yield from edits


def edit_of(operation: Operation, token: Token, text: str) -> Edit:
    """Return the edit by which a token of an operation becomes another text."""
    return Edit(operation.start + token.start, operation.start + token.end, text)
