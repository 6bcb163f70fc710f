"""`wicara draft`: what it suggests for a text, and that nothing of it is data."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from wicara.graph.facts.selector import MOST_WORDS

if TYPE_CHECKING:
    from conftest import Command

pytestmark = pytest.mark.first_article

CHECKOUT = Path(__file__).parent.parent

INDONESIAN = """JAKARTA, CONTOH.com - Presiden Kanada Rekawati Suhardjo tiba di Sochi pada Kamis (2/5/2019) \
untuk menghadiri KTT ke-9 ASEAN-Kanada.

Menteri Luar Negeri Jepang, Tarou Yamabe, mengatakan bahwa perdagangan kedua negara mencapai 1.250 ton beras \
dan akan tumbuh lebih dari 4,5 miliar dollar AS.

"Kami menyambut baik usulan itu dan akan membahas kerja sama kelautan," kata Suhardjo. Ia menambahkan, \
hampir 42 persen kegiatan telah dilaksanakan.

"Kerja sama kita tidak boleh berhenti di sini saja," lanjutnya. Pertemuan itu dihadiri Jepang, Selandia \
Baru, dan Rusia. Kerja sama akan diteruskan, ujar Suhardjo.

Wakil Ketua DPR sekaligus Ketua Harian Partai Contoh Sudarsono Hartono hadir. \
Yang pasti, kata dia, perairan itu tetap terbuka seperti \
dua tahun terakhir. Bentrokan antara nelayan Jepang dan Kanada terjadi di Laut Utara pada 1 Mei 2019. \
Jepang menutup perbatasannya dengan Kanada pada 2 Mei 2019. \
Kedua negara juga telah memberlakukan pembatasan. \
Hubungan keduanya menjadi tegang pada 2008. Jepang tidak lagi menyinggung perairan itu. \
Jepang melarang impor ikan dan garam.

"Untuk urusan Jepang dan Kanada, hubungan keduanya tetap baik dan mekanisme kerja samanya berjalan," kata \
Presiden Rusia Vladimir Putin.

"Kami tidak akan menutup laut itu lagi," ujar Suhardjo di Sochi, Kamis (2/5/2019).
"""
ENGLISH = """Canadian Prime Minister Rekawati Suhardjo today opened the ninth ASEAN-Canada Summit. She \
reaffirmed the commitment to open markets and pledged to fund about $102 million of new projects.

“We will not leave the table without a result,” Suhardjo told reporters on Thursday. According to the \
Ministry of Invented Affairs, trade grew by 12 percent. The leaders adopted the Declaration on Invented \
Cooperation.

Canada, Japan, and New Zealand are expected to sign the Invented Treaty in May 2020. In Sochi, the border \
would stay open, she said in an interview.

Japan, Canada, and New Zealand are on friendly terms, Suhardjo informed the press of the long history of the \
ties, two years ago. Suhardjo said in Sochi on 2 May that the harbour was open. \
Suhardjo chaired the Invented Forum on 2 May 2019. Canada restored its ties with Japan. \
Japan never supported the fish market.

Canada has not joined the BRICS. Analyst Joan Fairweather welcomed the open markets, such as the fish market.
"""
EXPECTED = {
    "id": [
        ("role", "Presiden Kanada Rekawati Suhardjo", {"person": "Rekawati Suhardjo", "state": "CA"}),
        ("role", "Menteri Luar Negeri Jepang, Tarou Yamabe", {"person": "Tarou Yamabe"}),
        ("meeting", "KTT ke-9 ASEAN-Kanada", {"ordinal": "ke-9"}),
        ("date", "pada Kamis (2/5/2019)", {"date": "2019-05-02", "resolved": False}),
        ("figure", "mencapai 1.250 ton beras", {"value": "1250", "unit": "tonnes"}),
        (
            "figure",
            "lebih dari 4,5 miliar dollar AS",
            {"value": "4500000000", "unit": "USD", "bound": "more-than"},
        ),
        ("figure", "hampir 42 persen", {"value": "42", "unit": "percent", "bound": "nearly"}),
        ("claim", "perdagangan kedua negara mencapai", {"speaker": "Tarou Yamabe"}),
        ("quotation", "Kami menyambut baik usulan itu", {"speaker": "Rekawati Suhardjo"}),
        ("claim", "hampir 42 persen kegiatan", {"speaker": "Rekawati Suhardjo"}),
        ("quotation", "Kerja sama kita tidak boleh", {"speaker": "Rekawati Suhardjo"}),
        ("states", "Jepang, Selandia Baru, dan Rusia", {}),
        ("plan", "menghadiri KTT", {"modality": "planned"}),
        ("claim", "Kerja sama akan diteruskan", {"speaker": "Rekawati Suhardjo"}),
        ("dateline", "JAKARTA, CONTOH.com", {"place": "JAKARTA"}),
        ("role", "Wakil Ketua DPR sekaligus", {"person": "Sudarsono Hartono", "post": "Wakil Ketua DPR"}),
        ("role", "Ketua Harian Partai Contoh Sudarsono", {"post": "Ketua Harian Partai Contoh"}),
        ("role", "Presiden Rusia Vladimir Putin", {"person": "Vladimir Putin", "post": "Presiden Rusia"}),
        ("claim", "perairan itu tetap terbuka", {"speaker": "Sudarsono Hartono"}),
        (
            "event",
            "terjadi di Laut Utara",
            {"date": "2019-05-01", "meeting": "Bentrokan antara nelayan Jepang dan Kanada"},
        ),
        ("quotation", "hubungan keduanya tetap baik dan mekanisme", {"speaker": "Vladimir Putin"}),
        (
            "event",
            "Jepang menutup perbatasannya",
            {"actor": "Jepang", "did": "menutup perbatasannya dengan Kanada", "date": "2019-05-02"},
        ),
        ("event", "Kedua negara juga telah", {"actor": "Jepang", "partner": "Kanada"}),
        ("event", "Jepang melarang", {"did": "melarang impor ikan dan garam"}),
        ("quotation", "Kami tidak akan menutup", {"date": "2019-05-02", "place": "Sochi"}),
    ],
    "en": [
        ("role", "Canadian Prime Minister Rekawati Suhardjo", {"person": "Rekawati Suhardjo"}),
        ("meeting", "ninth ASEAN-Canada Summit", {"ordinal": "ninth"}),
        ("claim", "reaffirmed the commitment", {"speaker": "Rekawati Suhardjo", "modality": "claimed"}),
        ("claim", "pledged to fund", {"speaker": "Rekawati Suhardjo", "modality": "planned"}),
        ("figure", "about $102 million", {"value": "102000000", "unit": "USD", "bound": "about"}),
        ("quotation", "We will not leave the table", {"speaker": "Rekawati Suhardjo"}),
        ("claim", "trade grew by 12 percent", {"speaker": "Ministry of Invented Affairs"}),
        ("document", "Declaration on Invented Cooperation", {}),
        ("event", "leaders adopted", {"verb": "adopt"}),
        ("states", "Canada, Japan, and New Zealand", {}),
        ("claim", "the border would stay open", {"speaker": "Rekawati Suhardjo"}),
        ("plan", "are expected to sign", {"modality": "planned"}),
        ("event", "chaired the Invented Forum", {"pattern": "Chaired", "meeting": "Invented Forum"}),
        ("meeting", "Invented Forum", {"date": "2019-05-02"}),
        ("event", "Canada restored", {"actor": "Canada", "did": "restored its ties"}),
        ("claim", "the long history of the ties", {"speaker": "Rekawati Suhardjo"}),
        ("claim", "the harbour was open", {"speaker": "Rekawati Suhardjo"}),
        ("role", "Analyst Joan Fairweather", {"person": "Joan Fairweather"}),
        ("claim", "welcomed the open markets, such as", {"speaker": "Joan Fairweather"}),
    ],
}


TRANSCRIPT = """QUESTION: Minister Yamabe, will the border stay open?

MINISTER YAMABE: Yes, it will stay open for all who travel. Canada has sent two ships to the region.
"""
STATEMENT = """The 20th Invented Summit was held on 26 October 2025. We reaffirmed our commitment to open \
markets. The Leaders welcomed the accession of Japan to ASEAN. They noted the progress of the Invented Plan.
"""
RELEASE = """SOCHI, 3 May 2019 - Director-General for ASEAN Cooperation of the Japanese Foreign Affairs \
Ministry Tarou Yamabe and Canada discussed open markets. The Director-General underscored the rule of the \
sea in Japan, Canada, and New Zealand. Both sides highlighted the fish market.
"""
AGENCY = """Sochi (CONTOH) - Presiden Joko Widodo tiba di Sochi, Kamis. Presiden akan menghadiri KTT ke-9 \
ASEAN-Kanada. Beliau menegaskan perairan itu tetap terbuka.
"""
FORMS = [
    (TRANSCRIPT, "quotation", "it will stay open", {"speaker": "Yamabe"}),
    (TRANSCRIPT, "quotation", "Canada has sent two ships", {"speaker": "Yamabe"}),
    (STATEMENT, "claim", "reaffirmed our commitment", {"modality": "claimed"}),
    (STATEMENT, "membership", "accession of Japan to ASEAN", {"of": "Japan", "with": "ASEAN"}),
    (STATEMENT, "claim", "noted the progress", {"speaker": "Leaders"}),
    (RELEASE, "dateline", "SOCHI", {"place": "SOCHI"}),
    (RELEASE, "role", "Director-General", {"person": "Tarou Yamabe"}),
    (RELEASE, "claim", "Japan, Canada, and New Zealand", {"speaker": "Tarou Yamabe"}),
    (RELEASE, "claim", "highlighted the fish market", {"speaker": "Both sides"}),
    (AGENCY, "dateline", "Sochi (CONTOH)", {"place": "Sochi", "publisher": "CONTOH"}),
    (AGENCY, "plan", "akan menghadiri", {"pattern": "ToAttend", "actor": "Joko Widodo"}),
    (AGENCY, "claim", "menegaskan perairan", {"speaker": "Joko Widodo"}),
]


def drafted(wicara: Command, file: Path, *options: object) -> dict[str, Any]:
    """Return what the command prints for a file as JSON."""
    done = wicara("draft", file, "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a text in each language."""
    folder = tmp_path_factory.mktemp("texts")
    for name, text in (("id", INDONESIAN), ("en", ENGLISH)):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", ["id", "en"])
def test_each_part_is_suggested(wicara: Command, texts: Path, language: str) -> None:
    """Each suggestion has its words, its fields, a rule and a score; its span is that of the words."""
    file = texts / f"{language}.txt"
    found = drafted(wicara, file, "--date", "2019-05-03")
    assert found["language"] == language
    text = file.read_text(encoding="utf-8")
    for one in found["suggestions"]:
        start, end = map(int, one["span"].split("-"))
        assert text[start:end].startswith(one["quote"])
        assert len(one["quote"].split()) <= MOST_WORDS
        assert one["rule"].startswith(f"{language}.{one['part'].replace('quotation', 'quote')}")
        assert 0 < one["score"] <= 1
        assert one.get("unit") != "years", "“Two years ago” is no figure."
        assert not re.match("menyinggung|supported", one["quote"]), (
            "What was not said or done is not suggested."
        )
        assert "urusan" not in one["quote"], "Of what words speak is not what they say."
        assert not one["quote"].startswith("keduanya menjadi"), "Not they are tense, their relations are."
        assert (one["part"], one.get("date")) != ("date", "2019-05-01"), "Its event has the day."
    for part, words, fields in EXPECTED[language]:
        alike = [one for one in found["suggestions"] if one["part"] == part and words in one["quote"]]
        assert any(fields.items() <= one.items() for one in alike), (
            part,
            words,
            alike or found["suggestions"],
        )


def test_forms_of_texts_are_known(wicara: Command, tmp_path: Path) -> None:
    """Turns of a transcript, statements of "we", releases and items of an agency have their speakers."""
    found: dict[str, list[dict[str, Any]]] = {}
    for text, part, words, fields in FORMS:
        if text not in found:
            (tmp_path / "text.txt").write_text(text, encoding="utf-8")
            found[text] = drafted(wicara, tmp_path / "text.txt", "--date", "2019-05-03")["suggestions"]
        alike = [one for one in found[text] if one["part"] == part and words in one["quote"]]
        assert any(fields.items() <= one.items() for one in alike), (part, words, alike or found[text])


def test_a_text_is_drafted_alike_each_time(wicara: Command, texts: Path) -> None:
    """The same text gives the same bytes; as CSV it has a row a suggestion."""
    first, second = (
        wicara("draft", texts / "id.txt", "--format", "json", PYTHONHASHSEED=seed).stdout
        for seed in ("1", "2")
    )
    assert first == second
    rows = list(csv.DictReader(io.StringIO(wicara("draft", texts / "id.txt", "--format", "csv").stdout)))
    assert [row["span"] for row in rows] == [one["span"] for one in json.loads(first)["suggestions"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00P", "not UTF-8"),
        (b" \n", "empty"),
        (b"<html><body></body></html>", "no text"),
    ],
)
def test_what_is_no_text_is_refused(wicara: Command, tmp_path: Path, content: bytes, message: str) -> None:
    """Bytes that are no text end with exit code 2 and a message, and print nothing."""
    (tmp_path / "bad").write_bytes(content)
    done = wicara("draft", tmp_path / "bad")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_white_space_hinders_nothing(wicara: Command, texts: Path, tmp_path: Path) -> None:
    """Broken lines, CRLF and NO-BREAK SPACE give the suggestions of the plain text, with their own words."""
    paragraphs = ENGLISH.replace("102 million", "102\u00a0million").split("\n\n")
    broken = "\r\n\r\n".join(wrapped(one, 60) for one in paragraphs)
    (tmp_path / "broken.txt").write_text(broken, encoding="utf-8", newline="")

    def kinds(file: Path) -> list[tuple[str, str]]:
        return [(one["part"], " ".join(one["quote"].split())) for one in drafted(wicara, file)["suggestions"]]

    assert kinds(tmp_path / "broken.txt") == kinds(texts / "en.txt")


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of a width, broken as a PDF has them."""
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\r\n".join(lines)


def test_a_page_is_read_as_html(wicara: Command, tmp_path: Path) -> None:
    """Of an HTML page its text is drafted; the text that the spans count is written where it is asked for."""
    body = "".join(f"<p>{one}</p>" for one in ENGLISH.split("\n\n"))
    page, out = tmp_path / "page.html", tmp_path / "page.txt"
    page.write_text(f"<!doctype html><html><body><nav>Home</nav><article>{body}</article></body></html>")
    found = drafted(wicara, page, "--text", out)
    text = out.read_text(encoding="utf-8")
    assert {one["part"] for one in found["suggestions"]} >= {
        "role",
        "claim",
        "quotation",
        "figure",
        "meeting",
    }
    for one in found["suggestions"]:
        start, end = map(int, one["span"].split("-"))
        assert text[start:end].startswith(one["quote"])


def test_a_third_language_is_told(wicara: Command, tmp_path: Path) -> None:
    """A text in another language gets what can be found, and a word about that."""
    (tmp_path / "de.txt").write_text("Der Handel zwischen Japan, China und Kanada wuchs um 12 % im Mai.")
    done = wicara("draft", tmp_path / "de.txt", "--format", "json")
    assert done.returncode == 0
    assert "neither Indonesian nor English (de)" in done.stderr
    assert any(one["part"] == "figure" for one in json.loads(done.stdout)["suggestions"])


def test_suggestions_are_no_data_before_one_is_accepted(wicara: Command, texts: Path, tmp_path: Path) -> None:
    """A draft beside the data adds nothing to any export; a suggestion that is completed is a fact."""
    mine = tmp_path / "mine"
    mine.mkdir()
    file = mine / "en.trig"
    assert wicara("draft", texts / "en.txt", "-o", file).returncode == 0
    assert wicara("draft", texts / "en.txt", "-o", file).returncode == 2  # it may hold work

    assert wicara("expand", file).stdout == ""
    options = ("--add", mine, "--data", tmp_path / "data")
    assert "Suhardjo" not in wicara("export", *options).stdout
    draft = file.read_text(encoding="utf-8")
    accepted = re.sub(
        r"f:F001 in:suggested .*?rdf:JSON ; a p:HeldOffice ;",
        'f:F001 skos:prefLabel "A"@en , "B"@id ; a p:HeldOffice ; p:who person:joko-widodo ; '
        "p:post <https://w3id.org/wicara/id/post/president-of-indonesia> ;",
        draft,
        flags=re.DOTALL,
    )
    assert accepted != draft
    file.write_text(accepted, encoding="utf-8")
    assert wicara("lock", file, "--source", texts / "en.txt").returncode == 0
    long = wicara("expand", file).stdout
    assert "fact/en/F001" in long
    assert "fact/en/F002" not in long
    assert "suggested" not in long


def test_the_lists_of_facts_are_reached(shared: Path) -> None:
    """On the texts with lists of facts, enough is kept and touched, and enough speakers are right."""
    done = subprocess.run(
        [sys.executable, CHECKOUT / "benchmarks" / "drafting.py", shared / "growth", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    shares = json.loads(done.stdout)["all"]["all"]
    assert all(part["kept"] >= 85 for part in json.loads(done.stdout)["all"].values())
    assert shares["touched"] >= 65
    assert shares["speaker right"] >= 85
