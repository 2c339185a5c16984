"""The text around planted facts: prose of our own, Python's documentation, or the user's own files."""
