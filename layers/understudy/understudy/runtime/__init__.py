"""Settings, observability and the composition root of each function."""
