"""The house rules that no off-the-shelf tool checks; each finding names a place and a rule."""

from __future__ import annotations
