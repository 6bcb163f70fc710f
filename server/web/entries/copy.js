// Buttons that copy: an answer, the address of the page, a citation with the day on which it was read. Without a script, none is shown.
// The day of a date field, which a browser writes as its own language does, stands beside its label as the page writes days.

const LANGUAGE = document.documentElement.lang === "id" ? "id" : "en-GB";
const today = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long" });
const written = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long", timeZone: "UTC" });

/** Returns the address of the page in full, with the version of the dataset that it is a view of. */
function pinned(version) {
  const address = new URL(document.getElementById("this-page").href);
  if (version && !address.searchParams.has("version")) address.search += `${address.search ? "&" : "?"}version=${version}`;
  return address.href;
}

/** Returns what a button copies: the address of the page, what stands below it, a citation with today's date. */
function text(button) {
  if ("copyLink" in button.dataset) return pinned(button.dataset.copyLink);
  if ("copyBelow" in button.dataset) return button.parentElement.nextElementSibling.textContent;
  return button.closest(".citations") ? `${button.dataset.copy} (${today.format(new Date())})` : button.dataset.copy;
}

/** Lets the link to the page lead to the part of it that the address names. */
function follow() {
  const link = document.getElementById("this-page");
  if (!link || link.hash === location.hash) return;
  link.setAttribute("href", link.getAttribute("href").split("#")[0] + location.hash);
  link.textContent = link.href.split("://")[1];
}

/** Shows the buttons that are on the page. */
function offer() {
  for (const button of document.querySelectorAll("button[data-copied]")) button.hidden = !navigator.clipboard;
}

/** Says the day of each date field that has one in words. */
function sayDays() {
  for (const field of document.querySelectorAll("label + input[type=date]")) {
    const label = field.previousElementSibling;
    const said = label.querySelector("small") ?? label.appendChild(document.createElement("small"));
    said.textContent = field.value && ` ${written.format(field.valueAsDate)}`;
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-copied]");
  if (!button) return;
  const name = button.textContent;
  await navigator.clipboard.writeText(text(button));
  if (name === button.dataset.copied) return;
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = name), 2000);
});
addEventListener("hashchange", follow);
document.addEventListener("input", sayDays);
for (const each of [offer, follow, sayDays]) {
  document.addEventListener("replaced", each);
  each();
}
