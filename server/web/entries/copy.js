// Buttons that copy: an answer, the address of the page, a citation with the day on which it was read. Without a script, none is shown.

const today = new Intl.DateTimeFormat(document.documentElement.lang === "id" ? "id" : "en-GB", { dateStyle: "long" });

/** Returns what a button copies: the address of the page in full, what stands below it, a citation with today's date. */
function text(button) {
  if ("copyLink" in button.dataset) return document.getElementById("this-page").href;
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
for (const each of [offer, follow]) {
  document.addEventListener("replaced", each);
  each();
}
