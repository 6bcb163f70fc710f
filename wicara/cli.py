"""The command line: a group that loads each command when it is called."""

from __future__ import annotations

import ast
import os
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from wicara.commands import INTERRUPTED, common_options
from wicara.graph.errors import WicaraError

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERNAL: Final = 70
"""What a command ends with that fails by an error of its own (EX_SOFTWARE); 1 may be an answer."""

EXAMPLES: Final = """
\b
Examples:
  wicara serve                     build the dataset if inputs changed, serve it on http://127.0.0.1:8000
  wicara build                     build the dataset: validate, reason, write
  wicara check                     run all checks
  wicara check --source FILE       compare the evidence with the quoted text
  wicara query FILE                run a SPARQL query; - reads it from standard input
  wicara explain S P O             explain a statement: its proof and the quoted words
  wicara export --format trig      export the dataset, or a part of it, as RDF
  wicara diff 1.0.0                list what changed in the dataset since a released version
  wicara add FILE                  add facts without a rebuild
  wicara retract F038              retract a fact and everything derived from it
  wicara article FILE              create the skeleton of a new article
  wicara draft FILE                suggest facts for a text; nothing is added
  wicara review FILE               decide on suggestions in the browser, with the keyboard
  wicara quote FILE 'WORDS'        print the words of a fact: the position of a quote
  wicara lock ARTICLE --source TEXT  write the hashes of the quoted words beside a data file
  wicara facts ARTICLE             print the facts of a data file as a table; --add adds rows
  wicara expand FILE               print all that a data file in the short form stands for
  wicara shorten FILE -o OUT       convert data files into the short form
  wicara source add FILE           keep a text that you have, to show its sentences on pages
  wicara reason FILE               compute the OWL 2 RL conclusions of any RDF file
  wicara entails FILE CONCLUSION   test whether FILE entails CONCLUSION
  wicara profile FILE              test whether an ontology is in OWL 2 RL
  wicara mcp                       answer agents on standard input and output (Model Context Protocol)
  wicara publish --store URL       bring a SPARQL 1.1 store up to date with the dataset
  wicara backup TARGET             back up the dataset, even while it is being served
  wicara verify BACKUP             check that a backup, or the dataset itself, is complete
  wicara restore BACKUP --data DIR restore a backup
  wicara COMMAND --help            show the options of a command

\b
Completion of commands and options in bash (zsh and fish likewise):
  eval "$(_WICARA_COMPLETE=bash_source wicara)"

Builds are stored in .wicara in the current folder if it exists (make serve creates it), else in
$XDG_DATA_HOME/wicara or ~/.local/share/wicara. --data selects another folder. --dataset, or
WICARA_DATASET for every command, names a folder that is read instead of the packaged dataset.
"""


os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy starts threads, and nothing here uses them

COMMANDS: Final = {
    "add": "authoring",
    "article": "authoring",
    "backup": "backup",
    "build": "dataset",
    "check": "dataset",
    "diff": "dataset",
    "draft": "drafts",
    "entails": "reasoning",
    "expand": "authoring",
    "explain": "dataset",
    "facts": "authoring",
    "export": "dataset",
    "lock": "authoring",
    "mcp": "mcp",
    "profile": "reasoning",
    "publish": "backup",
    "query": "query",
    "quote": "authoring",
    "reason": "reasoning",
    "review": "drafts",
    "restore": "backup",
    "retract": "authoring",
    "serve": "serve",
    "shorten": "authoring",
    "source": "authoring",
    "sources": "dataset",
    "verify": "backup",
}
"""The module of `wicara.commands` that holds each command; it is loaded when the command is called."""


def help_texts() -> Iterator[tuple[str, str | None]]:
    """Yield the commands with their docstrings, read from the source: to load every module takes long."""
    for module in dict.fromkeys(COMMANDS.values()):
        source = (Path(__file__).parent / "commands" / f"{module}.py").read_bytes()
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and COMMANDS.get(node.name) == module:
                yield node.name, ast.get_docstring(node)


class Commands(click.Group):
    """The group of commands: a WicaraError is one message on stderr and the class's exit code."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the module of a command and return the command; None for a name that is no command."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(import_module(f"wicara.commands.{module}"), cmd_name)
        command.params += [
            option
            for option in common_options()
            if option.name not in {parameter.name for parameter in command.params}
        ]
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with the beginning of its help."""
        width = formatter.width - 6 - max(map(len, COMMANDS))
        commands = [click.Command(name, help=text) for name, text in sorted(help_texts())]
        with formatter.section("Commands"):
            formatter.write_dl([(str(item.name), item.get_short_help_str(width)) for item in commands])

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
        except MemoryError:
            click.echo("wicara: out of memory", err=True)
            ctx.exit(INTERNAL)
        except (click.ClickException, click.Abort, click.exceptions.Exit, OSError):
            raise
        except Exception as error:
            traceback.print_exc()
            raise SystemExit(INTERNAL) from error


def print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's own signature
    """Print the version of the software and that of the dataset that it comes with."""
    if not wanted or ctx.resilient_parsing:
        return
    from wicara import __version__  # noqa: PLC0415 - a command loads only what it needs
    from wicara.graph.inputs import dataset_version  # noqa: PLC0415

    click.echo(f"wicara {__version__}, dataset {dataset_version()}")
    ctx.exit()


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
    help="Print the versions of the software and the dataset.",
)
def main() -> None:
    """Wicara: the facts of diplomatic press texts as a knowledge graph.

    Every fact links to the words that support it, and every inference is marked.
    """
