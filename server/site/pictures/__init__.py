"""The pictures of the graph: timeline, network, map and figures, each with its text and its data."""
