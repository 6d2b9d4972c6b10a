"""Where wrapped keys sleep: sealed to their context, opened for a batch, never cached or logged."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

from custody.agents import AuthorityKind
from custody.authorities import Authorities, HeldKey, Key
from custody.secp256k1 import SigningKey, address_of
from understudy.domain.errors import UnderstudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


_KEY_BYTES = 32


class KeyUnusableError(UnderstudyError):
    """The agent's key cannot sign, now or later; trying again gives the same answer."""

    code = "KEY_UNUSABLE"


class Sealed(NamedTuple):
    """A ciphertext and the name of the key that alone opens it."""

    ciphertext: bytes
    key_id: str


class KeyVault(Protocol):
    """Seals and opens 32-byte keys. All raise DependencyError when the vault does not answer."""

    @property
    def sealing_key_id(self) -> str:
        """Name the key that seals."""
        ...

    def seal(self, secret: bytes, context: Mapping[str, str]) -> Sealed:
        """Encrypt a key so that it opens under exactly this context."""
        ...

    def open(self, sealed: Sealed, context: Mapping[str, str]) -> bytes:
        """Decrypt a key; raises KeyUnusableError under any other context or key."""
        ...

    def rewrap(self, sealed: Sealed, context: Mapping[str, str]) -> Sealed:
        """Seal anew by the sealing key what another one sealed; raises KeyUnusableError as open."""
        ...


class WrappedKeys:
    """Implements `Authority`: keys made here, sealed, and opened here for the time of a batch.

    `random_bytes` is the source of keys.
    """

    def __init__(
        self, vault: KeyVault, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._vault = vault
        self._random_bytes = random_bytes

    def make(self, agent_id: str, key_version: int) -> Key:
        """Make a fresh key and seal it."""
        secret = self._random_bytes(_KEY_BYTES)
        sealed = self._vault.seal(secret, signing_context(agent_id, key_version))
        return Key(address_of(secret), sealed.key_id, sealed.ciphertext)

    @contextmanager
    def opened(self, held: HeldKey) -> Iterator[SigningKey]:
        """Open an agent's key for the time of a block."""
        context = signing_context(held.agent_id, held.key_version)
        key = SigningKey(self._vault.open(Sealed(held.ciphertext, held.key_id), context))
        try:
            yield key
        finally:
            key.forget()

    def destroy(self, held: HeldKey) -> None:
        """Do nothing: the key was its ciphertext, which goes with the record."""


def signing_context(agent_id: str, key_version: int) -> dict[str, str]:
    """Give what an agent's key is sealed to; the cloud logs it, so it has opaque ids only."""
    return {
        "app": "understudy",
        "purpose": "agent-signing",
        "agent_id": agent_id,
        "key_version": str(key_version),
    }


def wrapped_only(
    vault: KeyVault, random_bytes: Callable[[int], bytes] = secrets.token_bytes
) -> Authorities:
    """Give the authorities of a deployment that has wrapped keys alone."""
    return Authorities({AuthorityKind.KMS_WRAPPED: lambda: WrappedKeys(vault, random_bytes)})
