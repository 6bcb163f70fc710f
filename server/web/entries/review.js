// The page of `wicara review`: the text at the left, what is suggested at the right, a key a decision.

import { element } from "../editor/dom.js";
import { ask, effort, get, step } from "../review/api.js";
import { article, paste } from "../review/article.js";
import { Form } from "../review/form.js";
import { MarkedText } from "../review/text.js";
import { Unfinished, nameOf } from "../review/unfinished.js";
import { t } from "../review/words.js";

const POLL = 2000; // milliseconds after which is looked whether the file has changed
const FORESEE = 150; // milliseconds that one stays with a suggestion before it is checked
const OF_POST = ["postType", "state", "body"]; // what is told of a new post beside its name
const lang = document.documentElement.lang;
const main = document.getElementById("content");

class Review {
  #details = new Map();
  #form = null;
  #busy = false;
  #taken = null;
  #foreseen = new AbortController();

  constructor(whole) {
    this.status = element("p", { class: "status", role: "status" });
    this.progress = element("span", { class: "progress" });
    this.list = element("ol", { class: "items" });
    this.notice = element("div", { class: "banner", hidden: true, role: "alert" });
    this.help = this.#helpDialog();
    this.unfinished = new Unfinished(whole.file);
    this.#take(whole);
    main.replaceChildren(this.#bar(), this.notice, element("div", { class: "two" }, this.text.node, element("section", { class: "side", tabindex: "0", "aria-label": t("suggestions") }, this.source, this.list)), this.status, this.help);
    document.addEventListener("keydown", (event) => this.#key(event));
    setInterval(() => this.#poll(), POLL);
    this.#go(this.#firstOpen());
    this.#offer();
  }

  /** Offers the form of a new fact that was not finished when the page went. */
  #offer() {
    const name = this.unfinished.fresh();
    if (!name) return;
    const { record } = this.unfinished.of(name);
    this.#choice(t("unfinished", { words: record.quote }), [
      ["take-up", () => { this.notice.hidden = true; return this.#fresh(record.span.split("-")); }],
      ["give-up", () => { this.notice.hidden = true; this.unfinished.drop(name); this.#offer(); }],
    ]);
  }

  #bar() {
    const button = (key, name, run) => element("button", { type: "button", class: "quiet", click: (event) => step(event, run) }, t(name), " ", element("kbd", {}, key));
    return element("header", { class: "bar" }, element("h1", {}, this.whole.article), this.progress,
      element("span", { class: "tools" }, button("n", "new", () => this.#mark()), button("z", "undo", () => this.#undo()), button("g", "article", () => this.#article()), button("⇧A", "bulk", () => this.#several()), button("?", "help", () => this.help.showModal())));
  }

  #take(whole) {
    this.whole = whole;
    this.items = whole.items;
    this.#known(whole);
    this.#details.clear();
    document.body.dataset.language = whole.language;
    if (!this.text) {
      this.text = new MarkedText(whole.text, (facts) => this.#go(this.items.findIndex(({ fact }) => facts.includes(fact))));
      this.text.node.lang = whole.language;
      this.source = element("p", { class: "source" });
    }
    this.text.draw(this.items);
    this.list.replaceChildren(...this.items.map((item) => this.#row(item)));
    this.#told();
  }

  // What is shown

  #row(item) {
    const row = element("li", { "data-fact": item.fact, "data-state": item.state, click: () => { if (this.item !== item) this.#go(this.items.indexOf(item)); } });
    this.#fill(row, item);
    return row;
  }

  #fill(row, item) {
    row.dataset.state = item.state;
    const title = item.labels[lang] || item.labels.en || item.labels.id;
    const kind = item.part ? t(`part-${item.part}`) : this.whole.patterns.find(({ name }) => name === item.patterns[0])?.labels[lang] ?? "";
    row.replaceChildren(
      element("div", { class: "head" }, element("b", {}, item.fact), element("span", { class: "tag" }, kind), item.speaker ? element("span", { class: "tag" }, item.speaker) : null, this.unfinished.of(item.fact) ? element("span", { class: "tag unfinished" }, t("unfinished-form")) : null, element("span", { class: "mark" }, t(`state-${item.state}`))),
      element("q", { lang: this.whole.language }, item.quote), ...(title ? [element("p", { class: "says" }, title)] : []));
  }

  #told() {
    const open = this.items.filter(({ state }) => state === "suggested").length;
    this.progress.textContent = t("progress", { done: this.items.length - open, all: this.items.length });
    this.source.textContent = this.whole.source.complete ? "" : t("no-publisher");
    this.source.hidden = this.whole.source.complete;
  }

  get item() {
    return this.items[this.at];
  }

  get rowOfItem() {
    return this.list.children[this.at];
  }

  #firstOpen(from = 0) {
    const after = this.items.findIndex(({ state }, number) => number >= from && state === "suggested");
    return after >= 0 ? after : Math.max(0, this.items.findIndex(({ state }) => state === "suggested"));
  }

  /** Makes an item the current one, and shows what is proposed for it. */
  async #go(at) {
    if (at < 0 || at >= this.items.length) return;
    this.#foreseen.abort();
    this.#foreseen = new AbortController();
    this.#close();
    const before = this.rowOfItem;
    before?.classList.remove("current");
    before?.querySelector(".proposal")?.remove();
    before?.removeAttribute("aria-current");
    this.at = at;
    const row = this.rowOfItem;
    row.classList.add("current");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    this.text.current(this.item.fact);
    const item = this.item;
    const detail = await this.#detail(item.fact).catch(() => null);
    if (detail && item === this.item && !this.#form) {
      this.#propose(row, detail);
      this.#foresee(row, detail, this.#foreseen.signal);
    }
    const next = this.items[this.#firstOpen(at + 1)];
    if (next) this.#detail(next.fact).catch(() => {});
  }

  #detail(fact) {
    if (!this.#details.has(fact)) {
      const asked = get("fact", { fact });
      this.#details.set(fact, asked);
      asked.catch(() => this.#details.delete(fact));
    }
    return this.#details.get(fact);
  }

  #propose(row, { record, names }) {
    row.querySelector(".proposal")?.remove();
    const lines = ["en", "id"].map((code) => record.labels[code]).filter(Boolean);
    const made = record.things.map((thing) => t("brings", { name: thing[lang] || thing.en || thing.id }));
    const asks = (record.open ?? []).map(({ mention, candidates }) => t("asks", { mention, names: candidates.map(({ name, alike }) => `${name} (${alike})`).join(", ") || t("nobody") }));
    const told = OF_POST.filter((name) => record.things.length && record.values[name]?.length).map((name) => `${t(`p-${name}`)}: ${names[record.values[name][0].iri]?.[lang] ?? ""}`);
    const lacks = (record.missing ?? []).filter((name) => !["en", "id"].includes(name)).map((name) => t(`p-${name}`));
    row.append(element("div", { class: "proposal" }, ...lines.map((line) => element("p", {}, line)),
      ...[...made, told.join(" · "), ...asks].filter(Boolean).map((line) => element("p", { class: "note" }, line)),
      lacks.length ? element("p", { class: "note lacks" }, t("lacks", { names: [...new Set(lacks)].join(", ") })) : null));
  }

  /** Shows what checks say of an item that lacks nothing, and what would follow from it, while one reads it. */
  async #foresee(row, { fact, record, state }, signal) {
    if (record.missing?.length) return;
    await new Promise((done) => setTimeout(done, FORESEE));
    const found = signal.aborted ? null : await ask("check", { fact, record, anew: state === "fact" }, { signal }).catch(() => null);
    const shown = this.item?.fact === fact ? row.querySelector(".proposal") : null;
    if (!found || !shown) return;
    shown.append(...found.faults.map(({ text }) => element("p", { class: "fault" }, text)),
      ...(found.follows.length ? [element("details", { class: "follows" }, element("summary", {}, t("follows")), element("ul", {}, ...found.follows.map((line) => element("li", {}, line))))] : []));
  }

  /** Takes note of the version of the file, and of what is to be checked. */
  #known({ digest, unchecked }) {
    this.digest = digest;
    this.#check(unchecked);
  }

  /** Checks what was accepted before a check of it was there; tells what is wrong, while one goes on. */
  async #check(facts) {
    for (const fact of facts) {
      const detail = await get("fact", { fact }).catch(() => null);
      const found = detail?.state === "fact" ? await ask("check", { fact, record: detail.record, anew: true }).catch(() => null) : null;
      if (!found?.faults.length) continue;
      const texts = found.faults.map(({ text }) => text);
      this.list.querySelector(`[data-fact="${fact}"]`)?.append(...texts.map((text) => element("p", { class: "fault" }, text)));
      this.say(t("found-late", { fact, text: texts.join(" ") }));
    }
  }

  say(text) {
    this.status.textContent = text;
  }

  // Keys

  #key(event) {
    if (event.defaultPrevented || event.isComposing || this.help.open) return;
    const inField = event.target.closest?.("input, select, textarea, dialog, form");
    if (this.text.isMarking) return this.#marking(event);
    if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
    const run = {
      a: () => this.#accept(), Enter: () => this.#accept(), e: () => this.#edit(), r: () => this.#decide("reject"), u: () => this.#decide("unsure"),
      j: () => this.#go(this.at + 1), ArrowDown: () => this.#go(this.at + 1), k: () => this.#go(this.at - 1), ArrowUp: () => this.#go(this.at - 1),
      o: () => this.#go(this.#firstOpen(this.at + 1)), z: () => this.#undo(), n: () => this.#mark(), w: () => this.#words(), g: () => this.#article(), A: () => this.#several(), "?": () => this.help.showModal(),
    }[event.key];
    if (!run || (event.key === "Enter" && event.target.closest?.("button, a"))) return;
    event.preventDefault();
    step(event, run);
  }

  #marking(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      this.text.stop();
      return this.say("");
    }
    const span = this.text.key(event);
    if (span) event.preventDefault();
    if (event.defaultPrevented) step(event, () => span && this.#taken(span));
  }

  // Decisions

  /** Runs one decision at a time; a key that comes meanwhile waits for it, and decides on what is the current one then. */
  async #alone(work) {
    while (this.#busy) await this.#busy;
    this.#busy = work();
    try {
      return await this.#busy;
    } finally {
      this.#busy = null;
    }
  }

  #accept() {
    return this.#alone(async () => {
      const item = this.item;
      if (!item || this.#form) return;
      const detail = item.state === "fact" ? null : await this.#detail(item.fact);
      if (detail?.record.missing?.length || this.unfinished.of(item.fact)) return this.#open(detail ?? (await this.#detail(item.fact)));
      return this.#sent(item.fact, "accept", { tag: item.tag });
    });
  }

  #decide(decision) {
    return this.#alone(async () => {
      if (this.item && !this.#form) await this.#sent(this.item.fact, decision, { tag: this.item.tag });
    });
  }

  async #edit() {
    if (this.item) this.#open(await this.#detail(this.item.fact));
  }

  #open(detail, faults) {
    this.#close();
    const fact = detail.fact;
    const row = this.list.querySelector(`[data-fact="${fact}"]`);
    const name = nameOf(detail);
    const taken = this.unfinished.of(name);
    const tag = taken ? taken.tag : this.items.find((item) => item.fact === fact)?.tag ?? null;
    this.#form = new Form({
      detail, patterns: this.whole.patterns, close: () => { this.#close(); this.#fill(this.rowOfItem, this.item); return this.#go(this.at); },
      taken, changed: (form) => this.unfinished.keep(name, { ...form, tag }),
      again: () => { this.unfinished.drop(name); if (row) this.#fill(row, this.items.find((item) => item.fact === fact)); this.#open(detail); },
      save: (record, anyway) => this.#send(fact, "accept", { record, anyway, tag }),
    });
    this.#form.fact = fact;
    row?.querySelector(".proposal")?.remove();
    if (row) row.append(this.#form.node);
    else this.list.before(this.#form.node);
    this.#form.focus(faults);
    if (faults) this.#form.tell(faults);
    this.#form.node.scrollIntoView({ block: "nearest" });
  }

  #close() {
    this.#form?.node.remove();
    this.#form = null;
  }

  #send(fact, decision, about) {
    return this.#alone(() => this.#sent(fact, decision, about));
  }

  async #sent(fact, decision, about) {
    const isNew = !this.items.some((item) => item.fact === fact);
    try {
      const done = await ask("decide", { fact, decision, ...about, ...effort() });
      this.#known(done);
      this.unfinished.drop(isNew ? nameOf({ state: "new", record: about.record }) : fact);
      this.#put(done.item);
      this.#details.clear();
      this.#close();
      this.say(t(`did-${decision}`, { fact }));
      this.#told();
      await this.#go(isNew ? this.items.findIndex((item) => item.fact === fact) : this.#firstOpen(this.at + 1));
    } catch (fault) {
      await this.#failed(fault, fact, decision, about);
    }
  }

  async #failed(fault, fact, decision, about) {
    if (fault.status === 422) {
      if (this.#form) this.#form.tell(fault.faults);
      else this.#open(await this.#detail(fact), fault.faults);
      return;
    }
    if (fault.status === 409) {
      const mine = () => get("fact", { fact }).then(({ tag }) => this.#send(fact, decision, { ...about, tag })).then(() => { this.notice.hidden = true; });
      this.#choice(fault.message, [["take-theirs", () => this.#reload()], ["keep-mine", mine]]);
      return;
    }
    this.say(fault.status ? fault.message : t("no-server"));
  }

  #choice(text, ways) {
    this.notice.replaceChildren(element("p", {}, text), ...ways.map(([name, run]) => element("button", { type: "button", class: "quiet", click: run }, t(name))));
    this.notice.hidden = false;
    this.notice.querySelector("button")?.focus();
  }

  #put(item) {
    const at = this.items.findIndex(({ fact }) => fact === item.fact);
    if (at >= 0) {
      this.items[at] = item;
      this.#fill(this.list.children[at], item);
      this.text.state(item);
      return;
    }
    const place = this.items.findIndex(({ start, end }) => start > item.start || (start === item.start && end > item.end));
    this.items.splice(place < 0 ? this.items.length : place, 0, item);
    this.list.insertBefore(this.#row(item), place < 0 ? null : this.list.children[place]);
    if (place >= 0 && place <= this.at) this.at += 1;
    this.text.draw(this.items);
  }

  #undo() {
    return this.#alone(async () => {
      try {
        const done = await ask("undo", effort());
        this.#known(done);
        this.#details.clear();
        if (!done.fact && !done.item) return this.say(t("nothing-undone"));
        this.say(t("undone", { fact: done.fact }));
        if (!done.item) return await this.#reload();
        this.#put(done.item);
        this.#told();
        await this.#go(this.items.findIndex(({ fact }) => fact === done.fact));
      } catch (fault) {
        this.say(fault.message);
      }
    });
  }

  /** Accepts what can be seen in the list now, as far as it lacks nothing. */
  #several() {
    return this.#alone(async () => {
      const frame = this.list.getBoundingClientRect();
      const seen = this.items.filter(({ state }, number) => {
        const box = this.list.children[number].getBoundingClientRect();
        return state === "suggested" && box.top >= Math.max(0, frame.top) && box.bottom <= Math.min(innerHeight, frame.bottom);
      });
      const done = await ask("several", { facts: seen.map(({ fact }) => fact), ...effort() }).catch((fault) => this.say(fault.message));
      if (!done) return;
      this.#known(done);
      this.#details.clear();
      for (const item of done.items) this.#put(item);
      this.say(t("did-several", { count: done.items.length, left: done.left.length }));
      this.#told();
      await this.#go(this.#firstOpen());
    });
  }

  #mark() {
    this.#close();
    this.#taken = (span) => this.#fresh(span);
    this.text.begin(this.item?.start ?? 0);
    this.say(t("marking"));
  }

  /** Marks other words for the current item: those that it has are marked first. */
  #words() {
    if (!this.item) return;
    this.#close();
    const { fact, start, end } = this.item;
    this.#taken = (span) => this.#other(fact, span);
    this.text.begin(start, end);
    this.say(t("marking"));
  }

  async #fresh([start, end]) {
    this.say("");
    this.#open(await get("new", { start, end }));
  }

  async #other(fact, [start, end]) {
    this.say("");
    const detail = await get("fact", { fact, start, end });
    this.unfinished.drop(fact);
    if (fact === this.item?.fact) this.#open(detail);
  }

  async #article() {
    this.#close();
    const node = article(this.whole.source, this.whole.language, async (about) => {
      const done = await ask("describe", { ...about, ...effort() });
      Object.assign(this.whole, { source: done.source });
      this.#known(done);
      this.#close();
      this.say(t("did-article"));
      this.#told();
    }, () => this.#close());
    this.#form = { node };
    this.source.after(node);
    node.querySelector("input")?.focus();
  }

  // The file, elsewhere

  async #poll() {
    if (document.hidden || this.#busy) return;
    const before = this.digest;
    const state = await get("state").catch(() => null);
    if (!state) return this.say(t("no-server"));
    this.#check(state.unchecked);
    if (this.#busy || this.digest !== before) return; // a decision of this page came between
    if (state.digest === this.digest && !state.changed) return;
    if (this.#form) return this.#choice(t("changed-elsewhere"), [["take-theirs", () => this.#reload()], ["go-on", () => { this.notice.hidden = true; this.digest = state.digest; }]]);
    await this.#alone(() => this.#reload());
    this.say(t("reloaded"));
  }

  async #reload() {
    const fact = this.item?.fact;
    try {
      this.#take(await get("session"));
      this.notice.hidden = true;
      this.#close();
      await this.#go(Math.max(0, this.items.findIndex((item) => item.fact === fact)));
    } catch (fault) {
      this.#choice(fault.message, [["try-again", () => this.#reload()]]);
    }
  }

  #helpDialog() {
    const keys = ["a", "e", "w", "r", "u", "j", "k", "o", "z", "n", "g", "A", "?"];
    const rows = (names) => names.map((key) => element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, key)), element("td", {}, t(`key-${key}`))));
    const dialog = element("dialog", { class: "help", "aria-label": t("help"), keydown: (event) => { if (event.key === "?" ) dialog.close(); } },
      element("h2", {}, t("help")), element("table", {}, element("tbody", {}, ...rows(keys))),
      element("h3", {}, t("help-marking")), element("p", {}, t("help-marking-text")), element("h3", {}, t("help-form")), element("p", {}, t("help-form-text")),
      element("form", { method: "dialog" }, element("button", {}, `${t("close")} Esc`)));
    return dialog;
  }
}

/** Takes a text that is pasted and shows it; the review takes its place once there are suggestions, which is a wait of its own. */
async function taken(given, event, failed) {
  const { file, text } = await ask("paste", given);
  const form = [...main.childNodes];
  const shown = new MarkedText(text, () => {});
  shown.node.lang = given.language;
  shown.draw([]);
  main.replaceChildren(element("header", { class: "bar" }, element("h1", {}, file)), element("div", { class: "two" }, shown.node, element("section", { class: "side", "aria-label": t("suggestions") }, element("p", { class: "note", role: "status" }, t("drafting")))));
  shown.node.focus();
  step(event, async () => {
    try {
      new Review(await get("session"));
    } catch (fault) {
      main.replaceChildren(...form);
      failed(fault);
    }
  }, "suggestions");
}

const whole = await get("session");
if (whole.text === null) main.replaceChildren(paste(whole, taken));
else new Review(whole);
