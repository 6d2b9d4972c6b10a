"""Whether what signing needs answers: nobody's record, key and wallet are asked for, and seldom."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING

from custody.keys import signing_context
from understudy.domain.errors import ConfigurationError, UnderstudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custody.keys import KeyVault
    from understudy.ports.clock import Clock

Tell = Callable[[str, ConfigurationError], None]
NOBODY = "nobody"
STORE, VAULT, SERVER_WALLETS = "store", "vault", "server_wallets"
KEPT_MS = 10_000

_NO_PARTS: Mapping[str, Callable[[], object]] = MappingProxyType({})
_NOBODYS_KEY = bytes(32)


class Standing:
    """Asks each part at most once in ten seconds, whoever asks and however often.

    A part that does not answer raises one of our errors; `tell` gets the name of one that is set up
    wrongly, and what is wrong.
    """

    def __init__(
        self,
        clock: Clock,
        tell: Tell,
        parts: Mapping[str, Callable[[], object]] = _NO_PARTS,
    ) -> None:
        self._clock = clock
        self._parts = parts
        self._tell = tell
        self._asked_at_ms = -KEPT_MS
        self._found: Mapping[str, bool] = {}

    def now(self) -> Mapping[str, bool]:
        """Say of each part whether it answers."""
        now_ms = self._clock.now_ms()
        if now_ms - self._asked_at_ms >= KEPT_MS:
            self._found = {name: self._answers(name) for name in self._parts}
            self._asked_at_ms = now_ms
        return self._found

    def _answers(self, name: str) -> bool:
        try:
            self._parts[name]()
        except UnderstudyError as error:
            if isinstance(error, ConfigurationError):
                self._tell(name, error)
            return False
        return True


def require_working(vault: KeyVault) -> None:
    """Seal and open what is no key of anybody; raises DependencyError unless the vault does both.

    The right to describe a key would say less: who may use it, and that it is used, is asked here.
    """
    context = signing_context(NOBODY, 0)
    vault.open(vault.seal(_NOBODYS_KEY, context), context)
