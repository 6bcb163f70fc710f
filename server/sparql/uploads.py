"""RDF that a client sends to become part of a graph: its formats, and what is refused before it is parsed.

A triple term nested deep enough overflows the stack of pyoxigraph, so it is looked for first; entities in
RDF/XML are expanded before it sees them.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from io import BytesIO
from typing import IO, TYPE_CHECKING, Final

from pyoxigraph import Quad, RdfFormat, parse, serialize
from wicara.graph import formats
from wicara.graph.formats import BY_EXTENSION
from wicara.graph.nesting import nests_beyond
from wicara.graph.rdfxml_input import readable
from wicara.server.http import negotiation
from wicara.server.http.problems import Problem, bad_request
from wicara.server.sparql.protocol import check_length

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask import Request
    from pyoxigraph import DefaultGraph, NamedNode, Store
    from wicara.graph.formats import Format
    from wicara.graph.rdfxml_input import Readable
    from wicara.server.settings import Limits

BY_MEDIA_TYPE: Final = {form.media_type: form for form in negotiation.RDF}
MEDIA_TYPES: Final = ", ".join(BY_MEDIA_TYPE)
MULTIPART: Final = "multipart/form-data"
UTF8: Final = frozenset({"", "utf-8", "utf8"})
"""How a charset parameter names the encoding of every format but RDF/XML."""
POSITION: Final = re.compile(r"Parser error [^:]*: ")


@dataclass(frozen=True)
class Upload:
    """A document: its bytes, their format, what it is called in a message, and the charset that it names."""

    body: bytes
    form: Format
    name: str = "The body"
    charset: str = ""

    @property
    def is_triples(self) -> bool:
        """Tell whether the format can hold no more than one graph."""
        return not self.form.datasets

    @cached_property
    def rdfxml(self) -> Readable:
        """The document as the engine reads it; raises Problem 400 where it is not well-formed."""
        with self.faults():
            return readable(self.body, self.charset)

    def check(self, limits: Limits) -> None:
        """Raise Problem 400 for what must not come before the engine's parser, 415 for another charset."""
        if self.form is formats.RDFXML:
            _ = self.rdfxml
            return
        if self.charset.lower() not in UTF8 and not self.body.isascii():
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                f"{self.name} has the charset {self.charset}; {self.form.label} is always UTF-8.",
            )
        if self.form.rdf and nests_beyond(self.body, self.form.rdf, limits.max_nesting):
            nested = "objects" if self.form is formats.JSONLD else "triple terms"
            raise bad_request(
                f"{self.name} nests {nested} deeper than {limits.max_nesting} levels (--max-nesting)."
            )

    def load(self, store: Store, graph: NamedNode | DefaultGraph, base: str) -> None:
        """Add the triples to a graph, all of them or none; raises Problem 400 for a faulty document."""
        with self.faults():
            if self.form is formats.RDFXML:
                quads = list(self.rdfxml.quads(base, rename_blank_nodes=True))
                store.extend(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads)
            else:
                store.load(self.body, self.form.rdf, base_iri=base, to_graph=graph)

    def write(self, sink: IO[bytes], base: str) -> None:
        """Write the triples as N-Triples whose blank nodes are new; raises Problem 400."""
        with self.faults():
            statements = (
                self.rdfxml.quads(base, rename_blank_nodes=True)
                if self.form is formats.RDFXML
                else parse(
                    self.body,
                    self.form.rdf,
                    base_iri=base,
                    without_named_graphs=True,
                    rename_blank_nodes=True,
                )
            )
            serialize(statements, sink, RdfFormat.N_TRIPLES)

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn a SyntaxError into Problem 400."""
        try:
            yield
        except SyntaxError as fault:
            raise self.problem(fault) from fault

    def problem(self, fault: SyntaxError) -> Problem:
        """Return the problem of a document that does not parse."""
        return self.faulty(POSITION.sub("", fault.msg, count=1), fault.lineno, fault.offset)

    def faulty(self, reason: str, line: int | None, column: int | None) -> Problem:
        """Return the problem of a document with a fault, and where that is if the parser knows."""
        if line is None:
            return bad_request(f"{self.name} is not {self.form.label}: {reason}.")
        detail = f"{self.name} is not {self.form.label} at line {line}, column {column}: {reason}."
        return bad_request(detail, line=line, column=column)


def read_uploads(request: Request, limits: Limits, *, multipart: bool) -> list[Upload]:
    """Return the documents of a request: its body, or the files of a form where that may be one.

    Raises Problem 415 for another media type or none, 400 for what must not be parsed.
    """
    check_length(request, limits.max_upload)
    types = (*BY_MEDIA_TYPE, MULTIPART) if multipart else tuple(BY_MEDIA_TYPE)
    if not multipart or request.mimetype != MULTIPART:
        charset = request.mimetype_params.get("charset", "")
        return [read_upload(request.get_data(), request.mimetype, charset, limits, types=types)]
    files = [file for _, file in request.files.items(multi=True)]
    if not files or request.form:
        raise bad_request("A form must contain one or more RDF files with file names, and no other fields.")
    return [
        read_upload(
            file.read(),
            file.mimetype,
            file.mimetype_params.get("charset", ""),
            limits,
            name=f"The file {file.filename}",
            file=file.filename or "",
            types=types,
        )
        for file in files
    ]


def read_upload(  # noqa: PLR0913 - what a document comes with
    body: bytes,
    media_type: str,
    charset: str,
    limits: Limits,
    *,
    name: str = "The body",
    file: str = "",
    types: Iterable[str] = BY_MEDIA_TYPE,
) -> Upload:
    """Return a document whose media type tells the format, else the extension of the name of its file.

    Raises Problem 415 for a format that is none of RDF, 400 for what must not be parsed.
    """
    form = BY_MEDIA_TYPE.get(media_type) or BY_EXTENSION.get(file.rpartition(".")[2].lower())
    if form not in negotiation.RDF:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"{name} has the media type {media_type or 'none'}; supported types are {', '.join(types)}.",
            {"Accept-Post": ", ".join(types)},
            available=[*types],
        )
    # RDF/XML keeps its byte order mark, which goes before the charset.
    upload = Upload(body if form is formats.RDFXML else body.removeprefix(BOM_UTF8), form, name, charset)
    upload.check(limits)
    return upload


def insertion(graph: NamedNode | None, uploads: Iterable[Upload], base: str, first: str = "") -> str:
    """Return an update that adds documents to a graph, None being the default graph; `first` it does that."""
    opening, closing = ("{", "}") if graph is None else (f"{{ GRAPH {graph} {{", "}}")
    text = BytesIO()
    text.write(first.encode())
    for upload in uploads:
        text.write(f"{' ;' if text.tell() else ''}\nINSERT DATA {opening}\n".encode())
        upload.write(text, base)
        text.write(closing.encode())
    return str(text.getbuffer(), "utf-8")
