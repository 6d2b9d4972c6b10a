"""The copy_events function."""
