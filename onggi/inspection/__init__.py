"""What became of each file of the corpus, for whoever put them there."""
