"""Text without markup, tables of text, and records."""
