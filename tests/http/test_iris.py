"""Every thing has a page at its own IRI, whatever that holds, and all links of the site lead there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import pytest
from lxml import etree, html
from needed import long
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from server_process import served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server_process import Answer, Server

BASE = "https://w3id.org/wicara"
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
TURTLE = "text/turtle"
HTML = "text/html"
RDF = {
    "ttl": TURTLE,
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "trig": "application/trig",
    "nq": "application/n-quads",
}
NAMES = [
    "plain",
    "a%20b",
    "a%2Fb",
    "a/b",
    "a%2fb",
    "a%3Fb",
    "a%23b",
    "a%25b",
    "a%2525b",
    "%e9",
    "%C3%A9",
    "é",
    "é%20é",
    "%CC%81e",
    "😀",
    "a+b",
    "a(b)",
    "it's",
    "it%27s",
    "a;b=c,d@e:f!g$h&i*j~k",
    "report",
    "report.ttl",
    "report.html",
    "report.jsonld",
    "only.ttl",
    "only.ttl.nt",
    "v1.2",
    "a//b",
    "/a",
    "a/",
    "q?x=1",
    "q?x=1&y=%20",
    "r",
    "r?x",
    "r?x=2",
    "r.ttl?x=2",
    "s?lang=id",
    "s?infer=off&page=2",
    "t?",
    "é?é=é",
    "h#frag",
    "k#one",
    "k#two",
    "k#%20?é/",
    "r?y#part",
    "k?y#part",
    "k.ttl#part",
    "",
]
KINDS = ("/id/person/", "/id/", "/concept/area/", "/graph/fact/", "/ont/x/")
IRIS = [f"{kind}{name}" for kind in KINDS for name in NAMES if kind == "/id/person/" or name]
SHARED = {f"{kind}{name}" for kind in KINDS for name in ("é", "t?")}
"""IRIs whose request looks like that of another one (RFC 3987, section 3.1), or of one without the mark."""
LEADING = [
    iri if kind == KINDS[0] or (place + number) % 4 == 0 else long(iri)
    for place, kind in enumerate(KINDS)
    for number, iri in enumerate(f"{kind}{name}" for name in NAMES)
    if iri in IRIS and iri not in SHARED
]
"""All names as those of persons, and each as that of one other kind: the rest takes long."""
LISTED = [one for one in IRIS if not one.startswith("/ont/")]
UNKNOWN = [
    "plain%2F",
    "plai%6E%2F",
    "a%2F%2Fb",
    "a%26b",
    "a%C3%28b",
    "absent?x=1",
    "absent.ttl",
    "absent%23frag",
    "absent%0Ab",
    "plain%23%20",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of things with all kinds of IRIs, each with its IRI as label."""
    with served(written(tmp_path_factory.mktemp("iris"), "iris.ttl")) as running:
        yield running


def written(folder: Path, name: str) -> Path:
    """Write the data to a file."""
    file = folder / name
    file.write_text("".join(f'<{BASE}{iri}> {LABEL} "name of {iri}" .\n' for iri in IRIS), encoding="utf-8")
    return file


def request_of(iri: str) -> str:
    """Return the path and query that a client asks for an IRI with (RFC 3987, 3.1)."""
    return "".join(char if char.isascii() else quote(char) for char in urldefrag(iri).url)


def followed(server: Server, path: str, accept: str) -> Answer:
    """Get a path, and where a thing is redirected to its document, that."""
    answer = server.get(path, accept=accept)
    if answer.status != 303:
        return answer
    return server.get(urldefrag(answer.headers["Location"]).url, accept=accept)


def described(answer: Answer) -> set[str]:
    """Return the IRIs whose labels data tells, without BASE."""
    syntax = RdfFormat.from_media_type(answer.media_type)
    own = {
        one.subject.value.removeprefix(BASE)
        for one in parse(answer.body, syntax)
        if one.predicate == LABEL and one.object == Literal(f"name of {one.subject.value.removeprefix(BASE)}")
    }
    return own & set(IRIS)


def on_page(answer: Answer) -> str:
    """Return the IRI that a page is about, without BASE."""
    assert (answer.status, answer.media_type) == (200, HTML)
    [shown] = html.fromstring(answer.text).xpath("//p[@class='iri']//text()[normalize-space()]")
    return str(shown).removeprefix(BASE)


def local(href: str) -> str:
    """Return what is asked for by a link."""
    parts = urlsplit(urldefrag(href).url)
    return parts.path + (f"?{parts.query}" if parts.query or href.endswith("?") else "")


@pytest.mark.parametrize("iri", LEADING)
def test_an_iri_leads_to_its_description(server: Server, iri: str) -> None:
    """Who asks for an IRI as it stands hears of that very thing: as data, and as a page."""
    answer = followed(server, request_of(iri), TURTLE)
    assert (answer.status, answer.media_type) == (200, TURTLE), answer.text
    parts = {one for one in IRIS if urldefrag(one).url == urldefrag(iri).url} if "#" in iri else {iri}
    assert described(answer) == parts
    assert on_page(followed(server, request_of(iri), HTML)) in parts


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_unknown_is_404(server: Server, kind: str, name: str) -> None:
    """An IRI that nothing is said of is not taken for another one."""
    for path in (kind + name, f"/doc/{kind.removeprefix('/id/')}{name}"):
        for accept in (TURTLE, HTML):
            assert server.get(path, accept=accept).status == 404
    for twice in ("/id/person/it%2527s", "/id/person/a%252Fb", "/id/person/q%3Fx=1", "/id/person/h%23frag"):
        assert server.get(twice).status == 404


def links_of(answer: Answer) -> list[tuple[str, str, str]]:
    """Return target, relation and type of each link of a Link header."""
    pattern = r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?'
    return re.findall(pattern, answer.headers["Link"])


def pages_in_sitemap(server: Server) -> list[str]:
    """Return the paths of the sitemap."""
    found = etree.fromstring(server.get("/sitemap.xml").body)
    return [local(one) for one in found.xpath("//*[local-name()='loc']/text()")]


def described_in_sitemap(server: Server) -> list[str]:
    """Return the paths of the sitemap that are about a thing of the data."""
    return [path for path in pages_in_sitemap(server) if re.match("/(doc|concept|graph)/", path)]


def test_the_sitemap(server: Server) -> None:
    """The sitemap has one page for each thing, each about another one, and of each name in every language."""
    about = {path: on_page(server.get(path, accept=HTML)) for path in described_in_sitemap(server)}
    assert sorted(about.values()) == sorted(LISTED)
    sitemap = etree.fromstring(server.get("/sitemap.xml").body)
    named = set()
    for url in sitemap.xpath("//*[local-name()='url']"):
        loc, *others = map(local, url.xpath("*[local-name()='loc']/text() | *[local-name()='link']/@href"))
        if loc.startswith("/doc/person/"):
            named |= {about[loc]}
            assert {on_page(server.get(one, accept=HTML)) for one in {*others} - {loc}} == {about[loc]}
    assert len(named) > len(NAMES) / 2


def test_search(server: Server) -> None:
    """What search finds leads to the page of that very thing, with the choices of the reader."""
    hrefs: dict[str, str] = {}
    for number in range(1, len(IRIS)):
        page = html.fromstring(server.get(f"/search?lang=id&q=name&page={number}", accept=HTML).text)
        links = page.xpath("//main//table//a[starts-with(normalize-space(), 'name of ')]")
        hrefs |= {link.text_content().strip().removeprefix("name of "): link.get("href") for link in links}
        if not links:
            break
    assert {one for one in LISTED if one.startswith("/id/person/")} <= hrefs.keys()
    for iri, href in hrefs.items():
        answer = server.get(local(href), accept=HTML)
        assert (on_page(answer), answer.headers["Content-Language"]) == (iri, "id")


@pytest.mark.parametrize(
    ("lang", "kind", "one_of"),
    [
        (None, "doc", 3),
        ("id", "graph", 3),
        *(long(lang, kind, 1) for lang in (None, "id") for kind in ("concept", "doc", "graph")),
    ],
)
def test_links_between_forms(server: Server, lang: str | None, kind: str, one_of: int) -> None:
    """Alternates, canonical addresses, switches and headers of a page and its data lead to the same thing."""
    paths = [path for path in described_in_sitemap(server) if path.startswith(f"/{kind}/")]
    assert len(paths) > 20
    for path in paths[::one_of]:
        mark = "&" if "?" in path else "?"
        start = server.get(f"{path}{mark}lang={lang}" if lang else path, accept=HTML)
        iri = on_page(start)
        page = html.fromstring(start.text)
        for link in page.xpath(
            "//link[@rel='canonical' or @hreflang]/@href | //p[@class='switch']//a/@href"
            " | //a[@class='switch-language']/@href"
        ):
            assert on_page(server.get(local(link), accept=HTML)) == iri
        targets = dict.fromkeys(
            page.xpath("//link[@rel='alternate'][starts-with(@type, 'application/')]/@href")
        )
        targets |= dict.fromkeys(page.xpath("//p[@class='formats']//a/@href"))
        for link in targets:
            if "/changes.atom" not in link:
                assert described(server.get(local(link))) == {iri}, link
        for answer in (start, server.get(path, accept=TURTLE)):
            for target, relation, media_type in links_of(answer):
                if relation == "alternate":
                    other = server.get(target)
                    assert other.media_type == media_type
                    assert on_page(other) == iri if media_type == HTML else described(other) == {iri}
                else:
                    assert target == quote(f"{BASE}{iri}", safe=":/%?#&=+,;@!$'()*~")
            here = answer.headers["Content-Location"]
            if here:
                again = server.get(urljoin("/", here))
                assert again.media_type == answer.media_type
                assert on_page(again) == iri if again.media_type == HTML else described(again) == {iri}


@pytest.mark.parametrize("extension", RDF)
@pytest.mark.parametrize(
    "iri", ["/id/person/only.ttl", "/id/person/a%2Fb", "/id/person/q?x=1", "/graph/fact/a%20b"]
)
def test_suffixes(server: Server, iri: str, extension: str) -> None:
    """A suffix asks for a form, before the query string that is part of the IRI; a known IRI comes first."""
    place, mark, query = iri.replace("/id/", "/doc/").partition("?")
    path = f"{place}.{extension}{mark}{query}"
    answer = server.get(path, accept=HTML)
    if iri == "/id/person/only.ttl" and extension == "nt":
        assert on_page(answer) == "/id/person/only.ttl.nt"
        return
    assert (answer.status, answer.media_type) == (200, RDF[extension])
    assert described(answer) == {iri}


def test_fields_that_are_no_part_of_an_iri(server: Server) -> None:
    """Fields that tell how a thing is shown, and those that nobody knows, leave it the same thing."""
    for path in ("/id/person/plain", "/doc/person/plain", "/id/person/q?x=1", "/doc/person/q?x=1"):
        mark = "&" if "?" in path else "?"
        for more in ("lang=id", "infer=off", "lang=en&infer=on"):
            answer = followed(server, f"{path}{mark}{more}", HTML)
            assert on_page(answer) == path.replace("/doc/", "/id/")
            if "lang=id" in more:
                assert answer.headers["Content-Language"] == "id"
    assert on_page(followed(server, "/id/person/plain?from=elsewhere&lang=id", HTML)) == "/id/person/plain"
    assert described(followed(server, "/id/person/plain?from=elsewhere", TURTLE)) == {"/id/person/plain"}
    assert server.get("/id/person/q?x=2", accept=TURTLE).status == 404


def test_several_in_one_document(server: Server) -> None:
    """A document of which nothing is said tells of all things in it, and its page leads to each."""
    names = {one for one in IRIS if one.startswith("/id/person/k#")}
    answer = followed(server, "/id/person/k", TURTLE)
    assert described(answer) == names
    assert {target for target, relation, _ in links_of(answer) if relation == "describes"} == {
        quote(f"{BASE}{one}", safe=":/%?#") for one in names
    }
    page = followed(server, "/id/person/k", HTML)
    hrefs = html.fromstring(page.text).xpath("//ul[@class='beside']//a/@href")
    others = {on_page(server.get(local(href), accept=HTML)) for href in hrefs}
    assert others | {on_page(page)} == names
    assert described(server.get("/doc/person/k.nt")) == names


TERMS = ["Plain", "a%20b", "a%2Fb", "a/b", "Report", "Report.ttl", "only.html", "é"]


def test_terms_of_the_ontology() -> None:
    """A term has its page and its data, whatever its name holds, and they lead to each other."""
    lines = (f"<{BASE}/ont#{name}> a <http://www.w3.org/2002/07/owl#Class> ." for name in TERMS)
    about = {quote(f"{BASE}/ont#{name}", safe=":/%#"): f"<{BASE}/ont#{name}>" for name in TERMS}
    with serving(f"<{BASE}/graph/ontology> {{ {' '.join(lines)} }}") as server:
        paths = [path for path in pages_in_sitemap(server) if path.startswith("/ont/term/")]
        seen = set()
        for path in paths:
            answer = server.get(path, accept=HTML)
            assert answer.status == 200
            [term] = [target for target, relation, _ in links_of(answer) if relation == "describes"]
            seen.add(term)
            links = [target for target, relation, _ in links_of(answer) if relation == "alternate"]
            page = html.fromstring(answer.text)
            links += page.xpath("//link[@rel='alternate'][@type='text/turtle']/@href")
            assert links
            for link in links:
                again = server.get(link)
                assert again.status == 200
                assert (term, "describes") in {(target, relation) for target, relation, _ in links_of(again)}
                if again.media_type == TURTLE:
                    assert about[term] in {str(one.subject) for one in parse(again.body, RdfFormat.TURTLE)}
    assert seen == about.keys()
