"""Tasks: what is planted in a document, and what is asked about it."""
