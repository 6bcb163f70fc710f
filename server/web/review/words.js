// The strings of the page, in the language of the reader.

const strings = JSON.parse(document.getElementById("strings").textContent);

/** Returns a string by its key, with `{name}` filled in. */
export function t(key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
