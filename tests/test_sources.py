"""Sources: a text that a reader supplies is known by its hash, or by the ID that the reader gives."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.source import Sentence, Source, language_of, match_source, read_sources, read_text
from wicara.graph.inputs import read_inputs
from wicara.ontology import BASE

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Command


def source(name: str, text: str) -> Source:
    """Return the description of an invented source."""
    return Source(
        iri=f"{BASE}/id/article/{name}",
        sha256=sha256(text.encode()).hexdigest(),
        length=len(text),
        language="id",
        publisher="",
        addresses=(),
        sentences=(Sentence(f"{BASE}/id/sentence/{name}-s01", 0, len(text)),),
    )


pytestmark = pytest.mark.first_article

ARTICLE = "kemlu-2018-08-02-asean-russia"
ONE = source("one", "Satu.")
TWO = source("two", "Dua.")


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Return a file with the text of the second source."""
    path = tmp_path / "two.txt"
    path.write_text("Dua.", encoding="utf-8")
    return path


def test_the_real_source_is_described() -> None:
    """The description of the article says its length, hash, language, publisher and where a copy stands."""
    (article,) = (
        each for each in read_sources(read_inputs().quads) if each.name == "kemlu-2018-08-02-asean-russia"
    )
    assert (article.length, article.language) == (3271, "id")
    assert article.sha256.startswith("47d153a5")
    assert article.publisher == f"{BASE}/id/body/kemlu"
    assert len(article.sentences) == 21
    assert any("setnasasean.id" in address for address in article.addresses)


def test_a_file_is_known_by_its_hash(two: Path) -> None:
    """A text is compared with the source that has its SHA-256, whatever the file is called."""
    supplied = match_source(str(two), [ONE, TWO])
    assert supplied.source is TWO
    assert supplied.identical


def test_an_unknown_text_goes_to_the_only_source(two: Path) -> None:
    """A text that no source has is compared with the only source there is."""
    supplied = match_source(str(two), [ONE])
    assert supplied.source is ONE
    assert not supplied.identical


def test_an_unknown_text_needs_an_id_where_there_are_more(tmp_path: Path) -> None:
    """A text that no source has is refused where there are two, with its hash and the IDs to choose from."""
    file = tmp_path / "three.txt"
    file.write_text("Tiga.", encoding="utf-8")
    with pytest.raises(UnreadableInput, match="one, two") as refused:
        match_source(str(file), [ONE, TWO])
    assert sha256(b"Tiga.").hexdigest() in str(refused.value)


@pytest.mark.parametrize("name", ["one", f"{BASE}/id/article/one"])
def test_an_id_is_obeyed(two: Path, name: str) -> None:
    """ID=FILE is compared with that source, even where another has its hash; the ID may be the IRI."""
    supplied = match_source(f"{name}={two}", [ONE, TWO])
    assert supplied.source is ONE
    assert not supplied.identical


def test_an_unknown_id_is_told(two: Path) -> None:
    """An ID that no source has is refused with those that there are."""
    with pytest.raises(UnreadableInput, match=r"no source 'three'.*one, two"):
        match_source(f"three={two}", [ONE, TWO])


def test_a_file_name_may_hold_an_equals_sign(two: Path) -> None:
    """A file whose name looks like ID=FILE is read where it exists."""
    odd = two.rename(two.with_name("a=b.txt"))
    assert match_source(str(odd), [ONE, TWO]).source is TWO


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is refused by its name."""
    with pytest.raises(UnreadableInput, match=r"none\.txt: No such file"):
        match_source(str(tmp_path / "none.txt"), [ONE])


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    """A file in another encoding is refused with the place of the first byte that is not UTF-8."""
    path = tmp_path / "latin.txt"
    path.write_bytes("Café".encode("latin-1"))
    with pytest.raises(UnreadableInput, match="byte 3"):
        read_text(path)


def test_line_ends_stay(tmp_path: Path) -> None:
    """A carriage return, a byte order mark and a NO-BREAK SPACE are characters like others."""
    path = tmp_path / "text.txt"
    path.write_bytes("\ufeffa\r\nb\u00a0c".encode())
    assert read_text(path).characters == "\ufeffa\r\nb\u00a0c"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Menteri Luar Negeri Indonesia menyampaikan sambutan dalam pertemuan itu."),
        ("en", "The Foreign Minister of Indonesia delivered her remarks at the meeting."),
    ],
)
def test_language_is_told_from_the_text(wicara: Command, tmp_path: Path, language: str, text: str) -> None:
    """`wicara article` looks at the text; `--language` overrules it, and is asked for where it must be."""
    file = tmp_path / "text.txt"
    file.write_text(text, encoding="utf-8")
    assert f'dcterms:language "{language}"' in wicara("article", file).stdout
    assert 'dcterms:language "ms"' in wicara("article", file, "--language", "ms").stdout
    file.write_text("12 34 56", encoding="utf-8")
    refused = wicara("article", file)
    assert (refused.returncode, "--language" in refused.stderr) == (2, True)


def test_language_of_the_shared_texts(shared: Path) -> None:
    """The language of each text of the shared folder is recognized."""
    listed = [json.loads(line) for line in (shared / "growth/sources.jsonl").read_text("utf-8").splitlines()]
    texts = {each["file"]: each["lang"] for each in listed if each.get("file")}
    assert texts
    assert texts == {file: language_of((shared / "growth" / file).read_text("utf-8")) for file in texts}


def test_a_text_is_kept_by_its_hash(wicara: Command, shared: Path, tmp_path: Path) -> None:
    """`wicara source add` keeps the very text of a source in a file beside the builds, and no other."""
    text, data = shared / "sources" / f"{ARTICLE}.txt", tmp_path / "data"
    assert wicara("source", "add", text, "--data", data).returncode == 0
    (kept,) = (data / "texts").iterdir()
    assert kept.read_bytes() == text.read_bytes()
    other = tmp_path / "other.txt"
    other.write_text(text.read_text("utf-8") + " ", encoding="utf-8")
    refused = wicara("source", "add", other, "--data", data)
    assert (refused.returncode, "SHA-256" in refused.stderr) == (2, True)
    assert [*(data / "texts").iterdir()] == [kept]
