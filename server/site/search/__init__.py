"""Search and facets: an index of all that has a name, in SQLite, and the page that asks it."""
