"""Pure functions from (exam, transcript) to scores. No network, no clock, no unseeded randomness."""
