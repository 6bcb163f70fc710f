// The text with the spans of suggestions and facts; offsets of the file are code points, those of scripts UTF-16.

import { element } from "../editor/dom.js";

const WORD = /[\p{L}\p{N}][\p{L}\p{N}'’.\-/&]*[\p{L}\p{N}]|[\p{L}\p{N}$€£%]+/gu;
const END = /[.!?…]["”’)\]]*\s+/g;
const TYPED = 1500; // milliseconds after which letters begin a new word to look for

export class MarkedText {
  #parts = [];
  #marks = new Map();
  #words = null;
  #sentences = null;
  #caret = null;
  #typed = { text: "", at: 0 };

  constructor(text, open) {
    this.text = text;
    this.wide = /[\u{10000}-\u{10FFFF}]/u.test(text) ? [...text] : null;
    this.node = element("article", { class: "text", tabindex: "0", click: (event) => open(event.target.closest?.("[data-facts]")?.dataset.facts?.split(" ") ?? []) });
  }

  /** Returns the UTF-16 offset of a code point, and the other way round. */
  unit(point) {
    return this.wide ? this.wide.slice(0, point).join("").length : point;
  }

  point(unit) {
    return this.wide ? [...this.text.slice(0, unit)].length : unit;
  }

  /** Marks the spans of items; where several overlap, a part belongs to all of them. */
  draw(items) {
    const spans = items.filter(({ start, end }) => start < end).map(({ fact, start, end }) => ({ fact, start: this.unit(start), end: this.unit(end) }));
    const cuts = [...new Set([0, this.text.length, ...spans.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
    const begins = Map.groupBy ? Map.groupBy(spans, ({ start }) => start) : grouped(spans);
    let open = [];
    this.#parts = [];
    this.#marks = new Map();
    const nodes = cuts.slice(0, -1).map((start, number) => {
      open = [...open.filter(({ end }) => end > start), ...(begins.get(start) ?? [])];
      const text = document.createTextNode(this.text.slice(start, cuts[number + 1]));
      this.#parts.push({ start, text });
      if (!open.length) return text;
      const mark = element("mark", { "data-facts": open.map(({ fact }) => fact).join(" ") }, text);
      for (const { fact } of open) this.#marks.set(fact, [...(this.#marks.get(fact) ?? []), mark]);
      return mark;
    });
    this.node.replaceChildren(...nodes);
    for (const item of items) this.state(item);
  }

  /** Shows the state of an item on its span. */
  state({ fact, state }) {
    for (const mark of this.#marks.get(fact) ?? []) {
      if (mark.dataset.facts.split(" ").length === 1 || state === "suggested") mark.dataset.state = state;
    }
  }

  /** Shows which item is the current one, and brings its span into view. */
  current(fact) {
    for (const mark of this.node.querySelectorAll("mark.current")) mark.classList.remove("current");
    const marks = this.#marks.get(fact) ?? [];
    for (const mark of marks) mark.classList.add("current");
    const first = marks[0];
    if (!first) return;
    const [box, frame] = [first.getBoundingClientRect(), this.node.getBoundingClientRect()];
    if (box.top < frame.top + 30 || box.bottom > frame.bottom - 60) {
      this.node.scrollTop += box.top - frame.top - this.node.clientHeight / 3;
    }
  }

  // Marking words with the keyboard: a caret that goes by words

  get words() {
    this.#words ??= [...this.text.matchAll(WORD)].map((found) => [found.index, found.index + found[0].length]);
    return this.#words;
  }

  get sentences() {
    this.#sentences ??= [0, ...[...this.text.matchAll(END)].map((found) => found.index + found[0].length)];
    return this.#sentences;
  }

  get isMarking() {
    return this.#caret !== null;
  }

  /** Begins to mark at a code point, with the words to another one, or with what is selected. */
  begin(point, end) {
    const chosen = end === undefined ? this.#selected() : [this.unit(point), this.unit(end)];
    const first = this.#wordAt(chosen?.[0] ?? this.unit(point));
    this.#caret = { anchor: first, focus: chosen ? this.#wordAt(chosen[1] - 1) : first };
    this.node.focus({ preventScroll: true });
    this.#show();
  }

  stop() {
    this.#caret = null;
    getSelection().removeAllRanges();
  }

  /** Takes a key while words are marked; returns the span in code points when Enter ends it. */
  key(event) {
    const { key, shiftKey } = event;
    const to = { ArrowRight: 1, ArrowLeft: -1 }[key];
    const sentence = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (key === "Enter") {
      const [from, until] = [this.#caret.anchor, this.#caret.focus].sort((a, b) => a - b);
      const span = [this.point(this.words[from][0]), this.point(this.words[until][1])];
      this.stop();
      return span;
    }
    if (to) this.#move((to < 0 && !shiftKey ? this.#caret.anchor : this.#caret.focus) + to, shiftKey);
    else if (sentence) this.#move(this.#sentenceFrom(sentence, shiftKey), shiftKey);
    else if (key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) this.#find(key);
    else return null;
    event.preventDefault();
    return null;
  }

  #move(word, extends_) {
    const focus = Math.max(0, Math.min(this.words.length - 1, word));
    this.#caret = { anchor: extends_ ? this.#caret.anchor : focus, focus };
    this.#show();
  }

  /** Returns the first word of this sentence or of the next one; where the marked words grow, the last of this one. */
  #sentenceFrom(step, grows) {
    const { focus } = this.#caret;
    const number = this.sentences.findLastIndex((start) => start <= this.words[focus][0]);
    const first = (of) => this.#wordAt(this.sentences[Math.max(0, Math.min(this.sentences.length - 1, of))]);
    const last = (of) => this.words.findLastIndex(([start]) => start < (this.sentences[of + 1] ?? this.text.length));
    if (step < 0) return focus > first(number) ? first(number) : first(number - 1);
    if (!grows) return first(number + 1);
    return focus < last(number) ? last(number) : last(number + 1);
  }

  /** Goes to the next word that begins with the letters typed; a capital extends the marked words to it. */
  #find(letter) {
    const now = performance.now();
    const text = (now - this.#typed.at < TYPED ? this.#typed.text : "") + letter;
    this.#typed = { text, at: now };
    const begins = (word) => this.text.slice(...this.words[word]).toLowerCase().startsWith(text.toLowerCase());
    const extends_ = text[0] !== text[0].toLowerCase();
    const from = (extends_ ? this.#caret.focus : this.#caret.anchor) + (text.length > 1 ? 0 : 1);
    for (let step = 0; step < this.words.length; step += 1) {
      const word = (from + step) % this.words.length;
      if (begins(word)) return this.#move(word, extends_ && word > this.#caret.anchor);
    }
  }

  #wordAt(unit) {
    const found = this.words.findIndex(([, end]) => end > unit);
    return found < 0 ? this.words.length - 1 : found;
  }

  #show() {
    const [from, until] = [this.#caret.anchor, this.#caret.focus].sort((a, b) => a - b);
    const [start, end] = [this.#place(this.words[from][0]), this.#place(this.words[until][1], true)];
    getSelection().setBaseAndExtent(...start, ...end);
    const box = getSelection().getRangeAt(0).getBoundingClientRect();
    const frame = this.node.getBoundingClientRect();
    if (box.top < frame.top + 20 || box.bottom > frame.bottom - 40) this.node.scrollTop += box.top - frame.top - this.node.clientHeight / 3;
  }

  #place(unit, isEnd = false) {
    const part = this.#parts.findLast(({ start }) => (isEnd ? start < unit : start <= unit)) ?? this.#parts[0];
    return [part.text, unit - part.start];
  }

  #selected() {
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
    if (!range || range.collapsed || !this.node.contains(range.commonAncestorContainer)) return null;
    const unit = (node, offset) => (this.#parts.find(({ text }) => text === node)?.start ?? 0) + offset;
    return [unit(range.startContainer, range.startOffset), unit(range.endContainer, range.endOffset)];
  }
}

function grouped(spans) {
  const found = new Map();
  for (const span of spans) found.set(span.start, [...(found.get(span.start) ?? []), span]);
  return found;
}
