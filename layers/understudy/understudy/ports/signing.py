"""The signer as the workflows see it: structured intents in, signed bytes or a refusal out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from understudy.domain.intents import Intent, SigningAnswer


class Signer(Protocol):
    """Signs for wallets; the caller never sees a key."""

    def sign(self, intents: Sequence[Intent]) -> Sequence[SigningAnswer]:
        """Sign each intent or refuse it, in order; the same intent gives the same bytes.

        What signs for one wallet may be away while another's is there: that is each intent's own
        answer. Raises SigningUnavailableError when none came; nothing was sent to a venue.
        """
        ...
