"""SPARQL 1.1 stores that tests start, empty, on a free port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from prepared import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

OXIGRAPH: Final = Path(sys.executable).with_name("oxigraph")


VIRTUOSO: Final = (Path(__file__).parent / "virtuoso.ini").read_text("utf-8")


class Addresses(NamedTuple):
    """Where a store is, and where it takes queries and updates.

    `default` is what names the default graph to a store that has none of its own, in both addresses.
    """

    url: str
    queries: str
    updates: str
    default: str = ""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def oxigraph(_folder: Path) -> Iterator[Addresses]:
    """Yield the addresses of a native Oxigraph, which holds nothing."""
    port = free_port()
    command = [OXIGRAPH, "serve", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        wait_for(port)
        url = f"http://127.0.0.1:{port}"
        yield Addresses(url, f"{url}/query", f"{url}/update")
        process.terminate()


@contextmanager
def virtuoso(folder: Path) -> Iterator[Addresses]:
    """Yield the addresses of a Virtuoso (Debian: virtuoso-opensource), which holds nothing."""
    if shutil.which("virtuoso-t") is None:
        raise SystemExit("virtuoso: apt-get install virtuoso-opensource")
    sql, http = free_port(), free_port()
    data = folder / "virtuoso"
    data.mkdir()
    file = data / "virtuoso.ini"
    file.write_text(VIRTUOSO.format(folder=data, sql=sql, http=http), "utf-8")
    with subprocess.Popen(
        ["virtuoso-t", "+foreground", "+configfile", file],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for(http)
            wait_for(sql)
            subprocess.run(
                ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba"],
                input='GRANT SPARQL_UPDATE TO "SPARQL";',
                text=True,
                check=True,
                capture_output=True,
            )
            url = f"http://127.0.0.1:{http}/sparql"
            yield Addresses(url, url, url, "?default-graph-uri=urn:wicara:default-graph")
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    """Return when somebody listens on a port."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
            return
        time.sleep(0.05)


ENGINES: Final[Mapping[str, Callable[[Path], AbstractContextManager[Addresses]]]] = {
    "oxigraph": oxigraph,
    "virtuoso": virtuoso,
}
