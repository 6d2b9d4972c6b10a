"""A package that only the signer's template entry names."""

from __future__ import annotations

WORD = "secret"
