"""The tasks of tau2 as scenarios; its data and prompts are read where its package keeps them."""
