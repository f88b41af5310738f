"""Scan a corpus on one machine: read it, schedule the stages over portions, and make the tables."""
