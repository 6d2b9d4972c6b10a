"""Rules broken on purpose, one at a time: the promises must find each of them out."""
