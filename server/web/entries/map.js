import { movable } from "../pictures/zoom.js";
import { tips } from "../pictures/tips.js";
import { inPlace } from "../pictures/visit.js";

/** Lets the map that is on the page be moved and zoomed. */
function draw() {
  const frame = document.querySelector(".frame");
  if (!frame) return;
  const spots = [...frame.querySelectorAll(".spot")];
  const map = frame.querySelector(".map");
  movable(frame, (k) => {
    map.style.setProperty("--k", k);
    map.classList.toggle("closer", k > 1.5);
    for (const spot of spots) spot.setAttribute("transform", `translate(${spot.dataset.at}) scale(${1 / k})`);
  });
  tips(frame);
}

draw();
inPlace(draw);
