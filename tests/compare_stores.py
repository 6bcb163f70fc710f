"""Compare what `wicara serve` answers from its own store with what it answers from a store elsewhere.

    make test-engines ENGINES=oxigraph WITH='--sample 2 --only REGEX'

The dataset is built, served, and crawled as `compare.toml` has it. Then each engine is started empty, filled
by `wicara publish`, and served by `wicara serve --store`, which is asked the same. What may differ, and why,
is in `compare-stores.toml`. The exit code is 1 where something else differs.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

from compare_crawl import Crawl
from compare_report import allowances, report
from compare_trees import HERE, SPEC, Request, Tree, build, expand, served, sets_of
from stores import ENGINES

CHECKOUT: Final = HERE.parent


def main() -> None:
    """Compare, and end with 1 where something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("engines", nargs="*", default=["oxigraph"], choices=ENGINES, metavar="ENGINE")
    parser.add_argument("--sample", type=int, default=1, help="addresses of each kind (%(default)s)")
    parser.add_argument("--only", default="", help="regular expression of the requests to compare")
    parser.add_argument("--listed", action="store_true", help="what compare.toml lists, without a crawl")
    options = parser.parse_args()
    spec = next(each for each in SPEC["servers"] if each.get("crawl"))
    different = 0
    with tempfile.TemporaryDirectory(prefix="wicara-stores-") as folder:
        tree = Tree(CHECKOUT, Path(sys.executable), Path(folder) / "work")
        build(tree)
        texts = [one for text in spec["requests"] for one in expand(text, sets_of(tree), whole=False)]
        seeds = [Request.read(spec["name"], text) for text in texts]
        with served(tree, []) as server:
            if options.listed:
                found = server.ask_all(one for one in seeds if re.search(options.only, str(one)))
            else:
                found = Crawl(server, spec["name"], options.sample, whole=False).everything(seeds)
        old = {one: answer for one, answer in found.items() if re.search(options.only, str(one))}
        for engine in options.engines:
            with ENGINES[engine](Path(folder)) as (url, queries, updates, default):
                store = ["--store", url, "--query-url", queries]
                ends = f"--query-url {queries}{default} --update-url {updates}{default}"
                line = f"wicara publish --store {url} {ends}"
                published = tree.run(line, tree.folder(copy=False))
                if published.status:
                    raise SystemExit(f"{engine}: {published.headers}")
                with served(tree, store) as server:
                    new = server.ask_all(old)
            print(f"== {engine}")
            file = CHECKOUT / f".wicara/compare-{engine}.txt"
            file.parent.mkdir(exist_ok=True)
            different += report(old, new, allowances("compare-stores.toml"), file)
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    os.environ.pop("WICARA_SERVED_STORE", None)
    main()
