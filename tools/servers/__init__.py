"""The built-in worlds: one module per domain, each a list of plain functions over one JSON state."""
