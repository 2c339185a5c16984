"""Models by name: what is asked of whom, at which price, and how it is reached."""
