// The open queries as a row of tabs: to open, name and close them.

import { element } from "./dom.js";
import { withKeys } from "./keys.js";

/** Returns a query that nobody has written yet, or what was given; one without a name has a number. */
function fresh(named, query = "") {
  return { id: crypto.randomUUID?.() ?? String(Math.random()).slice(2), ...named, query, infer: true, timeout: "", view: "table" };
}

/** The row of tabs; `opened` is told of the query that becomes the current one. */
export class Tabs {
  constructor(row, store, words, opened) {
    Object.assign(this, { row, store, words, opened, closed: [] });
    withKeys(row, () => this.close());
  }

  /** Opens what was open last, or a query to start with. */
  start(query) {
    const open = this.store.all();
    const last = open.find(({ id }) => id === this.store.current) ?? open.at(-1);
    this.go(last ?? fresh(this.unnamed(), query));
  }

  /** Returns what a query is called: in the language of the page where nobody has named it. */
  nameOf({ name, number }) {
    return name || `${this.words.tab} ${number}`;
  }

  /** Returns a number by which no open query is called. */
  unnamed() {
    const names = new Set(this.store.all().map((one) => this.nameOf(one)));
    let number = 1;
    while (names.has(this.nameOf({ number }))) number += 1;
    return { number };
  }

  /** Makes a query the current one. */
  go(one) {
    this.current = one;
    this.store.keep(one);
    this.store.current = one.id;
    this.draw();
    this.opened(one);
  }

  /** Opens a query, in the tab that has it already where there is one. */
  open(query, name) {
    this.go(this.store.all().find((one) => one.query === query) ?? fresh(name ? { name } : this.unnamed(), query));
  }

  /** Changes the current query, and tells whether the browser keeps it. */
  change(parts) {
    Object.assign(this.current, parts);
    const kept = this.store.keep(this.current);
    if ("name" in parts) this.draw();
    return kept;
  }

  /** Closes the current query and goes on with its neighbour; until the page is left it can be had back. */
  close() {
    const open = this.store.all();
    if (this.current.query.trim()) this.closed.push(this.current);
    const at = open.findIndex(({ id }) => id === this.current.id);
    this.store.drop(this.current.id);
    this.go(open[at + 1] ?? open[at - 1] ?? fresh(this.unnamed()));
    this.row.querySelector('[aria-selected="true"]').focus();
  }

  /** Opens the query again that was closed last. */
  reopen() {
    this.go(this.closed.pop());
    this.row.querySelector('[aria-selected="true"]').focus();
  }

  draw() {
    const focused = this.row.contains(document.activeElement);
    this.row.replaceChildren(...this.store.all().map((one) => this.tab(one)));
    if (focused) this.row.querySelector('[aria-selected="true"]').focus();
  }

  tab(one) {
    const selected = one.id === this.current.id;
    const click = () => selected || this.go(this.store.all().find(({ id }) => id === one.id));
    return element(
      "button",
      { type: "button", role: "tab", "aria-selected": String(selected), "aria-controls": "editor", tabindex: selected ? 0 : -1, click },
      this.nameOf(one),
    );
  }
}
