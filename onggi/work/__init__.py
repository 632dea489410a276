"""A build at work: its commands, memo, journal, progress and their upkeep; none of it decides a byte of an out."""
