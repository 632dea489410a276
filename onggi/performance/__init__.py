"""Speed as a measure: what a query costs in each system, and what a machine must have for it."""
