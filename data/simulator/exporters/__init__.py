"""One module per system: turns what happened on a day into the files that the system would export."""
