"""The `understudy` command; it starts and shows, and decides nothing."""

from __future__ import annotations
