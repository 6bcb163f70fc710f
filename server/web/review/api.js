// Asks the server of the page; counts keys and measures how long each step keeps the reviewer waiting.

const base = location.pathname;
const lang = document.documentElement.lang;

/** What the log wants to know of the next decision. */
const KEYS = "wicara-review-keys";
const taken = { keys: Number(sessionStorage.getItem(KEYS) ?? 0), since: performance.now(), waits: [] };

const ALONE = new Set(["Shift", "Control", "Alt", "Meta", "CapsLock", "AltGraph"]);
document.addEventListener("keydown", (event) => { if (!ALONE.has(event.key)) taken.keys += 1; }, { capture: true });

/** Returns what a decision took since the last one, and begins anew. */
export function effort() {
  const now = performance.now();
  const told = { keys: taken.keys, ms: Math.round(now - taken.since), waits: taken.waits };
  Object.assign(taken, { keys: 0, since: now, waits: [] });
  return told;
}

/** What a step returns that another one took the place of: nobody waits for it. */
export const REPLACED = Symbol("replaced");

/** Runs a step that an event began; its wait ends when the next picture is drawn after it, and is logged by the key. */
export async function step(event, work, name = event.key ?? event.type) {
  const begun = event.timeStamp;
  let done;
  try {
    done = await work();
    return done;
  } finally {
    if (done !== REPLACED) requestAnimationFrame(() => taken.waits.push({ key: name, ms: Math.round((performance.now() - begun) * 10) / 10 }));
  }
}

export class Fault extends Error {
  constructor(status, answer) {
    super(answer.detail ?? `${status}`);
    this.status = status;
    this.faults = answer.faults ?? [];
  }
}

/** Returns what an address answers; with a body it is a POST. Throws a Fault. */
export async function ask(name, body, more = {}) {
  const query = new URLSearchParams(body ? { lang } : { lang, ...more.query });
  const init = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  let response;
  try {
    response = await fetch(`${base}${name}?${query}`, { ...init, signal: more.signal });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Fault(0, {});
  }
  const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  if (!response.ok) throw new Fault(response.status, answer);
  return answer;
}

/** Returns what a reading address answers to some parameters. */
export const get = (name, query = {}, signal) => ask(name, null, { query, signal });

// Waits that no decision has told of are sent when the page goes; keys count for the decision that comes after it.
addEventListener("pagehide", () => {
  sessionStorage.setItem(KEYS, taken.keys);
  const { waits } = effort();
  if (!waits.length) return;
  const body = JSON.stringify({ waits });
  fetch(`${base}steps?${new URLSearchParams({ lang })}`, { method: "POST", headers: { "Content-Type": "application/json" }, body, keepalive: true });
});
