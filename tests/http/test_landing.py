"""The page of the dataset, and the links by which programs find licence, citation and description."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from wicara.ontology import BASE

if TYPE_CHECKING:
    from server_process import Server

pytestmark = pytest.mark.first_article

VOID = "/.well-known/void"
DATASET = f"{BASE}/dataset"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def test_the_page_of_the_dataset(server: Server, small: Server) -> None:
    """As HTML, the dataset has a page with schema.org's words, and links by which programs find their way."""
    answer = server.get("/dataset", accept="text/html")
    assert (answer.status, answer.media_type) == (200, "text/html")
    (linked,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL)
    metadata = json.loads(linked)
    assert (metadata["@type"], metadata["@id"], metadata["license"]) == ("Dataset", DATASET, [CC_BY])
    assert metadata["creator"] == metadata["publisher"] != []
    shown = answer.text.partition("<main")[2]
    in_page = [
        *metadata["name"],
        *metadata["description"],
        *metadata["license"],
        metadata["creator"][0]["name"],
    ]
    assert [word for word in in_page if html.escape(word) not in shown] == []
    for file in metadata["distribution"][::12]:
        got = server.send("HEAD", urlsplit(file["contentUrl"]).path)
        assert (got.status, got.media_type) == (200, file["encodingFormat"])
    links = set(re.findall(r'<([^>]+)>; rel="([^"]+)"', answer.headers["Link"]))
    expected = {(DATASET, "cite-as"), (CC_BY, "license"), (VOID, "describedby"), ("/shape", "describedby")}
    assert expected < links
    plain = small.get("/dataset", accept="text/html")
    assert (plain.status, "license" in plain.headers["Link"]) == (200, False)


@pytest.mark.parametrize("path", ["/doc/state/russia", "/doc/state/russia.ttl", "/export/default.ttl"])
def test_signposts(server: Server, path: str) -> None:
    """Pages, descriptions and downloads say under which licence they are, and things how to cite them."""
    links = server.get(path).headers["Link"]
    assert f'<{CC_BY}>; rel="license"' in links
    assert (f'<{BASE}/id/state/russia>; rel="cite-as"' in links) is path.startswith("/doc/")
