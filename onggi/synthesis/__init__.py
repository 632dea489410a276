"""Synthetic questions: writers, and the filters their drafts pass."""
