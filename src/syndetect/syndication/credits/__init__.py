"""Find credits of news agencies in text."""
