"""Questions: gold ones anchored in documents, splits, and synthetic ones."""
