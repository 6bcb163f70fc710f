// The shapes that draw a time on a track; the server draws the same ones (shapes.py).

const DAY = 86_400_000;
const SMALL = 0.9;

/** Returns the days of [earliest start, latest start, earliest end, latest end], each as ISO 8601 or empty. */
function bounds(days) {
  return days.map((day) => (day ? Date.parse(`${day}T00:00Z`) : null));
}

/** Returns the certain and possible stretches of a time: [kind, first moment, last moment]. */
export function pieces([start, latest, earliest, end]) {
  const known = [start, latest, earliest, end].filter((day) => day !== null);
  if (!known.length) return [];
  const first = start ?? Math.min(...known);
  const last = (end ?? Math.max(...known)) + DAY;
  if (latest === null || earliest === null || latest > earliest) return [["possible", first, last]];
  return [
    ["possible", first, latest],
    ["certain", latest, earliest + DAY],
    ["possible", earliest + DAY, last],
  ].filter(([, from, to]) => from < to);
}

/** Returns the shapes of a time on a scale from moments to percents: {kind, start, end}. */
export function shapes(days, at) {
  const some = bounds(days);
  const found = pieces(some).map(([kind, first, last]) => ({ kind, start: at(first), end: at(last) }));
  if (!found.length) return [];
  const [start, end] = [found[0].start, found.at(-1).end];
  const open = [];
  if (some[0] === null && start > 0) open.push({ kind: "open", start, end: 0 });
  if (some[3] === null && end < 100) open.push({ kind: "open", start: end, end: 100 });
  if (!open.length && end <= 0) return [{ kind: "open", start: 2, end: 0 }];
  if (!open.length && start >= 100) return [{ kind: "open", start: 98, end: 100 }];
  const sure = found.some((shape) => shape.kind === "certain");
  const drawn =
    end - start >= SMALL ? found
    : start >= 0 && start < 100 ? [{ kind: `${sure ? "certain" : "possible"} point`, start, end }]
    : [];
  const cut = (x) => Math.min(Math.max(x, 0), 100);
  return [...drawn, ...open]
    .filter((shape) => Math.max(shape.start, shape.end) > 0 && Math.min(shape.start, shape.end) < 100)
    .map((shape) => ({ kind: shape.kind, start: cut(shape.start), end: cut(shape.end) }));
}
