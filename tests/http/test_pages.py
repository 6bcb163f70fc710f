"""Pages for people: well-formed, harmless, in both languages, and every link of them answers."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from needed import one_of
from server_process import serving

if TYPE_CHECKING:
    from server_process import Server

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
VOID = {"meta", "link", "input", "br", "hr", "img"}
FACT = "/graph/fact/kemlu-2018-08-02-asean-russia"


DATA = {"application/json", "application/ld+json"}


def is_harmless(script: dict[str, str | None]) -> bool:
    """Tell whether a script is one of ours, which were built, or no script but data."""
    return script.get("type") in DATA or (script.get("src") or "").startswith("/static/built/")


class Page(HTMLParser):
    """A page: its links, the ids of its elements, and what is not well-formed in it."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down links and ids."""
        values = dict(attrs)
        self.links += [value for name in ("href", "src", "action") if (value := values.get(name))]
        self.ids += [values["id"] or ""] if "id" in values else []
        self.faults += [f"{name}= in <{tag}>" for name in values if name.startswith("on") or name == "style"]
        if tag == "script" and not is_harmless(values):
            self.faults.append("<script>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Match the element that was opened last."""
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> does not close {self.open[-1:]}")
        else:
            self.open.pop()


def read(server: Server, path: str, **headers: str) -> Page:
    """Return a page that must be 200, well-formed and without two elements of one id."""
    answer = server.get(path, accept=HTML, **headers)
    assert (path, answer.status, answer.media_type) == (path, 200, "text/html")
    page = Page(answer.text)
    assert (path, page.faults) == (path, [])
    assert sorted(page.ids) == sorted(set(page.ids)), path
    return page


def test_evidence_of_a_fact(server: Server) -> None:
    """The page of a fact shows the words, their place, the sentence, who said it and how sure."""
    text = server.get(f"{FACT}/F038", accept=HTML).text
    for shown in (
        "“implementasi … POA baru mencapai 42%”",
        "1434\u20131477",
        "sentence",
        "medium confidence",
        "Retno L.P. Marsudi",
        "42",
    ):
        assert shown in text


def test_evidence_is_one_click_away(server: Server) -> None:
    """Each statement of a page leads to its evidence on that page, and an inferred one says that it is."""
    path = "/doc/event/2018-08-02-asean-russia-meeting"
    text = server.get(path, accept=HTML).text
    assert "“" in text
    assert 'class="mark inferred"' in text
    page = read(server, path)
    marks = [link[1:] for link in page.links if link.startswith("#basis-")]
    assert marks
    assert set(marks) <= set(page.ids)
    assert '<a class="mark inferred"' not in server.get(f"{path}?infer=off", accept=HTML).text


def test_claims_and_plans_are_marked(server: Server) -> None:
    """The page of a claim says that it is no fact, and that of a planned meeting that it is planned."""
    claim = server.ask("SELECT ?c { ?c wic:modality modality:proposed ; wic:contentText ?t } LIMIT 1").rows[
        0
    ]["c"]
    assert (
        'class="banner"'
        in server.get(claim.partition("/wicara")[2].replace("/id/", "/doc/"), accept=HTML).text
    )
    assert 'class="banner"' in server.get("/doc/event/2019-2020-arf-ism-cttc", accept=HTML).text
    assert 'class="banner"' not in server.get("/doc/person/retno-marsudi", accept=HTML).text
    assert 'class="banner"' in server.get(f"{FACT}/F038", accept=HTML).text
    assert 'class="banner"' not in server.get(f"{FACT}/F077", accept=HTML).text


def test_derived_and_background(server: Server) -> None:
    """A derived fact names the facts that it comes from; a background fact names its source."""
    assert "F003" in server.get(f"{FACT}/D01", accept=HTML).text
    graph = server.ask("SELECT ?g { ?g a wic:BackgroundGraph } LIMIT 1").rows[0]["g"]
    assert 'rel="external noreferrer"' in server.get(graph.partition("/wicara")[2], accept=HTML).text


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/", {}, "en"),
        ("/?lang=id", {}, "id"),
        ("/", {"accept_language": "id-ID,id;q=0.9,en;q=0.8"}, "id"),
        ("/?lang=en", {"accept_language": "id"}, "en"),
        ("/?lang=xx", {"accept_language": "fr"}, "en"),
        ("/doc/state/russia", {"accept_language": "id"}, "id"),
    ],
)
def test_language(server: Server, path: str, headers: dict[str, str], language: str) -> None:
    """`?lang=` goes before Accept-Language; English where neither says."""
    answer = server.get(path, accept=HTML, **headers)
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert "Accept-Language" in answer.headers["Vary"]


def test_chosen_language_stays(server: Server) -> None:
    """A language that was chosen by address stays in the links of the page."""
    page = read(server, "/doc/state/russia?lang=id")
    assert "/doc/partnership/asean-russia?lang=id" in page.links


def test_hostile_strings(small: Server) -> None:
    """Scripts in labels and literals are shown as text, and a `javascript:` IRI is no link."""
    for path in ("/doc/person/a", "/doc/person/a?lang=id", "/browse"):
        page = read(small, path)
        assert not [link for link in page.links if link.lower().startswith("javascript:")]
    answer = small.ask("SELECT * { person:a ?p ?o }", accept=HTML)
    assert "<script>" not in answer.text
    assert 'href="javascript' not in answer.text
    for hostile in ('"><script>alert(1)</script>', "</textarea><script>alert(1)</script>"):
        assert "<script>" not in small.ask(f"ASK {{}} # {hostile}", accept=HTML).text
        assert "<script>" not in small.get("/query?query=%22%3E%3C/textarea%3E%3Cscript%3E").text


def test_content_of_claims_is_not_stated(small: Server) -> None:
    """What stands only in the content of a claim is on the page of that graph, and on no other."""
    assert "secret" not in small.get("/doc/person/b", accept=HTML).text
    assert "secret" not in small.get("/doc/person/b.ttl").text
    assert "secret" in small.get("/graph/content/c", accept=HTML).text


def test_security_headers(server: Server) -> None:
    """Every answer forbids scripts, frames and type guessing; no cookie is set, no server named."""
    for path in ("/", "/nowhere", "/sparql", "/doc/state/russia.ttl", "/static/style.css"):
        headers = server.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in headers
        assert "Server" not in headers


def test_questions(server: Server) -> None:
    """The home page offers some questions; each has a page with both wordings, an answer, and the query."""
    home = server.get("/", accept=HTML).text
    answer = server.get("/questions/has-been-foreign-minister", accept=HTML)
    assert all(f"/questions/{slug}" in home for slug in ("coordinator-on", "still-to-come"))
    [facts] = server.ask("SELECT (COUNT(DISTINCT ?fact) AS ?n) { ?fact a wic:FactGraph }").rows
    assert re.search(rf"<strong>{facts['n']}</strong> <a [^>]*>facts<", home)
    documents = "?x a wic:Document MINUS { ?x a wic:SourceArticle }"
    [counted] = server.ask(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {documents} }}").rows
    assert re.search(rf"<strong>{counted['n']}</strong> <a [^>]*>document", home)
    style = server.get("/static/style.css").text
    assert re.search(r"\.in-short li \{ scroll-margin-top:", style)  # a link to a fact shows its quotation
    assert "<table" in answer.text
    assert "SELECT" in answer.text
    assert server.get("/questions/CQ999").status == 404


@pytest.mark.parametrize("extension", one_of(3, ["ttl", "trig", "nq", "nt", "jsonld", "rdf"]))
def test_exports(server: Server, extension: str) -> None:
    """Parts of the dataset can be downloaded in each format, with the SHA-256 of what is sent (RFC 9530).

    A format that cannot hold them is 400.
    """
    path = f"/export/inferred.{extension}"
    for coding in ("identity", "gzip"):
        answer = server.get(path, accept_encoding=coding)
        assert answer.status == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        digest = answer.headers["Repr-Digest"]
        assert digest == f"sha-256=:{b64encode(sha256(answer.body).digest()).decode()}:"
        part = server.get(path, accept_encoding=coding, range="bytes=0-9")
        assert (part.status, part.headers["Repr-Digest"]) == (206, digest)
    expected = 200 if extension in {"trig", "nq", "jsonld"} else 400
    assert server.get(f"/export/all.{extension}").status == expected


def test_health(server: Server) -> None:
    """`/healthz` says that the server answers and which dataset it serves."""
    assert server.get("/healthz").json["status"] == "ok"


def test_many_incoming() -> None:
    """Incoming statements come a thousand a page in RDF and a hundred on pages, with links to the rest."""
    base = "https://w3id.org/wicara/id/state"
    with serving("".join(f"<{base}/s{i}> <{base}/p> <{base}/x> .\n" for i in range(2500))) as many:
        first = many.get("/doc/state/x.nt")
        assert first.body.count(b"\n") == 1000
        assert '</doc/state/x?page=2>; rel="next"' in first.headers["Link"]
        last = many.get("/doc/state/x.nt?page=3")
        assert last.body.count(b"\n") == 500
        assert "next" not in last.headers["Link"]
        page = many.get("/doc/state/x?page=12", accept=HTML)
        assert "1101 to 1200 of 2,500" in page.text
        assert '</doc/state/x?page=13>; rel="next"' in page.headers["Link"]
        assert '</doc/state/x.nt?page=2>; rel="alternate"' in page.headers["Link"]
        assert many.get("/doc/state/x?page=0").status == 400
