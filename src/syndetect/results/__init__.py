"""Write and read results: the tables of a scan, as frames and as files."""
