"""The facets that results are narrowed down by, and how an IRI stands in an address."""

from __future__ import annotations

from typing import Final, NamedTuple

from wicara.ontology import BASE
from wicara.server.site.language import lazy_gettext as _


class Facet(NamedTuple):
    """What a facet is called, and the bit that stands for it in the index.

    The IRIs of its values begin with `base` and one of `beginnings`; addresses have what comes after `base`.
    """

    name: str
    bit: int
    beginnings: tuple[str, ...] = ()
    base: str = ""

    def iri(self, value: str) -> str | None:
        """Return the IRI that a value in an address stands for, or None where values are no IRIs."""
        return self.base + value if self.base else None


FACETS: Final = {
    "kind": Facet(_("Kind"), 1),
    "state": Facet(_("State"), 2, ("",), f"{BASE}/id/state/"),
    "organization": Facet(_("Organization"), 4, ("",), f"{BASE}/id/body/"),
    "person": Facet(_("Person"), 8, ("",), f"{BASE}/id/person/"),
    "area": Facet(_("Area"), 16, ("",), f"{BASE}/concept/area/"),
    "year": Facet(_("Year"), 32),
    "status": Facet(_("Status"), 64, ("status/", "modality/"), f"{BASE}/concept/"),
}
"""The facets, by the parameter of an address that chooses values of them, in the order of the page."""
BY_BIT: Final = {facet.bit: key for key, facet in FACETS.items()}
BY_BEGINNING: Final = {
    facet.base + beginning: facet for facet in FACETS.values() for beginning in facet.beginnings
}


def value_of(iri: str) -> tuple[int, str] | None:
    """Return the facet (its bit) and the value that an IRI is, or None for one that is no value."""
    facet = BY_BEGINNING.get(iri[: iri.rfind("/") + 1])
    return (facet.bit, iri.removeprefix(facet.base)) if facet else None
