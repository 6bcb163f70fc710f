"""What readers come for, found as they would find it: by names on the screen, with scripts and without."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Final

import pytest
from kinds import KINDS
from needed import needed
from playwright.sync_api import expect

if TYPE_CHECKING:
    from chromium import Visit
    from playwright.sync_api import Locator, Page, Route

HOME: Final = "/"
STATES: Final = "SELECT ?state { ?state a wic:State }"
MOST_TABS: Final = 80
BOTH: Final = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
"""Journeys that need no scripts go both ways."""


@BOTH
def test_coordinator_by_search(visit: Visit, scripts: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """Who was coordinator on 2 August 2018 is found by searching from the home page."""
    page = visit(HOME, java_script_enabled=scripts)
    field = page.get_by_role("main").get_by_placeholder("Name, place or question")
    field.fill("coordinator on the day of the meeting")
    field.press("Enter")
    page.get_by_role(
        "link", name=re.compile("On the day of the meeting Laos was the sitting coordinator")
    ).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Laos was the sitting coordinator")
    expect(page.get_by_role("main").get_by_text("interpretive reading").first).to_be_visible()


def test_a_question_is_suggested_before_what_only_shares_words(visit: Visit) -> None:
    """The question that a sentence asks is offered first as one types; a name has its thing first."""
    page = visit(HOME)
    field = page.get_by_role("main").get_by_role("combobox")
    first = page.locator("ul.suggestions:not([hidden]) [role=option]").first
    field.fill("Lavrov")
    expect(first).to_contain_text("Sergey Lavrov")
    field.fill("who was coordinator in June 2019")
    expect(first).to_contain_text("on 1 June 2019")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("on 1 June 2019")


@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("id", False)])
def test_the_head_of_a_page_leaves_room(visit: Visit, language: str, scripts: bool) -> None:  # noqa: FBT001 - as above
    """On a telephone the head is low and its menu folded; on a desk all parts of the site are in sight."""
    page = visit("/map", java_script_enabled=scripts, locale=language, viewport={"width": 360, "height": 740})
    head = page.get_by_role("banner")
    box = head.bounding_box()
    assert box
    assert box["height"] <= 120
    part = head.locator("a[href='/timeline']")
    expect(part).to_be_hidden()
    head.get_by_text("Menu").click()
    part.click()
    expect(page).to_have_url(re.compile("/timeline$"))
    expect(visit("/map").get_by_role("banner").locator("a[href='/timeline']")).to_be_visible()


@BOTH
def test_coordinator_by_question(visit: Visit, scripts: bool) -> None:  # noqa: FBT001 - as above
    """The same by a question of the home page: the answer comes first; then another day."""
    page = visit(HOME, java_script_enabled=scripts)
    page.get_by_role("link", name=re.compile("Who was the coordinator of the .* on 2 August 2018")).click()
    answer = page.get_by_role("region", name="Answer").first
    expect(answer.get_by_role("listitem").first).to_have_text(re.compile("Laos was coordinator"))
    expect(answer.get_by_role("listitem").last).to_have_text(re.compile("Indonesia was to follow"))
    page.get_by_label("date").fill("2020-01-01")
    if scripts:  # the field itself writes the day as the browser does
        expect(page.locator("label", has_text="date")).to_have_text("date 1 January 2020")
    page.get_by_role("button", name="Ask").click()
    expect(page).to_have_url(re.compile("date=2020-01-01"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 January 2020")
    expect(page.get_by_role("region", name="Answer").first).to_contain_text("Indonesia")
    expect(page.get_by_role("region", name="Answer").first).not_to_contain_text("Laos")


@BOTH
def test_coordinator_by_timeline(visit: Visit, scripts: bool) -> None:  # noqa: FBT001 - as above
    """The same by the timeline: on that day the term of Laos was under way, Indonesia's still to come."""
    page = visit(HOME, java_script_enabled=scripts)
    page.get_by_role("navigation").get_by_role("link", name="Timeline").click()
    page.get_by_role("main").locator("summary", has_text="Filter").click()
    page.get_by_label("On the day").fill("2018-08-02")
    page.get_by_role("main").locator("details").get_by_role("button", name="Show").click()
    day = page.get_by_role("region", name="2 August 2018")
    laos = day.get_by_role("listitem").filter(has_text="Laos as coordinator")
    expect(laos).to_contain_text("under way")
    indonesia = day.get_by_role("listitem").filter(has_text="Indonesia as coordinator of")
    expect(indonesia).to_contain_text("not begun")
    laos.get_by_role("link", name="F021").click()
    expect(page.get_by_role("main")).to_contain_text("Koordinator … 2015-2018”")


@pytest.mark.parametrize("view", ["timeline", "map", "network", "figures"])
def test_days_of_the_filter_hold_when_both_are_typed(visit: Visit, view: str) -> None:
    """Leaving the first day changes nothing yet; Enter in the second asks for both, as they were typed."""
    page = visit(f"/{view}", java_script_enabled=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("main").locator("summary", has_text="Filter").click()
    page.get_by_label("From").first.fill("1991")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Up to").first).to_be_focused()
    page.keyboard.type("2020")
    assert [url for url in asked if "from=" in url] == []
    page.keyboard.press("Enter")
    chosen = page.get_by_role("listitem").filter(has_text="31 December 2020")
    expect(chosen.first).to_be_visible()
    assert page.url.partition("?")[2] == "from=1991&to=2020"
    expect(page.get_by_label("From").first).to_have_value("1991")


def test_what_a_closer_timeline_leaves_out_is_counted(visit: Visit) -> None:
    """Nothing is outside a timeline of all; closer and later it says how much lies before and after."""
    page = visit("/timeline?from=2016&to=2019")
    heading = page.locator("#picture")
    before = heading.inner_text()
    page.get_by_role("link", name="All", exact=True).click()
    expect(heading).not_to_have_text(before)
    expect(page.locator(".edges a:visible")).to_have_count(0)
    page.get_by_role("link", name="Zoom in").click()
    expect(page.locator(".edges")).to_have_text(re.compile(r"← \d+ earlier\s*\d+ later →"))
    page.get_by_role("link", name="Later", exact=True).click()
    expect(page.locator(".edges a:visible")).to_have_text([re.compile(r"← \d+ earlier")])


def test_the_link_is_of_what_is_shown(visit: Visit) -> None:
    """The link of a timeline has the days to which it was brought; as it is copied, the version too."""
    page = visit("/timeline", permissions=["clipboard-read", "clipboard-write"])
    link = page.get_by_role("contentinfo").get_by_role("link", name=re.compile(":[0-9]+.timeline"))
    expect(link).to_have_attribute("href", "/timeline")
    page.get_by_label("From").first.fill("1991")
    page.keyboard.press("Enter")
    expect(link).to_have_attribute("href", "/timeline?from=1991")
    page.get_by_role("link", name="Zoom in").click()
    expect(link).to_have_attribute("href", re.compile("from=[0-9-]{10}&to=[0-9-]{10}$"))
    page.get_by_role("main").get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("main").get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{re.escape(page.url)}&version=[\d.]+", copied)
    assert shown(visit(copied)) == shown(visit(page.url))
    earlier = visit(re.sub(r"version=[\d.]+", "version=0.9", copied))
    expect(earlier.get_by_text("This address was made with version 0.9 of the dataset")).to_be_visible()
    expect(link).to_have_text(page.url.removeprefix("http://"))


def this_page(page: Page) -> Locator:
    """Return the link to a page that stands at its end."""
    return page.get_by_role("contentinfo").locator("#this-page")


def shown(page: Page) -> str:
    """Return what a page shows, but for the fields of its filter, which may be folded."""
    return str(
        page.locator("main").evaluate(
            "main => { const all = main.cloneNode(true); all.querySelector('#filter')?.remove();"
            " document.body.append(all); const text = all.innerText; all.remove(); return text; }"
        )
    )


@pytest.mark.parametrize("view", ["timeline", "map", "network", "figures"])
def test_the_link_after_a_choice_shows_the_same(visit: Visit, view: str) -> None:
    """When a filter has changed a view in place, its link and what it is called elsewhere are of that."""
    page = visit(f"/{view}")
    page.get_by_role("main").locator("summary", has_text="Filter").click()
    page.get_by_label("Actor").select_option(label="Indonesia")
    expect(page.get_by_role("listitem").filter(has_text="State: Indonesia").first).to_be_visible()
    address = str(this_page(page).get_attribute("href"))
    assert address == f"/{view}?actor=state/indonesia"
    told = [f"meta[property='og:{name}']" for name in ("title", "url", "description")]
    other = visit(address)
    assert shown(other) == shown(page)
    for each in told:
        assert page.locator(each).get_attribute("content") == other.locator(each).get_attribute("content")


def test_what_comes_late_does_not_replace_what_was_asked_after_it(visit: Visit) -> None:
    """Of two choices in a row the first may be answered last, and is left out; the link is the last one's."""
    page = visit("/timeline")
    page.get_by_role("main").locator("summary", has_text="Filter").click()
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route(re.compile(r"actor=state%2Flaos$"), hold)
    page.get_by_label("Actor").select_option(label="Laos")
    expect(this_page(page)).to_have_attribute("href", re.compile("actor=state%2Flaos$"))
    page.get_by_label("Actor").select_option(label="Myanmar")
    expect(page.get_by_role("listitem").filter(has_text="State: Myanmar").first).to_be_visible()
    for route in late:
        route.abort()
    expect(this_page(page)).to_have_attribute("href", "/timeline?actor=state/myanmar")
    expect(page.get_by_role("listitem").filter(has_text="State: Laos")).to_have_count(0)


def test_a_moved_timeline_is_the_one_of_its_link(visit: Visit) -> None:
    """What a timeline lists after it was moved is what its link lists."""
    page = visit("/timeline")
    page.get_by_role("link", name="Zoom in").click()
    expect(page.get_by_role("listitem").filter(has_text="Days:").first).to_be_visible()
    assert shown(visit(str(this_page(page).get_attribute("href")))) == shown(page)


def test_the_link_leads_to_the_day_of_the_slider_and_to_the_part_that_is_open(visit: Visit) -> None:
    """The slider takes the link along, and a part of a page that the address names is in the link."""
    page = visit("/as-of?date=2018-08-02")
    page.get_by_role("slider", name="Day").press("Home")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("As of 2 August 2018")
    day = page.get_by_role("heading", level=1).inner_text().removeprefix("As of ")
    expect(page.locator("label[for=date]")).to_have_text(f"Day {day}")
    address = str(this_page(page).get_attribute("href"))
    assert address in page.url
    assert shown(visit(address)).splitlines()[0] == page.get_by_role("heading", level=1).inner_text()
    page = visit("/conflicts")
    page.get_by_role("paragraph").get_by_role("link", name="Terms", exact=True).click()
    expect(this_page(page)).to_have_attribute("href", "/conflicts#terms")


@BOTH
def test_the_source_of_a_long_answer_is_one_click_away(visit: Visit, scripts: bool) -> None:  # noqa: FBT001 - as above
    """Where an answer has many sources they are folded; the link at a sentence opens them at its own."""
    page = visit("/questions/plans-and-the-record", java_script_enabled=scripts)
    cards = page.locator("article.card.source")
    expect(cards.first).to_be_hidden()
    link = page.locator(".says .source-line a[href^='#basis-']").first
    card = page.locator(f"[id='{str(link.get_attribute('href'))[1:]}']")
    link.click()
    expect(card).to_be_in_viewport()


def test_texts_are_shown_where_asked_for(visit: Visit) -> None:
    """All kinds but the texts are ticked; with these too they have a lane, and the address says so."""
    page = visit("/timeline")
    page.get_by_role("main").locator("summary", has_text="Filter").click()
    page.get_by_role("checkbox", name="Press texts").check()
    expect(page.get_by_role("heading", name=re.compile(r"^Press texts \d+"))).to_be_visible()
    expect(page).to_have_url(re.compile("kind=text"))


@BOTH
def test_a_link_to_a_folded_part_opens_it(visit: Visit, scripts: bool) -> None:  # noqa: FBT001 - as above
    """Each link to a part of where sources differ opens the part, and so does an address that ends in it."""
    page = visit("/conflicts", java_script_enabled=scripts)
    table = page.get_by_role("region", name="Figures", exact=True)
    expect(table).to_be_hidden()
    page.get_by_role("paragraph").get_by_role("link", name="Figures", exact=True).click()
    expect(table).to_be_visible()
    expect(page.get_by_role("heading", name="Figures", exact=True)).to_be_in_viewport()
    page = visit("/conflicts#terms", java_script_enabled=scripts)
    expect(page.get_by_role("region", name="Terms", exact=True)).to_be_visible()


@BOTH
def test_a_long_answer_is_folded_and_opens_whole(visit: Visit, scripts: bool) -> None:  # noqa: FBT001 - as above
    """Of many pairs the first are said; how many more there are leads to the table, which has all."""
    page = visit(
        "/questions/who-met-whom", java_script_enabled=scripts, viewport={"width": 360, "height": 740}
    )
    assert page.evaluate("document.documentElement.scrollHeight") < 10 * 740
    said = page.locator("ul.says > li").count()
    table = page.get_by_role("region", name="Result")
    expect(table).to_be_hidden()
    more = page.get_by_role("link", name=re.compile(r"^and \d+ more$")).and_(
        page.locator("[href='#as-table']")
    )
    left = int(re.sub(r"\D", "", more.inner_text()))
    more.click()
    expect(table).to_be_visible()
    pairs = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => row.cells[0].innerText + row.cells[1].innerText)"
    )
    assert len({*pairs}) == said + left


@BOTH
def test_a_place_shows_its_card_over_the_map(visit: Visit, scripts: bool) -> None:  # noqa: FBT001 - as above
    """A place on the map opens its card without losing the map, and the card leads back to it."""
    page = visit("/map", java_script_enabled=scripts)
    spot = page.locator("a.spot", has_text="Sochi")
    spot.focus()
    page.keyboard.press("Enter")
    card = page.locator(".card-place:target")
    expect(card).to_contain_text("Commemorative Summit, Sochi 2016")
    expect(card).to_be_in_viewport()
    expect(spot).to_be_in_viewport()
    card.get_by_role("link", name="Back to the map").click()
    expect(card).to_have_count(0)


NAMES: Final = """
names => names.map(name => ({
  text: name.textContent,
  box: name.getBoundingClientRect(),
  size: parseFloat(getComputedStyle(name).fontSize) * name.getScreenCTM().a,
})).filter(({box}) => box.width)
"""


@pytest.mark.parametrize("width", [1280, 900, 360])
@pytest.mark.parametrize("language", ["en", "id"])
def test_names_on_the_map_are_legible(visit: Visit, width: int, language: str) -> None:
    """On each screen the names that stand have eleven pixels at least, and none lies upon another."""
    page = visit("/map", viewport={"width": width, "height": 740}, locale=language)
    needed(page.locator(".map").count() > 0, "the scripts of the pages are not built: `make test` does it")
    names = page.locator(".map .spot text").evaluate_all(NAMES)
    assert "Jakarta" in {one["text"].split()[0] for one in names}
    assert len(names) > 8
    assert page.locator(".aside a", has_text="Washington").is_visible() == (width == 360)
    names += page.locator(".map .of-state").evaluate_all(NAMES)
    assert [one["text"] for one in names if one["size"] < 11] == []
    for one, other in combinations(names, 2):
        (a, b), height = (one["box"], other["box"]), 0.75
        apart = a["right"] <= b["left"] or b["right"] <= a["left"]
        middles = abs(a["top"] + a["bottom"] - b["top"] - b["bottom"]) / 2
        assert apart or middles >= min(a["height"], b["height"]) * height, (one["text"], other["text"])


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_network_begins_on_the_first_screen(visit: Visit, language: str) -> None:
    """On a telephone the picture is in sight at once, how many legible names it has is said, and who met."""
    page = visit("/network", viewport={"width": 360, "height": 740}, locale=language)
    assert page.locator("#drawn").evaluate("one => one.getBoundingClientRect().y") < 500
    names = page.locator(".network .node text").evaluate_all(NAMES)
    assert min(one["size"] for one in names) >= 9
    expect(page.locator(".aside")).to_contain_text(f"{page.locator('.network .node').count()} ")
    expect(page.locator(".aside")).to_be_in_viewport()
    page.locator("a[href='#met']").click()
    expect(page.locator("#met")).to_be_in_viewport()


@BOTH
def test_evidence_of_a_figure(visit: Visit, scripts: bool) -> None:  # noqa: FBT001 - as above
    """From the home page to the 42 %, and from there to the words that it rests on and their place."""
    page = visit(HOME, java_script_enabled=scripts)
    page.get_by_role("link", name=re.compile("How far had the Plan of Action")).click()
    page.get_by_role("region", name="Answer").first.get_by_role("link", name="sentence S10").click()
    evidence = page.locator(":target")
    expect(evidence).to_be_in_viewport()
    expect(page.get_by_role("article").filter(has=evidence)).to_contain_text("baru mencapai 42%")
    evidence.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(f"{KINDS['fact']}$"))
    words = page.get_by_role("blockquote").filter(has_text="baru mencapai 42%")
    expect(words).to_be_visible()
    expect(words).to_contain_text("1434\u20131477")
    expect(page.get_by_role("main")).to_contain_text("Retno L.P. Marsudi")


@BOTH
def test_proof_of_a_conclusion(visit: Visit, scripts: bool) -> None:  # noqa: FBT001 - as above
    """From the mark of an inferred statement to its proof, and down to the words of the article."""
    page = visit("/doc/person/retno-marsudi", java_script_enabled=scripts)
    page.get_by_role("link", name=re.compile(r"^Statements about this \d+")).click()
    said = page.get_by_role("definition").filter(has_text="has been foreign minister")
    said.get_by_role("link", name="inferred").first.click()
    expect(page).to_have_url(re.compile("/explain"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Why we say that")
    page.get_by_text("Each step, with its rule").click()
    expect(page.get_by_role("heading", name="Proof")).to_be_visible()
    closed = page.locator(".proof details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    expect(page.locator(".proof").get_by_text("Menteri Luar Negeri RI").first).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="F016", exact=True).first.click()
    expect(page.locator(":target")).to_be_in_viewport()


def test_language(visit: Visit) -> None:
    """Without scripts the language is switched by a link, stays from page to page, and is switched back."""
    page = visit(HOME, java_script_enabled=False)
    page.get_by_role("link", name="Bahasa Indonesia").click()
    expect(page.locator("html")).to_have_attribute("lang", "id")
    page.get_by_role("navigation").get_by_role("link", name="Ontologi").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ontologi diplomasi")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ontology of diplomacy")


def test_query_is_edited_run_and_shared(visit: Visit) -> None:
    """A question opens in the editor, runs, is changed and shared by its address."""
    page = visit("/query")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("tabpanel").last).to_contain_text("Anatoly Torkunov")
    page.get_by_text("Example questions").click()
    page.get_by_role("link", name=re.compile("Which events have taken place in Russia")).click()
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("tabpanel").last).to_contain_text("Sochi")
    editor = page.get_by_role("textbox", name=re.compile("Query in SPARQL"))
    editor.press("Control+a")
    page.keyboard.type(STATES)
    editor.press("Control+Enter")
    expect(page.get_by_role("tabpanel").last).to_contain_text("Viet Nam")
    page.get_by_role("button", name="Share").click()
    address = page.get_by_label("Address of this query").input_value()
    other = visit(re.sub(r"version=[\d.]+", "version=0.9", address))
    expect(other.get_by_text("This address was made with version 0.9 of the dataset")).to_be_visible()
    other = visit(address)
    expect(other.get_by_text(re.compile("This address names version"))).to_be_visible()
    expect(other.get_by_role("textbox", name=re.compile("Query in SPARQL"))).to_contain_text(STATES)
    expect(other.get_by_role("tabpanel").last).to_contain_text("Viet Nam")
    page.get_by_role("tab", name="Raw").click()
    page.get_by_role("button", name="Share").click()
    other = visit(page.get_by_label("Address of this query").input_value())
    expect(other.get_by_role("tab", name="Raw")).to_have_attribute("aria-selected", "true")
    expect(other.get_by_role("tabpanel").last).to_contain_text('"bindings"')


def test_unnamed_queries_speak_the_language(visit: Visit) -> None:
    """What is open and has no name is called in the language of the page; a name that was given stays."""
    page = visit("/query")
    tabs = page.get_by_role("tablist").first.get_by_role("tab")
    expect(tabs).to_have_text(["Query 1"])
    page.get_by_role("link", name="Bahasa Indonesia").click()
    expect(tabs).to_have_text(["Kueri 1"])
    page.get_by_role("button", name="Ganti nama").click()
    page.keyboard.type("Anggota")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="English").click()
    expect(tabs).to_have_text(["Anggota"])


def test_query_is_stopped(visit: Visit) -> None:
    """A query that runs too long is stopped by its reader, and the next one runs."""
    page = visit("/query")
    editor = page.get_by_role("textbox", name=re.compile("Query in SPARQL"))
    editor.fill("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status").filter(has_text="stopped")).to_be_visible()
    editor.fill(STATES)
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("tabpanel").last).to_contain_text("Viet Nam")


def test_question_by_keyboard(visit: Visit) -> None:
    """With keys alone: from the home page to a question, another day, and the evidence of the answer."""
    page = visit(HOME)
    question = page.get_by_role("link", name=re.compile("Who was the coordinator of the .* on 2 August 2018"))
    tab_to(page, question)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("region", name="Answer").first.get_by_role("link", name="sentence S05"))
    page.keyboard.press("Enter")
    expect(page.locator(":target")).to_be_in_viewport()
    expect(page.get_by_role("article").filter(has=page.locator(":target"))).to_contain_text(
        "Koordinator … 2015-2018”"
    )


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            return
    pytest.fail(f"Tab does not lead to {wanted}")


def test_query_without_scripts(visit: Visit) -> None:
    """Without scripts a query is written in a plain field, run, seen as a table, and changed."""
    page = visit("/query", java_script_enabled=False)
    page.get_by_role("textbox", name="SPARQL").fill(STATES)
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("table")).to_contain_text("Russia")
    page.get_by_role("textbox", name="Query").fill("ASK { state:russia a wic:State }")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("main")).to_contain_text("Yes")


def test_a_print_has_what_is_folded_and_asked(visit: Visit) -> None:
    """A print unfolds, keeps what was searched and the whole map, and leaves out ways through the site."""
    page = visit(KINDS["sources"])
    folded = page.locator("main details:not([open]) td").first
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("searchbox")).to_be_hidden()
    expect(page.get_by_role("link", name="About Wicara")).to_be_hidden()
    page.goto(KINDS["browse"])
    expect(page.locator("main summary").first).to_be_visible()
    expect(page.locator("main li").first).to_be_hidden()
    page.goto(KINDS["question"])
    expect(page.get_by_role("heading", name="Ask it about something else")).to_be_hidden()
    page.goto(KINDS["found"])
    expect(page.get_by_role("main").get_by_role("combobox")).to_be_visible()
    page.set_viewport_size({"width": 794, "height": 1123})
    page.goto(KINDS["map"])
    frame, drawn = (page.locator(each).bounding_box() for each in (".frame:has(> .map)", ".map"))
    assert frame and drawn  # noqa: PT018 - for the type checker
    assert drawn["width"] <= frame["width"]
