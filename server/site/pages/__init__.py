"""The pages for people, a module each."""
