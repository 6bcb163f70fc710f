// What the columns of a result hold, and which pictures can be made of them.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const DATES = new Set(["date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth"].map((name) => XSD + name));
const WHOLE = ["integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt"];
const NUMBERS = new Set([...WHOLE, "decimal", "double", "float"].map((name) => XSD + name));
const GEO = "http://www.opengis.net/ont/geosparql#wktLiteral";
const POINT = /^\s*(?:<[^>]*>\s*)?POINT\s*\(\s*(\S+)\s+(\S+)\s*\)\s*$/i;
const LABEL = /Label(?:_[a-z]+)?$/;

/** Returns what kind of value a term is. */
function kindOf(term) {
  if (term.type !== "literal") return term.type === "uri" ? "iri" : "other";
  if (NUMBERS.has(term.datatype)) return "number";
  if (term.datatype === GEO) return "point";
  return DATES.has(term.datatype) ? "date" : "text";
}

/** Returns the columns of a result: name, place, and the kind of all its values (`mixed`, or `none` without any). */
export function columns({ variables, rows }) {
  return variables.map((name, index) => {
    const kinds = new Set(rows.flatMap((row) => (row[index] ? [kindOf(row[index])] : [])));
    return { name, index, kind: kinds.size > 1 ? "mixed" : (kinds.values().next().value ?? "none") };
  });
}

/** Returns the columns without those that only label another one: a table shows its label itself. */
export function withoutLabels(found) {
  const names = new Set(found.map(({ name }) => name));
  return found.filter(({ name }) => !LABEL.test(name) || !names.has(name.replace(LABEL, "")));
}

/** Returns the time of a literal in milliseconds, or NaN; `late` takes the end of a year, a month or a day. */
export function timeOf({ value, datatype }, late = false) {
  const parts = /^(-?\d{4,})(?:-(\d\d))?(?:-(\d\d))?(?:T(.*))?/.exec(value);
  if (!parts) return Number.NaN;
  const [year, month, day] = parts.slice(1, 4).map((part) => part && Number(part));
  if (datatype.startsWith(`${XSD}dateTime`)) {
    return Date.parse(/Z|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`);
  }
  const found = new Date(0);
  if (!late) found.setUTCFullYear(year, (month ?? 1) - 1, day ?? 1);
  else if (day) found.setUTCFullYear(year, month - 1, day);
  else found.setUTCFullYear(month ? year : year + 1, month ?? 0, 0);
  return found.getTime();
}

/** Returns the first column of some kinds, or undefined. */
function first(found, ...kinds) {
  return found.find(({ kind }) => kinds.includes(kind));
}

/** Returns which column of dates bounds what: by its name, else all of them are possible bounds. */
function bounds(dates) {
  const named = (pattern) => dates.find(({ name }) => pattern.test(name))?.index;
  return {
    latestStart: named(/latest_?start/i),
    earliestEnd: named(/earliest_?end/i),
    indexes: dates.map(({ index }) => index),
  };
}

/** What each picture needs of a result's columns: it returns them, or null where it cannot be made. */
const NEEDS = {
  timeline(found) {
    const dates = found.filter(({ kind }) => kind === "date");
    const label = first(found, "iri") ?? first(found, "text", "mixed");
    return dates.length && label ? { label: label.index, ...bounds(dates) } : null;
  },
  network(found) {
    const ends = found.filter(({ kind }) => kind === "iri" || kind === "mixed").map(({ index }) => index);
    return ends.length > 1 ? { ends } : null;
  },
  chart(found) {
    const label = first(found, "iri") ?? first(found, "text", "date", "mixed");
    const values = found.filter(({ kind }) => kind === "number").map(({ index }) => index);
    return label && values.length ? { label: label.index, values } : null;
  },
  map(found) {
    const [point, label] = [first(found, "point"), first(found, "iri") ?? first(found, "text", "mixed")];
    if (point) return { point: point.index, label: label?.index };
    const named = (pattern) => found.find(({ name, kind }) => kind === "number" && pattern.test(name))?.index;
    const [lat, long] = [named(/^lat|latitude|lintang/i), named(/^lon|longitude|bujur/i)];
    return lat === undefined || long === undefined ? null : { lat, long, label: label?.index };
  },
};

/** Returns the pictures that a result allows, each with the columns that it is made of. */
export function pictures(result) {
  if (result.kind === "ask" || !result.rows.length) return {};
  const found = result.kind === "graph" ? graphColumns(result) : withoutLabels(columns(result));
  return Object.fromEntries(
    Object.entries(NEEDS).flatMap(([name, need]) => {
      const made = need(found);
      return made ? [[name, made]] : [];
    }),
  );
}

/** Returns the columns of a graph that a network is made of: subject and object. */
function graphColumns(result) {
  return columns(result).filter(({ name }) => name !== "predicate");
}

/** Returns longitude and latitude of a row, or null where it has none. */
export function placeIn(row, { point, lat, long }) {
  const pair = point === undefined ? [row[long]?.value, row[lat]?.value] : POINT.exec(row[point]?.value ?? "")?.slice(1);
  const [x, y] = (pair ?? []).map(Number);
  return Math.abs(x) <= 180 && Math.abs(y) <= 90 ? [x, y] : null;
}
