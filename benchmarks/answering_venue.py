"""A venue that fills every order at its limit price and checks nothing.

What a real venue does with an order, above all finding out who signed it, is no work of ours.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.fakes.venue import InMemoryVenue
from understudy.adapters.venues.hyperliquid.outcomes import action_outcome

if TYPE_CHECKING:
    from understudy.domain.intents import Outcome, Signed

DONE = {"status": "ok", "response": {"type": "default"}}


class AnsweringVenue(InMemoryVenue):
    """Answers questions from its books, and orders with a fill in the real venue's bytes."""

    def submit(self, signed: Signed, *, first: bool, account: str = "") -> Outcome:
        """Fill the order in the body; the shipping code reads the answer."""
        answer = json.dumps(_answer_to(json.loads(signed.body)["action"])).encode()
        return action_outcome(200, answer, first=first, signer=lambda: None, account=account)


def _answer_to(action: dict[str, Any]) -> dict[str, Any]:
    if action["type"] != "order":
        return DONE
    (order,) = action["orders"]
    filled = {"totalSz": order["s"], "avgPx": order["p"], "oid": 1}
    data = {"statuses": [{"filled": filled}]}
    return {"status": "ok", "response": {"type": "order", "data": data}}
