"""How well reuse, credits, kinds and origins are found, measured against known truth."""
