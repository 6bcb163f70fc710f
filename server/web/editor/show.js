// Terms as elements: an IRI as its label with a link, a literal with its language or datatype.

import { element } from "./dom.js";
import { hrefOf } from "./links.js";
import { shortened } from "./prefixes.js";
import { plain } from "./terms.js";

const LONG = 400;
const XSD = "http://www.w3.org/2001/XMLSchema#";
/** Datatypes that a value shows by itself. */
const PLAIN = new Set(["string", "integer", "decimal", "boolean", "date", "dateTime"].map((name) => XSD + name));

/** What terms are shown with: labels, a function that returns the prefixes, and what has a page on the site. */
export class Shower {
  constructor(labels, prefixes, site) {
    Object.assign(this, { labels, prefixes, site });
  }

  /** Returns an IRI shortened, without the angle brackets where it cannot be. */
  short(iri) {
    return shortened(iri, this.prefixes()).replace(/^<|>$/g, "");
  }

  /** Returns a term as text, as it is shown. */
  text(term) {
    if (term?.type === "uri") return this.labels.of(term.value)?.text ?? this.short(term.value);
    if (term?.type !== "triple") return plain(term);
    return `<<( ${[term.subject, term.predicate, term.object].map((one) => this.text(one)).join(" ")} )>>`;
  }

  /** Returns a term as an element; what is unbound is a dash. */
  element(term) {
    if (!term) return element("span", { class: "unbound" }, "–");
    if (term.type === "uri") return this.link(term.value);
    if (term.type === "literal") return this.literal(term);
    return element("span", { title: plain(term) }, this.text(term));
  }

  link(iri) {
    const [label, target] = [this.labels.of(iri), hrefOf(iri, this.site)];
    const shown = { title: iri, lang: label?.lang };
    const text = label?.text ?? this.short(iri);
    if (!target) return element("span", shown, text);
    return element("a", { ...shown, href: target.href, rel: target.outside && "external noreferrer" }, text);
  }

  literal({ value, lang, datatype }) {
    const note = lang ?? (datatype && !PLAIN.has(datatype) ? this.short(datatype) : "");
    const text = element("span", { lang, dir: "auto", title: datatype && this.short(datatype) }, value.length > LONG ? folded(value) : value);
    return element("span", {}, text, note ? [" ", element("small", { class: "tag" }, note)] : []);
  }
}

/** Returns a long text of which the beginning is shown, and the rest when it is wanted. */
function folded(text) {
  const cut = [...text.slice(0, LONG)].join("").replace(/[\ud800-\udbff]$/, "");
  return element("details", {}, element("summary", {}, `${cut}…`), text);
}
