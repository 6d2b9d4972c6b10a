"""What happens beside the lanes: unknown orders, gaps, the venue's own figures, restores."""
