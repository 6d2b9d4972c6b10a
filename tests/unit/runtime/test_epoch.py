"""The execution epoch is a time in ms or none; nothing else is taken for one."""

from __future__ import annotations

import pytest

from understudy.domain.errors import ConfigurationError
from understudy.runtime import environment


@pytest.mark.parametrize(("text", "epoch"), [("0", 0), ("1800000000000", 1_800_000_000_000)])
def test_an_epoch_is_the_time_of_the_last_stop(
    monkeypatch: pytest.MonkeyPatch, text: str, epoch: int
) -> None:
    monkeypatch.setenv("EXECUTION_EPOCH", text)

    assert environment.epoch() == epoch


@pytest.mark.parametrize("text", ["", "1", "1800000000", "2027-01-15", "-1800000000000", "٣"])
def test_seconds_or_words_are_no_epoch(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("EXECUTION_EPOCH", text)

    with pytest.raises(ConfigurationError, match="EXECUTION_EPOCH"):
        environment.epoch()
