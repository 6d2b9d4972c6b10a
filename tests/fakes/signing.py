"""A signer that signs whatever it is asked with the wallets' test keys, by the production bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custody.hyperliquid import Terms, draft, signed
from custody.secp256k1 import SigningKey
from understudy.adapters.venues.hyperliquid.constants import Chain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from understudy.domain.ids import WalletId
    from understudy.domain.intents import Intent, Signed


class KeySigner:
    """Implements Signer without any policy."""

    def __init__(self, secrets: Mapping[WalletId, bytes], chain: Chain = Chain.TESTNET) -> None:
        self._keys = {wallet: SigningKey(secret) for wallet, secret in secrets.items()}
        self._terms = Terms(chain)

    def sign(self, intents: Sequence[Intent]) -> Sequence[Signed]:
        return [self._signed(intent) for intent in intents]

    def _signed(self, intent: Intent) -> Signed:
        drafted = draft(intent, self._terms)
        return signed(drafted, self._keys[intent.wallet_id].signature_of(drafted.digest))
