"""Holds two models, or two runs, against each other on what both played."""
