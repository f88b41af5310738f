"""Results rendered for people: summaries, a passage with all its uses and the differences of these, and pictures."""
