"""The review of the suggestions in one data file: the file, proposals, checks as one types, the log."""
