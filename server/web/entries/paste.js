// The text of an article that a reader pastes: where its SHA-256 is that of the editors' text, each card shows its
// sentence with the words marked. Nothing leaves the browser.

const box = document.querySelector("details.paste");
const sentenceEnd = /[.!?]["”’)]?\s|\n/u;

/** Returns the SHA-256 of a text in hexadecimal digits. */
async function digest(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns the text with the hash that is wanted: as pasted, or with other ends of lines and of the text. */
async function same(pasted, wanted) {
  const lines = pasted.replaceAll("\r\n", "\n");
  for (const text of [pasted, lines, lines.trimEnd(), `${lines.trimEnd()}\n`]) if ((await digest(text)) === wanted) return text;
}

/** Returns where the sentence begins that holds a place in a text of code points, and where it ends. */
function sentence(characters, start, end) {
  let first = start;
  while (first > 0 && !sentenceEnd.test(characters.slice(Math.max(first - 2, 0), first).join(""))) first -= 1;
  let last = end;
  while (last < characters.length && !sentenceEnd.test(characters.slice(last - 1, last + 1).join(""))) last += 1;
  return [first, last];
}

/** Shows the sentence around the quotations of a card, with their words marked. */
function show(quote, characters) {
  const spans = JSON.parse(quote.dataset.spans);
  const marked = new Set();
  for (const [start, end, exact] of spans) {
    const at = start + [...characters.slice(start, end).join("").split(exact)[0]].length;
    for (let place = at; place < at + [...exact].length; place += 1) marked.add(place);
  }
  const [first, last] = sentence(characters, Math.min(...spans.map((one) => one[0])), Math.max(...spans.map((one) => one[1])));
  quote.hidden = false;
  quote.closest(".card").classList.remove("apart");
  const line = quote.querySelector("p");
  line.className = "passage";
  line.replaceChildren();
  for (let place = first; place < last; ) {
    let next = place;
    while (next < last && marked.has(next) === marked.has(place)) next += 1;
    const text = characters.slice(place, next).join("");
    line.append(marked.has(place) ? Object.assign(document.createElement("mark"), { textContent: text }) : text);
    place = next;
  }
}

if (box && globalThis.crypto?.subtle) {
  box.hidden = false;
  const status = box.querySelector("[role=status]");
  box.querySelector("textarea").addEventListener("input", async (event) => {
    const text = await same(event.target.value, box.dataset.sha256);
    status.textContent = text === undefined ? (event.target.value ? status.dataset.other : "") : status.dataset.same;
    if (text !== undefined) for (const quote of document.querySelectorAll("[data-spans]")) show(quote, [...text]);
  });
}
