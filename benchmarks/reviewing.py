"""What a review takes: texts are pasted, reviewed and added to with the keyboard alone, in a real Chromium.

The texts, and the facts that people found in them, are in `$WICARA_SHARED/growth`. A suggestion is accepted
where it is of such a fact and lacks nothing, left as unsure where it lacks something, else rejected. Some
of the facts that none is of are added: as said where somebody says them, else as done by the first who is
named. Keys and waits are those that the page logs. Run it by `make reviewing`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
from collections import Counter
from pathlib import Path
from textwrap import indent
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from chromium import PATIENCE, launched
from drafting import by_half, fits
from playwright.sync_api import expect
from review_process import reviewed
from wicara.graph.facts.review.log import log_path, read_log, summary

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATTERNS: Final = {"speaker": "said", "who": "did s"}
"""What is typed to choose the pattern of a new fact, by the field that its person, state or body goes to."""
ACTORS: Final = frozenset({"Person", "State", "Organization"})
LETTERS: Final = 4
"""How many letters of a word are typed to go to it."""
TYPED: Final = 1600
"""Milliseconds after which letters begin another word; a person reads meanwhile."""
TRIES: Final = 12
SHORT: Final = 3
"""Up to how many words are marked one by one."""
WORD: Final = r"\w[\w'\u2019.\-/&]*\w|\w"
WHERE: Final = """() => {
  const range = getSelection().getRangeAt(0), before = range.cloneRange();
  before.selectNodeContents(document.querySelector('article.text'));
  before.setEnd(range.startContainer, range.startOffset);
  return [before.toString().length, before.toString().length + range.toString().length];
}"""


Fact = dict[str, Any]


def main() -> None:
    """Review each text, and print what it took; a text without a list of facts is left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only the texts whose name has this")
    parser.add_argument("--new", type=int, default=5, help="how many facts are added to a text (default: 5)")
    options = parser.parse_args()
    shared = os.environ.get("WICARA_SHARED")
    if not shared:
        parser.error("the texts are no part of this software: name the folder that has them by WICARA_SHARED")
    lists = [p for p in sorted((Path(shared) / "growth/gold").glob("*.json")) if options.only in p.name]
    if not lists:
        parser.error(f"there are no texts with lists of facts in {shared}/growth/gold")
    every: list[dict[str, Any]] = []
    with launched() as browser:
        expect.set_options(timeout=PATIENCE)
        for path in lists:
            counts, entries = review(browser, path, options.new)
            every += entries
            print(f"{path.stem}: {counts_in_words(counts)}\n{indent(summary(entries), '  ')}", flush=True)
    print(f"all texts\n{indent(summary(every), '  ')}")


def counts_in_words(counts: Counter[str]) -> str:
    """Return how many there were of each."""
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def review(browser: Browser, path: Path, new: int) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Paste the text of a list of facts, decide on what is suggested, add facts; return the page's log."""
    listed = json.loads(path.read_text(encoding="utf-8"))
    text = (path.parents[1] / listed["source"]["file"]).read_bytes().decode()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "my" / "text.trig"
        with reviewed(file, "--source", Path(folder) / "text.txt") as server:
            context = browser.new_context(locale="en", viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.port}{server.path}")
            paste(page, text, str(listed["source"].get("date") or ""))
            items = [SimpleNamespace(**item) for item in server.get("session")["items"]]
            right = {
                item.fact: [fact for fact in listed["facts"] if fits(item.part, fact) and by_half(item, fact)]
                for item in items
            }
            counts = decide(page, {fact for fact, found in right.items() if found})
            touched = [fact for found in right.values() for fact in found]
            left = [fact for fact in listed["facts"] if fact not in touched and who(fact)]
            for fact in [fact for fact in left if len(fact["quote"].split()) in range(2, 13)][:new]:
                counts["added" if add(page, text, fact) else "not added"] += 1
            context.close()
        return counts, read_log(log_path(file))


def paste(page: Page, text: str, day: str) -> None:
    """Paste a text, say of which day it is, and begin."""
    expect(page.locator("#pasted")).to_be_focused()
    page.keyboard.insert_text(text)
    page.keyboard.press("Tab")
    page.keyboard.type(day if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", day) else "")
    page.keyboard.press("Control+Enter")
    shown(page)


def shown(page: Page) -> None:
    """Wait until it is shown what is proposed for the current suggestion."""
    expect(page.locator("li.current .proposal")).to_have_count(1)


def decide(page: Page, right: set[str]) -> Counter[str]:
    """Decide on each suggestion, in their order; return how many were accepted, unsure, rejected."""
    counts: Counter[str] = Counter()
    while page.locator("li[data-state=suggested]").count():
        shown(page)
        row = page.locator("li.current")
        if row.get_attribute("data-fact") not in right:
            key, name = "r", "rejected"
        elif row.locator(".lacks").count():
            key, name = "u", "right but incomplete"
        else:
            key, name = "a", "accepted"
        if not pressed(page, key):  # a check has found something: the form is open
            page.keyboard.press("Escape")
            shown(page)
            pressed(page, "u")
            name = "right but refused"
        counts[name] += 1
    return counts


def pressed(page: Page, key: str) -> bool:
    """Press the key of a decision, and tell whether it is taken; else a form is opened."""
    progress = page.locator(".progress")
    before = re.compile(rf"^{re.escape(progress.inner_text())}$")
    page.keyboard.press(key)
    expect(progress.filter(has_not_text=before).or_(page.locator("form.fact")).first).to_be_visible()
    return page.locator("form.fact").count() == 0


def who(fact: Fact) -> tuple[str, str] | None:
    """Return the field and the name of who says a fact, or of its first actor; None where it has none."""
    if fact["speaker"]:
        return "speaker", str(fact["speaker"])
    actors = [str(each["name"]) for each in fact["entities"] if each["class"] in ACTORS]
    return ("who", actors[0]) if actors else None


def add(page: Page, text: str, fact: Fact) -> bool:
    """Add a fact by its words; tell whether the page took it."""
    field, name = who(fact) or ("", "")
    page.keyboard.press("n")
    if not mark(page, text, fact):
        page.keyboard.press("Escape")
        return False
    expect(page.locator("form.fact select").first).to_be_focused()
    page.keyboard.type(PATTERNS[field])
    page.keyboard.press("Tab")
    while page.evaluate("() => document.activeElement.name") != field:
        is_folded = page.evaluate("() => document.activeElement.matches('details:not([open]) > summary')")
        page.keyboard.press("Enter" if is_folded else "Tab")
    page.keyboard.type(name.lower())
    expect(page.locator("ul.suggestions:not([hidden]) [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    with page.expect_response("**/decide?*") as answer:
        page.keyboard.press("Control+Enter")
    if not answer.value.ok:
        page.keyboard.press("Escape")
    expect(page.locator("form.fact")).to_have_count(0)
    return bool(answer.value.ok)


def mark(page: Page, text: str, fact: Fact) -> bool:
    """Mark the words of a fact, by the letters of the first and the last; tell whether they could be."""
    found = [*re.finditer(WORD, text[fact["start"] : fact["end"]])]
    first, last = (
        len(text[: fact["start"] + at].encode("utf-16-le")) // 2 for at in (found[0].start(), found[-1].end())
    )
    for _ in range(TRIES):
        if page.evaluate(WHERE)[0] == first:
            break
        page.keyboard.type(found[0][0][:LETTERS].lower())
        page.wait_for_timeout(TYPED)
    else:
        return False
    letters = found[-1][0][:LETTERS]
    while page.evaluate(WHERE)[1] < last:
        if letters[0].isalpha() and len(found) > SHORT:
            page.keyboard.type(letters.capitalize())
            page.wait_for_timeout(TYPED)
        else:
            page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    return True


if __name__ == "__main__":
    main()
