// Tells what the <title> of a shape says at once, to the pointer and to the focus.

/** Shows the titles of a picture's shapes as tips. */
export function tips(picture) {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  picture.append(tip);
  for (const title of picture.querySelectorAll("title")) {
    const shape = title.parentElement;
    shape.dataset.tip = title.textContent;
    if (shape.matches("a")) shape.setAttribute("aria-label", title.textContent);
    title.remove();
  }
  const tell = (event) => {
    const shape = event.target.closest("[data-tip]");
    tip.hidden = !shape;
    if (!shape) return;
    tip.textContent = shape.dataset.tip;
    const frame = picture.getBoundingClientRect();
    const at = event.clientX === undefined ? shape.getBoundingClientRect() : { left: event.clientX, bottom: event.clientY };
    tip.style.left = `${Math.min(at.left - frame.left + 12, frame.width - tip.offsetWidth - 4) + picture.scrollLeft}px`;
    tip.style.top = `${at.bottom - frame.top + 14 + picture.scrollTop}px`;
  };
  picture.addEventListener("pointermove", tell);
  picture.addEventListener("focusin", tell);
  for (const end of ["pointerleave", "focusout"]) picture.addEventListener(end, () => (tip.hidden = true));
}
