"""Pages about one thing, each laid out for its kind."""
