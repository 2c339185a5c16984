"""How the text is read out of each format of document: bytes in, paragraphs out."""

MOST_CHARACTERS = 20_000_000
"""Of a document; about five million tokens."""
