import assert from "node:assert/strict";
import { test } from "node:test";
import { inForce, missing, shortened } from "./prefixes.js";

const KNOWN = { wic: "https://w3id.org/wicara/ont#", person: "https://w3id.org/wicara/id/person/", skos: "http://www.w3.org/2004/02/skos/core#" };

function mended(text) {
  const change = missing(text, KNOWN);
  return change ? text.slice(0, change.from) + change.insert + text.slice(change.from) : text;
}

test("a known prefix that is used is declared, once", () => {
  assert.equal(mended("SELECT * { ?x a wic:Person ; wic:p ?y }"),
    "PREFIX wic: <https://w3id.org/wicara/ont#>\nSELECT * { ?x a wic:Person ; wic:p ?y }");
});

test("new declarations follow those that are there", () => {
  assert.equal(mended("PREFIX wic: <x:>\nSELECT * { ?x a wic:P ; skos:prefLabel ?l }"),
    "PREFIX wic: <x:>\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\nSELECT * { ?x a wic:P ; skos:prefLabel ?l }");
});

test("a comment stays above the declarations", () => {
  assert.match(mended("# wic:\nASK { ?x a wic:P }"), /^# wic:\nPREFIX wic: <[^>]*>\nASK/);
});

test("what only looks like a prefix declares nothing", () => {
  for (const text of ["", "SELECT * { ?x ?y 'wic:a' }", "# wic:a", "SELECT * { ?x ?y <wic:a> }", "ASK { ?x a other:P }",
    'ASK { ?x ?y """ " wic:a """ }', "PREFIX wic:", "ASK { ?x ?y 'it\\'s wic:a' }", "ASK { ?x a constructor:x }"]) {
    assert.equal(missing(text, KNOWN), null, text);
  }
});

test("an own declaration goes before that of the dataset", () => {
  assert.equal(inForce("PREFIX wic: <x:>", KNOWN).wic, "x:");
  assert.equal(inForce("", KNOWN).wic, KNOWN.wic);
});

test("an IRI is shortened where its name needs no escape", () => {
  assert.equal(shortened(`${KNOWN.person}retno-marsudi`, KNOWN), "person:retno-marsudi");
  assert.equal(shortened(`${KNOWN.person}a/b`, KNOWN), `<${KNOWN.person}a/b>`);
  assert.equal(shortened(`${KNOWN.person}a.`, KNOWN), `<${KNOWN.person}a.>`);
  assert.equal(shortened("x:y", KNOWN), "<x:y>");
});
