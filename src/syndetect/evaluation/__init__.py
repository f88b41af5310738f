"""Evaluate a result against known truth: aligned spans, groups and classes."""
