// A field for things: a combobox as the ARIA practices have it, over names, variants and other scripts. What nobody
// knows is made in place; whether a name is a thing or not is recorded.

import { element } from "../editor/dom.js";
import { REPLACED, ask, get, step } from "./api.js";
import { t } from "./words.js";

const WAIT = 60; // milliseconds without a key after which the server is asked
let count = 0;

export class ThingField {
  #options = [];
  #at = -1;
  #asked = new AbortController();

  /** `question` is a name that is open: who decides on it is recorded. */
  constructor({ name, kinds, label, many, values, names, question, changed }) {
    Object.assign(this, { name, kinds, many, question, changed, values: [...values], names, things: [] });
    const id = `thing-${(count += 1)}`;
    this.list = element("ul", { id: `${id}-list`, class: "suggestions", role: "listbox", hidden: true, "aria-label": label });
    this.input = element("input", {
      id, name, role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
      input: (event) => { if (!this.many) this.#drop(); step(event, () => this.#wait(), "list"); }, keydown: (event) => this.#key(event), blur: () => this.#close(), focus: (event) => this.#first(event),
    });
    this.chips = element("span", { class: "chips" });
    this.making = element("div", { class: "making", hidden: true });
    this.node = element("div", { class: "field thing" }, element("label", { for: id }, label), this.chips, this.input, this.list, this.making);
    this.#shown();
  }

  #first(event) {
    if (this.values.length || this.input.value) return;
    if (this.question) this.input.value = this.question.mention;
    this.input.select();
    step(event, () => this.#ask(), "list");
  }

  /** Asks once no other key comes; which one came last is waited for. */
  async #wait() {
    this.#asked.abort();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    await new Promise((done) => setTimeout(done, WAIT));
    return signal.aborted ? REPLACED : this.#ask();
  }

  async #ask() {
    this.#asked.abort();
    this.#asked = new AbortController();
    const q = this.input.value.trim();
    try {
      const { things, new: made } = await get("things", { q, kinds: this.kinds.join(" ") }, this.#asked.signal);
      this.#show([...things.map((thing) => ({ thing })), ...made.map((fresh) => ({ fresh }))]);
    } catch (fault) {
      if (fault.name === "AbortError") return REPLACED;
      this.#close();
    }
    return undefined;
  }

  #show(options) {
    this.#options = options;
    this.list.replaceChildren(...options.map((option, number) => this.#option(option, number)));
    this.#choose(options.length ? 0 : -1);
    this.#open(options.length > 0 && document.activeElement === this.input);
  }

  #option({ thing, fresh }, number) {
    const text = thing ? thing.name : t("make", { name: fresh.en || fresh.id });
    const why = thing ? `${t(`kind-${thing.kind}`)} · ${t(`why-${thing.reason}`)}${thing.words !== thing.name ? ` “${thing.words}”` : ""}` : t(`kind-${fresh.kind}`);
    return element("li", { id: `${this.list.id}-${number}`, role: "option", mousedown: (event) => { event.preventDefault(); this.#take(number); } },
      element("span", {}, text), " ", element("small", { class: "tag" }, why));
  }

  #key(event) {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const option = this.#options[this.#at];
    if (move && this.#options.length) {
      event.preventDefault();
      this.#open(true);
      this.#choose((this.#at + move + this.#options.length) % this.#options.length);
    } else if (event.key === "Enter" && !event.ctrlKey && !this.list.hidden && option) {
      event.preventDefault();
      event.stopPropagation();
      this.#take(this.#at);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.#close();
    } else if (event.key === "Backspace" && !this.input.value && this.values.length) {
      this.values.pop();
      this.#shown();
      this.changed();
    } else if (event.altKey && option?.thing && (event.key === "x" || event.key === "u")) {
      event.preventDefault();
      this.#say(option.thing.iri, event.key === "x" ? "different" : "unsure");
      if (event.key === "x") this.#show(this.#options.filter((one) => one !== option));
    }
  }

  #take(number) {
    const { thing, fresh } = this.#options[number];
    if (thing) {
      this.#set(thing.iri, { [document.documentElement.lang]: thing.name });
      if (this.question) this.#say(thing.iri, "same");
      return;
    }
    const alike = this.#options.filter((one) => one.thing?.reason === "alike");
    if (this.question) for (const { thing: other } of alike) this.#say(other.iri, "different", t("made-new"));
    this.#make(fresh);
  }

  #say(iri, verdict, why = "") {
    ask("same", { mention: this.question?.mention ?? this.input.value.trim(), iri, verdict, why }).catch(() => {});
  }

  /** Takes a new thing, whose class and names can be corrected below the field. */
  #make(fresh) {
    const thing = { iri: fresh.iri, kind: fresh.kind, class: fresh.class, en: fresh.en, id: fresh.id };
    if (this.question && !this.many && ![fresh.en, fresh.id].includes(this.question.mention)) thing.variants = [[this.question.mention, document.body.dataset.language]];
    this.things.push(thing);
    this.#set(fresh.iri, { en: fresh.en, id: fresh.id });
    this.#correct(thing, fresh.classes);
  }

  /** Takes new things that are proposed; one that lacks a name is to be given it. */
  bring(things) {
    this.things = things;
    const thing = things.find(({ en, id }) => !en || !id);
    if (thing) this.#correct(thing);
  }

  #correct(thing, allowed = []) {
    const edit = (name) => ({ input: (event) => { thing[name] = event.target.value; this.names[thing.iri] = { en: thing.en, id: thing.id }; this.changed(); } });
    const classes = element("select", { "aria-label": t("class"), hidden: !allowed.length, tabindex: allowed.length > 1 ? null : "-1", change: (event) => { thing.class = event.target.value; this.changed(); } },
      allowed.map((each) => element("option", { value: each.class, selected: each.class === thing.class }, each.name)));
    const fields = ["en", "id"].map((code) => element("label", { class: "name", "data-lacks": thing[code] ? null : "always" }, element("span", { class: "tag" }, t(`name-${code}`)), element("input", { value: thing[code], "aria-label": t(`name-${code}`), ...edit(code) })));
    this.making.replaceChildren(element("span", { class: "tag" }, t("new-thing")), classes, ...fields, ...this.#codes(thing));
    this.making.hidden = false;
  }

  #codes(thing) {
    if (thing.kind !== "state") return [];
    const codes = ["ISO 3166-1 alpha-2", "ISO 3166-1 alpha-3"].map((label, place) => element("input", {
      "aria-label": label, placeholder: label, size: "4",
      input: (event) => { thing.codes = Object.assign(["", ""], thing.codes, { [place]: event.target.value.toUpperCase() }); this.changed(); },
    }));
    return [element("span", { class: "codes", "data-lacks": "always" }, ...codes)];
  }

  #set(iri, names) {
    this.names[iri] = { ...this.names[iri], ...names };
    this.values = this.many ? [...this.values.filter((value) => value.iri !== iri), { iri }] : [{ iri }];
    this.#close();
    this.#shown();
    this.changed();
  }

  /** Shows values that were not chosen here. */
  fill(values) {
    this.values = values;
    this.#shown();
  }

  #drop() {
    if (!this.values.length) return;
    this.values = [];
    this.changed();
  }

  #shown() {
    const called = (iri) => { const names = this.names[iri] ?? {}; return names[document.documentElement.lang] || names.en || names.id || iri; };
    if (!this.many) this.input.value = this.values.length ? called(this.values[0].iri) : "";
    else {
      this.input.value = "";
      this.chips.replaceChildren(...this.values.map(({ iri }) => element("span", { class: "mark" }, called(iri))));
    }
  }

  #choose(number) {
    this.#at = number;
    for (const [place, option] of [...this.list.children].entries()) option.ariaSelected = String(place === number);
    const option = this.list.children[number];
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #open(shown) {
    this.list.hidden = !shown;
    this.input.ariaExpanded = String(shown);
  }

  #close() {
    this.#asked.abort();
    this.#open(false);
  }
}
