"""One trial: what a model is shown and what it does, written down."""
