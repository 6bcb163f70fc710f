"""RDF/XML means the same at every door: uploads, files that are served, and files that are reasoned with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from server_process import served
from writing import write

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Command
    from server_process import Answer, Server

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML_LITERAL: Final = f"^^<{RDF}XMLLiteral>"
HEAD: Final = (
    f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="http://e/" xmlns="http://d/" xml:lang="en">'
    '<rdf:Description rdf:about="http://e/s">'
)
TAIL: Final = "</rdf:Description></rdf:RDF>"
H: Final = 'xmlns:h="http://h/"'
PROPERTIES: Final = (
    (
        '<e:a1 rdf:parseType="Literal"><p xmlns="http://h/">text</p></e:a1>',
        f'<p xmlns="http://h/">text</p>{XML_LITERAL}',
    ),
    (
        f'<e:a2 rdf:parseType="Literal"><h:p {H}><h:q/></h:p></e:a2>',
        f"<h:p {H}><h:q></h:q></h:p>{XML_LITERAL}",
    ),
    (
        """<e:a3 rdf:parseType='Literal'>a &lt; <b e:z='"' y=''>&amp;</b><i xmlns=''/></e:a3>""",
        f'a &lt; <b xmlns="http://d/" xmlns:e="http://e/" y="" e:z="&quot;">&amp;</b><i></i>{XML_LITERAL}',
    ),
    (
        '<e:a4 rdf:parseType="Literal"><!--c--><?p i?><![CDATA[<x>]]></e:a4>',
        f"<!--c--><?p i?>&lt;x&gt;{XML_LITERAL}",
    ),
    ('<e:a5 rdf:parseType="Literal"/>', XML_LITERAL),
    (
        f'<e:a6 rdf:parseType="other"><h:b {H} h:y="z" xml:lang=""/></e:a6>',
        f'<h:b {H} h:y="z" xml:lang=""></h:b>{XML_LITERAL}',
    ),
    ('<e:a7 xml:lang="">x</e:a7>', "x"),
    ("<e:a8>é</e:a8>", "é@en"),
    ('<e:a9 xml:lang="" rdf:datatype="http://e/t">x</e:a9>', "x^^<http://e/t>"),
    (
        '<e:a10 rdf:parseType="Triple"><i xmlns="http://i/"/></e:a10>',
        f'<i xmlns="http://i/"></i>{XML_LITERAL}',
    ),
)
"""Properties of <http://e/s>, and their values: before a type or language stands what the literal holds."""
DOCUMENT: Final = HEAD + "".join(text for text, _ in PROPERTIES) + TAIL
ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "iso-8859-1", "windows-1252")
G: Final = "/store?graph=http://e/g"


def as_literal(value: str) -> str:
    """Return a value of PROPERTIES as N-Triples writes it."""
    text, mark, rest = value.partition("^^") if "^^" in value else value.partition("@")
    quoted = text.replace('"', '\\"')
    return f'"{quoted}"{mark}{rest}'


EXPECTED: Final = sorted(
    f"<http://e/s> <http://e/a{number}> {as_literal(value)} ."
    for number, (_, value) in enumerate(PROPERTIES, start=1)
)


def encoded(encoding: str, document: str = DOCUMENT) -> bytes:
    """Return a document in an encoding, which it names."""
    return f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n{document}'.encode(encoding)


@pytest.fixture
def server(empty: Server) -> Server:
    """Return a server that takes writes and holds nothing."""
    return empty


def put(server: Server, document: str | bytes) -> Answer:
    """Replace the graph by a document."""
    return write(server, "PUT", G, document, content_type="application/rdf+xml")


def lines(server: Server, path: str) -> list[str]:
    """Return a graph as sorted lines of N-Triples."""
    return sorted(server.get(path, accept="application/n-triples").text.splitlines())


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_uploads(server: Server, encoding: str) -> None:
    """A PUT and a POST hold what the document says, in each encoding."""
    write(server, "DELETE", G)
    assert put(server, encoded(encoding)).status == 201
    assert lines(server, G) == EXPECTED
    write(server, "DELETE", G)
    assert write(server, "POST", G, encoded(encoding), content_type="application/rdf+xml").status == 201
    assert lines(server, G) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_files(wicara: Command, tmp_path: Path, encoding: str) -> None:
    """Commands that reason, and a server of files, read the same."""
    file, conclusion = tmp_path / "x.rdf", tmp_path / "conclusion.nt"
    file.write_bytes(encoded(encoding))
    conclusion.write_text("\n".join(EXPECTED), encoding="utf-8")
    assert wicara("entails", file, conclusion).returncode == 0
    assert wicara("reason", file).returncode == 0
    with served(file) as server:
        assert lines(server, "/store?default") == EXPECTED
        assert "@prefix e: <http://e/>" in server.get("/store?default", accept="text/turtle").text


def test_triple_terms(server: Server) -> None:
    """Where rdf:version says so, rdf:parseType="Triple" is a triple term (RDF 1.2 XML Syntax)."""
    term = '<rdf:Description rdf:about="http://e/x"><e:q rdf:resource="http://e/y"/></rdf:Description>'
    write(server, "DELETE", G)
    put(server, f'{HEAD}<e:p rdf:parseType="Triple" rdf:version="1.2">{term}</e:p>{TAIL}')
    assert lines(server, G) == ["<http://e/s> <http://e/p> <<( <http://e/x> <http://e/q> <http://e/y> )>> ."]


def test_attributes_that_look_alike(server: Server) -> None:
    """What looks like an attribute within the value of another one stays as it is."""
    write(server, "DELETE", G)
    put(server, f"""{HEAD}<e:p><e:T e:x=' xml:lang=""' xml:lang='' e:y="z"/></e:p>{TAIL}""")
    values = {line.split(" ", 2)[2] for line in lines(server, G)}
    assert {r'" xml:lang=\"\"" .', '"z" .'} <= values


def named(name: str, encoding: str) -> bytes:
    """Return a document of one letter that names an encoding and is in one."""
    text = f'<?xml version="1.0" encoding="{name}"?>\n{HEAD}<e:p xml:lang="">é</e:p>{TAIL}'
    return text.encode(encoding)


CHARSETS: Final = (
    ("utf-8", named("iso-8859-1", "utf-8")),
    ("ISO-8859-1", named("utf-8", "iso-8859-1")),
    ("us-ascii", named("utf-8", "utf-8-sig")),
    ("iso-8859-1", named("utf-8", "utf-16")),
    ("UTF-16", named("utf-8", "utf-16-be")),
    ("utf-16", named("utf-8", "utf-16-le")),
    ('"windows-1251"', named("utf-8", "iso-8859-1").replace(b"\xe9", b"&#xe9;")),
)
"""Charsets of a Content-Type, and documents that name another encoding."""


@pytest.mark.parametrize(("charset", "content"), CHARSETS)
def test_a_charset_goes_before_what_the_document_says(server: Server, charset: str, content: bytes) -> None:
    """A byte order mark tells the encoding, else the Content-Type (RFC 7303, section 3.2); in a form too."""
    content_type = f"application/rdf+xml; charset={charset}"
    part = f'Content-Disposition: form-data; name="f"; filename="f"\r\nContent-Type: {content_type}'.encode()
    form = b"--limit\r\n" + part + b"\r\n\r\n" + content + b"\r\n--limit--\r\n"
    for body, sent_as in ((content, content_type), (form, "multipart/form-data; boundary=limit")):
        write(server, "DELETE", G)
        assert write(server, "POST", G, body, content_type=sent_as).status == 201
        assert lines(server, G) == ['<http://e/s> <http://e/p> "é" .']


def test_a_charset_that_is_another(server: Server) -> None:
    """A document that is not in the charset of its Content-Type is 400, in one that is not known too."""
    for charset, content in (("utf-8", named("iso-8859-1", "iso-8859-1")), ("none", b"<r/>")):
        content_type = f"application/rdf+xml; charset={charset}"
        answer = write(server, "POST", G, content, content_type=content_type)
        assert (answer.status, f"encoding {charset}" in answer.json["detail"]) == (400, True)


def test_a_mark_goes_before_the_name_of_an_encoding(wicara: Command, tmp_path: Path) -> None:
    """Commands that reason read a file with a byte order mark in UTF-8, whatever encoding it names."""
    file, conclusion = tmp_path / "x.rdf", tmp_path / "conclusion.nt"
    file.write_bytes(named("iso-8859-1", "utf-8-sig"))
    conclusion.write_text('<http://e/s> <http://e/p> "é" .', encoding="utf-8")
    assert wicara("entails", file, conclusion).returncode == 0


DTD: Final = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [
  <!ENTITY e 'http://e/'> <!ENTITY b "<b>bold</b>"> <!ATTLIST e:p rdf:datatype CDATA "http://e/t">
]>
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<e:p>1</e:p>", '"1"^^<http://e/t>'),
        ('<e:q rdf:resource="&e;o"/>', "<http://e/o>"),
        ('<e:q rdf:parseType="Literal">&b;&e;</e:q>', f'"<b xmlns=\\"http://d/\\">bold</b>http://e/"{XML_LITERAL}'),
    ],
)  # fmt: skip
def test_entities(server: Server, text: str, expected: str) -> None:
    """What a DTD within the document declares counts."""
    write(server, "DELETE", G)
    assert put(server, DTD + HEAD + text + TAIL).status == 201
    assert [line.split(" ", 2)[2] for line in lines(server, G)] == [f"{expected} ."]


def test_blank_nodes_of_two_documents(server: Server) -> None:
    """The blank nodes of two documents are not the same, whatever names they have."""
    document = HEAD + '<e:p rdf:nodeID="n"/>' + TAIL
    write(server, "DELETE", G)
    for _ in range(2):
        write(server, "POST", G, document, content_type="application/rdf+xml")
    assert len(lines(server, G)) == 2


FAULTS: Final = (
    ("<e:p>\n\n<b></e:p>", 3, 6, "mismatched tag"),
    ('<e:p rdf:parseType="Literal"><a\n\n/>\n</e:p><e:q xml:lang="!"/>\n<e:p', 5, 5, "not well-formed"),
    (DTD + HEAD + "<e:p>&none;</e:p>" + TAIL, 5, 163, "undefined entity"),
)


@pytest.mark.parametrize(("text", "line", "column", "reason"), FAULTS)
def test_faults(server: Server, text: str, line: int, column: int, reason: str) -> None:
    """A fault is told with its place."""
    document = text if text.startswith("<?xml") else HEAD + text + TAIL
    answer = put(server, document)
    assert answer.status == 400
    assert (answer.json["line"], answer.json["column"]) == (line, column)
    assert reason in answer.json["detail"]


NO_ENCODINGS: Final = [
    encoded("utf-8").replace(b"utf-8", name) for name in (b"none", b"undefined", b"punycode", b"idna", b"zip")
]
"""Documents in names that Python knows, or does not, as no encodings of documents."""


@pytest.mark.parametrize("content", [*NO_ENCODINGS, b"<r>\xff</r>"])
def test_encodings_that_are_none(server: Server, wicara: Command, tmp_path: Path, content: bytes) -> None:
    """An encoding that is not known, or that the document is not in, is said."""
    answer = put(server, content)
    assert answer.status == 400
    assert "encoding" in answer.json["detail"]
    file = tmp_path / "x.rdf"
    file.write_bytes(content)
    for command in ("reason", "profile"):
        done = wicara(command, file)
        assert (done.returncode, "encoding" in done.stderr) == (2, True)


def test_entities_that_blow_up(wicara: Command, tmp_path: Path) -> None:
    """Commands refuse a small document that would fill the memory, as uploads do."""
    file = tmp_path / "bomb.rdf"
    entities = "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    file.write_text(f'<!DOCTYPE r [<!ENTITY a "{"a" * 100}">{entities}]>{HEAD}<e:p>&i;</e:p>{TAIL}')
    done = wicara("reason", file)
    assert (done.returncode, "amplification" in done.stderr) == (2, True)


DEEP: Final = {
    "nodes": ("", "<e:p><e:T>", "</e:T></e:p>"),
    "collections": ("", '<e:p rdf:parseType="Collection"><e:T>', "</e:T></e:p>"),
    "properties": ("", '<e:p rdf:parseType="Resource">', "</e:p>"),
    "XML literal": ('<e:p rdf:parseType="Literal">', f"<h:b {H}>", "</h:b>"),
}
"""What a document begins with, and what nests in it: how that begins and ends."""


@pytest.mark.parametrize("kind", DEEP)
def test_how_deep_elements_nest(server: Server, wicara: Command, tmp_path: Path, kind: str) -> None:
    """Elements nest 1,000 deep; what nests deeper is an error that says where, at once, at each door."""
    first, opening, closing = DEEP[kind]
    last = "</e:p>" if first else ""
    around, each = 2 + bool(first), opening.count("<")
    for depth, status, code in (((1000 - around) // each, 201, 0), (20_000, 400, 2)):
        document = HEAD + first + opening * depth + closing * depth + last + TAIL
        (tmp_path / "x.rdf").write_text(document, encoding="utf-8")
        write(server, "DELETE", G)
        answer, result = put(server, document), wicara("reason", tmp_path / "x.rdf")
        assert (answer.status, result.returncode) == (status, code)
    assert "elements are nested more than 1000 deep" in answer.json["detail"]
    assert "x.rdf, line 1, column " in result.stderr
