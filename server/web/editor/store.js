// The queries that a reader has open, kept in the browser: each under a key of its own, so that two windows do not
// write over each other's.

const KEY = "wicara.query.";
const LIST = `${KEY}open`;
const CURRENT = `${KEY}current`;

/** The open queries; `storage` is the browser's, `session` that of the window: which query it shows is its own matter. */
export class Store {
  constructor(storage, session = storage) {
    this.storage = storage;
    this.session = session;
    this.memory = new Map();
  }

  /** Returns what is kept under a key; what cannot be read is as if it were not there. */
  get(key, storage = this.storage) {
    if (this.memory.has(key)) return this.memory.get(key);
    try {
      return JSON.parse(storage.getItem(key));
    } catch {
      return null;
    }
  }

  /** Keeps a value, and tells whether it will be there after the page is left. */
  set(key, value, storage = this.storage) {
    try {
      storage.setItem(key, JSON.stringify(value));
      this.memory.delete(key);
      return true;
    } catch {
      this.memory.set(key, value);
      return false;
    }
  }

  /** Returns the open queries in their order. */
  all() {
    const ids = this.get(LIST);
    return (Array.isArray(ids) ? ids : []).map((id) => this.get(KEY + id)).filter((one) => typeof one?.query === "string");
  }

  get current() {
    return this.get(CURRENT, this.session);
  }

  set current(id) {
    this.set(CURRENT, id, this.session);
  }

  /** Keeps a query, as the last one where it is new; tells whether it will stay. */
  keep(one) {
    const ids = this.all().map(({ id }) => id);
    const listed = ids.includes(one.id) || this.set(LIST, [...ids, one.id]);
    return this.set(KEY + one.id, one) && listed;
  }

  /** Forgets a query. */
  drop(id) {
    this.set(LIST, this.all().map((one) => one.id).filter((other) => other !== id));
    this.memory.delete(KEY + id);
    try {
      this.storage.removeItem(KEY + id);
    } catch {
      // What cannot be written is not there either.
    }
  }
}
