"""The questions of `/info`, answered from the engine's books in the venue's shapes; read-only."""
