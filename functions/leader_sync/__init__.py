"""The leader_sync function."""
