// The timeline is dragged and zoomed in place, and a line under the pointer tells the day; a click asks for that day.

import { scaleUtc } from "d3-scale";
import { shapes } from "../pictures/shapes.js";
import { inPlace, moved } from "../pictures/visit.js";

const SVG = "http://www.w3.org/2000/svg";
const DAY = 86_400_000;
const STEPS = { earlier: [-0.5, -0.5], later: [0.5, 0.5], closer: [0.25, -0.25], wider: [-0.5, 0.5] };
const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const ONE_DAY = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long", timeZone: "UTC" });
const [OF_YEARS, OF_MONTHS, OF_DAYS] = [{ year: "numeric" }, { month: "short" }, { day: "numeric", month: "short" }].map(
  (form) => new Intl.DateTimeFormat(LANGUAGE, { ...form, timeZone: "UTC" }),
);

/** Returns what is written at a line: the year at its beginning, else the month, else the day. */
function written(line) {
  if (line.getUTCDate() > 1) return OF_DAYS.format(line);
  return (line.getUTCMonth() ? OF_MONTHS : OF_YEARS).format(line);
}

const element = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
const iso = (moment) => new Date(moment).toISOString().slice(0, 10);
const upright = (at, kind) => element("line", { class: kind, x1: `${at}%`, x2: `${at}%`, y1: 0, y2: "100%" });

/** Returns the days that the picture shows in words: years, or days of one year. */
function heading(first, last) {
  const [from, to] = [first.getUTCFullYear(), last.getUTCFullYear()];
  return from === to ? ONE_DAY.formatRange(first, last) : `${from}–${to}`;
}

/** Returns the element that draws a shape. */
function drawing({ kind, start, end }) {
  if (kind === "open") {
    return element("line", { class: kind, x1: `${start}%`, x2: `${end}%`, y1: "50%", y2: "50%", "marker-end": "url(#open-end)" });
  }
  if (kind.endsWith("point")) return element("circle", { class: kind, cx: `${(start + end) / 2}%`, cy: "50%", r: 5.5 });
  return element("rect", { class: kind, x: `${start}%`, y: "28%", width: `${end - start}%`, height: "44%" });
}

/** A timeline that is on the page: its scale, and what draws it anew. */
class Timeline {
  constructor(root) {
    this.root = root;
    this.scale = scaleUtc([Date.parse(root.dataset.from), Date.parse(root.dataset.to) + DAY], [0, 100]);
    this.tracks = [...root.querySelectorAll("[data-times]")].map((track) => [track, JSON.parse(track.dataset.times)]);
    this.axis = root.querySelector(".axis .track");
    this.waits = false;
  }

  /** Draws the picture on its scale, once a frame. */
  draw() {
    if (this.waits) return;
    this.waits = true;
    requestAnimationFrame(() => {
      this.waits = false;
      const at = (moment) => this.scale(moment);
      for (const [track, times] of this.tracks) {
        [...track.querySelectorAll("g")].forEach((group, index) => {
          group.replaceChildren(...shapes(times[index].slice(1), at).map(drawing));
        });
      }
      this.drawAxis();
    });
  }

  drawAxis() {
    const [start, end] = this.scale.domain();
    const lines = this.scale.ticks(Math.max(3, Math.round(this.axis.clientWidth / 75)));
    document.getElementById("grid").replaceChildren(...lines.map((line) => upright(this.scale(line), "grid")));
    const day = this.root.dataset.day;
    if (day) document.getElementById("the-day").replaceChildren(upright(this.scale(Date.parse(day) + DAY / 2), "day"));
    for (const text of this.axis.querySelectorAll("text")) text.remove();
    const write = (words, attributes) => this.axis.appendChild(element("text", { y: "60%", ...attributes })).append(words);
    const pixels = (percent) => (percent * this.axis.clientWidth) / 100;
    for (const line of lines) {
      const place = this.scale(line);
      if (pixels(place) > 45 && pixels(100 - place) > 80) write(written(line), { x: `${place}%`, dx: 4 });
    }
    const last = new Date(end - DAY);
    const atEdge = lines.every((line) => written(line) === OF_YEARS.format(line)) ? OF_YEARS : OF_DAYS;
    write(atEdge.format(start), { class: "edge", x: "0%", dx: 2 });
    write(atEdge.format(last), { class: "edge", x: "100%", dx: -2, "text-anchor": "end" });
    document.getElementById("picture").textContent = heading(start, last);
  }

  /** Shows other days, at least two weeks and at most three thousand years of them. */
  show(start, end) {
    const length = end - start;
    if (length < 14 * DAY || length > 3000 * 366 * DAY || start < Date.UTC(1, 1) || end > Date.UTC(9998, 1)) return;
    this.scale.domain([start, end]);
    const address = new URL(location.href);
    address.searchParams.set("from", iso(start));
    address.searchParams.set("to", iso(end - DAY));
    moved(address);
    this.draw();
    this.fetchLater();
  }

  /** Asks for the page again once nothing moves, so that what is listed and counted is of these days too. */
  fetchLater() {
    clearTimeout(this.later);
    this.later = setTimeout(again, 400);
  }

  /** Moves the edges by parts of the breadth. */
  move(left, right) {
    const [start, end] = this.scale.domain().map(Number);
    this.show(start + left * (end - start), end + right * (end - start));
  }

  /** Returns the moment at a place on the screen, or null beside the tracks. */
  moment(x) {
    const frame = this.axis.getBoundingClientRect();
    return x >= frame.left && x <= frame.right ? +this.scale.invert(((x - frame.left) / frame.width) * 100) : null;
  }

  zoom(x, factor) {
    const [start, end] = this.scale.domain().map(Number);
    const middle = this.moment(x) ?? (start + end) / 2;
    this.show(middle - (middle - start) * factor, middle + (end - middle) * factor);
  }
}

/** Lets a timeline be moved by pointer, wheel and keys. */
function listen(timeline) {
  const { root } = timeline;
  const pointer = document.createElement("div");
  pointer.className = "pointer";
  pointer.hidden = true;
  root.append(pointer);
  let held = null;
  root.addEventListener("pointerdown", (event) => {
    if (event.button || !event.target.closest(".track")) return;
    held = { x: event.clientX, domain: timeline.scale.domain().map(Number), moved: false };
  });
  addEventListener("pointerup", () => setTimeout(() => (held = null)));
  addEventListener("pointercancel", () => (held = null));
  root.addEventListener("pointermove", (event) => {
    const moment = timeline.moment(event.clientX);
    pointer.hidden = moment === null || !event.target.closest(".track");
    if (!pointer.hidden) {
      pointer.dataset.day = ONE_DAY.format(moment);
      pointer.style.left = `${event.clientX - root.getBoundingClientRect().left}px`;
    }
    if (!held || Math.abs(event.clientX - held.x) < 4) return;
    held.moved = true;
    const [start, end] = held.domain;
    const shift = ((held.x - event.clientX) / timeline.axis.clientWidth) * (end - start);
    timeline.show(start + shift, end + shift);
  });
  root.addEventListener("pointerleave", () => (pointer.hidden = true));
  root.addEventListener("click", (event) => {
    const moment = event.target.closest(".track") && timeline.moment(event.clientX);
    if (!moment || held?.moved) return;
    const field = document.getElementById("date");
    field.value = iso(moment);
    field.form.requestSubmit();
  });
  root.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    timeline.zoom(event.clientX, Math.exp(event.deltaY * 0.002));
  }, { passive: false });
  for (const tool of document.querySelectorAll("[data-move]")) {
    tool.addEventListener("click", (event) => {
      const step = STEPS[tool.dataset.move];
      if (!step) return;
      event.preventDefault();
      timeline.move(...step);
    });
  }
}

function drawn() {
  const root = document.querySelector(".timeline");
  if (root) {
    const timeline = new Timeline(root);
    listen(timeline);
    timeline.draw();
  }
}

const again = inPlace(drawn);
drawn();
