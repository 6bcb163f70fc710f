"""What all tests share: the shared folder, one built dataset, and servers of it and of a small file."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import hypothesis
import pytest
from needed import needed
from prepared import run
from server_process import RUNNING, TAIL, served
from wicara.graph.build import ensure
from wicara.graph.dataset_folder import PACKAGED, VARIABLE
from wicara.graph.inputs import read_inputs
from wicara.graph.names import GraphKind, graph_iri, kind_of
from wicara.ontology import PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from server_process import Server
    from wicara.graph.store import BuiltDataset

FIRST = "kemlu-2018-08-02-asean-russia"
"""The article that the dataset began with."""
CHECKOUT = Path(__file__).parent.parent
# Images of containers often set it: then each process compiles all modules anew, for a third of its start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
for name in (VARIABLE, "WICARA_ADD", "WICARA_DATA"):
    os.environ.pop(name, None)
sys.dont_write_bytecode = False
# What a script starts in the background has Ctrl-C ignored, and so would have all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


LONGEST = (
    "test_crawl",
    "test_docs",
    "test_openapi",
    "test_fuzz_http",
    "test_backup_serving",
    "test_review_page",
    "test_spark",
)
"""The files with the longest tests: they come first, so that none is left when all others are done."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the first process of tests compile what all import, while the others wait for it."""
    with Path(__file__).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(lock, fcntl.LOCK_SH)
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests begin."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


def pytest_collection_finish() -> None:
    """Keep what was collected out of the garbage collector, which looked through it again and again."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show in the report of a failed test what the servers that run have logged."""
    report = yield
    if report.failed:
        report.sections += [(f"Log of the server on port {each.port}", each.log[-TAIL:]) for each in RUNNING]
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with the article, its facts and the questions; skip, or fail where it is required."""
    folder = Path(os.environ.get("WICARA_SHARED", CHECKOUT.parent / "shared"))
    needed(folder.is_dir(), f"the shared folder is not at {folder}: name it in WICARA_SHARED")
    return folder


@pytest.fixture(scope="session")
def first_article(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a dataset that has one article, the first, and the background."""
    folder = tmp_path_factory.mktemp("datasets") / "first"
    shutil.copytree(PACKAGED, folder, ignore=shutil.ignore_patterns("*.csv", "released"))
    articles = folder / "articles"
    shutil.rmtree(articles)
    articles.mkdir()
    for file in (PACKAGED / "articles").glob(f"{FIRST}.*"):
        shutil.copy(file, articles)
    return folder


@pytest.fixture(scope="module", autouse=True)
def chosen_dataset(request: pytest.FixtureRequest, first_article: Path) -> Iterator[str]:
    """Choose what the tests of a file read, in processes too: the first article if it is so marked."""
    with pytest.MonkeyPatch.context() as environment:
        if request.node.get_closest_marker("first_article"):
            environment.setenv(VARIABLE, str(first_article))
        yield os.environ.get(VARIABLE, "")


@pytest.fixture(scope="session")
def build_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], BuiltDataset]:
    """Return a function that builds the dataset that is chosen, once for all processes of tests."""
    base = tmp_path_factory.getbasetemp()
    builds = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "builds"

    def build(chosen: str) -> BuiltDataset:
        from wicara.server.descriptions import downloads  # noqa: PLC0415 - brings Flask

        folder = builds / (Path(chosen).name or "whole")
        folder.mkdir(parents=True, exist_ok=True)
        with (builds / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            dataset = ensure(folder)
            downloads.prepare(dataset)  # what a server would do while other tests copy the folder
        return dataset

    return cache(build)


@pytest.fixture(scope="module")
def dataset(build_of: Callable[[str], BuiltDataset], chosen_dataset: str) -> BuiltDataset:
    """Return the dataset, built."""
    return build_of(chosen_dataset)


@pytest.fixture(scope="module")
def data_dir(dataset: BuiltDataset) -> Path:
    """Return the folder of builds with the dataset."""
    return dataset.path.parent.parent


@pytest.fixture
def one_article(
    first_article: Path, build_of: Callable[[str], BuiltDataset], monkeypatch: pytest.MonkeyPatch
) -> BuiltDataset:
    """Return the dataset of one article, built, and let the test and its processes read that."""
    monkeypatch.setenv(VARIABLE, str(first_article))
    return build_of(str(first_article))


@dataclass(frozen=True)
class Facts:
    """The graphs of the facts in the files of the articles: all, those that quote, and those derived."""

    graphs: frozenset[str]
    quoted: frozenset[str]
    derived: frozenset[str]

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.graphs)

    def of(self, article: str) -> Facts:
        """Return those of one article."""
        start = graph_iri(GraphKind.FACT, article, "")
        return Facts(
            *(
                frozenset(graph for graph in graphs if graph.startswith(start))
                for graphs in (self.graphs, self.quoted, self.derived)
            )
        )


@pytest.fixture(scope="module")
def stated(chosen_dataset: str) -> Facts:
    """Return the facts that the data files state."""
    return facts_of(chosen_dataset)


@cache
def facts_of(_chosen: str) -> Facts:
    """Return the facts of the dataset that is chosen."""
    inputs = read_inputs()
    graphs = frozenset(iri for iri in inputs.graphs if kind_of(iri) == GraphKind.FACT)
    quoted = {quad.subject.value for quad in inputs.quads if quad.predicate.value == f"{WIC}evidence"}
    derived = frozenset(graph for graph in graphs if graph.rpartition("/")[2].startswith("D"))
    return Facts(graphs, frozenset(quoted), derived)


class Command(Protocol):
    """A way to run `wicara` as a process of its own."""

    def __call__(
        self, *arguments: object, cwd: Path | None = None, given: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command with arguments, text to read and more of an environment; wait until it ends."""


@pytest.fixture(scope="session")
def wicara() -> Command:
    """Return a function that runs `wicara` as a person would."""
    return run


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[BuiltDataset], Path]:
    """Return a function that copies the folder of builds of a dataset: a test may damage the copy."""
    trials = shutil.ignore_patterns("trial-*")  # of commands that other tests run meanwhile

    def copy(dataset: BuiltDataset) -> Path:
        builds = dataset.path.parent.parent
        return shutil.copytree(builds, tmp_path / "data", symlinks=True, ignore=trials)

    return copy


@pytest.fixture
def own_data(copied: Callable[[BuiltDataset], Path], dataset: BuiltDataset) -> Path:
    """Return a copy of the built dataset that a test may damage."""
    return copied(dataset)


@pytest.fixture
def addition(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes data files, each after the prefixes, into a folder to add."""
    folder = tmp_path / "more"
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())

    def write(**files: str) -> Path:
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            stem, _, suffix = name.rpartition("_")
            (folder / f"{stem}.{suffix}").write_text(prefixes + text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of four megabytes; skip where this user cannot mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system takes root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="session")
def server_of() -> Iterator[Callable[[Path], Server]]:
    """Return a function that returns the server of a folder of builds, which all tests of a process share."""
    with ExitStack() as servers:
        yield cache(lambda data: servers.enter_context(served("--data", data)))


@pytest.fixture(scope="module")
def built(server_of: Callable[[Path], Server], data_dir: Path) -> Server:
    """Return a server of the dataset, also where a file has another `server`."""
    return server_of(data_dir)


@pytest.fixture(scope="module")
def server(built: Server) -> Server:
    """Return a server of the dataset."""
    return built


SMALL = """
@prefix : <https://w3id.org/wicara/id/person/> .
@prefix g: <https://w3id.org/wicara/graph/fact/test/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:a skos:prefLabel "A"@en , "<script>alert(1)</script>"@id ; :p :b , <javascript:alert(1)> , "x\\"><b>" .
:b skos:prefLabel "B"@en .
g:one { :a :p :b . :a :q 1 . }
g:two { :a :p :b . :b :q 2 . }
<https://w3id.org/wicara/graph/content/c> { :secret :p :b . }
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of a small file with two overlapping graphs and hostile strings."""
    file = tmp_path_factory.mktemp("small") / "small.trig"
    file.write_text(SMALL, encoding="utf-8")
    with served(file) as running:
        yield running
