"""A lane's nonces rise; a clock that ran ahead once keeps no exit from being signed."""

from __future__ import annotations

import pytest

from tests.unit.custody.scene import NOW_MS, Scene
from understudy.domain.ids import WalletId
from understudy.domain.intents import MOST_NONCE_AHEAD_MS
from understudy.domain.lanes import Lane


def after(ahead_ms: int) -> int:
    """Give the next nonce of a lane whose last one lies this far ahead of the clock."""
    return Lane(WalletId("wallet"), NOW_MS + ahead_ms).next_nonce(NOW_MS)


@pytest.mark.parametrize(
    ("ahead_ms", "nonce"),
    [
        (-1, NOW_MS),
        (0, NOW_MS + 1),
        (7, NOW_MS + 8),
        (MOST_NONCE_AHEAD_MS - 1, NOW_MS + MOST_NONCE_AHEAD_MS),
        (MOST_NONCE_AHEAD_MS, NOW_MS),
        (7_200_000, NOW_MS),
    ],
)
def test_the_next_nonce_is_above_the_last_unless_that_was_never_signed(
    ahead_ms: int, nonce: int
) -> None:
    assert after(ahead_ms) == nonce


@pytest.mark.parametrize("ahead_ms", [-86_400_001, 0, 59_999, 60_000, 60_001, 7_200_000])
def test_whatever_a_clock_did_the_signer_signs_the_next_exit(ahead_ms: int) -> None:
    scene = Scene()

    assert scene.signed(scene.exit(nonce=after(ahead_ms))).body
