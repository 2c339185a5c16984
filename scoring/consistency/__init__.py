"""Whether a reader says the same about the same: over time, in other words, in another order and layout.

`measure` is the one entry; the formulas it is made of are public beside it, each with its source and an
example, and docs/consistency.md explains them.
"""
