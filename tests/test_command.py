"""The manners of the command: versions, help, one message an error, no colour where nobody looks."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import click
import pytest
from wicara.graph.inputs import dataset_version

from wicara.cli import COMMANDS, main

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Command

pytestmark = pytest.mark.first_article


def test_version_names_software_and_dataset(wicara: Command) -> None:
    """--version tells the version of the software and that of the data."""
    done = wicara("--version")
    assert done.stdout == f"wicara {version('wicara')}, dataset {dataset_version()}\n"
    assert done.returncode == 0


def test_help_teaches_with_examples(wicara: Command) -> None:
    """--help lists every command, and shows examples that name commands that exist."""
    told = wicara("--help").stdout
    assert [name for name in COMMANDS if name not in told] == []
    examples = [line.split()[1] for line in told.splitlines() if line.strip().startswith("wicara ")]
    assert examples
    assert [name for name in examples if name not in COMMANDS and name != "COMMAND"] == []


def test_every_command_has_help_of_its_own() -> None:
    """Each command says in one sentence what it does, and each of its options what it is."""
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command.help, name
        undescribed = [
            each.name for each in command.params if each.param_type_name == "option" and not each.help
        ]
        assert undescribed == [], name


def test_an_unknown_command_is_a_usage_error(wicara: Command) -> None:
    """A command that does not exist exits 2 and points to the help."""
    done = wicara("bulid")
    assert done.returncode == 2
    assert "--help" in done.stderr


def test_a_folder_that_is_none_is_told(wicara: Command, tmp_path: Path) -> None:
    """A folder of additions that does not exist is named."""
    done = wicara("build", "--data", tmp_path / "data", "--add", tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith(f"wicara: {tmp_path / 'nowhere'} is not a folder")


def test_builds_lie_where_make_serve_has_them_else_with_the_user(
    wicara: Command, tmp_path: Path, data_dir: Path
) -> None:
    """Without --data a command means .wicara in the current folder, else the user's data folder."""
    (tmp_path / "wicara").symlink_to(data_dir)
    there = wicara("build", cwd=tmp_path, XDG_DATA_HOME=str(tmp_path))
    assert (there.returncode, str(data_dir) in there.stdout) == (0, True)
    (tmp_path / ".wicara").symlink_to(data_dir)
    done = wicara("retract", "F074", "--dry-run", cwd=tmp_path, XDG_DATA_HOME=str(tmp_path / "none"))
    assert done.stdout.startswith("in .wicara:\n")


def test_importing_it_is_light() -> None:
    """`import wicara` and an up-to-date build load neither reasoner, nor validator, nor rdflib."""
    code = (
        "import sys, wicara.cli, wicara.graph.build; print({'rdflib', 'owlrl', 'pyshacl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_help_loads_no_command() -> None:
    """`wicara --help` lists the commands without importing one of them."""
    code = (
        "import sys; from wicara.cli import main; main(['--help'], standalone_mode=False); "
        "print(*(name for name in sys.modules if name.startswith(('wicara.commands.', 'pyoxigraph'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *told, loaded = done.stdout.splitlines()
    assert any("Build the dataset" in line for line in told)
    assert loaded == ""


def test_load_gives_the_dataset(data_dir: Path) -> None:
    """`wicara.load()` gives the dataset as a pyoxigraph Store."""
    code = (
        f"import wicara; from pathlib import Path; print(len(wicara.load(Path({str(data_dir)!r}))) > 10_000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_output_options(wicara: Command, data_dir: Path, tmp_path: Path) -> None:
    """`-o` writes what would be printed, `-o -` prints it, and a name that ends in .gz is compressed."""
    query = tmp_path / "q.rq"
    query.write_text("SELECT ?p { ?p a wic:State } ORDER BY ?p", encoding="utf-8")
    ask = ("query", "--data", data_dir, query)
    printed = wicara(*ask).stdout
    assert wicara(*ask, "-o", "-").stdout == printed != ""
    for name in ("a.csv", "a.csv.gz"):
        assert wicara(*ask, "-o", tmp_path / name).stdout == ""
    assert (tmp_path / "a.csv").read_bytes().decode() == printed.replace("\n", "\r\n")
    compressed = (tmp_path / "a.csv.gz").read_bytes()
    assert gzip.decompress(compressed) == (tmp_path / "a.csv").read_bytes()
    wicara(*ask, "-o", tmp_path / "again.gz")
    assert (tmp_path / "again.gz").read_bytes() == compressed
    exported = wicara("export", "--data", data_dir, "--graph", "ontology", "-o", tmp_path / "o.ttl.gz")
    assert exported.returncode == 0
    assert gzip.decompress((tmp_path / "o.ttl.gz").read_bytes()).startswith(b"@prefix")


def test_quiet_and_verbose(wicara: Command, data_dir: Path) -> None:
    """Every command takes -q, which leaves results and errors, and -v, which tells each step; not both."""
    plain = wicara("verify", "--data", data_dir)
    assert "is whole" in plain.stdout
    quiet = wicara("verify", "-q", "--data", data_dir)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    verbose = wicara("verify", "--verbose", "--data", data_dir)
    assert verbose.stdout == plain.stdout
    assert "wicara: reading all quads\n" in verbose.stderr
    both = wicara("verify", "-q", "-v", "--data", data_dir)
    assert (both.returncode, "exclude each other" in both.stderr) == (2, True)
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert [each.name for each in command.params][-2:] == ["quiet", "verbose"], name


def test_completion(wicara: Command) -> None:
    """The line that --help gives for completion in bash defines a function for it."""
    assert "_WICARA_COMPLETE=bash_source wicara" in wicara("--help").stdout
    script = subprocess.run(
        [sys.executable, "-c", "from wicara.cli import main; main(prog_name='wicara')"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"_WICARA_COMPLETE": "bash_source"},
    ).stdout
    assert "complete" in script
    assert "wicara" in script
