"""Suggestions of facts in a text: what a reader then accepts, cuts or rejects. Nothing here writes data."""
