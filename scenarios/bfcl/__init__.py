"""BFCL, the Berkeley Function Calling Leaderboard, read from its own package and never copied."""
