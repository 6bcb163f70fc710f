// A result as a timeline: for each row the span that its dates may make, and the part of it that is certain.

import { scaleUtc } from "d3-scale";
import { timeOf } from "./columns.js";
import { drawn } from "./dom.js";
import { labelled, leftOut, linked, picture, short } from "./picture.js";

const MOST = 100;
const ROW = 40;
const AXIS = 28;
const LEAST_WIDTH = 3;
const EDGE = 24;

/** Returns what a row says: a label, the first and last moment it may be about, and the certain part of that. */
export function spanOf(row, { label, indexes, latestStart, earliestEnd }) {
  const dates = indexes.map((index) => row[index]).filter((term) => term?.type === "literal");
  if (!dates.length) return null;
  const [from, to] = [Math.min(...dates.map((one) => timeOf(one))), Math.max(...dates.map((one) => timeOf(one, true)))];
  if (Number.isNaN(from - to)) return null;
  const [begun, until] = [row[latestStart], row[earliestEnd]];
  const certain = begun && until ? [timeOf(begun, true), timeOf(until)] : null;
  return { term: row[label], from, to, certain: certain && certain[0] <= certain[1] ? certain : null };
}

/** Draws the timeline of a result. */
export async function draw(place, result, columns, outcome) {
  const spans = result.rows.map((row) => spanOf(row, columns)).filter(Boolean).sort((one, other) => one.from - other.from);
  const shown = spans.slice(0, MOST);
  await labelled(shown.map(({ term }) => term), outcome);
  const width = Math.max(320, place.clientWidth);
  const first = Math.min(...shown.map(({ from }) => from));
  const last = Math.max(...shown.map(({ to }) => to));
  const x = scaleUtc([first, last === first ? first + 1 : last], [EDGE, width - EDGE]).nice();
  const height = AXIS + shown.length * ROW;
  const rows = shown.map((span, index) => rowOf(span, x, AXIS + index * ROW, outcome));
  place.append(picture(outcome.words.timeline, width, height, axis(x, width, height), rows), ...leftOut(shown.length, spans.length, outcome));
}

function axis(x, width, height) {
  const name = x.tickFormat();
  return x.ticks(Math.max(2, Math.floor(width / 110))).map((time) =>
    drawn("g", {}, drawn("line", { x1: x(time), x2: x(time), y1: AXIS - 6, y2: height, class: "grid" }),
      drawn("text", { x: x(time), y: 14, "text-anchor": "middle", class: "small" }, name(time))));
}

function rowOf({ term, from, to, certain }, x, y, outcome) {
  const { words, format, shower } = outcome;
  const told = from === to ? format.day(from) : `${format.day(from)} – ${format.day(to)}`;
  const text = shower.text(term);
  const known = certain ? `; ${words.certain}: ${format.day(certain[0])} – ${format.day(certain[1])}` : "";
  const bar = (begin, end, name) =>
    drawn("rect", { x: x(begin), y: y + 20, width: Math.max(LEAST_WIDTH, x(end) - x(begin)), height: 10, class: name });
  const middle = x.range()[1] / 2;
  const late = x(from) > middle;
  return linked(term, outcome, drawn("title", {}, `${text}: ${told}${known}`),
    drawn("text", { x: late ? x(to) : x(from), y: y + 14, "text-anchor": late ? "end" : "start" }, short(`${text} · ${told}`, 70)),
    bar(from, to, "possible"), certain ? bar(...certain, "certain") : null);
}
