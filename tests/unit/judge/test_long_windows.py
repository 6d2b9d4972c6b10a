"""What collects trades for up to a minute closes, enters and counts when its window ends."""

from __future__ import annotations

import pytest

from tests.unit.judge import production
from tests.unit.judge.courtroom import figures_of, verdict_of
from tests.unit.judge.production import ratio
from tests.unit.judge.test_slower_and_narrower import Moves, outcomes, run_of
from tests.unit.judge.test_windows_that_end_wrong import never_wake
from understudy.domain.limits import CopyMode, Limits

OPENED_AND_CLOSED: Moves = [("BTC", [("1", "1000")], 0), ("BTC", [("-1", "1000")], 100_000)]
# The first of them lets the system work a part of a second after the window's end.
OF_ANOTHER_SYMBOL: Moves = [("ETH", [("1", "50")], 20_300), ("ETH", [("1", "50")], 200_000)]


@pytest.fixture(autouse=True)
def _every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system work in every second: a window of a minute ends after one."""
    monkeypatch.setattr(production, "STEPPED_MS", 10**6)


def polling(seconds: int, percent: str = "10") -> Limits:
    return ratio("5000", percent, mode=CopyMode.SAFE_POLL, sync_interval_seconds=seconds)


@pytest.mark.parametrize("seconds", [5, 60])
def test_an_exit_at_the_end_of_its_window_is_in_time(seconds: int) -> None:

    evidence = run_of(polling(seconds), OPENED_AND_CLOSED + OF_ANOTHER_SYMBOL)

    assert outcomes(evidence)[1] == ("DONE", None)
    assert verdict_of(evidence).findings == []


def test_an_exit_that_no_window_ever_closed_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    never_wake(monkeypatch, seq=2)

    evidence = run_of(polling(60), OPENED_AND_CLOSED + OF_ANOTHER_SYMBOL)

    assert figures_of(evidence)["open_exits"] == 1
