"""Files of many formats → `onggi.core.schema.Document`: plain text in NFC with its sections."""

from onggi.documents.corpus import IngestParams, Problem, read_corpus
from onggi.documents.summary import Summary

__all__ = ["IngestParams", "Problem", "Summary", "read_corpus"]
