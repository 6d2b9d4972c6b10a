"""What a follower reads when the signer would not sign, or the price had run away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.fakes.world import following
from understudy.domain.intents import Intent, SigningAnswer, SigningRefused
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.ports.signing import Signer


@dataclass
class StrictSigner:
    """Implements Signer; refuses everything while it is told to, as the policy does."""

    signer: Signer
    refuses: str = "AGENT_REVOKED"

    def sign(self, intents: Sequence[Intent]) -> Sequence[SigningAnswer]:
        if not self.refuses:
            return self.signer.sign(intents)
        return [SigningRefused(intent.intent_id, self.refuses) for intent in intents]


def test_an_entry_that_is_not_signed_is_rejected_and_says_so() -> None:
    world, follow_id = following("2")
    world.signer = StrictSigner(world.signer)

    world.copy("BTC", "3")

    receipt = world.receipts(follow_id)[-1]
    assert (receipt.status, receipt.reason) == (CopyStatus.REJECTED, Reason.SIGNING_REFUSED)
    assert receipt.legs[-1].answer == "AGENT_REVOKED"
    assert world.held_at_venue(follow_id) == world.ledger(follow_id).held == 2
    assert world.table.budgets[follow_id].reserved == 0


@pytest.mark.parametrize(
    ("refuses", "reason"),
    [
        ("AGENT_REVOKED", Reason.SIGNING_REFUSED),
        ("LEVERAGE_NOT_ALLOWED", Reason.LEVERAGE_NOT_ALLOWED),
    ],
)
def test_a_leverage_that_is_not_signed_skips_its_entry_for_the_signers_reason(
    refuses: str, reason: Reason
) -> None:
    world, follow_id = following()
    world.signer = StrictSigner(world.signer, refuses)

    world.copy("BTC", "5")

    (receipt,) = world.receipts(follow_id)
    assert (receipt.status, receipt.reason) == (CopyStatus.SKIPPED, reason)
    assert world.orders_at_venue(follow_id) == 0
    assert world.table.budgets[follow_id].reserved == 0


def test_an_exit_that_was_not_signed_is_done_once_it_is() -> None:
    world, follow_id = following("5")
    strict = StrictSigner(world.signer)
    world.signer = strict
    world.copy_now("BTC", "-5")
    assert world.held_at_venue(follow_id) == 5

    strict.refuses = ""
    world.pass_time(120)

    assert world.held_at_venue(follow_id) == world.ledger(follow_id).held == 0
    assert world.receipts(follow_id)[-1].status is CopyStatus.DONE


def test_an_entry_whose_price_ran_away_is_skipped_and_its_money_is_free_again() -> None:
    world, follow_id = following()
    world.leader_trades("BTC", "5", "100")
    world.sync()
    world.venue.set_price("BTC", "120")  # no mark of it has reached us yet

    world.pump()

    (receipt,) = world.receipts(follow_id)
    assert (receipt.status, receipt.reason) == (CopyStatus.SKIPPED, Reason.PRICE_OUT_OF_BAND)
    assert receipt.bound_by == "slippage_bps"
    assert world.held_at_venue(follow_id) == 0
    assert world.table.budgets[follow_id].reserved == 0


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("Order would increase open interest too quickly", "REJECTED", Reason.VENUE_REJECTED),
        ("Too many open orders.", "REJECTED", Reason.VENUE_REJECTED),  # not known to us
        ("Insufficient margin to place order.", "REJECTED", Reason.INSUFFICIENT_MARGIN),
        ("Order must have minimum value of $10.", "REJECTED", Reason.BELOW_MIN_NOTIONAL),
        ("No liquidity available for market order.", "SKIPPED", Reason.PRICE_OUT_OF_BAND),
    ],
)
def test_an_entry_that_the_venue_refuses_says_why_in_a_reason_and_in_the_venues_words(
    text: str, status: str, reason: Reason
) -> None:
    world, follow_id = following("2")

    world.copy_now("BTC", "3", text)

    receipt = world.receipts(follow_id)[-1]
    assert (receipt.status.value, receipt.reason, receipt.reason_text) == (status, reason, text)
    assert receipt.legs[-1].answer == text
    assert world.held_at_venue(follow_id) == world.ledger(follow_id).held == 2
    assert world.table.budgets[follow_id].reserved == 0
