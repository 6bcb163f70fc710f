// A result as a table: pages of rows, sorted by any column, with the labels of what is shown.

import { columns, withoutLabels } from "./columns.js";
import { element } from "./dom.js";
import { irisOf } from "./labels.js";

const PAGE = 50;

/** A table of a result in an element. */
export class Table {
  constructor(place, result, shower, words, format) {
    Object.assign(this, { place, result, shower, words, format });
    this.page = 0;
    this.every = columns(result);
    this.essential = withoutLabels(this.every);
    this.shown = this.essential;
    this.order = null;
    this.rows = result.rows;
  }

  /** Shows the page that is due, and once more when its labels have come. */
  async show() {
    this.draw();
    await this.shower.labels.add(irisOf(this.visible().flat()));
    this.draw();
  }

  visible() {
    return this.rows.slice(this.page * PAGE, (this.page + 1) * PAGE);
  }

  draw() {
    const focus = this.place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.place.replaceChildren(...[this.choice(), this.table(), this.pager()].filter(Boolean));
    if (focus) this.place.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
  }

  /** Returns the box that shows the columns of labels too, where there are any. */
  choice() {
    if (this.essential.length === this.every.length) return null;
    const change = ({ target }) => {
      this.shown = target.checked ? this.every : this.essential;
      this.draw();
    };
    const box = element("input", { type: "checkbox", "data-key": "all", change, checked: this.shown === this.every });
    return element("label", { class: "choice" }, box, " ", this.words.all);
  }

  table() {
    const heads = this.shown.map((column) => this.head(column));
    const rows = this.visible().map((row) =>
      element("tr", {}, this.shown.map(({ index }) => element("td", {}, this.shower.element(row[index])))));
    const table = element("table", {}, element("thead", {}, element("tr", {}, heads)), element("tbody", {}, rows));
    return element("div", { class: "wide", role: "region", tabindex: 0, "aria-label": this.words.table }, table);
  }

  head({ name, index }) {
    const order = this.order?.index === index ? (this.order.down ? "descending" : "ascending") : null;
    const click = () => this.sort(index);
    const label = this.result.kind === "graph" ? this.words[name] : name;
    const button = element("button", { type: "button", class: "sort", click, "data-key": `sort-${index}` }, label);
    button.title = `${this.words.sort}: ${label}`;
    return element("th", { scope: "col", "aria-sort": order }, button);
  }

  /** Sorts by a column, the other way round where it is sorted by it already. */
  sort(index) {
    this.order = { index, down: this.order?.index === index && !this.order.down };
    const compare = comparison(this.shower, this.format.language);
    const sign = this.order.down ? -1 : 1;
    this.rows = this.result.rows.toSorted((one, other) => sign * compare(one[index], other[index]));
    this.page = 0;
    this.show();
  }

  pager() {
    const pages = Math.ceil(this.rows.length / PAGE);
    if (pages < 2) return null;
    const [first, last] = [this.page * PAGE + 1, Math.min((this.page + 1) * PAGE, this.rows.length)];
    const told = `${this.format.number(first)}–${this.format.number(last)} / ${this.format.number(this.rows.length)}`;
    return element("p", { class: "pager" }, this.turn("previous", -1, this.page === 0), element("span", {}, told),
      this.turn("next", 1, this.page === pages - 1));
  }

  turn(name, step, isLast) {
    const click = () => {
      this.page += step;
      this.show();
    };
    return element("button", { type: "button", "data-key": name, disabled: isLast, click }, this.words[name]);
  }
}

/** Returns how two terms compare: numbers by value, all else as it is shown; what is unbound comes last. */
function comparison(shower, language) {
  const { compare } = new Intl.Collator(language, { numeric: true });
  return (one, other) => {
    if (!one || !other) return Number(!one) - Number(!other);
    const [first, second] = [one, other].map((term) => (term.datatype ? Number(term.value) : Number.NaN));
    return Number.isNaN(first - second) ? compare(shower.text(one), shower.text(other)) : first - second;
  };
}
