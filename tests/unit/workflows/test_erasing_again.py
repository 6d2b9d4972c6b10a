"""Whoever was erased and is back after a restore is found, and gone again; nobody else is."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.fakes.identity import BOB
from tests.unit.api.leaving import delete, held, holding, me, traces
from understudy.domain.audit import Actor
from understudy.domain.audit_chain import Row
from understudy.domain.ids import UserId
from understudy.ports.switches import Switch
from understudy.workflows.requests.erasing_again import ErasingAgain, Returned
from understudy.workflows.requests.operators import Deed, OperatorRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.api import ApiWorld
    from tests.fakes.erasing import Schedule


class Rows:
    """The audit's rows; those of `forged` were put there by somebody."""

    def __init__(self, *rows: Row) -> None:
        self.all, self.forged = list(rows), list[Row]()

    def rows(self) -> Iterator[Row]:
        return iter([*self.all, *self.forged])

    def writer_of(self, row: Row) -> Actor | None:
        return Actor(str(row.fields["actor"])) if row in self.all else None

    def is_genuine(self, row: Row) -> bool:
        writer = self.writer_of(row)
        return writer is not None and writer.subject_in(row.partition) is not None


def deletion_of(user_id: UserId, actor: Actor = Actor.API, event: str = "ACCOUNT_DELETED") -> Row:
    return Row(actor.partition_of(user_id), "1", {"event": event, "actor": actor.value})


def erasing(api: ApiWorld, schedule: Schedule, rows: Rows) -> ErasingAgain:
    record = OperatorRecord(api.audit, api.world.clock)
    return ErasingAgain(rows, api.identity, api.world.directory, schedule.closings, record)


def deed(api: ApiWorld) -> Deed:
    return Deed("ada", "restored", api.world.clock.now_ms())


def test_an_account_that_a_restored_table_brought_back_is_erased_again(
    api: ApiWorld, token: str, schedule: Schedule
) -> None:
    user_id = me(api, token)
    before = {name: copy.copy(getattr(api.identity, name)) for name in ("users", "sessions_by_id")}
    wallets = dict(api.identity.wallets_by_address)
    delete(api, token, "keep")
    assert traces(api, user_id) == set()
    for name, kept in before.items():
        getattr(api.identity, name).update(kept)
    api.identity.wallets_by_address.update(wallets)
    again = erasing(api, schedule, Rows(deletion_of(user_id)))

    (found,) = again.found()
    assert found == Returned(user_id, has_account=True, follows=0)
    again.erase(deed(api), found)
    assert schedule.after().done == 1

    assert traces(api, user_id) == set()
    assert again.found() == []
    assert [each.event for each in api.audit.entries][-2:] == [
        "ACCOUNT_ERASED_AGAIN",
        "ACCOUNT_DELETED",
    ]


def test_an_operators_stop_keeps_no_operator_from_erasing_again(
    api: ApiWorld, token: str, schedule: Schedule
) -> None:
    user_id = me(api, token)
    for switch in (Switch.FLAGGED, Switch.KILL_USER):
        api.operating.seldom.operator_switches.turn(deed(api), switch, user_id, on=True)
    again = erasing(api, schedule, Rows(deletion_of(user_id)))

    (found,) = again.found()
    again.erase(deed(api), found)
    assert schedule.after().done == 1

    assert traces(api, user_id) == set()


def test_follows_that_a_restored_table_brought_back_are_erased_again_and_positions_kept(
    api: ApiWorld, token: str, schedule: Schedule
) -> None:
    user_id, _ = me(api, token), holding(api, token)
    kept = copy.deepcopy({n: v for n, v in vars(api.world.table).items() if isinstance(v, dict)})
    assert delete(api, token, "keep").body["status"] == "DELETED"
    for name, each in kept.items():
        getattr(api.world.table, name).update(each)
    assert traces(api, user_id)
    again = erasing(api, schedule, Rows(deletion_of(user_id, Actor.ERASURE)))

    (found,) = again.found()
    assert (found.has_account, found.follows) == (False, 2)
    again.erase(deed(api), found)
    schedule.after()
    api.world.pump()
    schedule.after()

    assert traces(api, user_id) == set()
    assert held(api) == 1
    assert again.found() == []


def test_nobody_is_found_who_was_not_erased_or_of_whom_nothing_is_there(
    api: ApiWorld, token: str, schedule: Schedule
) -> None:
    alive = me(api, token)
    rows = Rows(
        deletion_of(UserId("gone")),
        deletion_of(alive, event="ACCOUNT_CLOSING"),
        deletion_of(alive, Actor.SIGNER),
        replace(deletion_of(alive), partition=f"SIGNER#{alive}"),
    )
    rows.forged.append(deletion_of(alive))

    assert erasing(api, schedule, rows).found() == []


def test_of_many_that_are_back_each_is_named_once(api: ApiWorld, schedule: Schedule) -> None:
    api.sign_in(BOB)
    users = sorted(each.user_id for each in api.identity.users.values())
    rows = Rows(*(deletion_of(each) for each in users), *(deletion_of(each) for each in users))

    assert [each.user_id for each in erasing(api, schedule, rows).found()] == users
