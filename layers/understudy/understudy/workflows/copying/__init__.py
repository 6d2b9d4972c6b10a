"""What happens in a lane: reading, deciding, pinning, sending, settling."""
