"""Ground truths beside the hand labels: by words that are shared, by a language model, by both, and imported."""
