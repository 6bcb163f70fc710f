"""Back the dataset up, verify it, restore it, and publish it to a store of another kind."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from wicara.commands import FOLDER, confirm, current, data_option, dataset_options, progress
from wicara.graph.backup import back_up, verify_backup, verify_data
from wicara.graph.backup import restore as put_back
from wicara.graph.endpoint import ASSERTED, DEFAULT, PROOFS, endpoint_at
from wicara.graph.names import iri_name
from wicara.graph.publishing import publish as send

BACKUP: Final = click.Path(path_type=Path, exists=True, file_okay=False)
UNNAMED: Final = {
    DEFAULT: "the default graph",
    ASSERTED: "the default graph without conclusions",
    PROOFS: "the proofs",
}


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@data_option
def backup(target: Path, data: Path) -> None:
    """Back up the dataset of a data folder to TARGET, a new folder, which appears only when complete.

    A server may serve and write the dataset meanwhile: the backup holds one version. All copied data is
    verified; a damaged dataset is not backed up.
    """
    with progress() as step:
        report = back_up(data, target, step)
    confirm(f"{target} holds {report}")


@click.command()
@click.argument("backup", required=False, type=BACKUP)
@data_option
def verify(backup: Path | None, data: Path) -> None:
    """Verify BACKUP: its files, their hashes and the contents of the stores. Exit 1 if it is damaged.

    Without BACKUP, verify the dataset in the data folder, even while a server uses it.
    """
    folder = backup or data
    with progress() as step:
        found = verify_backup(folder, step) if backup else verify_data(folder, step)
    confirm(f"{folder} is whole: {found}")


@click.command()
@click.argument("backup", type=BACKUP)
@click.option(
    "--data",
    type=FOLDER,
    envvar="WICARA_DATA",
    show_envvar=True,
    required=True,
    help="Folder to restore the dataset into.",
)
@click.option("--force", is_flag=True, help="Move an existing dataset to DIR.before-1.")
def restore(backup: Path, data: Path, *, force: bool) -> None:
    """Restore the dataset of BACKUP into a data folder. BACKUP is verified first; the restore is atomic.

    Stop the server that uses the folder first, and start it again afterwards.
    """
    with progress() as step:
        before = put_back(backup, data, step, force=force)
    confirm(f"{data} holds the dataset of {backup}")
    if before is not None:
        confirm(f"what was there is in {before}")


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
