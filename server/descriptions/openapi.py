"""The OpenAPI 3.1 document of the server, made from its routes, the docstrings of its views and the limits.

A view without more is a page. What else a view takes and answers, `operation` says where the view stands;
`openapi.toml` has the words that are shared: parameters, statuses, schemas.
"""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from flask import Blueprint, current_app
from wicara.server.app_state import settings
from wicara.server.http import negotiation
from wicara.server.http.addresses import uncached_response
from wicara.server.settings import limits
from wicara.server.site.language import LANGUAGES

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.routing import Rule
    from wicara.graph.formats import Format
    from wicara.server.settings import Limit, Limits

Json: TypeAlias = dict[str, Any]
View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("openapi", __name__)

SHARED: Final = Path(__file__).with_suffix(".toml")
TEXT: Final = {"type": "string"}
HTML: Final = ("text/html",)
JSON: Final = ("application/json",)
FORMS: Final = [offer.name for offer in dict.fromkeys((*negotiation.RESULTS, *negotiation.GRAPHS))]
"""The names that the parameter `format` of a query may have."""
NOT_DESCRIBED: Final = frozenset({"HEAD", "OPTIONS", "QUERY"})
"""Methods that every route has beside its own, and the one that OpenAPI 3.1 has no word for (3.2 has)."""
SCHEMAS: Final = {
    "application/problem+json": "Problem",
    "application/sparql-results+json": "SparqlResults",
}
"""The schemas of media types that always have the same one."""
WRITE: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.INSUFFICIENT_STORAGE)
BEYOND_LIMITS: Final = frozenset(limit.status for limit in limits() if limit.status)
VARIABLE: Final = re.compile(r"<(?:[^<>]+:)?([^<>:]+)>")


@dataclass(frozen=True)
class Operation:
    """What neither the route nor the docstring of a view says.

    `query` are parameters of the address: names of the shared table, or parameter objects; `or_query` those
    that stand for the variables of a route that has none. `types` are the media types of a 200, `answers`
    other statuses below 400 with theirs, `body` media types that are sent with the names of their schemas,
    `faults` statuses from 400 on beyond those that any such operation has.
    """

    summary: str = ""
    query: Sequence[str | Json] = ("infer", "lang")
    or_query: Sequence[str] = ()
    types: Sequence[str] = HTML
    answers: Mapping[HTTPStatus, Sequence[str]] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[HTTPStatus] = ()
    writes: bool = False


PAGE: Final = Operation()
STATIC: Final = Operation(
    "Return a file of the pages.",
    query=(),
    types=("text/css",),
    answers={HTTPStatus.PARTIAL_CONTENT: ("text/css",)},
    faults=(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,),
)
OPERATIONS: Final[dict[tuple[Callable[..., Any], str], Operation]] = {}
"""What is said of views, by view and method; the method is empty where it holds for all."""


def operation(method: str = "", **said_of_it: Any) -> Callable[[View], View]:  # noqa: ANN401 - the fields of Operation
    """Say of a view, or of one of its methods, what its route and docstring do not: fields of `Operation`."""

    def add(view: View) -> View:
        OPERATIONS[view, method] = Operation(**said_of_it)
        return view

    return add


def several(name: str, description: str, values: Iterable[str] = ()) -> Json:
    """Return a parameter object of one that may be repeated, with the only values that it may have."""
    one_of = {"enum": [*values]} if values else {}
    return {
        "name": name,
        "description": description,
        "schema": {"type": "array", "items": {**TEXT, **one_of}},
    }


def media_types(*offers: Format) -> tuple[str, ...]:
    """Return the media types that forms are sent under, each once."""
    return tuple(dict.fromkeys(name for offer in offers for name in (offer.media_type, *offer.aliases)))


@blueprint.get("/openapi.json")
@operation(query=(), types=JSON)
def document() -> Response:
    """Return this document."""
    body = json.dumps(api_document(settings().limits), ensure_ascii=False, indent=1)
    return uncached_response(body.encode(), "application/json")


@cache
def shared() -> Json:
    """Return what openapi.toml has, completed from the tables of formats and languages."""
    table = tomllib.loads(SHARED.read_text("utf-8"))
    table["parameters"]["format"]["schema"] = {**TEXT, "examples": FORMS}
    table["parameters"]["lang"]["schema"] = {"enum": [*LANGUAGES]}
    table["components"]["schemas"]["QueryForm"]["properties"]["format"] = {**TEXT, "examples": FORMS}
    return table


def api_document(in_force: Limits) -> Json:
    """Return the document of the current app with certain limits."""
    table = shared()
    return {
        "openapi": table["openapi"],
        "info": {**table["info"], "version": version("wicara")},
        "servers": table["servers"],
        "paths": paths() | table["paths"],
        "components": {
            **table["components"],
            "responses": {component_name(status): fault(status, in_force) for status in statuses()},
        },
        "x-limits": asdict(in_force),
    }


def statuses() -> Iterator[HTTPStatus]:
    """Yield the statuses from 400 on that are described."""
    return (HTTPStatus(int(status)) for status in shared()["faults"])


def operations() -> Iterator[tuple[Rule, str, Operation]]:
    """Yield the operations of the current app: the route, the method, and what is said of its view."""
    for rule in current_app.url_map.iter_rules():
        view = current_app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - NOT_DESCRIBED):
            default = STATIC if rule.endpoint == "static" else PAGE
            yield rule, method, OPERATIONS.get((view, method)) or OPERATIONS.get((view, ""), default)


def paths() -> Json:
    """Return the path items: each path with its methods."""
    items: Json = {}
    for rule, method, documented in operations():
        items.setdefault(api_path(rule), {})[method.lower()] = operation_object(rule, method, documented)
    return items


def api_path(rule: Rule) -> str:
    """Return the path of a route as OpenAPI writes it."""
    return VARIABLE.sub(r"{\1}", rule.rule)


def operation_object(rule: Rule, method: str, documented: Operation) -> Json:
    """Return an operation object (section 4.8.10)."""
    view = current_app.view_functions[rule.endpoint]
    summary, _, more = (documented.summary or inspect.getdoc(view) or "").partition("\n\n")
    described: Json = {
        "operationId": f"{method.lower()}-{api_path(rule).strip('/') or 'home'}",
        "summary": " ".join(summary.split()),
        "tags": [rule.endpoint.partition(".")[0]],
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {**TEXT, "minLength": 1}}
                | shared()["parameters"].get(name, {})
                for name in VARIABLE.findall(rule.rule)
            ),
            *(
                in_query(name)
                for name in (*(() if rule.arguments else documented.or_query), *documented.query)
            ),
        ],
        "responses": {
            str(status.value): response for status, response in sorted(responses(rule, method, documented))
        },
    }
    if more:
        described["description"] = more
    if documented.body:
        described["requestBody"] = {"required": True, "content": content(documented.body)}
    if documented.writes:
        described["security"] = [{name: []} for name in shared()["components"]["securitySchemes"]]
    return described


def in_query(parameter: str | Json) -> Json:
    """Return a parameter of the address (section 4.8.12), from the shared table where it is only named."""
    if isinstance(parameter, str):
        parameter = {"name": parameter, **shared()["parameters"].get(parameter, {})}
    return {"in": "query", "schema": TEXT, **parameter}


def responses(rule: Rule, method: str, documented: Operation) -> Iterator[tuple[HTTPStatus, Json]]:
    """Yield what an operation answers, by status."""
    answers = (
        {HTTPStatus.OK: documented.types, **documented.answers}
        if documented.types
        else dict(documented.answers)
    )
    if rule.arguments and rule.merge_slashes:
        answers[HTTPStatus.PERMANENT_REDIRECT] = HTML
    for status, types in answers.items():
        yield status, response(status, content(dict.fromkeys(types, "")), status.phrase)
    if method == "GET" and documented.types:
        yield HTTPStatus.NOT_MODIFIED, {"description": "The client has it: `If-None-Match` names its ETag."}
    for status in faults(rule, method, documented):
        yield status, {"$ref": f"#/components/responses/{component_name(status)}"}


def faults(rule: Rule, method: str, documented: Operation) -> set[HTTPStatus]:
    """Return the statuses from 400 on that an operation may answer."""
    statuses = {
        HTTPStatus.BAD_REQUEST,
        *BEYOND_LIMITS,
        *documented.faults,
        *(WRITE if documented.writes else ()),
    }
    if rule.arguments and method == "GET":
        statuses.add(HTTPStatus.NOT_FOUND)
    if len(documented.types) > 1:
        statuses.add(HTTPStatus.NOT_ACCEPTABLE)
    if documented.body:
        statuses |= {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    return statuses


def response(status: HTTPStatus, bodies: Json, description: str) -> Json:
    """Return a response object (section 4.8.17), with the header of its status."""
    described: Json = {"description": description}
    if bodies:
        described["content"] = bodies
    header = shared()["headers"].get(str(status.value))
    if header:
        name, what, always = header["name"], header["description"], header["required"]
        described["headers"] = {name: {"description": what, "required": always, "schema": TEXT}}
    return described


def fault(status: HTTPStatus, in_force: Limits) -> Json:
    """Return the response object of a status from 400 on, with the limits that it may be the answer of."""
    reached = [limit_text(limit, in_force) for limit in limits() if limit.status == status]
    types = dict.fromkeys((offer.media_type for offer in negotiation.ERRORS), "")
    return response(status, content(types), " ".join([shared()["faults"][str(status.value)], *reached]))


def limit_text(limit: Limit, in_force: Limits) -> str:
    """Return a limit in words."""
    return f"{limit.help} {getattr(in_force, limit.name):g} {limit.unit} (`{limit.option}`)."


def content(types: Mapping[str, str]) -> Json:
    """Return the content of a body: each media type with its schema, or the one that everything meets."""
    return {
        media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"} if schema else {}}
        for media_type, schema in ((kind, name or SCHEMAS.get(kind, "")) for kind, name in types.items())
    }


def component_name(status: HTTPStatus) -> str:
    """Return the name of a response among the components: `NotFound`."""
    return "".join(word for word in status.phrase.title() if word.isalpha())
