"""An IRI that is no longer used leads to what took its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from wicara.graph.dataset_folder import PACKAGED
from wicara.graph.names import GraphKind, kind_of
from wicara.graph.releases import release, versions
from wicara.ontology import BASE
from wicara.server import create_app
from wicara.server.linked.resources import read_redirects, read_withdrawn

if TYPE_CHECKING:
    from pathlib import Path

    from wicara.graph.store import BuiltDataset

TABLE = f"""from,to
{BASE}/id/state/burma,{BASE}/id/state/myanmar
{BASE}/concept/area/cyber,{BASE}/concept/area/cyber-security
{BASE}/id/state/gone,https://example.org/elsewhere
"""


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/id/state/burma", "/doc/state/myanmar"),
        ("/id/state/burma?lang=id", "/doc/state/myanmar?lang=id"),
        ("/doc/state/burma", "/doc/state/myanmar"),
        ("/doc/state/burma.ttl", "/doc/state/myanmar.ttl"),
        ("/concept/area/cyber.rdf", "/concept/area/cyber-security.rdf"),
        ("/id/state/gone", "https://example.org/elsewhere"),
    ],
)
def test_retired(dataset: BuiltDataset, tmp_path: Path, path: str, location: str) -> None:
    """A retired IRI is 301 to the new one, in the form and with the choices that were asked for."""
    (tmp_path / "redirects.csv").write_text(TABLE, encoding="utf-8")
    app = create_app(dataset)
    app.config["REDIRECTS"] = read_redirects(tmp_path)
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, location)


def test_the_table_of_the_dataset(dataset: BuiltDataset) -> None:
    """Each retired IRI of the dataset leads to one that is known."""
    client = create_app(dataset).test_client()
    for old, new in read_redirects(PACKAGED).items():
        assert client.get(old.removeprefix(BASE)).status_code == 301
        assert not new.startswith(BASE) or client.get(new.removeprefix(BASE)).status_code in {200, 303}


@pytest.mark.parametrize("path", ["/id/state/gone", "/doc/state/gone", "/doc/state/gone.ttl"])
def test_withdrawn(dataset: BuiltDataset, tmp_path: Path, path: str) -> None:
    """What was withdrawn is 410 with the reason in the reader's language, and the version that has it."""
    table = tmp_path / "withdrawn.csv"
    table.write_text(f"iri,version,en,id\n{BASE}/id/state/gone,1.0.0,Never was.,Tak pernah ada.\n", "utf-8")
    app = create_app(dataset)
    app.config["WITHDRAWN"] = read_withdrawn(tmp_path)
    for lang, reason in (("en", "Never was."), ("id", "Tak pernah ada.")):
        answer = app.test_client().get(path, query_string={"lang": lang})
        assert (answer.status_code, answer.json["version"]) == (410, "1.0.0")
        assert answer.json["detail"].startswith(reason)
        assert "/version/1.0.0/doc/state/gone" in answer.headers["Link"]


def test_no_released_graph_is_lost(dataset: BuiltDataset) -> None:
    """Each fact and background fact of a release is in the dataset, or was withdrawn with a reason."""
    known, explained = names_of(dataset), read_withdrawn(PACKAGED)
    for version in versions():
        assert names_of(release(version)) - known <= explained.keys()
    assert all(row["en"] and row["id"] and row["version"] in versions() for row in explained.values())


def names_of(dataset: BuiltDataset) -> set[str]:
    """Return the named graphs of a dataset that state facts."""
    names = {getattr(name, "value", "") for name in dataset.asserted.named_graphs()}
    return {name for name in names if kind_of(name) in {GraphKind.FACT, GraphKind.BACKGROUND}}
