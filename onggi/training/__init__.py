"""Training encoders on mined questions, in child processes."""
