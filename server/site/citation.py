"""Citations, as a sentence, BibTeX and RIS: of a text that facts are taken from, and of what is said here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.graph.inputs import DATASET
from wicara.graph.sparql import solutions
from wicara.ontology import PREFIXES
from wicara.queries import page_query
from wicara.server.app_state import dataset, per_version
from wicara.server.descriptions.counts import made_at
from wicara.server.site.language import gettext as _
from wicara.server.site.language import language
from wicara.server.site.tables.cells import in_own_language
from wicara.server.site.tables.texts import Texts
from wicara.server.site.times import day_of, format_day, format_period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.graph.evidence import Basis
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.words import Term

SPECIAL: Final = re.compile(r"[\\{}$&#%_~^]")
ESCAPED: Final = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
"""What stands for the characters that mean something to TeX; a backslash before the others."""
NEWS, OTHER = "NEWS", "GEN"
"""The types of RIS of a report of the news, and of a text of whose kind nothing is known."""
NOT_IN_KEYS: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Citation:
    """What is cited: who made it, what it is called, when it is of, and where it is; `within` holds it.

    `key` is its name in BibTeX, `kind` its type in RIS (NEWS: it stands in what its author publishes),
    `issued` the first and the last day on which it may have come out, `read` the day on which its copy at
    `url` was read, `original` what the text that it is a copy or a translation of is called.
    """

    key: str
    kind: str
    author: str
    title: str
    url: str
    issued: tuple[date, date] | None = None
    within: str = ""
    version: str = ""
    read: date | None = None
    original: str = ""

    @property
    def dates(self) -> tuple[str, ...]:
        """The year, the month and the day of issue, as far as they are known."""
        if not self.issued:
            return ()
        first, last = (day.isoformat().split("-") for day in self.issued)
        same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=True))
        return tuple(one for one, _other in same)

    @property
    def text(self) -> str:
        """The citation as a sentence."""
        end = "" if self.title.endswith(("?", "!", ".")) else "."
        title = f"\N{LEFT DOUBLE QUOTATION MARK}{self.title}{end}\N{RIGHT DOUBLE QUOTATION MARK}"
        whole = _("In %(whole)s, version %(version)s.", whole=self.within, version=self.version)
        day = f"{format_period(*self.issued)}." if self.issued else ""
        author = f"{self.author}." if self.author else ""
        parts = (author, title, str(whole) if self.within else "", day, self.note or self.url)
        return " ".join(filter(None, parts))

    @property
    def note(self) -> str:
        """What it is a copy or a translation of, and where it was read."""
        original = f"{_('Copy or translation of')}: {self.original}." if self.original else ""
        return " ".join(filter(None, (original, self.copy or (original and self.url))))

    @property
    def copy(self) -> str:
        """In which copy, at which address, it was read; nothing where it was not read in one."""
        if not self.read:
            return ""
        return str(_("Read at %(url)s on %(day)s.", url=self.url, day=format_day(self.read)))

    @property
    def author_and_newspaper(self) -> tuple[str, str]:
        """Who wrote it, and which newspaper or agency it stands in: of a report of the news the latter."""
        return ("", self.author) if self.kind == NEWS else (self.author, "")

    @property
    def bibtex(self) -> str:
        """The citation as an entry of BibTeX."""
        author, newspaper = self.author_and_newspaper
        fields = {
            "author": f"{{{tex(author)}}}" if author else "",
            "title": f"{{{tex(self.title)}}}",
            "journal": tex(newspaper),
            "howpublished": tex(self.within),
            "version": tex(self.version),
            "year": "".join(self.dates[:1]),
            "date": "-".join(self.dates),
            "url": self.url,
            "urldate": self.read.isoformat() if self.read else "",
            "note": tex(self.note),
        }
        lines = "".join(f",\n  {name} = {{{value}}}" for name, value in fields.items() if value)
        return f"@{'article' if newspaper else 'misc'}{{{self.key}{lines}\n}}"

    @property
    def ris(self) -> str:
        """The citation as a record of RIS."""
        author, newspaper = self.author_and_newspaper
        fields = {
            "TY": self.kind,
            "AU": author,
            "TI": self.title,
            "T2": newspaper or self.within,
            "ET": self.version,
            "PY": "".join(self.dates[:1]),
            "DA": "/".join(self.dates),
            "UR": self.url,
            "Y2": f"{self.read:%Y/%m/%d}" if self.read else "",
            "N1": self.note,
        }
        lines = [f"{name}  - {' '.join(value.split())}" for name, value in fields.items() if value]
        return "\n".join([*lines, "ER  - "])


def of_text(article: str) -> Citation | None:
    """Return the citation of a text that facts are taken from; None where the dataset describes none.

    One whose days of issue are not known is cited by its name, which tells the month or year if any is known.
    """
    cited = per_version(texts_cited).get(article)
    if cited is None:
        return None
    issued = per_version(Texts).issued(NamedNode(article))
    names = (cited["title"], cited["name"]) if issued else (cited["name"], cited["title"])
    title = in_own_language(next(filter(None, names), []), language())
    publisher = in_own_language(cited["publisher"], language())
    original = in_own_language(cited["original"], language())
    return Citation(
        f"wicara-source-{slug(article.rpartition('/')[2])}",
        getattr(next(iter(cited["kind"]), None), "value", OTHER),
        publisher.value if publisher else "",
        title.value if title else article,
        next((getattr(copy, "value", "") for copy in cited["copy"]), article),
        issued,
        read=next(filter(None, map(day_of, cited["read"])), None),
        original=original.value if original else "",
    )


def texts_cited(built: BuiltDataset) -> dict[str, Mapping[str, list[Term]]]:
    """Return what the dataset says of each text that it rests on, by IRI and by variable of its query."""
    texts: dict[str, dict[str, list[Term]]] = {}
    names = ("name", "title", "publisher", "kind", "copy", "read", "original")
    for row in solutions(built.store, page_query("citations").body):
        text = texts.setdefault(row["article"].value, {name: [] for name in names})
        for name in names:
            if row[name] is not None and row[name] not in text[name]:
                text[name].append(row[name])
    return dict(texts)


def of_page(iri: str, title: str) -> Citation:
    """Return the citation of what this version of the dataset says, under an address, of something."""
    whole = {
        name: in_own_language(terms, language()) for name, terms in per_version(self_description).items()
    }
    author, name_of_whole = whole["creator"], whole["title"]
    name = "-".join(iri.rpartition("wicara")[2].partition("?")[0].split("/")[-2:])
    return Citation(
        f"wicara-{slug(name).strip('-')[:60]}-{slug(dataset().version)}",
        "DATA",
        author.value if author else "",
        title[:1].upper() + title[1:],
        iri,
        (made_at(dataset()).date(),) * 2,
        name_of_whole.value if name_of_whole else "Wicara",
        f"{dataset().version} ({dataset().digest[:12]})",
    )


def self_description(built: BuiltDataset) -> dict[str, list[Term]]:
    """Return who made a dataset, and what it is called."""
    return {
        name: [
            quad.object
            for quad in built.asserted.quads_for_pattern(
                NamedNode(DATASET), NamedNode(f"{PREFIXES['dcterms']}{name}"), None, None
            )
        ]
        for name in ("creator", "title")
    }


def of_sources(
    shown: Iterable[Basis], more: Iterable[Basis], named: Iterable[str] = ()
) -> Sequence[Citation]:
    """Return the citations of the texts that graphs quote or cite, and of others that are named, each once.

    Those of what is shown come in the order in which it is, then the others by the day of issue.
    """
    first = {article: place for place, article in enumerate(dict.fromkeys(texts_behind(shown)))}
    cited = {article: of_text(article) for article in (*first, *texts_behind(more), *named)}
    found = [(first.get(article, len(first)), one) for article, one in cited.items() if one]
    last = (date.max, date.max)
    return [one for _place, one in sorted(found, key=lambda pair: (pair[0], pair[1].issued or last))]


def texts_behind(bases: Iterable[Basis]) -> Iterator[str]:
    """Yield the texts that graphs quote or cite."""
    for basis in bases:
        yield from (quote.article for quote in basis.quotes)
        if basis.text and basis.text.places:
            yield basis.text.iri


def tex(text: str) -> str:
    """Return a text in which no character means anything to TeX."""
    return SPECIAL.sub(lambda match: ESCAPED.get(match[0], f"\\{match[0]}"), " ".join(text.split()))


def slug(text: str) -> str:
    """Return a text in small letters and digits, with hyphens between."""
    return NOT_IN_KEYS.sub("-", text.lower())
