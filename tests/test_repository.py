"""What holds for the files of the repository: they parse, keep to the layers, and hold no text of others."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

import pytest
from pyoxigraph import parse
from rdflib import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parent.parent
PACKAGES = ("graph", "ontology", "queries", "server")
FAULTY_ON_PURPOSE = "broken"
"""A file with this in its name is an example that must not parse."""

OWN = {
    "ontology": set(),
    "queries": set(),
    "graph": {"ontology", "graph"},
    "server": {"graph", "ontology", "queries", "server"},
}
"""Who may import which of our packages."""

FOREIGN = {
    "ontology": {"rdflib"},
    "queries": set(),
    "graph": {
        "rdflib",
        "owlrl",
        "pyoxigraph",
        "numpy",
        "ahocorasick_rs",  # this and the next five read texts for `wicara draft`
        "babel",
        "dateparser",
        "rapidfuzz",
        "simplemma",
        "trafilatura",
    },
    "server": {
        "flask",
        "werkzeug",
        "pyoxigraph",
        "jinja2",
        "markupsafe",
        "uvicorn",
        "uvloop",
        "prometheus_client",
        "brotli",
        "zstandard",
        "anyascii",
        "babel",
        "flask_babel",
        "numpy",  # the layout of the network
        "rapidfuzz",  # how alike names are
    },
    "wicara": {"click", "rich", "pyoxigraph"},  # it prints solutions as a table
}
"""Who may import which of other people's packages at run time."""


def rdf_files() -> list[Path]:
    """Return every Turtle and TriG file of the repository; templates are none before they are filled in."""
    listed = subprocess.run(
        ["git", "ls-files", "*.ttl", "*.trig", ":!server/templates"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [CHECKOUT / name for name in listed.stdout.splitlines() if FAULTY_ON_PURPOSE not in name]


def test_every_rdf_file_parses() -> None:
    """Each Turtle and TriG file is read by pyoxigraph and by rdflib, and both find as many statements."""
    for path in rdf_files():
        with catch_warnings():
            simplefilter("ignore", DeprecationWarning)  # rdflib's own TriG parser uses what it deprecates
            dataset = Dataset().parse(path, format="turtle" if path.suffix == ".ttl" else "trig")
        assert len(set(dataset.quads())) == len(set(parse(path=path))) > 0, path


def imports(package: str) -> Iterator[tuple[Path, str]]:
    """Yield every module that a package imports at run time, by its full name."""
    for path in sorted((CHECKOUT / package).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        typed_only = {
            id(each) for node in ast.walk(tree) if is_type_checking(node) for each in ast.walk(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and id(node) not in typed_only:
                yield from ((path, name) for name in imported(node))
            if isinstance(node, ast.Import) and id(node) not in typed_only:
                yield from ((path, alias.name) for alias in node.names)


def imported(node: ast.ImportFrom) -> list[str]:
    """Return the modules of a from-import; `from wicara import ontology` imports wicara.ontology."""
    if node.module == "wicara":
        return [f"wicara.{alias.name}" for alias in node.names if alias.name in PACKAGES]
    return [node.module or ""]


def is_type_checking(node: ast.AST) -> bool:
    """Tell whether a node is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("package", OWN)
def test_a_package_imports_only_what_is_below_it(package: str) -> None:
    """Each package imports only those of ours that it may."""
    allowed = {f"wicara.{each}" for each in OWN[package]} | {f"wicara.{package}"}
    wrong = [
        (path.name, name)
        for path, name in imports(package)
        if name.startswith("wicara.") and ".".join(name.split(".")[:2]) not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("package", FOREIGN)
def test_a_package_imports_only_its_libraries(package: str) -> None:
    """Each package uses only the libraries that are meant for it."""
    every = set().union(*FOREIGN.values())
    wrong = [
        (path.name, name) for path, name in imports(package) if name.split(".")[0] in every - FOREIGN[package]
    ]
    assert wrong == []


def sizes(table: str) -> dict[str, int]:
    """Return the lines of each part by its name, as a table of the document or of the command has them."""
    rows = re.findall(r"^\| ([^|]+) \| [^|]*\| +\d+ \| ([\d,]+) \|", table, re.MULTILINE)
    return {part: int(lines.replace(",", "")) for part, lines in rows}


def test_the_document_says_how_large_the_code_is() -> None:
    """Each file is in one part of the table, whose figures are near those of today (`make size WRITE=1`)."""
    command = [sys.executable, CHECKOUT / "benchmarks/size.py"]
    today = sizes(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    told = sizes((CHECKOUT / "docs/architecture.md").read_text("utf-8"))
    assert told.keys() == today.keys()
    assert len(told) > 20
    assert {
        part: (told[part], lines) for part, lines in today.items() if abs(told[part] - lines) > lines / 6
    } == {}


def test_the_article_is_not_in_the_repository(shared: Path) -> None:
    """No file of the repository holds a sentence of the article."""
    text = (shared / "sources" / "kemlu-2018-08-02-asean-russia.txt").read_text(encoding="utf-8")
    sentences = [line.strip() for line in text.replace(". ", ".\n").splitlines() if len(line.split()) > 8]
    listed = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        content = (CHECKOUT / name).read_bytes().decode("utf-8", errors="replace")
        assert [each for each in sentences if each in content] == [], name
