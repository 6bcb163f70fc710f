"""What has a page of its own, grouped: things by kind, concepts by scheme, graphs by kind."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode
from wicara.ontology import BASE
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store
    from wicara.server.site.words import Shown


def own_iris(store: Store) -> Iterator[NamedNode]:
    """Yield the IRIs under BASE that are subjects or names of graphs; none of the ontology's terms."""
    subjects = {quad.subject for quad in store.quads_for_pattern(None, None, None, None)}
    for node in {*subjects, *store.named_graphs()}:
        if isinstance(node, NamedNode) and node.value.startswith(
            (f"{BASE}/id/", f"{BASE}/concept/", f"{BASE}/graph/")
        ):
            yield node


def group_of(iri: str) -> str:
    """Return the group that an IRI is listed in: `id/person`, `concept/area`, `graph/fact`."""
    return "/".join(iri.removeprefix(f"{BASE}/").split("/")[:2])


def things(store: Store) -> list[tuple[str, list[Shown]]]:
    """Return the groups, each with its members by label."""
    nodes = list(own_iris(store))
    words = Words.for_request(labels_of(store, nodes))
    shown = [words.show_iri(node.value) for node in nodes]
    shown.sort(key=lambda one: (group_of(one.full), one.text.casefold()))
    return [(group, list(members)) for group, members in groupby(shown, key=lambda one: group_of(one.full))]
