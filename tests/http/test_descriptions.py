"""The server describes what it serves: VoID and DCAT at /.well-known/void, the endpoint at /sparql."""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby, islice
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest
from forms import same_in_each_form
from needed import long
from pyoxigraph import RdfFormat, Store
from rdflib import RDF, SH, Graph
from server_process import served, serving
from wicara.ontology import BASE, PREFIXES
from wicara.queries import questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

pytestmark = pytest.mark.first_article

VOID = "/.well-known/void"
DATASET = f"{BASE}/dataset"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
NAMESPACES = {
    **PREFIXES,
    "entailment": "http://www.w3.org/ns/entailment/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "formats": "http://www.w3.org/ns/formats/",
    "profile": "http://www.w3.org/ns/owl-profile/",
    "spdx": "http://spdx.org/rdf/terms#",
}
FORMATS = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF_XML",
    "application/ld+json": "JSON-LD",
    "application/trig": "TriG",
    "application/n-quads": "N-Quads",
}
"""What W3C calls the formats (https://www.w3.org/ns/formats/), by their media types."""


class Description:
    """What a server says of its dataset or of its endpoint; IRIs of the server are relative in queries."""

    def __init__(self, server: Server, path: str, **headers: str) -> None:
        """Read a description."""
        self.base = f"http://127.0.0.1:{server.port}/"
        self.store = Store()
        self.store.load(server.get(path, **headers).text, format=RdfFormat.TURTLE)

    def rows(self, pattern: str, variables: str = "*") -> list[dict[str, str]]:
        """Return the solutions of a pattern."""
        found = self.store.query(
            f"SELECT {variables} {{ {pattern} }}", prefixes=NAMESPACES, base_iri=self.base
        )
        names = [variable.value for variable in found.variables]  # type: ignore[union-attr] # a SELECT
        return [{name: row[name].value for name in names if row[name]} for row in found]  # type: ignore[union-attr,index]

    def values(self, pattern: str) -> list[str]:
        """Return the values of `?x` in a pattern."""
        return [row["x"] for row in self.rows(pattern, "?x")]

    def numbers(self, pattern: str) -> dict[str, int]:
        """Return `?n` by `?x` in a pattern."""
        rows = self.rows(pattern, "?x ?n")
        found = {row["x"]: int(row["n"]) for row in rows}
        assert len(found) == len(rows)
        return found

    def says(self, pattern: str) -> bool:
        """Return whether a pattern holds."""
        return bool(self.rows(pattern, "(1 AS ?one)"))


def counted(server: Server, query: str) -> dict[str, int]:
    """Return `?n` by `?x` of what a server answers to a query."""
    return {row["x"]: int(row["n"]) for row in server.ask(query).rows}


@pytest.fixture(scope="module")
def dataset_told(server: Server) -> Description:
    """Return the description of the real dataset."""
    return Description(server, VOID)


@pytest.fixture(scope="module")
def service_told(server: Server) -> Description:
    """Return the description of the endpoint for the real dataset."""
    return Description(server, "/sparql")


@pytest.fixture(scope="module")
def writable() -> Iterator[Server]:
    """Return a server of an empty dataset that takes updates, calls others, and trusts its proxy."""
    arguments = ("--empty", "--writable", "--token", "t", "--allow-service", "http://example.org/")
    with served(*arguments, "--trust-proxy") as running:
        yield running


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # by rdflib's parser of JSON-LD
@pytest.mark.parametrize("path", [VOID, "/sparql"])
def test_same_in_every_format(small: Server, path: str) -> None:
    """A description is one graph in each RDF format, Turtle without an Accept header, with a strong ETag."""
    same_in_each_form(small, path)
    assert small.get(path, accept="image/png").status == 406
    head = small.send("HEAD", path)
    assert (head.status, head.body, head.media_type) == (200, b"", "text/turtle")
    assert head.headers["ETag"].startswith('"')
    assert small.get(path, if_none_match=head.headers["ETag"]).status == 304


def test_who_asks_for_it(server: Server) -> None:
    """A browser is sent from the endpoint to the form; a request with any parameter is a query."""
    browser = "text/html,application/xhtml+xml,*/*;q=0.8"
    answer = server.get("/sparql", accept=browser)
    assert (answer.status, answer.headers["Location"]) == (303, "/query")
    assert server.get(VOID, accept=browser).media_type == "text/turtle"
    assert server.get("/sparql?").body == server.get("/sparql", accept="*/*").body
    assert server.get("/sparql?infer=on").status == 400
    assert server.send("POST", "/sparql").status in {400, 415}
    answer = server.get("/dataset")
    assert (answer.status, answer.headers["Location"]) == (303, VOID)


def test_editorial(server: Server, dataset_told: Description) -> None:
    """What the dataset says of itself is there: titles in two languages, the licence, the version."""
    version = f"GRAPH <{BASE}/graph/meta> {{ <{DATASET}> owl:versionInfo ?version }}"
    [row] = server.ask(f"SELECT ?version {{ {version} }}").rows
    assert dataset_told.says(
        f"<.well-known/void> a void:DatasetDescription ; foaf:primaryTopic <{DATASET}> . <{DATASET}> "
        f'dcterms:license <{CC_BY}> ; owl:versionInfo "{row["version"]}" ; dcterms:conformsTo <{BASE}/ont> ; '
        f'void:uriSpace "{BASE}/id/" ; dcterms:title ?en, ?id FILTER(LANG(?en) = "en" && LANG(?id) = "id")'
    )


@pytest.mark.parametrize("one_of", [10, long(1)])
def test_makers_and_downloads_are_nodes(server: Server, dataset_told: Description, one_of: int) -> None:
    """DCAT has nodes for makers and languages, a time, and sizes and checksums that are right."""
    assert dataset_told.says(
        f"<{DATASET}> dcterms:creator ?maker ; dcterms:publisher ?maker ; dcterms:modified ?time ; "
        "dcterms:language <http://id.loc.gov/vocabulary/iso639-1/id> ; dcat:landingPage <dataset> . "
        '?maker a foaf:Agent ; foaf:name "Wicara contributors" FILTER(ISIRI(?maker))'
    )
    sums = "?file dcat:byteSize ?size ; spdx:checksum/spdx:checksumValue ?sum ; dcat:downloadURL ?x"
    told = {row["x"]: row for row in dataset_told.rows(sums)}
    assert len(told) == len(dataset_told.rows("?file a dcat:Distribution"))
    for url, row in sorted(told.items())[::one_of]:
        body = server.get(urlsplit(url).path).body
        assert (row["size"], row["sum"]) == (str(len(body)), sha256(body).hexdigest())


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # by rdflib's parser of JSON-LD
def test_shapes(server: Server) -> None:
    """The shapes of the data are published, each at its IRI, in the formats of RDF."""
    same_in_each_form(server, "/shape")
    graph = Graph().parse(data=server.get("/shape").text, format="turtle")
    shapes = set(graph.subjects(RDF.type, SH.NodeShape))
    assert len(shapes) > 30
    assert {str(shape).partition("#")[0] for shape in shapes} == {f"{BASE}/shape"}


NUMBERS = {
    "triples": "(COUNT(*) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "(COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "(COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "properties": "(COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "classes": "(COUNT(DISTINCT ?c) AS ?n) { ?s a ?c FILTER(isIRI(?c)) }",
    "entities": f'(COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{BASE}/id/")) }}',
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(server: Server, dataset_told: Description, name: str) -> None:
    """Each number is what a query of the endpoint counts."""
    [row] = server.ask(f"SELECT {NUMBERS[name]}").rows
    assert dataset_told.values(f"<{DATASET}> void:{name} ?x") == [row["n"]]


PARTITIONS = {
    "void:classPartition [ void:class ?x ; void:entities ?n ]": "(COUNT(DISTINCT ?s) AS ?n) { ?s a ?x }",
    "void:propertyPartition [ void:property ?x ; void:triples ?n ]": "(COUNT(*) AS ?n) { ?s ?x ?o }",
}


@pytest.mark.parametrize("told", PARTITIONS)
def test_partitions(server: Server, dataset_told: Description, told: str) -> None:
    """Every class and every property has its partition, with the number that a query counts."""
    found = dataset_told.numbers(f"<{DATASET}> {told}")
    assert found == counted(server, f"SELECT ?x {PARTITIONS[told]} GROUP BY ?x")
    namespaces = tuple(dataset_told.values(f"<{DATASET}> void:vocabulary ?x"))
    assert all(name.startswith(namespaces) for name in found)


def test_examples_answer(server: Server, dataset_told: Description) -> None:
    """There is an example of each kind of thing, and each answers at this server."""
    examples = dataset_told.values(f"<{DATASET}> void:exampleResource ?x")
    assert len({example.rpartition("/")[0] for example in examples}) == len(examples) > 10
    assert {server.get(example.removeprefix(BASE)).status for example in examples} == {303}


def test_parts(server: Server, dataset_told: Description) -> None:
    """The parts of the default graph are subsets with their size."""
    told = {
        iri.partition("#")[2]: number
        for iri, number in dataset_told.numbers(f"<{DATASET}> void:subset ?x . ?x void:triples ?n").items()
    }
    every = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    inferred = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}/graph/inferred> {{ ?s ?p ?o }} }}"
    facts = f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}/graph/fact/"))'
    facts = f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?p ?o {{ {facts} }} }}"
    assert told["asserted"] == int(server.ask(every, infer="off").rows[0]["n"])
    assert told["inferred"] == int(server.ask(inferred).rows[0]["n"])
    assert told["fact"] == int(server.ask(facts).rows[0]["n"])
    assert {"content", "meta", "alignment"}.isdisjoint(told)


@pytest.mark.parametrize("of_each_type", [1, long(None)])
def test_downloads(server: Server, dataset_told: Description, of_each_type: int | None) -> None:
    """Each download is there, of the type that is told, under the licence; VoID and DCAT tell the same."""
    downloads = dataset_told.rows(
        f"?d a dcat:Distribution ; dcat:downloadURL ?url ; dcat:mediaType ?type ; dcterms:license <{CC_BY}>"
    )
    assert sorted(dataset_told.values("?d a dcat:Distribution BIND(?d AS ?x)")) == sorted(
        {row["d"] for row in downloads}
    )
    assert {*dataset_told.values("?s dcat:distribution ?x")} == {row["d"] for row in downloads}
    assert {*dataset_told.values("?s void:dataDump ?x")} == {row["url"] for row in downloads}
    assert len(downloads) > 20
    by_type = groupby(sorted(downloads, key=lambda row: row["type"]), key=lambda row: row["type"])
    for row in (row for _, rows in by_type for row in islice(rows, of_each_type)):
        media_type = server.send("HEAD", urlsplit(row["url"]).path).media_type
        assert row["type"] == f"https://www.iana.org/assignments/media-types/{media_type}"


def test_catalogue(server: Server, dataset_told: Description, service_told: Description) -> None:
    """The catalogue lists the dataset and the endpoint, which is the one that describes itself."""
    assert dataset_told.says(
        f"[] a dcat:Catalog ; dcat:dataset <{DATASET}> ; dcat:service <sparql#service> . <sparql#service> "
        f"dcat:endpointURL <sparql> ; dcat:servesDataset <{DATASET}> . "
        f"<{DATASET}> void:sparqlEndpoint <sparql>"
    )
    assert service_told.says("<sparql#service> a sd:Service ; sd:endpoint <sparql>")
    for document in dataset_told.values("<sparql#service> dcat:endpointDescription ?x"):
        assert server.get(urlsplit(document).path).status == 200


def test_data_as_it_is(small: Server) -> None:
    """Of files that are served as they are all graphs count, a triple once; nothing is inferred."""
    told, service = Description(small, VOID), Description(small, "/sparql")
    root = "<.well-known/void#dataset>"
    everywhere = "SELECT DISTINCT ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    [row] = small.ask(f"SELECT (COUNT(*) AS ?n) {{ {everywhere} }}").rows
    assert told.values(f"{root} void:triples ?x") == [row["n"]]
    by_property = told.numbers(f"{root} void:propertyPartition [ void:property ?x ; void:triples ?n ]")
    assert sum(by_property.values()) == int(row["n"])
    assert by_property[f"{BASE}/id/person/p"] == 4
    assert not told.says(f"{{ ?s dcterms:license ?x }} UNION {{ {root} dcterms:title ?x }}")
    assert {url.rpartition("/")[2] for url in told.values("?d dcat:downloadURL ?x")} == {
        *(f"default.{extension}" for extension in ("ttl", "trig", "nq", "nt", "jsonld", "rdf")),
        *(f"all.{extension}" for extension in ("trig", "nq", "jsonld")),
    }
    assert service.says("<sparql#service> sd:defaultEntailmentRegime entailment:Simple")
    assert {*service.values("?g sd:entailmentRegime ?x")} == {NAMESPACES["entailment"] + "Simple"}
    assert not service.says("?s sd:supportedEntailmentProfile ?x")
    names = ("fact/test/one", "fact/test/two", "content/c")
    assert {*service.values("?d sd:namedGraph/sd:name ?x")} == {f"{BASE}/graph/{name}" for name in names}


def test_odd_data() -> None:
    """Classes that are no IRIs, graphs and entities without names, and no data at all, are told of too."""
    text = "_:g { _:a a _:b } <x:a> a 'literal' ; <urn:no-namespace> <x:b> ."
    with serving(text) as running, served("--empty") as nothing:
        assert Description(running, VOID).says("?d void:triples 3 ; void:classes 0 ; void:entities 1")
        assert running.get("/sparql").status == 200
        assert Description(nothing, VOID).says("<.well-known/void#dataset> void:triples 0")


def test_every_graph_of_the_dataset(server: Server, service_told: Description) -> None:
    """The default graph and every named graph are there, each with as many triples as a query finds."""
    named = "<sparql#dataset> sd:namedGraph [ sd:name ?x ; sd:graph/void:triples ?n ]"
    assert service_told.numbers(named) == counted(
        server, "SELECT (?g AS ?x) (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    )
    [row] = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows
    assert service_told.says(
        "<sparql#service> sd:defaultDataset <sparql#dataset> ; sd:availableGraphs <sparql#dataset> . "
        f"<sparql#dataset> sd:defaultGraph/void:triples {row['n']}"
    )


def test_entailment(service_told: Description) -> None:
    """The default graph and what follows are under the OWL 2 RL profile; what is asserted is as it stands."""
    inferred = f"<{BASE}/graph/inferred>"
    assert service_told.says(
        "<sparql#service> sd:defaultEntailmentRegime entailment:OWL-RDF-Based ; "
        f"sd:defaultSupportedEntailmentProfile profile:RL . ?g sd:name {inferred} ; "
        "sd:entailmentRegime entailment:OWL-RDF-Based ; sd:supportedEntailmentProfile profile:RL"
    )
    others = service_told.values(f"?g sd:name ?name ; sd:entailmentRegime ?x FILTER(?name != {inferred})")
    assert {*others} == {NAMESPACES["entailment"] + "Simple"}


def test_result_formats(server: Server, service_told: Description) -> None:
    """The result formats are exactly those that the endpoint gives."""
    queries = ("ASK {}", "CONSTRUCT WHERE { ?s a wic:Person }")
    given = {
        NAMESPACES["formats"] + published
        for media_type, published in FORMATS.items()
        if any(server.ask(query, accept=media_type).status == 200 for query in queries)
    }
    assert {*service_told.values("<sparql#service> sd:resultFormat ?x")} == given


def test_extension_functions(server: Server, service_told: Description) -> None:
    """The functions that are named are those that queries may call; any other one is an error."""
    told = service_told.values("<sparql#service> sd:extensionFunction ?x")
    assert {iri.replace("#", "/").rpartition("/")[2] for iri in told} > {"sfWithin", "distance", "gYear"}
    calls = [f"(<{function}>(1) AS ?x{place})" for place, function in enumerate(told)]
    assert server.ask(f"SELECT {' '.join(calls)} {{}}").status == 200
    unknown = "http://www.opengis.net/def/function/geosparql/none"
    assert server.ask(f"SELECT (<{unknown}>(1) AS ?x) {{}}").status >= 400


def test_only_what_is_true(service_told: Description) -> None:
    """A server that takes no updates and calls no others describes queries: with and without conclusions."""
    assert len(service_told.values("?x a sd:Service")) == 2
    told = {
        predicate: {*service_told.values(f"?s sd:{predicate} ?x")} for predicate in ("feature", "inputFormat")
    }
    assert told == {"feature": {f"{PREFIXES['sd']}EmptyGraphs"}, "inputFormat": set()}
    languages = {*service_told.values("<sparql#service> sd:supportedLanguage ?x")}
    assert languages == {f"{PREFIXES['sd']}SPARQL{version}Query" for version in ("10", "11")}


def test_endpoint_without_conclusions(server: Server, small: Server, service_told: Description) -> None:
    """An address of its own answers as infer=off does, by any method, and is described; infer=on counts."""
    assert service_told.says(
        "<sparql/asserted#service> sd:endpoint <sparql/asserted> ; sd:defaultDataset ?dataset ; "
        "sd:defaultEntailmentRegime entailment:Simple . FILTER NOT EXISTS "
        "{ ?dataset sd:namedGraph ?graph . ?graph sd:supportedEntailmentProfile ?profile } "
        "?dataset sd:namedGraph [ sd:name ?name ]"
    )
    assert not Description(small, "/sparql").says("<sparql/asserted#service> ?p ?o")
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    asserted, all_of_it = (server.ask(query, infer=infer).rows for infer in ("off", "on"))
    assert asserted != all_of_it
    path = f"/sparql/asserted?{urlencode({'query': query})}"
    answers = [
        server.get(path),
        server.get(path.replace("asserted?", "asserted/?")),
        server.send("POST", "/sparql/asserted", query, content_type="application/sparql-query"),
        server.send("QUERY", "/sparql/asserted", query, content_type="application/sparql-query"),
    ]
    assert [answer.rows for answer in answers] == [asserted] * 4
    assert server.get(f"{path}&infer=on").rows == all_of_it
    assert server.get(path).headers["ETag"] != server.ask(query).headers["ETag"]
    assert server.get("/sparql/asserted", accept="text/turtle").status == 200
    assert "infer=off" in server.get(path, accept="text/html").text
    assert "/sparql/asserted" in server.get("/openapi.json").json["paths"]


def test_address_of_the_client(small: Server, writable: Server) -> None:
    """Addresses are those that the client used; only a proxy that is trusted can change them."""
    proxy = {"x_forwarded_host": "data.example.org", "x_forwarded_proto": "https"}
    told = Description(small, "/sparql", host="example.org", **proxy)
    assert {*told.values("?s sd:endpoint ?x")} == {"http://example.org/sparql"}
    assert small.get("/sparql", host='"><script>').status in {200, 400}
    told = Description(writable, "/sparql", **proxy)
    assert "https://data.example.org/sparql" in told.values("?s sd:endpoint ?x")


def test_update_service(writable: Server) -> None:
    """Where updates are taken, their endpoint is a service of its own, on the same dataset."""
    told = Description(writable, "/sparql")
    assert told.says(
        "<update#service> a sd:Service ; sd:endpoint <update> ; sd:defaultDataset ?dataset ; "
        "sd:supportedLanguage sd:SPARQL11Update . <sparql#service> sd:defaultDataset ?dataset"
    )
    features = {f"{PREFIXES['sd']}EmptyGraphs", f"{PREFIXES['sd']}BasicFederatedQuery"}
    assert {*told.values("?s sd:feature ?x")} == features


XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
BODIES = {
    "text/turtle": "",
    "application/n-triples": "",
    "application/rdf+xml": XML,
    "application/ld+json": "{}",
    "application/trig": "",
    "application/n-quads": "",
    "application/sparql-results+json": "{}",
}


def write(server: Server, method: str, path: str, body: str, media_type: str) -> int:
    """Send a write and return its status."""
    return server.send(method, path, body, content_type=media_type, authorization="Bearer t").status


@pytest.mark.parametrize("media_type", BODIES)
def test_input_formats(writable: Server, media_type: str) -> None:
    """The input formats are exactly those that the graph store takes."""
    status = write(writable, "PUT", "/store?graph=urn:x:input", BODIES[media_type], media_type)
    assert status in {201, 204, 415}
    format_iri = f"formats:{FORMATS[media_type]}"
    told = Description(writable, "/sparql").says(f"<update#service> sd:inputFormat {format_iri}")
    assert told == (status != 415)


def test_follows_the_dataset(writable: Server) -> None:
    """After an update the description tells what is there now, empty graphs too."""
    update = "CREATE GRAPH <urn:x:empty> ; INSERT DATA { GRAPH <urn:x:g> { <urn:x:s> <urn:x:p> 1 , 2 } }"
    assert write(writable, "POST", "/update", update, "application/sparql-update") in {200, 204}
    told = Description(writable, "/sparql").numbers("?d sd:name ?x ; sd:graph/void:triples ?n")
    assert told.items() >= {"urn:x:empty": 0, "urn:x:g": 2}.items()


USED = """
?part void:class ?class ; void:propertyPartition ?uses . ?uses void:property ?property .
OPTIONAL { { ?uses void:classPartition [ void:class ?value ] } UNION
           { ?uses <http://ldf.fi/void-ext#datatypePartition> [ <http://ldf.fi/void-ext#datatype> ?value ] } }
"""


def test_schema_as_it_is_used(server: Server, service_told: Description) -> None:
    """The endpoint describes which properties each class has, with which values, and how often."""
    rows = service_told.rows(USED, "?class ?property ?value")
    used = {(row["class"], row["property"], row.get("value")) for row in rows}
    wic = PREFIXES["wic"]
    assert (f"{wic}Meeting", f"{wic}heldAt", f"{wic}Place") in used
    assert (f"{wic}Meeting", f"{PREFIXES['skos']}prefLabel", f"{PREFIXES['rdf']}langString") in used
    in_class = f"?p void:class <{wic}Meeting> ; void:propertyPartition ?u . ?u void:property ?x"
    assert service_told.numbers(f"{in_class} ; void:triples ?n") == counted(
        server, "SELECT ?x (COUNT(*) AS ?n) { ?s a wic:Meeting ; ?x ?o } GROUP BY ?x"
    )


def test_questions_and_prefixes(server: Server, small: Server, service_told: Description) -> None:
    """The endpoint has every question as a query that can be run, and the prefixes that it knows."""
    run = "?x a sh:SPARQLExecutable ; rdfs:comment ?en ; sh:select ?query ; sh:prefixes/sh:declare ?some"
    told = {row["x"]: row for row in service_told.rows(run, "DISTINCT ?x ?en ?query")}
    every = [address_of(server, one.slug) for one in questions()]
    assert sorted(told) == sorted(every)
    declared = service_told.rows("[] sh:prefix ?prefix ; sh:namespace ?iri")
    assert {row["prefix"]: row["iri"] for row in declared} == PREFIXES
    for question in questions():
        row = told[address_of(server, question.slug)]
        assert row["en"] == question.wording("en")
        assert server.ask(row["query"], accept="text/csv").status == 200
    assert not Description(small, "/sparql").says("?x a sh:SPARQLExecutable")


ASKED_BY_EDITORS = {
    "prefixes": "?x sh:prefix ?prefix ; sh:namespace ?namespace",
    "examples": "?x a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct ?query",
    "schema": f"{USED} OPTIONAL {{ ?class rdfs:label ?label }}",
    "links": "?x void:subjectsTarget ?from ; void:linkPredicate ?property ; void:objectsTarget ?to",
}
"""What the SIB editor and sparql-llm look for: at the endpoint, then in its description."""


@pytest.mark.parametrize("pattern", ASKED_BY_EDITORS.values(), ids=ASKED_BY_EDITORS)
def test_editors_go_on_to_the_description(server: Server, service_told: Description, pattern: str) -> None:
    """The data answers none of it, so that they read the description; a field that they add does no harm."""
    heads = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in NAMESPACES.items())
    query = urlencode({"ac": "1", "query": f"{heads} SELECT * {{ {pattern} }}"})
    asked = server.get(f"/sparql?{query}", accept="application/sparql-results+json")
    assert (asked.status, asked.rows) == (200, [])
    described = service_told.says(pattern)
    assert described == (pattern != ASKED_BY_EDITORS["links"])


def address_of(server: Server, slug: str) -> str:
    """Return the address of a question."""
    return f"http://127.0.0.1:{server.port}/questions/{slug}"
