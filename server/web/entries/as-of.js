// The slider of /as-of: it goes over the days on which something changes. Without it, links and a form do.

import { retell } from "../pictures/visit.js";

const days = document.querySelector("nav[data-days]");
const written = new Intl.DateTimeFormat(document.documentElement.lang === "id" ? "id" : "en-GB", { dateStyle: "long", timeZone: "UTC" });
let asked = new AbortController();

/** Returns the address of a day: that of this page, with another date. */
function address(day) {
  const there = new URL(location.href);
  there.searchParams.set("date", day);
  return there;
}

/** Shows a day: what is told of it takes the place of what was told of another. */
async function show(day) {
  asked.abort();
  asked = new AbortController();
  const response = await fetch(address(day), { signal: asked.signal, headers: { Accept: "text/html" } });
  if (!response.ok) return location.assign(address(day));
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  asked.signal.throwIfAborted();
  for (const part of ["h1", "#held"]) document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
  const [earlier, later] = [page.querySelector("nav[data-days]").firstElementChild, page.querySelector("nav[data-days]").lastElementChild];
  days.firstElementChild.replaceWith(earlier);
  days.lastElementChild.replaceWith(later);
  document.querySelector("#date").value = day;
  document.querySelector("#date").dispatchEvent(new Event("input", { bubbles: true }));
  history.replaceState(null, "", address(day));
  retell(page);
}

/** Returns a slider over days, at the last one up to a day. */
function slider(changes, day) {
  const range = document.createElement("input");
  range.type = "range";
  range.max = changes.length - 1;
  range.value = Math.max(changes.findLastIndex((each) => each <= day), 0);
  range.setAttribute("aria-label", days.dataset.label);
  const say = () => range.setAttribute("aria-valuetext", written.format(new Date(changes[range.value])));
  say();
  let waiting;
  range.addEventListener("input", () => {
    say();
    clearTimeout(waiting);
    waiting = setTimeout(() => show(changes[range.value]).catch((fault) => { if (fault.name !== "AbortError") throw fault; }), 120);
  });
  return range;
}

const changes = days?.dataset.days.split(" ").filter(Boolean) ?? [];
if (changes.length > 1) days.firstElementChild.after(slider(changes, days.dataset.day));
