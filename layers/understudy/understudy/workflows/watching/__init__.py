"""Seeing what a leader does: streams, books, numbered trades, marks."""
