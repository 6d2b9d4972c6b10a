"""Whom a call counts for, and which limits can be."""

from __future__ import annotations

import pytest

from understudy.domain.door_limits import DoorLimits, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
        ("192.0.2.7, 10.0.0.1", "unknown"),
    ],
)
def test_a_stranger_counts_with_the_network_that_strangers_are_given(
    address: str, network: str
) -> None:
    assert network_of(address) == network


def test_the_widest_limits_are_limits_still() -> None:
    widest = DoorLimits(1_000_000, 1_000_000, 1_000_000, 1_000_000)

    assert all(
        each.interval_us > 0
        for each in (widest.caller, widest.network, widest.attempt, widest.target)
    )


def test_no_single_network_can_use_up_what_is_aimed_at_one_session() -> None:
    limits = DoorLimits()

    assert limits.target.size == 2 * limits.attempt.size
    assert limits.target.interval_us * 2 == limits.attempt.interval_us
