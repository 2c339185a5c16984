"""What is known of models and of those who serve them: data, each fact with its date and source."""
