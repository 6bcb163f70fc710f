"""The page of conformance and its EARL: what the reports say, in every form and in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from forms import canonical
from pyoxigraph import NamedNode, RdfFormat, Store
from test_pages import read
from w3c_exceptions import EXCEPTIONS

from wicara import __version__

if TYPE_CHECKING:
    from server_process import Server

REPORTS: Final = Path(__file__).parent.parent.parent / "server" / "conformance"
HTML: Final = "text/html,*/*;q=0.5"
EARL: Final = "http://www.w3.org/ns/earl#"
FORMS: Final = (
    ("text/turtle", "ttl", RdfFormat.TURTLE),
    ("application/ld+json", "jsonld", RdfFormat.JSON_LD),
    ("application/n-triples", "nt", RdfFormat.N_TRIPLES),
    ("application/rdf+xml", "rdf", RdfFormat.RDF_XML),
)
PREFIXES: Final = (
    f"PREFIX earl: <{EARL}> PREFIX dct: <http://purl.org/dc/terms/> "
    "PREFIX doap: <http://usefulinc.com/ns/doap#> "
)


def reports() -> Store:
    """Return what both reports say."""
    store = Store()
    for path in REPORTS.glob("*.ttl"):
        store.load(path=path)
    return store


def asks(pattern: str) -> bool:
    """Tell whether the reports have a pattern."""
    return bool(reports().query(f"{PREFIXES} ASK {{ {pattern} }}"))


def test_each_report_is_earl() -> None:
    """Each assertion is whole: who asserts which outcome of which test of which version, and how."""
    assert asks(
        f'?a a earl:Assertion ; earl:subject/doap:release/doap:revision "{__version__}" ; '
        "earl:mode earl:automatic ; earl:assertedBy/dct:title ?by ; "
        "earl:result [ a earl:TestResult ; earl:outcome earl:passed ] ; earl:test ?t . ?s dct:hasPart ?t"
    )
    for needed in ("earl:assertedBy", "earl:subject", "earl:mode", "earl:test", "earl:result/earl:outcome"):
        assert not asks(f"?a a earl:Assertion FILTER NOT EXISTS {{ ?a {needed} ?x }}"), needed
    assert not asks("?s dct:hasPart ?t FILTER NOT EXISTS { ?a earl:test ?t }")
    assert not asks("?a earl:test ?t FILTER NOT EXISTS { ?s dct:hasPart ?t }")
    assert not asks("?a earl:test ?t . ?b earl:test ?t FILTER(?a != ?b)")
    outcomes = ", ".join(f"earl:{each}" for each in ("passed", "failed", "inapplicable", "cantTell"))
    assert not asks(f"?r earl:outcome ?o FILTER(?o NOT IN ({outcomes}))")


def test_what_does_not_pass_has_its_reason() -> None:
    """Each outcome but `passed` is explained in both languages."""
    for language in ("en", "id"):
        explained = f'?r earl:info ?i FILTER(LANG(?i) = "{language}")'
        assert not asks(f"?r earl:outcome ?o FILTER(?o != earl:passed) FILTER NOT EXISTS {{ {explained} }}")


@pytest.mark.parametrize(("media_type", "suffix", "form"), FORMS)
def test_rdf(server: Server, media_type: str, suffix: str, form: RdfFormat) -> None:
    """Every form of RDF, by Accept and by suffix, says what the reports say."""
    answer = server.get("/conformance", accept=media_type)
    assert (answer.status, answer.media_type) == (200, media_type)
    assert answer.headers["Content-Location"] == f"/conformance.{suffix}"
    assert "Accept" in answer.headers["Vary"]
    assert server.get(f"/conformance.{suffix}").body == answer.body
    assert canonical(answer.body, form) == canonical(reports())


def test_turtle_is_that_of_the_files(server: Server) -> None:
    """The Turtle is what is kept: byte for byte, one report after the other."""
    body = server.get("/conformance.ttl").body
    assert [path.name for path in REPORTS.glob("*.ttl") if path.read_bytes() not in body] == []


def test_tags(server: Server) -> None:
    """The page has an entity tag that tells its language, and a client that has it gets 304."""
    english = server.get("/conformance", accept=HTML)
    assert server.get("/conformance", accept=HTML, if_none_match=english.headers["ETag"]).status == 304
    indonesian = server.get("/conformance", accept=HTML, accept_language="id")
    assert indonesian.headers["ETag"] != english.headers["ETag"]


def test_other_forms_are_refused(server: Server) -> None:
    """What it is not given in is 406, or 404 by suffix."""
    assert server.get("/conformance", accept="image/png").status == 406
    assert server.get("/conformance.png").status == 404


def test_links(server: Server) -> None:
    """The page leads to the other forms, which it names in Link as well, and to every test."""
    page = read(server, "/conformance")
    assert {f"/conformance.{suffix}" for _, suffix, _ in FORMS} <= set(page.links)
    told = server.get("/conformance", accept=HTML).headers["Link"]
    assert all(
        f'</conformance.{suffix}>; rel="alternate"; type="{name}"' in told for name, suffix, _ in FORMS
    )
    tests = {quad.object for quad in reports().quads_for_pattern(None, NamedNode(f"{EARL}test"), None)}
    assert {test.value for test in tests if isinstance(test, NamedNode)} <= set(page.links)
    anchors = {link[1:] for link in page.links if link.startswith("#")}
    assert anchors <= set(page.ids)


@pytest.mark.parametrize("language", ["en", "id"])
def test_page(server: Server, language: str) -> None:
    """The page tells counts, each exception with its reason, and how to run all again, in both languages."""
    read(server, f"/conformance?lang={language}")
    answer = server.get(f"/conformance?lang={language}", accept=HTML)
    assert answer.headers["Content-Language"] == language
    for name, reason in EXCEPTIONS.items():
        assert name in answer.text
        assert getattr(reason, language) in answer.text
    assert "make conformance" in answer.text
    assert __version__ in answer.text
    passed = sum(quad.object == NamedNode(f"{EARL}passed") for quad in reports())
    assert f"<td>{passed}</td>" in answer.text
