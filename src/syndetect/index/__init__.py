"""An index of articles in a folder that answers queries as a scan of all its articles would."""
