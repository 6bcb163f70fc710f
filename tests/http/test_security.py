"""What docs/security.md promises and no other test shows: a hostile client and a real server process."""

from __future__ import annotations

import gzip
import json
import re
import socket
import stat
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from prepared import PATIENCE
from server_process import served, workers
from writing import BEARER, TOKEN, TURTLE, UPDATE, WRITABLE, count, emptied, update, write

if TYPE_CHECKING:
    from server_process import Answer, Server

pytestmark = pytest.mark.first_article

MARK = "unmistakable"
ORIGIN = "https://evil.example"


def preflight(server: Server, path: str, method: str, headers: str) -> Answer:
    """Ask, as a browser does for a page of another origin, whether it may send a request."""
    return server.send(
        "OPTIONS",
        path,
        origin=ORIGIN,
        access_control_request_method=method,
        access_control_request_headers=headers,
    )


def listed(answer: Answer, header: str) -> set[str]:
    """Return what a header lists, in lower case."""
    return {each.strip().lower() for each in (answer.headers[header] or "").split(",")}


@pytest.mark.parametrize("path", ["/store?default", "/store/g", "/update", "/sparql"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_no_page_of_another_origin_writes(writable: Server, path: str, method: str) -> None:
    """No preflight allows the methods of writes, nor the header that a write takes, nor credentials."""
    answer = preflight(writable, path, method, "authorization, content-type")
    assert method.lower() not in listed(answer, "Access-Control-Allow-Methods")
    assert not {"*", "authorization"} & listed(answer, "Access-Control-Allow-Headers")
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("content_type", [UPDATE, "application/x-www-form-urlencoded", "text/plain"])
def test_simple_requests_of_other_origins(writable: Server, content_type: str) -> None:
    """What a page can send without a preflight, or with one that passes, has no token and changes nothing."""
    body = "update=CLEAR+ALL" if "form" in content_type else "CLEAR ALL"
    answer = writable.send("POST", "/update", body, origin=ORIGIN, content_type=content_type, cookie=TOKEN)
    assert answer.status == 401
    answer = writable.send("POST", "/store?default", body, origin=ORIGIN, content_type=content_type)
    assert answer.status == 401


def test_a_get_never_writes(writable: Server) -> None:
    """No GET or HEAD changes anything, with the token too."""
    assert update(emptied(writable), "INSERT DATA { <x:s> <x:p> 1 }").status == 204
    for method in ("GET", "HEAD"):
        for path in ("/update?update=CLEAR+ALL", "/sparql?update=CLEAR+ALL", "/sparql?query=CLEAR+ALL"):
            assert write(writable, method, path).status in {400, 404, 405}
    assert count(writable) == 1


def test_the_token_is_nowhere_else(writable: Server) -> None:
    """A token in the URL or in a form is none: it would stand in logs and histories."""
    path = f"/update?access_token={TOKEN}&token={TOKEN}"
    assert writable.send("POST", path, "CLEAR ALL", content_type=UPDATE).status == 401


def test_logs_hold_no_queries() -> None:
    """No log line has a word of a query, an update, an upload or a header; each is JSON, but for crashes."""
    with served("--empty", *WRITABLE, "--access-log") as server:
        slow = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o } ORDER BY ?a"
        numbers = " , ".join(map(str, range(300)))
        update(server, f"INSERT DATA {{ <x:{MARK}> <x:p> {numbers} }}")
        assert server.ask(f"{slow} # {MARK}", timeout="1").status == 503
        for text in (f"ASK {{ <x:{MARK}> ?p ?o }}", f"ASK {MARK}", f"SELECT (<{MARK}>() AS ?x) {{}}"):
            server.ask(text, lang=MARK)
            server.send("POST", "/sparql", text, content_type="application/sparql-query", cookie=MARK)
            server.send("POST", "/sparql", f"query={text}", content_type="application/x-www-form-urlencoded")
            update(server, text)
        for authorization in (f"{BEARER}x", f"Basic {TOKEN}"):
            server.send("POST", "/update", "CLEAR ALL", authorization=authorization, content_type=UPDATE)
        write(server, "PUT", "/store?default", f"<x:s> <x:p> '{MARK}' , .", content_type=TURTLE)
        server.get("/", user_agent=MARK, referer=MARK, x_forwarded_for=MARK, authorization=f"Basic {MARK}")
        lines = server.end().splitlines()
    assert not [line for line in lines if MARK in line or TOKEN in line]
    events = [json.loads(line)["event"] for line in lines if line.startswith("{")]
    assert len(events) > 10
    assert {"request", "write", "stopped"} <= set(events)


def test_slow_clients() -> None:
    """Clients that send nothing, half a header or half a body hold no process: others are answered."""
    heads = (
        b"",
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nX: ",
        b"POST /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nA",
        f"PUT /store?default HTTP/1.1\r\nHost: x\r\nAuthorization: {BEARER}\r\nContent-Type: {TURTLE}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1\r\n#\r\n".encode(),
    )
    with served("--empty", *WRITABLE, "--executors", 1, "--slow-lane", 1) as server, ExitStack() as stack:
        for number in range(100):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            connection.sendall(heads[number % len(heads)])
        assert {server.ask(f"ASK {{}} # {number}").status for number in range(20)} == {200}
        assert update(server, "INSERT DATA { <x:s> <x:p> 1 }").status == 204


def test_an_upgrade_loses_no_body(empty: Server) -> None:
    """A request that asks for another protocol is answered in HTTP/1.1; one with a body is refused."""
    upgrade = "Host: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
    body = "<x:d> <x:e> <x:f> ."
    head = f"Authorization: {BEARER}\r\nContent-Type: {TURTLE}\r\nContent-Length: {len(body)}\r\n"
    assert update(empty, "INSERT DATA { <x:a> <x:b> <x:c> }").status == 204
    for request, status in (
        (f"PUT /store?default HTTP/1.1\r\n{upgrade}{head}\r\n{body}", b"400"),
        (f"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n{upgrade}\r\n", b"200"),
    ):
        with socket.create_connection(("127.0.0.1", empty.port), PATIENCE) as connection:
            connection.sendall(request.encode())
            answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        assert answer.split()[1] == status
    assert empty.ask("ASK { <x:a> <x:b> <x:c> }").json["boolean"]


def memory_of(server: Server) -> int:
    """Return the most memory that the front has had, in kilobytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    return int(re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[0])


def test_a_body_without_an_end() -> None:
    """A chunked body is cut off at the limit, and takes no more memory than that."""
    with served("--empty", *WRITABLE, "--max-query", 100_000) as server:
        before = memory_of(server)
        head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
            connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
            sent = 0
            with suppress(OSError):
                while sent < 200_000_000:
                    connection.sendall(chunk)
                    sent += len(chunk)
        assert sent < 100_000_000
        assert memory_of(server) - before < 50_000
        assert server.ask("ASK {}").status == 200


def test_only_writes_may_be_long(small: Server) -> None:
    """A body as long as an upload is taken from nobody who may not write, at whatever address."""
    for method, path in (
        ("GET", "/store"),
        ("POST", "/update/x"),
        ("PUT", "/store/x"),
        ("POST", "/storeroom"),
    ):
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n"
        with socket.create_connection(("127.0.0.1", small.port), 5) as connection:
            connection.sendall(head.encode() + b" " * 100)
            assert re.match(rb"HTTP/1.1 4\d\d ", connection.recv(100))


def test_no_bombs(writable: Server) -> None:
    """A body that is coded is not unpacked, and entities of XML that grow without end are refused in time."""
    packed = gzip.compress(b"<x:s> <x:p> 1 .\n" * 1_000_000)
    coded = write(writable, "PUT", "/store?graph=x:g", packed, content_type=TURTLE, content_encoding="gzip")
    assert coded.status in {400, 415}
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    bomb = (
        f'<!DOCTYPE r [<!ENTITY e0 "0123456789">{entities}]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="x:s"><p xmlns="x:">&e12;</p></rdf:Description></rdf:RDF>'
    )
    answer = write(writable, "PUT", "/store?graph=x:g", bomb, content_type="application/rdf+xml")
    assert answer.status in {400, 503}
    assert writable.get("/store?graph=x:g").status == 404


@pytest.mark.parametrize("source", ["file:///etc/passwd", "/etc/passwd"])
def test_no_file_is_read(writable: Server, source: str) -> None:
    """Neither LOAD, FROM, a JSON-LD context nor an XML entity reads a file of the machine."""
    emptied(writable)
    assert update(writable, f"LOAD <{source}>").status in {400, 403}
    assert not writable.ask(f"ASK FROM <{source}> {{ ?s ?p ?o }}").json["boolean"]
    context = json.dumps({"@context": source, "@id": "x:s", "x:p": 1})
    entity = (
        f'<!DOCTYPE r [<!ENTITY e SYSTEM "{source}">]><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<r:Description r:about="x:s"><p xmlns="x:">&e;</p></r:Description></r:RDF>'
    )
    for body, media_type in ((context, "application/ld+json"), (entity, "application/rdf+xml")):
        answer = write(writable, "PUT", "/store?default", body, content_type=media_type)
        assert answer.status == 400
        assert "root:" not in answer.text
    assert count(writable) == 0


def test_an_allowed_service_leads_nowhere_else() -> None:
    """A server that SERVICE and LOAD may call cannot send the engine on to one that they may not."""
    seen: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"{self.server.server_port}{self.path}")
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{inside.server_port}/secret")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the base class looks for this name

        def log_message(self, *_arguments: object) -> None:
            pass

    with ExitStack() as stack:
        allowed, inside = (
            stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)) for _ in range(2)
        )
        for each in (allowed, inside):
            Thread(target=each.serve_forever).start()
            stack.callback(each.shutdown)
        url = f"http://127.0.0.1:{allowed.server_port}/"
        server = stack.enter_context(served("--empty", *WRITABLE, "--allow-service", url))
        assert server.ask(f"ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}").status >= 400
        assert update(server, f"LOAD <{url}>").status >= 400
        for other in (f"http://127.0.0.1:{inside.server_port}/", f"{url[:-1]}@localhost/", f"{url[:-1]}0/"):
            assert server.ask(f"ASK {{ SERVICE <{other}> {{ ?s ?p ?o }} }}").status == 403
            assert update(server, f"LOAD <{other}>").status == 403
    assert seen
    assert {each.partition("/")[0] for each in seen} == {str(allowed.server_port)}


def test_forged_addresses_of_clients() -> None:
    """Where no proxy is trusted, a client that calls itself by other addresses is still one client."""
    with served("--empty", "--rate", 1) as server:
        heads = server.heads(("GET /metrics", f"X-Forwarded-For: 10.0.0.{n}") for n in range(20))
    assert heads[-1].status == 429


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 5\r\nContent-Length: 60\r\n",
        "Content-Length: 5, 60\r\n",
        "Content-Length: +5\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
    ],
)
def test_no_smuggling(writable: Server, head: str) -> None:
    """Where the end of a body may be read in two ways there is one answer at most, and no success."""
    inner = f"POST /update HTTP/1.1\r\nHost: x\r\nAuthorization: {BEARER}\r\n\r\n"
    request = f"POST /sparql HTTP/1.1\r\nHost: x\r\n{head}\r\n0\r\n\r\n{inner}"
    with socket.create_connection(("127.0.0.1", writable.port), PATIENCE) as connection:
        connection.sendall(request.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert b" 200 " not in answer


def test_others_on_the_machine(writable: Server) -> None:
    """The socket between the processes is in a folder that only its owner can enter."""
    told = Path("/proc/net/unix").read_text("ascii")
    own = {
        each.readlink().name.removeprefix("socket:[").removesuffix("]")
        for each in Path(f"/proc/{writable.process.pid}/fd").iterdir()
        if "socket:" in str(each.readlink())
    }
    folders = {
        Path(fields[7]).parent
        for line in told.splitlines()[1:]
        if len(fields := line.split()) > 7 and fields[6] in own and fields[7].endswith("/front")
    }
    assert len(folders) == 1
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in folders)


def test_the_token_is_on_no_command_line(tmp_path: Path) -> None:
    """With --token-file no process of the server has the token where others on the machine could read it."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    with served("--empty", "--writable", "--token-file", tmp_path / "token", anew=True) as server:
        assert update(server, "INSERT DATA { <x:s> <x:p> 1 }").status == 204
        for number in (server.process.pid, *workers(server)):
            for name in ("cmdline", "environ"):
                with suppress(OSError):  # an executor may have ended
                    assert TOKEN.encode() not in Path(f"/proc/{number}/{name}").read_bytes()


@pytest.mark.parametrize("path", ["//", "//evil.example", "//evil.example/doc"])
def test_no_link_leads_to_another_host(small: Server, path: str) -> None:
    """A page at an address of two slashes links to itself, not to the host that a browser reads there."""
    page = small.get(path, accept="text/html").text
    assert re.findall(r'(?:href|action|src)="//[^"]*"', page) == []
