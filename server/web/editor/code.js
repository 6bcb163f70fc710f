// The text of a query: CodeMirror in a shadow root, where its styles are style sheets of the script's own and none
// of the page's, which its Content-Security-Policy would forbid.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { linter, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { faulty } from "./position.js";
import { missing } from "./prefixes.js";

/** Milliseconds without a change after which a query is checked. */
const PAUSE = 700;
const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.atom, tags.number, tags.bool], color: "var(--code-name)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--code-variable)" },
  { tag: [tags.standard(tags.variableName), tags.function(tags.variableName)], color: "var(--code-keyword)" },
]);
const THEME = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--panel)", border: "1px solid var(--line)", borderRadius: ".4rem" },
  "&.cm-focused, &:focus-within": { outline: "3px solid var(--link)", outlineOffset: "-3px" },
  ".cm-scroller": { font: ".9rem/1.5 var(--mono)" },
  ".cm-content, .cm-gutter": { minHeight: "100%" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--link) 8%, transparent)" },
  "& .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--link) 30%, transparent)",
  },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete > ul > li": { padding: ".15rem .5rem" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "1", marginLeft: "1em" },
  ".cm-completionInfo, .term": { maxWidth: "26rem", padding: ".4rem .6rem", font: ".85rem/1.45 var(--sans)" },
  ".cm-diagnostic": { font: ".9rem/1.45 var(--sans)" },
  // CodeMirror's own marks are pictures in data addresses, which the page's policy forbids.
  ".cm-lintRange-error, .cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1.5px" },
  ".cm-lintRange-warning": { textDecorationStyle: "dotted" },
  ".cm-lint-marker-error, .cm-lint-marker-warning": { content: "none", backgroundColor: "var(--bad)", borderRadius: "50%", transform: "scale(.7)" },
  ".cm-diagnostic-error, .cm-diagnostic-warning": { borderLeftColor: "var(--bad)" },
  "p": { margin: "0" },
});

/** The text of a query in an element. */
export class Code {
  /** `prefixes` returns those that are known, `complete`, `explain` and `check` are asked, `changed` and `run` told. */
  constructor(place, { label, prefixes, complete, explain, check, changed, run }) {
    this.extensions = [
      lineNumbers(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      highlightActiveLine(),
      StreamLanguage.define(sparql),
      syntaxHighlighting(COLOURS),
      autocompletion({ override: [complete], icons: false, maxRenderedOptions: 80 }),
      hoverTooltip(explain),
      linter((view) => faults(view, check), { delay: PAUSE }),
      lintGutter(),
      keymap.of([
        { key: "Mod-Enter", run: () => run() ?? true },
        ...closeBracketsKeymap,
        ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
        ...historyKeymap,
        ...completionKeymap,
        indentWithTab,
      ]),
      EditorView.domEventHandlers({ beforeinput: replaced }),
      EditorState.transactionFilter.of((change) => declared(change, prefixes())),
      EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
      EditorView.lineWrapping,
      EditorState.tabSize.of(2),
      THEME,
    ];
    const root = place.attachShadow({ mode: "open" });
    this.states = new Map();
    this.view = new EditorView({ root, parent: root });
  }

  /** Shows the text of a name, with a history of its own; the one that was shown is kept until it is shown again. */
  open(name, text) {
    this.states.set(this.name, this.view.state);
    const kept = this.states.get(name);
    const same = kept?.doc.toString() === text;
    this.name = name;
    this.view.setState(same ? kept : EditorState.create({ doc: text, extensions: this.extensions }));
  }

  get text() {
    return this.view.state.doc.toString();
  }

  focus() {
    this.view.focus();
  }

  /** Marks the place of a fault, and takes the reader there. */
  mark({ line, column, message }) {
    const mark = { ...faulty(this.text, line, column), severity: "error", message };
    this.view.dispatch(setDiagnostics(this.view.state, [mark]), { selection: { anchor: mark.from }, scrollIntoView: true });
  }

  /** Shows some marks, and no others. */
  show(marks) {
    this.view.dispatch(setDiagnostics(this.view.state, marks));
  }
}

/** Returns the marks of what is at fault in a text, but for what is still being written. */
async function faults(view, check) {
  const text = view.state.doc.toString();
  const marks = text.trim() ? await check(text).catch(() => []) : [];
  return marks.filter((mark) => !(view.hasFocus && mark.to === view.state.selection.main.head));
}

/**
 * Types over a selection before the browser does: Chrome would keep the style of what was there in an attribute,
 * which the page's policy forbids. What else has a say in what is typed is asked as CodeMirror asks it.
 */
function replaced(event, view) {
  const { data: text, inputType } = event;
  const { from, to } = chosen(view);
  if (from === to || !text || inputType !== "insertText" || view.state.selection.ranges.length > 1) return false;
  const change = { changes: { from, to, insert: text }, selection: { anchor: from + text.length } };
  const typed = () => view.state.update(change, { userEvent: "input.type", scrollIntoView: true });
  const isTaken = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, text, typed));
  if (!isTaken) view.dispatch(typed());
  return true;
}

/** Returns what would be replaced: the editor hears of a selection of the browser a little later. */
function chosen(view) {
  const selection = view.root.getSelection();
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  if (!range || !view.contentDOM.contains(range.commonAncestorContainer)) return view.state.selection.main;
  return {
    from: view.posAtDOM(range.startContainer, range.startOffset),
    to: view.posAtDOM(range.endContainer, range.endOffset),
  };
}

/** Returns a change, and with what a reader has written the declarations of the known prefixes that it uses. */
function declared(change, prefixes) {
  if (!change.docChanged || !change.isUserEvent("input")) return change;
  const declarations = missing(change.newDoc.toString(), prefixes);
  return declarations ? [change, { changes: declarations, sequential: true }] : change;
}
