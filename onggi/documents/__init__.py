"""Files of many formats → `onggi.core.schema.Document`: plain text in NFC with its sections."""

from onggi.documents.corpus import CorpusParams, IngestParams, Problem, read_corpus
from onggi.documents.summary import Summary

__all__ = ["CorpusParams", "IngestParams", "Problem", "Summary", "read_corpus"]
