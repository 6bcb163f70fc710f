import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "./results.js";
import { plain, row, statement } from "./terms.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const response = (text, type = "text/tab-separated-values; charset=utf-8") => new Response(text, { headers: { "Content-Type": type } });

test("the terms of TSV", () => {
  assert.deepEqual(row('<x:a>\t_:b1\t"a\\tb\\n\\"c\\\\"\t"é"@id\t"1"^^<x:t>\t\t12\t-1.5\t1.0e6\ttrue'), [
    { type: "uri", value: "x:a" },
    { type: "bnode", value: "b1" },
    { type: "literal", value: 'a\tb\n"c\\' },
    { type: "literal", value: "é", lang: "id" },
    { type: "literal", value: "1", datatype: "x:t" },
    null,
    { type: "literal", value: "12", datatype: `${XSD}integer` },
    { type: "literal", value: "-1.5", datatype: `${XSD}decimal` },
    { type: "literal", value: "1.0e6", datatype: `${XSD}double` },
    { type: "literal", value: "true", datatype: `${XSD}boolean` },
  ]);
});

test("triple terms and directions of RDF 1.2", () => {
  const [term] = row('<<( <x:a> <x:b> "c"@ar--rtl )>>');
  assert.deepEqual(term.object, { type: "literal", value: "c", lang: "ar", direction: "rtl" });
  assert.equal(plain(term), "<<( x:a x:b c )>>");
});

test("the statements of N-Triples", () => {
  assert.deepEqual(statement('<x:a> <x:b> "\\u00e9 \\U0001F600" .').map(plain), ["x:a", "x:b", "é 😀"]);
  assert.deepEqual(statement("_:a <x:b> _:c .").map(plain), ["_:a", "x:b", "_:c"]);
  assert.equal(statement("# nothing"), null);
  assert.equal(statement(""), null);
});

test("solutions, yes or no, and graphs", async () => {
  assert.deepEqual(await read(response("?x\t?y\n<x:a>\t1\n\t\n")),
    { kind: "select", variables: ["x", "y"], rows: [row("<x:a>\t1"), [null, null]] });
  assert.deepEqual(await read(response("true")), { kind: "ask", answer: true });
  assert.deepEqual(await read(response("false\n")), { kind: "ask", answer: false });
  const graph = await read(response("<x:a> <x:b> <x:c> .\n", "application/n-triples"));
  assert.equal(graph.kind, "graph");
  assert.equal(graph.rows.length, 1);
});

test("a long result is read as far as it may be, and its connection is closed", async () => {
  let closed = false;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("?x\n")),
    pull: (controller) => controller.enqueue(new TextEncoder().encode("1\n2\n")),
    cancel: () => void (closed = true),
  });
  const found = await read(response(body), { rows: 5, size: 1000 });
  assert.equal(found.rows.length, 5);
  assert.equal(found.cut, true);
  await new Promise(setImmediate);
  assert.equal(closed, true);
});

test("what had come before the server stopped is there", async () => {
  let sent = false;
  const body = new ReadableStream({
    pull(controller) {
      if (sent) controller.error(new TypeError("network error"));
      else controller.enqueue(new TextEncoder().encode("?x\n1\n2\n"));
      sent = true;
    },
  });
  const found = await read(response(body));
  assert.equal(found.broken, true);
  assert.equal(found.rows.length, 2);
});

test("what was stopped by the reader is no answer", async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new DOMException("stop", "AbortError")) });
  await assert.rejects(read(response(body)), { name: "AbortError" });
});
