"""One module per wire format; each turns a conversation into the model's next message and nothing else."""
