"""SPARQL over HTTP: queries, updates and the graph store (SPARQL 1.1 Protocol; Graph Store HTTP Protocol)."""
