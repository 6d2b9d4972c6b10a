"""The rules of copying: pure, standard library only; no clock, no randomness, no environment."""
