"""Hard negatives: passages that retrievers and a reranker take for an answer, and that are none."""
