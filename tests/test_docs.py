"""The documents tell the truth: what they show is what happens, and what they name is there.

A page is followed in an empty folder, from top to bottom; one that says `in a copy of the checkout` in a
comment, in such a copy, whose `wicara` is the copy's; one that says `with a dataset of one article`, so. A
console block is a session in one shell: each command (`$ …`) prints just what is shown below it, where a line
`…` stands for any lines. A comment before a block says what it is instead: `file: NAME`, `append to NAME`,
`replace in NAME` and then `with`, `exits N`.
A query has answers, those of the CSV block right behind it if there is one: the first query of a page by the
command, those after it at the endpoint where no command of the page changes the data. A program prints the
text block behind it.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import prepared
import pytest

from wicara.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Command
    from server_process import Server
    from wicara.graph.store import BuiltDataset

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK: Final = re.compile(r"(?:<!-- ([^>]*) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
VARIES: Final = re.compile(
    r"\([0-9a-f]{12}\)|\d+ files, [\d.]+ MB|/\S+/(?=data\.before)|^\d+ (?=checks)", re.MULTILINE
)
COPY: Final = "<!-- in a copy of the checkout -->"
ONE_ARTICLE: Final = "<!-- with a dataset of one article -->"
END: Final = "--- end of step"
FOLDERS: Final = "benchmarks|deploy|docs|graph|ontology|queries|server|tests|wicara"
GRAPHS: Final = re.compile("graph/(?:background|content|entities|fact|inferred|prov|source)")
"""Names of graphs, which look like paths."""
OTHERS: Final = frozenset({"--init", "--upload-file", "--oauth2-bearer", "--data-urlencode", "--add-host"})
"""Options of other programs that the prose names."""

by_page: Final = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Return the blocks of a page: the comment before each, its language, and its text."""
    return BLOCK.findall(page.read_text("utf-8"))


def copy_checkout(folder: Path) -> Path:
    """Copy the files of the checkout into a folder; return where Python finds the packages of the copy.

    What Python has compiled of them comes along, and is as old as they are: it compiles only what is changed.
    """
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [*filter(None, listed.stdout.split("\0"))]
    for name in [*names, *(cache_from_source(name) for name in names if name.endswith(".py"))]:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(exist_ok=True, parents=True)
            shutil.copy2(ROOT / name, folder / name)
    path = folder.parent / "path"
    (path / "wicara").mkdir(parents=True)
    for entry in (folder / "wicara").iterdir():
        (path / "wicara" / entry.name).symlink_to(entry)
    for package in ("graph", "ontology", "queries", "server"):
        (path / "wicara" / package).symlink_to(folder / package)
    return path


@contextmanager
def shell(folder: Path, data: Path, path: Path | None = None) -> Iterator[Callable[[str], tuple[str, int]]]:
    """Yield a function that runs a command in one shell and returns what it prints and its exit code.

    `path` is where Python finds other packages than those of the checkout.
    """
    programs = folder.parent / "bin"
    programs.mkdir()
    way = prepared.first().fileno()
    command = "-P -m wicara" if path else f'-ES "{prepared.__file__}" {way}'
    (programs / "wicara").write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
    (programs / "wicara").chmod(0o755)
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "WICARA_DATA": str(data)}
    if path:
        environment["PYTHONPATH"] = str(path)
    with subprocess.Popen(
        ["bash", "--noprofile", "--norc"],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        pass_fds=[way],
    ) as process:
        assert process.stdin
        assert process.stdout
        stdin, stdout = process.stdin, process.stdout

        def run(command: str) -> tuple[str, int]:
            stdin.write(f"{command}\necho '{END}' $?\n")
            stdin.flush()
            lines: list[str] = []
            while not (line := stdout.readline()).startswith(END):
                assert line, f"the shell has ended at: {command}"
                lines.append(line)
            return "".join(lines), int(line.removeprefix(END))

        try:
            yield run
        finally:
            process.communicate("kill $(jobs -p) 2>/dev/null\n")


def compare(command: str, printed: str, shown: str) -> None:
    """Check that a command prints what a page shows, where hashes, sizes and places may differ."""
    parts = [re.escape(VARIES.sub("#", part)) for part in re.split(r"^…\n", shown, flags=re.MULTILINE)]
    assert re.fullmatch(r"(?:.*\n)*".join(parts), VARIES.sub("#", printed)), (
        f"{command}\nprinted:\n{printed}\nshown:\n{shown}"
    )


def edit(folder: Path, task: str, body: str, replaced: tuple[Path, str] | None) -> tuple[Path, str] | None:
    """Do to a file what a comment says; return what the next block is to replace."""
    verb, _, name = task.partition(" ")
    if verb == "with":
        assert replaced
        path, old = replaced
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, body), "utf-8")
        return None
    path = folder / name.rpartition(" ")[2]
    if verb == "replace":
        return path, body
    path.parent.mkdir(exist_ok=True, parents=True)
    before = path.read_text("utf-8") if verb == "append" else ""
    path.write_text(before + body, "utf-8")
    return None


@pytest.fixture
def data_of_page(page: Path, request: pytest.FixtureRequest, copied: Callable[[BuiltDataset], Path]) -> Path:
    """Return a copy of the built dataset that a page is about."""
    name = "one_article" if ONE_ARTICLE in page.read_text("utf-8") else "dataset"
    return copied(request.getfixturevalue(name))


@pytest.mark.parametrize("page", [*filter(blocks, PAGES)], ids=lambda page: page.stem)
def test_a_page_can_be_followed(
    page: Path, data_of_page: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every file, command, query and program of a page, one after the other."""
    folder, replaced, last = tmp_path / "here", None, ("", "")
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    path = copy_checkout(folder) if COPY in page.read_text("utf-8") else None
    queries = [body for _, language, body in blocks(page) if language == "sparql"]
    is_read_only = all(language != "console" for _, language, _ in blocks(page))
    with shell(folder, data_of_page, path) as run:
        for task, language, body in blocks(page):
            if task and not task.startswith("exits "):
                replaced = edit(folder, task, body, replaced)
            elif language == "console":
                for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
                    printed, code = run(command.replace(":8000", f":{port}").replace(" 8000", f" {port}"))
                    assert code == int(task.removeprefix("exits ") or 0), f"{command}\n{printed}"
                    compare(command, printed, shown)
            elif language == "sparql":
                if is_read_only and body != queries[0]:
                    server: Server = request.getfixturevalue("server")
                    printed = server.ask(body, accept="text/csv").text
                else:
                    (folder / "query.rq").write_text(body, "utf-8")
                    printed, code = run("wicara query query.rq --format csv")
                    assert code == 0, printed
                assert printed.count("\n") > 1, f"no answer to:\n{body}"
                last = (language, printed.replace("\r\n", "\n"))
                continue
            elif language == "python":
                (folder / "program.py").write_text(body, "utf-8")
                last = (language, "program.py")
                continue
            elif (language, last[0]) == ("csv", "sparql"):
                assert last[1] == body
            elif (language, last[0]) == ("text", "python"):
                printed, code = run(f'"{sys.executable}" {last[1]}')
                assert (printed, code) == (body, 0)
            last = ("", "")


def test_the_answer_in_the_readme_needs_reasoning(wicara: Command, data_dir: Path, tmp_path: Path) -> None:
    """Without inference the README's query has no answer, as it says."""
    query = tmp_path / "query.rq"
    query.write_text(next(body for _, language, body in blocks(PAGES[0]) if language == "sparql"), "utf-8")
    done = wicara("query", query, "--format", "csv", "--infer", "off", "--data", data_dir)
    assert done.stdout.split() == ["person,words"]


@by_page
def test_what_a_page_names_is_there(page: Path) -> None:
    """Links lead to files and folders that exist, and so do paths in the text."""
    text = page.read_text("utf-8")
    links = {link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in link}
    assert [link for link in links if not (page.parent / link).exists()] == []
    paths = set(re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", text))
    assert [path for path in paths if not GRAPHS.match(path) and not (ROOT / path).exists()] == []


@pytest.fixture(scope="module")
def manual() -> dict[str, str]:
    """Return the help of each command."""
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    return {name: command.get_help(click.Context(command)) for name, command in commands.items() if command}


@by_page
def test_commands_options_and_targets_exist(page: Path, manual: dict[str, str]) -> None:
    """A page names only commands, options and make targets that there are."""
    text = page.read_text("utf-8")
    code = " ".join(re.findall(r"`[^`]+`", text))
    commands = set(re.findall(r"(?<![/\w.-])wicara ([a-z]+)\b(?!=)", code))
    assert commands <= manual.keys()
    prose = re.sub(r"```.*?```|^    .*$", "", text, flags=re.DOTALL | re.MULTILINE)
    options = set(re.findall(r"`(--[a-z][a-z-]+)", prose)) - OTHERS
    assert [option for option in options if not any(option in told for told in manual.values())] == []
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"(?:`|^    )make ([a-z-]+)(?![a-z/-])", text, re.MULTILINE)
    assert [target for target in targets if f"\n{target}:" not in makefile] == []
