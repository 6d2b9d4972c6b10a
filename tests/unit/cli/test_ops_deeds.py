"""Operators name users by what they have at hand, and read what came of a deed in a table."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.app import main
from cli.errors import CommandError
from cli.ops import deeds
from cli.ops.outcomes import LAYOUTS
from cli.ops.place import failures_explained
from cli.ops.remedies import REMEDIES, UNKNOWN
from tests.fakes.builders import NOW_MS
from understudy.domain.errors import ConflictError, NotFoundError, SigningRefusedError
from understudy.domain.identity import AuthMethod, Connector, User, Wallet
from understudy.domain.ids import UserId, WalletId
from understudy.workflows.requests.operator_actions import Dossier
from understudy.workflows.requests.operator_switches import SwitchView
from understudy.workflows.requests.operators import Deed
from understudy.workflows.requests.session_endings import SessionView

if TYPE_CHECKING:
    from understudy.domain.errors import UnderstudyError

ADDRESS = "0x" + "Aa" * 20
ALICE = UserId("alice")
WHY = ("--reason", "a test")
LAYER = Path(__file__).resolve().parents[3] / "layers" / "understudy" / "understudy"
# What the commands of operators call and can be refused by.
REFUSING = (
    "adapters/aws/account_store.py",
    "adapters/aws/session_store.py",
    "adapters/aws/table_stream.py",
    "domain/turns.py",
    "workflows/requests/follow_changes.py",
    "workflows/requests/operator_actions.py",
    "workflows/requests/operator_switches.py",
    "workflows/requests/session_endings.py",
)


class Stack:
    """A stack on which one user has one wallet; remembers what was done to whom."""

    def __init__(self) -> None:
        self.done: list[tuple[object, ...]] = []
        self.actions = self.switches = self.endings = self.users = self

    def user_of(self, address: str) -> UserId:
        if address.lower() != ADDRESS.lower():
            raise NotFoundError("no user has this address", code="USER_NOT_FOUND")
        return ALICE

    def turn(self, _deed: Deed, switch: Any, subject: str, *, on: bool) -> SwitchView:
        self.done.append((switch.value, subject))
        return SwitchView(switch, subject, on)

    def revoke(self, _deed: Deed, user_id: UserId, agent_id: str) -> Any:
        self.done.append(("revoke", user_id, agent_id))
        raise NotFoundError("there is no agent with this id", code="AGENT_NOT_FOUND")

    def all_of(self, user_id: UserId, _deed: Deed) -> None:
        self.done.append(("end", user_id))

    def look(self, _deed: Deed, user_id: UserId) -> Dossier:
        user = User(user_id, WalletId("w"), NOW_MS, NOW_MS, is_flagged=True, flag_reason="odd")
        wallet = Wallet(WalletId("w"), user_id, ADDRESS.lower(), Connector.REOWN, NOW_MS, NOW_MS)
        session = SessionView("s", AuthMethod.SIWE, wallet.address, NOW_MS, 0, 0, is_current=False)
        return Dossier(user, (wallet,), (), (), (session,), ("flagged",))


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = Stack()
    monkeypatch.setattr(deeds, "find_place", lambda name: name)
    monkeypatch.setattr(deeds, "operating", lambda _: stack)
    monkeypatch.setattr(deeds, "deed_of", lambda place, reason: Deed(place, reason, NOW_MS))
    return stack


@pytest.mark.parametrize("named", [ADDRESS, ADDRESS.upper(), ADDRESS.lower(), "alice"])
def test_a_user_is_named_by_an_address_or_an_id(stack: Stack, named: str) -> None:
    assert main(["ops", "kill", "user", named, *WHY]) == 0
    assert main(["ops", "flag", named, *WHY]) == 0
    assert main(["ops", "revoke", named, "an-agent", *WHY]) == 1
    assert main(["ops", "sessions", "end-users", named, *WHY]) == 0

    assert stack.done == [
        ("kill_user", "alice"),
        ("flagged", "alice"),
        ("revoke", "alice", "an-agent"),
        ("end", "alice"),
    ]


def test_an_address_that_nobody_has_stops_nobody(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ops", "kill", "user", "0x" + "00" * 20, *WHY]) == 1

    assert "error USER_NOT_FOUND" in capsys.readouterr().err
    assert not stack.done


@pytest.mark.parametrize("named", ["0xADDRESS", "0X", f"{ADDRESS} ", ADDRESS + "0", ADDRESS[:-1]])
def test_what_begins_like_an_address_and_is_none_is_refused_with_what_one_is(
    stack: Stack, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    assert main(["ops", "kill", "user", named, *WHY]) == 1

    said = capsys.readouterr().err
    assert f"error USER_INVALID: {named!r} is neither a user's id nor an address" in said
    assert "0x and 40 hex digits" in said
    assert not stack.done


def test_a_leader_is_blacklisted_by_the_address_itself(stack: Stack) -> None:
    assert main(["ops", "blacklist", ADDRESS, *WHY]) == 0
    assert stack.done == [("blacklisted", ADDRESS)]


@pytest.mark.usefixtures("stack")
def test_a_user_is_shown_in_tables_and_whole_in_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = tmp_path / "user.json"

    assert main(["ops", "user", ADDRESS, "--json", str(target)]) == 0

    said = capsys.readouterr().out
    assert "{" not in said
    for cell in ("alice", "odd", ADDRESS.lower(), "siwe", "switches that are on: flagged"):
        assert cell in said
    assert json.loads(target.read_text())["user"]["flag_reason"] == "odd"


@pytest.mark.usefixtures("stack")
def test_a_switch_is_shown_with_how_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    main(["ops", "kill", "global", "--off", *WHY])

    headings, row = capsys.readouterr().out.splitlines()
    assert headings.split() == ["switch", "subject", "on"]
    assert row.split() == ["kill_global", "-", "no"]


@pytest.mark.parametrize("kind", LAYOUTS)
def test_every_column_is_a_field(kind: Any) -> None:
    assert set(LAYOUTS[kind].values()) <= {each.name for each in fields(kind)}


def test_every_refusal_has_a_remedy_of_its_own() -> None:
    text = "".join((LAYER / path).read_text() for path in REFUSING)
    codes = set(re.findall(r'code="([A-Z_]+)"', text))

    assert codes - set(REMEDIES) == set()
    assert not any("docs/" in remedy for remedy in (*REMEDIES.values(), UNKNOWN))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFoundError("you have no agent", code="AGENT_NOT_FOUND"), "this user has no agent"),
        (ConflictError("a condition failed", cause="ConditionalCheckFailed"), "a condition failed"),
        (SigningRefusedError("custody refused: no", cause="MALFORMED"), "custody refused: no"),
    ],
)
def test_a_refusal_is_told_to_an_operator_and_is_no_failure_of_the_cloud(
    error: UnderstudyError, said: str
) -> None:
    with pytest.raises(CommandError, match=said) as raised, failures_explained():
        raise error
    assert (raised.value.code, raised.value.remedy) == (error.code, REMEDIES[error.code])


def test_what_a_switch_is_turned_for_is_said_in_the_words_of_the_command() -> None:
    said = REMEDIES["INVALID_SUBJECT"]

    assert all(word in said for word in ("kill global", "kill venue", "kill user", "blacklist"))
    assert "kill_" not in said
    assert said.startswith("nothing was changed")
