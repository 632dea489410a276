"""Ground truth, measures, significance and judges."""
