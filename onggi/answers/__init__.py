"""Answers from what was retrieved: readers."""
