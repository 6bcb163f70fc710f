// Where an IRI has its page, and how terms are shown: by label, with a link, and harmlessly.

/** Returns the path where an IRI of the dataset is described on this site; null for any other. */
export function pathOf(iri, { base, local }) {
  if (!iri.startsWith(base)) return null;
  const rest = iri.slice(base.length);
  if (!local.some((beginning) => rest.startsWith(beginning))) return null;
  const path = rest.startsWith("/id/") ? `/doc/${rest.slice(4)}` : rest;
  const [place, ...fragment] = path.split("#");
  const mark = fragment.length ? `#${encodeURIComponent(fragment.join("#"))}` : "";
  return encodeURI(place).replaceAll("%25", "%").replaceAll("?", "%3F") + mark;
}

/** Returns where a link to an IRI leads: here, to the web, or nowhere (`urn:`, `javascript:`). */
export function hrefOf(iri, site) {
  const path = pathOf(iri, site);
  if (path) return { href: path, outside: false };
  return /^https?:\/\//i.test(iri) && URL.canParse(iri) ? { href: iri, outside: true } : null;
}
