"""How the text is read out of each format of document: bytes in, paragraphs out."""
