"""Linked data: what the dataset says of an IRI, as statements with their named graphs."""
