// What may be meant, under a field of search as one types: a combobox as the ARIA practices have it. Without
// this script, or while the server does not answer, the form is a form.

const WAIT = 120; // milliseconds without a key after which the server is asked
const MOST = 8;

class Suggestions {
  #field;
  #list;
  #chosen = -1;
  #timer;
  #asked = new AbortController();

  constructor(field, number) {
    this.#field = field;
    this.#list = document.createElement("ul");
    this.#list.id = `suggestions-${number}`;
    this.#list.className = "suggestions";
    this.#list.hidden = true;
    this.#list.role = "listbox";
    this.#list.ariaLabel = field.ariaLabel;
    field.form.append(this.#list);
    field.role = "combobox";
    field.autocomplete = "off";
    field.ariaAutoComplete = "list";
    field.ariaExpanded = "false";
    field.setAttribute("aria-controls", this.#list.id);
    field.addEventListener("input", () => this.#wait());
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.#close());
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), WAIT);
  }

  async #ask() {
    this.#asked.abort();
    this.#asked = new AbortController();
    const words = this.#field.value.trim();
    if (!words) return this.#close();
    const query = new URLSearchParams({ q: words, page: "1" });
    const lang = new URLSearchParams(location.search).get("lang");
    if (lang) query.set("lang", lang);
    try {
      const answer = await fetch(`/search.json?${query}`, { signal: this.#asked.signal });
      if (!answer.ok) return;
      const { questions, results, some } = await answer.json();
      const things = results.slice(0, MOST - questions.length);
      // Things with some of the words alone are none that a sentence asks for: its questions come before them.
      this.#show(some ? [...questions, ...things] : [...things, ...questions]);
    } catch (fault) {
      if (fault.name !== "AbortError") this.#close();
    }
  }

  #show(found) {
    const options = found.filter((one) => one.page).map((one, place) => this.#option(one, place));
    this.#list.replaceChildren(...options);
    this.#choose(-1);
    this.#open(options.length > 0 && document.activeElement === this.#field);
  }

  #option({ label, language, kind_name: kind, page }, place) {
    const option = document.createElement("li");
    option.id = `${this.#list.id}-${place}`;
    option.role = "option";
    option.dataset.page = page;
    const name = document.createElement("span");
    name.textContent = label;
    if (language) name.lang = language;
    const what = document.createElement("small");
    what.className = "tag";
    what.textContent = kind;
    option.append(name, " ", what);
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      location.assign(page);
    });
    return option;
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const { length } = this.#list.children;
    if (step && length) {
      event.preventDefault();
      this.#open(true);
      // From the field itself (-1) down through the options and back to it.
      this.#choose(((this.#chosen + 1 + step + length + 1) % (length + 1)) - 1);
    } else if (event.key === "Enter" && this.#chosen >= 0) {
      event.preventDefault();
      location.assign(this.#list.children[this.#chosen].dataset.page);
    } else if (event.key === "Escape" && !this.#list.hidden) {
      event.preventDefault();
      this.#close();
    }
  }

  #choose(place) {
    this.#chosen = place;
    for (const [at, option] of [...this.#list.children].entries()) option.ariaSelected = String(at === place);
    const option = this.#list.children[place];
    if (option) {
      this.#field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.#field.removeAttribute("aria-activedescendant");
    }
  }

  #open(shown) {
    this.#list.hidden = !shown;
    this.#field.ariaExpanded = String(shown);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asked.abort();
    this.#choose(-1);
    this.#open(false);
  }
}

document.querySelectorAll("input[data-suggest]").forEach((field, number) => new Suggestions(field, number));
