"""Chance from the operating system."""

from __future__ import annotations

import secrets


class RandomIds:
    """Gives names that nobody can guess."""

    def new_id(self) -> str:
        """Give 32 hex digits (128 bits) of chance."""
        return secrets.token_hex(16)
