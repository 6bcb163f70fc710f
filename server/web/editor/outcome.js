// What came of a query: how much in what time, the answer in the views that it allows, and all of it to take away.

import { addressOf, send, unknownInWords } from "./ask.js";
import { pictures } from "./columns.js";
import { element } from "./dom.js";
import { Table } from "./table.js";

/** The forms that answers can be had in, by kind: the name of each on the server, its label, what its file ends in. */
const FORMS = {
  rows: [["csv", "CSV", "csv"], ["json", "JSON", "srj"], ["tsv", "TSV", "tsv"], ["xml", "XML", "srx"]],
  graph: [["turtle", "Turtle", "ttl"], ["jsonld", "JSON-LD", "jsonld"], ["ntriples", "N-Triples", "nt"], ["rdfxml", "RDF/XML", "rdf"]],
};
const RAW = { rows: "application/sparql-results+json", graph: "text/turtle" };
const RAW_MOST = 200_000;
const LONGEST_ADDRESS = 8_000;
const PICTURES = {
  timeline: () => import("./timeline.js"),
  network: () => import("./network.js"),
  chart: () => import("./chart.js"),
  map: () => import("./map.js"),
};

/** The place on the page where results are shown. */
export class Outcome {
  constructor(parts, { shower, words, format, chosen }) {
    Object.assign(this, { ...parts, shower, words, format, chosen });
  }

  /** Takes away what is shown. */
  clear() {
    for (const part of [this.views, this.panel, this.downloads]) part.replaceChildren();
    this.section.hidden = true;
  }

  /** Shows results; `view` is the one that the reader would rather have. */
  show(result, asked, view) {
    Object.assign(this, { result, asked });
    this.clear();
    this.section.hidden = false;
    this.offers = result.kind === "ask" ? { table: {}, raw: {} } : { table: {}, ...pictures(result), raw: {} };
    this.views.replaceChildren(...Object.keys(this.offers).map((name) => this.tab(name)));
    this.downloads.replaceChildren(`${this.words.download}: `, ...this.links());
    return this.open(Object.hasOwn(this.offers, view) ? view : "table");
  }

  /** Returns in words how much came, and in what time. */
  told() {
    const { kind, rows, time, cut, broken, capped } = this.result;
    const counted = kind === "graph" ? this.words.statements : this.words.rows;
    const count = kind === "ask" ? [] : [`${counted}: ${this.format.number(rows.length)}${cut ? "+" : ""}`];
    const notes = [cut && this.words.cut, broken && this.words.broken, capped && this.words.capped].filter(Boolean);
    return [[...count, `${this.words.time}: ${this.format.number(Math.round(time))}`].join(" · "), ...notes].join(" ");
  }

  tab(name) {
    const click = () => this.chosen(name) ?? this.open(name);
    return element("button", { type: "button", role: "tab", id: `view-${name}`, "aria-controls": this.panel.id, click }, this.words[name]);
  }

  /** Shows one of the views. */
  async open(name) {
    this.current = name;
    for (const tab of this.views.children) {
      const selected = tab.id === `view-${name}`;
      tab.setAttribute("aria-selected", selected);
      tab.tabIndex = selected ? 0 : -1;
    }
    this.panel.setAttribute("aria-labelledby", `view-${name}`);
    const place = element("div", {});
    this.panel.replaceChildren(place);
    if (name === "raw") return this.raw(place);
    return name === "table" ? this.table(place) : this.picture(name, place);
  }

  async table(place) {
    for (const one of this.result.unknown) {
      place.append(element("p", { class: "banner" }, unknownInWords(one, this.words)));
    }
    if (this.result.kind === "ask") {
      place.append(element("p", { class: "boolean" }, this.result.answer ? this.words.yes : this.words.no));
    } else if (this.result.rows.length) {
      await new Table(place, this.result, this.shower, this.words, this.format).show();
    } else {
      place.append(element("p", {}, this.words.nothing));
    }
  }

  async picture(name, place) {
    const { draw } = await PICTURES[name]();
    if (this.current !== name) return;
    await draw(place, this.result, this.offers[name], this);
    place.append(element("p", { class: "note" }, this.words.in_table));
  }

  /** Shows the answer as the server writes it. */
  async raw(place) {
    const text = await send(this.asked, RAW[this.kind]).then((answer) => beginning(answer.body), (fault) => fault.message);
    place.append(element("pre", { class: "wide raw", tabindex: 0 }, element("code", {}, text)));
  }

  get kind() {
    return this.result.kind === "graph" ? "graph" : "rows";
  }

  /** Returns the links to all of the answer, in each form. */
  links() {
    return FORMS[this.kind].flatMap(([form, label, extension], index) => {
      const href = addressOf({ ...this.asked, format: form });
      const download = `query.${extension}`;
      const click = (event) => href.length > LONGEST_ADDRESS && this.save(event, form, download);
      return [index ? " · " : "", element("a", { href, download, click }, label)];
    });
  }

  /** Saves an answer whose query is too long for an address. */
  async save(event, form, download) {
    event.preventDefault();
    const answer = await send({ ...this.asked, format: form }, "*/*");
    const href = URL.createObjectURL(await answer.blob());
    element("a", { href, download }).click();
    URL.revokeObjectURL(href);
  }
}

/** Returns as much of a body as a page can bear. */
async function beginning(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += read.value;
    if (text.length > RAW_MOST) {
      await reader.cancel();
      return `${text.slice(0, RAW_MOST)}…`;
    }
  }
  return text;
}
