"""What a dataset must be before it is served."""
