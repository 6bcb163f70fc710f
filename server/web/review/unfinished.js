// Forms that are not finished: what is typed is kept in the browser, by file and fact, until the fact is decided on.
// A browser that keeps nothing, or has no room, throws: forms work as they would without.

const NEW = "new ";

/** Returns what a form is kept under: the number of its fact, or the span that a new fact rests on. */
export const nameOf = ({ state, fact, record }) => (state === "new" ? NEW + record.span : fact);

export class Unfinished {
  /** `file` is the path of the data file. */
  constructor(file) {
    this.start = `wicara-review ${file} `;
  }

  /** Keeps a form: its record, which sentences are the person's own, the tag of the fact as it was read. */
  keep(name, form) {
    try {
      localStorage.setItem(this.start + name, JSON.stringify(form));
    } catch { /* see above */ }
  }

  /** Returns the form that is kept under a name, else null. */
  of(name) {
    try {
      return JSON.parse(localStorage.getItem(this.start + name));
    } catch {
      return null;
    }
  }

  drop(name) {
    try {
      localStorage.removeItem(this.start + name);
    } catch { /* see above */ }
  }

  /** Returns the name of the first form of a new fact that is kept, else undefined. */
  fresh() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.start + NEW)).map((key) => key.slice(this.start.length))[0];
    } catch {
      return undefined;
    }
  }
}
