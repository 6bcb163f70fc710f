"""The strings of the pages that explain statements and list the rules, in both languages."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from wicara.server.language import LANGUAGES, language

STRINGS: Final = MappingProxyType(
    {
        "all-rules": ("All rules", "Semua aturan"),
        "another": ("Show other proofs", "Tampilkan bukti lain"),
        "ask": ("Explain", "Jelaskan"),
        "asserted": (
            "Asserted: it stands in the graphs below.",
            "Dinyatakan: ada dalam graf di bawah ini.",
        ),
        "by-default-off": ("only makes noise; off", "hanya menambah derau; mati"),
        "entities": ("an editor's choice", "pilihan redaksi"),
        "explain": ("Why?", "Mengapa?"),
        "explain-hint": (
            "Prefixed names (person:sergey-lavrov), IRIs, or literals as in Turtle.",
            "Nama berawalan (person:sergey-lavrov), IRI, atau literal seperti dalam Turtle.",
        ),
        "file": ("the file", "berkas"),
        "inferred": (
            "Inferred: nobody wrote it down, it follows. Each step opens down to the words it rests on.",
            "Disimpulkan: tidak tertulis, melainkan mengikuti. Tiap langkah terbuka sampai ke kata-katanya.",
        ),
        "limited": (
            "These are the first {n} proofs; there may be more.",
            "Ini {n} bukti pertama; mungkin ada lagi.",
        ),
        "missing": ("It would follow if this held", "Ini akan mengikuti jika yang berikut berlaku"),
        "nearly": ("What is missing", "Yang kurang"),
        "neither": (
            "Neither asserted nor inferred: the dataset does not say so; that is not to say it is false.",
            "Tidak dinyatakan dan tidak disimpulkan, tetapi itu tidak berarti salah.",
        ),
        "no-rule": (
            "No rule would conclude it from one more statement.",
            "Tidak ada aturan yang menyimpulkannya dari satu pernyataan lagi.",
        ),
        "object": ("Object", "Objek"),
        "ontology": ("the ontology", "ontologi"),
        "ontology-part": ("What the ontology says ({n})", "Menurut ontologi ({n})"),
        "predicate": ("Predicate", "Predikat"),
        "proof": ("Proof", "Bukti"),
        "proof-of": ("Proof {n} of {total}", "Bukti {n} dari {total}"),
        "prov": ("provenance", "asal-usul"),
        "rule": ("Rule", "Aturan"),
        "rules": ("The rules", "Aturan"),
        "rules-about": (
            "Every conclusion follows by one of these rules of OWL 2 RL, with the names and tables of W3C.",
            "Setiap simpulan mengikuti dari salah satu aturan OWL 2 RL ini, dengan nama dan tabel dari W3C.",
        ),
        "said": (
            "A claim says so; nobody asserts it here",
            "Ada klaim yang menyebutnya; di sini tidak dinyatakan",
        ),
        "something": ("something", "sesuatu"),
        "source": ("the description of the source", "deskripsi sumber"),
        "subject": ("Subject", "Subjek"),
        "table": ("Table", "Tabel"),
        "vocab": ("the vocabulary", "kosakata"),
    }
)
"""Key to the text in each of LANGUAGES."""


def tell(key: str, **values: object) -> str:
    """Return a string in the language of the request, with its values filled in."""
    return STRINGS[key][LANGUAGES.index(language())].format(**values)
