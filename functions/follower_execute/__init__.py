"""The follower_execute function."""
