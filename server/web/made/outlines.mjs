// Draws the outlines of states on one map: Natural Earth, 1:110 million, from world-atlas, by ISO 3166-1 alpha-3 code.
// The map is turned so that Asia and the Pacific lie in the middle, and its edge in the Atlantic, east of all of North
// America's states but Canada; coordinates are whole numbers, to be short.

import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { geoNaturalEarth1, geoPath } from "d3-geo";
import { iso31661 } from "iso-3166";
import { feature } from "topojson-client";

const WIDTH = 2400;
const TURN = -115;
const ANTARCTICA = "010";

const codes = new Map(iso31661.map((entry) => [entry.numeric, entry.alpha3]));
const atlas = createRequire(import.meta.url).resolve("world-atlas/countries-110m.json");
const projection = geoNaturalEarth1().rotate([TURN, 0]).fitWidth(WIDTH, { type: "Sphere" });

/** Tells whether a piece is Crimea, which is drawn as land but in the colour of no state. */
const isCrimea = (ring) => ring.every(([east, north]) => east > 32 && east < 37 && north > 44 && north < 46.5);

/** Returns a shape without the pieces that are coloured as no state's. */
function coloured(shape) {
  if (shape.geometry.type !== "MultiPolygon") return shape;
  const coordinates = shape.geometry.coordinates.filter(([ring]) => !isCrimea(ring));
  return { ...shape, geometry: { type: "MultiPolygon", coordinates } };
}

/** Returns the path of a shape, in whole numbers and relative steps. */
function drawn(shape) {
  const parts = [];
  let last = [0, 0];
  const step = (letter) => (x, y) => {
    const here = [Math.round(x), Math.round(y)];
    const [dx, dy] = letter === "M" ? here : [here[0] - last[0], here[1] - last[1]];
    if (letter === "M" || dx || dy) parts.push(`${letter}${dx}${dy < 0 ? "" : " "}${dy}`);
    last = here;
  };
  geoPath(projection, { moveTo: step("M"), lineTo: step("l"), closePath: () => parts.push("Z"), arc() {} })(shape);
  return parts.join("");
}

/** Returns the largest piece of a shape, where its name stands best. */
function largest(shape) {
  if (shape.geometry.type !== "MultiPolygon") return shape;
  const pieces = shape.geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }));
  const area = geoPath(projection).area;
  return pieces.reduce((one, other) => (area(other) > area(one) ? other : one));
}

export default async function outlines(folder) {
  const topology = JSON.parse(await readFile(atlas, "utf8"));
  const shapes = feature(topology, topology.objects.countries).features.filter((shape) => shape.id !== ANTARCTICA);
  const flat = geoPath(projection);
  const states = {};
  for (const shape of shapes.map(coloured)) {
    const code = codes.get(shape.id);
    if (!code) continue;
    const box = flat.bounds(shape).flat().map(Math.round);
    states[code] = { path: drawn(shape), box, at: flat.centroid(largest(shape)).map(Math.round) };
  }
  const told = {
    states,
    others: shapes.map(drawn).join(""),
    sphere: drawn({ type: "Sphere" }),
    turn: TURN,
    scale: projection.scale(),
    shift: projection.translate(),
  };
  await writeFile(new URL("outlines.json", folder), JSON.stringify(told));
}
