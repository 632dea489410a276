"""Retrieval: runs of one index, and fusion of runs."""
