"""How good the suggestions of `wicara draft` are: against lists of facts that people made of the same texts.

    python benchmarks/drafting.py [FOLDER] [--missed] [--wrong]

FOLDER has `gold/*.json` and the texts that they name (default: `growth` in $WICARA_SHARED). Printed for each
text, and for each part: how many suggestions; *kept*, those that overlap a fact of a kind that fits by at
least half of the shorter of the two; *touched*, the facts that a kept suggestion overlaps so; *span right*,
the kept ones that share more than half of the words of the two together; *speaker right*, where the fact
has a speaker.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from wicara.graph.facts.draft.drafting import draft
from wicara.graph.inputs import read_inputs

if TYPE_CHECKING:
    from pyoxigraph import Quad
    from wicara.graph.facts.draft.suggestion import Suggestion

Fact: TypeAlias = dict[str, Any]
"""A fact of a list: its quote from `start` to `end`, its kind, modality and speaker."""

FITS: Final = {
    "role": {"role"},
    "states": {"participation", "membership", "statement", "status", "background"},
    "figure": {"figure"},
    "claim": {"statement", "proposal", "claimed", "planned", "proposed"},
    "quotation": {"statement", "proposal", "claimed", "planned", "proposed"},
    "source": {"background", "statement"},
    "plan": {"plan", "proposal", "planned", "proposed"},
    "event": {"event", "participation", "document", "statement:asserted", "plan"},
    "meeting": {"event", "participation", "plan"},
    "date": {"event", "participation", "document"},
    "document": {"document", "statement", "proposal"},
    "partnership": {"status", "plan", "statement"},
    "membership": {"membership", "status", "participation"},
    "dateline": {"background"},
}
"""The kinds, or modalities, of facts that suggestions of a part fit."""


def fits(part: str, fact: Fact) -> bool:
    """Tell whether a suggestion of a part may state a fact."""
    kinds = FITS[part]
    of_fact = {fact["kind"], fact["modality"], f"{fact['kind']}:{fact['modality']}"}
    return bool(kinds & of_fact)


def overlap(one: Suggestion, fact: Fact) -> int:
    """Return how many characters a suggestion and a fact share."""
    return max(0, min(one.end, fact["end"]) - max(one.start, fact["start"]))


def by_half(one: Suggestion, fact: Fact) -> bool:
    """Tell whether they share at least half of the shorter one."""
    return overlap(one, fact) * 2 >= min(one.end - one.start, fact["end"] - fact["start"]) > 0


def alike(one: Suggestion, fact: Fact) -> bool:
    """Tell whether they share more than half of what both are together."""
    return overlap(one, fact) * 2 > max(one.end, fact["end"]) - min(one.start, fact["start"])


def same_speaker(suggested: str, right: str) -> bool:
    """Tell whether two names of a speaker are the same, or one is part of the other."""
    first, second = ({*re.findall(r"\w{2,}", name.lower())} - {"the", "of"} for name in (suggested, right))
    return bool(first and second) and (first <= second or second <= first)


def measure(path: Path, quads: tuple[Quad, ...]) -> tuple[dict[str, Counter[str]], list[str], list[str]]:
    """Return the counts of a text by part, the facts that are missed, and the suggestions not kept."""
    gold = json.loads(path.read_text(encoding="utf-8"))
    source, facts = gold["source"], gold["facts"]
    text = (path.parents[1] / source["file"]).read_bytes().decode()
    day = source.get("date") or ""
    found = draft(text, quads, date.fromisoformat(day) if len(day) == len("2025-01-01") else None)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    touched: set[str] = set()
    wrong = []
    for one in found.suggestions:
        right = [fact for fact in facts if fits(one.part, fact) and by_half(one, fact)]
        row = counts[one.part]
        row["suggested"] += 1
        row["kept"] += bool(right)
        row["span"] += any(alike(one, fact) for fact in right)
        touched |= {fact["id"] for fact in right}
        row["touches"] += len(right)
        spoken = [fact for fact in right if fact["speaker"]]
        if one.part in {"claim", "quotation"} and spoken:
            best = max(spoken, key=lambda fact: overlap(one, fact))
            row["spoken"] += 1
            same = same_speaker(one.fields.get("speaker", ""), best["speaker"])
            row["speaker"] += same
            if not same:
                wrong.append(
                    f"speaker: {one.fields.get('speaker')} for {best['speaker']}: {shown(one, text)}"
                )
        if not right:
            wrong.append(shown(one, text))
    counts["all"] = sum(counts.values(), Counter())
    counts["all"]["touched"], counts["all"]["facts"] = len(touched), len(facts)
    missed = [
        f"{fact['id']} {fact['kind']:13} {fact['modality']:9} {fact['quote']!r}"
        for fact in facts
        if fact["id"] not in touched
    ]
    return counts, missed, wrong


def shown(one: Suggestion, text: str) -> str:
    """Return a suggestion on a line."""
    return f"{one.rule:22} {text[one.start : one.end]!r}"


def shares(row: Counter[str]) -> dict[str, int]:
    """Return the shares of a row, in percent, as far as there is something to share."""
    parts = {
        "kept": ("kept", "suggested"),
        "span right": ("span", "kept"),
        "speaker right": ("speaker", "spoken"),
        "touched": ("touched", "facts"),
    }
    return {name: round(100 * row[part] / row[whole]) for name, (part, whole) in parts.items() if row[whole]}


def table(title: str, rows: dict[str, Counter[str]]) -> str:
    """Return the table of a text."""
    names = ("kept", "span right", "speaker right", "touched")
    lines = [title, f"{'':14}{'suggested':>10}" + "".join(f"{name:>15}" for name in names)]
    for part in (*(part for part in rows if part != "all"), "all"):
        cells = (f"{shares(rows[part])[name]} %" if name in shares(rows[part]) else "-" for name in names)
        lines.append(f"{part:14}{rows[part]['suggested']:>10}" + "".join(f"{cell:>15}" for cell in cells))
    return "\n".join(lines)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    growth = Path(os.environ.get("WICARA_SHARED", ".")) / "growth"
    parser.add_argument("folder", nargs="?", type=Path, default=growth)
    parser.add_argument("--missed", action="store_true", help="print the facts that no suggestion touches")
    parser.add_argument("--wrong", action="store_true", help="print the suggestions that are not kept")
    parser.add_argument("--only", default="", help="only the texts whose name has this")
    parser.add_argument("--json", action="store_true", help="print the shares, in percent, as JSON")
    asked = parser.parse_args()
    quads = read_inputs(None).quads
    paths = [path for path in sorted((asked.folder / "gold").glob("*.json")) if asked.only in path.name]
    if not paths:
        parser.error(f"there are no lists of facts in {asked.folder}/gold")
    tables: dict[str, dict[str, Counter[str]]] = {}
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for path in paths:
        tables[path.stem], missed, wrong = measure(path, quads)
        for part, row in tables[path.stem].items():
            total[part].update(row)
        if not asked.json:
            print(table(path.stem, tables[path.stem]))
            print("\n".join((*(missed if asked.missed else ()), *(wrong if asked.wrong else ()), "")))
    if asked.json:
        told = {
            title: {part: shares(row) for part, row in rows.items()}
            for title, rows in (*tables.items(), ("all", total))
        }
        print(json.dumps(told, indent=1))
    else:
        print(table("all texts", total))


if __name__ == "__main__":
    main()
