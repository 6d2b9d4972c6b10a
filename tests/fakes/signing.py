"""A signer that signs whatever it is asked with the agents' test keys, by the production bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custody.hyperliquid import Terms, draft, signed
from custody.secp256k1 import SigningKey
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.intents import SigningRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from understudy.domain.intents import Intent, SigningAnswer


class KeySigner:
    """Implements Signer without any policy; `secret_of` gives an agent's key, None if it has none.

    It signs with the key of the agent that the intent names and with no other, as custody does: an
    order that is signed anew by the wallet's next agent would be a second order to the venue.
    """

    def __init__(
        self, secret_of: Callable[[str], bytes | None], chain: Chain = Chain.TESTNET
    ) -> None:
        self._secret_of = secret_of
        self._terms = Terms(chain)

    def sign(self, intents: Sequence[Intent]) -> Sequence[SigningAnswer]:
        return [self._signed(intent) for intent in intents]

    def _signed(self, intent: Intent) -> SigningAnswer:
        secret = self._secret_of(intent.agent_id)
        if secret is None:
            return SigningRefused(intent.intent_id, "AGENT_NOT_ACTIVE")
        drafted = draft(intent, self._terms)
        return signed(drafted, SigningKey(secret).signature_of(drafted.digest))
