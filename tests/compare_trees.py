"""What is asked of a tree, over HTTP and on the command line, and what it answers."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE: Final = Path(__file__).parent
SPEC: Final = tomllib.loads((HERE / "compare.toml").read_text(encoding="utf-8"))
HOST: Final = "compare.test"
THREADS: Final = 4
CHOICE: Final = re.compile(r"\{(\w+)\}|\{(?! )([^{}]*\|[^{}]*)\}")
NOISE: Final = [
    (re.compile(noise["where"]), re.compile(noise["find"], re.MULTILINE), noise["give"])
    for noise in SPEC["noise"]
]
UNESCAPED: Final = "%/?&=:;,+!$'()*@~[]"


@dataclass(frozen=True)
class Request:
    """What is asked of a server, or, where the method is `$`, of a shell."""

    server: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def __str__(self) -> str:
        """Return it in one line, which `--only` and the entries of what is allowed are matched with."""
        headers = "".join(f" [{name}: {value}]" for name, value in self.headers)
        body = f" {' '.join(self.body.split())}" if self.body else ""
        return f"{self.server}: {self.method} {self.path}{headers}{body}"

    @classmethod
    def read(cls, server: str, text: str) -> Request:
        """Return the request that a text like that of HTTP says: a line, headers, an empty line, the body."""
        head, _, body = text.partition("\n\n")
        line, *headers = head.strip().split("\n")
        method, _, path = line.partition(" ")
        pairs = tuple(
            (name, value.strip()) for name, _, value in (header.partition(":") for header in headers)
        )
        return cls(server, method, quote(path, safe=UNESCAPED), pairs, body)


@dataclass(frozen=True)
class Answer:
    """The status, headers and body of an answer; or the exit code, standard error and output of a command."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def media_type(self) -> str:
        """Return the media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True)
class Tree:
    """A checkout, the interpreter in whose environment it is installed, and a folder to work in."""

    checkout: Path
    python: Path
    work: Path

    def run(self, line: str, folder: Path) -> Answer:
        """Run a line of a shell in a folder in which `wicara` is the command of this tree."""
        environment = {
            "PATH": f"{self.python.parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "WICARA_DATA": str(folder / "data"),
            "LANG": "C.UTF-8",
            "COLUMNS": "100",
        }
        done = subprocess.run(
            ["timeout", "120", "bash", "-c", line],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
        )
        output, errors = (
            self.plain(f"$ {line}", raw.decode(errors="replace")) for raw in (done.stdout, done.stderr)
        )
        return Answer(done.returncode, {"standard error": errors}, output)

    def plain(self, request: str, text: str, digest: str = "") -> str:
        """Return a text of an answer without what differs at each run: folders, times, digests."""
        for folder, name in ((self.work, "WORK"), (self.checkout, "TREE")):
            text = text.replace(str(folder), name)
        for length in (64, 16, 12) if digest else ():
            text = text.replace(digest[:length], "DIGEST")
        for where, noise, given in NOISE:
            text = noise.sub(given, text) if where.search(request) else text
        return text

    def folder(self, *, copy: bool) -> Path:
        """Return a new folder with the files of `compare.toml` and the built dataset, or a copy of it."""
        folder = Path(tempfile.mkdtemp(dir=self.work))
        (folder / "queries").symlink_to(self.checkout / "queries")
        for name, text in SPEC["files"].items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        if copy:
            shutil.copytree(self.work / "data", folder / "data", symlinks=True)
        else:
            (folder / "data").symlink_to(self.work / "data")
        return folder


@dataclass(frozen=True)
class Server:
    """A server of a tree, with the digest of its dataset."""

    tree: Tree
    port: int
    digest: str = ""

    def ask(self, request: Request) -> Answer:
        """Send a request, where `{etag}` in a header is the ETag that a GET of the same has."""
        sent = {"Host": HOST, **dict(request.headers)}
        if any("{etag}" in value for value in sent.values()):
            plain = tuple(pair for pair in request.headers if "{etag}" not in pair[1])
            etag = self.exchange(replace(request, method="GET", body="", headers=plain))[1].get("etag", "")
            sent = {name: value.replace("{etag}", etag) for name, value in sent.items()}
        status, answered, body = self.exchange(replace(request, headers=tuple(sent.items())))
        kept = {name: answered[name] for name in sorted(answered.keys() - set(SPEC["headers"]["ignored"]))}
        if status == HTTPStatus.NOT_MODIFIED:
            kept = {name: value for name, value in kept.items() if name in SPEC["headers"]["unchanged"]}
        for name in kept.keys() & set(SPEC["headers"]["sets"]):
            kept[name] = ", ".join(sorted(re.split(r",\s*", kept[name])))
        for name in kept.keys() & set(SPEC["headers"]["present"]):
            kept[name] = "weak" if kept[name].startswith("W/") else "present"
        if kept.get("content-encoding") == "gzip" and body:
            body = gzip.decompress(body)
        name, text = str(request), body.decode("utf-8", "surrogateescape")
        headers = {key: self.tree.plain(name, value, self.digest) for key, value in kept.items()}
        return Answer(status, headers, self.tree.plain(name, text, self.digest))

    def exchange(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        """Send a request as it stands; a connection that breaks is an answer with the status 0."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(
                request.method, request.path, request.body.encode() or None, dict(request.headers)
            )
            response = connection.getresponse()
            headers: dict[str, str] = {}
            for name, value in response.getheaders():
                headers[name.lower()] = ", ".join(filter(None, (headers.get(name.lower()), value)))
            return response.status, headers, response.read()
        except (OSError, HTTPException) as fault:
            return 0, {"fault": type(fault).__name__}, b""
        finally:
            connection.close()

    def ask_all(self, requests: Iterable[Request], *, in_order: bool = False) -> dict[Request, Answer]:
        """Return the answers to requests, sent one after the other or several at a time."""
        requests = list(dict.fromkeys(requests))
        with ThreadPoolExecutor(1 if in_order else THREADS) as pool:
            return dict(zip(requests, pool.map(self.ask, requests), strict=True))


@contextmanager
def served(tree: Tree, arguments: list[str]) -> Iterator[Server]:
    """Run `wicara serve` of a tree on a free port until the block ends."""
    command = [str(tree.python), "-P", "-m", "wicara", "serve", "--port", "0", *arguments]
    folder = tree.folder(copy=False)
    environment = os.environ | {"WICARA_DATA": str(tree.work / "data")}
    with (
        (tree.work / "log").open("ab") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            line = process.stdout.readline().decode() if process.stdout else ""
            port = re.search(r":(\d+)/", line)
            if not port:
                raise SystemExit(
                    f"No server of {tree.checkout}: {line}{(tree.work / 'log').read_text()[-2000:]}"
                )
            server = Server(tree, int(port[1]))
            health = server.exchange(Request("", "GET", "/healthz"))[2]
            yield replace(server, digest=json.loads(health).get("digest") or "")
        finally:
            process.terminate()


def expand(text: str, sets: dict[str, list[str]], *, whole: bool) -> list[str]:
    """Return what a text with choices stands for: `{a|b}`, and `{name}` for each value of a set.

    Either the whole product of the choices, or as many as show each value of each choice once.
    """
    pieces, choices, end = [], [], 0
    for choice in CHOICE.finditer(text):
        values = choice[2].split("|") if choice[2] else sets.get(choice[1])
        if values is not None:
            pieces.append(text[end : choice.start()])
            choices.append(values)
            end = choice.end()
    longest = max(map(len, choices), default=1)
    shown = [[values[row % len(values)] for values in choices] for row in range(longest)]
    combinations = map(list, itertools.product(*choices)) if whole else shown
    pieces.append(text[end:])
    return [
        "".join(itertools.chain(*itertools.zip_longest(pieces, row, fillvalue=""))) for row in combinations
    ]


def sets_of(tree: Tree) -> dict[str, list[str]]:
    """Return the sets that `compare.toml` may name: the texts of the queries, and their files."""
    files = sorted((tree.checkout / "queries").glob("*.rq"))
    return {
        "query": [quote(file.read_text(encoding="utf-8"), safe="") for file in files],
        "query_file": [f"queries/{file.name}" for file in files],
    }


def build(tree: Tree) -> None:
    """Build the dataset of a tree in its folder to work in."""
    tree.work.mkdir(parents=True, exist_ok=True)
    command = [str(tree.python), "-P", "-m", "wicara", "build", "--data", str(tree.work / "data")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
