"""From the article's facts to a reasoned dataset."""
