"""What XML 1.0 can hold as text: which characters, and how a carriage return gets through a parser."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Protocol

from wicara.graph.errors import DoesNotFit

NO_CHAR: Final = re.compile(rb"[\x00-\x08\x0B\x0C\x0E-\x1F]|\xEF\xBF[\xBE\xBF]")
"""What UTF-8 has and XML has not (XML 1.0, section 2.2, Char): controls, U+FFFE and U+FFFF."""
CONTROLS: Final = bytes({*range(0x20)} - {*b"\t\n\r"})
"""The controls among them: a deletion tells far faster than a search that text has none."""
SPLIT: Final = re.compile(rb"\xEF\xBF?\Z")
"""The beginning of U+FFFE or U+FFFF at the end of a piece."""

NAME_START: Final = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
NAME_CHAR: Final = NAME_START + "\\-.0-9\xb7\u0300-\u036f\u203f\u2040"
"""NameStartChar and NameChar but for the colon (XML 1.0, section 2.3)."""
compiled: Final = cache(re.compile)
"""Returns a pattern compiled, when it is first looked for: one of these characters takes milliseconds."""


class Sink(Protocol):
    """Where bytes are written to."""

    def write(self, data: bytes, /) -> int:
        """Take some bytes and return how many."""

    def flush(self) -> None:
        """Pass on what is held back."""


class Unflushed:
    """What a sink is based on whose bytes go on when they are enough, or at the end."""

    def flush(self) -> None:
        """Do nothing."""


def xml_text(data: bytes, others: str) -> bytes:
    """Return XML in UTF-8 with its carriage returns as references, which parsers keep (section 2.11).

    No markup may have a carriage return. Raises DoesNotFit, which names `others`, for a character that XML
    has no way to write.
    """
    is_suspect = b"\xef\xbf" in data or len(data.translate(None, CONTROLS)) < len(data)
    if is_suspect and (bad := NO_CHAR.search(data)):
        raise DoesNotFit(f"XML 1.0 has no character U+{ord(bad[0].decode()):04X}. {others} can hold it.")
    return data.replace(b"\r", b"&#13;") if b"\r" in data else data


class XmlSink(Unflushed):
    """A sink for XML: what goes into it comes out as `xml_text` returns it; raises DoesNotFit."""

    def __init__(self, sink: Sink, others: str) -> None:
        """Write into `sink`; `others` names the formats that hold what XML does not."""
        self.sink = sink
        self.others = others
        self.rest = b""

    def write(self, data: bytes, /) -> int:
        """Take some bytes; part of a character at their end waits for the rest."""
        whole = self.rest + data
        cut = SPLIT.search(whole, len(whole) - 2)
        end = cut.start() if cut else len(whole)
        self.rest = whole[end:]
        if end:
            self.sink.write(xml_text(whole[:end], self.others))
        return len(data)
