// A query sent to the server: the answer, or what the server says against it.

import { ACCEPT, read } from "./results.js";

export const ENDPOINT = "/sparql";

/** What the server says against a query: one sentence, and the line and column where there is one. */
export class Refused extends Error {
  constructor({ detail, line, column }, status) {
    super(detail);
    Object.assign(this, { status, line, column });
  }
}

/** Returns the fields of a query operation, the query first; what is as always is left out. */
export function fieldsOf({ query, infer = true, timeout = "", format = "" }) {
  const more = { infer: infer ? "" : "off", timeout, format };
  return [["query", query], ...Object.entries(more).filter(([, value]) => value)];
}

/** Returns the path and query string that ask a query. */
export function addressOf(asked) {
  return `${ENDPOINT}?${new URLSearchParams(fieldsOf(asked))}`;
}

/** Returns the response to a query; raises Refused where the server does not answer it. */
export async function send(asked, accept, signal) {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: { Accept: accept },
    body: new URLSearchParams(fieldsOf(asked)),
    signal,
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

/**
 * Returns what is wrong with a text that is being written: the first token that cannot stand where it stands, with its
 * line and column, or else the terms that the dataset does not have.
 */
export async function check(query) {
  const response = await fetch("/query/check", { method: "POST", body: new URLSearchParams({ query }) });
  return response.ok ? response.json() : { fault: null, unknown: [] };
}

/** Returns what is said of a term that the dataset does not have. */
export function unknownInWords({ term, instead }, words) {
  return `${words.no_term}: ${term}.${instead ? ` ${words.meant}: ${instead}?` : ""}`;
}

/** Returns what a response that is no success says. */
async function refusal(response) {
  const told = await response.json().catch(() => ({}));
  return new Refused({ detail: `${response.status} ${response.statusText}`, ...told }, response.status);
}

/** Returns the terms of a header (RFC 9651) that the dataset does not have, each with the one that may be meant. */
export function unknownTerms(header) {
  const found = header.matchAll(/"([^"]*)"(?:;instead="([^"]*)")?/g);
  return Array.from(found, ([, term, instead = ""]) => ({ term: decodeURIComponent(term), instead: decodeURIComponent(instead) }));
}

/** Returns the results of a query, with the milliseconds that they took and whether the server cut them. */
export async function ask(asked, signal) {
  const began = performance.now();
  const response = await send(asked, ACCEPT, signal);
  const results = await read(response);
  const unknown = unknownTerms(response.headers.get("Wicara-Unknown-Terms") ?? "");
  return { ...results, unknown, capped: response.headers.has("Wicara-Truncated"), time: performance.now() - began };
}
