// Results as they come in: read line by line, and no further than a browser can show.

import { row, statement } from "./terms.js";

/** How many rows, and how many characters, are fetched at most. */
export const MOST = { rows: 10_000, size: 20_000_000 };
/** What results are asked for in: both are read line by line, and tell whole terms. */
export const ACCEPT = "text/tab-separated-values, application/n-triples";
const GRAPH = ["subject", "predicate", "object"];

/** Yields the lines of a body, without their ends; who takes no more of them closes the connection. */
export async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const lines = (rest + read.value).split("\n");
      rest = lines.pop();
      yield* lines;
    }
    if (rest) yield rest;
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * Returns results: `{kind: "ask", answer}`, or `{kind: "select" | "graph", variables, rows}`.
 * `cut` tells that more rows were not fetched, `broken` that the server stopped before the end.
 */
export async function read(response, most = MOST) {
  const lines = linesOf(response.body);
  if (response.headers.get("Content-Type").startsWith("application/n-triples")) {
    return filled({ kind: "graph", variables: GRAPH, rows: [] }, lines, most, statement);
  }
  const { value: head = "" } = await lines.next();
  if (head === "true" || head === "false") return { kind: "ask", answer: head === "true" };
  const variables = head.split("\t").filter(Boolean).map((name) => name.replace(/^\?/, ""));
  const rowOf = (line) => (variables.length ? row(line) : []);
  return filled({ kind: "select", variables, rows: [] }, lines, most, rowOf);
}

/** Returns a table filled with the rows of lines, as many as may be. */
async function filled(table, lines, most, rowOf) {
  let size = 0;
  try {
    for await (const line of lines) {
      size += line.length;
      if (table.rows.length === most.rows || size > most.size) return { ...table, cut: true };
      const found = rowOf(line);
      if (found) table.rows.push(found);
    }
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    return { ...table, broken: true };
  }
  return table;
}
