import assert from "node:assert/strict";
import { test } from "node:test";
import { ranked } from "./ranking.js";

const TERMS = [
  { name: "wic:Event", kind: "class", uses: 9, labels: { en: "event", id: "acara" } },
  { name: "wic:heldAt", kind: "property", uses: 5, classes: ["x:Event"], labels: { en: "held at" } },
  { name: "wic:hasTimeSpan", kind: "property", uses: 90, labels: { en: "time span", id: "rentang waktu" } },
  { name: "role:host", kind: "concept", uses: 2, labels: { id: "tuan rumah" } },
  { name: "skos:prefLabel", kind: "property", uses: 400, labels: {} },
  { name: "wic:x", kind: "property", uses: 0, labels: { fr: "Présidé par" } },
];
const names = (...asked) => ranked(TERMS, ...asked).map(({ name }) => name);

test("each place has terms of its kind, the most used first", () => {
  assert.deepEqual(names("", "predicate"), ["skos:prefLabel", "wic:hasTimeSpan", "wic:heldAt", "wic:x"]);
  assert.deepEqual(names("", "class"), ["wic:Event"]);
  assert.deepEqual(names("", "object"), ["role:host", "wic:Event"]);
});

test("what goes with the subject's class comes first", () => {
  assert.equal(names("", "predicate", ["x:Event"])[0], "wic:heldAt");
});

test("terms are found by name, by the words in it, and by label in any language, without diacritics", () => {
  assert.deepEqual(names("wic:h", "predicate"), ["wic:hasTimeSpan", "wic:heldAt"]);
  assert.deepEqual(names("span", "predicate"), ["wic:hasTimeSpan"]);
  assert.deepEqual(names("waktu", "predicate"), ["wic:hasTimeSpan"]);
  assert.deepEqual(names("aca", "class"), ["wic:Event"]);
  assert.deepEqual(names("preside", "predicate"), ["wic:x"]);
  assert.deepEqual(names("skos:", "predicate"), ["skos:prefLabel"]);
  assert.deepEqual(names("zzz", "predicate"), []);
});
