"""Systems: retrievers, what they are composed of, and how a composition is declared."""
