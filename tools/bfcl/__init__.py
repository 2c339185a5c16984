"""BFCL's back ends as worlds: called by attribute, new for every trial, and nothing in a text is run."""
