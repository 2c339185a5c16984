"""BFCL's verdicts, computed from what the model wrote: nothing of it is ever run."""
