"""Remove near-duplicate documents or paragraphs from a corpus, exactly."""
