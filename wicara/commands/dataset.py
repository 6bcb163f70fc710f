"""Build, check, export and explain the dataset."""

from __future__ import annotations

import json
import os
from itertools import chain
from typing import TYPE_CHECKING

import click

from wicara.commands import (
    confirm,
    current,
    dataset_options,
    extra_option,
    format_option,
    infer_option,
    output_option,
    progress,
)
from wicara.graph.build import ensure, prepared, wanted_in
from wicara.graph.export import export as write_export
from wicara.graph.facts.source import match_source, read_sources
from wicara.graph.inputs import read_inputs
from wicara.graph.terms import read_fact
from wicara.output import emit, source_table

if TYPE_CHECKING:
    from pathlib import Path

    from wicara.graph.checks.table import Outcome


@click.command()
@dataset_options
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
@click.option("--engine", type=click.Choice(["native", "owlrl"]), help="Reasoner (default: native).")
def build(data: Path, extra: Path | None, engine: str | None, *, force: bool) -> None:
    """Build the dataset: check the inputs, validate them, reason, and write the store.

    Unchanged inputs are not built again. A failed or interrupted build leaves the previous one in place.
    """
    with progress() as step:
        dataset = ensure(data, extra, step, engine=engine, force=force)
    confirm(f"dataset {dataset.version} ({dataset.digest[:12]}) is in {dataset.path}")


@click.command()
@dataset_options
@click.option(
    "--source", "sources", multiple=True, metavar="[ID=]FILE", help="Text to compare the evidence with."
)
@click.option("--all", "every", is_flag=True, help="Check what has not changed since the last build too.")
def check(data: Path, extra: Path | None, sources: tuple[str, ...], *, every: bool) -> None:
    """Run all checks on the inputs and print their findings. Exit 1 if a check fails.

    What the last build held and has not changed was checked then, and is checked again only with --all.

    With --source, compare the evidence with the text itself, which is not part of this software. A text is
    identified by its SHA-256; ID=FILE names its article.
    """
    from wicara.graph.checks.table import STAGES, THOROUGH, run, text_evidence  # noqa: PLC0415 - loads the reasoner

    with progress() as step, prepared(data, wanted_in(data, extra), step, force=every) as candidate:
        found = (*text_evidence(candidate, sources), *run(chain(*STAGES, THOROUGH), candidate, step))
    print_checks(found)
    raise SystemExit(any(result.findings for result in found))


def print_checks(results: tuple[Outcome, ...]) -> None:
    """Print the table of checks, and each finding under its check."""
    for result in results:
        verdict = click.style("failed", "red") if result.findings else f"{click.style('pass', 'green')}  "
        lines = [
            f"{verdict} {result.name:18} {result.title}",
            *(f"       - {each}" for each in result.findings),
        ]
        click.echo("\n".join(lines), color=False if os.environ.get("NO_COLOR") else None)
    failed = sum(bool(result.findings) for result in results)
    click.echo(f"{failed} of {len(results)} checks failed" if failed else f"{len(results)} checks pass")


@click.command()
@dataset_options
@click.option(
    "--graph",
    default="default",
    show_default=True,
    metavar="NAME|IRI",
    help="Part to export: default, asserted, inferred, ontology, all, facts, or a named graph.",
)
@format_option(
    "Output format; turtle, ntriples and rdfxml hold one graph.", "turtle trig nquads ntriples jsonld rdfxml"
)
@output_option
@infer_option
def export(  # noqa: PLR0913 - one parameter an option
    data: Path, extra: Path | None, *, graph: str, form: str, output: Path | None, infer: str
) -> None:
    """Export the dataset, or a part of it, as RDF: sorted, with the same bytes for the same dataset.

    \b
    default    accepted statements and conclusions: what a query without GRAPH sees
    asserted   the same without conclusions
    inferred   only conclusions
    ontology   the classes and properties
    all        the default graph and every named graph (trig, nquads or jsonld)
    facts      every triple of every fact with an RDF 1.2 reifier, <<( s p o )>>, linked to its fact graph and
               its evidence (turtle, trig, nquads or ntriples)
    IRI        a named graph, by its IRI or the end of it, such as fact/kemlu-2018-08-02-asean-russia/F038
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with \b
    emit(write_export(current(data, extra), graph, form, infer=infer == "on"), output)


@click.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@dataset_options
@format_option("Output format; turtle and trig are RDF 1.2.", "tree json turtle trig")
@click.option("--all", "every", is_flag=True, help="Show other proofs, each from different statements.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Maximum number of proofs."
)
@click.option("--schema", is_flag=True, help="Show the statements of the ontology in full.")
def explain(  # noqa: PLR0913 - one parameter an option
    subject: str,
    predicate: str,
    object_: str,
    data: Path,
    extra: Path | None,
    *,
    form: str,
    every: bool,
    limit: int,
    schema: bool,
) -> None:
    """Explain a statement: the words that support it, or its proof down to such words.

    SUBJECT, PREDICATE and OBJECT are prefixed names (person:sergey-lavrov), IRIs, or literals as in Turtle
    ('"Singapura"@id', 42). Exit 0 if the statement is asserted or inferred; 1 if it is neither, with
    the premise that the nearest rule lacks.

    \b
    Example:
      wicara explain person:sergey-lavrov a wic:HasBeenForeignMinister
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with \b
    from wicara.graph.explain.explanation import Explainer, Verdict  # noqa: PLC0415 - as above
    from wicara.graph.explain.wording import Wording  # noqa: PLC0415
    from wicara.graph.explain.writers import serialize  # noqa: PLC0415

    fact = read_fact(subject, predicate, object_)
    dataset = current(data, extra)
    explanation = Explainer(dataset).explain(fact, limit if every else 1)
    emit(serialize(explanation, Wording(dataset.store), form, indent=1, schema=schema))
    if every and form == "tree" and len(explanation.proofs) == limit:
        click.echo(f"wicara: there may be more than {limit} proofs; raise --limit to see them", err=True)
    raise SystemExit(explanation.verdict is Verdict.NEITHER)


@click.command()
@extra_option
@click.option("--source", "texts", multiple=True, metavar="[ID=]FILE", help="A text that you have.")
def sources(extra: Path | None, texts: tuple[str, ...]) -> None:
    """List the source texts of the facts: title, date, publisher, how each was read, and what is known of it.

    The texts are not part of this software; name those that you have with --source.
    """
    known = read_sources(read_inputs(extra).quads)
    emit(source_table(known, [match_source(text, known) for text in texts]))


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", default="")
@dataset_options
@format_option("Output format.", "text json")
@output_option
def diff(  # noqa: PLR0913 - one parameter an option
    before: str, after: str, data: Path, extra: Path | None, *, form: str, output: Path | None
) -> None:
    """List what changed in the dataset from version A to B: facts and terms added, withdrawn, re-worded.

    A and B are released versions; without B, the dataset as it is now.
    """
    from wicara.graph.releases import as_text, differences, release  # noqa: PLC0415 - as above

    differing = differences(release(before), release(after) if after else current(data, extra))
    text = (
        as_text(differing)
        if form == "text"
        else json.dumps(differing.as_json(), ensure_ascii=False, indent=1) + "\n"
    )
    emit(text.encode(), output)
