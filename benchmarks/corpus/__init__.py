"""Input of the benchmarks: corpora that are read, invented news, planted reuse and edits."""
