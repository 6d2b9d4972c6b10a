"""What a confirmation that broke off left at the venue is found, shown, and never used again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.agent_upkeep import Upkeep
from tests.fakes.identity import ALICE, BOB
from understudy.domain.agents import ASKED_AGAIN_MS, DAY_MS
from understudy.domain.errors import SigningUnavailableError, VenueUnreachableError

if TYPE_CHECKING:
    from cli.wallet_key import WalletKey
    from tests.fakes.api import Answer

HOUR_MS = 3_600_000
REMOVED = "0x" + "0" * 40


class BrokenOff(Upkeep):
    """A user with a second agent that waits for its signatures."""

    def __init__(self) -> None:
        super().__init__()
        self.made = self.enable("second").body
        self.agent_id = self.made["agent"]["agent_id"]

    def enable(self, name: str) -> Answer:
        return self.ask("POST", "/v1/agents/enable", {"scope": "TRADE_ONLY", "agent_name": name})

    def hand_in(self, made: dict[str, Any], key: WalletKey = ALICE) -> Answer:
        signatures = [key.sign_action(each["action"]) for each in made["to_sign"]]
        body = {"agent_id": made["agent"]["agent_id"], "signatures": signatures}
        return self.ask("POST", "/v1/agents/confirm", body)

    def to_sign(self) -> list[Any]:
        shown: list[Any] = self.ask("GET", f"/v1/agents/{self.agent_id}").body["to_sign"]
        return shown


def custody_is_away(made: BrokenOff, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object, agent_id: str) -> None:
        raise SigningUnavailableError("no answer", agent_id=agent_id)

    monkeypatch.setattr(type(made.api.keys), "activate", away)


def the_answer_is_lost(made: BrokenOff, monkeypatch: pytest.MonkeyPatch) -> None:
    approvals = type(made.api.services.agents.approvals)
    submit = approvals.submit

    def lost(self: Any, *signed: Any) -> None:
        submit(self, *signed)
        raise VenueUnreachableError("no answer")

    def silent(*_: Any) -> bool:
        raise VenueUnreachableError("no answer")

    monkeypatch.setattr(approvals, "submit", lost)
    monkeypatch.setattr(approvals, "is_in_effect", silent)


@pytest.fixture(params=[custody_is_away, the_answer_is_lost])
def broken_off(request: pytest.FixtureRequest) -> BrokenOff:
    made = BrokenOff()
    with pytest.MonkeyPatch.context() as during:
        request.param(made, during)
        assert made.hand_in(made.made).status == 503
    assert made.api.rest.listed["second"] == made.made["agent"]["address"]
    return made


def test_its_removal_is_shown_once_its_time_is_up(broken_off: BrokenOff) -> None:
    broken_off.after(HOUR_MS)

    agent = broken_off.agent()
    assert (agent.status, broken_off.api.keys.states[agent.agent_id]) == ("EXPIRED", "REVOKED")
    (removal,) = broken_off.to_sign()
    assert (removal["action"]["agentName"], removal["action"]["agentAddress"]) == (
        "second",
        REMOVED,
    )


def test_its_removal_is_handed_in_and_seen(broken_off: BrokenOff) -> None:
    broken_off.after(HOUR_MS)
    shown = broken_off.ask("GET", f"/v1/agents/{broken_off.agent_id}").body

    assert broken_off.hand_in(shown).status == 200

    assert broken_off.api.rest.listed["second"] == REMOVED
    assert broken_off.agent().removed_at_ms == broken_off.api.world.clock.now_ms()
    assert broken_off.to_sign() == []
    assert broken_off.agent().attend_at_ms == 0


def test_as_long_as_the_venue_lists_it_the_upkeep_asks(broken_off: BrokenOff) -> None:
    broken_off.after(HOUR_MS)
    broken_off.after(ASKED_AGAIN_MS)
    assert broken_off.to_sign()

    broken_off.api.rest.listed["second"] = REMOVED
    broken_off.after(DAY_MS)

    assert broken_off.to_sign() == []


def test_its_name_is_never_approved_again(broken_off: BrokenOff) -> None:
    assert broken_off.enable("second").code == "AGENT_NAME_IN_USE"
    broken_off.after(HOUR_MS)

    assert broken_off.enable("second").code == "AGENT_NAME_IN_USE"


def test_its_key_never_signs(broken_off: BrokenOff) -> None:
    broken_off.after(HOUR_MS)
    shown = broken_off.ask("GET", f"/v1/agents/{broken_off.agent_id}").body

    broken_off.hand_in({**broken_off.made})
    broken_off.hand_in(shown)

    assert broken_off.agent().status == "EXPIRED"
    assert broken_off.api.keys.states[broken_off.agent_id] == "REVOKED"


def test_confirming_it_in_time_goes_on_where_it_broke_off(broken_off: BrokenOff) -> None:
    assert broken_off.hand_in(broken_off.made).body["agent"]["status"] == "ACTIVE"


def test_one_that_is_revoked_instead_is_looked_for_at_the_venue(broken_off: BrokenOff) -> None:
    removal = broken_off.ask("DELETE", f"/v1/agents/{broken_off.agent_id}").body
    broken_off.after(ASKED_AGAIN_MS)
    assert not broken_off.agent().removed_at_ms
    broken_off.hand_in(removal)

    broken_off.after(DAY_MS)

    assert broken_off.agent().removed_at_ms


def test_one_that_nobody_signed_rightly_leaves_nothing_to_remove_and_its_name_free() -> None:
    made = BrokenOff()
    assert made.hand_in(made.made, BOB).code == "SIGNATURE_MISMATCH"

    made.after(HOUR_MS)

    assert made.to_sign() == []
    assert made.agent().attend_at_ms == 0
    assert made.hand_in(made.made).code == "AGENT_EXPIRED"
    assert made.enable("second").status == 201
