import assert from "node:assert/strict";
import { test } from "node:test";
import { columns, pictures, placeIn, timeOf, withoutLabels } from "./columns.js";
import { hrefOf } from "./links.js";
import { networkOf } from "./network.js";
import { Store } from "./store.js";
import { row } from "./terms.js";
import { spanOf } from "./timeline.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const table = (variables, ...lines) => ({ kind: "select", variables: variables.split(" "), rows: lines.map(row) });
const date = (text, type = "date") => `"${text}"^^<${XSD}${type}>`;

test("a result offers the pictures that its columns allow", () => {
  const offered = (...made) => Object.keys(pictures(table(...made)));
  assert.deepEqual(offered("x from", `<x:a>\t${date("2018-08-02")}`), ["timeline"]);
  assert.deepEqual(offered("x y", "<x:a>\t<x:b>"), ["network"]);
  assert.deepEqual(offered("x n", "<x:a>\t1"), ["chart"]);
  assert.deepEqual(offered("x lat long", "<x:a>\t1.5\t2.5"), ["chart", "map"]);
  assert.deepEqual(offered("x", '"text"'), []);
  assert.deepEqual(offered("x n"), []);
});

test("columns that label another one are left out", () => {
  const found = columns(table("state stateLabel_en stateLabel_id otherLabel", '<x:a>\t"A"@en\t"A"@id\t"B"'));
  assert.deepEqual(withoutLabels(found).map(({ name }) => name), ["state", "otherLabel"]);
});

test("years, months and days begin and end", () => {
  const day = (value, type, late) => new Date(timeOf({ value, datatype: XSD + type }, late)).toISOString().slice(0, 10);
  assert.equal(day("2018", "gYear"), "2018-01-01");
  assert.equal(day("2018", "gYear", true), "2018-12-31");
  assert.equal(day("2018-02", "gYearMonth", true), "2018-02-28");
  assert.equal(day("2018-08-02", "date", true), "2018-08-02");
  assert.equal(day("0099-01-01", "date"), "0099-01-01");
  assert.equal(day("2018-08-02T23:00:00+07:00", "dateTime"), "2018-08-02");
  assert.ok(Number.isNaN(timeOf({ value: "soon", datatype: `${XSD}date` })));
});

test("a span tells what is possible, and what is certain where the bounds do", () => {
  const made = table("x earliestStart latestStart earliestEnd latestEnd",
    `<x:a>\t${["2015-01-01", "2015-12-31", "2018-01-01", "2018-12-31"].map((one) => date(one)).join("\t")}`,
    "<x:b>\t\t\t\t");
  const { timeline } = pictures(made);
  const { from, to, certain } = spanOf(made.rows[0], timeline);
  assert.deepEqual([from, ...certain, to].map((time) => new Date(time).getUTCFullYear()), [2015, 2015, 2018, 2018]);
  assert.equal(spanOf(made.rows[1], timeline), null);
});

test("a network joins what stands in two columns, and leaves literals out", () => {
  const { nodes, links } = networkOf(table("a b", "<x:a>\t<x:b>", "<x:a>\t<x:c>", '<x:a>\t"text"', "<x:a>\t<x:b>").rows, [0, 1]);
  assert.deepEqual(nodes.map(({ id, degree }) => [id, degree]), [["x:a", 3], ["x:b", 2], ["x:c", 1]]);
  assert.equal(links.length, 2);
});

test("places are read from two columns or from a point, and nowhere else is one", () => {
  assert.deepEqual(placeIn(row("1.5\t103.8"), { lat: 0, long: 1 }), [103.8, 1.5]);
  assert.deepEqual(placeIn([{ value: "POINT(103.8 1.5)" }], { point: 0 }), [103.8, 1.5]);
  assert.equal(placeIn(row("95.0\t500.0"), { lat: 0, long: 1 }), null);
  assert.equal(placeIn([null], { point: 0 }), null);
});

test("links lead to pages here or to the web, and a script is none", () => {
  const site = { base: "https://w3id.org/wicara", local: ["/id/", "/ont"] };
  assert.equal(hrefOf("https://w3id.org/wicara/id/person/a?b", site).href, "/doc/person/a?b");
  assert.equal(hrefOf("https://w3id.org/wicara/id/person/a%2Fb", site).href, "/doc/person/a%2Fb");
  assert.equal(hrefOf("https://w3id.org/wicara/id/person/a?lang=id", site).href, "/doc/person/a%3Flang=id");
  assert.equal(hrefOf("https://w3id.org/wicara/id/person/a%20b#c", site).href, "/doc/person/a%2520b%23c");
  assert.equal(hrefOf("https://w3id.org/wicara/ont#Person", site).href, "/ont#Person");
  assert.equal(hrefOf("https://example.org/", site).outside, true);
  for (const iri of ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "urn:x:y", "https://"]) {
    assert.equal(hrefOf(iri, site), null, iri);
  }
});

/** Returns what is like a browser's storage, in a map. */
function storageIn(kept) {
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
}

test("which query a window shows is its own matter", () => {
  const shared = storageIn(new Map());
  const [one, other] = [new Store(shared, storageIn(new Map())), new Store(shared, storageIn(new Map()))];
  [one.current, other.current] = ["1", "2"];
  assert.deepEqual([one.current, other.current], ["1", "2"]);
});

test("open queries stay, each under a key of its own", () => {
  const kept = new Map();
  const storage = storageIn(kept);
  const [one, other] = [new Store(storage), new Store(storage)];
  one.keep({ id: "1", query: "ASK {}" });
  other.keep({ id: "2", query: "ASK { ?x ?y ?z }" });
  one.keep({ id: "1", query: "ASK { }" });
  assert.deepEqual(new Store(storage).all().map(({ query }) => query), ["ASK { }", "ASK { ?x ?y ?z }"]);
  one.drop("1");
  assert.deepEqual(other.all().map(({ id }) => id), ["2"]);
  kept.set("wicara.query.open", "{nonsense");
  assert.deepEqual(new Store(storage).all(), []);
});

test("without storage, queries stay as long as the page", () => {
  const store = new Store(null);
  assert.equal(store.keep({ id: "1", query: "ASK {}" }), false);
  assert.equal(store.all().length, 1);
  store.drop("1");
  assert.equal(store.all().length, 0);
});
