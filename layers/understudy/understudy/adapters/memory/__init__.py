"""The ports in memory: fast, thread-safe, and refusing what the cloud's stores refuse."""
