"""What fits where: from a model's numbers and some GPUs to the layouts that work, and why others do not."""
