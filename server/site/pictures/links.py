"""The pictures that show something of a thing: what its page leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from wicara.server.http.addresses import with_choices
from wicara.server.site.language import WORDS
from wicara.server.site.pictures.asked import ROOT, short_of

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_KIND: Final = {
    "partnership": ("timeline", "network", "figures"),
    "person": ("timeline", "network"),
    "state": ("timeline", "network", "figures", "map"),
    "body": ("timeline", "network", "figures"),
    "event": ("timeline", "network"),
    "series": ("timeline",),
    "document": ("timeline", "figures"),
    "post": ("timeline",),
    "place": ("timeline", "map"),
}
"""The pictures that show something of a thing, by the kind that its IRI names."""
ASKED_BY: Final = {"timeline": "about", "network": "start", "figures": "about"}
"""The parameter by which a picture is asked for a thing; the map shows all of them."""


def pictures_of(iri: str) -> Iterator[tuple[str, object]]:
    """Yield the address and the name of each picture that shows something of a thing."""
    kind = short_of(iri).partition("/")[0] if iri.startswith(ROOT) else ""
    thing = quote(short_of(iri), safe="/")
    for name in OF_KIND.get(kind, ()):
        asked = f"?{ASKED_BY[name]}={thing}" if name in ASKED_BY else ""
        yield with_choices(f"/{name}{asked}"), WORDS["parts"][f"/{name}"]
