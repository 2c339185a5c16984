"""Judges: models that are asked about what no rule can decide, and are trusted with nothing else."""
