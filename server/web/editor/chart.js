// A result as a chart: a bar for each row.

import { scaleLinear } from "d3-scale";
import { drawn } from "./dom.js";
import { choice, labelled, leftOut, linked, picture, short } from "./picture.js";

const MOST = 60;
const ROW = 40;
const AXIS = 28;

/** Draws the bars of a result, and lets the reader choose the column of numbers. */
export async function draw(place, result, { label, values }, outcome, chosen = values[0]) {
  const rows = result.rows.filter((row) => row[chosen] && Number.isFinite(Number(row[chosen].value)));
  const shown = rows.slice(0, MOST);
  await labelled(shown.map((row) => row[label]), outcome);
  const again = (index) => {
    place.replaceChildren();
    draw(place, result, { label, values }, outcome, index);
  };
  const choices = values.length > 1 ? [choice(outcome.words.value, values, chosen, outcome, again)] : [];
  const width = Math.max(320, place.clientWidth);
  const numbers = shown.map((row) => Number(row[chosen].value));
  const x = scaleLinear([Math.min(0, ...numbers), Math.max(0, ...numbers)], [10, width - 10]).nice();
  const height = AXIS + shown.length * ROW;
  const bars = shown.map((row, index) => bar(row[label], numbers[index], x, AXIS + index * ROW, outcome));
  place.append(...choices, picture(outcome.words.chart, width, height, axis(x, width, height, outcome), bars),
    ...leftOut(shown.length, rows.length, outcome));
}

function axis(x, width, height, { format }) {
  return x.ticks(Math.max(2, Math.floor(width / 120))).map((value) =>
    drawn("g", {}, drawn("line", { x1: x(value), x2: x(value), y1: AXIS - 6, y2: height, class: "grid" }),
      drawn("text", { x: x(value), y: 14, "text-anchor": "middle", class: "small" }, format.number(value))));
}

function bar(term, value, x, y, outcome) {
  const text = `${outcome.shower.text(term)} · ${outcome.format.number(value)}`;
  const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
  return linked(term, outcome, drawn("title", {}, text), drawn("text", { x: 10, y: y + 14 }, short(text, 70)),
    drawn("rect", { x: from, y: y + 20, width: Math.max(1, to - from), height: 12, class: "certain" }));
}
