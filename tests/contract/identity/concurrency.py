"""Where contract tests that write from several threads run: moto copies its tables as it writes."""

from __future__ import annotations

import pytest

TRULY_CONCURRENT = pytest.mark.parametrize(
    "store", ["memory", pytest.param("emulator", marks=pytest.mark.integration)], indirect=True
)
