"""Language models: one protocol for replies, the backends that give them, and what they may cost."""
