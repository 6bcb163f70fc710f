"""Back the dataset up, verify it, and restore it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from wicara.commands import FOLDER, data_option, progress
from wicara.graph.backup import back_up, verify_backup, verify_data
from wicara.graph.backup import restore as put_back

BACKUP: Final = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@data_option
def backup(target: Path, data: Path) -> None:
    """Copy the dataset in a data folder to TARGET, a new folder; it appears when it is whole.

    A server may go on serving the dataset and writing it: the copy is of one version. Whatever is copied is
    read through; a damaged dataset is not backed up.
    """
    with progress() as step:
        made = back_up(data, target, step)
    click.echo(f"{target} holds {made}")


@click.command()
@click.argument("backup", required=False, type=BACKUP)
@data_option
def verify(backup: Path | None, data: Path) -> None:
    """Tell whether BACKUP is whole: its files, their contents, and what the stores hold; exit 1 if not.

    Without BACKUP, the dataset in the data folder is read through, also while a server uses it.
    """
    folder = backup or data
    with progress() as step:
        found = verify_backup(folder, step) if backup else verify_data(folder, step)
    click.echo(f"{folder} is whole: {found}")


@click.command()
@click.argument("backup", type=BACKUP)
@click.option(
    "--data",
    type=FOLDER,
    envvar="WICARA_DATA",
    show_envvar=True,
    required=True,
    help="Folder to restore the dataset in.",
)
@click.option("--force", is_flag=True, help="Move a dataset that is there aside, to DIR.before-1.")
def restore(backup: Path, data: Path, *, force: bool) -> None:
    """Put the dataset of BACKUP into a data folder, after BACKUP was found whole; all of it or nothing.

    Stop the server that uses the folder first, and start it again afterwards.
    """
    with progress() as step:
        before = put_back(backup, data, step, force=force)
    click.echo(f"{data} holds the dataset of {backup}")
    if before is not None:
        click.echo(f"what was there is in {before}")
