"""Scenarios with their answer keys: proven, played by models that are known, and graded."""
