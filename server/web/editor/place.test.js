import assert from "node:assert/strict";
import { test } from "node:test";
import { classesOf, placeAfter } from "./place.js";

const DUE = {
  "": "prologue",
  "PREFIX ": "prefix",
  "SELECT ?x ": "prologue",
  "SELECT * { ": "subject",
  "SELECT * WHERE { ?x ": "predicate",
  "SELECT * { ?x a ": "class",
  "SELECT * { ?x rdf:type ": "class",
  "SELECT * { ?x wic:p ": "object",
  "SELECT * { ?x wic:p/": "predicate",
  "SELECT * { ?x (wic:p|": "predicate",
  "SELECT * { ?x wic:p ?y ; ": "predicate",
  "SELECT * { ?x wic:p ?y , ": "object",
  "SELECT * { ?x wic:p ?y . ": "subject",
  "SELECT * { ?x wic:p 1.5 . ": "subject",
  "SELECT * { ?x wic:p [ ": "predicate",
  "SELECT * { ?x wic:p [ a ": "class",
  "SELECT * { ?x wic:p [ a wic:C ] ; ": "predicate",
  "SELECT * { FILTER(": "expression",
  "SELECT * { FILTER(?x > 1) ": "subject",
  "SELECT * { FILTER(?x > 1) ?x ": "predicate",
  "SELECT * { FILTER(STR(": "expression",
  "SELECT * { BIND(1 AS ?y) ?x ": "predicate",
  "SELECT * { OPTIONAL { ?x ": "predicate",
  "SELECT * { OPTIONAL { ?x a ?y } ": "subject",
  "SELECT * { GRAPH ": "subject",
  "SELECT * { VALUES ?x { ": "subject",
  "SELECT * { ?x a wic:C } ORDER ": "prologue",
  "CONSTRUCT { ?x ": "predicate",
};

for (const [text, due] of Object.entries(DUE)) {
  test(`after \`${text}\` comes ${due}`, () => assert.equal(placeAfter(text).due, due));
}

test("an object tells its property and subject", () => {
  assert.deepEqual(placeAfter("SELECT * { ?x a wic:C ; wic:p "), { due: "object", subject: "?x", property: "wic:p" });
});

test("the classes that a query gives a subject", () => {
  assert.deepEqual(classesOf("SELECT * { ?x a wic:C . ?y a wic:D . ?x rdf:type wic:E }", "?x"), ["wic:C", "wic:E"]);
});
