"""Where the trials of a run are played: in this process, or on many machines."""
