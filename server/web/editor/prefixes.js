// The prefixes of a query: which are declared, which are used, and where a declaration is to be put.

import { isWord, tokens } from "./tokens.js";

/** Returns the prefix declarations of tokens: each prefix with its IRI and where the declaration ends. */
export function declarations(found) {
  return found.flatMap((token, index) => {
    const [name, iri] = [found[index + 1], found[index + 2]];
    const declares = isWord(token, "PREFIX") && name?.kind === "name" && iri?.kind === "iri";
    return declares ? [{ prefix: name.text.slice(0, -1), iri: iri.text.slice(1, -1), to: iri.to }] : [];
  });
}

/** Returns the prefixes that a query uses, in the order of their first use. */
function used(found) {
  const names = found.filter((token, index) => token.kind === "name" && !isWord(found[index - 1], "PREFIX"));
  return [...new Set(names.map((token) => token.text.slice(0, token.text.indexOf(":"))))];
}

/**
 * Returns the change of a query that declares the known prefixes which it uses undeclared, or null.
 * The declarations follow those that are there, else they stand before the query and below its comments.
 */
export function missing(text, known) {
  const found = tokens(text);
  const declared = declarations(found);
  const names = new Set(declared.map((one) => one.prefix));
  const wanted = used(found).filter((prefix) => !names.has(prefix) && Object.hasOwn(known, prefix));
  if (!wanted.length) return null;
  const lines = wanted.map((prefix) => `PREFIX ${prefix}: <${known[prefix]}>`);
  if (declared.length) return { from: declared.at(-1).to, insert: lines.map((line) => `\n${line}`).join("") };
  return { from: found[0].from, insert: lines.map((line) => `${line}\n`).join("") };
}

/** Returns the prefixes that hold in a query: those of the dataset, and its own. */
export function inForce(text, known) {
  return { ...known, ...Object.fromEntries(declarations(tokens(text)).map(({ prefix, iri }) => [prefix, iri])) };
}

const SIMPLE = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.\-]*[\p{L}\p{N}_\-])?$/u;

/** Returns an IRI as a prefixed name where one of the prefixes fits and no escape is needed, else in full. */
export function shortened(iri, prefixes) {
  const fitting = Object.entries(prefixes)
    .filter(([, namespace]) => namespace && iri.startsWith(namespace) && SIMPLE.test(iri.slice(namespace.length)))
    .sort(([, one], [, other]) => other.length - one.length);
  return fitting.length ? `${fitting[0][0]}:${iri.slice(fitting[0][1].length)}` : `<${iri}>`;
}
