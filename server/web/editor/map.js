// A result as a map: a mark for each row that has a place, on the outlines that the site's own map has.

import { geoNaturalEarth1 } from "d3-geo";
import { placeIn } from "./columns.js";
import { drawn } from "./dom.js";
import { labelled, leftOut, linked, picture, short } from "./picture.js";

const OUTLINES = new URL("outlines.json", import.meta.url);
const MOST = 300;
/** What is to be seen around the marks, at least, in the units of the outlines: the world is 2,400 of them wide. */
const LEAST = 300;
const AROUND = 60;
const ASPECT = 0.55;

/** Draws the map of a result. */
export async function draw(place, result, columns, outcome) {
  const all = result.rows.map((row) => ({ term: row[columns.label], at: placeIn(row, columns) })).filter(({ at }) => at);
  const shown = all.slice(0, MOST);
  const [land] = await Promise.all([outlines(), labelled(shown.map(({ term }) => term), outcome)]);
  const { turn, scale, shift, others } = land;
  const project = geoNaturalEarth1().rotate([turn, 0]).scale(scale).translate(shift);
  const marks = shown.map(({ term, at }) => ({ term, at: project(at) }));
  const width = Math.max(320, place.clientWidth);
  const height = Math.round(width * ASPECT);
  const { factor, x, y } = region(marks.map(({ at }) => at), width, height);
  const ground = drawn("path", { d: others, class: "land", transform: `translate(${x} ${y}) scale(${factor})` });
  const dots = marks.map(({ term, at }) => mark(term, [at[0] * factor + x, at[1] * factor + y], outcome));
  const sea = drawn("rect", { width, height, class: "sea" });
  place.append(picture(outcome.words.map, width, height, sea, ground, dots), ...leftOut(shown.length, all.length, outcome));
}

/** Returns the outlines and how they were projected. */
async function outlines() {
  const answer = await fetch(OUTLINES);
  return answer.json();
}

/** Returns how the outlines are scaled and moved so that all marks are to be seen, with what is around them. */
function region(places, width, height) {
  const extent = (values) => [Math.min(...values) - AROUND, Math.max(...values) + AROUND];
  const [left, right] = extent(places.map(([x]) => x));
  const [top, bottom] = extent(places.map(([, y]) => y));
  const factor = Math.min(width / Math.max(LEAST, right - left), height / Math.max(LEAST * ASPECT, bottom - top));
  return { factor, x: (width - (left + right) * factor) / 2, y: (height - (top + bottom) * factor) / 2 };
}

function mark(term, [x, y], outcome) {
  const text = outcome.shower.text(term);
  return linked(term, outcome, drawn("title", {}, text), drawn("circle", { cx: x, cy: y, r: 5 }),
    drawn("text", { x: x + 8, y: y + 4, class: "small" }, short(text, 30)));
}
