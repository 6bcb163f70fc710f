// RDF terms as N-Triples and SPARQL's TSV write them, read line by line.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const ESCAPES = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f", '"': '"', "'": "'", "\\": "\\" };
const ESCAPED = /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gsu;
const FORMS = [
  [/<<\(\s*/y, triple],
  [/<([^>]*)>/y, (match) => ({ type: "uri", value: unescaped(match[1]) })],
  [/_:([^\s,;)]+)/y, (match) => ({ type: "bnode", value: match[1] })],
  [/"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+?)(?:--(ltr|rtl))?(?![A-Za-z0-9-])|\^\^<([^>]*)>)?/y, literal],
  [/true|false/y, (match) => typed(match[0], "boolean")],
  [/[+-]?\d+(?![\d.eE])/y, (match) => typed(match[0], "integer")],
  [/[+-]?\d*\.\d+(?![\deE])/y, (match) => typed(match[0], "decimal")],
  [/[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+/y, (match) => typed(match[0], "double")],
];

/** Returns a text without its escapes. */
function unescaped(text) {
  return text.replace(ESCAPED, (all, short, long, sign) =>
    sign === undefined ? String.fromCodePoint(Number.parseInt(short ?? long, 16)) : (ESCAPES[sign] ?? all));
}

/** Returns the literal of a datatype of XML Schema. */
function typed(value, datatype) {
  return { type: "literal", value, datatype: XSD + datatype };
}

/** Returns the literal that a match of its form tells. */
function literal([, text, lang, direction, datatype]) {
  return {
    type: "literal",
    value: unescaped(text),
    ...(lang && { lang }),
    ...(direction && { direction }),
    ...(datatype && { datatype: unescaped(datatype) }),
  };
}

/** Returns the triple term whose first term begins at a place, and where it ends. */
function triple(_match, line, at) {
  const parts = [];
  let next = at;
  while (parts.length < 3) {
    const read = termAt(line, next);
    parts.push(read.term);
    next = read.to + line.slice(read.to).match(/^\s*/)[0].length;
  }
  const [subject, predicate, object] = parts;
  return { term: { type: "triple", subject, predicate, object }, to: line.indexOf(")>>", next) + 3 };
}

/** Returns the term that begins at a place of a line, and where it ends; raises an error where none does. */
export function termAt(line, at) {
  for (const [form, made] of FORMS) {
    form.lastIndex = at;
    const match = form.exec(line);
    if (match) {
      const to = at + match[0].length;
      return made === triple ? triple(match, line, to) : { term: made(match), to };
    }
  }
  throw new SyntaxError(`no term: ${line.slice(at, at + 40)}`);
}

/** Returns the terms of a line of TSV; what is unbound is null. */
export function row(line) {
  return line.split("\t").map((cell) => (cell === "" ? null : termAt(cell, 0).term));
}

/** Returns subject, predicate and object of a line of N-Triples, or null for an empty line or a comment. */
export function statement(line) {
  if (/^\s*(?:#|$)/.test(line)) return null;
  const { term } = triple(null, `${line})>>`, line.search(/\S/));
  return [term.subject, term.predicate, term.object];
}

/** Returns a term as text: what a person would copy. */
export function plain(term) {
  if (!term) return "";
  if (term.type === "triple") return `<<( ${plain(term.subject)} ${plain(term.predicate)} ${plain(term.object)} )>>`;
  return term.type === "bnode" ? `_:${term.value}` : term.value;
}
