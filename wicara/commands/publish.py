"""Publish the dataset to a store of another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from wicara.commands import confirm, current, dataset_options
from wicara.graph.endpoint import ASSERTED, DEFAULT, PROOFS, endpoint_at
from wicara.graph.names import iri_name
from wicara.graph.publishing import publish as send

if TYPE_CHECKING:
    from pathlib import Path


UNNAMED: Final = {
    DEFAULT: "the default graph",
    ASSERTED: "the default graph without conclusions",
    PROOFS: "the proofs",
}


@click.command()
@dataset_options
@click.option(
    "--store",
    "url",
    required=True,
    envvar="WICARA_STORE",
    show_envvar=True,
    metavar="URL",
    help="Address of the store; its endpoints are URL/query and URL/update unless they are named.",
)
@click.option("--query-url", metavar="URL", default="", help="Where the store takes queries.")
@click.option("--update-url", metavar="URL", default="", help="Where the store takes updates.")
def publish(data: Path, extra: Path | None, *, url: str, query_url: str, update_url: str) -> None:
    """Make a SPARQL 1.1 store hold the dataset: send it what changed, by SPARQL Update.

    The default graph of the store, and its named graphs of the same names, then hold what the dataset holds;
    its other graphs stay. The first time everything is sent, later what differs. A command that broke off is
    repeated: nothing is lost or twice. Blank nodes have IRIs in the store.

    \b
    Example:
      wicara publish --store http://localhost:7878
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with \b
    report = send(current(data, extra), endpoint_at(url, query_url, update_url))
    for name in report.graphs:
        confirm(UNNAMED.get(name) or iri_name(name))
    confirm(f"{report.deleted} statements deleted, {report.inserted} inserted in {len(report.graphs)} graphs")
