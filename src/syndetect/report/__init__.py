"""Results rendered for people: a summary, a passage with all its uses, and the differences between texts."""
