"""A package that every sample function gets through a layer."""

from __future__ import annotations

WORD = "shared"
