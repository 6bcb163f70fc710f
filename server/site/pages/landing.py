"""The page of the dataset: what it is, how to cite and where to get it; for programs also as schema.org.

The links of its answer are those that Signposting (signposting.org/FAIR) names.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, redirect, render_template
from jinja2.utils import htmlsafe_json_dumps
from pyoxigraph import Literal
from wicara.graph.inputs import DATASET
from wicara.ontology import PREFIXES
from wicara.server.app_state import dataset
from wicara.server.descriptions.describe import SHAPES, VOID, downloads, editorial
from wicara.server.descriptions.openapi import HTML, operation
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import public_url, uncached_response
from wicara.server.site.language import language

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse
    from wicara.graph.export import Export
    from wicara.graph.formats import Format

blueprint = Blueprint("landing", __name__)

PATH: Final = "/dataset"
TYPE: Final = "https://schema.org/Dataset"
TERMS: Final = {
    "title": f"{PREFIXES['dcterms']}title",
    "description": f"{PREFIXES['dcterms']}description",
    "creator": f"{PREFIXES['dcterms']}creator",
    "licence": f"{PREFIXES['dcterms']}license",
    "language": f"{PREFIXES['dcterms']}language",
}
"""What the page shows of what the dataset says of itself."""


@blueprint.get(PATH)
@operation(query=("lang",), types=HTML, answers={HTTPStatus.SEE_OTHER: HTML})
def landing() -> BaseResponse:
    """Show the page of the dataset; who wants RDF is sent to its description."""
    form, media_type = documents.form_for(negotiation.GRAPHS)
    response: BaseResponse
    if form is negotiation.HTML:
        description = about_dataset()
        files = list(downloads())
        body = render_template(
            "dataset.html", description=description, files=files, linked=schema_org(description, files)
        )
        response = uncached_response(body.encode(), form.content_type(media_type))
        response.headers["Link"] = signposts(description, files)
    else:
        response = redirect(VOID, HTTPStatus.SEE_OTHER)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def about_dataset() -> dict[str, list[str]]:
    """Return what the dataset says of itself, texts in the reader's language where there is a choice."""
    found: dict[str, list[str]] = {}
    triples = list(editorial())
    for name, iri in TERMS.items():
        values = [one.object for one in triples if one.predicate.value == iri]
        own = [one for one in values if isinstance(one, Literal) and one.language == language()]
        found[name] = sorted(one.value for one in own or values if hasattr(one, "value"))
    return found


def dataset_iri() -> str:
    """Return the IRI of the dataset; one that is served as it is has that of its description."""
    return public_url(f"{VOID}#dataset") if dataset().plain else DATASET


def download_address(part: Export, form: Format) -> str:
    """Return where a part of the dataset can be downloaded."""
    return public_url(f"/export/{part.name}.{form.extension}")


def schema_org(description: dict[str, list[str]], files: list[tuple[Export, Format]]) -> str:
    """Return the dataset as JSON-LD that may stand in a script element."""
    distribution = [
        {
            "@type": "DataDownload",
            "name": part.holds,
            "contentUrl": download_address(part, form),
            "encodingFormat": form.media_type,
        }
        for part, form in files
    ]
    organization = [{"@type": "Organization", "name": name} for name in description["creator"]]
    members: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": dataset_iri(),
        "url": public_url(PATH),
        "identifier": dataset().digest,
        "version": dataset().version,
        "name": description["title"] or "Dataset",
        "description": description["description"],
        "license": description["licence"],
        "creator": organization,
        "publisher": organization,
        "inLanguage": description["language"],
        "isAccessibleForFree": True,
        "distribution": distribution,
    }
    return htmlsafe_json_dumps({name: value for name, value in members.items() if value}, ensure_ascii=False)


def signposts(description: dict[str, list[str]], files: list[tuple[Export, Format]]) -> str:
    """Return the links of the page (RFC 8288)."""
    links = [
        f'<{dataset_iri()}>; rel="cite-as"',
        f'<{TYPE}>; rel="type"',
        *(f'<{iri}>; rel="license"' for iri in description["licence"]),
        *(f'<{VOID}>; rel="describedby"; type="{form.media_type}"' for form in negotiation.RDF),
        f'<{SHAPES}>; rel="describedby"; type="text/turtle"; profile="http://www.w3.org/ns/shacl"',
        *(f'<{download_address(*file)}>; rel="item"; type="{file[1].media_type}"' for file in files),
    ]
    return ", ".join(links)
