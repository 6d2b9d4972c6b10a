"""Legacy users reach keys that never leave KMS; no key is left there that no record names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from custody.aws.resident_keys import ResidentKeys
from custody.migration.legacy import EVENTS, LegacyUser, Stage
from custody.migration.legacy_keys import LegacyKeys
from custody.migration.migration import Migration
from tests.contract.custody.authorities import ROLE
from tests.fakes.kms import SigningKms
from tests.fakes.legacy import SECRET, InMemoryLegacyStore
from tests.unit.custody.test_migration import Broken, Scene

if TYPE_CHECKING:
    from understudy.domain.audit import AuditEntry

REACHED = tuple(EVENTS)


class BreakingOff(InMemoryLegacyStore):
    """A store before and after whose every step the process ends, once each per user and step."""

    def __init__(self, steps: tuple[Stage, ...] = REACHED) -> None:
        super().__init__()
        self._steps = steps
        self.ended: Counter[tuple[str, Stage]] = Counter()
        self.after = self._end_once_more

    def advance(self, was: LegacyUser, now: LegacyUser, audit: AuditEntry, at_ms: int) -> None:
        if now.stage in self._steps and not self.ended[now.user_id, now.stage]:
            self._end_once_more(now)
        super().advance(was, now, audit, at_ms)

    def _end_once_more(self, user: LegacyUser) -> None:
        if user.stage in self._steps:
            self.ended[user.user_id, user.stage] += 1
            raise Broken("the process ended here")


@dataclass
class IntoKms(Scene):
    """Users who are taken to keys in KMS."""

    kms: SigningKms = field(default_factory=SigningKms)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.migration = self.another_run()

    def another_run(self) -> Migration:
        keys = ResidentKeys(self.kms, ROLE)  # type: ignore[arg-type]  # a fake of boto3's client
        return Migration(self.store, LegacyKeys(SECRET), keys, self.chain, self.desk, self.clock)

    def named(self) -> set[str]:
        return {user.new_key_id for user in self.store.users.values()}


def test_a_thousand_users_broken_off_before_and_after_every_step_leave_no_key_unnamed() -> None:
    store = BreakingOff()
    scene = IntoKms(1000, store=store)

    assert stages_after_runs(scene, 2 * len(REACHED) + 1) == {Stage.COMPLETED}

    assert list(store.ended.values()) == [2] * 1000 * len(REACHED)
    assert scene.kms.able_to_sign() == scene.named()
    assert len(scene.named()) == scene.users
    assert set(scene.events().values()) == set(scene.chain.sent.values()) == {1}


@pytest.mark.parametrize("step", REACHED)
def test_users_broken_off_around_one_step_leave_no_key_unnamed(step: Stage) -> None:
    scene = IntoKms(10, store=BreakingOff((step,)))

    assert stages_after_runs(scene, 4) == {Stage.COMPLETED}

    assert scene.kms.able_to_sign() == scene.named()


def stages_after_runs(scene: Scene, runs: int) -> set[Stage]:
    for _ in range(runs):
        scene.run()
        scene.after_the_quarantine()
    return {user.stage for user in scene.store.users.values()}


def test_a_challenge_without_an_answer_is_repeated_with_the_same_key() -> None:
    scene = IntoKms()
    scene.kms.signs_nothing = True
    assert {each.failure for each in scene.run()} == {"DEPENDENCY_UNAVAILABLE"}
    scene.kms.signs_nothing = False

    assert {each.stage for each in scene.run()} == {Stage.TRANSFERRED}
    assert set(scene.kms.state) == scene.named()


def test_of_two_runs_at_once_one_key_is_left_and_the_record_names_it() -> None:
    scene = IntoKms(1)
    scene.kms.meanwhile = lambda: scene.another_run().go_on(scene.user().user_id)

    (lost,) = scene.run()

    assert lost.failure == "CONFLICT"
    assert len(scene.kms.state) == 2
    assert scene.kms.able_to_sign() == scene.named()
    assert {each.stage for each in scene.run()} == {Stage.TRANSFERRED}
