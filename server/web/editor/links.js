// Where an IRI has its page, and how terms are shown: by label, with a link, and harmlessly.

/** Fields of a query string that tell how a thing is shown: where an IRI has one, its `?` is escaped in a path. */
const OWN = /[?&](infer|lang|page|texts)(=|&|$)|\?$/;

/** Returns the path where an IRI of the dataset is described on this site; null for any other. */
export function pathOf(iri, { base, local }) {
  if (!iri.startsWith(base)) return null;
  const rest = iri.slice(base.length);
  if (!local.some((beginning) => rest.startsWith(beginning))) return null;
  const path = rest.startsWith("/id/") ? `/doc/${rest.slice(4)}` : rest;
  const [place, ...fragment] = path.split("#");
  if (!fragment.length && !OWN.test(place)) return encodeURI(place).replaceAll("%25", "%");
  if (path.startsWith("/ont#")) return `${encodeURI(place)}#${encodeURIComponent(fragment.join("#"))}`;
  return encodeURI(path).replaceAll("?", "%3F").replaceAll("#", "%23");
}

/** Returns where a link to an IRI leads: here, to the web, or nowhere (`urn:`, `javascript:`). */
export function hrefOf(iri, site) {
  const path = pathOf(iri, site);
  if (path) return { href: path, outside: false };
  return /^https?:\/\//i.test(iri) && URL.canParse(iri) ? { href: iri, outside: true } : null;
}
