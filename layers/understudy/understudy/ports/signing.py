"""The signer as the workflows see it: structured intents in, signed bytes or a refusal out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from understudy.domain.intents import Intent, Signed, SigningRefused


class Signer(Protocol):
    """Signs for wallets; the caller never sees a key."""

    def sign(self, intents: Sequence[Intent]) -> Sequence[Signed | SigningRefused]:
        """Sign each intent or refuse it, in order; the same intent gives the same bytes.

        Raises SigningUnavailableError when no answer came; nothing was sent to a venue.
        """
        ...
