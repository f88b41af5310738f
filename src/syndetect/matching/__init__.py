"""Match articles: from text to words, sketches, candidates, aligned matches and passages, all as flat arrays."""
