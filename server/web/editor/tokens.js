// The tokens of a SPARQL text (SPARQL 1.1, section 19.8), as far as an editor has to tell them apart.

const LETTER = String.raw`[\p{L}\p{N}_]`;
const LOCAL = String.raw`(?:[\p{L}\p{N}_:\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]|\.+(?=[\p{L}\p{N}_:%\\\-]))*`;
const PREFIX = String.raw`(?:\p{L}(?:[\p{L}\p{N}_\-]|\.+(?=[\p{L}\p{N}_:\-]))*)?`;
const KINDS = [
  ["blank", String.raw`\s+`],
  ["comment", String.raw`#[^\r\n]*`],
  ["iri", String.raw`<[^<>"{}|^${"`"}\\\x00-\x20]*>`],
  ["string", String.raw`"""(?:[^"\\]|\\.|"{1,2}(?!"))*"""|'''(?:[^'\\]|\\.|'{1,2}(?!'))*'''`],
  ["string", String.raw`"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'`],
  ["variable", String.raw`[?$]${LETTER}+`],
  ["language", String.raw`@[A-Za-z]+(?:-[A-Za-z0-9]+)*`],
  ["node", String.raw`_:${LETTER}(?:${LETTER}|[.\-](?=${LETTER}))*`],
  ["name", `${PREFIX}:${LOCAL}`],
  ["number", String.raw`(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?`],
  ["word", String.raw`\p{L}[\p{L}\p{N}_\-]*`],
  ["mark", "."],
];
const LEXICON = new RegExp(KINDS.map(([, pattern]) => `(${pattern})`).join("|"), "gsu");
const UNSEEN = new Set(["blank", "comment"]);

/** Returns the tokens of a text without blanks and comments: what each is, its text, and where it stands. */
export function tokens(text) {
  const found = [];
  for (const match of text.matchAll(LEXICON)) {
    const [kind] = KINDS[match.slice(1).findIndex((group) => group !== undefined)];
    if (!UNSEEN.has(kind)) found.push({ kind, text: match[0], from: match.index, to: match.index + match[0].length });
  }
  return found;
}

/** Tells whether a token is a keyword, however it is written. */
export function isWord(token, word) {
  return token?.kind === "word" && token.text.toUpperCase() === word;
}
