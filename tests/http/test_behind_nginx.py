"""deploy/nginx.conf, as it stands but for ports and certificates, in front of a real server."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPException, HTTPSConnection, IncompleteRead
from itertools import count
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from needed import long
from prepared import PATIENCE
from server_process import Answer, served, wait_until
from writing import BEARER, TURTLE, WRITABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conftest import Command
    from server_process import Server
    from wicara.graph.store import BuiltDataset

CONFIGURATION = (Path(__file__).parent.parent.parent / "deploy" / "nginx.conf").read_text("utf-8")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
TEMPORARY = "".join(
    f"  {name}_temp_path {{folder}}/{name};\n"
    for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)
AROUND = """daemon off;
{user}pid {folder}/pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
TEMPORARY  include {folder}/wicara.conf;
}}
""".replace("TEMPORARY", TEMPORARY)
NAME = "data.example.org"
ARTICLE = "kemlu-2018-08-02-asean-russia"
LIMIT = 2
"""Seconds that a query asks for: what must succeed has the server's own limit."""

pytestmark = [
    pytest.mark.first_article,
    pytest.mark.skipif(
        NGINX is None or shutil.which("openssl") is None, reason="nginx or openssl is not installed"
    ),
]


class Proxy(NamedTuple):
    """An nginx in front of a server: its TLS port, its other port, and the certificate."""

    behind: Server
    port: int
    plain: int
    certificate: Path

    def open(self) -> HTTPSConnection:
        """Open a connection."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.check_hostname = False
        return HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=context)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request on a connection of its own."""
        with closing(self.open()) as connection:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether something listens on a port."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def configured(folder: Path, servers: Sequence[int], port: int, plain: int) -> Path:
    """Write the configuration with other ports and a certificate of its own; return the file."""
    key = ("-newkey", "rsa:2048", "-nodes", "-keyout", "privkey.pem", "-out", "fullchain.pem")
    made = ("openssl", "req", "-x509", "-days", "2", "-subj", f"/CN={NAME}", *key)
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    text = re.sub(r" *listen \[::\].*\n", "", CONFIGURATION)
    for old, new in (
        ("server 127.0.0.1:8000;", " ".join(f"server 127.0.0.1:{server};" for server in servers)),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/etc/ssl/wicara", str(folder)),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "wicara.conf").write_text(text)
    user = "" if os.geteuid() else "user root;\n"
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    return folder / "nginx.conf"


@contextmanager
def nginx(folder: Path, *servers: Server) -> Iterator[Proxy]:
    """Run nginx in front of servers of the same dataset until the block ends."""
    port, plain = free_port(), free_port()
    file = configured(folder, [server.port for server in servers], port, plain)
    subprocess.run([str(NGINX), "-t", "-q", "-c", str(file), "-e", str(folder / "error.log")], check=True)
    with subprocess.Popen([str(NGINX), "-c", str(file), "-e", str(folder / "error.log")]) as process:
        try:
            wait_until(lambda: answers(port) or process.poll() is not None)
            assert process.poll() is None
            yield Proxy(servers[0], port, plain, folder / "fullchain.pem")
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Return a writable server behind nginx, with 400 statements."""
    folder = tmp_path_factory.mktemp("nginx")
    with (
        served("--empty", *WRITABLE, "--trust-proxy") as server,
        nginx(folder, server) as running,
    ):
        turtle = "".join(f"<x:s{number}> <x:p> {number} .\n" for number in range(400))
        assert running.send(
            "PUT", "/store?default", turtle.encode(), authorization=BEARER, content_type=TURTLE
        ).status in {201, 204}
        yield running


def ask(proxy: Proxy, query: str, **headers: str) -> Answer:
    """Send a query by GET."""
    return proxy.send("GET", f"/sparql?{urlencode({'query': query})}", **headers)


def test_query(proxy: Proxy) -> None:
    """A query is answered, kept and coded as without the proxy."""
    answer = ask(proxy, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", accept_encoding="gzip")
    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Strict-Transport-Security"]
    again = ask(
        proxy,
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        accept_encoding="gzip",
        if_none_match=answer.headers["ETag"],
    )
    assert again.status == 304


def test_public_address(proxy: Proxy) -> None:
    """The service description has the public address; what a client writes into headers does not matter."""
    for headers in ({}, {"x_forwarded_host": "evil.example", "x_forwarded_proto": "http", "host": "other"}):
        description = proxy.send("GET", "/sparql", accept="text/turtle", **headers).text
        assert f"<https://{NAME}/sparql>" in description
        assert "evil" not in description
        assert "127.0.0.1" not in description


def test_long_requests(proxy: Proxy) -> None:
    """A long query in a URI, and an upload of some megabytes, go through; what is too long is told."""
    assert ask(proxy, f"ASK {{}} #{'x' * 50_000}").status == 200
    assert ask(proxy, f"ASK {{}} #{'x' * 62_000}").status == 414
    turtle = f"<x:s> <x:p> '{'x' * 5_000_000}' .".encode()
    path = "/store?graph=https://example.org/long"
    assert proxy.send("PUT", path, turtle, authorization=BEARER, content_type=TURTLE).status == 201
    assert proxy.send("DELETE", path, authorization=BEARER).status == 204


def test_a_broken_stream_stays_broken(proxy: Proxy) -> None:
    """A result that breaks off after its first bytes is no whole-looking body behind the proxy either."""
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    path = f"/sparql?timeout={LIMIT}&query={quote(query)}"
    status = 503
    while status == 503:  # its deadline came before the first byte
        with closing(proxy.open()) as connection:
            connection.request("GET", path, headers={"Accept": "text/csv"})
            response = connection.getresponse()
            status = response.status
            if status == 200:
                with pytest.raises(IncompleteRead):
                    response.read()
    assert status == 200


def test_errors_come_through(proxy: Proxy) -> None:
    """A problem is the server's own, not a page of the proxy; and none is kept."""
    query = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
    slow = proxy.send("GET", f"/sparql?timeout={LIMIT}&query={query}")
    assert (slow.status, slow.media_type) == (503, "application/problem+json")
    assert slow.headers["Cache-Control"] == "no-store"
    assert proxy.send("DELETE", "/store?default").status == 401


def test_a_client_that_leaves_stops_its_query(proxy: Proxy) -> None:
    """The proxy passes on that a client has gone."""
    gone = 'wicara_stopped_total{why="client gone"}'
    before = proxy.behind.metric(gone)
    query = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?m }")
    with closing(proxy.open()) as connection:
        connection.request("GET", f"/sparql?query={query}")
        wait_until(lambda: proxy.behind.at_work)
    wait_until(lambda: proxy.behind.metric(gone) == before + 1)


def test_without_tls(proxy: Proxy) -> None:
    """Plain HTTP leads to the public address, with the same method."""
    with socket.create_connection(("127.0.0.1", proxy.plain)) as connection:
        connection.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.0\r\nHost: evil.example\r\n\r\n")
        answer = connection.makefile().read()
    assert " 308 " in answer
    assert f"\nLocation: https://{NAME}/sparql?query=ASK%7B%7D\n" in answer.replace("\r", "")


def ask_on(proxy: Proxy, name: str, over: Event) -> list[object]:
    """Ask for what the cache has and what it has not until it is over; return what came, but for 200."""
    others: list[object] = []
    for number in count():
        query = quote(f"SELECT (COUNT(*) AS ?{name}) {{ ?s a wic:Meeting }} # {number}")
        for path in ("/", "/timeline.csv", f"/sparql?query={query}"):
            try:
                status: object = proxy.send("GET", path).status
            except (OSError, HTTPException) as fault:
                status = fault
            if status != 200:
                others.append((path, status))
        if over.wait(0.1):  # the servers, too, have to come to it
            return others
    raise AssertionError


@pytest.mark.parametrize("changes", [1, long(10)])
def test_replicas(
    wicara: Command,
    copied: Callable[[BuiltDataset], Path],
    one_article: BuiltDataset,
    tmp_path: Path,
    changes: int,
) -> None:
    """Two servers go over to each new version one after the other, and no request is lost meanwhile."""
    own_data, over = copied(one_article), Event()
    with (
        served("--data", own_data, "--trust-proxy") as one,
        served("--data", own_data, "--trust-proxy") as two,
        nginx(tmp_path, one, two) as proxy,
        ThreadPoolExecutor() as clients,
    ):
        asking = [clients.submit(ask_on, proxy, f"client{number}", over) for number in range(4)]
        digests = {one.get("/healthz").json["digest"]}
        try:
            for change in range(changes):
                assert (
                    wicara("retract", f"fact/{ARTICLE}/F{change + 1:03}", "--data", own_data).returncode == 0
                )
                for server in (one, two):
                    server.process.send_signal(signal.SIGHUP)
                    wait_until(lambda at=server: at.get("/healthz").json["digest"] not in digests)
                digests.add(one.get("/healthz").json["digest"])
                assert two.get("/healthz").json["digest"] in digests
        finally:
            over.set()
        assert [lost for client in asking for lost in client.result()] == []
    assert len(digests) == changes + 1
