"""The dataset in Python: rows, pandas, rdflib, and the notebook of the documentation, cell by cell."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import DefaultGraph

import wicara

if TYPE_CHECKING:
    from wicara.graph.store import BuiltDataset

pytestmark = pytest.mark.first_article

NOTEBOOK = Path(__file__).parent.parent / "docs" / "notebook.ipynb"


def test_rows(data_dir: Path) -> None:
    """Rows are dicts of Python values, with None for what is unbound; ASK and graphs have rows too."""
    rows = wicara.query(
        'SELECT ?who ?name ?nothing ("2018-08-02"^^xsd:date AS ?day) (42 AS ?n) { '
        'VALUES ?who { person:sergey-lavrov } ?who skos:prefLabel ?name FILTER(LANG(?name) = "en") }',
        data_dir,
    )
    assert list(rows) == [
        {
            "who": "https://w3id.org/wicara/id/person/sergey-lavrov",
            "name": "Sergey Lavrov",
            "nothing": None,
            "day": dt.date(2018, 8, 2),
            "n": 42,
        }
    ]
    assert list(wicara.query("ASK { ?s a wic:Person }", data_dir)) == [{"answer": True}]
    assert set(wicara.query("CONSTRUCT WHERE { ?s a wic:Person }", data_dir)[0]) == {
        "subject",
        "predicate",
        "object",
    }
    inferred = "SELECT ?who { ?who a wic:HasBeenForeignMinister }"
    assert len(wicara.query(inferred, data_dir)) > len(wicara.query(inferred, data_dir, infer=False))


def test_table_of_a_notebook(data_dir: Path) -> None:
    """What a notebook shows is escaped, and is cut where it is long."""
    html = wicara.query('SELECT ("<b>&" AS ?x) {}', data_dir)._repr_html_()
    assert "&lt;b&gt;&amp;" in html
    long = wicara.query("SELECT ?s { ?s ?p ?o } LIMIT 250", data_dir)
    assert "and 150 more rows" in long._repr_html_()


def test_rdflib(data_dir: Path, dataset: BuiltDataset) -> None:
    """The rdflib Dataset has the same graphs with as many statements, and the same default graph."""
    loaded = wicara.load_rdflib(data_dir)
    store = dataset.store
    sizes = {str(graph.identifier): len(graph) for graph in loaded.graphs() if len(graph)}
    for name in store.named_graphs():
        quads = list(store.quads_for_pattern(None, None, None, name))
        assert sizes[name.value] == len(quads)
    quads = store.quads_for_pattern(None, None, None, DefaultGraph())
    assert len(loaded.default_graph) == sum(1 for _quad in quads)


def test_notebook(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell of the notebook runs, in order."""
    for name in ("pandas", "networkx"):
        pytest.importorskip(name)
    monkeypatch.setattr("wicara.graph.build.default_data", lambda: data_dir)
    scope: dict[str, Any] = {}
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), scope)  # noqa: S102 - the notebook is ours
    assert len(scope["events"])
    assert scope["network"].number_of_edges()
    assert scope["facts"]
