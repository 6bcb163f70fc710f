"""Data that means harm is shown, and does none."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from reader import Reader
from server_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

HTML = "text/html"
RIGHT_TO_LEFT = "\u202egnp.exe"
LONG = "long text " * 10_240
DATA = f"""
@prefix : <https://w3id.org/wicara/id/person/> .
@prefix claim: <https://w3id.org/wicara/id/claim/> .
@prefix event: <https://w3id.org/wicara/id/event/> .
@prefix f: <https://w3id.org/wicara/graph/fact/test/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wic: <https://w3id.org/wicara/ont#> .
:a a wic:Person ; skos:prefLabel "</script><script>alert(1)</script>{RIGHT_TO_LEFT}"@en ;
  skos:altLabel "'\\"><img src=x onerror=alert(1)>" , "{{{{ 7 * 7 }}}}" ;
  wic:note \"\"\"{LONG}\"\"\" , "\u0627\u0644\u0633\u0644\u0627\u0645"@ar ;
  skos:definition "\\\\end{{x}} 100% \\u2028 {{\\\\bf}}"@en ;
  wic:link <javascript:alert(1)> , <data:text/html,x> , <HTTPS://example.org/%22onclick=alert(1)//> .
<javascript:alert(1)> wic:link :a .
<https://w3id.org/wicara/id/person/x%22%3E%3Cb%3E> wic:link :a .
claim:c a wic:Claim ; skos:prefLabel "c"@en ; wic:about :a ;
  wic:contentText \"\"\"<b onclick=alert(1)>{LONG}</b>\"\"\"@en .
event:e a wic:Meeting ; skos:prefLabel "<svg/onload=alert(1)>"@en ; wic:hasTimeSpan event:span ;
  wic:hasTimeSpan "no span" .
event:span wic:earliestStart "not a date" , "9999-99-99" ; wic:asWritten "<i>never</i>" .
f:one {{ :a wic:partyTo event:e }}
<https://w3id.org/wicara/graph/prov> {{
  f:one wic:evidence event:ev . event:ev oa:hasTarget event:t .
  event:t oa:hasSource event:src ; oa:hasSelector event:pos , event:q .
  event:pos oa:start "0" ; oa:end "9" .
  event:q oa:exact "<script>alert(2)</script>{RIGHT_TO_LEFT}"@en .
  event:src wic:republishedAt <javascript:alert(3)> . }}
"""
PAGES = (
    "/doc/person/a",
    "/doc/person/a?texts=all",
    "/doc/person/a?lang=id",
    "/doc/claim/c",
    "/doc/event/e",
    "/doc/event/span",
    "/graph/fact/test/one",
    "/doc/person/x%2522%253E%253Cb%253E",
)


@pytest.fixture(scope="module")
def hostile() -> Iterator[Server]:
    """Return a server of data that means harm."""
    with serving(DATA) as running:
        yield running


@pytest.mark.parametrize("path", PAGES)
def test_harmless(hostile: Server, path: str) -> None:
    """No text of the data becomes an element, an attribute or a link that runs something."""
    answer = hostile.get(path, accept=HTML)
    assert answer.status == 200
    assert "<script>" not in answer.text
    assert not re.search(r"<(img|svg|b|i)[ />]", answer.text)
    assert not re.search(r'(href|src)="(?!https?://|/|#|mailto:)', answer.text, re.IGNORECASE)
    assert Reader(answer.text).handlers == []
    assert "49" not in Reader(answer.text).glance.get("Also called", "")


def test_script_element(hostile: Server) -> None:
    """The data in a page's script element cannot end the element, and is still JSON."""
    text = hostile.get("/doc/person/a", accept=HTML).text
    scripts = re.findall(r"<script type=\"application/ld\+json\">(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 1
    assert json.loads(scripts[0])["name"][0]["@value"].startswith("</script><script>alert(1)")


def test_long_text(hostile: Server) -> None:
    """A text of 100 KB is shortened, with a link that shows all of it."""
    for path in ("/doc/person/a", "/doc/claim/c"):
        short = hostile.get(path, accept=HTML)
        assert len(short.body) < 60_000
        href = next(href for href, text in Reader(short.text).links if "characters" in text)
        whole = hostile.get(href, accept=HTML)
        assert LONG.strip() in " ".join(Reader(whole.text).text.split())


def test_direction(hostile: Server) -> None:
    """Text that turns the direction of writing is set apart, and stands in no title of a window."""
    for path in ("/doc/person/a", "/doc/person/a?show=statements"):
        text = hostile.get(path, accept=HTML).text
        title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
        assert title
        assert "\u202e" not in title[1]
        for before in re.findall(
            r"([^\n]{60})\u202e", re.sub(r"<(title|script|pre).*?</\1>", "", text, flags=re.DOTALL)
        ):
            assert "<bdi>" in before or 'dir="auto"' in before
    assert re.search("<bdi>[^<]*\u0627\u0644\u0633\u0644\u0627\u0645", text)


def test_bibtex(hostile: Server) -> None:
    """What means something to TeX is taken from the title in BibTeX, and its braces stay balanced."""
    text = hostile.get("/doc/person/a", accept=HTML).text
    found = re.search(r"<pre[^>]*><code>(@misc.*?)</code>", text, re.DOTALL)
    assert found
    plain = re.sub(r"\\.", "", found[1])
    assert plain.count("{") == plain.count("}")


def test_unknown(hostile: Server) -> None:
    """An address that no IRI can have is not found, whatever stands in it."""
    for path in (
        "/doc/person/%3Cscript%3E",
        "/doc/person/%00",
        "/doc/person/a%7D%20UNION%20%7B",
        "/doc/person/%22",
    ):
        answer = hostile.get(path, accept=HTML)
        assert answer.status == 404
        assert "<script>" not in answer.text


@pytest.mark.parametrize("value", ["state/\x0e", "state:\x0e", "\x0e<", "person/ x", "-1"])
def test_parameters(hostile: Server, value: str) -> None:
    """No value of any parameter of a page ends in a fault of the server."""
    paths = json.loads(hostile.get("/openapi.json").text)["paths"]
    asked = {
        (path, parameter["name"])
        for path, operations in paths.items()
        for parameter in operations.get("get", {}).get("parameters", ())
        if parameter["in"] == "query" and "{" not in path
    }
    assert len(asked) > 50
    for path, name in sorted(asked):
        answer = hostile.get(f"{path}?{urlencode({name: value})}", accept=HTML)
        assert answer.status < 500, (path, name)
