"""Bounds become narrower for the asking, and wider by their owner's signature in the signer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cli.wallet_key import WalletKey
from custody.agents import Agent, Policy
from custody.audit import AuditEvent
from custody.bounds import widens
from custody.enrolment import AGREED_WITHIN_MS, Enrolment, NewAgent, PolicyAnswer, PolicyOrder
from custody.keys import wrapped_only
from tests.unit.custody.scene import POLICY, Scene
from understudy.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from understudy.domain.intents import Intent
from understudy.domain.markets import HYPERLIQUID

OWNER, STRANGER = WalletKey(b"\x31" * 32), WalletKey(b"\x32" * 32)
WIDER = replace(POLICY, max_order_notional=Decimal(20_000), max_leverage=30)
NARROWER = replace(POLICY, max_order_notional=Decimal(5_000))


class Owned(Scene):
    """A scene whose agent belongs to a wallet that can sign."""

    def enrol(self, user: str = "user-1", *, activate: bool = True) -> Any:
        wanted = NewAgent(user, "wallet-1", OWNER.address.lower(), HYPERLIQUID, "understudy")
        agent = self.enrolment.create_agent(wanted)
        if activate:
            self.enrolment.activate(agent.agent_id)
        return agent

    def ask(self, policy: Policy, signature: str = "", until_ms: int = 0) -> PolicyAnswer:
        order = PolicyOrder(self.agent.agent_id, until_ms, signature)
        return self.enrolment.set_policy(order, policy)

    @property
    def policy(self) -> Policy:
        return self.enrolment.policy(self.agent.agent_id)


@pytest.fixture
def scene() -> Owned:
    return Owned()


def refusal(scene: Owned, policy: Policy, signature: str, until_ms: int) -> str:
    with pytest.raises((NotAllowedError, InvalidInputError)) as refused:
        scene.ask(policy, signature, until_ms)
    return refused.value.code


def test_narrower_bounds_hold_at_once(scene: Owned) -> None:
    assert scene.ask(NARROWER).policy == NARROWER

    large = scene.entry(wallet_address=OWNER.address.lower(), size=Decimal("0.15"))
    assert scene.refusal(large) == "ORDER_NOTIONAL_EXCEEDED"


def test_wider_bounds_are_not_taken_unsigned_and_the_text_names_them(scene: Owned) -> None:
    answer = scene.ask(WIDER)

    assert scene.policy == POLICY
    assert answer.policy == POLICY
    for named in (
        "20000 USDC",
        "25000 USDC",
        "leverage: 30",
        "1000 basis",
        "MEME",
        scene.agent.address,
    ):
        assert named in answer.to_sign


def test_the_owners_signature_widens_once(scene: Owned) -> None:
    asked = scene.ask(WIDER)
    signature = OWNER.sign_text(asked.to_sign)

    assert scene.ask(WIDER, signature, asked.valid_until_ms).policy == WIDER

    scene.ask(NARROWER)
    assert refusal(scene, WIDER, signature, asked.valid_until_ms) == "AGREEMENT_MISMATCH"
    assert scene.policy == NARROWER


def test_the_change_is_audited_with_its_bounds(scene: Owned) -> None:
    asked = scene.ask(WIDER)
    scene.ask(WIDER, OWNER.sign_text(asked.to_sign), asked.valid_until_ms)

    entry = scene.store.audited[-1]
    assert entry.event == AuditEvent.POLICY_CHANGED
    assert (entry.facts["widened"], entry.facts["max_order_notional"]) == (True, "20000")


def test_somebody_elses_signature_widens_nothing(scene: Owned) -> None:
    asked = scene.ask(WIDER)
    signature = STRANGER.sign_text(asked.to_sign)

    assert refusal(scene, WIDER, signature, asked.valid_until_ms) == "AGREEMENT_MISMATCH"
    assert scene.policy == POLICY


def test_a_signature_over_other_bounds_widens_nothing(scene: Owned) -> None:
    asked = scene.ask(WIDER)
    signature = OWNER.sign_text(asked.to_sign)
    more = replace(WIDER, max_daily_notional=Decimal(10**6))

    assert refusal(scene, more, signature, asked.valid_until_ms) == "AGREEMENT_MISMATCH"


def test_a_signature_for_another_agent_widens_nothing(scene: Owned) -> None:
    asked = scene.ask(WIDER)
    signature = OWNER.sign_text(asked.to_sign)
    scene.agent = scene.enrol()

    assert refusal(scene, WIDER, signature, asked.valid_until_ms) == "AGREEMENT_MISMATCH"


@pytest.mark.parametrize("late_ms", [AGREED_WITHIN_MS, -1])
def test_a_signature_counts_in_its_time_only(scene: Owned, late_ms: int) -> None:
    asked = scene.ask(WIDER)
    until_ms = asked.valid_until_ms
    scene.clock.advance(max(late_ms, 0))
    if late_ms < 0:  # a caller who would rather have it good for ever
        until_ms += 10 * AGREED_WITHIN_MS

    signature = OWNER.sign_text(asked.to_sign)
    assert refusal(scene, WIDER, signature, until_ms) == "AGREEMENT_EXPIRED"


def order_of(scene: Owned, agent: Agent, cause: str, **changes: Any) -> Intent:
    owner = {"wallet_address": OWNER.address.lower(), "agent_id": agent.agent_id}
    return scene.entry(cause, **{**owner, **changes})


def test_a_successor_signs_under_what_its_owner_narrowed(scene: Owned) -> None:
    scene.ask(replace(NARROWER, symbols_allow=("ETH",)))

    successor = scene.enrol()

    assert scene.enrolment.policy(successor.agent_id) == scene.policy != POLICY
    assert scene.refusal(order_of(scene, successor, "next")) == "SYMBOL_NOT_ALLOWED"


def test_an_agent_after_a_revoked_one_keeps_bounds_and_the_day_that_is_spent(scene: Owned) -> None:
    scene.ask(replace(POLICY, max_daily_notional=Decimal(10_000)))
    scene.signed(order_of(scene, scene.agent, "before"))
    scene.enrolment.revoke(scene.agent.agent_id)

    again = scene.enrol()

    small = order_of(scene, again, "small", size=Decimal("0.09"))
    large = order_of(scene, again, "large", size=Decimal("0.1"))
    assert scene.refusal(large) == "DAILY_NOTIONAL_EXCEEDED"
    assert scene.signed(small).body


def test_agents_of_one_wallet_share_one_day(scene: Owned) -> None:
    other = scene.enrol()

    answers = scene.sign(
        *(order_of(scene, scene.agent, f"mine {n}") for n in range(3)),
        *(order_of(scene, other, f"its {n}") for n in range(3)),
    )

    reasons = [getattr(each, "reason", "signed") for each in answers]
    assert reasons == ["signed"] * 4 + ["DAILY_NOTIONAL_EXCEEDED"] * 2


def test_narrower_bounds_hold_for_every_agent_of_the_wallet(scene: Owned) -> None:
    other = scene.enrol()

    scene.ask(NARROWER)

    large = order_of(scene, other, "large", size=Decimal("0.15"))
    assert scene.refusal(large) == "ORDER_NOTIONAL_EXCEEDED"


def test_another_wallet_has_bounds_and_a_day_of_its_own(scene: Owned) -> None:
    elsewhere = STRANGER.address.lower()
    other = scene.enrolment.create_agent(
        NewAgent("user-2", "wallet-1", elsewhere, HYPERLIQUID, "understudy")
    )
    scene.enrolment.activate(other.agent_id)
    scene.ask(replace(NARROWER, max_daily_notional=Decimal(1)))

    assert scene.enrolment.policy(other.agent_id) == POLICY
    assert scene.signed(order_of(scene, other, "its", wallet_address=elsewhere)).body


def test_the_deployments_bounds_are_for_a_wallets_first_agent_alone(scene: Owned) -> None:
    later = Enrolment(scene.store, wrapped_only(scene.vault), scene.clock, WIDER)
    wanted = NewAgent("user-1", "wallet-1", OWNER.address.lower(), HYPERLIQUID, "understudy")

    successor = later.create_agent(wanted)

    assert later.policy(successor.agent_id) == POLICY


def test_an_agreement_counts_for_one_agent_of_the_wallet_only(scene: Owned) -> None:
    asked = scene.ask(WIDER)
    signature = OWNER.sign_text(asked.to_sign)
    other = scene.enrol()
    scene.ask(WIDER, signature, asked.valid_until_ms)
    scene.enrolment.set_policy(PolicyOrder(other.agent_id), NARROWER)

    assert refusal(scene, WIDER, signature, asked.valid_until_ms) == "AGREEMENT_MISMATCH"
    assert scene.policy == NARROWER


def test_a_revoked_agents_bounds_stay(scene: Owned) -> None:
    asked = scene.ask(WIDER)
    scene.enrolment.revoke(scene.agent.agent_id)

    signature = OWNER.sign_text(asked.to_sign)
    assert refusal(scene, WIDER, signature, asked.valid_until_ms) == "AGENT_REVOKED"


def test_nobodys_bounds_are_not_found(scene: Owned) -> None:
    with pytest.raises(NotFoundError):
        scene.enrolment.set_policy(PolicyOrder("nobody"), NARROWER)


@pytest.mark.parametrize(
    "changes",
    [
        {"max_order_notional": Decimal(0)},
        {"max_order_notional": Decimal("NaN")},
        {"max_daily_notional": Decimal("Infinity")},
        {"max_daily_notional": Decimal(10**11 + 1)},
        {"max_leverage": 0},
        {"max_leverage": 51},
        {"price_band_bps": 10_001},
        {"symbols_allow": ("BTC\nAccount: 0x0",)},
        {"symbols_deny": ("",)},
        {"symbols_deny": ("BTC",) * 101},
    ],
)
def test_bounds_that_cannot_be_meant_are_refused(scene: Owned, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        scene.ask(replace(POLICY, **changes))


OPEN = replace(POLICY, symbols_deny=())
SOME = replace(OPEN, symbols_allow=("BTC", "ETH"))


@pytest.mark.parametrize(
    ("before", "after", "is_wider"),
    [
        (POLICY, POLICY, False),
        (POLICY, NARROWER, False),
        (POLICY, replace(NARROWER, price_band_bps=1001), True),
        (POLICY, replace(POLICY, max_daily_notional=Decimal("25000.01")), True),
        (POLICY, OPEN, True),
        (OPEN, POLICY, False),
        (OPEN, SOME, False),
        (SOME, OPEN, True),
        (SOME, POLICY, True),
        (SOME, replace(SOME, symbols_allow=("BTC",)), False),
        (SOME, replace(SOME, symbols_allow=("BTC", "MEME")), True),
        (SOME, replace(SOME, symbols_allow=("BTC", "MEME"), symbols_deny=("MEME",)), False),
        (POLICY, replace(SOME, symbols_allow=("MEME",)), True),
    ],
)
def test_wider_is_whatever_allows_anything_more(
    before: Policy, after: Policy, *, is_wider: bool
) -> None:
    assert widens(before, after) is is_wider
