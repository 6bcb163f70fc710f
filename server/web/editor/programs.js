// Programs that ask the query that is open, in the language that the reader chooses.

import { ENDPOINT, fieldsOf } from "./ask.js";
import { element } from "./dom.js";
import { LANGUAGES, snippet } from "./snippets.js";
import { tokens } from "./tokens.js";

const FORMS = ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"];
const GRAPHS = ["CONSTRUCT", "DESCRIBE"];

/** Tells whether a query makes a graph: its first keyword that is a form of query says so. */
export function makesGraph(query) {
  const form = tokens(query).find(({ kind, text }) => kind === "word" && FORMS.includes(text.toUpperCase()));
  return GRAPHS.includes(form?.text.toUpperCase());
}

/** The part of the page that shows programs; `asked` returns the query that is open. */
export class Programs {
  constructor({ details, choice, text }, asked) {
    Object.assign(this, { details, choice, text, asked });
    choice.append(...LANGUAGES.map(([name]) => element("option", {}, name)));
    choice.addEventListener("change", () => this.show());
    details.addEventListener("toggle", () => this.show());
  }

  /** Shows the program anew, where it is to be seen. */
  show() {
    if (!this.details.open) return;
    const asked = this.asked();
    const endpoint = new URL(ENDPOINT, location.href).href;
    this.text.textContent = snippet(this.choice.value, { endpoint, fields: fieldsOf(asked), graph: makesGraph(asked.query) });
  }
}
