"""The command line: each command is one short function that composes the packages below it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from wicara.graph.errors import WicaraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wicara.graph.change import Edit
    from wicara.graph.check import Result
    from wicara.graph.inputs import Inputs
    from wicara.graph.sources import Source
    from wicara.graph.store import BuiltDataset

Command = TypeVar("Command", bound="Callable[..., Any]")

INTERRUPTED: Final = 130
"""What a shell reports for a process that Ctrl-C ended (128 + SIGINT)."""

INCONSISTENT: Final = 3
"""The exit code where premises contradict themselves."""

EXAMPLES: Final = """
\b
Examples:
  wicara serve                     build what has changed, then serve it on http://127.0.0.1:8000
  wicara build                     build the dataset: check, validate, reason, write
  wicara check                     every check, and what falls short
  wicara check --source FILE       compare the evidence with the text that it quotes
  wicara query FILE                ask a question in SPARQL; - reads it from standard input
  wicara explain S P O             why a statement holds, down to the words it rests on
  wicara export --format trig      write the dataset, or a part of it, as RDF
  wicara add FILE                  add facts: the build follows without a rebuild
  wicara retract F038              take a fact out, and what was derived from it
  wicara article FILE              begin with a new article: its description and sentences
  wicara quote FILE 'WORDS'        the evidence of a fact: where these words stand in a text
  wicara reason FILE               what follows from any RDF file by the OWL 2 RL rules
  wicara entails FILE CONCLUSION   whether the one entails the other
  wicara profile FILE              whether an ontology is OWL 2 RL
  wicara backup TARGET             copy the dataset, also while it is served and written
  wicara verify BACKUP             whether a backup, or the dataset itself, is whole
  wicara restore BACKUP --data DIR bring it back
  wicara COMMAND --help            one command in detail

Wicara keeps its builds in $XDG_DATA_HOME/wicara, or in ~/.local/share/wicara; --data names another folder.
"""


class Commands(click.Group):
    """The group of commands: a WicaraError is one message on stderr and the class's exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; turn a fault that a person can mend, and Ctrl-C, into an exit code."""
        try:
            return super().invoke(ctx)
        except WicaraError as fault:
            click.echo(f"wicara: {fault}", err=True)
            ctx.exit(fault.exit_code)
        except KeyboardInterrupt:
            click.echo("wicara: interrupted", err=True)
            ctx.exit(INTERRUPTED)


def print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's own signature
    """Print the version of the software and that of the dataset that it comes with."""
    if not wanted or ctx.resilient_parsing:
        return
    from wicara import __version__  # noqa: PLC0415 - a command loads only what it needs
    from wicara.graph.inputs import dataset_version  # noqa: PLC0415

    click.echo(f"wicara {__version__}, dataset {dataset_version()}")
    ctx.exit()


FOLDER: Final = click.Path(path_type=Path, file_okay=False)

extra_option: Final = click.option(
    "--add",
    "extra",
    type=FOLDER,
    envvar="WICARA_ADD",
    show_envvar=True,
    help="Folder of more articles and entities.",
)
data_option: Final = click.option(
    "--data", type=FOLDER, envvar="WICARA_DATA", show_envvar=True, help="Folder of the builds."
)


def dataset_options(command: Command) -> Command:
    """Give a command `data` and `extra`: the folder of builds, and a folder of more articles."""
    return data_option(extra_option(command))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show the step that is under way, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console  # noqa: PLC0415 - not needed off a terminal

    with Console(stderr=True).status("starting") as status:
        yield status.update


@click.group(
    cls=Commands,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=print_version,
    help="Print the versions.",
)
def main() -> None:
    """Wicara: the facts of diplomatic press texts as a knowledge graph.

    Every fact opens to the words that support it; every inference says that it is one.
    """


@main.command()
@dataset_options
@click.option("--force", is_flag=True, help="Build again even where nothing has changed.")
@click.option(
    "--engine", type=click.Choice(["native", "owlrl"]), help="The reasoner; native unless told otherwise."
)
def build(data: Path | None, extra: Path | None, engine: str | None, *, force: bool) -> None:
    """Build the dataset: check the inputs, validate them, reason, and write the store.

    Unchanged inputs are not built again. A build that fails or is interrupted leaves the last good one.
    """
    from wicara.graph.build import ensure  # noqa: PLC0415 - other commands need no build

    with progress() as step:
        dataset = ensure(data, extra, step, engine=engine, force=force)
    click.echo(f"dataset {dataset.version} ({dataset.digest[:12]}) is in {dataset.path}")


@main.command()
@dataset_options
@click.option(
    "--source", "sources", multiple=True, metavar="[ID=]FILE", help="A text to compare the evidence with."
)
def check(data: Path | None, extra: Path | None, sources: tuple[str, ...]) -> None:
    """Run every check on the inputs and print what falls short; exit 1 if anything does.

    With --source, the evidence is compared with the text itself, which is not part of this software. A text
    is known by its SHA-256; write ID=FILE to say which article it is.
    """
    from wicara.graph.candidate import Candidate  # noqa: PLC0415 - loads the validator and the reasoner
    from wicara.graph.check import STAGES, THOROUGH, compared, run  # noqa: PLC0415
    from wicara.graph.inputs import read_inputs  # noqa: PLC0415
    from wicara.graph.overlay import overlay_of  # noqa: PLC0415

    with progress() as step:
        candidate = Candidate(read_inputs(extra, overlay_of(data or default_folder())))
        found = (*compared(candidate, sources), *run(chain(*STAGES, THOROUGH), candidate, step))
    print_checks(found)
    raise SystemExit(any(result.findings for result in found))


def print_checks(results: tuple[Result, ...]) -> None:
    """Print the table of checks, and each finding under its check."""
    from rich.console import Console  # noqa: PLC0415 - it is slow to import
    from rich.markup import escape  # noqa: PLC0415

    console = Console(soft_wrap=True, highlight=False)
    for result in results:
        verdict = "[red]falls short[/]" if result.findings else "[green]pass[/]       "
        console.print(f"{verdict} {escape(result.name):18} {escape(result.title)}")
        for finding in result.findings:
            console.print(f"            - {escape(finding)}")
    failed = sum(bool(result.findings) for result in results)
    console.print(
        f"{len(results)} checks, {failed} of them fall short" if failed else f"{len(results)} checks pass"
    )


def limit_options(command: Command) -> Command:
    """Give a command an option for each limit of the server; they come as keywords."""
    from wicara.server.limits import limits  # noqa: PLC0415 - the table imports nothing

    for limit in reversed(list(limits())):
        told = f"{limit.help} In {limit.unit}."
        kind = click.FloatRange(min=0.001) if limit.kind is float else click.IntRange(min=limit.least)
        command = click.option(limit.option, type=kind, default=limit.default, show_default=True, help=told)(
            command
        )
    return command


def address_of_reports(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    """Return the address that errors are reported to; raises BadParameter for what is none."""
    if given and not given.startswith(("mailto:", "https://", "http://")):
        raise click.BadParameter("it begins with mailto:, https:// or http://")
    return given


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@dataset_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--reload", is_flag=True, help="Watch the inputs; build and serve what changes in them.")
@click.option("--empty", is_flag=True, help="Serve an empty dataset in memory.")
@click.option("--writable", is_flag=True, help="Take updates from those who bring the token.")
@click.option(
    "--token",
    envvar="WICARA_TOKEN",
    show_envvar=True,
    help="What a write must bring (Authorization: Bearer).",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the token on its first line.",
)
@click.option(
    "--allow-service",
    multiple=True,
    metavar="URL",
    help="What SERVICE and LOAD may call, and all addresses that begin so; may be repeated.",
)
@click.option("--trust-proxy", is_flag=True, help="Believe the X-Forwarded headers of a web server in front.")
@click.option("--access-log", is_flag=True, help="Log every request.")
@click.option(
    "--report-errors",
    metavar="ADDRESS",
    callback=address_of_reports,
    help="Where pages send those who report an error: mailto:NAME@HOST, or a URL ({iri}: of what).",
)
@limit_options
def serve(  # noqa: PLR0913 - one parameter an option
    files: tuple[Path, ...],
    data: Path | None,
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
    **limits: Any,  # noqa: ANN401 - of the table
) -> None:
    """Serve the dataset over HTTP: pages, linked data, SPARQL at /sparql, downloads.

    It is built first where it is out of date. FILES (Turtle, TriG, N-Triples, N-Quads, RDF/XML, JSON-LD) are
    served as they are, without the built dataset. Ctrl-C or SIGTERM stops it.
    """
    from wicara.server import serving  # noqa: PLC0415 - only this command needs the web libraries
    from wicara.server.limits import Limits  # noqa: PLC0415
    from wicara.server.settings import Settings  # noqa: PLC0415

    source = click.get_current_context().get_parameter_source
    named = click.core.ParameterSource.COMMANDLINE in map(source, ("data", "extra"))
    if (files or empty) and named:
        raise click.UsageError("FILES are served without the built dataset: leave out --data and --add.")
    settings = Settings(
        limits=Limits(**limits),
        writable=writable,
        token=token_of(token, token_file),
        allow_service=allow_service,
        trust_proxy=trust_proxy,
        access_log=access_log,
        report_errors=report_errors,
    )

    def announce(url: str, version: str) -> None:
        click.echo(f"Wicara serves dataset {version} on {url}/ (Ctrl-C stops it)")
        click.echo(f"Try: curl '{url}/sparql?query=SELECT*%7B?s+?p+?o%7DLIMIT+5'")
        sys.stdout.flush()

    with progress() as step:
        if empty:
            served = serving.from_nothing()
        elif files:
            served = serving.from_rdf(files)
        elif data is not None and serving.is_on_disk(data, writable=writable):
            served = serving.from_disk(data)
        else:
            served = serving.from_build(data or default_folder(), extra, step)
        served.prepare()
    serving.run(served, settings, host, port, announce, reload=reload)


def token_of(token: str | None, file: Path | None) -> str | None:
    """Return the token, from its file where one is named."""
    if file is None:
        return token or None
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise click.UsageError(f"{file} is empty: its first line is the token.")
    return lines[0].strip()


infer_option: Final = click.option(
    "--infer",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    help="With or without what was inferred.",
)


@main.command()
@click.argument("file", metavar="FILE|-")
@dataset_options
@infer_option
@click.option(
    "--format",
    "form",
    type=click.Choice(
        ["table", "json", "xml", "csv", "tsv", "turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml"]
    ),
    help="Form of the answer: up to tsv for SELECT and ASK, the others for CONSTRUCT and DESCRIBE.",
)
def query(file: str, data: Path | None, extra: Path | None, *, infer: str, form: str | None) -> None:
    """Answer a SPARQL query, read from FILE, or from standard input where FILE is -.

    The prefixes of the dataset (wic:, event:, person:, skos: and the others) need no declaration. Without
    --format, a SELECT or ASK is a table on a terminal and CSV elsewhere, to be piped on; a CONSTRUCT or
    DESCRIBE is Turtle.

    \b
    Example:
      echo 'SELECT (COUNT(*) AS ?facts) { ?fact a wic:FactGraph }' | wicara query -
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with \b
    from wicara.graph.answers import (  # noqa: PLC0415 - loaded when needed
        answer,
        default_form,
        read_query,
        tabular,
        written,
    )
    from wicara.output import emit  # noqa: PLC0415

    text = read_query(file)
    found = answer(
        current(data, extra).for_inference(infer == "on"), text, "the query" if file == "-" else file
    )
    chosen = form or default_form(found, terminal=sys.stdout.isatty())
    if chosen == "table":
        from wicara.tables import of_answer  # noqa: PLC0415 - rich is slow to import

        emit(of_answer(tabular(found)))
    else:
        emit(written(found, chosen))


@main.command()
@dataset_options
@click.option(
    "--graph",
    default="default",
    show_default=True,
    metavar="NAME|IRI",
    help="What to export: default, asserted, inferred, ontology, all, facts, or a named graph.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml"]),
    default="turtle",
    show_default=True,
    help="Form of the export; turtle, ntriples and rdfxml hold one graph.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; it appears when whole.",
)
@infer_option
def export(  # noqa: PLR0913 - one parameter an option
    data: Path | None, extra: Path | None, *, graph: str, form: str, output: Path | None, infer: str
) -> None:
    """Write the dataset, or a part of it, as RDF: sorted, and always the same bytes for the same dataset.

    \b
    default    what is accepted and what follows from it: all that a query sees without GRAPH
    asserted   the same without what follows
    inferred   only what follows
    ontology   the classes and properties
    all        the default graph and every named graph (trig, nquads or jsonld)
    facts      every triple of every fact with an RDF 1.2 reifier, <<( s p o )>>, that leads to its fact graph
               and its evidence (turtle, trig, nquads or ntriples)
    IRI        a named graph, by its IRI or its end, as fact/kemlu-2018-08-02-asean-russia/F038
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with \b
    from wicara.graph.export import export as write_export  # noqa: PLC0415 - loaded when needed
    from wicara.output import emit  # noqa: PLC0415

    emit(write_export(current(data, extra), graph, form, infer=infer == "on"), output)


@main.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@dataset_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["tree", "json", "turtle", "trig"]),
    default="tree",
    show_default=True,
    help="Form of the explanation; turtle and trig are RDF 1.2.",
)
@click.option("--all", "every", is_flag=True, help="Other proofs too: each rests on other statements.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="How many proofs, at most."
)
@click.option("--schema", is_flag=True, help="Show what the ontology says to its last detail.")
def explain(  # noqa: PLR0913 - one parameter an option
    subject: str,
    predicate: str,
    object_: str,
    data: Path | None,
    extra: Path | None,
    *,
    form: str,
    every: bool,
    limit: int,
    schema: bool,
) -> None:
    """Say why a statement holds: the words it rests on, or the proof that it follows, down to such words.

    SUBJECT, PREDICATE and OBJECT are prefixed names (person:sergey-lavrov), IRIs, or literals as in Turtle
    ('"Singapura"@id', 42). Exit 0 where the statement is asserted or inferred; 1 where it is neither, with
    what it lacks by the nearest rule.

    \b
    Example:
      wicara explain person:sergey-lavrov a wic:HasBeenForeignMinister
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with \b
    from wicara.explaining import written  # noqa: PLC0415 - loaded when needed
    from wicara.graph.explain import Explainer, Verdict  # noqa: PLC0415
    from wicara.graph.term_syntax import read_fact  # noqa: PLC0415
    from wicara.output import emit  # noqa: PLC0415

    fact = read_fact(subject, predicate, object_)
    dataset = current(data, extra)
    found = Explainer(dataset).explain(fact, limit if every else 1)
    emit(written(found, dataset.store, form, schema=schema))
    if every and form == "tree" and len(found.proofs) == limit:
        click.echo(
            f"wicara: there may be more than these {limit} proofs; --limit raises the number", err=True
        )
    raise SystemExit(found.verdict is Verdict.NEITHER)


@main.command()
@extra_option
@click.option("--source", "texts", multiple=True, metavar="[ID=]FILE", help="A text at hand.")
def sources(extra: Path | None, texts: tuple[str, ...]) -> None:
    """List the texts that facts were read from: ID, SHA-256, length, and whether the text is at hand.

    The texts are no part of this software; name those that you have with --source.
    """
    from wicara.graph.inputs import read_inputs  # noqa: PLC0415 - loaded when needed
    from wicara.graph.sources import match_source, read_sources  # noqa: PLC0415
    from wicara.output import emit  # noqa: PLC0415
    from wicara.tables import of_sources  # noqa: PLC0415

    known = read_sources(read_inputs(extra).quads)
    emit(of_sources(known, [match_source(text, known) for text in texts]))


def known_sources(extra: Path | None) -> tuple[Source, ...]:
    """Return the sources that the data describes; while a file is being written and cannot be read, none."""
    from wicara.graph.errors import UnreadableInput  # noqa: PLC0415 - loaded when needed
    from wicara.graph.inputs import read_inputs  # noqa: PLC0415
    from wicara.graph.sources import read_sources  # noqa: PLC0415

    try:
        return read_sources(read_inputs(extra).quads)
    except UnreadableInput as fault:
        click.echo(f"wicara: {fault}\nUntil then sentences are found by their punctuation.", err=True)
        return ()


def print_text(text: str, output: Path | None = None) -> None:
    """Print a text, or write it to a file that appears when it is whole."""
    from wicara.output import emit  # noqa: PLC0415 - loaded when needed

    emit(text.encode(), output)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "name", help="ID of the article, the end of its IRI; else made of the name of FILE.")
@click.option("--language", default="id", show_default=True, help="Language tag of the text.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write, such as my/ID.trig.")
def article(file: Path, name: str | None, language: str, output: Path | None) -> None:
    """Begin with a new article: print a data file with its description, sentences, and an example.

    FILE is the text in UTF-8, exactly as it is kept: positions count its characters. The text itself does not
    go into the data. Sentences are found by their punctuation: look at them.
    """
    from wicara.graph.article import proposal, skeleton, slug  # noqa: PLC0415 - loaded when needed
    from wicara.graph.sources import read_text  # noqa: PLC0415

    if output and output.exists():
        raise click.UsageError(f"{output} is there already, and may hold your work: choose another name.")
    text = read_text(file)
    source = proposal(text, slug(name or file.stem), language)
    print_text(skeleton(source, text.characters), output)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("words")
@extra_option
@click.option("--fact", default="F001", show_default=True, help="Number of the fact that rests on the words.")
@click.option("--span", metavar="START:END", help="All the text that the fact rests on, where it is more.")
@click.option("--occurrence", type=click.IntRange(min=1), help="Which one, where there are more.")
@click.option("--id", "name", help="ID of the article, where its description is not among the data yet.")
def quote(  # noqa: PLR0913 - one parameter an option
    file: Path,
    words: str,
    extra: Path | None,
    *,
    fact: str,
    span: str | None,
    occurrence: int | None,
    name: str | None,
) -> None:
    """Print the evidence of a fact, as Turtle for graph:prov: where WORDS, at most eight, stand in FILE.

    The article is known by the text's SHA-256 where the data describes it; --add names a folder of more data.
    """
    from wicara.graph.article import source_for  # noqa: PLC0415 - loaded when needed
    from wicara.graph.quotation import evidence_block, read_span  # noqa: PLC0415
    from wicara.graph.quotation import quote as find  # noqa: PLC0415
    from wicara.graph.sources import read_text  # noqa: PLC0415

    text = read_text(file)
    source = source_for(text, name, known_sources(extra))
    found = find(source, text.characters, words, read_span(span), occurrence)
    print_text(evidence_block(found, fact))


dry_run_option: Final = click.option(
    "--dry-run", is_flag=True, help="Only tell what would change; nothing is written."
)


@main.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@dataset_options
@dry_run_option
def add(files: tuple[Path, ...], data: Path | None, extra: Path | None, *, dry_run: bool) -> None:
    """Add FILES to the dataset: .trig files of facts, entities*.ttl files of what these speak of.

    They go through every check first, all together; what falls short is told, and nothing is written. Then
    the conclusions and their proofs follow, without a rebuild. The files are copied into the folder overlay/
    beside the builds, under their own names (one of the same name is replaced), and are part of every later
    build there.
    """
    from wicara.graph.overlay import put  # noqa: PLC0415 - loaded when needed

    change_overlay(data, extra, lambda stage, _inputs: put(stage, files), dry_run=dry_run)


@main.command()
@click.argument("graph", metavar="FACT-GRAPH")
@dataset_options
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day of the retraction; today (UTC) unless told otherwise.",
)
@click.option("--undo", is_flag=True, help="Bring a retracted graph back.")
@dry_run_option
def retract(  # noqa: PLR0913 - one parameter an option
    graph: str, data: Path | None, extra: Path | None, *, day: datetime | None, undo: bool, dry_run: bool
) -> None:
    """Take a fact graph or background graph out of the dataset, and what was derived from it.

    FACT-GRAPH is its IRI, its prefixed name or the end of its IRI: F038, or fact/ARTICLE/F038. Its
    conclusions go, but for those that have another proof; that it was retracted, and when, is all that
    remains. The source files stay as they are: the retraction stands in overlay/retracted.trig beside the
    builds.
    """
    from wicara.graph import overlay  # noqa: PLC0415 - loaded when needed

    def edit(stage: Path, inputs: Inputs) -> None:
        iri = overlay.graph_named(graph, inputs.graphs)
        if undo:
            overlay.restore(stage, iri)
        else:
            overlay.retract(stage, iri, (day or datetime.now(UTC)).date())

    change_overlay(data, extra, edit, dry_run=dry_run)


def change_overlay(data: Path | None, extra: Path | None, edit: Edit, *, dry_run: bool) -> None:
    """Change the overlay of a folder of builds, and print what that changed in the dataset."""
    from wicara.changes import told  # noqa: PLC0415 - loaded when needed
    from wicara.graph.change import change  # noqa: PLC0415

    with progress() as step:
        found = change(data or default_folder(), extra, edit, step, dry_run=dry_run)
    click.echo(told(found, dry_run=dry_run))


RDF_FILE: Final = click.Path(path_type=Path)


@main.command()
@click.argument("files", nargs=-1, required=True, type=RDF_FILE)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; it appears when whole.",
)
@click.option(
    "--engine",
    type=click.Choice(["native", "owlrl"]),
    default="native",
    show_default=True,
    help="The reasoner.",
)
@click.option(
    "--proofs",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for the first proof of each inferred triple, as JSON lines.",
)
@click.option("--all-rules", is_flag=True, help="Run the rules too that make only noise.")
def reason(
    files: tuple[Path, ...], output: Path | None, engine: str, proofs: Path | None, *, all_rules: bool
) -> None:
    """Write what follows from FILES by the OWL 2 RL rules: the inferred triples only, as sorted N-Triples.

    FILES are RDF, their formats told by their ends: .ttl .nt .rdf .owl .xml .trig .nq .jsonld. Several are
    one graph; their blank nodes are kept apart. Triples that hold of everything (x owl:sameAs x) are not
    written, unless --all-rules asks for them. The exit code is 0 where FILES are consistent, 3 where they
    contradict themselves (standard error says how, each contradiction after its rule), and 2 where
    one cannot be read.
    """
    from wicara.graph.reasoning.over_files import reason as reason_over  # noqa: PLC0415 - loaded when needed
    from wicara.output import emit  # noqa: PLC0415

    if engine == "owlrl" and (proofs or all_rules):
        raise click.UsageError(
            "owlrl has no proofs and one set of rules: leave out --proofs and --all-rules."
        )
    result = reason_over(files, engine, proofs=proofs is not None, all_rules=all_rules)
    if proofs:
        emit(result.proofs, proofs)
    emit(result.inferred, output)
    for rule, words in result.contradictions:
        click.echo(f"inconsistent, {rule}: {words}", err=True)
    raise SystemExit(INCONSISTENT if result.contradictions else 0)


@main.command()
@click.argument("premises", nargs=-1, required=True, type=RDF_FILE)
@click.argument("conclusion", type=RDF_FILE)
def entails(premises: tuple[Path, ...], conclusion: Path) -> None:
    """Tell whether PREMISES entail CONCLUSION under the RDF-based semantics of OWL 2.

    Both are RDF files; a blank node of CONCLUSION stands for something that exists. The exit code is 0 where
    it is entailed, 1 where no entailment was found, 3 where PREMISES contradict themselves (they entail
    everything then), and 2 where a file cannot be read.
    """
    from wicara.graph.reasoning.contradictions import told  # noqa: PLC0415 - loaded when needed
    from wicara.graph.reasoning.documents import read  # noqa: PLC0415
    from wicara.graph.reasoning.entailment import Inconsistent  # noqa: PLC0415
    from wicara.graph.reasoning.entailment import entails as is_entailed  # noqa: PLC0415

    answer = is_entailed(read(premises).triples(), read([conclusion]).triples())
    if isinstance(answer, Inconsistent):
        for step in answer.contradictions:
            click.echo(f"inconsistent, {step.rule.name}: {told(step)}", err=True)
        click.echo("the premises contradict themselves, and so entail everything")
        raise SystemExit(INCONSISTENT)
    click.echo("entailed" if answer else "not entailed")
    raise SystemExit(0 if answer else 1)


@main.command()
@click.argument("files", nargs=-1, required=True, type=RDF_FILE)
def profile(files: tuple[Path, ...]) -> None:
    """Tell whether FILES, taken as one ontology, are OWL 2 RL; else each construct that is not, and where.

    The exit code is 0 where they are, 1 where they are not, and 2 where a file cannot be read.
    """
    from wicara.graph.reasoning.certificate import certify  # noqa: PLC0415 - loaded when needed
    from wicara.graph.reasoning.documents import read  # noqa: PLC0415

    found = certify(read(files).triples())
    for finding in found:
        click.echo(str(finding))
    click.echo(f"outside OWL 2 RL in {len(found)} places" if found else "OWL 2 RL")
    raise SystemExit(bool(found))


BACKUP: Final = click.Path(path_type=Path, exists=True, file_okay=False)


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@data_option
def backup(target: Path, data: Path | None) -> None:
    """Copy the dataset in a data folder to TARGET, a new folder; it appears when it is whole.

    A server may go on serving the dataset and writing it: the copy is of one version. Whatever is copied is
    read through; a damaged dataset is not backed up.
    """
    from wicara.graph.backup import back_up  # noqa: PLC0415 - loaded when needed

    with progress() as step:
        made = back_up(data or default_folder(), target, step)
    click.echo(f"{target} holds {made.told}")


@main.command()
@click.argument("backup", required=False, type=BACKUP)
@data_option
def verify(backup: Path | None, data: Path | None) -> None:
    """Tell whether BACKUP is whole: its files, their contents, and what the stores hold; exit 1 if not.

    Without BACKUP, the dataset in the data folder is read through, also while a server uses it.
    """
    from wicara.graph.verify import verify_backup, verify_data  # noqa: PLC0415 - loaded when needed

    folder = backup or data or default_folder()
    with progress() as step:
        found = verify_backup(folder, step) if backup else verify_data(folder, step)
    click.echo(f"{folder} is whole: {found.told}")


@main.command()
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
    from wicara.graph.restore import restore as put_back  # noqa: PLC0415 - loaded when needed

    with progress() as step:
        before = put_back(backup, data, step, force=force)
    click.echo(f"{data} holds the dataset of {backup}")
    if before is not None:
        click.echo(f"what was there is in {before}")


def current(data: Path | None, extra: Path | None) -> BuiltDataset:
    """Return the dataset, built first where it is out of date."""
    from wicara.graph.build import ensure  # noqa: PLC0415 - loaded when needed

    with progress() as step:
        return ensure(data or default_folder(), extra, step)


def default_folder() -> Path:
    """Return the folder of builds where none is named."""
    from wicara.graph.build import default_data  # noqa: PLC0415 - a command loads only what it needs

    return default_data()


if __name__ == "__main__":
    main()
