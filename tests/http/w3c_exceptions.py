"""The tests of the W3C that this server does not pass, each with the reason in English and Indonesian.

A test that stands here and passes fails the test run: the list cannot grow old.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Reason(NamedTuple):
    """The outcome as EARL calls it, and why."""

    outcome: str
    en: str
    id: str


def failed(en: str, id_: str) -> Reason:
    """Return the reason of a test that is failed."""
    return Reason("failed", en, id_)


def inapplicable(en: str, id_: str) -> Reason:
    """Return the reason of a test that no server could pass as it is written."""
    return Reason("inapplicable", en, id_)


NOT_TURTLE: Final = inapplicable(
    "The body is not Turtle: the dot at the end of its triple is missing. Its successor in "
    "graph-store-protocol has the dot.",
    "Badan permintaan bukan Turtle: titik di akhir tripelnya tidak ada. Penerusnya dalam "
    "graph-store-protocol mempunyai titik itu.",
)

EXCEPTIONS: Final = {
    "csv03": failed(
        "pyoxigraph keeps numbers by value: it writes the xsd:double 1.0E6 as 1000000.",
        "pyoxigraph menyimpan angka menurut nilainya: xsd:double 1.0E6 ditulisnya sebagai 1000000.",
    ),
    "tsv03": failed(
        "pyoxigraph keeps a literal of a type derived from xsd:integer as xsd:integer: "
        "xsd:negativeInteger is lost.",
        "pyoxigraph menyimpan literal bertipe turunan xsd:integer sebagai xsd:integer: "
        "xsd:negativeInteger hilang.",
    ),
    "put__default_graph": inapplicable(
        "It expects 201, as if the default graph were new; it always is there. Its successor put_get_default "
        "takes 204.",
        "Diharapkan 201, seakan-akan graf bawaan baru dibuat; graf itu selalu ada. Penerusnya, "
        "put_get_default, menerima 204.",
    ),
    "delete__existing_graph": inapplicable(
        "Nothing in the suite makes the graph that it deletes. Its successor, put_delete_get_delete_direct, "
        "does.",
        "Tidak ada dalam rangkaian ini yang membuat graf yang dihapusnya. Penerusnya, "
        "put_delete_get_delete_direct, membuatnya.",
    ),
    "post__existing_graph": NOT_TURTLE,
    "get_of_post__existing_graph": inapplicable(
        "It expects John Doe, whom the tests before it have replaced by Jane Doe, and not the name that was "
        "posted.",
        "Diharapkan John Doe, yang oleh uji sebelumnya sudah diganti Jane Doe, dan bukan nama yang dikirim "
        "dengan POST.",
    ),
    "post__multipart_formdata": NOT_TURTLE,
    "get_of_post__multipart_formdata": inapplicable(
        "It expects what post__existing_graph and post__multipart_formdata would have added.",
        "Diharapkan apa yang seharusnya ditambahkan oleh post__existing_graph dan post__multipart_formdata.",
    ),
}
"""By the name of the test."""
