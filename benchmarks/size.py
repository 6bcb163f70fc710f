"""How large the code is: the table of docs/architecture.md with the figures of today (`make size`).

A row names its files and folders in backticks; a file counts in the row whose name for it is the longest.
`--write` puts the figures into the document.
"""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
DOCUMENT: Final = ROOT / "docs/architecture.md"
PRODUCT: Final = ("graph", "ontology", "queries", "server", "wicara")
ROW: Final = re.compile(r"^\| (?P<part>[^|]+) \| (?P<where>[^|]*) \| *[\d,]+ \| *[\d,]+ \| (?P<why>.+) \|$")
NAME: Final = re.compile(r"`([^`]+)`")
HEAD: Final = "| part | where | files | lines | why |\n|---|---|---:|---:|---|\n"
WHOLE: Final = "all of it"


def files() -> list[Path]:
    """Return the modules of the product."""
    found = (path for name in PRODUCT for path in (ROOT / name).rglob("*.py"))
    return sorted(path for path in found if "node_modules" not in path.parts)


def longest(path: str, names: list[str]) -> int:
    """Return the length of the longest of some names of files or folders that a path has, else -1."""
    return max((len(name) for name in names if path.startswith(name) or fnmatch(path, name)), default=-1)


def kinds_of_lines() -> str:
    """Return the shares of blank lines, of docstrings and comments, and of imports."""
    blank = said = imported = every = 0
    for path in files():
        text = path.read_text("utf-8")
        every += text.count("\n")
        blank += sum(not line.strip() for line in text.splitlines())
        with path.open("rb") as file:
            tokens = list(tokenize.tokenize(file.readline))
        said += sum(
            token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip() for token in tokens
        )
        for node in ast.walk(ast.parse(text)):
            lines = (node.end_lineno or 0) - node.lineno + 1 if isinstance(node, ast.stmt) else 0
            imported += lines * isinstance(node, ast.Import | ast.ImportFrom)
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            said += lines * is_text
    shares = (
        f"{100 * count / every:.0f} % {what}"
        for count, what in ((blank, "blank"), (said, "docstrings and comments"), (imported, "imports"))
    )
    return f"Of its lines {', '.join(shares)}."


def table(document: str) -> str:
    """Return the table of a document with the figures of today."""
    rows = [match for line in document.splitlines() if (match := ROW.match(line)) and match["part"] != WHOLE]
    names = [NAME.findall(row["where"]) for row in rows]
    counts = [[0, 0] for _ in rows]
    for path in files():
        lengths = [longest(path.relative_to(ROOT).as_posix(), own) for own in names]
        if max(lengths) < 0:
            raise SystemExit(f"{path} is in no row of {DOCUMENT}")
        count = counts[lengths.index(max(lengths))]
        count[0] += 1
        count[1] += path.read_text("utf-8").count("\n")
    lines = [
        f"| {row['part']} | {row['where']} | {number} | {size:,} | {row['why']} |\n"
        for row, (number, size) in zip(rows, counts, strict=True)
    ]
    number, size = (sum(column) for column in zip(*counts, strict=True))
    return f"{HEAD}{''.join(lines)}| {WHOLE} | | {number} | {size:,} | {kinds_of_lines()} |\n"


def main() -> None:
    """Print the table, or put it into the document."""
    document = DOCUMENT.read_text("utf-8")
    made = table(document)
    if "--write" not in sys.argv:
        print(made, end="")
        return
    before, _, rest = document.partition(HEAD)
    after = rest[re.match(r"(?:\|.*\n)*", rest).end() :]  # type: ignore[union-attr] # it may be empty
    DOCUMENT.write_text(before + made + after, "utf-8")


if __name__ == "__main__":
    main()
