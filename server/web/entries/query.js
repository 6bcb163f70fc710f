// The editor at /query: it takes the place of the text area, and the form's other fields stay what they are.

import { ask, check, fieldsOf, Refused, unknownInWords } from "../editor/ask.js";
import { Code } from "../editor/code.js";
import { completing, explaining } from "../editor/complete.js";
import { copy } from "../editor/copy.js";
import { find } from "../editor/find.js";
import { withKeys } from "../editor/keys.js";
import { Labels } from "../editor/labels.js";
import { Outcome } from "../editor/outcome.js";
import { everywhere, faulty } from "../editor/position.js";
import { Programs } from "../editor/programs.js";
import { Shower } from "../editor/show.js";
import { Store } from "../editor/store.js";
import { Tabs } from "../editor/tabs.js";
import { Vocabulary } from "../editor/vocabulary.js";

const NAMES = [
  "query-form", "query", "editor", "open-queries", "new-query", "rename", "close", "reopen", "renaming", "new-name",
  "only-asserted", "timeout", "stop", "share", "sharing", "address", "shared", "said", "fault",
  "programs", "program-language", "program", "copy-program", "program-copied", "outcome", "views", "panel", "downloads",
];
const on = Object.fromEntries(NAMES.map((id) => [id, document.getElementById(id)]));
const site = JSON.parse(document.getElementById("told").textContent);
const { words, language } = site;
const numbers = new Intl.NumberFormat(language);
const days = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
const format = { language, number: (value) => numbers.format(value), day: (time) => days.format(time) };

const vocabulary = new Vocabulary(language, words);
const code = new Code(on.editor, {
  label: words.editor,
  prefixes: () => vocabulary.prefixes,
  complete: completing(vocabulary, (text, signal) => find(text, language, signal)),
  explain: explaining(vocabulary),
  check: checked,
  changed,
  run: () => void run(),
});
const shower = new Shower(new Labels(language), () => vocabulary.prefixes, site);
const { outcome: section, views, panel, downloads } = on;
const outcome = new Outcome({ section, views, panel, downloads }, { shower, words, format, chosen });
const tabs = new Tabs(on["open-queries"], new Store(storage("localStorage"), storage("sessionStorage")), words, opened);
const programs = new Programs({ details: on.programs, choice: on["program-language"], text: on.program }, asked);
const still = matchMedia("(prefers-reduced-motion: reduce)");
/** The part of the window's height below which too little of a result would be seen. */
const LOW = 0.7;
/** How the end of an address begins that has the answer shown at once, in a view. */
const ANSWER = "#answer=";
/** What runs, and what came of a query, by the id of its tab. */
const running = new Map();
const came = new Map();

/** Returns a storage of the browser, or null where it is forbidden. */
function storage(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}

/** Returns the marks of what is at fault in a query while it is written. */
async function checked(query) {
  const { fault, unknown } = await check(query);
  if (!fault) return unknownMarks(query, unknown);
  return [{ ...faulty(query, fault.line, fault.column), severity: "error", message: `${words.unfit}: ${fault.token}` }];
}

/** Returns a mark wherever a query names a term that the dataset does not have. */
function unknownMarks(query, unknown) {
  return unknown.flatMap((one) =>
    everywhere(query, one.term).map((range) => ({ ...range, severity: "warning", message: unknownInWords(one, words) })));
}

/** Returns the query that is open as it would be asked. */
function asked() {
  const { query, infer, timeout } = tabs.current;
  return { query, infer, timeout };
}

/** Keeps changes of the open query, and says so where the browser keeps no more. */
function keep(parts) {
  if (!tabs.change(parts)) on.said.textContent = words.kept;
}

function changed(query) {
  keep({ query });
  on.sharing.hidden = true;
  programs.show();
}

/** Keeps the view that was chosen; an address that was given has another one. */
function chosen(view) {
  keep({ view });
  on.sharing.hidden = true;
}

/** Shows the query that was opened, and what came of it. */
function opened({ id, query, infer, timeout }) {
  on.reopen.hidden = !tabs.closed.length;
  code.open(id, query);
  on["only-asserted"].checked = !infer;
  on.timeout.value = timeout;
  for (const part of [on.renaming, on.sharing]) part.hidden = true;
  programs.show();
  paint();
}

/** Asks the open query. */
async function run() {
  const { id } = tabs.current;
  const question = asked();
  running.get(id)?.abort();
  const aborter = new AbortController();
  running.set(id, aborter);
  came.delete(id);
  paint();
  const found = await ask(question, aborter.signal).then((result) => ({ result }), (fault) => ({ fault }));
  if (running.get(id) !== aborter) return;
  running.delete(id);
  came.set(id, { ...found, question });
  if (tabs.current.id !== id) return;
  paint();
  reveal();
}

/** Scrolls to what came of the query where it begins out of sight, or too low to be seen. */
function reveal() {
  const first = on.fault.hidden ? on.said : on.fault;
  const { top } = first.getBoundingClientRect();
  if (top >= 0 && top < innerHeight * LOW) return;
  const behavior = still.matches ? "instant" : "smooth";
  first.scrollIntoView({ block: section.hidden ? "nearest" : "start", behavior });
}

/** Stops the open query: the connection is closed, and the server then ends what answers it. */
function stop() {
  running.get(tabs.current.id)?.abort();
}

/** Shows what there is of the open query: that it runs, its answer, or what is against it. */
function paint() {
  const { id, view } = tabs.current;
  const { result, fault, question } = came.get(id) ?? {};
  on.stop.disabled = !running.has(id);
  on.fault.hidden = true;
  code.show([]);
  outcome.clear();
  on.said.textContent = running.has(id) ? words.running : "";
  if (result) {
    outcome.show(result, question, view);
    on.said.textContent = outcome.told();
    if (question.query === code.text) code.show(unknownMarks(question.query, result.unknown));
  }
  if (fault) tellFault(fault, question);
}

function tellFault(fault, question) {
  if (fault.name === "AbortError") {
    on.said.textContent = words.stopped;
    return;
  }
  on.fault.textContent = fault instanceof Refused ? fault.message : words.failed;
  on.fault.hidden = false;
  if (fault.line && question.query === code.text) code.mark(fault);
}

/** Shows the address of the open query, and copies it. */
async function share() {
  const address = new URL("/query", location.href);
  address.search = new URLSearchParams([...fieldsOf({ ...asked(), timeout: "" }), ["version", on.share.dataset.version]]);
  const { id, view } = tabs.current;
  if (came.get(id)?.result) address.hash = `${ANSWER}${view}`;
  on.address.value = address.href;
  on.sharing.hidden = false;
  on.shared.textContent = (await copy(on.address)) ? words.copied : words.copy;
}

function rename() {
  on.renaming.hidden = false;
  on["new-name"].value = tabs.nameOf(tabs.current);
  on["new-name"].select();
}

/** Ends the renaming; Enter takes the new name, Escape leaves the old one. */
function renamed(event) {
  if (event.key !== "Enter" && event.key !== "Escape") return;
  event.preventDefault();
  const name = on["new-name"].value.trim();
  if (event.key === "Enter" && name) keep({ name });
  on.renaming.hidden = true;
  on.rename.focus();
}

/** Opens an example in a tab of its own instead of on a page of its own. */
function openExample(event) {
  const link = event.target.closest("a[data-example]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { example } = link.dataset;
  tabs.open(site.examples[example], example);
  document.getElementById("examples").open = false;
  code.focus();
}

/** Opens what the address asks for, unless the page was only loaded again: then all is as it was left. */
function begin() {
  const [navigation] = performance.getEntriesByType("navigation");
  const { value } = on.query;
  const infer = !on["only-asserted"].checked;
  if (value.trim() && value.trim() !== site.starter && navigation?.type === "navigate") {
    tabs.open(value);
    if (!infer) tabs.go({ ...tabs.current, infer });
    if (location.hash.startsWith(ANSWER)) {
      keep({ view: location.hash.slice(ANSWER.length) });
      void run();
    }
  } else {
    tabs.start(site.starter);
  }
}

const HANDLERS = {
  "query-form": ["submit", (event) => (event.preventDefault(), run())],
  stop: ["click", stop],
  share: ["click", share],
  rename: ["click", rename],
  "new-name": ["keydown", renamed],
  "new-query": ["click", () => (tabs.open(""), code.focus())],
  close: ["click", () => tabs.close()],
  reopen: ["click", () => tabs.reopen()],
  "only-asserted": ["change", ({ target }) => keep({ infer: !target.checked })],
  timeout: ["change", ({ target }) => keep({ timeout: target.value })],
  "copy-program": ["click", async () => {
    on["program-copied"].textContent = (await copy(on.program)) ? words.copied : words.copy;
  }],
};
for (const [id, [event, handler]] of Object.entries(HANDLERS)) on[id].addEventListener(event, handler);
document.querySelector("main").addEventListener("click", openExample);
withKeys(views);
for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;
begin();
await vocabulary.load();
