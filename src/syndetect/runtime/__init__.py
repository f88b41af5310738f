"""Run work on one machine: threads, memory and progress."""
