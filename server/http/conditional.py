"""Entity tags (RFC 9110, section 8.8.3) that tell the dataset's version: `"<version>.<hash>[-coding]"`.

A tag that a client holds is current for as long as the dataset has not changed, whatever it is the tag of.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final, Protocol

from wicara import __version__

DIGITS: Final = 16
"""Hexadecimal digits of the version and of the hash."""
CONDITIONAL: Final = frozenset({"GET", "HEAD", "QUERY"})
"""The methods for which If-None-Match makes a 304."""
TAG: Final = re.compile(r'(W/)?"([^"]*)"')


class Versioned(Protocol):
    """What has versions: a dataset."""

    @property
    def digest(self) -> str:
        """Return what tells this version from all others (hex)."""


def version_of(dataset: Versioned) -> str:
    """Return what tells the version of a dataset in a tag."""
    return dataset.digest[:DIGITS]


def etag(dataset: Versioned, *parts: str) -> str:
    """Return the strong tag of a representation.

    The parts are all that it depends on beside the dataset and this software.
    """
    content = "\0".join((__version__, *parts)).encode("utf-8", "surrogateescape")
    return f'"{version_of(dataset)}.{blake2b(content, digest_size=DIGITS // 2).hexdigest()}"'


def is_current(if_match: str, dataset: Versioned) -> bool:
    """Return whether an If-Match header lists a tag of the dataset's present version, or is `*`.

    Weak tags never match (section 13.1.1).
    """
    if if_match.strip() == "*":
        return True
    versions = [tag.partition(".")[0] for weak, tag in TAG.findall(if_match) if not weak]
    return version_of(dataset) in versions


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Return whether an If-None-Match header lists a tag, weak or strong, or is `*` (section 13.1.2)."""
    if not if_none_match:
        return False
    own = tag.removeprefix("W/")
    return if_none_match.strip() == "*" or any(f'"{known}"' == own for _, known in TAG.findall(if_none_match))


def is_unchanged(method: str, if_none_match: str | None, tag: str) -> bool:
    """Return whether a request is answered with 304: the client has what it would get (section 13.2.2)."""
    return method in CONDITIONAL and is_known(if_none_match, tag)
