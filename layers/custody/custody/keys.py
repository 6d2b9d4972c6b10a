"""Where agent keys sleep: sealed to their context, opened for one batch, never cached or logged."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from custody.secp256k1 import SigningKey
from understudy.domain.errors import UnderstudyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from custody.agents import Agent


class KeyUnusableError(UnderstudyError):
    """The ciphertext does not open under this context; trying again gives the same answer."""

    code = "KEY_UNUSABLE"


class KeyVault(Protocol):
    """Seals and opens 32-byte keys. Both raise DependencyError when the vault does not answer."""

    def seal(self, secret: bytes, context: Mapping[str, str]) -> bytes:
        """Encrypt a key so that it opens under exactly this context."""
        ...

    def open(self, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """Decrypt a key; raises KeyUnusableError under any other context."""
        ...


def signing_context(agent_id: str, key_version: int) -> dict[str, str]:
    """Give what an agent's key is sealed to; the cloud logs it, so it has opaque ids only."""
    return {
        "app": "understudy",
        "purpose": "agent-signing",
        "agent_id": agent_id,
        "key_version": str(key_version),
    }


@contextmanager
def unlocked(vault: KeyVault, agent: Agent) -> Iterator[SigningKey]:
    """Open an agent's key for the time of a block."""
    context = signing_context(agent.agent_id, agent.key_version)
    key = SigningKey(vault.open(agent.ciphertext, context))
    try:
        yield key
    finally:
        key.forget()
