"""What the signer's role is for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.permissions.cast import SIZE, SYMBOL, new_address
from tests.permissions.logs import leaves_a_log
from understudy.domain.codec import to_plain
from understudy.domain.ids import CopyId, FollowId, WalletId, client_order_id, intent_id
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Side

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

SIGNER = "SignerFunction"
LIFETIME_MS = 8_000


def an_agent_signs_the_same_order_twice_until_it_is_revoked(stage: Stage) -> None:
    address = new_address()
    agent_id = _enroll(stage, "create_agent", **_wanted(address))["agent_id"]
    _enroll(stage, "activate", agent_id=agent_id)
    intents = {"intents": [to_plain(_entry(stage, address, agent_id))]}

    first = stage.invoke(SIGNER, intents, alias="sign")["results"]
    again = stage.invoke(SIGNER, intents, alias="sign")["results"]

    assert "body" in first[0], first
    assert again == first
    _enroll(stage, "revoke", agent_id=agent_id)
    (after,) = stage.invoke(SIGNER, intents, alias="sign")["results"]
    assert "body" not in after


def a_kill_is_not_undone_by_an_order_from_before_it(stage: Stage) -> None:
    address = new_address()
    agent_id = _enroll(stage, "create_agent", **_wanted(address))["agent_id"]
    _enroll(stage, "activate", agent_id=agent_id)
    switch = {"switch": "kill_user", "subject": f"user-{address}"}
    killed_at_ms = _ask(stage, "operate", "set_switch", **switch, on=True)["at_ms"]
    late = {"operation": "set_switch", **switch, "on": False, "at_ms": killed_at_ms - 1}

    answer = stage.invoke(SIGNER, late, alias="operate")

    assert answer["error"]["code"] == "NEWER_DECISION", answer
    intents = {"intents": [to_plain(_entry(stage, address, agent_id))]}
    (result,) = stage.invoke(SIGNER, intents, alias="sign")["results"]
    assert result["reason"] == "KILL_SWITCH"


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, SIGNER, lambda: stage.invoke(SIGNER, {}, alias="enroll"))


def _enroll(stage: Stage, operation: str, **fields: str | bool) -> Any:
    return _ask(stage, "enroll", operation, **fields)


def _ask(stage: Stage, alias: str, operation: str, **fields: str | bool) -> Any:
    answer = stage.invoke(SIGNER, {"operation": operation, **fields}, alias=alias)
    assert "error" not in answer, answer
    return answer


def _wanted(address: str) -> dict[str, str]:
    names = {"user_id": f"user-{address}", "wallet_id": f"wallet-{address}"}
    return {**names, "wallet_address": address, "venue": HYPERLIQUID, "agent_name": "understudy"}


def _entry(stage: Stage, address: str, agent_id: str) -> Intent:
    now_ms, market = stage.now_ms(), stage.markets.markets(HYPERLIQUID)[SYMBOL]
    name = intent_id(FollowId("follow-1"), address, 0, 1)
    return Intent(
        intent_id=name,
        follow_id=FollowId("follow-1"),
        copy_id=CopyId("copy-1"),
        wallet_id=WalletId(f"wallet-{address}"),
        wallet_address=address,
        agent_id=agent_id,
        venue=HYPERLIQUID,
        kind=IntentKind.ENTRY,
        symbol=SYMBOL,
        asset=market.asset,
        side=Side.BUY,
        size=SIZE,
        limit_price=stage.mark(SYMBOL),
        reduce_only=False,
        leverage=1,
        isolated=False,
        client_order_id=client_order_id(name),
        nonce=now_ms,
        expires_at_ms=now_ms + LIFETIME_MS,
        margin=Decimal(10_000),
        leg=0,
        attempt=1,
        seq=1,
        created_at_ms=now_ms,
    )


CHECKS = (
    its_log_is_written,
    an_agent_signs_the_same_order_twice_until_it_is_revoked,
    a_kill_is_not_undone_by_an_order_from_before_it,
)
