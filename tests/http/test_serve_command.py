"""`wicara serve`: what it says, how it stops, and how it takes in what changes."""

from __future__ import annotations

import asyncio
import gzip
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import pytest
import uvloop
from prepared import PATIENCE
from pyoxigraph import NamedNode, Triple, serialize
from server_process import serve, served, wait_until
from wicara.graph.formats import BY_EXTENSION
from wicara.graph.store import open_dataset
from wicara.server import create_app
from wicara.server.process.messages import FAULT, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Command
    from server_process import Server

pytestmark = pytest.mark.first_article

ONE = "<https://w3id.org/wicara/id/state/x> <https://w3id.org/wicara/ont#p> 1 .\n"
TWO = ONE + ONE.replace(" 1 ", " 2 ")
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def count(server: Server) -> int:
    """Return how many statements the default graph has."""
    return int(server.ask(COUNT).rows[0]["n"])


def test_port_in_use(tmp_path: Path) -> None:
    """A port in use is one message that says what to do, and exit 1."""
    file = tmp_path / "one.ttl"
    file.write_text(ONE)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = serve(file, "--port", taken.getsockname()[1])
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("extension", BY_EXTENSION)
def test_every_extension(tmp_path: Path, extension: str) -> None:
    """A file of RDF is served by any extension that other commands read it by, packed too."""
    triple = Triple(NamedNode("x:s"), NamedNode("x:p"), NamedNode("x:o"))
    content = serialize([triple], format=BY_EXTENSION[extension].rdf)
    plain, packed = tmp_path / f"one.{extension}", tmp_path / f"two.{extension}.gz"
    plain.write_bytes(content or b"")
    packed.write_bytes(gzip.compress((content or b"").replace(b"x:o", b"x:other")))
    with served(plain, packed) as running:
        assert {row["o"] for row in running.ask("SELECT ?o { ?s ?p ?o }").rows} == {"x:o", "x:other"}


def test_nobody_waits_for_checksums(own_data: Path) -> None:
    """Before downloads are measured the description lacks their sizes and is not stored; then it is whole.

    They are measured once for a build, and not for each server of it.
    """
    [sizes] = own_data.glob("state/*/downloads.cache")
    measured = sizes.read_bytes()
    sizes.unlink()
    with served("--data", own_data) as running:
        early = running.get("/.well-known/void")
        assert "checksumValue" in early.text or early.headers["Cache-Control"] == "no-store"
        wait_until(sizes.exists)
        told = running.get("/.well-known/void")
    assert sizes.read_bytes() == measured
    assert "checksumValue" in told.text
    assert told.headers["ETag"]


def void_of(data: Path) -> str:
    """Return how the build in a folder is described by an app that has just begun."""
    return create_app(open_dataset(data)).test_client().get("/.well-known/void").text


def rewritten(path: Path, change: Callable[[bytes], bytes], **head: str) -> None:
    """Change what is kept in a file; its first line tells the new content, but for what `head` names."""
    line, _, content = path.read_bytes().partition(b"\n")
    code, version, _ = line.decode().split()
    content = change(content)
    told = {"code": code, "version": version, "content": sha256(content).hexdigest()} | head
    path.write_bytes(f"{told['code']} {told['version']} {told['content']}\n".encode() + content)


def test_counts_are_made_once_for_a_build(own_data: Path) -> None:
    """What is kept with a build is told, not counted anew."""
    told = void_of(own_data)
    [path] = own_data.glob("state/*/statistics.cache")
    triples = re.search(r"void:triples (\d+)", told)
    assert triples
    rewritten(path, lambda content: content.replace(triples[1].encode(), b"4711"))
    assert void_of(own_data) == told.replace(f" {triples[1]} ", " 4711 ")


@pytest.mark.parametrize(
    "head", [{"code": "0" * 64}, {"version": "0" * 64}, {"content": "0" * 64}], ids="".join
)
def test_what_is_kept_of_others_is_made_anew(own_data: Path, head: dict[str, str]) -> None:
    """Counts by other code, of another version, or spoilt, are as good as none; they are counted anew."""
    told = void_of(own_data)
    [path] = own_data.glob("state/*/statistics.cache")
    kept = path.read_bytes()
    rewritten(path, lambda content: content.replace(b"1", b"2"), **head)
    assert void_of(own_data) == told
    assert path.read_bytes() == kept


def test_what_was_cut_off_is_made_anew(own_data: Path) -> None:
    """Half a file is as good as none; what a killed process has left goes when the next one writes."""
    told = void_of(own_data)
    [path] = own_data.glob("state/*/statistics.cache")
    kept = path.read_bytes()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    left = path.with_name(f"trial-{ended.pid}-{path.name}")
    for half in (path, left):
        half.write_bytes(kept[: len(kept) // 2])
    assert void_of(own_data) == told
    assert path.read_bytes() == kept
    assert not left.exists()


def test_no_reader_waits_for_what_pages_read_once(own_data: Path) -> None:
    """A server finds it when nothing is asked of it, and keeps it with the build; pages read it there."""
    names = ("compared", "conflicts", "timeline-on")
    with served("--data", own_data):
        wait_until(lambda: all(any(own_data.glob(f"state/*/{name}.cache")) for name in names))
    [counted] = own_data.glob("state/*/compared.cache")
    [listed] = own_data.glob("state/*/timeline-on.cache")
    rewritten(counted, lambda content: re.sub(rb'"pairs": \d+', b'"pairs": 4711', content))
    rewritten(listed, lambda content: re.sub(rb"/event/[^\"]+", b"/event/unheard-of", content))
    client = create_app(open_dataset(own_data)).test_client()
    assert re.search(r"4[,.]?711", client.get("/conflicts").text)
    assert {
        row.partition(",")[0] for row in client.get("/timeline.csv").text.splitlines() if "/event/" in row
    } == {"https://w3id.org/wicara/id/event/unheard-of"}


def test_the_index_is_made_once_for_a_build(own_data: Path) -> None:
    """The index of a search is that of the server before; one that is spoilt is made anew."""
    with served("--data", own_data) as running:
        told = running.get("/search.csv?q=lavrov")
        wait_until(lambda: any(own_data.glob("state/*/search-on.cache")))
    [path] = own_data.glob("state/*/search-on.cache")
    kept = path.read_bytes()

    def without_words(content: bytes) -> bytes:
        file = own_data / "index.sqlite"
        file.write_bytes(content)
        with closing(sqlite3.connect(file)) as index, index:
            index.execute("UPDATE text SET words = 'of the file'")
        return file.read_bytes()

    rewritten(path, without_words)
    with served("--data", own_data) as running:
        assert "of the file" in running.get("/search.csv?q=lavrov").text
    path.write_bytes(kept[:-1])
    with served("--data", own_data) as running:
        assert running.get("/search.csv?q=lavrov").text == told.text
        wait_until(lambda: path.read_bytes() == kept)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("bad.ttl", ONE + "<x", "line 2"),
        ("bad.csv", "a,b", "extension"),
        ("latin.ttl", "<x:é> <x:x> 1 .", "latin"),
        ("deep.nt", f"<x:a> <x:p> {'<<( <x:a> <x:p> ' * 3000}<x:b>{' )>>' * 3000} .", "nested more than"),
        ("deep.trig", f"<x:g> {{ {'<<(' * 2000} }}", "nested more than"),
        ("deep.jsonld", '{"@id": "x:a", "x:p": ' * 3000 + "1" + "}" * 3000, "nested more than"),
    ],
)
def test_broken_file(tmp_path: Path, name: str, text: str, message: str) -> None:
    """A file that is not RDF, or of no known kind, is one message that names the place, and exit 2."""
    file = tmp_path / name
    file.write_text(text, encoding="latin-1")
    done = serve(file)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


LAST_WORD: Final = """
import socket, sys
from wicara.server.process.messages import FAULT, frame
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    connection.sendall(frame(FAULT, b"why"))
"""
"""A process that says why it ends."""


def test_what_a_process_says_before_it_ends(tmp_path: Path) -> None:
    """The last word of a process is heard, however long after its end the server has time for it."""
    address = str(tmp_path / "socket")
    heard: list[tuple[bytes, bytes]] = []

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def hear(link: Link) -> None:
            heard.extend(link.received)
            link.ended.add_done_callback(lambda _: ended.set_result(None))

        async with await loop.create_unix_server(lambda: Link(hear, hear), address):
            command = [sys.executable, "-c", LAST_WORD, address]
            subprocess.run(command, check=True, timeout=PATIENCE)  # noqa: ASYNC221 - nobody listens meanwhile
            await asyncio.wait_for(ended, PATIENCE)

    with ThreadPoolExecutor(1) as thread:  # in this one the loop of a browser may run
        thread.submit(lambda: uvloop.run(listen())).result()
    assert heard == [(FAULT, b"why")]


def test_files_exclude_the_built_dataset(tmp_path: Path) -> None:
    """Files together with `--data` are exit 2, with a message."""
    file = tmp_path / "one.ttl"
    file.write_text(ONE)
    done = serve(file, "--data", tmp_path)
    assert done.returncode == 2
    assert "--data" in done.stderr


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is exit 2, with its name."""
    done = serve(tmp_path / "none.ttl")
    assert done.returncode == 2
    assert "none.ttl" in done.stderr


def test_damaged_store(own_data: Path) -> None:
    """A store that was emptied is one message that says what to do, and exit 1."""
    (own_data / "current" / "asserted.nq").resolve().write_bytes(b"")
    done = serve("--data", own_data)
    assert done.returncode == 1
    assert "wicara build --force" in done.stderr


def test_files(tmp_path: Path) -> None:
    """Several files are served together, as they are; gzip is unpacked."""
    first, second = tmp_path / "one.ttl", tmp_path / "two.nq.gz"
    first.write_text(ONE)
    second.write_bytes(gzip.compress(b"<x:x> <x:x> <x:y> <x:g> .\n"))
    with served(first, second) as server:
        assert count(server) == 1
        assert server.ask("ASK { GRAPH <x:g> { ?s ?p <x:y> } }").json["boolean"]


def test_reload_of_files(tmp_path: Path) -> None:
    """With `--reload` a changed file is served, and a broken one leaves the last good one."""
    file = tmp_path / "one.ttl"
    file.write_text(ONE)
    with served(file, "--reload") as server:
        assert count(server) == 1
        file.write_text(TWO)
        wait_until(lambda: count(server) == 2)
        file.write_text(TWO + "<broken")
        wait_until(lambda: "last good" in server.log)
        assert count(server) == 2
        file.write_text(ONE)
        wait_until(lambda: count(server) == 1)
        log = server.end()
    assert "line 3" in log
    assert "last good" in log


def test_reload_of_the_dataset(own_data: Path, tmp_path: Path) -> None:
    """With `--reload` a file that is added to the inputs is built and served; no request fails meanwhile."""
    more = tmp_path / "more"
    more.mkdir()
    added = "https://w3id.org/wicara/id/person/added"
    ask = f"ASK {{ <{added}> a wic:Person }}"
    with served("--data", own_data, "--add", more, "--reload") as server, watched(server) as statuses:
        (more / "entities.ttl").write_text(
            f"@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
            f"<{added}> a <https://w3id.org/wicara/ont#Person> ;"
            ' skos:prefLabel "Added"@en , "Added"@id .\n'
        )
        wait_until(lambda: server.ask(ask).json["boolean"])
    assert set(statuses) == {200}


def test_a_server_follows_a_change(wicara: Command, own_data: Path) -> None:
    """With `--reload` a retraction is served without a restart, and every request meanwhile is answered."""
    retracted = "ASK { GRAPH ?g { ?s ?p ?o } FILTER(STRENDS(STR(?g), '/F074')) }"
    with served("--data", own_data, "--reload") as server, watched(server) as statuses:
        assert server.ask(retracted).json["boolean"]
        assert wicara("retract", "F074", "--data", own_data).returncode == 0
        wait_until(lambda: not server.ask(retracted).json["boolean"])
    assert set(statuses) == {200}


@contextmanager
def watched(server: Server) -> Iterator[list[int]]:
    """Ask a server again and again until the block ends; yield the statuses of its answers."""
    statuses: list[int] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            statuses.append(server.ask("ASK { ?g a wic:FactGraph }").status)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        thread.join()


def test_an_up_to_date_build_is_not_built_again(data_dir: Path) -> None:
    """With a build that is up to date, the first answer comes at once: nothing is built."""
    before = (data_dir / "current").readlink()
    with served("--data", data_dir) as server:
        assert server.ask("ASK {}").json["boolean"]
        assert server.log == ""
    assert (data_dir / "current").readlink() == before


def test_light_start() -> None:
    """Serving an up-to-date build loads neither rdflib nor the reasoner nor the validator."""
    code = (
        "import sys, wicara.server.process.supervisor; "
        "print([name for name in ('rdflib', 'owlrl', 'pyshacl', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_ctrl_c(tmp_path: Path) -> None:
    """Ctrl-C and SIGTERM end the process cleanly, without a traceback."""
    file = tmp_path / "one.ttl"
    file.write_text(ONE)
    for number in (signal.SIGINT, signal.SIGTERM):
        with served(file) as server:
            server.process.send_signal(number)
            assert server.process.wait(PATIENCE) == 0
            assert "Traceback" not in server.log
