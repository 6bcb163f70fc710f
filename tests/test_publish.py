"""`wicara publish` brings a store of another kind up to date: by changes alone, in any number of tries."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from needed import long
from pyoxigraph import RdfFormat, parse
from server_process import PATIENCE
from stores import OXIGRAPH, free_port, oxigraph
from wicara.graph.build import ensure
from wicara.graph.endpoint import DEFAULT, STATE
from wicara.graph.publishing import statements_by_graph

from wicara.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from wicara.graph.store import BuiltDataset

pytestmark = pytest.mark.first_article


def publish(port: int, data: Path, *options: object) -> Result:
    """Return what comes of `wicara publish`, in this process."""
    arguments = ["publish", "--store", f"http://127.0.0.1:{port}", "--data", data, *options]
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[int]:
    """Return the port of an empty native Oxigraph."""
    if not OXIGRAPH.exists():
        pytest.skip("oxigraph is not installed")
    with oxigraph(tmp_path) as addresses:
        yield int(addresses.url.rpartition(":")[2])


def held(port: int) -> set[tuple[str, str]]:
    """Return the statements of a store, each with the name of its graph; not what it keeps of publishing."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/store", headers={"Accept": "application/n-quads"})
    quads = parse(connection.getresponse().read(), RdfFormat.N_QUADS)
    found = {(str(quad.graph_name), str(quad.triple)) for quad in quads}
    connection.close()
    return {one for one in found if one[0] != f"<{STATE}>"}


def wanted(dataset: BuiltDataset) -> set[tuple[str, str]]:
    """Return the statements that a store is to hold."""
    return {
        ("DEFAULT" if name == DEFAULT else f"<{name}>", str(triple))
        for name, triples in statements_by_graph(dataset).items()
        for triple in triples
    }


@contextmanager
def cutting(port: int, requests: int, *, after: bool) -> Iterator[int]:
    """Yield the port of a way to a store that breaks off before a request, or loses the answer to it."""
    listener = socket.create_server(("127.0.0.1", 0))
    left = [requests]

    def relay(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", port)) as server, suppress(OSError):
            left[0] -= 1
            if left[0] < 0 and not after:
                return
            back = threading.Thread(target=pump, args=(server, client, left[0] < 0), daemon=True)
            back.start()
            pump(client, server, lose=False)
            back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _address = listener.accept()
                threading.Thread(target=relay, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        yield listener.getsockname()[1]


def pump(source: socket.socket, target: socket.socket, lose: bool) -> None:  # noqa: FBT001 - of a thread
    """Pass bytes on until there are no more; or lose the answer once it begins."""
    with suppress(OSError):
        while data := source.recv(1 << 16):
            if lose:
                target.shutdown(socket.SHUT_RDWR)
                return
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_changes_alone_are_sent(store: int, own_data: Path, addition: Callable[..., Path]) -> None:
    """First everything is sent, then nothing, and after a change the statements that differ."""
    before = wanted(ensure(own_data))
    assert publish(store, own_data).exit_code == 0
    assert held(store) == before
    assert "0 statements deleted, 0 inserted in 0 graphs" in publish(store, own_data).stdout
    more = addition(
        entities_ttl="event:invented a wic:Meeting ; "
        'skos:prefLabel "invented meeting"@en , "pertemuan rekaan"@id .'
    )
    after = wanted(ensure(own_data, more))
    assert before != after
    told = publish(store, own_data, "--add", more)
    assert f"{len(before - after)} statements deleted, {len(after - before)} inserted" in told.stdout
    assert held(store) == after


@pytest.mark.parametrize("tries", [2, long(20)])
def test_broken_off(store: int, own_data: Path, tries: int) -> None:
    """However often publishing breaks off, nothing is lost or twice once it has come to its end."""
    for number in range(tries):
        with cutting(store, 2 + 61 * number % 149, after=bool(number % 2)) as port:
            told = publish(port, own_data)
        assert told.exit_code in {0, 1}, told.output
        assert told.exit_code == 0 or "repeat the command" in told.output
    assert publish(store, own_data).exit_code == 0
    assert held(store) == wanted(ensure(own_data))


def test_a_store_that_is_not_there(own_data: Path) -> None:
    """A store that cannot be reached, or an address that is none, is told in a line."""
    told = publish(free_port(), own_data)
    assert (told.exit_code, "does not answer" in told.output) == (1, True)
    told = CliRunner().invoke(main, ["publish", "--store", "file:///x", "--data", str(own_data)])
    assert (told.exit_code, "no address of a store" in told.output) == (1, True)
