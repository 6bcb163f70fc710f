// The form of a fact, which is that of its pattern: what is wrong is told at the field, and what would follow below.

import { element } from "../editor/dom.js";
import { ask, step } from "./api.js";
import { ThingField } from "./thing.js";
import { t } from "./words.js";

const WAIT = 200; // milliseconds without a key after which the record is checked
const LITERAL = /^(xsd:|text$)/;
const SAID = { confidence: "conf", factKind: "kind", modality: "modality", attributedTo: null, attributionBasis: "basis", wording: "wording" };
const lang = document.documentElement.lang;
let count = 0;

/** Tells whether a field takes what was said or done, in both languages. */
const isTold = ({ kinds, many, required }) => required && many && kinds.includes("text");

export class Form {
  #timer;
  #fields = new Map();
  #own = new Set();
  #filled = new Set();

  /** `save` takes the record, and whether to accept it with what checks find; `close` goes back to the list.
   * `taken` is the form as it was left, `changed` is told what is to be kept of it, `again` begins anew. */
  constructor({ detail, patterns, save, close, taken, changed, again }) {
    Object.assign(this, { isNew: detail.state === "new", fact: detail.fact, record: structuredClone(taken?.record ?? detail.record), names: { ...detail.names, ...taken?.names }, patterns, save, close, changed });
    for (const code of ["en", "id"]) if (taken ? taken.own.includes(code) : detail.state === "fact" && this.record.labels[code]) this.#own.add(code);
    this.pattern = this.#select();
    this.body = element("div");
    this.lacks = element("p", { class: "note lacks", hidden: true });
    this.faults = element("ul", { class: "faults", role: "alert" });
    this.follows = element("div", { class: "follows", "aria-live": "polite" });
    this.anyway = element("button", { type: "button", class: "quiet", hidden: true, click: () => this.submit(true) }, t("save-anyway"));
    this.node = element("form", { class: "fact", novalidate: true, "aria-label": detail.fact, submit: (event) => { event.preventDefault(); step(event, () => this.submit()); }, keydown: (event) => this.#key(event) },
      taken ? element("p", { class: "note" }, t("taken-up"), " ", element("button", { type: "button", class: "quiet", click: again }, t("start-over"))) : null,
      element("div", { class: "field" }, element("label", { for: this.pattern.id }, t("pattern")), this.pattern),
      this.lacks, this.body, this.faults, this.follows,
      element("div", { class: "tools" }, element("button", {}, `${t("save")} ⌃⏎`), this.anyway, element("button", { type: "button", class: "quiet", click: () => this.close() }, `${t("cancel")} Esc`)));
    this.#draw();
  }

  #select() {
    const chosen = this.record.patterns[0] ?? "";
    const option = (pattern) => element("option", { value: pattern.name, selected: pattern.name === chosen }, pattern.labels[lang] ?? pattern.name);
    const named = [...this.patterns].sort((a, b) => (a.labels[lang] ?? "").localeCompare(b.labels[lang] ?? ""));
    return element("select", { id: `pattern-${(count += 1)}`, change: (event) => this.#become(event.target.value) },
      element("option", { value: "", selected: !chosen }, t("choose")), named.map(option));
  }

  /** Takes another pattern, with the values that it has a place for. */
  #become(name) {
    this.record.patterns = name ? [name] : [];
    const places = this.patterns.find((each) => each.name === name)?.fields.map((field) => field.name) ?? [];
    if (name) this.record.values = Object.fromEntries(Object.entries(this.record.values).filter(([place]) => places.includes(place)));
    this.#draw();
    this.#later();
  }

  /** Moves to the first field that lacks something or that some faults are of, else to the first one. */
  focus(faults = []) {
    const missing = [...faults.map(({ field }) => field), ...(this.record.missing ?? [])];
    const name = missing.find((each) => this.#fields.has(each));
    const target = missing.includes("pattern") ? this.pattern : this.#fields.get(name)?.input ?? this.body.querySelector("input") ?? this.pattern;
    target?.closest("details")?.setAttribute("open", "");
    target?.focus();
    if (target?.tagName === "INPUT" && !target.role) target.select();
    this.#check();
  }

  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      step(event, () => this.submit(), "Ctrl+Enter");
    } else if (event.key === "Enter" && ["INPUT", "SELECT"].includes(event.target.tagName)) {
      event.preventDefault();
      step(event, () => this.#onward(event.target));
    } else if (event.altKey && event.key === "n") {
      event.preventDefault();
      step(event, () => this.#lacking(event.target)?.focus());
    } else if (event.key === "Escape") {
      event.stopPropagation();
      step(event, () => this.close());
    }
  }

  /** Goes from a field to the next that lacks something; when none does, Enter saves. */
  #onward(from) {
    const next = this.#lacking(from);
    if (next) return next.focus();
    return this.submit();
  }

  /** Returns the next field that lacks something, from another one on; undefined when none does. */
  #lacking(from) {
    const lacking = [...this.node.querySelectorAll("[data-lacks] input, [data-lacks] select")].filter((input) => input !== from && !input.value && !input.closest("[data-many]"));
    return lacking.find((input) => from.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING) ?? lacking[0];
  }

  #draw() {
    const pattern = this.patterns.find(({ name }) => name === this.record.patterns[0]);
    this.#fields = new Map();
    this.#say(pattern);
    const fields = (pattern?.fields ?? []).map((field) => [field, this.#field(field)]);
    const isConstant = (name) => JSON.stringify(pattern.constants[name]) === JSON.stringify(this.record.values[name]);
    const first = fields.filter(([{ name, required, asked }]) => required || asked || (this.record.values[name]?.length && !isConstant(name)) || this.#question(name) || this.record.missing?.includes(name));
    const rest = fields.filter((each) => !first.includes(each));
    this.body.replaceChildren(
      ...(pattern ? [element("p", { class: "note" }, pattern.definitions[lang] ?? "")] : []),
      ...first.map(([, node]) => node),
      ...(rest.length ? [element("details", { open: this.isNew }, element("summary", {}, t("more-fields")), ...rest.map(([, node]) => node))] : []),
      ...["en", "id"].map((code) => this.#line(code, t(`sentence-${code}`), this.record.labels[code], (value) => { this.record.labels[code] = value; this.#own.add(code); })),
      this.#line("quote", t("quote"), this.record.quote, (value) => { this.record.quote = value; }),
      element("details", {}, element("summary", {}, t("who-says")), ...Object.entries(SAID).map(([name]) => this.#line(name, t(`said-${name}`), this.record.said[name] ?? "", (value) => { this.record.said[name] = value; }))),
      element("details", {}, element("summary", {}, "Turtle"), this.#line("statements", t("statements"), this.record.statements, (value) => { this.record.statements = value; }), this.#line("more", t("more"), this.record.more, (value) => { this.record.more = value; })));
  }

  /** Puts the words of a new fact where its pattern takes what was said or done; another language quotes them. */
  #say(pattern) {
    if (!this.isNew || !pattern) return;
    this.record.said = { ...pattern.said, ...this.record.said };
    this.record.values = { ...structuredClone(pattern.constants), ...this.record.values };
    for (const { iri } of Object.values(pattern.constants).flat()) this.names[iri] ??= { en: iri.split("/").pop() };
    const text = pattern.fields.find(isTold);
    if (!text || this.record.values[text.name]?.length) return;
    const of = document.body.dataset.language;
    this.record.values[text.name] = ["en", "id"].map((language) => ({ text: language === of ? this.record.quote : `“${this.record.quote}”`, language }));
  }

  /** Lets the other language follow where it only quotes what was told in the language of the text. */
  #quoting(name, code, before, value) {
    if (code !== document.body.dataset.language) return;
    const other = this.record.values[name].find(({ language }) => language !== code);
    if (!other || other.text !== `“${before}”`) return;
    other.text = `“${value}”`;
    this.#fields.get(`${name}-${other.language}`).input.value = other.text;
  }

  /** Returns the name that is open for a field; of a new fact its words are, for the first field of a thing,
   * where they are not what was said or done. */
  #question(name) {
    const open = (this.record.open ?? []).find(({ parameter }) => parameter === name);
    if (open || !this.isNew) return open;
    const pattern = this.patterns.find((each) => each.name === this.record.patterns[0]);
    if (pattern?.fields.some(isTold)) return undefined;
    const first = pattern?.fields.find(({ kinds }) => !kinds.some((kind) => LITERAL.test(kind)));
    return first?.name === name ? { parameter: name, mention: this.record.quote } : undefined;
  }

  /** Another speaker is whom the fact is attributed to: who it was before is forgotten. */
  #unattributed() {
    delete this.record.said.attributedTo;
    const field = this.#fields.get("attributedTo");
    if (field) field.input.value = "";
  }

  #field({ name, kinds, required, many, date }) {
    const label = `${t(`p-${name}`)}${required ? " *" : ""}`;
    if (!kinds.some((kind) => LITERAL.test(kind))) {
      const field = new ThingField({
        name, kinds, many, label, names: this.names, values: this.record.values[name] ?? [], question: this.#question(name),
        changed: () => { this.record.values[name] = field.values; if (["speaker", "by"].includes(name)) this.#unattributed(); this.#later(0); },
      });
      field.node.dataset.field = name;
      if (required || this.#question(name)) field.node.dataset.lacks = "always";
      field.bring(this.record.things.filter(({ iri }) => field.values.some((value) => value.iri === iri)));
      this.#fields.set(name, field);
      return field.node;
    }
    if (kinds.includes("text") && many) {
      const codes = ["en", "id"].map((code) => {
        const text = () => (this.record.values[name] ?? []).find(({ language }) => language === code)?.text ?? "";
        return this.#line(`${name}-${code}`, `${label} (${code})`, text(), (value) => {
          const before = text();
          const others = (this.record.values[name] ?? []).filter(({ language }) => language !== code);
          this.record.values[name] = value ? [...others, { text: value, language: code }] : others;
          if (isTold({ kinds, many, required })) this.#quoting(name, code, before, value);
        }, required);
      });
      return element("div", {}, ...codes);
    }
    const given = this.record.values[name]?.[0];
    const isText = kinds.includes("text");
    return this.#line(name, label, given?.text ?? given?.value ?? "", (value) => {
      if (!value.trim()) delete this.record.values[name];
      else this.record.values[name] = [isText ? { text: value, language: given?.language ?? document.body.dataset.language } : { value: value.trim() }];
    }, required, date ? t("date-hint") : "");
  }

  #line(name, label, value, set, required = ["en", "id", "quote"].includes(name), hint = "") {
    const id = `field-${(count += 1)}`;
    const input = element("input", { id, name, value, placeholder: hint || null, autocomplete: "off", spellcheck: "false", input: (event) => { set(event.target.value); this.#later(); } });
    input.value = value;
    const node = element("div", { class: "field", "data-field": name, "data-lacks": required ? "always" : null }, element("label", { for: id }, label), input, element("output", { class: "note" }));
    this.#fields.set(name, { input, node });
    return node;
  }

  #things() {
    const all = [...this.#fields.values()].flatMap(({ things = [] }) => things);
    const used = new Set(Object.values(this.record.values).flat().map(({ iri }) => iri));
    return [...new Map(all.map((thing) => [thing.iri, thing])).values()].filter(({ iri }) => used.has(iri));
  }

  #later(wait = WAIT) {
    this.record.things = this.#things();
    this.changed({ record: this.record, own: [...this.#own], names: this.names });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), wait);
  }

  async #check() {
    const asked = (this.asked = Symbol("check"));
    const about = { fact: this.fact, record: this.record };
    const read = await ask("read", about).catch(() => null);
    if (!read || asked !== this.asked) return;
    this.#read(read);
    const found = await ask("check", about).catch(() => null);
    if (!found || asked !== this.asked) return;
    this.#tellAll(found);
    this.#follow(found);
  }

  /** Puts what the text tells of something new into its fields, once, and shows which of them lack something.
   * A field that someone is in, or has typed into, keeps what it has. */
  #complete({ fills, names, missing }) {
    Object.assign(this.names, names);
    for (const [name, values] of Object.entries(fills)) {
      const field = this.#fields.get(name);
      if (!field || this.#filled.has(name) || field.input === document.activeElement || field.input.value) continue;
      this.#filled.add(name);
      this.record.values[name] = values;
      if (field instanceof ThingField) field.fill(values);
      else field.input.value = values[0].value;
      field.node.closest("details")?.setAttribute("open", "");
    }
    for (const [name, { node }] of this.#fields) {
      const lacks = missing.includes(name);
      if (node.dataset.lacks !== "always") node.toggleAttribute("data-lacks", lacks);
      if (lacks) node.closest("details")?.setAttribute("open", "");
    }
    const lacking = [...new Set(missing)].filter((name) => !["en", "id", "pattern"].includes(name));
    this.lacks.hidden = !lacking.length;
    this.lacks.textContent = t("lacks-here", { names: lacking.map((name) => t(`p-${name}`)).join(", ") });
  }

  /** Shows what needs no reasoning: sentences, dates in words, what is wrong with a field. */
  #read(found) {
    this.#complete(found);
    for (const code of ["en", "id"]) {
      const field = this.#fields.get(code);
      if (!this.#own.has(code) && found.sentences[code]) {
        this.record.labels[code] = found.sentences[code];
        if (field && document.activeElement !== field.input) field.input.value = found.sentences[code];
      }
    }
    for (const [name, words] of Object.entries(found.dates)) {
      const output = this.#fields.get(name)?.node.querySelector("output");
      if (output) output.textContent = words.fault ?? words[lang] ?? "";
    }
    this.#tellAll(found);
  }

  #tellAll({ faults }) {
    this.tell(faults.filter(({ field }) => !["en", "id"].includes(field)));
  }

  /** Shows faults, each at its field where there is one. */
  tell(faults) {
    for (const { node, input } of this.#fields.values()) {
      node.querySelector(".fault")?.remove();
      input.ariaInvalid = null;
    }
    const whole = faults.filter((fault) => !this.#tellAt(fault));
    this.faults.replaceChildren(...whole.map(({ text }) => element("li", {}, text)));
    this.anyway.hidden = !faults.length || faults.some(({ hard }) => hard);
  }

  #tellAt({ field, text }) {
    const found = this.#fields.get(field) ?? this.#fields.get(`${field}-${lang}`);
    if (!found) return false;
    found.node.querySelector(".fault")?.remove();
    found.node.append(element("p", { class: "fault" }, text));
    found.input.ariaInvalid = "true";
    found.node.closest("details")?.setAttribute("open", "");
    return true;
  }

  #follow({ follows, stops }) {
    const list = (title, lines) => (lines.length ? [element("p", { class: "note" }, title), element("ul", {}, ...lines.map((line) => element("li", {}, line)))] : []);
    this.follows.replaceChildren(...list(t("follows"), follows), ...list(t("stops"), stops));
  }

  submit(anyway = false) {
    clearTimeout(this.#timer);
    this.record.said = Object.fromEntries(Object.entries(this.record.said).filter(([, value]) => value.trim()));
    this.record.things = this.#things();
    return this.save({ ...this.record, own: [...this.#own] }, anyway);
  }
}
