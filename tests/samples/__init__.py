"""Test input: invented articles and results, Hypothesis strategies, and ways to read and store them."""
