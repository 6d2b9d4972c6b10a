"""How custody stands is told by parts, from what it does for nobody, and not asked too often."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

from custody.doors import ENROLL_ALIAS, ERASE_ALIAS, OPERATE_ALIAS, UPKEEP_ALIAS, enrolment_door
from custody.standing import KEPT_MS, Standing, require_working
from tests.fakes.custody import InMemoryVault, untold
from tests.unit.custody.scene import Scene
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.errors import ConfigurationError, DependencyError

if TYPE_CHECKING:
    from collections.abc import Callable

ASK = {"operation": "standing"}


def away() -> NoReturn:
    raise DependencyError("no answer")


def test_a_part_that_is_away_is_named_and_the_others_are_told_all_the_same() -> None:
    standing = Standing(
        ManualClock(0), untold, {"store": dict, "vault": away, "server_wallets": dict}
    )

    assert standing.now() == {"store": True, "vault": False, "server_wallets": True}


def test_a_part_that_is_set_up_wrongly_is_named_to_the_log_and_one_that_is_away_is_not() -> None:
    def wrong() -> NoReturn:
        raise ConfigurationError("ITS_URL must begin with https://")

    told: list[tuple[str, str]] = []
    parts: dict[str, Callable[[], object]] = {"store": dict, "vault": away, "server_wallets": wrong}
    standing = Standing(ManualClock(0), lambda part, error: told.append((part, str(error))), parts)

    for _ in range(2):
        assert standing.now() == {"store": True, "vault": False, "server_wallets": False}
    assert told == [("server_wallets", "ITS_URL must begin with https://")]


def test_however_often_it_is_asked_the_parts_are_asked_once_in_ten_seconds() -> None:
    clock, asked = ManualClock(0), []
    standing = Standing(clock, untold, {"vault": lambda: asked.append(1)})

    for _ in range(100):
        standing.now()
    assert len(asked) == 1

    clock.advance(KEPT_MS - 1)
    standing.now()
    assert len(asked) == 1

    clock.advance(1)
    standing.now()
    assert len(asked) == 2


def test_a_vault_that_cannot_open_what_it_sealed_does_not_work() -> None:
    vault = InMemoryVault()
    require_working(vault)

    vault.is_away = True

    with pytest.raises(DependencyError):
        require_working(vault)


def test_the_api_may_ask_and_nothing_is_signed_made_or_written_for_it() -> None:
    scene = Scene()
    before = len(scene.store.audited)
    standing = Standing(scene.clock, untold, {"store": dict, "vault": away})

    answer = enrolment_door(scene.enrolment, ENROLL_ALIAS, standing.now)(ASK)

    assert answer == {"standing": {"store": True, "vault": False}}
    assert (scene.vault.opened, len(scene.store.audited)) == (0, before)


@pytest.mark.parametrize("alias", [OPERATE_ALIAS, UPKEEP_ALIAS, ERASE_ALIAS])
def test_who_shows_no_status_does_not_ask_for_it(alias: str) -> None:
    answer = enrolment_door(Scene().enrolment, alias, dict)(ASK)

    assert answer["error"]["code"] == "NOT_ALLOWED"
