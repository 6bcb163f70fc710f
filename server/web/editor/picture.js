// What the pictures of a result have in common: things to show, choices of columns, and what is left out.

import { element } from "./dom.js";
import { irisOf } from "./labels.js";
import { hrefOf } from "./links.js";
import { drawn } from "./dom.js";

/** Asks for the labels of what a picture shows. */
export function labelled(terms, { shower }) {
  return shower.labels.add(irisOf(terms));
}

/** Returns parts of a picture as a link to the page of a term, or as they are where it has none. */
export function linked(term, { shower }, ...parts) {
  const target = term?.type === "uri" ? hrefOf(term.value, shower.site) : null;
  return target ? drawn("a", { href: target.href, rel: target.outside && "external noreferrer" }, ...parts) : drawn("g", {}, ...parts);
}

/** Returns a text that is cut where it would be too long. */
export function short(text, most = 60) {
  const signs = [...text];
  return signs.length > most ? `${signs.slice(0, most - 1).join("")}…` : text;
}

/** Returns the picture itself: `viewBox` is its size, the name is for those who do not see it. */
export function picture(name, width, height, ...parts) {
  return drawn("svg", { class: "picture", role: "group", "aria-label": name, viewBox: `0 0 ${width} ${height}`, width, height }, ...parts);
}

/** Returns what says how many of the things are shown, where not all are. */
export function leftOut(shown, all, { words, format }) {
  return shown < all ? [element("p", { class: "note" }, `${words.shown}: ${format.number(shown)} / ${format.number(all)}`)] : [];
}

/** Returns a choice of one of the columns; `change` is given its place. */
export function choice(name, indexes, chosen, { result }, change) {
  const options = indexes.map((index) => element("option", { value: index, selected: index === chosen }, result.variables[index]));
  const select = element("select", { change: ({ target }) => change(Number(target.value)) }, options);
  return element("label", { class: "choice" }, `${name} `, select);
}
