"""Whether a reply about a document holds what its line wants, one module for each kind of line."""
