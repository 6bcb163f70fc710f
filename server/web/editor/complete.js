// What a query may go on with: variables, prefixes, keywords, terms of the dataset, and things by their labels.

import { syntaxTree } from "@codemirror/language";
import { classesOf, placeAfter } from "./place.js";
import { shortened } from "./prefixes.js";
import { ranked } from "./ranking.js";
import { tokens } from "./tokens.js";

const VARIABLE = /[?$][\p{L}\p{N}_]*/u;
const NAME = /[\p{L}\p{N}_\-]*:?(?:[\p{L}\p{N}_.\-]*)/u;
const FUNCTIONS =
  "STR LANG LANGMATCHES DATATYPE BOUND IRI BNODE ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE CONTAINS STRSTARTS " +
  "STRENDS STRBEFORE STRAFTER SUBSTR REPLACE REGEX YEAR MONTH DAY NOW COALESCE IF STRLANG STRDT SAMETERM ISIRI " +
  "ISBLANK ISLITERAL ISNUMERIC COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT";
const KEYWORDS = {
  prologue: "PREFIX SELECT DISTINCT CONSTRUCT DESCRIBE ASK WHERE FROM NAMED GROUP HAVING ORDER BY DESC ASC LIMIT OFFSET VALUES",
  subject: "OPTIONAL FILTER NOT EXISTS UNION MINUS BIND VALUES GRAPH SELECT",
  expression: `${FUNCTIONS} NOT EXISTS AS DISTINCT BY ASC DESC LIMIT OFFSET IN`,
};
const ENOUGH = 2;

/** Returns the source of completions for an editor; `find` returns things by what was typed. */
export function completing(vocabulary, find) {
  return async (context) => {
    if (isText(context)) return null;
    const variable = context.matchBefore(VARIABLE);
    if (variable) return variables(context, variable);
    const typed = context.matchBefore(NAME) ?? { from: context.pos, text: "" };
    if (!typed.text && !context.explicit) return null;
    const text = context.state.sliceDoc(0, typed.from);
    if (/<[^<>\s]*$/.test(text)) return null;
    const place = placeAfter(text);
    if (place.due === "prefix") return { from: typed.from, options: declarations(vocabulary, typed.text), filter: false };
    const options = [...terms(vocabulary, context, typed.text, place), ...keywords(place.due, typed.text)];
    options.push(...(await things(vocabulary, find, context, typed.text, place.due)));
    return { from: typed.from, options, filter: false };
  };
}

/** Tells whether a place is inside a comment or a string. */
function isText({ state, pos }) {
  return /comment|string/.test(syntaxTree(state).resolveInner(pos, -1).name);
}

/** Returns the variables of the query. */
function variables({ state, pos }, { from, text }) {
  const found = tokens(state.doc.toString()).filter((token) => token.kind === "variable" && token.to !== pos);
  const names = [...new Set(found.map((token) => `${text[0]}${token.text.slice(1)}`))];
  return { from, options: names.sort().map((label) => ({ label, type: "variable" })), validFor: /^[?$][\p{L}\p{N}_]*$/u };
}

/** Returns the prefixes with their IRIs, for a declaration. */
function declarations({ prefixes }, typed) {
  return Object.entries(prefixes)
    .filter(([prefix]) => prefix.startsWith(typed.replace(":", "")))
    .map(([prefix, iri]) => ({ label: `${prefix}:`, detail: iri, apply: `${prefix}: <${iri}>` }));
}

/** Returns the keywords and functions that a place may go on with. */
function keywords(due, typed) {
  if (due === "predicate" && "a".startsWith(typed)) return [{ label: "a", detail: "rdf:type", type: "keyword" }];
  const known = (KEYWORDS[due] ?? "").split(" ").filter((word) => word && word.startsWith(typed.toUpperCase()));
  return typed.includes(":") ? [] : known.map((label) => ({ label, type: "keyword" }));
}

/** Returns the terms of the dataset that fit. */
function terms(vocabulary, { state }, typed, { due, subject }) {
  const classes = classesOf(state.doc.toString(), subject).map((name) => vocabulary.byName.get(name)?.iri);
  return ranked(vocabulary.terms, typed, due, classes).map((term) => ({
    label: term.name,
    detail: vocabulary.labelOf(term),
    type: term.kind,
    info: () => vocabulary.told(term),
  }));
}

/** Returns the things whose labels begin with what was typed. */
async function things(vocabulary, find, context, typed, due) {
  const text = typed.slice(typed.indexOf(":") + 1);
  if (text.length < ENOUGH || due === "predicate" || due === "class") return [];
  const aborter = new AbortController();
  context.addEventListener("abort", () => aborter.abort(), { onDocChange: true });
  const found = await find(text, aborter.signal).catch(() => []); // without them, the terms are there
  const known = new Set(vocabulary.terms.map(({ iri }) => iri));
  return found
    .filter(({ iri }) => !known.has(iri))
    .map(({ iri, label, kind }) => ({ label: shortened(iri, vocabulary.prefixes), detail: label, type: "individual", info: kind || null }))
    .filter(({ label }) => label.startsWith(typed.slice(0, typed.indexOf(":") + 1)));
}

/** Returns what an editor tells of the token under the pointer. */
export function explaining(vocabulary) {
  return (view, at) => {
    const token = tokens(view.state.doc.toString()).find(({ from, to }) => from <= at && at < to);
    const term = vocabulary.byName.get(token?.text);
    return term ? { pos: token.from, end: token.to, create: () => ({ dom: vocabulary.told(term) }) } : null;
  };
}
