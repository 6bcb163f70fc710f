// Which terms fit what was typed at a place of a query, and how well.

/** How well each kind of term fits a place; 0: not at all. */
const FIT = {
  subject: { concept: 1 },
  predicate: { property: 1 },
  object: { concept: 2, class: 1 },
  class: { class: 1 },
  expression: { concept: 2, class: 1, property: 1 },
  prologue: { class: 1, property: 1, concept: 1 },
  prefix: {},
};
const SAME = 3;
const BEGINS = 2;
const WITHIN = 1;

/** Returns a text without case and diacritics. */
function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Returns how much of a text was typed: all of it, its beginning, the beginning of a word in it, or nothing. */
function likeness(typed, text) {
  if (text === typed) return SAME;
  if (text.startsWith(typed)) return BEGINS;
  return text.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(typed)) ? WITHIN : 0;
}

/** Returns how well a term fits what was typed: by its name, or by a label in any language, which counts less. */
function likenessOf(term, typed) {
  const local = term.name.slice(term.name.indexOf(":") + 1);
  const spaced = local.replace(/(\p{Ll})(?=\p{Lu})/gu, "$1 ");
  const best = (texts) => Math.max(0, ...texts.map((text) => likeness(typed, folded(text))));
  return Math.max(2 * best([term.name, local, spaced]), best(Object.values(term.labels ?? {})));
}

/**
 * Returns the terms that fit, the best ones first: by kind, by whether they go with the classes of the subject,
 * by likeness, and by use. Where a prefix was typed, all others are left out.
 */
export function ranked(terms, typed, due, classes = [], most = 60) {
  const prefix = typed.slice(0, typed.indexOf(":") + 1);
  const wanted = folded(typed.slice(prefix.length));
  const worth = (term) => ({
    term,
    kind: FIT[due][term.kind] ?? 0,
    goes: [...(term.classes ?? []), ...(term.domain ?? [])].some((one) => classes.includes(one)) ? 1 : 0,
    like: wanted === "" ? WITHIN : likenessOf(term, wanted),
  });
  const better = (one, other) =>
    other.kind - one.kind || other.goes - one.goes || other.like - one.like || other.term.uses - one.term.uses;
  return terms
    .filter((term) => term.name.startsWith(prefix))
    .map(worth)
    .filter(({ kind, like }) => kind > 0 && like > 0)
    .sort(better)
    .slice(0, most)
    .map(({ term }) => term);
}
