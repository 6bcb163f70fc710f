"""Who may write: nobody by default, then who brings the token; reading needs none."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

import pytest
from server_process import served
from SPARQLWrapper import SPARQLWrapper
from wicara.server.http.problems import Problem
from wicara.server.process import admission
from wicara.server.settings import Settings
from writing import BEARER, TOKEN, TURTLE, UPDATE, WRITABLE

if TYPE_CHECKING:
    from pathlib import Path

    from server_process import Answer, Server

pytestmark = pytest.mark.first_article


def basic(user: str, password: str) -> str:
    """Return an Authorization header with a user and a password (RFC 7617)."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


class Sent(NamedTuple):
    """A write."""

    method: str
    path: str
    body: str | None = None
    content_type: str | None = None

    def to(self, server: Server, authorization: str | None) -> Answer:
        """Send it."""
        return server.send(
            self.method, self.path, self.body, authorization=authorization, content_type=self.content_type
        )


WRITES = [
    Sent("POST", "/update", "INSERT DATA { <x:s> <x:p> 1 }", UPDATE),
    Sent("PUT", "/store?graph=x:g", "<x:s> <x:p> 1 .", TURTLE),
    Sent("POST", "/store?graph=x:g", "<x:s> <x:p> 2 .", TURTLE),
    Sent("POST", "/store", "<x:s> <x:p> 1 .", TURTLE),
    Sent("PUT", "/store/g", "<x:s> <x:p> 1 .", TURTLE),
    Sent("PATCH", "/store?graph=x:g", "INSERT DATA { <x:s> <x:p> 3 }", UPDATE),
    Sent("DELETE", "/store?graph=x:g"),
]
WRONG = [
    "Bearer",
    "Bearer ",
    f"Bearer {TOKEN}x",
    f"Bearer {TOKEN[:-1]}",
    f"Bearer {TOKEN.upper()}",
    f"Bearer {TOKEN} {TOKEN}",
    "Bearer \xe9",
    basic("", f"{TOKEN}x"),
    basic(TOKEN, ""),
    "Basic",
    f"Basic {TOKEN}",
]


@pytest.mark.parametrize("sent", WRITES)
def test_no_writes_by_default(small: Server, sent: Sent) -> None:
    """A server that was not started with --writable refuses every write, and says how to allow them."""
    answer = sent.to(small, BEARER)
    assert (answer.status, answer.media_type) == (403, "application/problem+json")
    assert "--writable" in answer.json["detail"]


def test_no_token_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --writable and no token nobody may write, and the answer says to give one."""
    monkeypatch.delenv("WICARA_TOKEN", raising=False)
    with served("--empty", "--writable") as server:
        for authorization in (None, BEARER, "Bearer "):
            answer = server.send("DELETE", "/store?default", None, authorization=authorization)
            assert answer.status == 403
            assert "--token" in answer.json["detail"]


@pytest.mark.parametrize("sent", WRITES)
@pytest.mark.parametrize("authorization", [None, "Digest username=x", TOKEN])
def test_without_token(writable: Server, sent: Sent, authorization: str | None) -> None:
    """A write without a token is 401 with a challenge that names no error, and changes nothing."""
    answer = sent.to(writable, authorization)
    assert (answer.status, answer.media_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="wicara"'
    assert not writable.ask("ASK { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }").json["boolean"]


@pytest.mark.parametrize("authorization", WRONG)
def test_wrong_token(writable: Server, authorization: str) -> None:
    """A write with any other token is 401 and the challenge says that it is wrong; it is not told again."""
    answer = writable.send("DELETE", "/store?default", None, authorization=authorization)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="wicara", error="invalid_token"'
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    "authorization",
    [BEARER, f"bearer {TOKEN}", f"BEARER  {TOKEN} ", basic("", TOKEN), basic("anybody", TOKEN)],
)
def test_right_token(writable: Server, authorization: str) -> None:
    """The token is taken whatever the case of the scheme and the space around it, and as a password."""
    assert writable.send("DELETE", "/store?default", None, authorization=authorization).status == 204


def test_a_client_that_logs_in(writable: Server) -> None:
    """SPARQLWrapper logs in with Basic, its default."""
    client = SPARQLWrapper(f"http://127.0.0.1:{writable.port}/update")
    client.setCredentials("anybody", TOKEN)
    client.setMethod("POST")
    client.setQuery("INSERT DATA { <urn:login> <urn:p> 1 }")
    client.query()
    assert writable.ask("ASK { <urn:login> ?p ?o }").json["boolean"]
    assert writable.send("DELETE", "/store?default", None, authorization=BEARER).status == 204


def test_tokens_are_not_guessed_quickly() -> None:
    """After many wrong tokens a client has to wait, and the log tells each; other clients are not held up."""
    with served("--empty", *WRITABLE, "--trust-proxy") as server:
        heads = server.heads(("DELETE /store?default", f"Authorization: Bearer {n}") for n in range(60))
        statuses = [head.status for head in heads]
        assert set(statuses) == {401, 429}
        assert statuses[:40] == [401] * 40
        assert (statuses[-1], heads[-1].headers["Retry-After"]) == (429, "1")
        other = {"authorization": BEARER, "x_forwarded_for": "192.0.2.7"}
        assert server.send("DELETE", "/store?default", None, **other).status == 204
        assert server.get("/sparql").status == 200
        told = server.end()
    assert told.count('"unauthorized"') == statuses.count(401)


def test_refused_before_the_body_is_looked_at(writable: Server) -> None:
    """Who may not write learns nothing of what is wrong with the rest of the request."""
    assert writable.send("POST", "/update", "rubbish", content_type="image/png").status == 401


def test_reading_needs_no_token(writable: Server) -> None:
    """Reading graphs and queries take no token."""
    assert writable.get("/store?default").status == 200
    assert writable.ask("ASK {}").status == 200


def test_built_dataset(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The built dataset is not changed over HTTP: the answer names the commands for that; reads go on."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "wicara").symlink_to(data_dir)
    with served(*WRITABLE) as server:
        for sent in WRITES:
            answer = sent.to(server, BEARER)
            assert answer.status == 403
            assert "wicara add" in answer.json["detail"]
        assert server.get("/store?graph=https://w3id.org/wicara/graph/ontology").status == 200


def test_token_beyond_ascii() -> None:
    """A token may have any characters; bytes are compared."""
    settings = Settings(writable=True, token="kunci-é")  # noqa: S106 - of this test
    admission.check_access("Bearer " + "kunci-é".encode().decode("latin-1"), settings, plain=True)
    with pytest.raises(Problem, match="Invalid token"):
        admission.check_access("Bearer kunci-é", settings, plain=True)
    with pytest.raises(Problem, match="Invalid token"):
        admission.check_access("Bearer kunci-\u4e2d", settings, plain=True)
