"""Long documents: made by tasks from fillers and planted facts, or read from files of one's own."""
