"""Texts that are too long for a page, and those that would turn the writing around them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlencode

from flask import request
from wicara.server.addresses import SAFE

LONGEST: Final = 1500
"""How many characters of a text a page shows, unless all are asked for."""
TURNS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of writing (Unicode, UAX 9)."""
TITLE: Final = 200


def with_all_texts() -> str:
    """Return the address of this page with its long texts in full."""
    choices = [pair for pair in request.args.items(multi=True) if pair[0] != "texts"]
    return f"{quote(request.path, safe=SAFE)}?{urlencode([*choices, ('texts', 'all')])}"


def plain(text: str) -> str:
    """Return a text for the title of a page, where nothing can set it apart: short, and in one direction."""
    return TURNS.sub("", text)[:TITLE]
