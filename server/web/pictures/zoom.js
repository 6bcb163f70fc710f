// Moves a picture: dragged, by two fingers, by the wheel with Ctrl (alone it scrolls the page), and by buttons.

import { select } from "d3-selection";
import "d3-transition";
import { zoom, zoomIdentity } from "d3-zoom";

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Returns the corners of that part of a picture which its frame shows. */
function seen(frame, picture, [[left, top], [right, bottom]]) {
  const whole = frame.getBoundingClientRect();
  const back = picture.getScreenCTM().inverse();
  const first = new DOMPoint(whole.left, whole.top).matrixTransform(back);
  const last = new DOMPoint(whole.right, whole.bottom).matrixTransform(back);
  return [[Math.max(left, first.x), Math.max(top, first.y)], [Math.min(right, last.x), Math.min(bottom, last.y)]];
}

/** Lets the `.moving` part of a frame's picture be moved; `scaled` hears by how much it is enlarged. */
export function movable(frame, scaled = () => {}) {
  const picture = frame.querySelector("svg");
  const moving = frame.querySelector(".moving");
  const box = picture.viewBox.baseVal;
  const corners = [[box.x, box.y], [box.x + box.width, box.y + box.height]];
  const behaviour = zoom()
    .scaleExtent([1, 16])
    .extent(() => seen(frame, picture, corners))
    .translateExtent(corners)
    .filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : !event.button))
    .on("start", () => frame.classList.add("held"))
    .on("end", () => frame.classList.remove("held"))
    .on("zoom", ({ transform }) => {
      moving.setAttribute("transform", transform);
      scaled(transform.k);
    });
  const all = select(picture).call(behaviour).on("dblclick.zoom", null);
  const smooth = () => (still.matches ? all : all.transition().duration(250));
  const tools = document.createElement("p");
  tools.className = "zoom";
  const actions = [
    ["+", frame.dataset.closer, () => smooth().call(behaviour.scaleBy, 1.6)],
    ["−", frame.dataset.wider, () => smooth().call(behaviour.scaleBy, 1 / 1.6)],
    ["⟲", frame.dataset.whole, () => smooth().call(behaviour.transform, zoomIdentity)],
  ];
  for (const [sign, name, action] of actions) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "quiet", textContent: sign, title: name });
    button.setAttribute("aria-label", name);
    button.addEventListener("click", action);
    tools.append(button);
  }
  frame.before(tools);
}
