"""Authoring: what a text says, as facts with the words that support them."""
