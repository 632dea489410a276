"""The `extractive` question writer: questions of six types from the text itself, without a generation model."""
