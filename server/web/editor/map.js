// A result as a map: a mark for each row that has a place.

import { geoGraticule10, geoNaturalEarth1, geoPath } from "d3-geo";
import { placeIn } from "./columns.js";
import { drawn } from "./dom.js";
import { labelled, leftOut, linked, picture, short } from "./picture.js";

const MOST = 300;
const EDGE = 20;
const AROUND = 12;

/** Draws the map of a result. */
export async function draw(place, result, columns, outcome) {
  const all = result.rows.map((row) => ({ term: row[columns.label], at: placeIn(row, columns) })).filter(({ at }) => at);
  const shown = all.slice(0, MOST);
  await labelled(shown.map(({ term }) => term), outcome);
  const width = Math.max(320, place.clientWidth);
  const height = Math.round(width * 0.55);
  const around = { type: "MultiPoint", coordinates: shown.flatMap(({ at }) => corners(at)) };
  const projection = geoNaturalEarth1().fitExtent([[EDGE, EDGE], [width - EDGE, height - EDGE]], around);
  const path = geoPath(projection);
  const marks = shown.map(({ term, at }) => mark(term, projection(at), outcome));
  place.append(
    picture(outcome.words.map, width, height, drawn("path", { d: path({ type: "Sphere" }), class: "sea" }),
      drawn("path", { d: path(geoGraticule10()), class: "grid" }), marks),
    ...leftOut(shown.length, all.length, outcome),
  );
}

/** Returns the corners of a region around a place, so that a single place has a region to lie in. */
function corners([x, y]) {
  const [south, north] = [Math.max(-85, y - AROUND), Math.min(85, y + AROUND)];
  return [[x - AROUND, south], [x + AROUND, north]];
}

function mark(term, [x, y], outcome) {
  const text = outcome.shower.text(term);
  return linked(term, outcome, drawn("title", {}, text), drawn("circle", { cx: x, cy: y, r: 5 }),
    drawn("text", { x: x + 8, y: y + 4, class: "small" }, short(text, 30)));
}
