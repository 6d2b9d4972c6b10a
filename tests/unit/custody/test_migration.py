"""Legacy users reach their authority once, wherever a run breaks off; keys are destroyed last."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from custody.agents import owner_mark
from custody.keys import KeyUnusableError, WrappedKeys
from custody.migration.legacy import EVENTS, LegacyUser, Stage, WalletKind, taken_over
from custody.migration.legacy_keys import LegacyKeys
from custody.migration.migration import QUARANTINE_MS, Migration
from custody.migration.run import MigrationRun, Outcome
from custody.secp256k1 import Signature, SigningKey
from tests.fakes.custody import InMemoryVault
from tests.fakes.legacy import (
    SECRET,
    InMemoryChain,
    InMemoryDesk,
    InMemoryLegacyStore,
    legacy_secret,
    legacy_user,
)
from tests.unit.custody.scene import NOW_MS
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custody.authorities import DigestSigner, HeldKey

WORTH = Decimal("12.5")
REACHED = tuple(EVENTS)


class CountingKeys(WrappedKeys):
    """Makes each name's key once, as every authority outside of a table does, and counts.

    `instead` is what opens in the place of every key, `instead_after_the_first` of those that were
    opened before.
    """

    def __init__(self) -> None:
        super().__init__(InMemoryVault())
        self.made: dict[str, object] = {}
        self.instead: DigestSigner | None = None
        self.instead_after_the_first: DigestSigner | None = None
        self._opened: set[str] = set()

    def make(self, agent_id: str, key_version: int):  # type: ignore[no-untyped-def]  # noqa: ANN201  # as the base
        if agent_id not in self.made:
            self.made[agent_id] = super().make(agent_id, key_version)
        return self.made[agent_id]

    @contextmanager
    def opened(self, held: HeldKey) -> Iterator[DigestSigner]:  # type: ignore[override]  # the base types its context manager
        later = self.instead_after_the_first if held.agent_id in self._opened else None
        self._opened.add(held.agent_id)
        with super().opened(held) as key:
            yield self.instead or later or key


@dataclass
class Scene:
    """Some legacy users and everything around their migration."""

    users: int = 3
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW_MS))
    store: InMemoryLegacyStore = field(default_factory=InMemoryLegacyStore)
    chain: InMemoryChain = field(default_factory=InMemoryChain)
    desk: InMemoryDesk = field(default_factory=InMemoryDesk)
    authority: CountingKeys = field(default_factory=CountingKeys)

    def __post_init__(self) -> None:
        self.migration = Migration(
            self.store, LegacyKeys(SECRET), self.authority, self.chain, self.desk, self.clock
        )
        for number in range(self.users):
            user = legacy_user(number)
            assert self.store.add(user, taken_over(user, NOW_MS))
            self.chain.holds(user, WORTH)
        self.store.audited.clear()  # of what is done to them afterwards is told here

    def user(self, number: int = 0) -> LegacyUser:
        return self.store.users[f"user-{number:04}"]

    def run(self) -> list[Outcome]:
        run = MigrationRun(self.store, self.clock, self.migration.go_on)
        outcomes, page = list[Outcome](), ""
        while True:
            report = run.go_on(page)
            outcomes += report.users
            page = report.next_page
            if not page:
                return outcomes

    def after_the_quarantine(self) -> None:
        self.clock.move_to(self.clock.now_ms() + QUARANTINE_MS)

    def events(self) -> Counter[tuple[str, str]]:
        return Counter((entry.subject, entry.event) for entry in self.store.audited)


class Broken(DependencyError):  # noqa: N818  # what breaks a run off
    """The process ended here."""


def test_a_user_goes_into_quarantine_and_after_it_to_the_end() -> None:
    scene = Scene()

    assert {each.stage for each in scene.run()} == {Stage.TRANSFERRED}
    assert scene.user().sealed_key
    scene.after_the_quarantine()

    assert {each.stage for each in scene.run()} == {Stage.COMPLETED}
    mine = f"migration-{owner_mark('user-0001')}"
    assert [entry.event for entry in scene.store.audited if entry.subject == mine] == [
        "MIGRATION_STARTED",
        "SERVER_WALLET_CREATED",
        "OWNERSHIP_TRANSFERRED",
        "PRIVATE_KEY_DESTROYED",
        "MIGRATION_COMPLETED",
    ]
    assert not [user for user in scene.store.users.values() if user.sealed_key]


def test_no_key_is_destroyed_a_moment_before_its_quarantine_has_ended() -> None:
    scene = Scene()
    scene.run()
    scene.clock.move_to(scene.user().quarantine_ends_ms - 1)

    assert {each.stage for each in scene.run()} == {Stage.TRANSFERRED}
    assert all(user.sealed_key for user in scene.store.users.values())
    assert scene.run()[0].quarantine_ends_ms == NOW_MS + QUARANTINE_MS


def run_broken_off(scene: Scene, steps: set[Stage]) -> list[Outcome]:
    """Break every user off after each of these steps, once each, and run again to the end."""
    broken: set[tuple[str, Stage]] = set()

    def break_off(user: LegacyUser) -> None:
        if user.stage in steps and (user.user_id, user.stage) not in broken:
            broken.add((user.user_id, user.stage))
            raise Broken("the process ended here")

    scene.store.after = break_off
    for _ in range(len(steps) + 1):
        scene.run()
        scene.after_the_quarantine()
    assert len(broken) == scene.users * len(steps)
    return scene.run()


def each_step_happened_once(scene: Scene) -> bool:
    effects = (scene.chain.sent, scene.authority.made, scene.desk.orders)
    return (
        len(scene.events()) == len(REACHED) * scene.users
        and set(scene.events().values()) == {1}
        and set(scene.chain.sent.values()) == {1}
        and {len(each) for each in effects} == {scene.users}
    )


def test_a_thousand_users_broken_off_after_every_step_end_with_each_step_once() -> None:
    scene = Scene(1000)

    outcomes = run_broken_off(scene, set(REACHED))

    assert {each.stage for each in outcomes} == {Stage.COMPLETED}
    assert each_step_happened_once(scene)


@pytest.mark.parametrize("step", REACHED)
def test_users_broken_off_after_one_step_end_with_each_step_once(step: Stage) -> None:
    scene = Scene(10)

    outcomes = run_broken_off(scene, {step})

    assert {each.stage for each in outcomes} == {Stage.COMPLETED}
    assert each_step_happened_once(scene)


def test_an_effect_whose_answer_was_lost_is_found_and_not_repeated() -> None:
    scene = Scene()
    scene.chain.loses_answers = True
    assert {each.failure for each in scene.run()} == {"DEPENDENCY_UNAVAILABLE"}
    scene.chain.loses_answers = False

    assert {each.stage for each in scene.run()} == {Stage.TRANSFERRED}
    assert set(scene.chain.sent.values()) == {1}


def test_a_proxys_funds_move_and_a_safes_owner_changes() -> None:
    scene = Scene()
    scene.run()

    for user in scene.store.users.values():
        is_safe = user.kind is WalletKind.SAFE
        assert (scene.chain.owners[user.wallet_address] == user.new_address) is is_safe
        assert scene.chain.worth[user.new_address] == (0 if is_safe else WORTH)


def test_without_an_order_the_old_key_stays() -> None:
    scene = Scene()
    scene.desk.accepts = False

    assert {each.failure for each in scene.run()} == {"KEY_UNUSABLE"}
    scene.after_the_quarantine()
    scene.run()

    assert all(user.sealed_key for user in scene.store.users.values())


@dataclass
class SignsAsAnother:
    """An authority's key that signs, but not as the address that it gave."""

    def signature_of(self, digest: bytes) -> Signature:
        return SigningKey(legacy_secret(999)).signature_of(digest)


@dataclass
class CannotSign:
    """An authority's key that is there and does not sign."""

    def signature_of(self, digest: bytes) -> Signature:
        raise KeyUnusableError("the wallet is frozen", digest=digest.hex())


@pytest.mark.parametrize("since", [Stage.STARTED, Stage.WALLET_CREATED])
@pytest.mark.parametrize("key", [CannotSign(), SignsAsAnother()], ids=["silent", "another"])
def test_an_authority_that_cannot_sign_is_given_nothing(key: DigestSigner, since: Stage) -> None:
    scene = Scene()
    before = (dict(scene.chain.owners), dict(scene.chain.worth))
    if since is Stage.STARTED:
        scene.authority.instead = key
    else:  # it signed when its wallet was made, and no more when it is to be given everything
        scene.authority.instead_after_the_first = key

    failed = scene.run()

    assert {(each.stage, each.failure) for each in failed} == {(since, "KEY_UNUSABLE")}
    assert (dict(scene.chain.owners), dict(scene.chain.worth)) == before
    assert not scene.chain.sent


def test_what_came_to_the_old_wallet_meanwhile_keeps_its_key() -> None:
    scene = Scene()
    scene.run()
    proxy = next(each for each in scene.store.users.values() if each.kind is WalletKind.PROXY)
    scene.chain.worth[proxy.wallet_address] = Decimal(1)
    scene.after_the_quarantine()

    failed = next(each for each in scene.run() if each.user_id == proxy.user_id)

    assert (failed.stage, failed.failure) == (Stage.TRANSFERRED, "LEGACY_KEY_NEEDED")
    assert scene.store.users[proxy.user_id].sealed_key


@pytest.mark.parametrize("kind", WalletKind)
def test_what_lies_at_the_old_keys_own_address_keeps_the_key(kind: WalletKind) -> None:
    scene = Scene()
    scene.run()
    owner = next(each for each in scene.store.users.values() if each.kind is kind)
    scene.chain.worth[owner.owner_address] = Decimal("0.01")
    scene.after_the_quarantine()

    outcomes = {each.user_id: (each.stage, each.failure) for each in scene.run()}

    assert outcomes.pop(owner.user_id) == (Stage.TRANSFERRED, "LEGACY_KEY_NEEDED")
    assert set(outcomes.values()) == {(Stage.COMPLETED, "")}
    assert scene.store.users[owner.user_id].sealed_key
    del scene.chain.worth[owner.owner_address]
    assert {each.stage for each in scene.run()} == {Stage.COMPLETED}


def test_a_chain_that_is_away_leaves_everybody_untouched() -> None:
    scene = Scene()
    scene.chain.is_away = True

    assert {each.stage for each in scene.run()} == {Stage.LEGACY}
    assert not scene.store.audited


def test_looking_changes_nothing_and_an_unknown_user_is_said() -> None:
    scene = Scene()
    looking = MigrationRun(scene.store, scene.clock)

    assert {each.stage for each in looking.go_on("").users} == {Stage.LEGACY}
    assert looking.of_one("nobody").users[0].failure == "NOT_FOUND"
    assert not scene.store.audited
