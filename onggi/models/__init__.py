"""Models: how an encoder is made, fetched, loaded and run."""
