"""The interface in English and Indonesian: which one a request wants, and the one table of its strings."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from flask import g, request

LANGUAGES: Final = ("en", "id")
"""The first one is the default."""

STRINGS: Final = MappingProxyType(
    {
        "about": ("What this is", "Tentang ini"),
        "about-text": (
            (
                "The facts of press texts on diplomacy as a graph that can be questioned. "
                "Every fact opens to the words that it rests on; every conclusion says that it is one."
            ),
            (
                "Fakta dari siaran pers diplomasi sebagai graf yang dapat ditanyai. Setiap fakta terbuka "
                "sampai ke kata-kata yang mendasarinya; setiap kesimpulan menyatakan dirinya kesimpulan."
            ),
        ),
        "answer": ("Answer", "Jawaban"),
        "article": ("article", "artikel"),
        "asserted-only": ("without conclusions", "tanpa kesimpulan"),
        "background": ("background", "latar"),
        "basis": ("attribution", "atribusi"),
        "browse": ("Browse", "Jelajahi"),
        "characters": ("characters", "karakter"),
        "classes": ("Classes", "Kelas"),
        "confidence": ("confidence", "keyakinan"),
        "content": ("What is said (not asserted here)", "Isi ucapan (tidak dinyatakan di sini)"),
        "copy": (
            "read it in the published copy (it may have moved)",
            "baca dalam salinan terbitan (mungkin sudah pindah)",
        ),
        "cut": (
            "Only the first {n} are shown. The other formats hold all.",
            "Hanya {n} pertama yang ditampilkan. Format lain memuat semuanya.",
        ),
        "dataset": ("dataset", "himpunan data"),
        "definition": ("Definition", "Definisi"),
        "derived": ("derived from", "diturunkan dari"),
        "download": ("Download", "Unduh"),
        "editorial": ("editorial", "redaksi"),
        "error": ("This did not work", "Ini tidak berhasil"),
        "evidence": ("What it rests on", "Dasarnya"),
        "exports": ("Download all of it", "Unduh seluruhnya"),
        "export-all": ("the default graph and every named graph", "graf bawaan dan setiap graf bernama"),
        "export-asserted": ("what is accepted, without what follows", "yang diterima, tanpa simpulannya"),
        "export-default": ("what is accepted and what follows from it", "yang diterima dan simpulannya"),
        "export-facts": (
            "each fact's statements with their evidence (RDF 1.2)",
            "pernyataan tiap fakta beserta buktinya (RDF 1.2)",
        ),
        "export-inferred": ("only what follows", "hanya simpulannya"),
        "export-ontology": ("the classes and properties", "kelas dan properti"),
        "facts": ("facts", "fakta"),
        "facts-count": ("It holds {n} facts.", "Isinya {n} fakta."),
        "graph": ("graph", "graf"),
        "home": ("Home", "Beranda"),
        "incoming": ("Statements about it from elsewhere", "Pernyataan dari tempat lain tentangnya"),
        "incoming-some": ("{first} to {last} of {total}", "{first} sampai {last} dari {total}"),
        "inferred": ("inferred", "disimpulkan"),
        "inferred-hint": (
            "Nobody wrote this down: it follows from other statements.",
            "Tidak tertulis di mana pun: ini mengikuti dari pernyataan lain.",
        ),
        "infer-off": ("Show only what is asserted", "Tampilkan hanya yang dinyatakan"),
        "infer-on": ("Show conclusions too", "Tampilkan juga kesimpulan"),
        "kind": ("kind", "jenis"),
        "language": ("Bahasa Indonesia", "English"),
        "method": ("method", "metode"),
        "modality": ("modality", "modalitas"),
        "next": ("next page", "halaman berikutnya"),
        "no": ("No", "Tidak"),
        "none": ("Nothing answers it.", "Tidak ada jawabannya."),
        "not-actual": ("Not a fact about the world: it is", "Bukan fakta tentang dunia: ini"),
        "for-programs": ("For programs", "Untuk program"),
        "programs-sparql": (
            "queries; without one it describes itself",
            "kueri; tanpa kueri, titik akhir ini menerangkan dirinya",
        ),
        "programs-void": ("the dataset in numbers (VoID, DCAT)", "himpunan data dalam angka (VoID, DCAT)"),
        "programs-openapi": ("every address and what it answers", "semua alamat dan jawabannya"),
        "programs-conformance": ("what the W3C's tests say", "hasil uji W3C"),
        "ontology": ("Ontology", "Ontologi"),
        "outgoing": ("Statements", "Pernyataan"),
        "permalink": ("Address of this result", "Alamat hasil ini"),
        "possibly": ("possibly by", "mungkin oleh"),
        "previous": ("previous page", "halaman sebelumnya"),
        "properties": ("Properties", "Properti"),
        "provenance": ("provenance", "asal-usul"),
        "query": ("Query", "Kueri"),
        "query-hint": (
            "SPARQL 1.1. The prefixes of the dataset need no declaration.",
            "SPARQL 1.1. Awalan himpunan data tidak perlu dinyatakan.",
        ),
        "questions": ("Questions", "Pertanyaan"),
        "questions-none": ("There is no question yet.", "Belum ada pertanyaan."),
        "result": ("Result", "Hasil"),
        "rest": ("all of them by query", "semuanya lewat kueri"),
        "run": ("Run", "Jalankan"),
        "run-there": ("Open in the query form", "Buka di formulir kueri"),
        "sentence": ("sentence", "kalimat"),
        "skip": ("Skip to the content", "Lompat ke isi"),
        "source": ("source", "sumber"),
        "source-description": ("source description", "deskripsi sumber"),
        "statements-in-graph": ("Statements in this graph", "Pernyataan dalam graf ini"),
        "terms": ("Other terms", "Istilah lain"),
        "vocabulary": ("vocabulary", "kosakata"),
        "who": ("said by", "menurut"),
        "wording": ("wording", "penyampaian"),
        "yes": ("Yes", "Ya"),
    }
)
"""Key to the text in each of LANGUAGES."""


def language() -> str:
    """Return the language of a request: `?lang=`, else what Accept-Language likes best, else English."""
    if "language" not in g:
        asked = request.args.get("lang")
        liked = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
        g.language = asked if asked in LANGUAGES else liked
    return str(g.language)


def other_language() -> str:
    """Return the language that the reader may switch to."""
    return LANGUAGES[1 - LANGUAGES.index(language())]


def say(key: str, **values: object) -> str:
    """Return a string of the interface in the language of the request, with its values filled in."""
    return STRINGS[key][LANGUAGES.index(language())].format(**values)
