"""Reason over any RDF: what follows, what is entailed, and whether an ontology is OWL 2 RL."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from wicara.output import emit

INCONSISTENT: Final = 3
"""The exit code where premises contradict themselves."""


RDF_FILE: Final = click.Path(path_type=Path)


@click.command()
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
    from wicara.graph.reasoning.files import reason as reason_over  # noqa: PLC0415 - loads numpy

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


@click.command()
@click.argument("premises", nargs=-1, required=True, type=RDF_FILE)
@click.argument("conclusion", type=RDF_FILE)
def entails(premises: tuple[Path, ...], conclusion: Path) -> None:
    """Tell whether PREMISES entail CONCLUSION under the RDF-based semantics of OWL 2.

    Both are RDF files; a blank node of CONCLUSION stands for something that exists. The exit code is 0 where
    it is entailed, 1 where no entailment was found, 3 where PREMISES contradict themselves (they entail
    everything then), and 2 where a file cannot be read.
    """
    from wicara.graph.reasoning.entailment import Inconsistent  # noqa: PLC0415 - loads numpy
    from wicara.graph.reasoning.entailment import entails as is_entailed  # noqa: PLC0415
    from wicara.graph.reasoning.files import read  # noqa: PLC0415
    from wicara.graph.reasoning.matching import describe  # noqa: PLC0415

    answer = is_entailed(read(premises).triples(), read([conclusion]).triples())
    if isinstance(answer, Inconsistent):
        for step in answer.contradictions:
            click.echo(f"inconsistent, {step.rule}: {describe(step)}", err=True)
        click.echo("the premises contradict themselves, and so entail everything")
        raise SystemExit(INCONSISTENT)
    click.echo("entailed" if answer else "not entailed")
    raise SystemExit(0 if answer else 1)


@click.command()
@click.argument("files", nargs=-1, required=True, type=RDF_FILE)
def profile(files: tuple[Path, ...]) -> None:
    """Tell whether FILES, taken as one ontology, are OWL 2 RL; else each construct that is not, and where.

    The exit code is 0 where they are, 1 where they are not, and 2 where a file cannot be read.
    """
    from wicara.graph.reasoning.files import read  # noqa: PLC0415 - loads numpy
    from wicara.graph.reasoning.profile import certify  # noqa: PLC0415

    found = certify(read(files).triples())
    for finding in found:
        click.echo(str(finding))
    click.echo(f"outside OWL 2 RL in {len(found)} places" if found else "OWL 2 RL")
    raise SystemExit(bool(found))
