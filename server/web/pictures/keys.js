// Finds the nodes of a picture with the keyboard: letters lead to a name, arrows to what is nearest in that direction.

const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Returns what of a node can have the focus, its name, and where it lies. */
function read(node) {
  const lines = [...node.querySelectorAll("tspan")].map((line) => line.textContent);
  const name = node.querySelector("title")?.textContent ?? lines.join(" ");
  return { link: node.querySelector(".name") ?? node.querySelector("a"), name, at: node.dataset.at.split(" ").map(Number) };
}

/** Returns how well a name fits what is typed: 0 for a word of it, 1 for the beginning of one, 2 for a part. */
function rank(name, typed) {
  const words = ` ${folded(name)} `;
  return [` ${typed} `, ` ${typed}`, typed].findIndex((part) => words.includes(part));
}

/** Returns the node that is nearest to another one in a direction; aside counts double. */
function nearest(nodes, from, [right, down]) {
  const ahead = ({ at }) => {
    const [x, y] = [at[0] - from.at[0], at[1] - from.at[1]];
    const [along, aside] = [x * right + y * down, Math.abs(x * down + y * right)];
    return along > aside / 2 ? along + 2 * aside : Infinity;
  };
  const others = nodes.filter((node) => node !== from && ahead(node) < Infinity);
  return others.sort((one, other) => ahead(one) - ahead(other))[0];
}

/** Lets the nodes of a frame be found; what is typed, and how much it fits, is said in its `.typed`. */
export function findable(frame) {
  const nodes = [...frame.querySelectorAll("[data-node]")].map(read).filter((node) => node.link);
  const said = document.querySelector(".typed");
  let [typed, fitting, place] = ["", [], 0];
  const type = (text) => {
    const found = nodes.filter((node) => rank(node.name, text) >= 0);
    if (text && !found.length) return;
    [typed, place] = [text, 0];
    fitting = text ? found.sort((one, other) => rank(one.name, text) - rank(other.name, text)) : [];
    go(fitting[0]);
  };
  const go = (node) => {
    said.textContent = typed ? `“${typed}”: ${place + 1}/${fitting.length}` : "";
    node?.link.focus();
  };
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button")) return;
    const way = DIRECTIONS[event.key];
    const isText = event.key.length === 1 && (typed || event.key !== " ");
    if (!way && !isText && !(typed && ["Backspace", "Escape"].includes(event.key))) return;
    event.preventDefault();
    if (isText) type(typed + folded(event.key));
    else if (event.key === "Backspace") type(typed.slice(0, -1));
    else if (event.key === "Escape") type("");
    else if (typed) {
      place = (place + way[0] + way[1] + fitting.length) % fitting.length;
      go(fitting[place]);
    } else {
      const from = nodes.find((node) => node.link.closest("[data-node]").contains(document.activeElement));
      go(from ? nearest(nodes, from, way) : nodes[0]);
    }
  });
  frame.addEventListener("focusout", (event) => {
    if (!frame.contains(event.relatedTarget)) [typed, fitting] = ["", []];
  });
}
