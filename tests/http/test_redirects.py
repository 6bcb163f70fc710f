"""An IRI that is no longer used leads to what took its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from wicara.ontology import BASE
from wicara.server import create_app
from wicara.server.redirects import read_redirects

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
    table = tmp_path / "redirects.csv"
    table.write_text(TABLE, encoding="utf-8")
    app = create_app(dataset)
    app.config["REDIRECTS"] = read_redirects(table)
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, location)


def test_the_table_of_the_dataset(dataset: BuiltDataset) -> None:
    """Each retired IRI of the dataset leads to one that is known."""
    client = create_app(dataset).test_client()
    for old, new in read_redirects().items():
        assert client.get(old.removeprefix(BASE)).status_code == 301
        assert not new.startswith(BASE) or client.get(new.removeprefix(BASE)).status_code in {200, 303}
