"""Plays scenarios with models, keeps what happened, grades and reports it."""
