"""Deploys the one SAM template to the emulator; what must differ there is decided here."""
