"""A language model as judge: RAGAS's measures, asked for in rounds, and how far the judge is to be believed."""
