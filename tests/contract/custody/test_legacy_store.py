"""What every store of legacy users promises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custody.migration.legacy import LegacyUser, Stage, reached, taken_over
from tests.fakes.legacy import legacy_user
from tests.unit.custody.scene import NOW_MS
from understudy.domain.errors import ConflictError

if TYPE_CHECKING:
    from tests.contract.custody.backends import Backend

USER = legacy_user(1)
STARTED = replace(USER, stage=Stage.STARTED)
QUARANTINED = replace(
    STARTED, stage=Stage.TRANSFERRED, new_address="0x1", proof="order", quarantine_ends_ms=NOW_MS
)
DESTROYED = replace(QUARANTINED, stage=Stage.DESTROYED, sealed_key="")


def add(backend: Backend, user: LegacyUser) -> bool:
    return backend.legacy.add(user, taken_over(user, NOW_MS))


def advance(backend: Backend, was: LegacyUser, now: LegacyUser, at_ms: int = NOW_MS) -> None:
    backend.legacy.advance(was, now, reached(now, at_ms), at_ms)


def test_a_user_is_taken_over_once(backend: Backend) -> None:
    assert add(backend, USER)
    assert not add(backend, replace(USER, wallet_address="0x2"))
    assert backend.legacy.read(USER.user_id) == USER
    assert backend.legacy.read("nobody") is None
    assert [event for event, _ in backend.rows()] == ["LEGACY_USER_TAKEN_OVER"]


def test_a_stage_is_stored_with_its_audit_entry_and_once(backend: Backend) -> None:
    add(backend, USER)
    before = backend.audited()
    advance(backend, USER, STARTED)

    with pytest.raises(ConflictError):
        advance(backend, USER, STARTED)

    assert backend.legacy.read(USER.user_id) == STARTED
    assert backend.audited() == before + 1


def test_no_key_is_destroyed_in_its_quarantine_whoever_asks(backend: Backend) -> None:
    add(backend, QUARANTINED)

    with pytest.raises(ConflictError):
        advance(backend, QUARANTINED, DESTROYED, NOW_MS - 1)
    assert backend.legacy.read(USER.user_id) == QUARANTINED

    advance(backend, QUARANTINED, DESTROYED, NOW_MS)
    assert backend.legacy.read(USER.user_id) == DESTROYED


def test_users_are_read_in_pages_and_each_once(backend: Backend) -> None:
    wanted = [legacy_user(number) for number in range(103)]
    for user in wanted:
        add(backend, user)

    first = backend.legacy.page("")
    second = backend.legacy.page(first.next_page)

    assert [*first.user_ids, *second.user_ids] == [user.user_id for user in wanted]
    assert second.next_page == ""
