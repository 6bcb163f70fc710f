// Where in a text a fault is that the server tells by line and column, both from 1, in Unicode characters.

import { tokens } from "./tokens.js";

/** Returns the offset of a line and column, in UTF-16 units; what lies beyond the text is its end. */
export function offset(text, line, column) {
  const lines = text.split("\n");
  if (line > lines.length) return text.length;
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return before + [...lines[line - 1]].slice(0, column - 1).join("").length;
}

/** Returns the ranges of a text in which a name or an IRI stands, as it is written. */
export function everywhere(text, term) {
  return tokens(text).filter((token) => token.text === term).map(({ from, to }) => ({ from, to }));
}

/** Returns the range to mark for a fault: the token there, else the next one, else the last one. */
export function faulty(text, line, column) {
  const at = offset(text, line, column);
  const found = tokens(text);
  const { from, to } = found.find((token) => token.to > at) ?? found.at(-1) ?? { from: 0, to: text.length };
  return { from, to };
}
