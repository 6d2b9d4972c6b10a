"""Every call of the copy path, failing in every way, once and twice in a run: all are judged."""
