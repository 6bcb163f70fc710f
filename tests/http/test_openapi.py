"""The OpenAPI document tells what the server does: its routes, statuses, media types and limits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from needed import long
from prepared import PATIENCE
from server_process import served
from wicara.graph.store import empty
from wicara.server import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

pytestmark = pytest.mark.first_article

BODIES = Path(__file__).with_name("schemathesis_bodies.py")
OF_THE_FRONT = {"/healthz", "/readyz", "/readyz/write", "/metrics"}
"""What the process in front answers by itself."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CHECKS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
"""No status above 499 but 503 and 507 is described: the first check finds every other one."""


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    """Return the document of the server of the real dataset."""
    answer = server.get("/openapi.json")
    assert (answer.status, answer.media_type) == (200, "application/json")
    told: dict[str, Any] = answer.json
    return told


@pytest.fixture(scope="module")
def writable() -> Iterator[Server]:
    """Return a server of an empty dataset that takes writes, and small bodies only."""
    limits = ("--max-query", "5000", "--max-upload", "9000", "--max-uri", "4000")
    with served("--empty", "--writable", "--token", "t", *limits) as running:
        yield running


def test_one_more_page() -> None:
    """A route is described without an entry anywhere: by its docstring, and as any page."""
    app = create_app(empty())

    @app.get("/more/<name>")
    def more(name: str) -> str:
        """Show one more page."""
        return name

    told = app.test_client().get("/openapi.json").get_json()["paths"]["/more/{name}"]["get"]
    assert told["summary"] == "Show one more page."
    assert {"name", "infer", "lang"} == {each["name"] for each in told["parameters"]}
    assert {"200", "304", "308", "400", "404", "503"} <= set(told["responses"])
    assert set(told["responses"]["200"]["content"]) == {"text/html"}


def test_valid(document: dict[str, Any]) -> None:
    """The document is valid OpenAPI 3.1, each operation has a name of its own, each path its parameters."""
    import schemathesis  # noqa: PLC0415 - its import takes a second

    schemathesis.openapi.from_dict(document).validate()
    assert document["openapi"].startswith("3.1.")
    operations = [(path, one) for path, item in document["paths"].items() for one in item.values()]
    assert len({one["operationId"] for _, one in operations}) == len(operations)
    for path, one in operations:
        told = {each["name"] for each in one["parameters"] if each["in"] == "path"}
        assert told == set(re.findall(r"\{(\w+)\}", path)), path


MEDIA_TYPES = (
    (
        "/sparql",
        {"application/sparql-results+json", "text/csv", "text/turtle", "application/ld+json", "text/html"},
    ),
    ("/export/{graph}.{extension}", {"application/trig", "application/n-quads", "application/rdf+xml"}),
    ("/store", {"text/turtle", "application/trig", "application/rdf+xml"}),
    ("/search.{suffix}", {"text/csv", "application/json", "text/turtle", "text/html"}),
    ("/ont/diagram.svg", {"image/svg+xml"}),
    ("/changes.atom", {"application/atom+xml"}),
)


@pytest.mark.parametrize(("path", "types"), MEDIA_TYPES)
def test_media_types(document: dict[str, Any], path: str, types: set[str]) -> None:
    """The media types are those that are negotiated; errors are problem details or a page."""
    assert types <= set(document["paths"][path]["get"]["responses"]["200"]["content"])
    for response in document["components"]["responses"].values():
        assert set(response["content"]) == {"application/problem+json", "text/html"}


def test_limits_in_force(document: dict[str, Any], writable: Server) -> None:
    """The limits are those that the server was started with, and a status tells which of them it is for."""
    told = writable.get("/openapi.json").json
    changed = {"max_query": 5000, "max_upload": 9000, "max_uri": 4000}
    assert told["x-limits"] == document["x-limits"] | changed
    too_large = told["components"]["responses"]["RequestEntityTooLarge"]["description"]
    assert "5000 bytes (`--max-query`)" in too_large
    described = " ".join(one["description"] for one in told["components"]["responses"].values())
    for name in document["x-limits"].keys() - {"max_rows", "max_bytes", "cache"}:
        assert described.count(f"`--{name.replace('_', '-')}`") == 1, name


def test_tag_tells_the_limits(tmp_path: Path) -> None:
    """A client that has the document of a server gets another one after a restart with other limits."""
    file = tmp_path / "one.nt"
    file.write_text("<a:s> <a:p> <a:o> .\n")
    with served(file) as before:
        tag = before.get("/openapi.json").headers["ETag"]
        assert before.get("/openapi.json", if_none_match=tag).status == 304
        assert before.get("/openapi.json", accept_encoding="gzip").headers["ETag"] != tag
    with served(file, "--max-rows", "5") as after:
        assert after.get("/openapi.json", if_none_match=tag).status == 200


def test_other_methods(server: Server, document: dict[str, Any]) -> None:
    """A method that is not described is answered with 405, and `Allow` lists those that are."""
    for path in document["paths"].keys() - OF_THE_FRONT:
        check_other_methods(server, path, document["paths"][path])


def test_other_methods_of_the_front(server: Server, document: dict[str, Any]) -> None:
    """What the front answers by itself has no other methods either."""
    for path in OF_THE_FRONT:
        check_other_methods(server, path, document["paths"][path])


def check_other_methods(server: Server, path: str, item: dict[str, Any]) -> None:
    """Fail where a method that is not described is not answered with 405 and `Allow`."""
    for method in METHODS:
        if method.lower() not in item:
            answer = server.send(method, path.format_map(Examples(item)))
            assert answer.status == 405, (method, path)
            allowed = {name.strip().lower() for name in answer.headers["Allow"].split(",")}
            assert allowed >= set(item), path


class Examples(dict[str, str]):
    """The parts of a path, each by its example."""

    def __init__(self, item: dict[str, Any]) -> None:
        """Take the examples of a path item's parameters."""
        parameters = (each for operation in item.values() for each in operation["parameters"])
        super().__init__({each["name"]: each["example"] for each in parameters if each["in"] == "path"})


PHASES = os.environ.get("WICARA_FUZZ_PHASES", "examples,fuzzing")
"""`examples,coverage,fuzzing` tries each value and fault of each parameter: minutes, to run by hand."""


def fuzz(server: Server, folder: Path, examples: int, *options: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis on a server: it sends what the document allows, and what it does not."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"http://127.0.0.1:{server.port}/openapi.json",
            *("--phases", PHASES, "--max-examples", str(examples)),
            *("--checks", ",".join(CHECKS), "--continue-on-failure", "--request-timeout", str(PATIENCE)),
            "--generation-deterministic",
            *("--warnings", "off", "--suppress-health-check", "all", "--no-color"),
            *options,
        ],
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": str(BODIES)},
        capture_output=True,
        text=True,
        check=False,
        timeout=5 * PATIENCE,
    )


@pytest.mark.parametrize("examples", [1, long(5)])
def test_does_what_it_tells(server: Server, tmp_path: Path, examples: int) -> None:
    """Whatever is sent to a server of the real dataset, it answers as the document tells."""
    done = fuzz(server, tmp_path, examples)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("examples", [1, long(5)])
def test_does_what_it_tells_of_writes(writable: Server, tmp_path: Path, examples: int) -> None:
    """Whatever is sent to a server that takes writes, it answers as the document tells."""
    options = ("--include-path-regex", "^/(sparql|update|store)", "--header", "Authorization: Bearer t")
    done = fuzz(writable, tmp_path, examples, *options)
    assert done.returncode == 0, done.stdout
