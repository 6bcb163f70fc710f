"""The editor at `/query`: a form for a query, and what a script needs to make more of it."""
