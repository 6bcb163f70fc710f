"""Reports of errors: a form, and a file in the folder of builds that keeps what readers write.

A report is a line of JSON. Nothing of a reader is kept but what the form asks for. The file takes so many
reports an hour, whoever writes them, and grows to no more than MAX_FILE bytes.
"""

from __future__ import annotations

import json
import os
import re
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import NamedNode
from wicara.graph.explain.wording import Wording
from wicara.graph.terms import UnknownTerm, read_fact
from wicara.ontology import WIC
from wicara.server.app_state import dataset, settings
from wicara.server.descriptions.openapi import HTML, operation
from wicara.server.http.addresses import readings, with_choices, with_fields
from wicara.server.http.problems import Problem
from wicara.server.site.language import WORDS, language, ngettext
from wicara.server.site.language import gettext as _
from wicara.server.site.pages.explain import PLACES
from wicara.server.site.pages.question import PATH, all_questions, read_question_request
from wicara.server.site.pages.reuse import FORM_PATH, MAX_ABOUT, who_answers
from wicara.server.site.words import Shown, Words, labels_of
from wicara.server.sparql.protocol import FORM

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("report", __name__)

MAX_TEXT, MAX_CONTACT = 4000, 200
"""How many characters of text and of an address of the reader a report may have."""
AN_HOUR: Final = 30
"""How many reports the server takes an hour."""
MAX_FILE: Final = 1 << 20
BROWSE, TERMS = "/browse", "/ont/term/"
"""The paths of pages that list things, and of those of terms of the ontology."""
NUMBER: Final = re.compile(r"[0-9]{8}-[0-9a-f]{6}")
"""The number of a report: its day, and what tells it from others."""


def reports() -> Path:
    """Return the file of reports; raises Problem 404 where this server keeps none."""
    name = settings().reports
    if name is None:
        raise Problem(HTTPStatus.NOT_FOUND, "This server keeps no reports.")
    return Path(name)


@blueprint.get(FORM_PATH)
@operation("GET", query=("about-iri", "lang"), faults=(HTTPStatus.NOT_FOUND,))
def report_form() -> str:
    """Show the form for a report of an error in what is said of something."""
    reports()
    sent = request.args.get("sent", "")
    return shown(request.args.get("about", "")[:MAX_ABOUT], sent=sent if NUMBER.fullmatch(sent) else "")


def title_of(about: str) -> Shown | None:
    """Return what a report is about in words, with a link; None for what has no name.

    A question or a statement is told as it is asked about, a thing or a fact by its label.
    """
    path, _mark, query = about.partition("?")
    fields = parse_qs(query)
    asked = next((one for one in all_questions() if path == f"{PATH}/{one.slug}"), None)
    page = BROWSE if path.startswith(f"{BROWSE}/") else path
    name = WORDS["parts"].get(page) or WORDS["pages"].get(page)
    if asked:
        name = read_question_request(asked, fields).sentence(language())
    with suppress(KeyError, ValueError, UnknownTerm):
        if path == "/explain":
            fact = read_fact(*(fields[place][-1] for place in PLACES))
            name = Wording(dataset().store, language()).sentence(fact)
        things = [*readings(path, query)] if about.startswith("/") else [about]
        things += [f"{WIC}{path.removeprefix(TERMS)}"] if path.startswith(TERMS) else []
        labels = () if name else labels_of(dataset().store, map(NamedNode, things))
        if labels:
            named = {label.subject for label in labels}
            thing = next(one for one in things if NamedNode(one) in named)
            return Words.for_request(labels).show_iri(thing)
    return Shown(str(name), about, href=about) if name else None


def shown(about: str, *, sent: str = "", text: str = "", contact: str = "", fault: str = "") -> str:
    """Return the page with the form."""
    return render_template(
        "report.html",
        about=about,
        title=title_of(about) if about else None,
        sent=sent,
        text=text,
        contact=contact,
        fault=fault,
        answered=who_answers(),
        limits=(MAX_ABOUT, MAX_TEXT, MAX_CONTACT),
    )


@blueprint.post(FORM_PATH)
@operation(
    "POST",
    types=(),
    answers={HTTPStatus.SEE_OTHER: HTML},
    body={FORM: "Report"},
    faults=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS),
)
def keep_report() -> BaseResponse:
    """Keep a report of an error; a page of another site may not send one."""
    path = reports()
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Problem(HTTPStatus.FORBIDDEN, "A report comes from the form of this site.")
    about, text, contact = (request.form.get(name, "").strip() for name in ("about", "text", "contact"))
    if not text or len(text) > MAX_TEXT or len(about) > MAX_ABOUT or len(contact) > MAX_CONTACT:
        fault = ngettext(
            "Say what is wrong, in %(num)s character at most.",
            "Say what is wrong, in %(num)s characters at most.",
            MAX_TEXT,
        )
        page = shown(about[:MAX_ABOUT], text=text[:MAX_TEXT], contact=contact[:MAX_CONTACT], fault=str(fault))
        return Response(page, HTTPStatus.BAD_REQUEST)
    now = datetime.now(UTC).replace(microsecond=0)
    if not takes_more(path, now):
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            str(_("Too many reports have come in. Please send it again later.")),
            headers={"Retry-After": "3600"},
        )
    number = f"{now:%Y%m%d}-{token_hex(3)}"
    report = {
        "number": number,
        "time": now.isoformat(),
        "about": about,
        "title": title.text if (title := title_of(about)) else "",
        "text": text,
        "contact": contact,
        "language": language(),
        "version": dataset().version,
        "digest": dataset().digest,
    }
    line = json.dumps(report, ensure_ascii=False).encode() + b"\n"
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line)
    finally:
        os.close(file)
    return redirect(with_fields(with_choices(FORM_PATH), f"sent={number}"), HTTPStatus.SEE_OTHER)


def takes_more(path: Path, now: datetime) -> bool:
    """Tell whether the file of reports takes one more now."""
    if not path.exists():
        return True
    if path.stat().st_size > MAX_FILE:
        return False
    with path.open(encoding="utf-8") as file:
        last = deque(file, AN_HOUR)
    times = [datetime.fromisoformat(json.loads(line)["time"]) for line in last]
    return len(times) < AN_HOUR or now - times[0] > timedelta(hours=1)
