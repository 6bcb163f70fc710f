// What is known of the article, and the form that takes a text that is pasted.

import { element } from "../editor/dom.js";
import { step } from "./api.js";
import { ThingField } from "./thing.js";
import { t } from "./words.js";

const ACTORS = ["body", "state", "person", "group"];

/** Returns the form of the article: names, publisher, day, address. */
export function article({ labels, values, publisher, named }, language, save, close) {
  const names = {};
  const given = values["dcterms:publisher"];
  if (given[0]) names[given[0].iri] = { en: publisher };
  const field = new ThingField({ name: "publisher", kinds: ACTORS, label: `${t("publisher")} *`, many: false, values: given, names, question: named ? { mention: named } : undefined, changed: () => {} });
  const line = (name, label, value) => {
    const input = element("input", { id: `article-${name}`, name, autocomplete: "off" });
    input.value = value ?? "";
    return element("div", { class: "field" }, element("label", { for: input.id }, label), input);
  };
  const of = (name) => values[name]?.[0]?.value ?? values[name]?.[0]?.text ?? values[name]?.[0]?.iri ?? "";
  const faults = element("ul", { class: "faults", role: "alert" });
  const form = element("form", {
    class: "fact", "aria-label": t("article"),
    submit: (event) => { event.preventDefault(); step(event, send); },
    keydown: (event) => {
      if (event.key === "Escape") { event.stopPropagation(); close(); }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); step(event, send, "Ctrl+Enter"); }
    },
  }, field.node, line("title", t("headline"), of("dcterms:title")), line("issued", t("issued"), of("dcterms:issued")), line("en", t("name-en"), labels.en), line("id", t("name-id"), labels.id),
  line("address", t("address"), of("wic:republishedAt")), faults,
  element("div", { class: "tools" }, element("button", {}, `${t("save")} ⌃⏎`), element("button", { type: "button", class: "quiet", click: close }, `${t("cancel")} Esc`)));

  async function send() {
    const value = (name) => form.elements[name].value.trim();
    const one = (text) => (text ? [{ value: text }] : []);
    const about = {
      labels: { en: value("en"), id: value("id") }, things: field.things.filter(({ iri }) => field.values.some((each) => each.iri === iri)),
      values: { "dcterms:publisher": field.values, "dcterms:title": value("title") ? [{ text: value("title"), language }] : [], "dcterms:issued": one(value("issued")), "wic:republishedAt": value("address") ? [{ iri: value("address") }] : [] },
    };
    try {
      await save(about);
    } catch (fault) {
      faults.replaceChildren(element("li", {}, fault.message));
    }
  }
  return form;
}

/** Returns the form that takes a text; `take` gets it, the event that sent it, and what to call if it comes to nothing. */
export function paste({ file, source }, take) {
  const text = element("textarea", { id: "pasted", rows: "18", spellcheck: "false" });
  const day = element("input", { id: "published", placeholder: "2018-08-02", size: "12" });
  const language = element("select", { id: "language" }, ...["", "id", "en"].map((code) => element("option", { value: code }, t(`language-${code}`))));
  const faults = element("ul", { class: "faults", role: "alert" });
  const form = element("form", {
    class: "paste",
    submit: (event) => { event.preventDefault(); step(event, () => send(event), "paste"); },
    keydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); step(event, () => send(event), "paste"); } },
  }, element("h1", {}, t("paste-title")), element("p", { class: "note" }, t("paste-note", { file, source })), element("label", { for: "pasted" }, t("paste-text")), text,
  element("div", { class: "fields" }, element("div", {}, element("label", { for: "published" }, t("paste-day")), day), element("div", {}, element("label", { for: "language" }, t("paste-language")), language), element("button", {}, `${t("paste-begin")} ⌃⏎`)), faults);

  const failed = (fault) => faults.replaceChildren(element("li", {}, fault.message));

  async function send(event) {
    try {
      await take({ text: text.value, published: day.value.trim(), language: language.value }, event, failed);
    } catch (fault) {
      failed(fault);
    }
  }
  queueMicrotask(() => text.focus());
  return form;
}
