// Programs that ask a query: the text is quoted as each language has it, whatever stands in it.

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Returns a text in which no half of a surrogate pair stands alone: no program could hold it. */
function wellFormed(text) {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) => (found.length > 1 ? found : "\ufffd"));
}

/** Returns a character as an escape of four hexadecimal digits. */
function escape(sign) {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Returns a word of the shell; NUL, which no argument can hold, is left out. */
export function shell(text) {
  return `'${wellFormed(text).replaceAll("\0", "").replaceAll("'", String.raw`'\''`)}'`;
}

/** Returns a string of Python, over several lines where the text has them. */
export function python(text) {
  const quoted = wellFormed(text).replace(/[\\"]/g, "\\$&").replace(CONTROLS, escape);
  return quoted.includes("\n") ? `"""${quoted}"""` : `"${quoted}"`;
}

/** Returns a string of R, which cannot hold NUL. */
export function r(text) {
  return `"${wellFormed(text).replaceAll("\0", "").replace(/[\\"]/g, "\\$&").replace(CONTROLS, escape)}"`;
}

/** Returns a template literal of JavaScript. */
export function javascript(text) {
  return `\`${wellFormed(text).replace(/[\\`]|\$(?=\{)/g, "\\$&").replace(CONTROLS, escape)}\``;
}

/** The media types that programs ask for, by whether the query makes a graph. */
const TYPES = { true: "text/turtle", false: "text/csv" };
const JSON_TYPES = { true: "application/ld+json", false: "application/sparql-results+json" };

/** The languages, each with its name and what makes the program. */
export const LANGUAGES = [
  ["curl", ({ endpoint, fields, graph }) => [
    `curl ${shell(endpoint)} \\`,
    `  --header ${shell(`Accept: ${TYPES[graph]}`)} \\`,
    fields.map(([name, value]) => `  --data-urlencode ${shell(`${name}=${value}`)}`).join(" \\\n"),
  ]],
  ["Python", ({ endpoint, fields, graph }) => [
    "from urllib.parse import urlencode",
    "from urllib.request import Request, urlopen",
    "",
    "fields = {",
    ...fields.map(([name, value]) => `    ${python(name)}: ${python(value)},`),
    "}",
    `headers = {"Accept": ${python(TYPES[graph])}}`,
    `request = Request(${python(endpoint)}, urlencode(fields).encode(), headers)`,
    "with urlopen(request) as answer:",
    "    print(answer.read().decode())",
  ]],
  ["SPARQLWrapper", ({ endpoint, fields, graph }) => [
    `from SPARQLWrapper import ${graph ? "TURTLE" : "JSON"}, POST, SPARQLWrapper`,
    "",
    `endpoint = SPARQLWrapper(${python(endpoint)})`,
    "endpoint.setMethod(POST)",
    `endpoint.setReturnFormat(${graph ? "TURTLE" : "JSON"})`,
    ...fields.slice(1).map(([name, value]) => `endpoint.addParameter(${python(name)}, ${python(value)})`),
    `endpoint.setQuery(${python(fields[0][1])})`,
    "print(endpoint.query().convert())",
  ]],
  ["R", ({ endpoint, fields, graph }) => [
    "library(httr2)",
    "",
    `answer <- request(${r(endpoint)}) |>`,
    `  req_headers(Accept = ${r(TYPES[graph])}) |>`,
    `  req_body_form(${fields.map(([name, value]) => `${name} = ${r(value)}`).join(", ")}) |>`,
    "  req_perform()",
    graph ? "cat(resp_body_string(answer))" : "print(read.csv(text = resp_body_string(answer)))",
  ]],
  ["JavaScript", ({ endpoint, fields, graph }) => [
    `const answer = await fetch(${javascript(endpoint)}, {`,
    '  method: "POST",',
    `  headers: { Accept: ${javascript(JSON_TYPES[graph])} },`,
    `  body: new URLSearchParams({`,
    ...fields.map(([name, value]) => `    ${name}: ${javascript(value)},`),
    "  }),",
    "});",
    "console.log(await answer.json());",
  ]],
];

/** Returns the program of a language that asks a query. */
export function snippet(language, asked) {
  return `${LANGUAGES.find(([name]) => name === language)[1](asked).join("\n")}\n`;
}
