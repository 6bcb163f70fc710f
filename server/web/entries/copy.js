// Buttons that copy: an answer, an address, a citation with the day on which it was read. Without a script, none is shown.

const today = new Intl.DateTimeFormat(document.documentElement.lang === "id" ? "id" : "en-GB", { dateStyle: "long" });

/** Returns what a button copies: an address in full, a citation with today's date. */
function text(button) {
  const given = button.dataset.copy;
  if (given.startsWith("/")) return new URL(given, location).href;
  return button.closest(".citations") ? `${given} (${today.format(new Date())})` : given;
}

/** Shows the buttons that are on the page. */
function offer() {
  for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = !navigator.clipboard;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-copy]");
  if (!button) return;
  const name = button.textContent;
  await navigator.clipboard.writeText(text(button));
  if (name === button.dataset.copied) return;
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = name), 2000);
});
document.addEventListener("replaced", offer);
offer();
