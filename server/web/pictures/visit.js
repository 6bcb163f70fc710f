// Shows another address of a picture in place: its links and forms lead to pages that differ only in their content.

/** Tells whether an address is this picture with other choices. */
function isHere(address) {
  const url = new URL(address, location.href);
  return url.origin === location.origin && url.pathname === location.pathname;
}

/** What tells of the page itself: the link to it, and what is told to those that it is sent to. */
const TOLD = ["footer.site", ".bar .switch-language", "link[rel=canonical]", "meta[name=description]", "meta[property^='og:']"];

let loading = new AbortController();

/** Lets the link to the page, and its address for others, be the one that is shown, or that is on its way. */
function tell(address) {
  const { href } = new URL(address, location.href);
  const link = document.getElementById("this-page");
  link.href = href.slice(location.origin.length);
  link.textContent = href.split("://")[1];
  document.querySelector("link[rel=canonical]").href = href;
  document.querySelector("meta[property='og:url']").content = href;
}

/** Goes over to an address that shows what is on the screen already; what was still on its way is left out. */
export function moved(address) {
  loading.abort();
  history.replaceState(null, "", address);
  tell(address);
}

/** Takes over what another page says of itself. */
export function retell(page) {
  document.title = page.title;
  for (const part of TOLD) {
    const now = [...page.querySelectorAll(part)];
    document.querySelectorAll(part).forEach((old, at) => now[at] && old.replaceWith(document.adoptNode(now[at])));
  }
  document.dispatchEvent(new Event("replaced"));
}

/** Returns what finds the focused element again on the next page. */
function place(element) {
  if (!element) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const node = element.closest("[data-node]");
  if (node) return `[data-node="${CSS.escape(node.dataset.node)}"] a`;
  if (element.dataset.move) return `[data-move="${element.dataset.move}"]`;
  return element.name && element.value ? `[name="${element.name}"][value="${CSS.escape(element.value)}"]` : null;
}

/** Puts the content of an address in the place of this one's, unless another one is asked for before it comes. */
async function show(address, drawn) {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  tell(address);
  const answer = await fetch(address, { headers: { Accept: "text/html" }, signal });
  if (!answer.ok) return location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  signal.throwIfAborted();
  const focused = place(document.activeElement);
  const open = [...document.querySelectorAll("main details[open][id]")].map(({ id }) => id);
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  retell(page);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.querySelector(focused)?.focus({ preventScroll: true });
  drawn();
}

/** Lets links and forms of the content change it in place; `drawn` is called after each change. Returns what shows the address again. */
export function inPlace(drawn) {
  const page = () => location.pathname + location.search;
  let shown = page();
  const arrive = (address) => show(address, drawn).catch((fault) => {
    if (fault.name !== "AbortError") throw fault;
  });
  const go = (address) => {
    if (new URL(address, location.href).href !== location.href) history.pushState(null, "", address);
    shown = page();
    return arrive(address);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("main a[href]");
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    const address = link?.getAttribute("href") ?? "#";
    if (!link || !plain || event.defaultPrevented || address.startsWith("#") || !isHere(address)) return;
    event.preventDefault();
    go(address);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("main form");
    if (!form || form.method !== "get" || !isHere(form.action)) return;
    event.preventDefault();
    const boxes = [...form.querySelectorAll("input[type=checkbox]")];
    const all = boxes.every((box) => box.checked === !("unasked" in box.dataset)) ? new Set(boxes.map((box) => box.name)) : new Set();
    const asked = [...new FormData(form, event.submitter)].filter(([name, value]) => value && !all.has(name));
    go(`${location.pathname}?${new URLSearchParams(asked)}`);
  });
  document.addEventListener("change", (event) => {
    const field = event.target.closest("main form[data-at-once] :is(select, input[type=checkbox], input[type=date])");
    const isTyped = field?.type !== "date" || !field.value || field.value >= "1000"; // else its year is being typed
    if (field?.validity.valid && isTyped) field.form.requestSubmit();
  });
  const again = () => {
    shown = page();
    return arrive(location.href);
  };
  addEventListener("popstate", () => page() !== shown && again()); // a jump within the page leaves it as it is
  return again;
}
