"""Where a reader reports an error: the address that the server was started with, made out for a page."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from wicara.server.served import dataset, settings
from wicara.server.site.language import gettext as _

PLACE: Final = "{iri}"
"""What stands in an address for the IRI that a report is about."""
MAIL: Final = "mailto"


def report_href(iri: str) -> str | None:
    """Return the link that reports an error in what is said of an IRI, or None where no address is set up."""
    address = settings().report_errors
    if address is None or urlsplit(address).scheme != MAIL:
        return address.replace(PLACE, quote(iri, safe="")) if address else None
    subject = _("An error in Wicara")
    body = f"{iri}\n{_('dataset')} {dataset().version} ({dataset().digest[:12]})\n\n"
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}subject={quote(subject)}&body={quote(body)}"
