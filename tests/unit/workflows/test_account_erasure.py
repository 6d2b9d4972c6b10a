"""Who asked once to be deleted is gone without asking again, whatever is in the way of others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.api.leaving import delete, deleted, held, holding, me, traces
from understudy.adapters.memory.accounts import InMemoryAccountStore
from understudy.domain.agents import DAY_MS
from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.ids import UserId
from understudy.domain.limits import OnStop
from understudy.workflows import account_erasure
from understudy.workflows.account_erasure import Erasures, erase_accounts
from understudy.workflows.requests import account_deletion
from understudy.workflows.requests.account_deletion import GOES_ON_AFTER_MS

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld
    from tests.fakes.erasing import Schedule
    from understudy.domain.follows import Follow
    from understudy.ports.copying import FollowState

NOTHING = Erasures()


def kept(state: FollowState) -> Follow:
    return replace(state.follow, limits=replace(state.follow.limits, on_stop=OnStop.KEEP))


def test_whose_positions_had_to_be_closed_is_gone_without_asking_again(
    api: ApiWorld, token: str, schedule: Schedule
) -> None:
    user_id, _ = me(api, token), holding(api, token)
    assert delete(api, token).body["status"] == "CLOSING"
    api.world.pump()

    assert schedule.after().done == 1

    assert traces(api, user_id) == set()
    assert held(api) == 0
    assert set(api.keys.states.values()) == {"REVOKED"}
    assert deleted(api) == [user_id]


@pytest.mark.parametrize(("wish", "left"), [("keep", 1), ("close_now", 0)])
def test_a_request_that_died_at_once_is_gone_on_with_as_it_was_wished(
    api: ApiWorld, token: str, schedule: Schedule, wish: str, left: int
) -> None:
    holding(api, token)
    user_id = schedule.asked("alice", OnStop(wish))

    schedule.after()
    api.world.pump()
    schedule.after()

    assert traces(api, user_id) == set()
    assert held(api) == left
    assert deleted(api) == [user_id]


def test_the_request_itself_is_left_alone_at_first(schedule: Schedule) -> None:
    schedule.asked("alice")

    assert schedule.after(GOES_ON_AFTER_MS - 1) == NOTHING
    assert schedule.after(1).done == 1


def test_nobody_is_erased_who_has_not_asked(api: ApiWorld, token: str, schedule: Schedule) -> None:
    user_id = me(api, token)
    user = api.identity.users[user_id]
    api.identity.closings[user_id] = 0

    assert schedule.after().left == {user_id: "NOT_CLOSING"}

    assert api.identity.users[user_id] == user


def test_who_is_gone_and_still_named_is_passed_over(
    api: ApiWorld, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = schedule.asked("alice")
    bob = schedule.asked("bob")
    schedule.after()
    monkeypatch.setattr(InMemoryAccountStore, "due_closings", lambda *_: [gone, bob])

    assert schedule.after() == NOTHING
    assert deleted(api) == [gone, bob]


def test_one_whom_something_refuses_holds_up_no_other(
    api: ApiWorld, token: str, schedule: Schedule
) -> None:
    me(api, token)
    holding(api, token)
    alice = schedule.asked("alice")
    api.world.clock.advance(1)
    bob = schedule.asked("bob")
    api.keys.is_down = True

    erasures = schedule.after()

    assert erasures == Erasures(done=1, left={alice: "SIGNING_UNAVAILABLE"})
    assert deleted(api) == [bob]
    api.keys.is_down = False
    assert schedule.after().done == 1
    assert deleted(api) == [bob, alice]


def test_a_run_that_dies_over_one_begins_the_next_time_with_the_others(
    api: ApiWorld, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = schedule.asked("alice")
    api.world.clock.advance(1)
    bob = schedule.asked("bob")
    erase = InMemoryAccountStore.erase

    def dying(store: Any, user_id: UserId, entry: Any) -> None:
        if user_id == alice:
            raise KeyError("a record that cannot be read")
        erase(store, user_id, entry)

    monkeypatch.setattr(InMemoryAccountStore, "erase", dying)
    with pytest.raises(KeyError):
        schedule.after()

    assert erase_accounts(schedule.ports).done == 1
    assert deleted(api) == [bob]


def test_a_run_takes_so_many_and_the_next_one_the_others(
    api: ApiWorld, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_erasure, "MOST_AT_ONCE", 1)
    alice = schedule.asked("alice")
    api.world.clock.advance(1)
    bob = schedule.asked("bob")

    assert schedule.after().done == 1
    assert deleted(api) == [alice]
    assert schedule.after(0).done == 1
    assert deleted(api) == [alice, bob]


def test_a_slow_run_begins_with_nobody_else_and_they_stay_due(
    api: ApiWorld, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("alice", "bob"):
        schedule.asked(name)
        api.world.clock.advance(1)
    end = account_deletion.AccountDeletion.go_on

    def slow(deletion: Any, user: Any) -> Any:
        api.world.clock.advance(account_erasure.BEGINS_WITHIN_MS)
        return end(deletion, user)

    monkeypatch.setattr(account_deletion.AccountDeletion, "go_on", slow)

    assert schedule.after().done == 1
    assert len(deleted(api)) == 1
    assert schedule.after(0).done == 1


def test_many_records_are_erased_in_several_runs(
    api: ApiWorld, token: str, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_deletion, "RECORDS_AT_ONCE", 1)
    monkeypatch.setattr(account_deletion, "PATIENCE_MS", 0)
    holding(api, token)
    user_id = schedule.asked("alice")

    runs = [schedule.after()]
    while not runs[-1].done:
        runs.append(schedule.after())

    assert {code for run in runs for code in run.left.values()} == {"ERASING"}
    assert traces(api, user_id) == set()
    assert deleted(api) == [user_id]


def _asked_without_an_agent(api: ApiWorld, token: str) -> UserId:
    """Have one ask who holds something, and for whom nothing can be signed any more."""
    user_id, _ = me(api, token), holding(api, token)
    api.request("DELETE", "/v1/agents/agent-1", None, token)
    delete(api, token)
    return user_id


def test_a_position_that_cannot_be_closed_is_asked_for_again_and_told_after_a_week(
    api: ApiWorld, token: str, schedule: Schedule
) -> None:
    user_id = _asked_without_an_agent(api, token)

    assert schedule.after() == Erasures(left={user_id: "CLOSING"})
    assert schedule.after(GOES_ON_AFTER_MS - 1) == NOTHING, "not yet again"
    assert schedule.after(7 * DAY_MS).overdue == {user_id: 7}


def test_what_could_not_be_closed_in_four_weeks_is_its_owners_and_the_user_is_gone(
    api: ApiWorld, token: str, schedule: Schedule
) -> None:
    user_id = _asked_without_an_agent(api, token)

    schedule.after(28 * DAY_MS - 1)
    assert traces(api, user_id)
    assert schedule.after().done == 1

    assert traces(api, user_id) == set()
    assert held(api) == 1
    assert api.audit.entries[-1].facts == {"positions": "keep"}


def test_asking_with_another_wish_changes_what_is_gone_on_with(
    api: ApiWorld, token: str, schedule: Schedule
) -> None:
    user_id = _asked_without_an_agent(api, token)
    now_ms = api.world.clock.now_ms()
    schedule.closings.begin_closing(user_id, now_ms, OnStop.KEEP, now_ms)

    assert schedule.after().done == 1
    assert held(api) == 1


def test_a_user_who_asks_again_meanwhile_is_in_the_audit_once(
    api: ApiWorld, token: str, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = schedule.asked("alice")
    erase = InMemoryAccountStore.erase

    def overtaken(store: Any, erased: UserId, entry: Any) -> None:
        monkeypatch.setattr(InMemoryAccountStore, "erase", erase)
        assert delete(api, token, "keep").body["status"] == "DELETED"
        raise ConflictError("somebody else has erased this user")

    monkeypatch.setattr(InMemoryAccountStore, "erase", overtaken)

    assert schedule.after().left == {user_id: ConflictError.code}
    assert deleted(api) == [user_id]
    assert schedule.after() == NOTHING


def test_a_follow_that_ends_meanwhile_is_no_obstacle(
    api: ApiWorld, token: str, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    holding(api, token)
    user_id = schedule.asked("alice")
    directory, lifecycle = type(api.world.directory), api.services.lifecycle
    of_user = directory.of_user

    def ending(store: Any, whose: UserId) -> Any:
        """List follows that have ended when the list is read."""
        monkeypatch.setattr(directory, "of_user", of_user)
        listed = of_user(store, whose)
        for follow in listed:
            lifecycle.own.change(whose, follow.follow_id, kept)
            lifecycle.delete(whose, follow.follow_id)
        return listed

    monkeypatch.setattr(directory, "of_user", ending)

    assert schedule.after().done == 1
    assert deleted(api) == [user_id]


def test_when_nobody_can_be_found_the_run_fails(
    schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise DependencyError("no answer")

    monkeypatch.setattr(InMemoryAccountStore, "due_closings", away)

    with pytest.raises(DependencyError):
        schedule.after()
