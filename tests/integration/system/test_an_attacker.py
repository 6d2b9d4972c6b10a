"""Whoever holds exactly follower_execute's role gets what policy allows signed, and no key."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from custody.signer import MAX_BATCH
from tests.permissions.auditing import settings_of
from tests.permissions.cast import EXECUTE, new_follower
from tests.permissions.signing import LIFETIME_MS
from tests.permissions.stage import Stage
from understudy.domain.codec import to_plain
from understudy.domain.ids import CopyId, FollowId, client_order_id, intent_id
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


pytestmark = pytest.mark.integration

KEY_OF_THE_TABLE = {"pk": {"S": "AGENT#any"}, "sk": {"S": "AGENT"}}
SIGNATURE_AND_NOTHING_ELSE = {
    "action", "nonce", "signature", "vaultAddress", "expiresAfter",
}  # fmt: skip


@pytest.fixture
def victim(stage: Stage) -> Intent:
    """Give an entry that the victim's policy allows."""
    follower = new_follower(stage)
    (agent,) = follower.client.call("GET", "/v1/agents")["items"]
    market, name = stage.markets.markets(HYPERLIQUID)["BTC"], secrets.token_hex(32)
    return Intent(
        intent_id=intent_id(FollowId(name), "stolen", 0, 1),
        follow_id=follower.follow_id,
        copy_id=CopyId("copy"),
        wallet_id=follower.state.follow.wallet_id,
        wallet_address=follower.state.follow.wallet_address,
        agent_id=agent["agent_id"],
        venue=HYPERLIQUID,
        kind=IntentKind.ENTRY,
        symbol="BTC",
        asset=market.asset,
        side=Side.BUY,
        size=Decimal("0.001"),
        limit_price=stage.mark("BTC"),
        reduce_only=False,
        leverage=1,
        isolated=False,
        client_order_id="",
        nonce=stage.now_ms(),
        expires_at_ms=stage.now_ms() + LIFETIME_MS,
        margin=Decimal(100),
        leg=0,
        attempt=1,
        seq=1,
        created_at_ms=stage.now_ms(),
    )


def named(intent: Intent, cause: str, **changes: Any) -> Intent:
    """Give an intent of its own name, with its order's name to match."""
    name = intent_id(intent.follow_id, f"{intent.intent_id} {cause}", 0, 1)
    fresh = replace(intent, intent_id=name, client_order_id=client_order_id(name))
    return replace(fresh, **changes)


def hostile(intent: Intent) -> dict[str, Intent]:
    """List what an attacker would want signed, by what is wrong with it."""
    far, sell = intent.limit_price * 2, Side.SELL
    wants: dict[str, Mapping[str, Any]] = {
        "ORDER_NOTIONAL_EXCEEDED": {"size": Decimal(10_000)},
        "PRICE_OUT_OF_BAND": {"limit_price": far},
        "LEVERAGE_NOT_ALLOWED": {"kind": IntentKind.LEVERAGE, "leverage": 50},
        "WALLET_MISMATCH": {"wallet_id": "wallet-of-the-attacker"},
        "AGENT_UNKNOWN": {"agent_id": "an-agent-of-the-attacker"},
        "VENUE_NOT_ALLOWED": {"venue": "polymarket"},
        "ASSET_MISMATCH": {"asset": intent.asset + 1},
        "EXPIRY_TOO_FAR": {"expires_at_ms": intent.expires_at_ms + 3_600_000},
        "EXPIRED": {"expires_at_ms": 1},
        "NONCE_OUT_OF_RANGE": {"nonce": intent.nonce + 86_000_000},
        "CLIENT_ORDER_ID_MISMATCH": {"client_order_id": "0x" + "ab" * 16},
        "REDUCE_ONLY_MISMATCH": {"kind": IntentKind.EXIT, "side": sell},
        "MALFORMED": {"nonce": -1},
        "MARKET_UNKNOWN": {"symbol": "no such market"},
    }
    return {reason: named(intent, reason, **changes) for reason, changes in wants.items()}


def sign(as_role: Callable[[str, str], Any], stage: Stage, *intents: Intent) -> list[Any]:
    """Ask the signer by the only alias that the role may call."""
    signer = stage.system.stack.stack.functions["SignerFunction"]
    answer = as_role(EXECUTE, "lambda").invoke(
        FunctionName=f"{signer}:sign",
        Payload=json.dumps({"intents": [to_plain(each) for each in intents]}),
    )
    results: list[Any] = json.loads(answer["Payload"].read())["results"]
    return results


def test_nothing_outside_policy_is_signed_for_the_stolen_role(
    stage: Stage, victim: Intent, as_role: Callable[[str, str], Any]
) -> None:
    wanted = hostile(victim)

    answers = sign(as_role, stage, *wanted.values())

    assert [answer.get("reason") for answer in answers] == list(wanted)
    assert not [answer for answer in answers if "body" in answer]


def test_what_policy_allows_is_signed_once_and_shows_no_key(
    stage: Stage, victim: Intent, as_role: Callable[[str, str], Any]
) -> None:
    allowed = named(victim, "allowed")

    (first,) = sign(as_role, stage, allowed)
    (changed,) = sign(as_role, stage, replace(allowed, size=allowed.size * 2))

    assert set(first) == {"intent_id", "body"}
    assert set(json.loads(first["body"])) == SIGNATURE_AND_NOTHING_ELSE
    assert changed["reason"] == "INTENT_CONTENT_CHANGED"


def test_a_day_is_spent_once_however_the_order_is_cut(
    stage: Stage, victim: Intent, as_role: Callable[[str, str], Any]
) -> None:
    limits = settings_of(stage, "SignerFunction")
    slice_usdc = Decimal(limits["AGENT_MAX_ORDER_NOTIONAL_USDC"]) * Decimal("0.9")
    most_slices = int(Decimal(limits["AGENT_MAX_DAILY_NOTIONAL_USDC"]) / slice_usdc)
    size = (slice_usdc / victim.limit_price).quantize(Decimal("0.001"), ROUND_UP)

    reasons: list[str | None] = []
    while len(reasons) <= most_slices:
        fresh = {"size": size, "expires_at_ms": stage.now_ms() + LIFETIME_MS}
        names = [f"slice {len(reasons) + n}" for n in range(MAX_BATCH)]
        answers = sign(as_role, stage, *(named(victim, name, **fresh) for name in names))
        reasons += [answer.get("reason") for answer in answers]

    assert set(reasons) == {None, "DAILY_NOTIONAL_EXCEEDED"}
    assert most_slices - 1 <= reasons.count(None) <= most_slices


ATTEMPTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "decrypts": ("kms", "decrypt", {"CiphertextBlob": b"any", "KeyId": "AgentKey"}),
    "encrypts": ("kms", "encrypt", {"Plaintext": b"any", "KeyId": "AgentKey"}),
    "changes the key's policy": (
        "kms",
        "put_key_policy",
        {"KeyId": "AgentKey", "PolicyName": "default", "Policy": "{}"},
    ),
    "grants itself the key": (
        "kms",
        "create_grant",
        {"KeyId": "AgentKey", "GranteePrincipal": "arn:aws:iam::000000000000:root",
         "Operations": ["Decrypt"]},
    ),
    "reads a ciphertext": (
        "dynamodb", "get_item", {"TableName": "CustodyTable", "Key": KEY_OF_THE_TABLE}
    ),
    "lists ciphertexts": ("dynamodb", "scan", {"TableName": "CustodyTable"}),
    "writes a policy": (
        "dynamodb", "put_item", {"TableName": "CustodyTable", "Item": KEY_OF_THE_TABLE}
    ),
    "forges a mark": (
        "dynamodb", "put_item", {"TableName": "MarketTable", "Item": KEY_OF_THE_TABLE}
    ),
    "covers its traces": (
        "dynamodb", "delete_item", {"TableName": "AuditTable", "Key": KEY_OF_THE_TABLE}
    ),
    "enrols an agent": (
        "lambda", "invoke", {"FunctionName": "SignerFunction:enroll", "Payload": b"{}"}
    ),
    "moves keys": (
        "lambda", "invoke", {"FunctionName": "SignerFunction:keys", "Payload": b"{}"}
    ),
    "makes a key": (
        "kms", "create_key", {"KeySpec": "ECC_SECG_P256K1", "KeyUsage": "SIGN_VERIFY"}
    ),
    "reads the server wallets' token": (
        "secretsmanager", "get_secret_value", {"SecretId": "understudy-local-server-wallets"}
    ),
    "calls the signer by no alias": (
        "lambda", "invoke", {"FunctionName": "SignerFunction", "Payload": b"{}"}
    ),
    "replaces the signer's code": (
        "lambda",
        "update_function_configuration",
        {"FunctionName": "SignerFunction", "Environment": {"Variables": {}}},
    ),
    "reads the token secret": (
        "secretsmanager", "get_secret_value", {"SecretId": "understudy-local-tokens"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_stolen_role_opens_no_other_door(
    attempt: str, stage: Stage, as_role: Callable[[str, str], Any]
) -> None:
    service, operation, request = ATTEMPTS[attempt]

    with pytest.raises(ClientError) as refused:
        getattr(as_role(EXECUTE, service), operation)(**with_names(stage, request))

    assert refused.value.response["Error"]["Code"].startswith("AccessDenied")


def with_names(stage: Stage, request: dict[str, Any]) -> dict[str, Any]:
    """Put the deployed names for those of the template."""
    stack = stage.system.stack
    known = {**stack.stack.tables, **stack.stack.functions, "AgentKey": agent_key(stage)}
    named_ones = {}
    for field, value in request.items():
        head, colon, rest = value.partition(":") if isinstance(value, str) else ("", "", "")
        named_ones[field] = known[head] + colon + rest if head in known else value
    return named_ones


def agent_key(stage: Stage) -> str:
    """Give the key that seals the agents' keys."""
    return settings_of(stage, "SignerFunction")["AGENT_KEY_ID"]
