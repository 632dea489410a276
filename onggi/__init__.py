"""onggi: raw Korean documents in, a tuned, measured and reproducible retriever out."""

__version__ = "0.1.0"
