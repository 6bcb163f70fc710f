"""The questions that the dataset answers: a gallery, a page for each with its parameters, and all as RDF."""
