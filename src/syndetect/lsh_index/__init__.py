"""An index of MinHash signatures with the methods of datasketch's ``MinHashLSH``, in memory or on disk."""
