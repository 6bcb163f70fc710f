"""The gallery of questions, and a page for each: answer first, then what may be changed, then the query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, render_template, request
from pyoxigraph import Literal, NamedNode
from wicara.graph.export import facts_with_evidence
from wicara.graph.formats import TRIG, TURTLE, serialize_quads, serialize_triples
from wicara.graph.terms import sorted_quads
from wicara.queries import THEMES
from wicara.server.app_state import dataset, infer, store
from wicara.server.descriptions.describe import template_triples
from wicara.server.descriptions.openapi import HTML, media_types, operation
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import choices_made, public_url, uncached_response, with_choices
from wicara.server.http.problems import Problem
from wicara.server.linked.resources import with_query
from wicara.server.site.citation import of_page, of_sources
from wicara.server.site.language import LANGUAGES, WORDS, format_decimal, language, other_languages, speaking
from wicara.server.site.language import gettext as _
from wicara.server.site.parameters import choices, default_term, given_values, is_thing, kind_of, to_sparql
from wicara.server.site.tables.cards import cards_of
from wicara.server.site.tables.sheet import (
    XLSX,
    as_sheet,
    as_table,
    preview_of,
    records,
    sheets,
    with_marks,
    words_behind,
)
from wicara.server.site.tables.solutions import (
    MAX_DATA_ROWS,
    MAX_ROWS,
    answer,
    row_graphs,
    solve,
    supports_of,
)
from wicara.server.site.tables.statuses import covered_until, newest_before, sayings
from wicara.server.site.times import day_of, format_day
from wicara.server.site.words import Words
from wicara.server.sparql.protocol import QueryOperation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyoxigraph import Triple
    from werkzeug.wrappers import Response as BaseResponse
    from wicara.graph.formats import Format
    from wicara.queries import Question
    from wicara.server.site.parameters import Choices, Value
    from wicara.server.site.tables.solutions import Answer, Solutions
    from wicara.server.site.words import Shown, Term

blueprint = Blueprint("questions", __name__)

PATH: Final = "/questions"
OFFERS: Final = negotiation.PAGES
DOWNLOADS: Final = tuple(form for form in negotiation.RESULTS if form is not negotiation.HTML)
ANSWERS: Final = (negotiation.HTML, *DOWNLOADS)
"""What the answer to a question is offered in."""
STATEMENTS: Final = tuple(form for form in negotiation.DOCUMENTS if form is not negotiation.HTML)
"""What the facts behind an answer are offered in."""
SHOWN: Final = ("infer", "version")
"""The choices that change what an answer is, beside its values."""
WIDGETS: Final = {"xsd:date": "date", "xsd:decimal": "decimal", "xsd:integer": "integer"}
"""The fields of a form by the datatype of their values; words are typed, things chosen from a list."""


@dataclass(frozen=True)
class QuestionRequest:
    """A question with values for its parameters, and what else could be chosen."""

    question: Question
    values: Sequence[Value]
    choices: Choices

    @property
    def is_whole(self) -> bool:
        """Tell whether each parameter has a value."""
        return all(value.term is not None for value in self.values)

    @property
    def terms(self) -> dict[str, Term]:
        """Return the terms of the parameters that have one."""
        return {value.parameter.name: value.term for value in self.values if value.term is not None}

    @property
    def query(self) -> str:
        """Return the query with the values in it."""
        return self.question.with_values(self.texts)

    @property
    def texts(self) -> dict[str, str]:
        """Return the terms of the parameters that have one, as the query writes them."""
        return {
            value.parameter.name: to_sparql(value.term, self.question.prefixes)
            for value in self.values
            if value.term is not None
        }

    def where(self, suffix: str = "", **choices: str) -> str:
        """Return the address of the page, or of a table: its values, what else is chosen, the language."""
        given = [(value.parameter.name, value.given) for value in self.values if not value.is_default]
        given += [("lang", request.args["lang"])] if "lang" in request.args else []
        fields = urlencode([*given, *choices.items()])
        return f"{PATH}/{self.question.slug}{suffix}" + (f"?{fields}" if fields else "")

    def pinned(self) -> str:
        """Return the address of the page with all values, the language and the version of the dataset."""
        return self.with_all({**choices_made(), "version": dataset().version})

    def canonical(self) -> str:
        """Return the address of the page with all values, and without what only changes how it is shown."""
        return self.with_all({name: request.args[name] for name in SHOWN if name in request.args})

    def with_all(self, choices: Mapping[str, str]) -> str:
        """Return the address of the page with all values, and with choices."""
        fields = urlencode(
            [*((value.parameter.name, value.given) for value in self.values), *choices.items()], safe="/:"
        )
        return f"{PATH}/{self.question.slug}" + (f"?{fields}" if fields else "")

    @property
    def newest(self) -> str:
        """The day of the newest text, in words, where a value is a later day; else nothing."""
        return newest_before(day_of(value.term) for value in self.values)

    def parts(self, lang: str) -> list[tuple[bool, str]]:
        """Return the question in a language, cut into pieces: whether each is a value, and its words."""
        by_name = {value.parameter.name: value for value in self.values}
        return [
            (bool(name), in_sentence(by_name[name], lang, self.choices.words, words) if name else words)
            for name, words in self.question.parts(lang)
        ]

    def sentence(self, lang: str) -> str:
        """Return the question in a language."""
        return "".join(words for _is_value, words in self.parts(lang))

    def with_value(self, name: str, given: str) -> str:
        """Return the address of the page with another value for a parameter."""
        others = {value.parameter.name: value.given for value in self.values if not value.is_default}
        return f"{PATH}/{self.question.slug}?{urlencode({**others, name: given, **choices_made()})}"

    def offered(
        self, value: Value, answered: Mapping[str, frozenset[NamedNode]]
    ) -> list[tuple[bool, list[tuple[str, Shown]]]]:
        """Return what to choose in the place of a value in two groups: with an answer (True), and without.

        Where there is no other field that could give it one, what has none is left out, but for the value.
        """
        known = self.choices.things(value.parameter)
        known |= {value.term} if isinstance(value.term, NamedNode) else frozenset()
        having = answered.get(value.parameter.name, known)
        rest = known - having if len(self.values) > 1 else (known - having) & {value.term}
        return [
            (had, self.choices.options(some)) for had, some in ((True, known & having), (False, rest)) if some
        ]

    def widget(self, value: Value) -> str:
        """Return the kind of field that a value is given in."""
        if self.choices.is_list(value.parameter):
            return "list"
        return WIDGETS.get(value.parameter.datatype, "text")


def in_sentence(value: Value, lang: str, words: Words, default: str) -> str:
    """Return a value as a sentence speaks of it: the words of the question for its default."""
    if value.is_default or value.term is None:
        return default if value.is_default else value.given
    if isinstance(value.term, Literal):
        day = day_of(value.term) if value.parameter.datatype == "xsd:date" else None
        return format_day(day, lang) if day else as_number(value)
    return Words(words.labels, lang).show_iri(value.term.value).text


def as_number(value: Value) -> str:
    """Return a number as the reader's language writes it, and words without their language."""
    if value.parameter.datatype in WIDGETS:
        return str(format_decimal(value.given))
    return value.given.rpartition("@")[0] or value.given


def heading(name: str) -> object:
    """Return what a variable is called, or itself."""
    return WORDS["columns"].get(name, name)


def all_questions() -> tuple[Question, ...]:
    """Return the questions that the app was made with."""
    return cast("tuple[Question, ...]", current_app.config["QUESTIONS"])


def in_form(form: Format, media_type: str) -> Response:
    """List the questions that the dataset answers: as a page, or as executable SPARQL (SHACL)."""
    body = gallery().encode() if form is negotiation.HTML else serialize_triples(questions_as_rdf(), form)
    response = uncached_response(body, form.content_type(media_type))
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Content-Location"] = with_query(f"{PATH}.{form.extension}")
    others = documents.links(form, OFFERS, lambda offer: with_query(f"{PATH}.{offer.extension}"))
    response.headers["Link"] = ", ".join(others)
    return response


documents.publish_at(blueprint, PATH, OFFERS, in_form, ("lang",))


def questions_as_rdf() -> Iterator[Triple]:
    """Yield the questions, their parameters and their prefixes as RDF."""
    found = all_questions()
    return template_triples(
        "questions.ttl",
        questions=found,
        prefixes=sorted({one for each in found for one in each.prefixes.items()}),
        languages=LANGUAGES,
        at=lambda fragment: NamedNode(public_url(f"{PATH}#{fragment}")),
        in_languages=in_languages,
        is_thing=is_thing,
        kind_of=lambda parameter: NamedNode(kind_of(parameter)),
        default_of=default_term,
    )


def in_languages(table: str, key: str) -> Iterator[Literal]:
    """Yield a word of the interface, by default its key, in each language."""
    for lang in LANGUAGES:
        with speaking(lang):
            yield Literal(str(WORDS[table].get(key, key)), language=lang)


def gallery() -> str:
    """Return the page that lists the questions by theme."""
    found = all_questions()
    themes = [
        (theme, WORDS["themes"][theme], [one for one in found if one.theme == theme]) for theme in THEMES
    ]
    return render_template(
        "questions.html",
        themes=[theme for theme in themes if theme[2]],
        heading=heading,
        alternates=documents.as_data(OFFERS, lambda offer: with_choices(f"{PATH}.{offer.extension}")),
    )


@blueprint.get(f"{PATH}/<question>")
@operation(
    query=("values", "infer", "lang", "version"),
    types=media_types(*ANSWERS),
    answers={HTTPStatus.MOVED_PERMANENTLY: HTML},
)
def question_page(question: str) -> BaseResponse:
    """Show a question with values for its parameters, and its answer; its number leads there too.

    Where Accept prefers a format of results to HTML, the answer alone is returned.
    """
    one = question_named(question)
    if one.slug != question:
        return redirect(with_query(f"{PATH}/{one.slug}"), HTTPStatus.MOVED_PERMANENTLY)
    form, _media_type = documents.form_for(ANSWERS)
    reading = read_question_request(one)
    response = page(reading) if form is negotiation.HTML else table(reading, form)
    response.vary.add("Accept")
    return response


@blueprint.get(f"{PATH}/<question>.<suffix>")
@operation(
    query=("values", "infer", "lang"),
    types=media_types(*DOWNLOADS, XLSX, *STATEMENTS),
    faults=(HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED),
)
def question_table(question: str, suffix: str) -> BaseResponse:
    """Return the answer to a question as data: its columns, the status of each row, and when it holds.

    In a format of RDF it is the facts that the rows rest on, with their evidence.
    """
    one = question_named(question)
    if suffix == XLSX.extension:
        return sheet(read_question_request(one))
    form = table_form(suffix, (*DOWNLOADS, *STATEMENTS))
    make = statements if form in STATEMENTS else table
    return make(read_question_request(one), form)


def statements(asked: QuestionRequest, form: Format) -> Response:
    """Return the facts that the rows of an answer rest on, with their evidence, in a format of RDF.

    Of a conclusion these are its premises. A format of one graph does not say which fact makes a statement.
    """
    found = solved(asked)
    backed = supports_of(store(), asked.question, asked.terms, found.rows)
    facts = map(NamedNode, sorted({*row_graphs(backed)}))
    quads = sorted_quads({*facts_with_evidence(store(), facts)})
    triples = {quad.triple for quad in quads}
    body = serialize_triples(triples, form) if form.graphs else serialize_quads(quads, form)
    return table_response(body, form, cut=found.cut)


def sheet(asked: QuestionRequest) -> Response:
    """Return the answer to a question as a reader sees it, in XLSX."""
    found = solved(asked)
    answered = answer(asked.question, asked.terms, found, store())
    rows = records([answered.table], answered.evidence)
    return table_response(
        as_sheet(rows, [*dict.fromkeys(chain.from_iterable(rows))], XLSX), XLSX, cut=found.cut
    )


def table(asked: QuestionRequest, form: Format) -> Response:
    """Return the answer to a question in a format; raises Problem 400 where a value is missing or faulty."""
    found = solved(asked)
    body = as_table(found, answer(asked.question, asked.terms, found, store()), form)
    return table_response(body, form, cut=found.cut)


def solved(asked: QuestionRequest) -> Solutions:
    """Return the solutions of a question; raises Problem 400 where a value is missing or faulty."""
    for value in asked.values:
        if value.term is None:
            raise Problem(HTTPStatus.BAD_REQUEST, f"`{value.parameter.name}`: {value.fault}")
    return solve(QueryOperation(asked.query, infer=infer()), MAX_DATA_ROWS)


def table_form(suffix: str, offers: Sequence[Format] = DOWNLOADS) -> Format:
    """Return the format of results, or another on offer, that a suffix names; raises Problem 404 for none."""
    found = negotiation.hinted((suffix,), offers)
    if found is None:
        names = ", ".join(offer.name for offer in offers)
        raise Problem(HTTPStatus.NOT_FOUND, f"An answer has no form {suffix}; there are {names}.")
    return found[0]


def table_response(body: bytes, form: Format, *, cut: bool) -> Response:
    """Return an answer as data; a header says where it is cut."""
    response = Response(body, headers={"Content-Type": form.content_type(), "Vary": "Accept-Language"})
    if cut:
        response.headers["Wicara-Truncated"] = f"rows={MAX_DATA_ROWS}"
    return response


def question_named(name: str) -> Question:
    """Return the question with a slug or a number; raises Problem 404 for none."""
    named = (one for one in all_questions() if name.lower() in {one.slug, one.id.lower()})
    found = next(named, None)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, str(_("There is no question %(name)s.", name=name)))
    return found


def read_question_request(one: Question, given: Mapping[str, list[str]] | None = None) -> QuestionRequest:
    """Return a question as this request asks it, or with the fields of another address."""
    found = choices(one.parameters)
    values = request.args.to_dict(flat=False) if given is None else given
    return QuestionRequest(one, [found.checked(value) for value in given_values(one, values)], found)


def answered_choices(one: QuestionRequest) -> dict[str, frozenset[NamedNode]]:
    """Return the things that have an answer in the place of each parameter, as the others stand; one query.

    Parameters are left out whose things are no list to choose from, or that the query does not let tell.
    """
    patterns = []
    for each in one.question.parameters:
        known = sorted(one.choices.things(each), key=str)
        pattern = one.choices.is_list(each) and one.question.answered(
            each.name, [*map(str, known)], one.texts
        )
        if known and pattern:
            patterns.append((each.name, f'{{ BIND("{each.name}" AS ?parameter) {pattern} }}'))
    if not patterns:
        return {}
    declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in one.question.prefixes.items())
    query = f"{declared}SELECT ?parameter ?choice {{ {' UNION '.join(text for _name, text in patterns)} }}"
    found: dict[str, set[NamedNode]] = {name: set() for name, _text in patterns}
    for row in solve(QueryOperation(query, infer=infer()), MAX_DATA_ROWS).rows:
        if isinstance(row["parameter"], Literal) and isinstance(row["choice"], NamedNode):
            found[row["parameter"].value].add(row["choice"])
    return {name: frozenset(things) for name, things in found.items()}


def page(one: QuestionRequest) -> Response:
    """Return the page of a question: with its answer, or with what is wrong with a value, and 400."""
    operation = QueryOperation(one.query, infer=infer())
    found = None
    answered = {}
    overview: Sequence[str] = ()
    if one.is_whole:
        solved = solve(operation)
        found = answer(one.question, one.terms, solved, store())
        overview = overview_of(one.question, solved)
        answered = answered_choices(one)
    body = render_template(
        "question.html",
        asked=one,
        answer=found,
        answered=answered,
        overview=overview,
        related=[*map(question_named, one.question.names("see"))],
        pinned=one.pinned(),
        plain_answer=in_plain_words(one, found, overview) if found else "",
        described=[*overview, *(with_marks(lead, found) for lead in found.short)] if found else [],
        preview=preview_of(found, overview) if found else "",
        citations=[
            *of_sources(found.quoted, found.cards.values(), found.aftermaths),
            of_page(public_url(one.pinned()), one.sentence(language())),
        ]
        if found
        else [],
        operation=operation,
        heading=heading,
        others=other_languages(),
        kept=choices_made().items(),
        infer=infer(),
        shown=MAX_ROWS,
        alternates=[(form, address_of(one, form)) for form in DOWNLOADS] if found else [],
        sheets=[(form, address_of(one, form)) for form in sheets() if form is XLSX] if found else [],
        behind=[(form, address_of(one, form)) for form in (TURTLE, TRIG)] if found else [],
    )
    return Response(body, HTTPStatus.OK if found else HTTPStatus.BAD_REQUEST)


def overview_of(one: Question, found: Solutions) -> list[str]:
    """Return how many things were due (`due` of a header) that no text tells of as held, and what is beside.

    Their days have passed where they lie before today, or before the last day that a source of the dataset
    reports on. Of other answers nothing is returned.
    """
    names = one.names("due")
    number = len({row[found.names[0]] for row in found.rows})
    if not names or not number:
        return []
    days = [day for row in found.rows for name in names if (day := day_of(row[name]))]
    now = max(filter(None, (date.today(), sayings().covered)))  # noqa: DTZ011 - days have no zone
    said = [_("%(n)s announced; no text here reports them as held.", n=format_decimal(number))]
    said += [_("The texts reach up to %(day)s.", day=day) for day in [covered_until()] if day]
    if days and max(days) < now:
        said += [_("All times named for them have passed (the last: %(day)s).", day=format_day(max(days)))]
    named = {*one.names("beside")}.intersection(one.names("list"))
    if beside := {row[found.names[0]] for row in found.rows if any(row[name] for name in named)}:
        text = _(
            "For %(n)s a similar or related meeting was held: no source says it is the same.", n=len(beside)
        )
        said.append(text)
    return [*map(str, said)]


def in_plain_words(one: QuestionRequest, found: Answer, overview: Sequence[str]) -> str:
    """Return a question with its answer, its sources and its address, to be pasted elsewhere."""
    said = [" ".join(overview)] if overview else []
    for lead in found.short:
        said += [
            with_marks(lead, found),
            *(words_behind(card, found.evidence, lead) for card in cards_of(lead.quoted)),
        ]
    more = [_("and %(n)s more", n=found.more)] if found.more else []
    sources = of_sources(found.quoted, found.cards.values(), found.aftermaths)
    cited = [source.text for source in sources]
    return "\n".join((one.sentence(language()), *said, *more, *cited, public_url(one.pinned())))


def address_of(one: QuestionRequest, form: Format) -> str:
    """Return where the answer, or what it rests on, is in a format; no conclusions where none are wanted."""
    suffix = form.extension if form in STATEMENTS else form.name
    return one.where(f".{suffix}", **({} if infer() else {"infer": "off"}))
