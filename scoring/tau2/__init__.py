"""tau2's own verdict on a trial, to the letter, and beside it the same rules without their known defects."""
