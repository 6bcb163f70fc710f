"""The pages for people, one module or package for each part of the site."""
