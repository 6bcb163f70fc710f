"""Explanations as bytes, in each form that the command writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wicara.graph.wording import Wording

if TYPE_CHECKING:
    from pyoxigraph import Store

    from wicara.graph.explain import Explanation


def written(explanation: Explanation, store: Store, form: str, *, schema: bool) -> bytes:
    """Return an explanation as `tree`, `json`, `turtle` or `trig`; `schema` is for trees only."""
    if form == "tree":
        from wicara.trees import tree  # noqa: PLC0415 - each form loads only what it needs

        return tree(explanation, Wording(store), schema=schema).encode()
    if form == "json":
        from wicara.graph.explanation_json import as_json  # noqa: PLC0415

        told = as_json(explanation, Wording(store))
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    from wicara.graph.proof_rdf import write_explanation  # noqa: PLC0415

    return write_explanation(explanation, store, form)
