"""The language of a text, told from the text itself (the naive Bayes of langid.py: Lui and Baldwin 2012)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import UnreadableInput

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped] # typed nowhere

MIN_PROBABILITY: Final = 0.5
"""The probability from which on a language counts as recognized."""
NONE: Final = "zxx"
"""What the model calls a text that is in no language (ISO 639-2)."""


@cache
def identifier() -> LanguageIdentifier:
    """Return the model, which takes a moment to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - it is slow to load

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str) -> str:
    """Return the language tag of a text, such as `id`; raises UnreadableInput where it is not recognized."""
    found, probability = identifier().classify(text)
    if found == NONE or probability < MIN_PROBABILITY:
        raise UnreadableInput(
            "The language of the text is not recognized: give it by --language, as id or en."
        )
    return str(found)
