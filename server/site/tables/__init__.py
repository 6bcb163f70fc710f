"""The one engine of rows with evidence: what pages, answers, comparisons and pictures show of the dataset."""
