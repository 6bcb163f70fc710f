"""Reason over any RDF: what follows, what is entailed, and whether an ontology is OWL 2 RL."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from wicara.commands import output_option
from wicara.output import emit

INCONSISTENT: Final = 3
"""The exit code where premises contradict themselves."""


RDF_FILE: Final = click.Path(path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=RDF_FILE)
@output_option
@click.option(
    "--engine",
    type=click.Choice(["native", "owlrl", "spark"]),
    default="native",
    show_default=True,
    help="Reasoner; spark is an extra: pip install 'wicara[spark]'.",
)
@click.option("--master", metavar="URL", help="Master of Spark.  [default: local[*]]")
@click.option(
    "--conf",
    metavar="KEY=VALUE",
    multiple=True,
    help="Property of Spark, as spark.executor.memory=4g; repeatable.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder for Spark's files, which all its workers reach.",
)
@click.option(
    "--proofs",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Output file for the first proof of each inferred triple, as JSON lines.",
)
@click.option("--all-rules", is_flag=True, help="Also run the rules whose conclusions are trivial.")
def reason(  # noqa: PLR0913 - the options of the command
    files: tuple[Path, ...],
    output: Path | None,
    engine: str,
    proofs: Path | None,
    *,
    all_rules: bool,
    master: str | None,
    conf: tuple[str, ...],
    work: Path | None,
) -> None:
    """Compute the OWL 2 RL conclusions of FILES; write the inferred triples as sorted N-Triples.

    The extension of each RDF file gives its format: .ttl .n3 .nt .txt .rdf .owl .xml .trig .nq .jsonld .json;
    .gz after it means gzip; - is standard input, in TriG, Turtle or N-Triples. Several files are merged into
    one graph; their blank nodes stay separate. Triples that hold for everything (x owl:sameAs x) are written
    only with --all-rules. The exit code is 0 if FILES are consistent, 3 if they are inconsistent (standard
    error lists each contradiction after its rule), and 2 if a file cannot be read.
    """
    from wicara.graph.reasoning.files import reason as reason_over  # noqa: PLC0415 - loads numpy

    if engine == "owlrl" and (proofs or all_rules):
        raise click.UsageError(
            "owlrl has no proofs and one set of rules: leave out --proofs and --all-rules."
        )
    if engine == "spark" and all_rules:
        raise click.UsageError("spark has one set of rules: leave out --all-rules.")
    if engine != "spark" and (master or conf or work):
        raise click.UsageError("--master, --conf and --work are those of --engine spark.")
    options: dict[str, object] = {}
    if engine == "spark":
        pairs = [pair.partition("=") for pair in conf]
        if not all(key and value for key, _, value in pairs):
            raise click.UsageError("--conf takes KEY=VALUE.")
        settings = {key: value for key, _, value in pairs}
        options = {"master": master or "local[*]", "settings": settings, "work": work}
    result = reason_over(files, engine, proofs=proofs is not None, all_rules=all_rules, **options)
    if proofs:
        emit(result.proofs, proofs)
    emit(result.inferred, output)
    for rule, words in result.contradictions:
        click.echo(f"inconsistent, {rule}: {words}", err=True)
    raise SystemExit(INCONSISTENT if result.contradictions else 0)


@click.command()
@click.argument("premises", nargs=-1, required=True, type=RDF_FILE)
@click.argument("conclusion", type=RDF_FILE)
def entails(premises: tuple[Path, ...], conclusion: Path) -> None:
    """Test whether PREMISES entail CONCLUSION under the RDF-based semantics of OWL 2.

    Both are RDF files, or - for standard input. Blank nodes of CONCLUSION are existential variables. The
    exit code is 0 if CONCLUSION is entailed, 1 if no entailment was found, 3 if PREMISES are inconsistent
    (and so entail everything), and 2 if a file cannot be read.
    """
    from wicara.graph.reasoning.entailment import Inconsistent  # noqa: PLC0415 - loads numpy
    from wicara.graph.reasoning.entailment import entails as is_entailed  # noqa: PLC0415
    from wicara.graph.reasoning.files import read  # noqa: PLC0415
    from wicara.graph.reasoning.matching import contradiction_text  # noqa: PLC0415

    answer = is_entailed(read(premises).triples(), read([conclusion]).triples())
    if isinstance(answer, Inconsistent):
        for step in answer.contradictions:
            click.echo(f"inconsistent, {step.rule}: {contradiction_text(step)}", err=True)
        click.echo("the premises contradict themselves, and so entail everything")
        raise SystemExit(INCONSISTENT)
    click.echo("entailed" if answer else "not entailed")
    raise SystemExit(0 if answer else 1)


@click.command()
@click.argument("files", nargs=-1, required=True, type=RDF_FILE)
def profile(files: tuple[Path, ...]) -> None:
    """Test whether FILES, merged into one ontology, are in OWL 2 RL; list each construct that is not.

    - is standard input, in TriG, Turtle or N-Triples.
    The exit code is 0 if they are, 1 if they are not, and 2 if a file cannot be read.
    """
    from wicara.graph.reasoning.files import read  # noqa: PLC0415 - loads numpy
    from wicara.graph.reasoning.profile import certify  # noqa: PLC0415

    found = certify(read(files).triples())
    for finding in found:
        click.echo(str(finding))
    click.echo(f"outside OWL 2 RL in {len(found)} places" if found else "OWL 2 RL")
    raise SystemExit(bool(found))
