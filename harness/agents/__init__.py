"""Who may play the turns: our own loop, and agents of others that are put under test."""
