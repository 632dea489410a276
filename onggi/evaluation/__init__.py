"""Measures, significance, failures and judges: how good runs and answers are."""
