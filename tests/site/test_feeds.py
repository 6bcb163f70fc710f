"""What programs find the site by: robots.txt, sitemaps, llms.txt and the feed of changes."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from needed import long
from server_process import serving

if TYPE_CHECKING:
    from server_process import Server

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
ATOM = "{http://www.w3.org/2005/Atom}"


def parsed(server: Server, path: str, media_type: str) -> ET.Element:
    """Return an XML document of a server."""
    answer = server.get(path)
    assert (answer.status, answer.media_type) == (200, media_type)
    return ET.fromstring(answer.text)  # noqa: S314 - our own server


def path_of(server: Server, url: str) -> str:
    """Return the path of an address, which must be on this server."""
    parts = urlsplit(url)
    assert parts.netloc == f"127.0.0.1:{server.port}", url
    return parts.path + (f"?{parts.query}" if parts.query else "")


def test_robots(server: Server) -> None:
    """Crawlers are sent to the sitemap, and asked to leave the endpoint."""
    text = server.get("/robots.txt").text
    assert "User-agent: *\nDisallow: /sparql\n" in text
    assert f"Sitemap: http://127.0.0.1:{server.port}/sitemap.xml\n" in text


@pytest.mark.parametrize("one_of", [100, long(5)])
def test_sitemap(server: Server, one_of: int) -> None:
    """Pages that the sitemap lists are there, in both languages, and none of a thing is missing."""
    root = parsed(server, "/sitemap.xml", "application/xml")
    listed = [path_of(server, loc.text or "") for loc in root.iter(f"{SITEMAP}loc")]
    assert len(listed) == len(set(listed)) > 500
    many = ("/doc/", "/concept/", "/graph/", "/ont/", "/questions/")
    others = [path for path in listed if not path.startswith(many)]
    for path in {*others, *listed[::one_of]}:
        assert (path, server.get(path, accept="text/html").status) == (path, 200)
    assert {"/", "/ont", "/ont/term/Person", "/conflicts", "/doc/person/retno-marsudi"} <= set(listed)
    first = next(root.iter(f"{SITEMAP}url"))
    langs = {link.get("hreflang"): link.get("href") or "" for link in first.iter(f"{XHTML}link")}
    assert set(langs) == {"en", "id", "x-default"}
    assert '<html lang="id">' in server.get(path_of(server, langs["id"]), accept="text/html").text


def test_many_pages() -> None:
    """More pages than a sitemap may hold come as an index of several."""
    base = "https://w3id.org/wicara/id/state"
    with serving("".join(f'<{base}/s{i}> <{base}/p> "1" .\n' for i in range(10_010)), suffix="nt") as many:
        root = parsed(many, "/sitemap.xml", "application/xml")
        assert root.tag == f"{SITEMAP}sitemapindex"
        parts = [path_of(many, loc.text or "") for loc in root.iter(f"{SITEMAP}loc")]
        sizes = [len(list(parsed(many, part, "application/xml").iter(f"{SITEMAP}loc"))) for part in parts]
        assert sizes[0] == 10_000
        assert 10 <= sizes[1] < 200
        assert many.get("/sitemap/3.xml").status == many.get("/sitemap/x.xml").status == 404


@pytest.mark.parametrize("one_of", [4, long(1)])
def test_llms(server: Server, one_of: int) -> None:
    """llms.txt has the form of llmstxt.org, its links work, and its query has an answer."""
    answer = server.get("/llms.txt")
    assert answer.media_type == "text/plain"
    lines = answer.text.splitlines()
    assert lines[0] == "# Wicara"
    assert next(line for line in lines[1:] if line).startswith("> ")
    links = [path_of(server, url) for url in re.findall(r"\]\((http[^)]*)\)", answer.text)]
    assert len(links) > 40
    exports = [path for path in links if path.startswith("/export/")]
    for path in [*sorted(set(links) - {*exports})[::one_of], *exports[:1]]:
        assert (path, server.get(path).status) == (path, 200)
    query = answer.text.partition("```sparql\n")[2].partition("```")[0]
    assert "Retno L.P. Marsudi" in {row["person"] for row in server.ask(query).rows}


@pytest.mark.parametrize("every", [20, long(1)])
def test_feed(server: Server, every: int) -> None:
    """The feed has all that RFC 4287 asks for, and tells each source with how many facts entered."""
    root = parsed(server, "/changes.atom", "application/atom+xml")
    assert root.tag == f"{ATOM}feed"
    for each in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(each.findall(f"{ATOM}{name}")) == 1, name
        assert datetime.fromisoformat(each.findtext(f"{ATOM}updated") or "").tzinfo
        assert [link for link in each.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in root.iter(f"{ATOM}entry")]
    each_article = "{ ?fact a wic:FactGraph ; wic:factOf ?article } GROUP BY ?article HAVING (COUNT(*) > 1)"
    facts = server.ask(f"SELECT (COUNT(*) AS ?n) {each_article}").rows
    assert {f"{row['n']} facts" for row in facts} <= {title.rpartition(": ")[2] for title in titles}
    assert [
        title
        for title in titles
        if title.startswith(f"Version {server.get('/healthz').json['version']} of the dataset")
    ]
    entries = root.findall(f"{ATOM}entry")[::every]
    for link in (
        *root.findall(f"{ATOM}link"),
        *(link for entry in entries for link in entry.iter(f"{ATOM}link")),
    ):
        path = path_of(server, link.get("href") or "")
        assert (path, server.get(path, accept=link.get("type")).status) == (path, 200)


DATED = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix f: <https://w3id.org/wicara/graph/fact/a/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wic: <https://w3id.org/wicara/ont#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
f:F1 a wic:FactGraph ; skos:prefLabel "One & <b>bold</b>"@en ;
    prov:generatedAtTime "2026-03-04T05:06:07Z"^^xsd:dateTime .
f:F2 prov:invalidatedAtTime "2026-05-06T00:00:00Z"^^xsd:dateTime .
f:F3 a wic:FactGraph ; dcterms:created "no date" .
"""


def test_days_that_are_known() -> None:
    """A fact with a day of its own, and one that was retracted, have their own entries with that day."""
    with serving(DATED) as dated:
        root = parsed(dated, "/changes.atom", "application/atom+xml")
    told = {
        entry.findtext(f"{ATOM}title"): entry.findtext(f"{ATOM}updated")
        for entry in root.iter(f"{ATOM}entry")
    }
    assert told["New: One & <b>bold</b>"] == "2026-03-04T05:06:07+00:00"
    assert told["Retracted: graph:fact/a/F2"] == "2026-05-06T00:00:00+00:00"


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/llms.txt", "/changes.atom"])
def test_of_any_dataset(small: Server, path: str) -> None:
    """They are there for a file that is served as it is, too."""
    assert small.get(path).status == 200


def test_pages_lead_to_the_feed(server: Server) -> None:
    """The head of every page names the feed."""
    for path in ("/", "/ont", "/doc/state/russia", "/conflicts"):
        assert 'type="application/atom+xml"' in server.get(path, accept="text/html").text
