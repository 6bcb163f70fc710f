// A result as a network: what stands in one column is joined to what stands in another.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { drawn } from "./dom.js";
import { choice, labelled, leftOut, linked, picture, short } from "./picture.js";
import { plain } from "./terms.js";

const MOST = 120;
const STEPS = 250;
const EDGE = 60;

/** Returns the nodes of two columns, the most joined ones first, and the links between them. */
export function networkOf(rows, [from, to], most = MOST) {
  const nodes = new Map();
  const links = new Map();
  const node = (term) => {
    const id = plain(term);
    if (!nodes.has(id)) nodes.set(id, { id, term, degree: 0 });
    nodes.get(id).degree += 1;
    return id;
  };
  for (const row of rows) {
    const [one, other] = [row[from], row[to]];
    if (![one, other].every((term) => term?.type === "uri" || term?.type === "bnode")) continue;
    const [source, target] = [node(one), node(other)];
    links.set(`${source} ${target}`, { source, target, rows: [...(links.get(`${source} ${target}`)?.rows ?? []), row] });
  }
  const shown = [...nodes.values()].sort((one, other) => other.degree - one.degree).slice(0, most);
  const kept = new Set(shown.map(({ id }) => id));
  const between = [...links.values()].filter(({ source, target }) => kept.has(source) && kept.has(target));
  return { nodes: shown, links: between, all: nodes.size };
}

/** Draws the network of a result, and lets the reader choose the columns. */
export async function draw(place, result, { ends }, outcome, chosen = ends.slice(0, 2)) {
  const network = networkOf(result.rows, chosen);
  await labelled([...network.nodes.map(({ term }) => term), ...predicates(network, result)], outcome);
  const again = (at) => (index) => {
    place.replaceChildren();
    draw(place, result, { ends }, outcome, chosen.with(at, index));
  };
  const choices = result.kind === "graph" || ends.length < 3 ? [] :
    [choice(outcome.words.from, ends, chosen[0], outcome, again(0)), choice(outcome.words.to, ends, chosen[1], outcome, again(1))];
  const width = Math.max(320, place.clientWidth);
  place.append(...choices, laidOut(network, width, result, outcome), ...leftOut(network.nodes.length, network.all, outcome));
}

/** Returns the properties that the links of a graph are. */
function predicates({ links }, { kind }) {
  return kind === "graph" ? links.flatMap(({ rows }) => rows.map((row) => row[1])) : [];
}

/** Moves nodes so that they lie between two ends, the outermost ones at these. */
function spread(nodes, side, from, to) {
  const places = nodes.map((node) => node[side]);
  const [least, most] = [Math.min(...places), Math.max(...places)];
  for (const node of nodes) node[side] = most === least ? (from + to) / 2 : from + ((node[side] - least) / (most - least)) * (to - from);
}

function laidOut({ nodes, links }, width, { kind }, outcome) {
  const height = Math.max(320, Math.min(width, 120 + nodes.length * 14));
  forceSimulation(nodes)
    .force("link", forceLink(links).id(({ id }) => id).distance(70))
    .force("charge", forceManyBody().strength(-300))
    .force("collide", forceCollide(26))
    .force("x", forceX(0).strength(0.05))
    .force("y", forceY(0).strength(0.05))
    .stop()
    .tick(STEPS);
  spread(nodes, "x", EDGE, width - EDGE);
  spread(nodes, "y", 20, height - 30);
  const { shower } = outcome;
  const lines = links.map(({ source, target, rows }) =>
    drawn("line", { x1: source.x, y1: source.y, x2: target.x, y2: target.y, class: "edge" },
      kind === "graph" ? drawn("title", {}, [...new Set(rows.map((row) => shower.text(row[1])))].join(", ")) : null));
  const dots = nodes.map(({ x, y, term }) =>
    linked(term, outcome, drawn("title", {}, shower.text(term)), drawn("circle", { cx: x, cy: y, r: 6 }),
      drawn("text", { x, y: y + 18, "text-anchor": "middle", class: "small" }, short(shower.text(term), 24))));
  return picture(outcome.words.network, width, height, lines, dots);
}
