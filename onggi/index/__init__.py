"""Indexes over all chunks, asked in one way: BM25 over terms, FAISS over vectors; and the encoded chunks they hold."""
