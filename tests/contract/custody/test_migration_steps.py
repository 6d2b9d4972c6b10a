"""The migration's steps on every store: broken off after each, run again, each once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from custody.keys import WrappedKeys
from custody.migration.legacy import Stage, taken_over
from custody.migration.legacy_keys import LegacyKeys
from custody.migration.migration import QUARANTINE_MS, Migration
from custody.migration.run import MigrationRun
from tests.fakes.legacy import SECRET, EndingAfterEachStep, InMemoryChain, InMemoryDesk, legacy_user
from tests.unit.custody.scene import NOW_MS
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from tests.contract.custody.backends import Backend

USERS, STEPS = 3, 5


def test_users_broken_off_after_every_step_are_migrated_with_each_step_once(
    backend: Backend,
) -> None:
    store = EndingAfterEachStep(backend.legacy, DependencyError)
    clock, chain = ManualClock(NOW_MS), InMemoryChain()
    for number in range(USERS):
        store.add(legacy_user(number), taken_over(legacy_user(number), NOW_MS))
        chain.holds(legacy_user(number), Decimal("12.5"))
    before = backend.audited()
    keys = WrappedKeys(backend.vault)
    migration = Migration(store, LegacyKeys(SECRET), keys, chain, InMemoryDesk(), clock)
    run = MigrationRun(store, clock, migration.go_on)

    for _ in range(STEPS):
        run.go_on("")
        clock.move_to(clock.now_ms() + QUARANTINE_MS)
    outcomes = run.go_on("").users

    assert {(each.stage, each.failure) for each in outcomes} == {(Stage.COMPLETED, "")}
    assert len(store.ended) == backend.audited() - before == USERS * STEPS
    assert set(chain.sent.values()) == {1}
    for user in filter(None, (store.read(each.user_id) for each in outcomes)):
        assert (user.sealed_key, user.proof) == ("", f"order-{user.user_id}")
