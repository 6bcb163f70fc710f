// Each program is run: what it would ask is the query, whatever stands in that.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { javascript, LANGUAGES, python, r, shell, snippet } from "./snippets.js";

const HOSTILE = [
  "ASK {}",
  "ASK { ?x ?y 'it''s' }",
  `"; touch /tmp/owned; "`,
  "$(touch owned) `touch owned` ${touch} $HOME !! \\",
  "'''\"\"\"\\\"\\'\\n\\",
  "a\r\nb\tc\n\n",
  "\u2028\u2029\ufeff\u202e\u0001\u007f é 😀 ${1 + 1} `",
  "# */ --> </script> %s {0} #{x} \\u0041",
  "@/etc/passwd",
  "=&+%20",
];
const FILLED = { endpoint: "http://localhost:8000/sparql", graph: false };

function run(command, args, input) {
  const done = spawnSync(command, args, { input, encoding: "utf8" });
  return done.error ? null : done;
}

function printed(command, args, input) {
  const done = run(command, args, input);
  assert.equal(done.status, 0, `${input}\n${done.stderr}`);
  return done.stdout;
}

test("curl is given the query as one argument", () => {
  for (const query of HOSTILE) {
    const program = snippet("curl", { ...FILLED, fields: [["query", query], ["infer", "off"]] });
    const told = printed("sh", [], `curl() { for each in "$@"; do printf '%s\\0' "$each"; done; }\n${program}`);
    assert.deepEqual(told.split("\0").slice(0, -1), [FILLED.endpoint, "--header", "Accept: text/csv",
      "--data-urlencode", `query=${query}`, "--data-urlencode", "infer=off"]);
  }
});

test("Python reads the query as it was", { skip: !run("python3", ["--version"]) }, () => {
  const strings = HOSTILE.map(python).join(",\n");
  assert.deepEqual(JSON.parse(printed("python3", ["-"], `import json\nprint(json.dumps([\n${strings}]))`)), HOSTILE);
});

test("JavaScript reads the query as it was", () => {
  const strings = HOSTILE.map(javascript).join(",\n");
  assert.deepEqual(JSON.parse(printed("node", ["--input-type=module"], `console.log(JSON.stringify([\n${strings}]))`)), HOSTILE);
});

test("R reads the query as it was", { skip: !run("Rscript", ["--version"]) }, () => {
  for (const query of HOSTILE) assert.equal(printed("Rscript", ["-e", `cat(${r(query)}, sep = "")`]), query);
});

test("strings of R end where they should, without R at hand", () => {
  for (const query of HOSTILE) assert.match(r(query), /^"(?:[^"\\]|\\["\\]|\\u[0-9a-f]{4})*"$/u);
});

test("NUL and halves of characters, which no program could hold, do not break one", () => {
  assert.equal(shell("a\0b\ud800"), "'ab\ufffd'");
  assert.equal(r("a\0b"), '"ab"');
  assert.equal(python("a\0b"), String.raw`"a\u0000b"`);
});

test("every language makes a program, of a table and of a graph", () => {
  for (const [name] of LANGUAGES) {
    for (const graph of [true, false]) {
      assert.match(snippet(name, { ...FILLED, graph, fields: [["query", "ASK {}"]] }), /ASK \{\}/, name);
    }
  }
});

test("Python's programs compile", { skip: !run("python3", ["--version"]) }, () => {
  for (const query of HOSTILE) {
    for (const name of ["Python", "SPARQLWrapper"]) {
      const program = snippet(name, { ...FILLED, fields: [["query", query], ["infer", "off"]] });
      printed("python3", ["-c", "import sys; compile(sys.stdin.read(), 'x', 'exec')"], program);
    }
  }
});
