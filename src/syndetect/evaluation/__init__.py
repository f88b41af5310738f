"""Evaluation: ground-truth files, the measures of their agreement with a result, and the report on it."""
