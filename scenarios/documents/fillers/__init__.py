"""The text around planted facts: prose of our own, Python's bundled documentation, or the user's own files."""
