"""What a simulated user does wrong, so that its faults are not taken for the model's."""
