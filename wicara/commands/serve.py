"""Serve the dataset over HTTP."""

from __future__ import annotations

import stat
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from wicara.commands import Command, confirm, dataset_options, progress
from wicara.graph.endpoint import endpoint_at
from wicara.graph.facts.selector import FOLDER as TEXTS
from wicara.server.settings import Limits, Settings, limits

if TYPE_CHECKING:
    from collections.abc import Iterable

REPORTS: Final = "reports.jsonl"
"""The file of error reports in a folder of builds."""
FILES: Final = "files"
"""The folder in a folder of builds for what is found of files that are served as they are."""
OTHERS: Final = stat.S_IROTH
"""The permission of everybody to read a file."""


def limit_options(command: Command) -> Command:
    """Give a command an option for each limit of the server; they come as keywords."""
    for limit in reversed(list(limits())):
        text = f"{limit.help} In {limit.unit}."
        kind = click.FloatRange(min=0.001) if limit.kind is float else click.IntRange(min=limit.least)
        command = click.option(limit.option, type=kind, default=limit.default, show_default=True, help=text)(
            command
        )
    return command


def address_of_reports(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    """Return the address that errors are reported to; raises BadParameter for what is none."""
    if given and not given.startswith(("mailto:", "https://", "http://")):
        raise click.BadParameter("it begins with mailto:, https:// or http://")
    return given


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@dataset_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port (0: any free port)."
)
@click.option("--reload", is_flag=True, help="Watch the inputs; rebuild and reload when they change.")
@click.option("--empty", is_flag=True, help="Serve an empty dataset in memory.")
@click.option("--writable", is_flag=True, help="Accept writes that carry the token.")
@click.option(
    "--token",
    envvar="WICARA_TOKEN",
    show_envvar=True,
    help="Token that writes must carry (Authorization: Bearer).",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the token in its first line.",
)
@click.option(
    "--allow-service",
    multiple=True,
    metavar="URL",
    help="URL prefix that SERVICE and LOAD may call; may be repeated.",
)
@click.option("--trust-proxy", is_flag=True, help="Trust the X-Forwarded headers of a reverse proxy.")
@click.option("--access-log", is_flag=True, help="Log every request.")
@click.option(
    "--report-errors",
    metavar="ADDRESS",
    callback=address_of_reports,
    help="Address for error reports on pages: mailto:NAME@HOST, or a URL, where {iri} is the thing.",
)
@click.option(
    "--reports-answered",
    metavar="TEXT",
    help="Who answers error reports and in about what time, as the form says it.",
)
@click.option(
    "--texts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of texts of articles, whose sentences pages then show (default: texts/ in --data).",
)
@click.option(
    "--store",
    metavar="URL",
    envvar="WICARA_SERVED_STORE",
    show_envvar=True,
    help="Serve what a SPARQL 1.1 store elsewhere holds, which `wicara publish` has filled.",
)
@click.option(
    "--query-url", metavar="URL", default="", help="Where that store takes queries (default: /query)."
)
@limit_options
def serve(  # noqa: PLR0913 - one parameter an option
    files: tuple[Path, ...],
    data: Path,
    extra: Path | None,
    *,
    host: str,
    port: int,
    reload: bool,
    empty: bool,
    writable: bool,
    token: str | None,
    token_file: Path | None,
    allow_service: tuple[str, ...],
    trust_proxy: bool,
    access_log: bool,
    report_errors: str | None,
    reports_answered: str | None,
    texts: Path | None,
    store: str | None,
    query_url: str,
    **values: Any,  # noqa: ANN401 - of the table
) -> None:
    """Serve the dataset over HTTP: pages, linked data, SPARQL at /sparql, downloads.

    The dataset is built first if it is out of date. FILES (Turtle, TriG, N-Triples, N-Quads, RDF/XML,
    JSON-LD) are served as they are, instead of the built dataset. Stop the server with Ctrl-C or SIGTERM.
    """
    from wicara.server.process import supervisor  # noqa: PLC0415 - loads the web libraries, which --help can do without
    from wicara.server.process.messages import DISK, Origin  # noqa: PLC0415 - likewise

    source = click.get_current_context().get_parameter_source
    named = ParameterSource.COMMANDLINE in map(source, ("data", "extra", "dataset"))
    if (files or empty) and named:
        raise click.UsageError(
            "FILES are served without the built dataset: leave out --data, --dataset and --add."
        )
    apart = ParameterSource.COMMANDLINE in map(source, ("data", "extra"))
    if store and (files or empty or apart or writable or allow_service or reload):
        raise click.UsageError(
            "--store serves what is published: leave out FILES, --empty, --data, --add, --writable, "
            "--allow-service and --reload (a new version is noticed by itself)."
        )
    settings = Settings(
        limits=Limits(**values),
        writable=writable,
        token=token_of(token, token_file),
        allow_service=allow_service,
        trust_proxy=trust_proxy,
        access_log=access_log,
        report_errors=report_errors,
        reports_answered=reports_answered,
        reports=None if report_errors or files or empty else str((data / REPORTS).resolve()),
        texts=str(found.resolve())
        if (found := texts or text_folder(data, plain=bool(files or empty)))
        else None,
        index=index_of(files, data) if files and not writable else None,
    )

    def announce(url: str, version: str) -> None:
        click.echo(f"Wicara serves dataset {version} on {url}/ (Ctrl-C stops it)")
        confirm(f"Try: curl '{url}/sparql?query=SELECT*%7B?s+?p+?o%7DLIMIT+5'")
        sys.stdout.flush()

    with progress() as step:
        if store:
            served = supervisor.from_store(endpoint_at(store, query_url))
        elif empty:
            served = supervisor.ServedSource(Origin("empty"))
        elif files:
            served = supervisor.from_rdf(files)
        elif source("data") is not ParameterSource.DEFAULT and supervisor.is_on_disk(data, writable=writable):
            served = supervisor.ServedSource(Origin(DISK, (str(data),)))
        else:
            served = supervisor.from_build(data, extra, step)
        served.prepare()
    supervisor.run(served, settings, host, port, announce, reload=reload)


def index_of(files: Iterable[Path], data: Path) -> str:
    """Return what the search index of files is called: their places decide what is relative in them."""
    places = sha256("\n".join(file.resolve().as_uri() for file in files).encode())
    return str(data.resolve() / FILES / places.hexdigest()[:16])


def text_folder(data: Path, *, plain: bool) -> Path | None:
    """Return the folder of the texts that `wicara source add` keeps; None where there is none."""
    folder = data / TEXTS
    return folder if not plain and folder.is_dir() else None


def token_of(token: str | None, file: Path | None) -> str | None:
    """Return the token, from its file where one is named."""
    if file is None:
        return token or None
    if file.stat().st_mode & OTHERS and file.is_file():
        click.echo(f"wicara: every user can read the token in {file}: run `chmod 600 {file}`", err=True)
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise click.UsageError(f"{file} is empty: its first line is the token.")
    return lines[0].strip()
