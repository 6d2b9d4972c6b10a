"""What the signer adds to a signature: it reads, judges, records and writes down what it signs."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from benchmarks.copying import POLICY
from benchmarks.results import Row, at_most_ms_over
from benchmarks.samples import NOW_MS, SECRET, entry
from benchmarks.timings import WARM_UP_ROUNDS, in_turn
from custody.doors import signing_door
from custody.enrolment import Enrolment, NewAgent
from custody.hyperliquid import Terms, draft
from custody.keys import wrapped_only
from custody.secp256k1 import SigningKey
from custody.signer import IntentSigner
from tests.fakes.builders import market
from tests.fakes.custody import InMemoryCustodyStore, InMemoryVault, untold
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.codec import to_plain
from understudy.domain.follows import Marks
from understudy.domain.ids import client_order_id, intent_id
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.replacing import replace

if TYPE_CHECKING:
    from custody.agents import Agent
    from custody.doors import Door

MOST_MS_OVER_A_SIGNATURE = 0.3
TERMS = Terms(Chain.TESTNET)


class StandingSigner:
    """A signer on ports in memory, with an agent that may sign; every question is a new one."""

    def __init__(self) -> None:
        clock, markets = ManualClock(NOW_MS), InMemoryMarketStore()
        markets.put_markets(HYPERLIQUID, [market()])
        markets.put_marks(HYPERLIQUID, Marks({"BTC": Decimal(50_000)}, {"BTC": NOW_MS}))
        store, keys = InMemoryCustodyStore(markets), wrapped_only(InMemoryVault())
        self._agent = self._enrolled(Enrolment(store, keys, clock, POLICY))
        self.door: Door = signing_door(IntentSigner(store, keys, clock, TERMS, untold))
        self.audited = store.audited

    def question(self, number: int) -> dict[str, Any]:
        """Write the call that asks for the signature of one more entry."""
        sample = entry()
        name = intent_id(sample.follow_id, f"trade-{number}", 0, 1)
        asked = replace(
            sample,
            intent_id=name,
            client_order_id=client_order_id(name),
            agent_id=self._agent.agent_id,
            nonce=NOW_MS + number,
        )
        return {"intents": [to_plain(asked)]}

    def _enrolled(self, enrolment: Enrolment) -> Agent:
        address = entry().wallet_address
        wanted = NewAgent("user-1", entry().wallet_id, address, HYPERLIQUID, "understudy")
        agent = enrolment.create_agent(wanted)
        enrolment.activate(agent.agent_id)
        return agent


def signer_rows(rounds: int) -> list[Row]:
    """Time calls with one intent each; raises ValueError when one is not signed."""
    signer, digest, key = StandingSigner(), draft(entry(), TERMS).digest, SigningKey(SECRET)
    questions = iter([signer.question(number) for number in range(rounds + WARM_UP_ROUNDS)])
    answers: list[Any] = []
    taken = in_turn(
        rounds,
        ours=lambda: answers.append(signer.door(next(questions))),
        reference=lambda: key.signature_of(digest),
    )
    require_signed(answers)
    goal = at_most_ms_over(taken["ours"], taken["reference"], MOST_MS_OVER_A_SIGNATURE)
    library = f"coincurve {version('coincurve')}"
    return [
        Row("sign an intent at the signer's door", "ports in memory", taken["ours"], goal),
        Row("make its signature alone", "", taken["reference"], version=library),
    ]


def require_signed(answers: list[Any]) -> None:
    """Raise ValueError unless each answer has one signed order."""
    for answer in answers:
        (result,) = answer["results"]
        if json.loads(result.get("body", "{}")).get("action", {}).get("type") != "order":
            raise ValueError(f"an intent was not signed: {result}")
