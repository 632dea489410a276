"""Choosing a language model: candidates on one sample of the gold questions, and people who prefer one answer."""
