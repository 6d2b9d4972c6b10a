"""The stand-in Hyperliquid: an independent witness that imports nothing of the system it judges."""
