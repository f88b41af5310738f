"""Does it hold: random input, killed processes, damaged files, and results that a change must not alter."""
