"""Time, memory and size on disk, alone and beside other tools."""
