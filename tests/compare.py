"""Compare how the tree at hand behaves with how an earlier commit does, over HTTP and on the command line.

    make compare BASE=c14be69 WITH='--cache DIR --base-dir DIR --all --only REGEX'

BASE is checked out into a temporary folder with an environment of its own. Both trees build their dataset and
serve it on free ports. The addresses come from the base: its OpenAPI document, sitemap and links, and the
requests and command lines of `compare.toml`. Everything that differs is reported, unless
`compare-allowed.toml` holds an entry for it. The exit code is 1 where something differs that is not allowed.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from compare_crawl import Crawl
from compare_report import allowances, report
from compare_trees import HERE, SPEC, THREADS, Answer, Request, Tree, build, expand, served, sets_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT: Final = HERE.parent


def run_commands(tree: Tree, *, whole: bool, wanted: set[Request] | None = None) -> dict[Request, Answer]:
    """Return what the command lines of `compare.toml` answer.

    Of a group that changes a dataset all run, where one is wanted.
    """

    def run(group: dict[str, Any]) -> dict[Request, Answer]:
        texts = [line for text in group["lines"] for line in expand(text, sets_of(tree), whole=whole)]
        lines = {Request(group["name"], "$", text): text for text in texts}
        changes = group.get("changes", False)
        if wanted is not None and not (changes and wanted & lines.keys()):
            lines = {request: text for request, text in lines.items() if request in wanted}
        folder = tree.folder(copy=changes)
        with ThreadPoolExecutor(1 if changes else THREADS) as pool:
            return dict(
                zip(lines, pool.map(lambda text: tree.run(text, folder), lines.values()), strict=True)
            )

    return {
        request: answer
        for group in SPEC["commands"]
        if whole or not group.get("slow")
        for request, answer in run(group).items()
    }


def tell(progress: str) -> None:
    """Print how far this is."""
    print(f"{time.strftime('%H:%M:%S')} {progress}", flush=True)


def recorded(tree: Tree, most: int, *, whole: bool) -> dict[Request, Answer]:
    """Return all that is asked of the base, with its answers."""
    build(tree)
    answers: dict[Request, Answer] = {}
    for spec in SPEC["servers"]:
        seeds = [
            Request.read(spec["name"], one)
            for text in spec["requests"]
            for one in expand(text, sets_of(tree), whole=whole)
        ]
        with served(tree, spec["arguments"]) as server:
            if spec.get("crawl"):
                answers |= Crawl(server, spec["name"], most, whole=whole).everything(seeds)
            else:
                answers |= server.ask_all(seeds, in_order=True)
        tell(f"{spec['name']}: {len(answers)} answers of the base")
    return answers | run_commands(tree, whole=whole)


def replayed(
    tree: Tree, requests: list[Request], only: re.Pattern[str], *, whole: bool
) -> dict[Request, Answer]:
    """Return what a tree answers to requests; those sent in order are sent all if one is wanted."""
    build(tree)
    answers: dict[Request, Answer] = {}
    wanted = {request for request in requests if only.search(str(request))}
    for spec in SPEC["servers"]:
        of_server = [
            request for request in requests if request.server == spec["name"] and request.method != "$"
        ]
        if spec.get("crawl"):
            of_server = [request for request in of_server if request in wanted]
        if wanted.intersection(of_server):
            with served(tree, spec["arguments"]) as server:
                answers |= server.ask_all(of_server, in_order=not spec.get("crawl"))
    if any(request.method == "$" for request in wanted):
        answers |= run_commands(tree, whole=whole, wanted=wanted)
    missing = Answer(0, {"missing": "no longer asked by this tree"}, "")
    return {request: answers.get(request, missing) for request in requests if request in wanted}


@contextmanager
def base_tree(commit: str, given: Path | None, work: Path) -> Iterator[Tree]:
    """Make a checkout of a commit with its own environment, and remove it; or take one that is there."""
    with ExitStack() as stack:
        folder = given or work / "base"
        if not (folder / ".git").exists():
            git("worktree", "add", "--quiet", "--detach", str(folder), commit)
            if not given:
                stack.callback(git, "worktree", "remove", "--force", str(folder))
        python = folder / ".venv/bin/python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--editable", folder], check=True)
        built = CHECKOUT / "server/static/built"
        if built.is_dir():
            shutil.copytree(built, folder / "server/static/built", dirs_exist_ok=True)
        yield Tree(folder, python, work / "of-base")


def git(*arguments: str) -> str:
    """Return what git prints in this checkout."""
    command = ["git", "-C", str(CHECKOUT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def base_answers(options: argparse.Namespace, work: Path) -> dict[Request, Answer]:
    """Return the requests with the answers of the base: from the cache, or asked and put there."""
    commit = git("rev-parse", f"{options.base}^{{commit}}")
    most = sys.maxsize if options.all else options.sample
    asked = {name: part for name, part in SPEC.items() if name != "pages"}
    spec = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:8]
    name = f"{commit[:12]}-{spec}-{'all' if options.all else most}.json.gz"
    file = options.cache / name if options.cache else None
    if file and file.exists():
        with gzip.open(file, "rt", encoding="utf-8", errors="surrogateescape") as lines:
            rows = [json.loads(line) for line in lines]
        return {
            Request(server, method, path, tuple(map(tuple, headers)), body): Answer(*answer)
            for (server, method, path, headers, body), answer in rows
        }
    with base_tree(commit, options.base_dir, work) as tree:
        answers = recorded(tree, most, whole=options.all)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(file.with_suffix(".new"), "wt", encoding="utf-8", compresslevel=3) as lines:
            lines.writelines(
                f"{json.dumps([astuple(request), astuple(answer)])}\n" for request, answer in answers.items()
            )
        file.with_suffix(".new").replace(file)
    return answers


def main() -> None:
    """Compare, and end with 1 where something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("base", help="commit to compare with")
    parser.add_argument(
        "--base-dir", type=Path, help="folder of a checkout of it with .venv, made there if missing"
    )
    parser.add_argument("--cache", type=Path, help="folder that keeps the answers of the base")
    parser.add_argument("--all", action="store_true", help="every address, not a sample of each kind")
    parser.add_argument("--sample", type=int, default=1, help="addresses of each kind (%(default)s)")
    parser.add_argument(
        "--only", default="", help="regular expression of the requests and commands to compare"
    )
    parser.add_argument(
        "--report", type=Path, default=CHECKOUT / ".wicara/compare.txt", help="file of all differences"
    )
    options = parser.parse_args()
    options.report.parent.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was made is removed all the same
    begun, allowed = time.monotonic(), allowances()
    with tempfile.TemporaryDirectory(prefix="wicara-compare-") as folder:
        work = Path(folder)
        old = base_answers(options, work)
        print(f"{len(old)} answers of the base after {time.monotonic() - begun:.0f} s", flush=True)
        tree = Tree(CHECKOUT, Path(sys.executable), work / "at-hand")
        new = replayed(tree, list(old), re.compile(options.only), whole=options.all)
    count = report(old, new, allowed, options.report)
    print(f"{time.monotonic() - begun:.0f} s")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
