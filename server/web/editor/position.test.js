import assert from "node:assert/strict";
import { test } from "node:test";
import { everywhere, faulty, offset } from "./position.js";

test("line and column count Unicode characters, a browser UTF-16 units", () => {
  assert.equal(offset("a\nb", 2, 1), 2);
  assert.equal(offset("'😀' x", 1, 5), 5);
  assert.equal("'😀' x".slice(offset("'😀' x", 1, 5)), "x");
});

test("what lies beyond the text is its end", () => {
  assert.equal(offset("ab", 1, 9), 2);
  assert.equal(offset("ab", 7, 1), 2);
});

test("the token at the place is marked, else the next one, else the last one", () => {
  const marked = (text, line, column) => {
    const { from, to } = faulty(text, line, column);
    return text.slice(from, to);
  };
  assert.equal(marked("SELECT * {\n ?x nonsense }", 2, 5), "nonsense");
  assert.equal(marked("SELECT * {\n ?x nonsense }", 2, 4), "nonsense");
  assert.equal(marked("ASK { ?x", 1, 9), "?x");
  assert.equal(marked("", 1, 1), "");
});

test("a term is marked wherever it stands, and nowhere else", () => {
  const text = "SELECT * { ?x a wic:Persom ; ?p 'wic:Persom' . # wic:Persom\n ?y a wic:Persom, wic:Persomal }";
  assert.deepEqual(everywhere(text, "wic:Persom").map(({ from, to }) => [from, text.slice(from, to)]), [
    [16, "wic:Persom"],
    [66, "wic:Persom"],
  ]);
});
