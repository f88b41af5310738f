"""Plain twins: the definition of every kernel, as slow and as clear as it can be."""
