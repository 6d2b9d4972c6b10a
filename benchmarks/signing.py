"""Signing one order, from a key's 32 bytes to the body to send: ours beside the venue's SDK."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from eth_account import Account
from eth_keys.backends.coincurve import CoinCurveECCBackend
from eth_keys.main import KeyAPI
from hyperliquid.utils import signing as sdk
from hyperliquid.utils.types import Cloid

from benchmarks.results import Row, times_faster
from benchmarks.samples import SECRET, entry
from benchmarks.timings import in_turn
from custody.hyperliquid import Terms, draft, signed
from custody.secp256k1 import SigningKey
from understudy.adapters.venues.hyperliquid.constants import Chain

if TYPE_CHECKING:
    from understudy.domain.intents import Intent

WANTED_TIMES = 4
REFERENCE = "hyperliquid-python-sdk"


def signing_rows(rounds: int) -> list[Row]:
    """Time both in turn; raises ValueError when their bodies differ or the SDK lacks coincurve."""
    intent, secret = entry(), SECRET
    if json.loads(our_body(intent, secret)) != json.loads(sdk_body(intent, secret)):
        raise ValueError("the bodies differ: the two do not sign the same, so no time compares")
    taken = in_turn(
        rounds,
        ours=lambda: our_body(intent, secret),
        reference=lambda: sdk_body(intent, secret),
    )
    ours, reference = taken["ours"], taken["reference"]
    goal = times_faster(ours, reference, WANTED_TIMES)
    return [
        Row("sign one order", "shipping path", ours, goal),
        Row("sign one order", "reference", reference, version=reference_version()),
    ]


def our_body(intent: Intent, secret: bytes) -> str:
    """Sign on the shipping path."""
    drafted = draft(intent, Terms(Chain.TESTNET))
    return signed(drafted, SigningKey(secret).signature_of(drafted.digest)).body


def sdk_body(intent: Intent, secret: bytes) -> str:
    """Sign as the SDK's client does."""
    order: Any = {
        "coin": intent.symbol,
        "is_buy": True,
        "sz": float(intent.size),
        "limit_px": float(intent.limit_price),
        "order_type": {"limit": {"tif": "Ioc"}},
        "reduce_only": False,
        "cloid": Cloid(intent.client_order_id),
    }
    wire = sdk.order_request_to_order_wire(order, intent.asset)
    action = sdk.order_wires_to_order_action([wire])
    wallet = Account.from_key(secret)
    body = {
        "action": action,
        "nonce": intent.nonce,
        "signature": sdk.sign_l1_action(
            wallet, action, None, intent.nonce, intent.expires_at_ms, is_mainnet=False
        ),
        "vaultAddress": None,
        "expiresAfter": intent.expires_at_ms,
    }
    return json.dumps(body)


def reference_version() -> str:
    """Name what the SDK signs with; raises ValueError when that is not coincurve."""
    is_coincurve = isinstance(KeyAPI().backend, CoinCurveECCBackend)
    if not is_coincurve:
        raise ValueError("the SDK signs without coincurve: unset ECC_BACKEND_CLASS")
    return f"{REFERENCE} {version(REFERENCE)} with coincurve {version('coincurve')}"
