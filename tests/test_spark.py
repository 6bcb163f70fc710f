"""`wicara reason --engine spark` concludes what the native engine concludes, and says what it lacks.

`make test-spark` installs pyspark (300 MB) and runs this; elsewhere most of it is skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from checker import is_instance
from closures import real_premises
from needed import long
from pyoxigraph import RdfFormat, serialize
from server_process import wait_until
from stores import free_port
from wicara.graph.reasoning.files import parse_terms, read

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
from university import lines

if TYPE_CHECKING:
    from conftest import Command
    from wicara.graph.reasoning.rules import Fact

COMMAND: Final = (sys.executable, "-m", "wicara", "reason")
QUICK: Final = ("--conf", "spark.driver.defaultJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
"""What lets a Java process start sooner."""
SPARK: Final = ("--engine", "spark", "--master", "local[2]")
HAS_PYSPARK: Final = find_spec("pyspark") is not None
TERM: Final = re.compile(r'<[^>]*>|_:[^ ]+|"(?:[^"\\]|\\.)*"[^ ]*')
RULES: Final = Path(__file__).parent / "spark.ttl"
"""Axioms of each kind, axioms that follow from facts, and contradictions."""

with_java = pytest.mark.skipif(
    not (HAS_PYSPARK and shutil.which("java")), reason="pyspark or Java is missing: make test-spark"
)


@with_java
@pytest.mark.parametrize("of", ["axioms", long("the dataset, too")])
def test_the_closure_is_the_native_one(wicara: Command, tmp_path: Path, of: str) -> None:
    """Of axioms of each kind, and of the dataset: the same bytes, contradictions, and sound first proofs."""
    files = [RULES]
    if of != "axioms":
        files.append(tmp_path / "dataset.nt")
        serialize(real_premises(), files[1], RdfFormat.N_TRIPLES)
    proofs = tmp_path / "proofs.jsonl"
    native = wicara("reason", *files)
    spark = subprocess.run(
        [*COMMAND, *files, *SPARK, *QUICK, "--proofs", proofs], capture_output=True, text=True, check=False
    )
    assert spark.stderr == native.stderr
    assert (spark.returncode, spark.stdout) == (3, native.stdout)
    known: set[Fact] = set(map(tuple, read(files).triples()))
    for line in proofs.read_text("utf-8").splitlines():
        step = json.loads(line)
        premises, conclusion = [*map(fact, step["premises"])], fact(step["conclusion"])
        assert is_instance(step["rule"], premises, conclusion), step
        assert set(premises) <= known, step
        known.add(conclusion)
    assert {fact(line.removesuffix(" .")) for line in native.stdout.splitlines()} <= known


def fact(text: str) -> Fact:
    """Return a statement in generalized N-Triples as terms: a literal may be the subject."""
    subject, predicate, target = parse_terms(TERM.findall(text)) or ()
    return subject, predicate, target


@with_java
@pytest.mark.long
@pytest.mark.parametrize("size", [100_000, 1_000_000])
def test_generated_data(wicara: Command, tmp_path: Path, size: int) -> None:
    """Of generated data too."""
    file, out = generated(tmp_path, size), tmp_path / "out.nt"
    assert wicara("reason", file, "-o", out).returncode == 0
    native = out.read_bytes()
    room = (*QUICK, "--conf", "spark.driver.memory=3g")
    subprocess.run([*COMMAND, file, *SPARK, *room, "-o", out], check=True)
    assert out.read_bytes() == native


@with_java
@pytest.mark.long
def test_a_worker_is_killed(wicara: Command, tmp_path: Path) -> None:
    """Of two worker processes one is killed in the middle: what it had is computed again."""
    file, out, work = generated(tmp_path, 100_000), tmp_path / "out.nt", tmp_path / "work"
    assert wicara("reason", file, "-o", out).returncode == 0
    native = out.read_bytes()
    work.mkdir()
    master = ("--master", "local-cluster[2,1,1024]", "--work", work)
    command = [*COMMAND, file, "--engine", "spark", *master, "-o", out]
    with subprocess.Popen(command) as process:
        wait_until(lambda: list(work.glob("*/round-0/_SUCCESS")) or process.poll() is not None)
        workers = [pid for pid in below(process.pid) if b"CoarseGrainedExecutorBackend" in command_of(pid)]
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
    assert process.returncode == 0
    assert out.read_bytes() == native


def generated(folder: Path, size: int) -> Path:
    """Write generated data into a file."""
    file = folder / "generated.nt"
    file.write_text("".join(lines(size)), "utf-8")
    return file


def below(process: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for thread in threads for child in thread.read_text().split()]
    return children + [each for child in children for each in below(child)]


def command_of(process: int) -> bytes:
    """Return the command line of a process."""
    return Path(f"/proc/{process}/cmdline").read_bytes()


@pytest.mark.long
@with_java
def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C ends the command and its Java process, and leaves no files."""
    command = [*COMMAND, RULES, *SPARK]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, env=environment, start_new_session=True, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(lambda: list(tmp_path.glob("wicara-spark-*/round-0")) or process.poll() is not None)
        java = below(process.pid)
        assert java
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate()
    assert (process.returncode, told) == (130, "wicara: interrupted\n")
    wait_until(lambda: not any(Path(f"/proc/{each}").exists() for each in java))
    assert not list(tmp_path.glob("wicara-spark-*"))


@with_java
@pytest.mark.parametrize(
    ("options", "environment", "words"),
    [
        (("--master", "local[1]"), {"JAVA_HOME": "/nowhere"}, "Spark needs Java"),
        (("--master", "spark://127.0.0.1:{port}"), {}, "no Spark master answers at spark://127.0.0.1:{port}"),
        (("--master", "nothing"), {}, "nothing is no master of Spark"),
        (("--conf", "spark.driver.memory=300m"), {}, "Please increase heap size"),
    ],
    ids=["no Java", "no master", "no address", "no memory"],
)
def test_what_it_lacks(
    wicara: Command, options: tuple[str, ...], environment: dict[str, str], words: str
) -> None:
    """Without Java, a master or memory, the command says so in a line and ends with 1."""
    port = free_port()
    given = [option.format(port=port) for option in options]
    done = wicara("reason", RULES, "--engine", "spark", *given, **environment)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert words.format(port=port) in done.stderr


@pytest.mark.skipif(HAS_PYSPARK, reason="pyspark is installed; `.ci/run` tries it without")
def test_without_pyspark(wicara: Command) -> None:
    """Where the extra is not installed, the command names it."""
    done = wicara("reason", RULES, *SPARK)
    assert (done.returncode, done.stderr) == (1, "wicara: Spark is an extra: pip install 'wicara[spark]'\n")


def test_options_of_another_engine(wicara: Command) -> None:
    """Spark has no trivial rules, and the other engines have no master."""
    assert wicara("reason", RULES, *SPARK, "--all-rules").returncode == 2
    assert wicara("reason", RULES, *SPARK, "--conf", "spark.x").returncode == 2
    assert wicara("reason", RULES, "--master", "local[2]").returncode == 2
