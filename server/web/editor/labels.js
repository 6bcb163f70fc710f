// The labels of IRIs, asked for together and kept.

import { send } from "./ask.js";

const TOGETHER = 500;
const SAFE = /^[A-Za-z][A-Za-z0-9+.\-]*:[^<>"{}|^`\\\u0000-\u0020]*$/;
const QUERY = (iris) => `SELECT ?x ?better ?l {
  VALUES ?x { ${iris.map((iri) => `<${iri}>`).join(" ")} }
  { ?x <http://www.w3.org/2004/02/skos/core#prefLabel> ?l BIND(true AS ?better) }
  UNION { ?x <http://www.w3.org/2000/01/rdf-schema#label> ?l BIND(false AS ?better) }
}`;

/** The labels that are known, in the reader's language where they are there. */
export class Labels {
  constructor(language) {
    this.language = language;
    this.known = new Map();
  }

  /** Returns the label of an IRI, `{text, lang}`, or undefined. */
  of(iri) {
    return this.known.get(iri) ?? undefined;
  }

  /** Asks for the labels of those IRIs that nothing is known of yet; labels that do not come are done without. */
  async add(iris, signal) {
    const wanted = [...new Set(iris)].filter((iri) => !this.known.has(iri) && SAFE.test(iri)).slice(0, TOGETHER);
    if (!wanted.length) return;
    const answer = await send({ query: QUERY(wanted) }, "application/sparql-results+json", signal).catch(() => null);
    if (!answer) return;
    for (const iri of wanted) this.known.set(iri, null);
    const { results } = await answer.json();
    for (const row of results.bindings) this.take(row);
  }

  /** Keeps a label if it is better than the one that is known. */
  take({ x, better, l }) {
    const lang = l["xml:lang"];
    const worth = (lang === this.language ? 4 : lang === "en" ? 2 : 0) + (better.value === "true" ? 1 : 0);
    const known = this.known.get(x.value);
    if (!known || known.worth < worth) this.known.set(x.value, { text: l.value, lang, worth });
  }
}

/** Yields the IRIs of terms, and of the triples that are terms. */
export function* irisOf(terms) {
  for (const term of terms) {
    if (term?.type === "uri") yield term.value;
    if (term?.type === "triple") yield* irisOf([term.subject, term.predicate, term.object]);
  }
}
