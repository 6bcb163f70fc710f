// The network unfolds in place: what stays moves to where the server has laid it, what is new appears.

import { findable } from "../pictures/keys.js";
import { movable } from "../pictures/zoom.js";
import { tips } from "../pictures/tips.js";
import { inPlace } from "../pictures/visit.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const DURATION = 600;
let places = new Map();

/** Returns where each node of the picture lies. */
function read() {
  const nodes = document.querySelectorAll("[data-node]");
  return new Map([...nodes].map((node) => [node.dataset.node, node.dataset.at.split(" ").map(Number)]));
}

/** Lays nodes and lines at places. */
function lay(at) {
  for (const node of document.querySelectorAll("[data-node]")) {
    node.setAttribute("transform", `translate(${at.get(node.dataset.node).join(" ")})`);
  }
  for (const line of document.querySelectorAll(".network .line")) {
    const [[x1, y1], [x2, y2]] = [at.get(line.dataset.from), at.get(line.dataset.to)];
    const stroke = line.querySelector("line");
    for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) stroke.setAttribute(name, value);
    const part = Number(line.dataset.part);
    const middle = `${x1 + (x2 - x1) * part} ${y1 + (y2 - y1) * part}`;
    line.querySelector("text").setAttribute("transform", `translate(${middle})`);
  }
}

/** Moves the nodes from where they lay before; new ones come out of the middle. */
function move(before, after) {
  const begin = performance.now();
  const step = (now) => {
    const part = Math.min((now - begin) / DURATION, 1);
    const eased = 1 - (1 - part) ** 3;
    const at = new Map();
    for (const [node, [x, y]] of after) {
      const [x0, y0] = before.get(node) ?? [0, 0];
      at.set(node, [x0 + (x - x0) * eased, y0 + (y - y0) * eased]);
    }
    lay(at);
    if (part < 1 && document.contains(frame)) requestAnimationFrame(step);
  };
  const frame = document.querySelector(".frame");
  requestAnimationFrame(step);
}

/** Dims all but what hangs on a node. */
function lighten(frame) {
  const lines = [...frame.querySelectorAll(".line")];
  const nodes = [...frame.querySelectorAll("[data-node]")];
  const tell = (event) => {
    const node = event.target.closest("[data-node]")?.dataset.node;
    const near = lines.filter((line) => [line.dataset.from, line.dataset.to].includes(node));
    const ends = new Set(near.flatMap((line) => [line.dataset.from, line.dataset.to]));
    frame.classList.toggle("lit", Boolean(node));
    for (const line of lines) line.classList.toggle("near", near.includes(line));
    for (const each of nodes) each.classList.toggle("near", ends.has(each.dataset.node) || each.dataset.node === node);
  };
  for (const kind of ["pointerover", "focusin", "focusout", "pointerleave"]) frame.addEventListener(kind, tell);
}

/** Shows the node that all hangs on in the middle, where the picture is broader than its frame. */
function centre(frame) {
  const first = frame.querySelector(".first").getBoundingClientRect();
  frame.scrollLeft += first.left + first.width / 2 - frame.getBoundingClientRect().left - frame.clientWidth / 2;
}

function drawn() {
  const frame = document.querySelector(".frame");
  if (!frame) return;
  const before = places;
  places = read();
  if (before.size && !still.matches) move(before, places);
  movable(frame);
  centre(frame);
  lighten(frame);
  findable(frame);
  tips(frame);
  if (location.hash === "#network") document.querySelector(location.hash).scrollIntoView();
}

inPlace(drawn);
drawn();
