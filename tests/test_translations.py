"""Every string of the interface is there in Indonesian, and no translation is left over."""

from __future__ import annotations

import tomllib
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from wicara import server

SERVER: Final = Path(server.__file__).parent
CATALOGS: Final = sorted((SERVER / "translations/id").glob("*.po"))
EXTRACTED: Final = [
    ("**.py", "python"),
    ("templates/**.html", "jinja2.ext:babel_extract"),
    ("templates/**.xml", "jinja2.ext:babel_extract"),
]
Message: TypeAlias = str | tuple[str, str]
"""A string, or one with its plural."""
KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2)}


TRANSLATED: Final = frozenset({"title", "heading", "kind", "label"})
"""The keys of data files whose values are strings for readers; in words.toml all are."""


def in_data() -> set[Message]:
    """Return the strings for readers in the data files of the site."""
    found: set[Message] = set()
    for path in sorted((SERVER / "site").glob("*.toml")):
        ahead: list[tuple[str, object]] = [("", tomllib.loads(path.read_text(encoding="utf-8")))]
        while ahead:
            key, value = ahead.pop()
            if isinstance(value, dict):
                ahead += value.items()
            elif isinstance(value, list):
                ahead += [("", one) for one in value]
            elif isinstance(value, str) and (path.name == "words.toml" or key in TRANSLATED):
                found.add(value)
    return found


def in_code() -> set[Message]:
    """Return the strings that the code and the templates mark for translation."""
    found = extract_from_dir(
        SERVER, EXTRACTED, keywords=KEYWORDS, options_map={"templates/**.html": {"trimmed": "true"}}
    )
    return {message for _, _, message, _, _ in found}


def translated() -> list[tuple[Message, object]]:
    """Return the strings of all catalogs with what they are in Indonesian."""
    messages = [message for path in CATALOGS for message in read_po(BytesIO(path.read_bytes()), locale="id")]
    return [(message.id, message.string) for message in messages if message.id]


def test_each_string_is_translated() -> None:
    """The catalogs hold what code, templates and data say, no less and no more, and nothing empty."""
    assert {english for english, indonesian in translated() if indonesian} == in_code() | in_data()


def test_no_string_is_translated_twice() -> None:
    """A string that two parts of the site share stands in one catalog."""
    assert [one for one, count in Counter(english for english, _ in translated()).items() if count > 1] == []


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_values_are_kept(path: Path) -> None:
    """A translation fills in the same values as its original."""
    faults = [(one.id, list(one.check())) for one in read_po(BytesIO(path.read_bytes()), locale="id")]
    assert [fault for fault in faults if fault[1]] == []
