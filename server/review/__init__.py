"""The page on which suggestions are reviewed: an app of its own, for one file and one person."""
