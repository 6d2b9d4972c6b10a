"""Recordings of leaders and their release, trade by trade; it never edits what was recorded."""
