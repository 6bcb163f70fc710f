"""A dataset of one's own stands in the place of the packaged one: its facts, tables and versions."""

from __future__ import annotations

import lzma
import shutil
from typing import TYPE_CHECKING

from server_process import served
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Command

ARTICLE = "kemlu-2018-08-02-asean-russia"
GONE = f"{BASE}/id/state/gone"
SPAN, FACTS = f"<{BASE}/id/timespan/within-2018-11>", f"{BASE}/graph/fact/{ARTICLE}"
XSD_DATE = f"{PREFIXES['xsd']}date"


def test_commands_read_it(wicara: Command, first_article: Path, tmp_path: Path) -> None:
    """The option and the variable mean the same folder, and nothing of the packaged dataset is left."""
    data, query = tmp_path / "data", tmp_path / "articles.rq"
    built = wicara("build", "--dataset", first_article, "--data", data)
    assert (built.returncode, built.stdout.startswith("dataset 1")) == (0, True), built.stderr
    again = wicara("build", "--data", data, WICARA_DATASET=str(first_article))
    assert again.stdout == built.stdout
    listed = wicara("sources", "--dataset", first_article).stdout
    assert (ARTICLE in listed, "\n1 source" in listed) == (True, True)
    query.write_text("SELECT (COUNT(*) AS ?n) { ?article a wic:SourceArticle }", encoding="utf-8")
    assert wicara("query", query, "--data", data, "--dataset", first_article).stdout == "n\n1\n"
    refused = wicara("diff", "1.0.0", "--data", data, "--dataset", first_article)
    assert (refused.returncode, "this dataset has none" in refused.stderr) == (2, True)


def test_its_tables_and_versions(wicara: Command, first_article: Path, tmp_path: Path) -> None:
    """Redirects, withdrawn IRIs, decisions on identity, version and releases are those of its folder."""
    own, data = shutil.copytree(first_article, tmp_path / "mine"), tmp_path / "data"
    about = (own / "dataset.ttl").read_text("utf-8")
    version = about.partition('owl:versionInfo "')[2].partition('"')[0]
    (own / "dataset.ttl").write_text(about.replace(f'"{version}"', '"7.1"'), "utf-8")
    (own / "redirects.csv").write_text(f"from,to\n{GONE},{BASE}/id/state/laos\n", "utf-8")
    (own / "withdrawn.csv").write_text(f"iri,version,en,id\n{GONE}-too,7.0,It is not.,Tidak ada.\n", "utf-8")
    (own / "released").mkdir()
    year, month = (f'{SPAN} <{BASE}/ont#earliestStart> "2018-{n}-01"^^<{XSD_DATE}>' for n in ("01", "11"))
    release = f"{year} <{FACTS}/F001> .\n{month} <{FACTS}/F002> .\n{month} .\n"
    (own / "released" / "7.0.nq.xz").write_bytes(lzma.compress(release.encode()))
    assert "dataset 7.1\n" in wicara("--version", WICARA_DATASET=str(own)).stdout
    with served("--dataset", own, "--data", data) as server:
        assert server.get("/id/state/gone").headers["Location"] == "/doc/state/laos"
        withdrawn = server.get("/id/state/gone-too")
        assert (withdrawn.status, withdrawn.json["detail"].startswith("It is not.")) == (410, True)
        assert (server.get("/version/7.0/").status, server.get("/version/1.0.0/").status) == (200, 404)
        assert server.get("/changes.json?from=7.0").json["changes"] != []
        for endpoint in ("sparql", "sparql/asserted"):
            starts = server.get(f"/version/7.0/{endpoint}?query=SELECT*%7B%3Fs+wic:earliestStart+%3Fday%7D")
            assert [row["day"] for row in starts.rows] == ["2018-11-01"], "facts narrow it, in each way alike"
    (own / "identity.csv").write_text(
        f"mention,language,article,iri,decided_by\nGone,en,,{GONE},me\n", encoding="utf-8"
    )
    refused = wicara("build", "--dataset", own, "--data", data)
    assert (refused.returncode, f"said to be {GONE}" in refused.stderr) == (1, True)


def test_faults(wicara: Command, first_article: Path, tmp_path: Path) -> None:
    """A folder that is none, or holds no dataset, is named; so are a missing version and equal names."""
    for folder, told in (
        (tmp_path / "nowhere", f"{tmp_path / 'nowhere'} is not a folder"),
        (tmp_path, f"{tmp_path} holds no dataset.ttl"),
    ):
        for arguments in (("build", "--dataset", folder), ("serve", "--dataset", folder), ("sources",)):
            variable = {} if "--dataset" in arguments else {"WICARA_DATASET": str(folder)}
            refused = wicara(*arguments, cwd=tmp_path, **variable)
            assert (refused.returncode, refused.stderr.startswith(f"wicara: {told}")) == (2, True)
    own = tmp_path / "own"
    own.mkdir()
    (own / "dataset.ttl").touch()
    refused = wicara("--version", WICARA_DATASET=str(own))
    assert "own/dataset.ttl gives " in refused.stderr
    twice = wicara("check", "--dataset", first_article, "--add", first_article, "--data", tmp_path / "data")
    assert (twice.returncode, "in folders of the same name" in twice.stderr) == (2, True)
    files = wicara("serve", own / "dataset.ttl", "--dataset", first_article)
    assert (files.returncode, "leave out --data, --dataset and --add" in files.stderr) == (2, True)
