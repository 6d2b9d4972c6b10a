"""`understudy ops sessions` ends what is named, in the caller's name; nothing without a reason."""

from __future__ import annotations

from typing import cast

import pytest

from cli.app import main
from cli.ops import deeds
from cli.ops.operating import Operating
from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ALICE, BOB, OPERATOR, IdentityWorld
from understudy.adapters.correlation import correlation_id
from understudy.domain.identity import AuthMethod, Connector, User, Wallet
from understudy.domain.ids import UserId, WalletId
from understudy.ports.audit import AuditLookup
from understudy.workflows.requests.operator_actions import OperatorActions
from understudy.workflows.requests.operator_switches import OperatorSwitches
from understudy.workflows.requests.operators import Deed
from understudy.workflows.requests.session_endings import EverySession

ADDRESSES = {"alice": ALICE.address, "bob": BOB.address}
WHY = ("--reason", "a leak")


@pytest.fixture
def operators() -> IdentityWorld:
    return IdentityWorld()


@pytest.fixture
def world(operators: IdentityWorld, monkeypatch: pytest.MonkeyPatch) -> IdentityWorld:
    world = IdentityWorld()
    both = EverySession(world.endings, operators.endings)
    switches, actions = cast("OperatorSwitches", None), cast("OperatorActions", None)
    at = Operating(switches, actions, both, cast("AuditLookup", None))
    monkeypatch.setattr(deeds, "find_place", lambda stack: stack)
    monkeypatch.setattr(deeds, "operating", lambda _: at)
    monkeypatch.setattr(deeds, "deed_of", lambda place, reason: Deed(place, reason, NOW_MS))
    return world


def opened(world: IdentityWorld, name: str) -> str:
    wallet_id, address = WalletId(f"w-{name}"), ADDRESSES.get(name, name).lower()
    wallet = Wallet(wallet_id, UserId(name), address, Connector.REOWN, NOW_MS, NOW_MS)
    world.store.create_user(User(wallet.user_id, wallet_id, NOW_MS, NOW_MS), wallet)
    pair = world.sessions.open(wallet, AuthMethod.SIWE)
    return world.sessions.caller(pair.access_token).session_id


def living(world: IdentityWorld) -> set[str]:
    return {name for name in ADDRESSES if world.endings.living(UserId(name))}


@pytest.mark.parametrize(
    ("command", "left", "event"),
    [
        (("end", "{session}"), {"bob"}, "SESSION_ENDED"),
        (("end-users", "alice"), {"bob"}, "SESSIONS_ENDED"),
        (("end-everybodys",), set[str](), "ALL_SESSIONS_ENDED"),
    ],
)
def test_each_command_ends_what_it_names_and_says_who_and_why(
    world: IdentityWorld, command: tuple[str, ...], left: set[str], event: str
) -> None:
    session_id = opened(world, "alice")
    opened(world, "bob")
    named = [part.format(session=session_id) for part in command]

    assert main(["ops", "sessions", *named, "--stack", "of-mine", *WHY]) == 0

    assert living(world) == left
    kept = world.audit.entries[-1]
    assert (kept.event, kept.facts["operator"], kept.facts["reason"]) == (
        event,
        "of-mine",
        "a leak",
    )


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (("end", "{session}"), "SESSION_ENDED"),
        (("end-operators", OPERATOR.address), "SESSIONS_ENDED"),
        (("end-everybodys",), "ALL_SESSIONS_ENDED"),
    ],
)
def test_operators_sessions_end_too(
    world: IdentityWorld, operators: IdentityWorld, command: tuple[str, ...], event: str
) -> None:
    address = OPERATOR.address.lower()
    session_id = opened(operators, address)
    named = [part.format(session=session_id) for part in command]

    assert main(["ops", "sessions", *named, *WHY]) == 0

    assert not operators.endings.living(UserId(address))
    assert operators.audit.entries[-1].event == event
    assert {each.event for each in world.audit.entries} <= {"ALL_SESSIONS_ENDED"}


def test_every_command_is_a_request_of_its_own_to_the_audit(
    world: IdentityWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[str] = []
    monkeypatch.setattr(world.audit, "append", lambda _: named.append(correlation_id()))

    for _ in range(2):
        assert main(["ops", "sessions", "end-everybodys", *WHY]) == 0

    first, second = named
    assert len(first) == len(second) == 32
    assert first != second


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("end", "nothing", *WHY), "SESSION_NOT_FOUND"),
        (("end-users", "nobody", *WHY), "USER_NOT_FOUND"),
        (("end-operators", OPERATOR.address, *WHY), "USER_NOT_FOUND"),
        (("end-everybodys", "--reason", " "), "USAGE"),
        (("end-everybodys",), "USAGE"),
    ],
)
def test_nothing_ends_that_was_not_named_or_for_no_reason(
    world: IdentityWorld,
    command: tuple[str, ...],
    code: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened(world, "alice")

    assert main(["ops", "sessions", *command]) == 1

    assert code in capsys.readouterr().err
    assert living(world) == {"alice"}
