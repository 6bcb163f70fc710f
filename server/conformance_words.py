"""The strings of the page of conformance, in both languages."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from wicara.server.language import LANGUAGES, language

STRINGS: Final = MappingProxyType(
    {
        "about": (
            (
                "What the test suites of the W3C say of Wicara {version}. The tests of SPARQL are sent to a "
                "server that runs, those of OWL 2 RL are given to the reasoner."
            ),
            (
                "Hasil rangkaian uji W3C untuk Wicara {version}. Uji SPARQL dikirim ke peladen yang "
                "berjalan, uji OWL 2 RL diberikan kepada penalar."
            ),
        ),
        "again": ("Run them again", "Jalankan lagi"),
        "again-all": (
            "in a checkout, with the W3C's tests beside it, runs all and writes the reports:",
            "dalam salinan repositori dengan uji W3C di sampingnya menjalankan semua dan menulis laporan:",
        ),
        "again-how": (
            "A test of the software compares the reports with a run, so they cannot grow old.",
            "Sebuah uji membandingkan laporan dengan hasil uji, sehingga laporan tidak menjadi usang.",
        ),
        "all": ("all", "semua"),
        "cantTell": ("cannot tell", "tidak dapat dipastikan"),
        "conformance": ("Conformance", "Kesesuaian"),
        "exceptions": ("What does not pass, and why", "Yang tidak lulus, dan alasannya"),
        "failed": ("failed", "gagal"),
        "inapplicable": ("not applicable", "tidak berlaku"),
        "none": ("Every test is passed.", "Semua uji lulus."),
        "outcome": ("Outcome", "Hasil"),
        "passed": ("passed", "lulus"),
        "reason": ("Reason", "Alasan"),
        "report": ("The report in EARL", "Laporan dalam EARL"),
        "suite": ("Suite", "Rangkaian uji"),
        "test": ("Test", "Uji"),
        "tests": ("Tests", "Uji"),
        "untested": ("not tested", "tidak diuji"),
    }
)
"""Key to the text in each of LANGUAGES; the outcomes are called as EARL calls them."""


def tell(key: str, **values: object) -> str:
    """Return a string in the language of the request, with its values filled in."""
    return STRINGS[key][LANGUAGES.index(language())].format(**values)
