"""Show a result to people."""
