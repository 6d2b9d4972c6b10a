"""What makes agents' keys and signs with them: one protocol; the agent's record says which one.

An authority that no agent asks for is never built, nor its module imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from custody.agents import AuthorityKind
from custody.secp256k1 import Signature
from understudy.domain.errors import NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager


class Key(NamedTuple):
    """What an agent's record keeps of its key: nothing that can be read as one."""

    address: str
    key_id: str
    ciphertext: bytes = b""


class HeldKey(Protocol):
    """By what an authority finds a key again: an agent's record has all of it."""

    @property
    def agent_id(self) -> str:
        """Whose key it is."""
        ...

    @property
    def key_version(self) -> int:
        """Which of the agent's keys."""
        ...

    @property
    def address(self) -> str:
        """Whom its signatures recover to."""
        ...

    @property
    def key_id(self) -> str:
        """What seals it, or its own name elsewhere."""
        ...

    @property
    def ciphertext(self) -> bytes:
        """It itself, sealed, or nothing."""
        ...


class DigestSigner(Protocol):
    """An agent's key for the time of a batch."""

    def signature_of(self, digest: bytes) -> Signature:
        """Sign 32 bytes. Raises KeyUnusableError, or DependencyError when it may be asked again."""
        ...


class Authority(Protocol):
    """Makes keys, signs with them and destroys them; none ever leaves it.

    Everything raises DependencyError when the authority does not answer.
    """

    def make(self, agent_id: str, key_version: int) -> Key:
        """Make the key of a new agent; what is kept outside of its record, once by this name."""
        ...

    def opened(self, held: HeldKey) -> AbstractContextManager[DigestSigner]:
        """Give a key for a block; raises KeyUnusableError when it is gone or another's."""
        ...

    def destroy(self, held: HeldKey) -> None:
        """Destroy what is kept of a key that nothing uses any more; may be repeated."""
        ...


class Authorities:
    """The authorities of a deployment, each built when the first agent needs it."""

    def __init__(self, makers: Mapping[AuthorityKind, Callable[[], Authority]]) -> None:
        self._makers = makers
        self._built: dict[AuthorityKind, Authority] = {}

    def of(self, kind: AuthorityKind) -> Authority:
        """Give the authority of a kind; raises NotAllowedError where the deployment has none."""
        if kind not in self._built:
            if kind not in self._makers:
                here = ", ".join(self._makers)
                raise NotAllowedError(f"authorities here: {here}", code="AUTHORITY_NOT_HERE")
            self._built[kind] = self._makers[kind]()
        return self._built[kind]
