"""Indexes over all chunks: BM25 over tokens, FAISS over vectors."""
