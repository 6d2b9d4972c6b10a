"""What a lane forgets of a symbol's leverage it relies on no more; what may land it remembers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.builders import NOW_MS, WALLET, account
from understudy.domain.lanes import Lane, LeverageSetting

LANDS_UNTIL_MS = NOW_MS + 10_000
KNOWN = LeverageSetting(10, isolated=True, set_ms=NOW_MS)
KNOWN_BEHIND = replace(KNOWN, unsure_until_ms=LANDS_UNTIL_MS)
LANDS_ONLY = LeverageSetting(10, isolated=True, unsure_until_ms=LANDS_UNTIL_MS)


def _lane(**settings: LeverageSetting) -> Lane:
    return Lane(WALLET, settings=settings)


def test_a_confirmed_setting_is_known_though_an_earlier_change_to_it_may_land() -> None:
    assert KNOWN_BEHIND.is_known_as(10, isolated=True)
    assert not KNOWN_BEHIND.is_known_as(2, isolated=True)
    assert not KNOWN_BEHIND.is_known_as(10, isolated=False)
    assert not LANDS_ONLY.is_known_as(10, isolated=True)


def test_what_is_forgotten_is_known_no_more_and_may_land_still() -> None:
    lane = _lane(BTC=KNOWN_BEHIND, ETH=KNOWN, SOL=LANDS_ONLY, XRP=KNOWN_BEHIND)

    forgetful = lane.forgetting({"BTC", "ETH", "SOL"})

    assert forgetful.settings == {"BTC": LANDS_ONLY, "SOL": LANDS_ONLY, "XRP": KNOWN_BEHIND}


@pytest.mark.parametrize("shown", [{"leverages": {"BTC": 2}}, {"isolated": ()}])
def test_a_reading_takes_the_word_of_what_it_contradicts_and_not_what_may_land(
    shown: dict[str, Any],
) -> None:
    fields = {"leverages": {"BTC": 10}, "isolated": ("BTC",), "read_at_ms": NOW_MS + 1, **shown}

    lane = _lane(BTC=KNOWN_BEHIND).as_shown(account(**fields))

    assert lane.settings == {"BTC": LANDS_ONLY}


def test_a_reading_contradicts_nothing_that_is_not_known() -> None:
    lane = _lane(BTC=LANDS_ONLY)

    assert lane.as_shown(account(leverages={"BTC": 2}, read_at_ms=NOW_MS + 1)) is lane
