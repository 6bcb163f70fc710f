// The terms that a query may use, as the server tells them, and what is said of each.

import { element } from "./dom.js";

const ADDRESS = "/query/vocabulary.json";
const KINDS = { classes: "class", properties: "property", concepts: "concept" };

/** The terms of the dataset; there is none until they have come. */
export class Vocabulary {
  constructor(language, words) {
    Object.assign(this, { language, words, prefixes: {}, terms: [], byName: new Map() });
  }

  /** Asks for the terms; without them, the editor does without. */
  async load() {
    const answer = await fetch(ADDRESS).catch(() => null);
    if (!answer?.ok) return;
    const told = await answer.json();
    this.prefixes = told.prefixes;
    this.terms = Object.entries(KINDS).flatMap(([key, kind]) => told[key].map((term) => ({ ...term, kind })));
    this.byName = new Map(this.terms.map((term) => [term.name, term]));
    this.byIri = new Map(this.terms.map((term) => [term.iri, term]));
  }

  /** Returns a text in the reader's language, else in another. */
  inLanguage(texts = {}) {
    return texts[this.language] ?? texts.en ?? Object.values(texts)[0] ?? "";
  }

  labelOf(term) {
    return this.inLanguage(term.labels);
  }

  /** Returns what is known of a term, as an element. */
  told(term) {
    const heading = element("p", {}, element("strong", {}, this.labelOf(term) || term.name));
    const definition = this.inLanguage(term.definitions);
    const ends = term.kind === "property" ? [this.ends(term.domain), this.ends(term.range)].filter(Boolean) : [];
    const use = `${this.words[term.kind]}${term.uses === undefined ? "" : ` · ${this.words.uses}: ${term.uses}`}`;
    const lines = [definition, ends.join(" → "), use].filter(Boolean);
    return element("div", { class: "term" }, heading, lines.map((line) => element("p", {}, line)));
  }

  /** Returns the classes of a domain or range in words. */
  ends(iris = []) {
    return iris.map((iri) => this.labelOf(this.byIri.get(iri) ?? {}) || iri.replace(/^.*[#/]/, "")).join(", ");
  }
}
