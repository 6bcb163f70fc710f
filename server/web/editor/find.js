// Things of the dataset by the words that they are known by: what the site's search finds.

const SEARCH = "/search.json";

/** Returns the things that a search finds first, `{iri, label, kind}`. */
export async function find(text, language, signal) {
  const answer = await fetch(`${SEARCH}?${new URLSearchParams({ q: text, lang: language, page: 1 })}`, { signal });
  if (!answer.ok) return [];
  const { results } = await answer.json();
  return results.map(({ iri, label, kind_name: kind }) => ({ iri, label, kind }));
}
