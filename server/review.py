"""The server of `wicara review`: the page, its data, and the decisions that it sends.

Every address begins with a token that only the command prints. A request is answered where its Host is the
address that is listened on, and its Origin, if it has one, too: no other page can
read or write anything. The server has threads; it ends with Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from hmac import compare_digest
from http import HTTPStatus
from secrets import token_urlsafe
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, abort, current_app, jsonify, render_template, request
from jinja2 import StrictUndefined
from werkzeug.serving import WSGIRequestHandler, make_server
from wicara.graph.errors import Unavailable, UnreadableInput, WicaraError
from wicara.graph.facts.draft.suggestion import parts
from wicara.graph.facts.edtf import MEANINGS, NotBoundedError, date_in_words
from wicara.graph.facts.patterns import parameters, patterns
from wicara.graph.facts.review.data_file import Conflict
from wicara.graph.facts.review.session import Refused
from wicara.graph.facts.review.things import Verdict
from wicara.graph.terms import read_term, text_of
from wicara.ontology import expand
from wicara.server.site import language
from wicara.server.site.language import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wicara.graph.facts.review.data_file import ReviewItem
    from wicara.graph.facts.review.desk import Desk
    from wicara.graph.facts.review.record import Record
    from wicara.graph.facts.review.session import Session

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
MAX_BODY: Final = 4_000_000
"""Bytes of a request's body."""
LOOPBACK: Final = "127.0.0.1"
NAMES: Final = (LOOPBACK, "localhost")


def create_app(desk: Desk, token: str, hosts: set[str]) -> Flask:
    """Return the app for a desk; `hosts` are the values of Host that it answers to."""
    app = Flask("wicara.server", static_url_path=f"/{token}/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    language.install(app)
    api = Api(desk)

    @app.before_request
    def admit() -> None:
        given = request.path.split("/")[1]
        if request.host not in hosts or not compare_digest(given.encode(), token.encode()):
            abort(HTTPStatus.FORBIDDEN, "The address of this page is the one that the command printed.")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in {f"http://{host}" for host in hosts}:
            abort(HTTPStatus.FORBIDDEN, "Another origin may not ask this page for anything.")

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @app.get(f"/{token}/")
    def page() -> str:
        static = f"/{token}/static"
        words = {key: str(word) for key, word in WORDS["review"].items()}
        return render_template("review.html", static=static, words=words, file=desk.file.name)

    def answer(method: str, name: str) -> Response:
        given = request.get_json() if method == "POST" else request.args.to_dict()
        given.pop("lang", None)
        with nullcontext() if name in REASONING else desk.lock:
            return jsonify(getattr(api, f"{method.lower()}_{name}")(**given))

    for method, names in (("GET", READING), ("POST", WRITING)):
        for name in names:
            app.add_url_rule(f"/{token}/{name}", name, partial(answer, method, name), methods=[method])
    for kind in (Conflict, Refused, WicaraError, TypeError):
        app.register_error_handler(kind, problem_response)
    return app


def problem_response(fault: Exception) -> tuple[Response, int]:
    """Return a fault as JSON: `detail`, and of a fact that is refused its `faults`."""
    if isinstance(fault, Conflict):
        return jsonify(detail=str(fault)), HTTPStatus.CONFLICT
    if isinstance(fault, Refused):
        faults = list(map(asdict, fault.faults))
        return jsonify(detail=str(fault), faults=faults), HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(fault, WicaraError):
        is_input = isinstance(fault, UnreadableInput)
        return jsonify(
            detail=str(fault)
        ), HTTPStatus.BAD_REQUEST if is_input else HTTPStatus.INSUFFICIENT_STORAGE
    current_app.logger.error("a request was not understood", exc_info=fault)
    return jsonify(detail="The request lacks something, or has too much."), HTTPStatus.BAD_REQUEST


READING: Final = ("session", "state", "fact", "things", "new")
WRITING: Final = ("paste", "read", "check", "decide", "several", "undo", "same", "describe", "steps")
REASONING: Final = ("check",)
"""The addresses that take the session themselves, and let go of it while they reason."""


class Api:
    """What the page asks for; each method is an address of that name."""

    def __init__(self, desk: Desk) -> None:
        """Answer for a desk."""
        self.desk = desk

    @property
    def session(self) -> Session:
        """The session, once its text is drafted; raises Conflict where there is no text yet."""
        self.desk.wait()
        if self.desk.session is None:
            raise Conflict("There is no text yet: paste one.")
        return self.desk.session

    def post_paste(self, text: str, published: str = "", language: str = "") -> dict[str, Any]:
        """Take a text that was pasted and return it as it is read; the whole is there once it is drafted."""
        return {"file": str(self.desk.file), "text": self.desk.paste(text, published, language)}

    def get_session(self) -> dict[str, Any]:
        """Return the whole: text (null where there is none yet), suggestions and facts, patterns."""
        self.desk.wait()
        if self.desk.session is None:
            return {"file": str(self.desk.file), "source": str(self.desk.source), "text": None}
        session = self.session
        session.refresh()
        return {
            "file": str(session.file),
            "text": session.text.characters,
            "language": session.source.language,
            "article": session.source.name,
            **self.get_state(),
            "items": [self.shown(item) for item in session.in_order()],
            "source": session.description(),
            "patterns": [shown_pattern(pattern) for pattern in patterns().values()],
        }

    def get_state(self) -> dict[str, Any]:
        """Return which version of the file is known, and whether another one is there."""
        session = self.session
        return {
            "digest": session.digest,
            "changed": session.is_changed(),
            "undoable": len(session.log.undoable),
            "unchecked": session.to_be_checked(),
            "checks": session.live is not None,
        }

    def shown(self, item: ReviewItem) -> dict[str, Any]:
        """Return an item as the list shows it."""
        return {
            "fact": item.fact,
            "state": item.state,
            "part": item.part,
            "score": item.mark.get("score"),
            "speaker": item.mark.get("speaker"),
            "labels": item.record["labels"],
            "patterns": item.record["patterns"],
            "quote": item.record["quote"],
            "start": item.start,
            "end": item.end,
            "tag": self.session.tag(item.iri),
        }

    def get_fact(self, fact: str, start: str = "", end: str = "") -> dict[str, Any]:
        """Return an item as its form shows it: what is proposed, what it lacks, names of things.

        With `start` and `end` it has the words of this span instead of its own.
        """
        self.session.refresh()
        item = self.session.known(fact)
        record = self.session.proposal(item)
        if end:
            record = self.session.with_words(record, int(start), int(end))
        return {**self.shown(item), **self.with_names(record), "mark": item.mark}

    def with_names(self, record: Record) -> dict[str, Any]:
        """Return a record with the names of the things in it."""
        iris = {value["iri"] for values in record["values"].values() for value in values if "iri" in value}
        things = self.session.things
        names = {iri: {c: things.name(iri, c) for c in ("en", "id")} for iri in iris}
        names |= {thing["iri"]: {c: thing[c] for c in ("en", "id")} for thing in record["things"]}
        return {"record": record, "names": names}

    def get_things(self, q: str = "", parameter: str = "", kinds: str = "") -> dict[str, Any]:
        """Return what typed words may mean as a value of a parameter, or as a thing of some kinds."""
        maker = self.session.maker()
        wanted = kinds.split() if kinds else list(maker.kinds(parameter))
        found = self.session.things.candidates(q, wanted, language.language())
        new = [
            {**maker.new_thing(kind, q), "classes": self.classes(kind)}
            for kind in wanted
            if q.strip() and maker.classes(kind)
        ]
        return {"things": [asdict(meaning) for meaning in found], "new": new}

    def classes(self, kind: str) -> list[dict[str, str]]:
        """Return the classes that a new thing of a kind may have, with their names."""
        things = self.session.things
        return [
            {"class": name, "name": things.shown(text_of(read_term(name)), language.language())}
            for name in self.session.maker().classes(kind)
        ]

    def get_new(self, start: str = "0", end: str = "0") -> dict[str, Any]:
        """Return the record of a new fact for a span of the text."""
        record = self.session.record_for(int(start), int(end))
        return {"fact": self.session.next_fact(), "state": "new", **self.with_names(record), "tag": None}

    def post_check(self, fact: str, record: Record, *, anew: bool = False) -> dict[str, Any]:
        """Return what is wrong with a record, and what follows from it (`anew`: as if it were not saved)."""
        return asdict(self.desk.check(self.session, fact, record, anew=anew))

    def post_read(self, fact: str, record: Record) -> dict[str, Any]:
        """Return what is told of a record without reasoning: faults, one sentence, dates in words.

        `missing` is what it lacks; `fills` are values for what is new in it, as far as the text tells them,
        and `names` those of their things.
        """
        session, maker = self.session, self.session.maker()
        item = session.items.get(session.fact_iri(fact))
        filled = maker.filled(record, session.mark_of(item) if item else {})
        given = record["values"]
        fills = {name: values for name, values in filled["values"].items() if values and not given.get(name)}
        return {
            "faults": list(map(asdict, session.before_reasoning(fact, filled)[0].faults)),
            "sentences": maker.sentences(filled),
            "missing": maker.missing(filled, filled["labels"]),
            "fills": fills,
            "names": self.with_names({**filled, "values": fills})["names"],
            "dates": {
                name: reading(values[0].get("value", ""))
                for name, values in filled["values"].items()
                if name in MEANINGS and values
            },
        }

    def post_decide(self, fact: str, decision: str, **about: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Take a decision; return the item as it is now, and the version of the file."""
        item = self.session.decide(fact, decision, about)
        return {**self.get_state(), "item": self.shown(item)}

    def post_several(self, facts: list[str], **about: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Accept those of some suggestions that lack nothing; return them, and why others were left."""
        accepted, left = [], []
        for fact in facts:
            item = self.session.known(fact)
            if item.state != "suggested" or self.session.proposal(item)["missing"]:
                left.append(fact)
                continue
            try:
                accepted.append(self.shown(self.session.decide(fact, "accept", about)))
            except Refused:
                left.append(fact)
            about = {}
        return {**self.get_state(), "items": accepted, "left": left}

    def post_undo(self, **_about: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Take the last decision back."""
        fact = self.session.undo()
        items = self.session.items
        iri = self.session.fact_iri(fact) if fact else ""
        return {**self.get_state(), "fact": fact, "item": self.shown(items[iri]) if iri in items else None}

    def post_same(self, mention: str, iri: str, verdict: str, why: str = "") -> dict[str, Any]:
        """Record whether a mention is a thing: `same`, `different` or `unsure`."""
        session = self.session
        session.say(Verdict(mention, iri, verdict, session.by, why, session.source.name))
        return self.get_state()

    def post_describe(self, **about: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Put what is known of the article into the file; return the version of the file."""
        self.session.describe(about)
        return {**self.get_state(), "source": self.session.description()}

    def post_steps(self, waits: list[dict[str, Any]]) -> dict[str, Any]:
        """Log how long steps of the page took that no decision has told of."""
        self.session.log.add({"decision": "steps", "waits": waits, "by": self.session.by})
        return {}


def shown_pattern(pattern: Any) -> dict[str, Any]:  # noqa: ANN401 - a Pattern
    """Return a pattern as the form has it: its names, its fields in order, what each takes.

    `said` and `constants` are what a new fact of it begins with, as a suggestion does; the fields that a
    suggestion fills are `asked` first.
    """
    known = parameters()
    part = next((fields for fields in parts().values() if fields.get("pattern") == pattern.name), {})
    return {
        "name": pattern.name,
        "said": part.get("said", {}),
        "constants": {
            name: [{"iri": expand(constant)}] for name, constant in part.get("constants", {}).items()
        },
        "labels": pattern.labels,
        "definitions": pattern.definitions,
        "fields": [
            {
                "name": known[node].name,
                "kinds": known[node].kinds,
                "required": node in pattern.required,
                "asked": known[node].name in part.get("things", {}),
                "many": node in pattern.many,
                "date": known[node].name in MEANINGS,
            }
            for node in dict.fromkeys((*pattern.required, *pattern.optional))
        ],
    }


def reading(text: str) -> Mapping[str, str]:
    """Return a date in words, in both languages; `fault` where it has no bounds."""
    try:
        MEANINGS["within"](text)
        return {code: date_in_words(text, code) for code in language.LANGUAGES}
    except NotBoundedError as fault:
        return {"fault": str(fault)}


class Quiet(WSGIRequestHandler):
    """A handler that logs no request, as each has the token in it."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


def serve(desk: Desk, port: int, announce: Callable[[str], None]) -> None:
    """Serve the page until a signal ends it, and the process with it.

    Raises UnreadableInput, and Unavailable for a taken port.
    """
    desk.open()
    token = token_urlsafe(16)
    hosts: set[str] = set()
    app = create_app(desk, token, hosts)
    try:
        server = make_server(LOOPBACK, port, app, threaded=True, request_handler=Quiet)
    except (OSError, SystemExit) as error:
        raise Unavailable(
            f"cannot listen on port {port} of {LOOPBACK}: choose another with --port"
        ) from error
    hosts |= {f"{name}:{server.server_port}" for name in NAMES}

    def end(_number: int, _frame: object) -> None:
        Thread(target=server.shutdown).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    announce(f"http://{LOOPBACK}:{server.server_port}/{token}/")
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join()
    os._exit(0)  # an interpreter that ends stops the threads of requests inside the store, which aborts then
