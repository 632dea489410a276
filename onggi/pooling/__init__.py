"""What systems found and nobody has judged: pooled for a person to read, and the verdicts merged into the labels."""
