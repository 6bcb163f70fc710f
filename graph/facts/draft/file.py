"""A draft as a data file in the short form: the article, and each suggestion marked `in:suggested`."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.facts.patterns import P
from wicara.graph.facts.skeleton import description, header
from wicara.graph.turtle import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.graph.facts.draft.suggestion import Suggestion
    from wicara.graph.facts.source import Source

PARTS: Final = Path(__file__).with_name("parts.toml")
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
NOTE: Final = """
# Suggestions of `wicara draft`: no facts, and left out by every command. To accept one, complete it as
# docs/add-an-article.md tells, with a name in both languages, and take `in:suggested` away; or delete it.
"""


@cache
def parts() -> dict[str, dict[str, Any]]:
    """Return the pattern of each part, and the parameters that its fields give."""
    return tomllib.loads(PARTS.read_text(encoding="utf-8"))


def as_trig(found: Sequence[Suggestion], text: str, source: Source) -> str:
    """Return a draft as TriG in the short form; the facts are numbered in the order of the text."""
    prefixes = sorted((*header(source.name), f"@prefix p: <{P}> .\n", f"@prefix rdf: <{RDF}> .\n"))
    facts = (fact(number, one, text, source.language) for number, one in enumerate(found, 1))
    return "".join((*prefixes, description(source), NOTE, *facts))


def fact(number: int, one: Suggestion, text: str, language: str) -> str:
    """Return a suggestion: its mark with all that is proposed, its pattern, its words."""
    proposed = {"part": one.part, "rule": one.rule, "score": round(one.score, 2), **one.fields}
    mark = json.dumps(proposed, ensure_ascii=False).replace("\\", "\\\\").replace("'", "\\'")
    said = "".join(f" ; {statement}" for statement in pattern(one, text, language))
    return (
        f"\nf:F{number:03} in:suggested '{mark}'^^rdf:JSON{said} ;\n"
        f'    in:quote {quoted(one.quote(text))}@{language} ; in:span "{one.start}-{one.end}" .\n'
    )


def pattern(one: Suggestion, text: str, language: str) -> Iterator[str]:
    """Yield the pattern of a suggestion, and the parameters whose values its fields give."""
    part = parts()[one.part]
    if "pattern" in part:
        yield f"a p:{part['pattern']}"
    for parameter, name in part.get("values", {}).items():
        value = str(one.fields.get(name, ""))
        if value:
            yield f"p:{parameter} {value if NUMBER.fullmatch(value) else quoted(value)}"
    if "words" in part:
        yield f"p:{part['words']} {quoted(one.quote(text))}@{language}"
