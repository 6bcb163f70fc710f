// What a query may go on with at a place: which position of a triple that is.

import { isWord, tokens } from "./tokens.js";

const OPEN = new Set(["{", "(", "["]);
const CLOSE = new Set(["}", ")", "]"]);
const PATH = new Set(["/", "|", "^", "!", "("]);
const BEFORE_PATTERN = ["WHERE", "OPTIONAL", "UNION", "MINUS", "GRAPH", "EXISTS"];
const BEFORE_EXPRESSION = ["FILTER", "BIND", "HAVING", "VALUES", "ORDER", "GROUP", "SELECT", "LIMIT", "OFFSET"];

/** Tells whether a token is one of some keywords. */
function isOneOf(token, keywords) {
  return keywords.some((keyword) => isWord(token, keyword));
}

/** Tells whether a token is a mark, one of some. */
function isMark(token, marks) {
  return token?.kind === "mark" && marks.has(token.text);
}

/** Returns where the innermost bracket stands that is still open, or -1. */
function innermost(found) {
  let depth = 0;
  for (let index = found.length - 1; index >= 0; index -= 1) {
    if (isMark(found[index], CLOSE)) depth += 1;
    if (isMark(found[index], OPEN) && depth-- === 0) return index;
  }
  return -1;
}

/** Returns tokens in which each part in brackets is one token: a `block`, or a `node`. */
function folded(found) {
  const kept = [];
  let depth = 0;
  for (const token of found) {
    if (isMark(token, OPEN) && depth++ === 0) kept.push({ kind: token.text === "{" ? "block" : "node", text: "" });
    else if (isMark(token, CLOSE)) depth -= 1;
    else if (depth === 0) kept.push(token);
  }
  return kept;
}

/** Returns the tokens of the triple or clause that is being written, without what is finished before it. */
function unfinished(found) {
  let written = [];
  for (const token of folded(found)) {
    const ends = token.kind === "block" || (token.kind === "mark" && token.text === ".");
    const closes = token.kind === "node" && isOneOf(written[0], ["FILTER", "BIND", "HAVING"]);
    written = ends || closes || isOneOf(token, BEFORE_PATTERN) ? [] : [...written, token];
  }
  return written;
}

/**
 * Returns what is due after a text: `subject`, `predicate`, `object` or `class`, with the subject and property as
 * they are written; or `expression`, `prologue`, `prefix` (after PREFIX).
 */
export function placeAfter(text) {
  return placeOf(tokens(text));
}

function placeOf(found) {
  if (isWord(found.at(-1), "PREFIX")) return { due: "prefix" };
  const at = innermost(found);
  if (at < 0) return { due: "prologue" };
  if (found[at].text === "(") return inParentheses(found.slice(0, at));
  return inTriples(unfinished(found.slice(at + 1)), found[at].text === "[");
}

/** Returns what is due in parentheses: they belong to a path, a list, or an expression. */
function inParentheses(before) {
  const place = before.at(-1)?.kind === "word" ? { due: "expression" } : placeOf(before);
  return place.due === "predicate" || place.due === "object" ? place : { due: "expression" };
}

/** Returns what is due after the beginning of a triple; in brackets, the subject is the node that they make. */
function inTriples(written, isNode) {
  if (isOneOf(written[0], BEFORE_EXPRESSION)) return { due: "expression" };
  if (!written.length && !isNode) return { due: "subject" };
  const [subject, ...said] = isNode ? [{ text: "" }, ...written] : written;
  const rest = said.slice(said.findLastIndex(({ kind, text }) => kind === "mark" && text === ";") + 1);
  if (!rest.length || isMark(rest.at(-1), PATH)) return { due: "predicate", subject: subject.text };
  const property = rest[0].text;
  return { due: isType(property) ? "class" : "object", subject: subject.text, property };
}

/** Tells whether a verb says of what class something is. */
function isType(verb) {
  return verb === "a" || verb === "rdf:type";
}

/** Returns the classes that a query says a subject has, as they are written. */
export function classesOf(text, subject) {
  const found = tokens(text);
  return found.flatMap((token, index) =>
    token.text === subject && isType(found[index + 1]?.text) && found[index + 2] ? [found[index + 2].text] : []);
}
