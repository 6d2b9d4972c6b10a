"""A provider's keys in our memory: seldom asked for, kept through an outage, given up in time."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from jwt import PyJWK

from tests.fakes.providers import PRIVY_KEY, PRIVY_NEXT_KEY, published
from understudy.adapters.identity.json_web_keys import Algorithm, read_key_set
from understudy.adapters.identity.key_sets import (
    COOLDOWN_SECONDS,
    FRESH_SECONDS,
    KEPT_IN_OUTAGE_SECONDS,
    RETRY_SECONDS,
    CachedKeySet,
)
from understudy.domain.errors import DependencyError

OLD, NEW = "privy-1", "privy-2"


@dataclass
class Provider:
    """A provider that counts questions; `now` is the time that its reader sees."""

    keys: Mapping[str, PyJWK] = field(default_factory=lambda: both_keys(OLD))
    is_down: bool = False
    questions: int = 0
    now: float = 1000.0

    def __call__(self) -> Mapping[str, PyJWK]:
        self.questions += 1
        if self.is_down:
            raise DependencyError("down")
        return self.keys


def both_keys(*names: str) -> Mapping[str, PyJWK]:
    every = read_key_set(published(PRIVY_KEY, PRIVY_NEXT_KEY), Algorithm.ES256)
    return {name: every[name] for name in names}


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def keys(provider: Provider) -> CachedKeySet:
    return CachedKeySet(provider, lambda: provider.now)


def test_without_any_set_nobody_is_let_in_or_turned_away(
    provider: Provider, keys: CachedKeySet
) -> None:
    provider.is_down = True

    with pytest.raises(DependencyError) as caught:
        keys.key(OLD)

    assert caught.value.code == "PROVIDER_UNAVAILABLE"


def test_while_there_is_no_set_it_is_asked_for_every_five_seconds(
    provider: Provider, keys: CachedKeySet
) -> None:
    provider.is_down = True
    for _ in range(50):
        with pytest.raises(DependencyError):
            keys.key(OLD)
    assert provider.questions == 1

    provider.is_down, provider.now = False, provider.now + RETRY_SECONDS
    assert keys.key(OLD) is not None


def test_a_known_key_is_asked_for_once_in_five_minutes(
    provider: Provider, keys: CachedKeySet
) -> None:
    for _ in range(10):
        assert keys.key(OLD) is not None
        provider.now += FRESH_SECONDS / 10
    assert provider.questions == 1

    provider.now += 1
    keys.key(OLD)
    assert provider.questions == 2


def test_a_flood_of_strange_names_is_one_question_in_half_a_minute(
    provider: Provider, keys: CachedKeySet
) -> None:
    keys.key(OLD)
    provider.now += COOLDOWN_SECONDS

    for number in range(1000):
        assert keys.key(f"strange-{number}") is None
        provider.now += COOLDOWN_SECONDS / 1001

    assert provider.questions == 2


def test_a_flood_at_a_cold_start_is_one_question(provider: Provider, keys: CachedKeySet) -> None:
    for number in range(1000):
        assert keys.key(f"strange-{number}") is None

    assert provider.questions == 1


def test_a_new_key_is_found_at_once(provider: Provider, keys: CachedKeySet) -> None:
    keys.key(OLD)
    provider.keys, provider.now = both_keys(NEW), provider.now + COOLDOWN_SECONDS

    assert keys.key(NEW) is not None


def test_an_old_and_a_new_key_are_both_good(provider: Provider, keys: CachedKeySet) -> None:
    provider.keys = both_keys(OLD, NEW)

    assert keys.key(OLD) is not None
    assert keys.key(NEW) is not None


def test_a_key_that_is_taken_back_is_gone_after_five_minutes(
    provider: Provider, keys: CachedKeySet
) -> None:
    keys.key(OLD)
    provider.keys, provider.now = both_keys(NEW), provider.now + FRESH_SECONDS + 1

    assert keys.key(OLD) is None


def test_the_last_good_set_outlives_an_outage_for_six_hours(
    provider: Provider, keys: CachedKeySet
) -> None:
    keys.key(OLD)
    provider.is_down, provider.now = True, provider.now + KEPT_IN_OUTAGE_SECONDS

    assert keys.key(OLD) is not None
    assert keys.key("strange") is None

    provider.now += 1
    with pytest.raises(DependencyError):
        keys.key(OLD)


def test_in_an_outage_a_silent_provider_is_asked_twice_a_minute(
    provider: Provider, keys: CachedKeySet
) -> None:
    keys.key(OLD)
    provider.is_down, provider.now = True, provider.now + FRESH_SECONDS + 1

    for _ in range(600):
        assert keys.key(OLD) is not None
        provider.now += 0.1

    assert provider.questions == 1 + 2


def test_after_an_outage_the_newest_set_counts(provider: Provider, keys: CachedKeySet) -> None:
    keys.key(OLD)
    provider.is_down, provider.now = True, provider.now + FRESH_SECONDS + 1
    keys.key(OLD)

    provider.is_down, provider.keys = False, both_keys(NEW)
    provider.now += COOLDOWN_SECONDS

    assert keys.key(OLD) is None
    assert keys.key(NEW) is not None


def test_many_who_come_at_once_are_one_question(provider: Provider, keys: CachedKeySet) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: keys.key(OLD), range(40)))

    assert None not in found
    assert provider.questions == 1


def test_how_the_provider_stands_is_told_by_what_is_known_and_asks_it_nothing(
    provider: Provider, keys: CachedKeySet
) -> None:
    assert (keys.standing(), provider.questions) == ({}, 0)

    keys.key(OLD)
    provider.now += FRESH_SECONDS + 1
    assert keys.standing() == {"keys_age_seconds": FRESH_SECONDS + 1}

    provider.is_down = True
    keys.key(OLD)  # the last good set, though the provider is away
    with pytest.raises(DependencyError):
        keys.standing()

    provider.is_down = False
    provider.now += COOLDOWN_SECONDS
    keys.key(OLD)
    assert (keys.standing(), provider.questions) == ({"keys_age_seconds": 0}, 3)


def test_a_strange_key_while_the_provider_is_away_says_nothing_of_a_fresh_set(
    provider: Provider, keys: CachedKeySet
) -> None:
    keys.key(OLD)
    provider.now += COOLDOWN_SECONDS
    provider.is_down = True

    assert keys.key("nobodys") is None

    assert keys.standing() == {"keys_age_seconds": COOLDOWN_SECONDS}


def test_an_answer_that_was_lost_long_ago_says_nothing_of_now(
    provider: Provider, keys: CachedKeySet
) -> None:
    keys.key(OLD)
    provider.now += FRESH_SECONDS + 1
    provider.is_down = True
    keys.key(OLD)

    provider.now += FRESH_SECONDS + 1

    assert keys.standing() == {"keys_age_seconds": 2 * FRESH_SECONDS + 2}
