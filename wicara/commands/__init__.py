"""The commands, one module a group, and the options and steps that they share."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wicara.graph.store import BuiltDataset

Command = TypeVar("Command", bound="Callable[..., Any]")


INTERRUPTED: Final = 130
"""What a shell reports for a process that Ctrl-C ended (128 + SIGINT)."""
VERBOSITY: Final = "wicara.verbosity"
"""The member of click's `meta` that tells how much a command prints."""
FOLDER: Final = click.Path(path_type=Path, file_okay=False)


def use_dataset(_context: click.Context, _option: click.Parameter, given: Path | None) -> None:
    """Make a folder the dataset of this process and of those that it starts; raises UnreadableInput."""
    if given is not None:
        from wicara.graph.dataset_folder import VARIABLE, dataset_folder  # noqa: PLC0415 - a command loads only what it needs

        os.environ[VARIABLE] = str(given.resolve())
        dataset_folder()


own_option: Final = click.option(
    "--dataset",
    type=FOLDER,
    envvar="WICARA_DATASET",
    show_envvar=True,
    expose_value=False,
    callback=use_dataset,
    help="Folder of a dataset of your own, instead of the packaged one.",
)
added_option: Final = click.option(
    "--add",
    "extra",
    type=FOLDER,
    envvar="WICARA_ADD",
    show_envvar=True,
    help="Folder with additional articles and entities.",
)


def extra_option(command: Command) -> Command:
    """Give a command `extra`, a folder of more articles, and let it read a dataset of one's own."""
    return own_option(added_option(command))


def published_option(words: str) -> Callable[[Command], Command]:
    """Return the option `--date`, the day that a text is of; `words` are its help."""
    day = click.DateTime(["%Y-%m-%d"])
    return click.option("--date", "published", type=day, metavar="YYYY-MM-DD", help=words)


def format_option(words: str, names: str) -> Callable[[Command], Command]:
    """Return the option `--format`, one of some names, by default the first; `words` are its help."""
    kind = click.Choice(names.split())
    return click.option(
        "--format", "form", type=kind, default=names.split(maxsplit=1)[0], show_default=True, help=words
    )


def data_folder(_context: click.Context, _option: click.Parameter, given: Path | None) -> Path:
    """Return the folder of builds: the one that is named, else the default."""
    from wicara.graph.build import default_data  # noqa: PLC0415 - a command loads only what it needs

    return given or default_data()


data_option: Final = click.option(
    "--data",
    type=FOLDER,
    envvar="WICARA_DATA",
    show_envvar=True,
    callback=data_folder,
    help="Folder of the builds.",
)


def dataset_options(command: Command) -> Command:
    """Give a command `data` and `extra`: the folder of builds, and a folder of more articles."""
    return data_option(extra_option(command))


def set_verbosity(context: click.Context, option: click.Parameter, given: bool) -> None:  # noqa: FBT001 - click's own signature
    """Keep which of --quiet and --verbose is given; raises UsageError for both."""
    if given and context.meta.setdefault(VERBOSITY, option.name) != option.name:
        raise click.UsageError("--quiet and --verbose exclude each other.")


def common_options() -> list[click.Parameter]:
    """Return the options that every command has."""
    return [
        click.Option(names, is_flag=True, expose_value=False, callback=set_verbosity, help=text)
        for names, text in (
            (("-q", "--quiet"), "Print results and errors only."),
            (("-v", "--verbose"), "Print each step to standard error."),
        )
    ]


def verbosity() -> str | None:
    """Return `quiet`, `verbose` or None, as the command that runs was called."""
    context = click.get_current_context(silent=True)
    return context.meta.get(VERBOSITY) if context else None


def confirm(text: str) -> None:
    """Print what was done, but not with --quiet."""
    if verbosity() != "quiet":
        click.echo(text)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show the step that is under way, on a terminal only; with --verbose, each step on a line."""
    if verbosity() == "verbose":
        yield lambda step: click.echo(f"wicara: {step}", err=True)
        return
    if verbosity() == "quiet" or not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console  # noqa: PLC0415 - not needed off a terminal

    with Console(stderr=True).status("starting") as status:
        yield status.update


output_option: Final = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Output file, written atomically (- is standard output); .gz compresses.",
)

infer_option: Final = click.option(
    "--infer",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    help="Include inferred statements.",
)


def current(data: Path, extra: Path | None) -> BuiltDataset:
    """Return the dataset, built first where it is out of date."""
    from wicara.graph.build import ensure  # noqa: PLC0415 - loaded when needed

    with progress() as step:
        return ensure(data, extra, step)
