"""Store arrays on disk: checked segments, sorted lists, the folder of an index, and the scratch folder of a scan."""
