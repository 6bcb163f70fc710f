"""The Flask app: its blueprints, and what every answer gets."""

from __future__ import annotations

from http import HTTPStatus
from importlib import import_module
from itertools import chain
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Flask, Response, current_app, redirect, render_template, request
from jinja2 import StrictUndefined, Undefined
from werkzeug.exceptions import HTTPException
from wicara.graph.dataset_folder import dataset_folder
from wicara.graph.errors import DoesNotFit, RemoteFault
from wicara.graph.facts.selector import read_texts
from wicara.graph.releases import release
from wicara.queries import questions
from wicara.server import app_state
from wicara.server.agents import tools
from wicara.server.descriptions import conformance, describe, openapi
from wicara.server.http import compression, conditional, problems
from wicara.server.http.addresses import (
    Everything,
    canonical,
    in_language,
    in_same_language,
    with_choices,
    with_fields,
)
from wicara.server.http.problems import Problem
from wicara.server.linked import exports, reconciliation, resources
from wicara.server.settings import DEFAULT_SETTINGS
from wicara.server.site import editor, html, language, pages, pictures
from wicara.server.site.ontology import document as ontology
from wicara.server.site.pages import home, reuse
from wicara.server.site.search import index_file
from wicara.server.site.search import page as search
from wicara.server.site.tables import cards
from wicara.server.sparql import graph_store, query, update
from wicara.server.versions import Released

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from wicara.graph.store import BuiltDataset
    from wicara.server.settings import Settings

BLUEPRINTS: Final = (
    query.blueprint,
    update.blueprint,
    graph_store.blueprint,
    resources.blueprint,
    exports.blueprint,
    reconciliation.blueprint,
    tools.blueprint,
    describe.blueprint,
    openapi.blueprint,
    conformance.blueprint,
    search.blueprint,
    editor.blueprint,
    ontology.blueprint,
)
"""Those of single modules; each module of `site/pages` and `site/pictures` is found by itself."""

READS: Final = frozenset({"GET", "HEAD", "POST", "QUERY"})
SAFE: Final = frozenset({"GET", "HEAD"})
MAX_SHOWN: Final = 200
"""How many characters of a path an answer repeats."""
REPRESENTATION: Final = ("Content-Type", "Content-Language", "Content-Encoding")
"""The headers that tell one representation of the same address from another."""


def create_app(dataset: BuiltDataset, settings: Settings = DEFAULT_SETTINGS, released: str = "") -> Flask:
    """Return an app that serves a dataset; `swap` gives it another.

    An app of a `released` version says so on its pages; any other serves those versions too, unless its
    dataset is served as it is.
    """
    app = Flask(__name__)
    app.url_map.converters["everything"] = Everything
    app.config["MAX_FORM_MEMORY_SIZE"] = None  # the front bounds the length of a body
    app.config["QUESTIONS"] = questions()
    folder = dataset_folder()
    app.config["REDIRECTS"] = resources.read_redirects(folder)
    app.config["WITHDRAWN"] = resources.read_withdrawn(folder)
    app.config["RELEASED"] = released
    app_state.serve_dataset(app, dataset, settings)
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(
        DoesNotFit, lambda fault: answer_problem(Problem(HTTPStatus.NOT_ACCEPTABLE, str(fault)))
    )
    app.register_error_handler(RemoteFault, lambda fault: answer_problem(problems.of_store(fault)))
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unexpected)
    found = (module for module in chain(modules(pages), modules(pictures)) if hasattr(module, "blueprint"))
    for blueprint in dict.fromkeys((*BLUEPRINTS, *(module.blueprint for module in found))):
        app.register_blueprint(blueprint)
    app.after_request(add_headers)
    language.install(app)
    index_file.keep_in(app)
    app.jinja_env.globals.update(
        named=language.WORDS,
        with_choices=with_choices,
        in_language=in_language,
        in_same_language=in_same_language,
        canonical=canonical,
        current_dataset=app_state.dataset,
        legend=home.legend,
        report_of_page=reuse.report_of_page,
    )
    html.install(app)
    cards.install(app, read_texts(Path(settings.texts) if settings.texts else None))
    app.jinja_env.undefined = Unprintable
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if not (released or dataset.plain):
        app.wsgi_app = Released(  # type: ignore[method-assign] # as Flask's documentation has it
            app.wsgi_app, lambda version: create_app(release(version), settings, version)
        )
    return app


class Unprintable(Undefined):
    """A name that a template has not got: it may be tested, but to print it is a fault, as it is misspelt."""

    __slots__ = ()
    __str__ = StrictUndefined.__str__


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Import and yield the modules of a package, by name."""
    for name in sorted(found.name for found in iter_modules(package.__path__)):
        yield import_module(f"{package.__name__}.{name}")


def add_headers(response: Response) -> Response:
    """Give an answer what depends on the request; one that succeeds gets a content coding and an ETag."""
    if response.mimetype == "text/html":
        response.vary.add("Accept-Language")
        response.headers["Content-Language"] = language.language()
    if app_state.queries():
        response.headers.add("Server-Timing", f'queries;desc="{app_state.queries()}"')
    if response.status_code == HTTPStatus.OK and request.method in READS:
        encode(response)
        add_tag(response)
    return response


def encode(response: Response) -> None:
    """Give a response the content coding that its client likes best."""
    response.vary.add("Accept-Encoding")
    coding = compression.coding_for(request.headers.get("Accept-Encoding"))
    if coding != compression.PLAIN and "Content-Encoding" not in response.headers:
        compression.compress(response, coding)


def add_tag(response: Response) -> None:
    """Give a response that may be kept a strong ETag, and make it a 304 where the client has it."""
    response.headers.setdefault("Cache-Control", "no-cache")
    if response.cache_control.no_store:
        return
    if "ETag" not in response.headers:
        parts = (
            request.full_path,
            request.get_data(as_text=True) if request.method not in SAFE else "",
            *(response.headers.get(name, "") for name in REPRESENTATION),
            *current_app.config[cards.TEXTS],
        )
        response.headers["ETag"] = conditional.etag(app_state.dataset(), *parts)
    if conditional.is_unchanged(
        request.method, request.headers.get("If-None-Match"), response.headers["ETag"]
    ):
        response.status_code = HTTPStatus.NOT_MODIFIED


def answer_problem(problem: Problem) -> Response:
    """Return the response that describes a problem in the form that the client prefers."""
    body, headers = problems.rendered(
        problem, request.headers.get("Accept"), lambda each: render_template("problem.html", problem=each)
    )
    return Response(body, problem.status, headers)


def answer_http(error: HTTPException) -> Response:
    """Return the response for an error that the web library raises: no route, a method, a size."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return current_app.make_response(error)
    if error.code == HTTPStatus.NOT_FOUND and request.method in SAFE and is_route(request.path.rstrip("/")):
        path = quote(request.path.rstrip("/"))
        address = with_fields(path, request.query_string.decode("ascii", "ignore"))
        return current_app.make_response(redirect(address, HTTPStatus.PERMANENT_REDIRECT))
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    detail = error.description or ""
    if error.code == HTTPStatus.NOT_FOUND:
        detail = str(language.gettext("This site has no page %(path)s.", path=request.path[:MAX_SHOWN]))
    return answer_problem(Problem(HTTPStatus(error.code), detail, headers))


def is_route(path: str) -> bool:
    """Tell whether there is a page at a path, which is that of this request without slashes at its end."""
    if path in {"", request.path}:
        return False
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True


def answer_unexpected(error: Exception) -> Response:
    """Log a fault of the server, and tell the client no more than that there was one."""
    current_app.logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer_problem(problems.unexpected())
