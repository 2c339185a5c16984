"""Who plays the simulated user of a scenario: a finite-state machine, or a model."""
