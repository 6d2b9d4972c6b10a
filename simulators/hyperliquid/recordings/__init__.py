"""The recording that ships with the simulator, and how it was made."""
