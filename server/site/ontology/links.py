"""Names as links: each is looked up and written once a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup
from wicara.ontology import WIC

if TYPE_CHECKING:
    from wicara.server.site.words import Shown, Words


@dataclass(frozen=True)
class Links:
    """The names of things as HTML. `inside` the document, a term's leads to its place there."""

    words: Words
    inside: bool = False
    made: dict[str, Markup] = field(default_factory=dict)

    def to(self, iri: str) -> Markup:
        """Return the name of an IRI, as a link where it leads somewhere."""
        if iri not in self.made:
            self.made[iri] = self.written(self.words.show_iri(iri))
        return self.made[iri]

    def written(self, shown: Shown) -> Markup:
        """Return what is shown of a term as HTML, with its language where it is not the reader's."""
        lang = Markup(' lang="{}"').format(shown.lang) if shown.lang not in {None, self.words.lang} else ""
        href = self.href_of(shown)
        if href is None:
            return Markup("<span{}>{}</span>").format(lang, shown.text) if lang else Markup.escape(shown.text)
        outside = Markup(' rel="external noreferrer"') if shown.outside else ""
        return Markup('<a href="{}"{}{}>{}</a>').format(href, lang, outside, shown.text)

    def href_of(self, shown: Shown) -> str | None:
        """Return where a link leads."""
        if self.inside and shown.full.startswith(WIC):
            return f"#{shown.full.removeprefix(WIC)}"
        return shown.href
