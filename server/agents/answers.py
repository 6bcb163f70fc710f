"""What a tool answers: rows within a budget of bytes, the evidence that they refer to, and where to go on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from wicara.graph.names import GRAPHS
from wicara.server.agents import TABLE
from wicara.server.app_state import dataset
from wicara.server.http.addresses import path_of, public_url
from wicara.server.site.pages.explain import explain_href
from wicara.server.site.tables.statuses import graphs_behind, status_text
from wicara.server.site.words import prefixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wicara.graph.evidence import Basis
    from wicara.graph.status import Status
    from wicara.server.site.tables.rows import Evidence, Support
    from wicara.server.site.words import Words

Json: TypeAlias = "dict[str, Any]"

MIN_BUDGET, USUAL_BUDGET, MAX_BUDGET = 1_000, 12_000, 100_000
OVERHEAD: Final = 600
"""Bytes of an answer beside its rows and their evidence."""


class Refused(Exception):  # noqa: N818 - it is an outcome
    """A call that is not run; the text says why."""


@dataclass(frozen=True)
class Item:
    """A row, and the graphs that it rests on."""

    row: Json
    graphs: Sequence[str] = ()


@dataclass(frozen=True)
class Call:
    """A call of a tool: its arguments, how many bytes the answer may have, and which row it begins with."""

    arguments: Mapping[str, Any]
    budget: int
    start: int

    @classmethod
    def of(cls, tool: str, arguments: Mapping[str, Any]) -> Call:
        """Return the call that arguments make; raises Refused for arguments that the tool does not take."""
        known = TABLE["tools"][tool].get("parameters", {}) | TABLE["parameters"]
        if unknown := sorted(set(arguments) - set(known)):
            raise Refused(f"{tool} has no parameter {unknown[0]}; it has {', '.join(known)}.")
        for name in TABLE["tools"][tool].get("required", ()):
            if arguments.get(name) in {None, ""}:
                raise Refused(f"{tool} needs the parameter {name}.")
        kinds = {"string": str, "integer": int, "object": dict, "boolean": bool}
        for name, value in arguments.items():
            if not isinstance(value, kinds[known[name]["type"]]):
                raise Refused(f"The parameter {name} is to be of type {known[name]['type']}.")
        budget = arguments.get("budget", USUAL_BUDGET)
        if not MIN_BUDGET <= budget <= MAX_BUDGET:
            raise Refused(f"The budget is to be from {MIN_BUDGET} to {MAX_BUDGET} bytes.")
        return cls(arguments, budget, place_in(arguments.get("resume", "")))


def place_in(resume: str) -> int:
    """Return the row that `resume` names; raises Refused where it is of another version of the dataset."""
    if not resume:
        return 0
    number, _, digest = resume.partition("-")
    if not number.isdecimal() or digest != dataset().digest[:12]:
        raise Refused("`resume` is of another version of the dataset, or no such mark: begin again without.")
    return int(number)


@dataclass
class Packing:
    """Puts rows into an answer until its bytes are used up."""

    call: Call
    evidence: Evidence | None = None
    rows: list[Json] = field(default_factory=list)
    bases: dict[str, Json] = field(default_factory=dict)
    size: int = OVERHEAD

    def pack(self, items: Iterable[Item], *, more: bool = False, **members: Any) -> Json:  # noqa: ANN401 - JSON
        """Return the answer with as many rows as fit, at least one; `more`: there are others than these."""
        self.size += size_of(members)
        left = list(items)
        for item in left:
            new = {key: basis for key, basis in self.bases_of(item.graphs) if key not in self.bases}
            row = item.row | ({"rests_on": [short(graph) for graph in item.graphs]} if item.graphs else {})
            size = size_of(row) + size_of(new)
            if self.rows and self.size + size > self.call.budget:
                break
            self.rows.append(row)
            self.bases |= new
            self.size += size
        is_cut = more or len(self.rows) < len(left)
        outcome = "truncated" if is_cut else "rows" if self.rows else "empty"
        if is_cut:
            members["resume"] = f"{self.call.start + len(self.rows)}-{dataset().digest[:12]}"
        return ending(outcome, rows=self.rows, evidence=self.bases, **members)

    def bases_of(self, graphs: Iterable[str]) -> Iterable[tuple[str, Json]]:
        """Return what graphs rest on, each with its short name."""
        if self.evidence is None:
            return []
        known, words = self.evidence.bases, self.evidence.words
        return [(short(graph), evidence_record(known[graph], words)) for graph in graphs if graph in known]


def ending(outcome: str, **members: Any) -> Json:  # noqa: ANN401 - JSON
    """Return an answer that ended so, with what to do next and the version that it is of."""
    result = {"outcome": outcome, "next": TABLE["outcomes"][outcome], **members}
    result["dataset"] = f"{dataset().version} ({dataset().digest[:12]})"
    return {key: value for key, value in result.items() if value not in ("", {}, None)}


def evidence_record(basis: Basis, words: Words) -> Json:
    """Return what a graph rests on: who says it, in which words, in which text, where to read it."""
    speakers = [words.show(term) for term in basis.said.get("who", ())]
    article = basis.quotes[0].article if basis.quotes else basis.text.iri if basis.text else ""
    place = basis.text.places.get(words.lang, "") if basis.text else ""
    result = {
        "link": address_of(basis.graph),
        "speaker": ", ".join(speaker.text for speaker in speakers if speaker),
        "words": [quote.exact.value for quote in basis.quotes],
        "source": words.show_iri(article).text if article else "; ".join(basis.sources),
        "place": place,
        "read_at": (basis.quotes[0].copy if basis.quotes else basis.text.copy if basis.text else ""),
    }
    return {key: value for key, value in result.items() if value}


def traced(row: Json, support: Support, statuses: Sequence[Status], words: Words, clash: str = "") -> Item:
    """Return a row with its status, what it rests on, and the proofs of what is inferred.

    `clash` is the comparison by which other sources give another value, if they do.
    """
    behind = dict.fromkeys((*support.graphs, *graphs_behind(support.statements)))
    status = status_text(statuses[0], words) if statuses else ""
    if support.inferred:
        proofs = [public_url(explain_href(triple)) for triple in support.inferred]
        row = row | {"inferred": True, "proofs": proofs[:MAX_PROOFS]}
    if clash:
        row = row | {"sources_differ": public_url(f"/conflicts#{clash}")}
    if not (behind or support.inferred):
        row = row | {"untraced": "No single statement says this: `explain` or `describe` its parts."}
    return Item(row | ({"status": status} if status else {}), tuple(behind))


MAX_PROOFS: Final = 3
"""The proofs of a row whose addresses are given."""


def address_of(iri: str) -> str:
    """Return where an IRI is described."""
    path = path_of(iri)
    return public_url(path) if path else iri


def short(iri: str) -> str:
    """Return an IRI as short as a program can read it."""
    return iri.removeprefix(GRAPHS) if iri.startswith(GRAPHS) else prefixed(iri)


def size_of(value: Any) -> int:  # noqa: ANN401 - JSON
    """Return how many bytes a value takes."""
    return len(as_bytes(value))


def as_bytes(value: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
