"""The pages around the others: the first one, the list of all pages, the legend of the marks, the rules."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from pyoxigraph import NamedNode
from wicara.graph.export import EXPORTS, capable
from wicara.graph.reasoning.rules import rules, sentence
from wicara.graph.sparql import solutions, value
from wicara.ontology import BASE, WIC
from wicara.server.app_state import infer, per_inference, store
from wicara.server.descriptions.openapi import operation
from wicara.server.http.addresses import with_choices, with_fields
from wicara.server.http.problems import Problem
from wicara.server.linked.resources import number_of_page
from wicara.server.site.kinds import OF_SEGMENT
from wicara.server.site.language import WORDS, language, ngettext
from wicara.server.site.pages.question import all_questions
from wicara.server.site.parameters import default_term
from wicara.server.site.tables.solutions import answer, solve
from wicara.server.site.words import Words, labels_of
from wicara.server.sparql.protocol import QueryOperation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyoxigraph import Store
    from wicara.graph.reasoning.rules import Rule
    from wicara.queries import Question
    from wicara.server.site.kinds import Kind
    from wicara.server.site.tables.solutions import Answer
    from wicara.server.site.words import Shown

blueprint = Blueprint("home", __name__)

COUNTED: Final[dict[str, tuple[str, Callable[[int], str]]]] = {
    "SourceArticle": ("/sources", lambda n: ngettext("press text", "press texts", n)),
    "FactGraph": ("/search?kind=fact", lambda n: ngettext("fact", "facts", n)),
    "Event": ("/search?kind=event", lambda n: ngettext("event or statement", "events and statements", n)),
    "Person": ("/search?kind=person", lambda n: ngettext("person", "persons", n)),
    "State": ("/search?kind=state", lambda n: ngettext("state", "states", n)),
    "Document": ("/search?kind=document", lambda n: ngettext("document mentioned", "documents mentioned", n)),
}
"""The classes that the first page counts, each with where its things are listed; texts are no documents."""
LISTED: Final = tuple(f"{BASE}/{place}/" for place in ("id", "concept", "graph"))
"""What the IRIs begin with that have a page each."""
PORTION: Final = 300
"""Things of a group that a page lists."""
DESCRIBED: Final = "SELECT DISTINCT ?x { ?x ?p ?o FILTER(isIRI(?x)) }"
FACT_NUMBER: Final = "F038"
"""What stands for the numbers of facts, which are the names of a mark."""


class Mark(NamedTuple):
    """A mark: its key, which is its class in the style sheet, its word, what it means and where it leads."""

    key: str
    name: object
    meaning: object
    leads: object


def class_counts() -> list[tuple[int, str, str]]:
    """Return how many things of each counted class the dataset has, what they are, where; with one query."""
    classes = " ".join(f"<{WIC}{name}>" for name in COUNTED)
    apart = f"FILTER NOT EXISTS {{ ?x a <{WIC}SourceArticle> FILTER(?c = <{WIC}Document>) }}"
    query = (
        f"SELECT ?c (COUNT(DISTINCT ?x) AS ?n) {{ VALUES ?c {{ {classes} }} ?x a ?c {apart} }} GROUP BY ?c"
    )
    found = {value(row, "c").removeprefix(WIC): int(value(row, "n")) for row in solutions(store(), query)}
    return [(n := found.get(name, 0), name_of(n), path) for name, (path, name_of) in COUNTED.items()]


@blueprint.get("/")
def home() -> str:
    """Say what this is, from which sources and up to when, what can be asked, and answer one question."""
    chosen = {one.home: one for one in all_questions() if one.home is not None}
    example = chosen.pop(0, None)
    return render_template(
        "home.html",
        example=example,
        answer=answer_with_defaults(example) if example else None,
        figures=class_counts(),
        ways=[(path, WORDS["parts"][path], text) for path, text in WORDS["ways"].items()],
        featured=[chosen[place] for place in sorted(chosen)],
        count=len(all_questions()),
        exports=[(part, capable(part)) for part in EXPORTS.values()],
        base=BASE,
    )


def answer_with_defaults(question: Question) -> Answer:
    """Return the answer to a question for the defaults of its parameters."""
    terms = {each.name: default_term(each) for each in question.parameters}
    return answer(question, terms, solve(QueryOperation(question.body, infer=infer())), store())


@blueprint.get("/browse")
@operation(query=("group", "page", "infer", "lang"), faults=(HTTPStatus.NOT_FOUND,))
def browse() -> str:
    """List what has a page in groups: things by kind, concepts by scheme, and graphs; or one group."""
    groups = per_inference(things)
    chosen, number = request.args.get("group"), number_of_page()
    if chosen is not None and chosen not in groups:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no group {chosen}.")
    portions = [
        Portion(name, len(iris), (number - 1) * PORTION, iris[(number - 1) * PORTION : number * PORTION])
        for name, iris in groups.items()
        if chosen in {None, name}
    ]
    portions.sort(key=lambda one: one.technical)
    words = Words.for_request(labels_of(store(), (NamedNode(iri) for one in portions for iri in one.iris)))
    return render_template(
        "browse.html",
        groups=[(one, one.shown(words)) for one in portions],
        chosen=chosen,
        address=lambda name, page: with_fields(
            with_choices("/browse"), urlencode({"group": name, "page": page}, safe="/")
        ),
        number=number,
    )


@dataclass(frozen=True)
class Portion:
    """Some of a group: its name, how many things are in it, and the IRIs from the `first` on."""

    name: str
    total: int
    first: int
    iris: Sequence[str]

    @property
    def kind(self) -> Kind | None:
        """The kind of what is in the group, if it has one of its own."""
        place, _slash, segment = self.name.partition("/")
        return OF_SEGMENT.get(segment) if place == "id" or segment in {"area", "fact"} else None

    @property
    def title(self) -> object:
        """What the group is called."""
        if self.kind and self.kind.label:
            return self.kind.name
        return WORDS["things"].get(self.name.rpartition("/")[2], self.name)

    @property
    def technical(self) -> bool:
        """Whether it is of the model, and not among what readers look through."""
        return self.kind is None or self.kind.technical or self.name.startswith("graph")

    @property
    def last_page(self) -> int:
        """Return the number of the last page of the group."""
        return (self.total - 1) // PORTION + 1

    def shown(self, words: Words) -> list[Shown]:
        """Return the things by label."""
        return sorted((words.show_iri(iri) for iri in self.iris), key=lambda one: one.text.casefold())


def things(store: Store) -> dict[str, list[str]]:
    """Return the IRIs that have a page in groups (`id/person`, `concept/area`, `graph/fact`), sorted.

    Graphs of which there is one each are the group `graph`.
    """
    found = {value(row, "x") for row in solutions(store, DESCRIBED, union=True)}
    found.update(graph.value for graph in store.named_graphs() if isinstance(graph, NamedNode))
    groups: dict[str, list[str]] = {}
    for iri in sorted(iri for iri in found if iri.startswith(LISTED)):
        place, *names = iri.removeprefix(f"{BASE}/").split("/")
        one_each = place == "graph" and not names[1:]
        groups.setdefault(place if one_each else "/".join([place, *names[:1]]), []).append(iri)
    return dict(sorted(groups.items()))


def legend() -> list[Mark]:
    """Return every mark, in the order in which the page explains them."""
    names = {"basis": FACT_NUMBER, "cited": FACT_NUMBER, **WORDS["marks"], **WORDS["mark-names"]}
    leads = WORDS["mark-leads"]
    return [Mark(key, names[key], text, leads.get(key)) for key, text in WORDS["mark-meanings"].items()]


@blueprint.get("/legend")
@operation(query=("lang",))
def explain_marks() -> str:
    """Explain the marks."""
    return render_template("legend.html")


@blueprint.get("/rules")
@operation(query=("lang",))
def all_rules() -> str:
    """List the rules of OWL 2 RL by table; each has its name as anchor."""
    tables = [
        (table.partition(":")[0], WORDS["rule-tables"].get(table, table), entries(lines))
        for table, lines in groupby(rules(), key=lambda rule: rule.table)
    ]
    return render_template("rules.html", tables=tables, notation=WORDS["notation"])


def entries(lines: Iterable[Rule]) -> list[tuple[str, str, list[Rule]]]:
    """Return the rules of a table by their W3C names: each name with its sentence and all of its lines."""
    found: dict[str, list[Rule]] = {}
    for rule in lines:
        found.setdefault(rule.name, []).append(rule)
    return [(name, sentence(name, language()), variants) for name, variants in found.items()]
