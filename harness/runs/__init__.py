"""A run's folder: what was asked, what happened, and the right to write it."""
