"""The ontology for people: one document, a page for each term, the concept schemes, a diagram."""
