"""From a pasted text to served facts, with the keyboard alone: how many keys it takes, what forms take."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect
from review_process import reviewed
from server_process import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Command
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.first_article

SOURCE: Final = "12-whitehouse-2023-09-06-us-asean-summit"
MOST_FOR_RIGHT: Final = 12
MOST_FOR_NEW: Final = 60
RIGHT: Final = 4
"""How many claims of the text are taken as right, and counted."""


def current(page: Page) -> str:
    """Return the part of the current suggestion, once it is shown what is proposed for it."""
    expect(page.locator("li.current .proposal, form.fact")).to_have_count(1)
    return str(page.locator("li.current .head .tag").first.inner_text())


def decided(page: Page, key: str) -> None:
    """Press the key of a decision, and wait until it is taken."""
    before = page.locator(".progress").inner_text()
    page.keyboard.press(key)
    expect(page.locator(".progress")).not_to_have_text(before)


@contextmanager
def answered_late(page: Page, name: str) -> Iterator[None]:
    """Answer the first request of an address that is made meanwhile only afterwards."""
    late: list[Route] = []
    page.route(f"**/{name}?*", lambda route: late.append(route))  # noqa: PLW0108 - asked for its signature
    with page.expect_request(f"**/{name}?*"):
        yield
    with page.expect_response(f"**/{name}?*"):
        for route in late:
            route.continue_()
    page.unroute(f"**/{name}?*")


def pasted(page: Page, text: str) -> None:
    """Paste a text, say of which day it is, and begin."""
    expect(page.locator("#pasted")).to_be_focused()
    page.keyboard.insert_text(text)
    page.keyboard.press("Tab")
    page.keyboard.type("2023-09-06")
    with answered_late(page, "session"):
        page.keyboard.press("Control+Enter")
        expect(page.locator("article.text")).to_have_text(text)
        expect(page.get_by_role("status")).to_contain_text("being read for suggestions")
    current(page)


def described(page: Page) -> None:
    """Say who published the article: a body that is new, and made in place."""
    page.keyboard.press("g")
    expect(page.locator("form.fact input").first).to_be_focused()
    page.keyboard.type("White House")
    expect(page.get_by_role("option", name="New: “White House”").first).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("form.fact")).to_have_count(0)


def hurried(page: Page) -> None:
    """Press keys before the page has gone on: each decides on an item of its own, and each is undone."""
    open_now = page.locator("li[data-state=suggested]").count()
    for _ in range(3):
        page.keyboard.press("r")
    expect(page.locator("li[data-state=suggested]")).to_have_count(open_now - 3)
    for _ in range(3):
        page.keyboard.press("z")
    expect(page.locator("li[data-state=suggested]")).to_have_count(open_now)
    expect(page.locator(".banner")).to_be_hidden()
    current(page)


def right_ones_accepted(page: Page) -> list[str]:
    """Accept the claims that lack nothing, and reject all else on the way; return their numbers."""
    accepted: list[str] = []
    while len(accepted) < RIGHT:
        fact = page.locator("li.current").get_attribute("data-fact") or ""
        is_right = current(page) == "claim" and page.locator("li.current .lacks").count() == 0
        decided(page, "a" if is_right else "r")
        accepted += [fact] if is_right else []
    return accepted


def fact_added(page: Page) -> None:
    """Add a fact that was not suggested: that the summit was held on a day, by words of the text.

    The page goes while the form is open: the form is offered again as it was left.
    """
    page.keyboard.press("n")
    page.keyboard.type("annual")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("form.fact select").first).to_be_focused()
    page.keyboard.type("was he")
    page.keyboard.press("Tab")
    new = page.get_by_role("option", name="New: “annual U.S.-ASEAN Summit”")
    expect(new).to_be_visible()
    while new.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.reload()
    expect(page.get_by_role("button", name="Go on with it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("form.fact [data-field=event] input")).to_have_value("annual U.S.-ASEAN Summit")
    while page.evaluate("() => document.activeElement.name") != "within":
        page.keyboard.press("Tab")
    page.keyboard.type("2023-09-06")
    expect(page.locator("[data-field=within] output")).to_have_text("6 September 2023")
    page.keyboard.press("Control+Enter")
    expect(page.locator("form.fact")).to_have_count(0)


def left_and_taken_up(page: Page) -> None:
    """Edit a suggestion, leave it, and find it as it was left; another beginning gives what is suggested."""
    fact = page.locator("li.current").get_attribute("data-fact")
    page.keyboard.press("e")
    quote = page.locator("form.fact [data-field=quote] input")
    suggested = quote.input_value()
    quote.fill("words of mine")
    page.reload()
    row = page.locator(f"li[data-fact={fact}]")
    expect(row.locator(".unfinished")).to_be_visible()
    current(page)
    assert page.locator("li.current").get_attribute("data-fact") == fact
    page.keyboard.press("e")
    expect(quote).to_have_value("words of mine")
    page.get_by_role("button", name="Start over").press("Enter")
    expect(quote).to_have_value(suggested)
    expect(row.locator(".unfinished")).to_have_count(0)
    quote.press("Escape")
    expect(page.locator("form.fact")).to_have_count(0)
    current(page)


def test_from_paste_to_served_facts(browser: Browser, shared: Path, wicara: Command, tmp_path: Path) -> None:
    """A text is pasted, its right suggestions are accepted, a fact is added, and a server shows them.

    No key waits for a check, as none is answered; the log has each wait with its key.
    """
    text = (shared / "growth" / "sources" / f"{SOURCE}.txt").read_text(encoding="utf-8")
    file = tmp_path / "my" / "us-asean.trig"
    faults: list[str] = []
    with reviewed(file, "--source", tmp_path / "us-asean.txt") as review:
        context = browser.new_context(locale="en", viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"http://127.0.0.1:{review.port}{review.path}")
        pasted(page, text)
        described(page)
        left_and_taken_up(page)
        hurried(page)
        page.route("**/check?*", lambda _: None)  # no answer: what has to wait for a check does not go on
        accepted = right_ones_accepted(page)
        fact_added(page)
        context.close()
    assert faults == []
    log = file.with_name("us-asean.review.jsonl").read_text(encoding="utf-8")
    entries = [json.loads(line) for line in log.splitlines()]
    steps = [wait for one in entries for wait in one.get("waits", ())]
    assert {"a", "r", "n", "Enter", "Ctrl+Enter", "list", "paste", "suggestions"} <= {
        step["key"] for step in steps
    }
    assert all(step["ms"] >= 0 for step in steps)
    keys = {kind: [one["keys"] for one in entries if one["decision"] == kind] for kind in ("accept", "new")}
    assert sum(keys["accept"]) <= MOST_FOR_RIGHT * RIGHT
    assert [one <= MOST_FOR_NEW for one in keys["new"]] == [True]
    sys.stdout.write(wicara("review", file, "--summary").stdout)
    with served("--data", tmp_path / "data", "--add", file.parent) as server:
        harris = server.get("/doc/person/kamala-harris", accept="text/html").text
        assert "reaffirmed the U.S. commitment" in harris
        rows = server.ask(
            "SELECT ?number { ?fact wic:factOf article:us-asean ; wic:factIdentifier ?number }"
        ).rows
        assert {row["number"] for row in rows} > {*accepted}
        assert len(rows) == RIGHT + 1


SAID: Final = "Joko Widodo said in Sochi on 2 May 2019 that trade grew with others."
MOST_TABS: Final = 60
DONE: Final = "Japan, China and Russia opened an office. Russia will host the ASEAN-Russia summit."


def marked(page: Page, key: str, letters: str) -> None:
    """Mark words: the first by its first letters, the last by its own, with a capital."""
    page.keyboard.press(key)
    for word in letters.split():
        page.keyboard.type(word)
        page.clock.run_for(2000)  # the letters that come now begin another word
    page.keyboard.press("Enter")
    expect(page.locator("form.fact")).to_be_visible()


def reached(page: Page, field: str) -> None:
    """Go to a field with Tab alone; what is folded on the way is opened."""
    for _ in range(MOST_TABS):
        name, is_folded = page.evaluate(
            """() => [document.activeElement.name,
                     document.activeElement.matches('details:not([open]) > summary')]"""
        )
        if name == field:
            return
        page.keyboard.press("Enter" if is_folded else "Tab")
    pytest.fail(f"Tab does not reach {field}")


def chosen(page: Page, field: str, typed: str, name: str) -> None:
    """Choose a thing that is known in a field, by its name."""
    reached(page, field)
    page.keyboard.type(typed)
    page.clock.run_for(100)
    option = page.locator("ul.suggestions:not([hidden]) [role=option]").filter(has_text=name).first
    expect(option).to_be_visible()
    while option.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def saved(page: Page) -> None:
    """Save a form."""
    page.keyboard.press("Control+Enter")
    expect(page.locator("form.fact")).to_have_count(0)


def begun(page: Page, letters: str, pattern: str) -> None:
    """Begin a fact with words of the text and the pattern of a name."""
    marked(page, "n", letters)
    expect(page.locator("form.fact select").first).to_be_focused()
    page.keyboard.type(pattern)
    page.keyboard.press("Tab")


def test_day_place_all_who_did_it_and_a_host_to_come(
    browser: Browser, wicara: Command, tmp_path: Path
) -> None:
    """Where and when it was said, all who did something, and a host to come are entered by keyboard.

    Other words of a suggestion take the place of those that it had, and the other language quotes what is
    written in that of the text. What is said by nobody is not saved.
    """
    file, source = tmp_path / "my" / "office.trig", tmp_path / "office.txt"
    source.write_text(f"{SAID} {DONE}\n", encoding="utf-8")
    with reviewed(file, "--source", source, "--date", "2019-05-03") as review:
        page = browser.new_context(locale="en", viewport={"width": 1280, "height": 900}).new_page()
        page.clock.install()
        page.goto(f"http://127.0.0.1:{review.port}{review.path}")
        current(page)
        while "trade grew" not in page.locator("li.current q").inner_text():
            decided(page, "r")
            current(page)
        page.keyboard.press("w")
        for _ in range(2):
            page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Enter")
        quote = page.locator("form.fact [data-field=quote] input")
        expect(quote).to_have_value("trade grew")
        expect(page.locator("[data-field=says-id] input")).to_have_value("“trade grew”")
        reached(page, "says-en")
        page.keyboard.press("End")
        page.keyboard.type("!")
        expect(page.locator("[data-field=says-id] input")).to_have_value("“trade grew!”")
        chosen(page, "place", "soch", "Sochi")
        reached(page, "within")
        page.keyboard.type("2019-05-02")
        saved(page)

        begun(page, "opened Office", "did s")
        chosen(page, "who", "japa", "Japan")
        chosen(page, "also", "chin", "China")
        chosen(page, "also", "russ", "Russia")
        expect(page.locator("[data-field=also] .chips .mark")).to_have_count(2)
        saved(page)

        begun(page, "host Summit", "is to take")
        chosen(page, "event", "asean-russia summit", "ASEAN-Russia Summit")
        chosen(page, "who", "russ", "Russia")
        reached(page, "role")
        with answered_late(page, "read"):
            page.keyboard.type("host")
            page.clock.run_for(100)
        expect(page.locator("[data-field=role] input")).to_have_value("host")
        chosen(page, "role", "", "host")
        saved(page)

        begun(page, "trade Grew", "said")
        page.keyboard.press("Control+Enter")
        expect(page.locator("form.fact [data-field=speaker] .fault")).to_be_visible()
    long = wicara("expand", file).stdout
    assert "wic:heldAt place:sochi" in long
    assert "Joko Widodo: trade grew! (Sochi) (2 May 2019)" in long
    assert {"state:china", "state:japan", "state:russia"} <= set(
        re.findall(r"wic:participant (state:\w+)", long)
    )
    assert re.search(r"wic:hasProspectiveParticipation situation:russia-to-be-at", long)
