"""Speed of what ships, beside its references and in the same run. Measures; changes nothing."""

from __future__ import annotations
