"""The leader_listener function."""
