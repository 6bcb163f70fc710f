"""The Flask app: its blueprints, and what every answer gets."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Flask, request
from wicara.queries import questions
from wicara.server import (
    compression,
    etags,
    explain,
    exports,
    graph_store,
    problems,
    resources,
    served,
    sparql,
    update,
)
from wicara.server.addresses import Everything, canonical, in_language, with_choices
from wicara.server.descriptions import conformance, describe, openapi
from wicara.server.redirects import read_redirects
from wicara.server.settings import DEFAULT_SETTINGS
from wicara.server.site import html, language, layout
from wicara.server.site.editor import page as editor
from wicara.server.site.ontology import routes as ontology_routes
from wicara.server.site.pages import as_of, conflicts, feeds, home, question
from wicara.server.site.pictures import pages as pictures
from wicara.server.site.search import index_file
from wicara.server.site.search import page as search

if TYPE_CHECKING:
    from flask import Response
    from wicara.graph.store import BuiltDataset
    from wicara.server.settings import Settings

BLUEPRINTS: Final = (
    sparql.blueprint,
    update.blueprint,
    graph_store.blueprint,
    resources.blueprint,
    exports.blueprint,
    home.blueprint,
    question.blueprint,
    as_of.blueprint,
    explain.blueprint,
    describe.blueprint,
    openapi.blueprint,
    conformance.blueprint,
    search.blueprint,
    pictures.blueprint,
    editor.blueprint,
    ontology_routes.blueprint,
    conflicts.blueprint,
    feeds.blueprint,
)

SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
READS: Final = frozenset({"GET", "HEAD", "POST", "QUERY"})
SAFE: Final = frozenset({"GET", "HEAD"})
REPRESENTATION: Final = ("Content-Type", "Content-Language", "Content-Encoding")
"""The headers that tell one representation of the same address from another."""
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Expose-Headers": "Content-Location, ETag, Link, Retry-After, Server-Timing, "
    "Wicara-Truncated",
}
"""Anyone's page may read: nothing here is secret, and a query changes nothing."""


def create_app(dataset: BuiltDataset, settings: Settings = DEFAULT_SETTINGS) -> Flask:
    """Return an app that serves a dataset; `swap` gives it another."""
    app = Flask(__name__)
    app.url_map.converters["everything"] = Everything
    app.config["MAX_CONTENT_LENGTH"] = settings.limits.max_upload
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.limits.max_upload
    app.config["QUESTIONS"] = questions()
    app.config["REDIRECTS"] = read_redirects()
    served.install(app, dataset, settings)
    problems.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.after_request(add_headers)
    language.install(app)
    layout.install(app)
    index_file.keep_in(app)
    app.jinja_env.globals.update(
        named=language.WORDS,
        with_choices=with_choices,
        in_language=in_language,
        canonical=canonical,
        current_dataset=served.dataset,
        legend=home.legend,
    )
    html.install(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


def add_headers(response: Response) -> Response:
    """Give every answer the security headers, and one that succeeds a content coding and an ETag."""
    for name, value in (SECURITY | CORS).items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.vary.add("Accept-Language")
        response.headers["Content-Language"] = language.language()
    if served.queries():
        response.headers.add("Server-Timing", f'queries;desc="{served.queries()}"')
    if response.status_code == HTTPStatus.OK and request.method in READS:
        encode(response)
        add_tag(response)
    return response


def encode(response: Response) -> None:
    """Give a response the content coding that its client likes best."""
    response.vary.add("Accept-Encoding")
    coding = compression.chosen(request.headers.get("Accept-Encoding"))
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
        )
        response.headers["ETag"] = etags.etag(served.dataset(), *parts)
    response.make_conditional(request)
