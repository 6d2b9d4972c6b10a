"""Keys for development: worked out from the agent's id, hence known to everybody who reads this.

Cannot be made anywhere but on the local stage, at a cloud on this machine.
"""

from __future__ import annotations

import hashlib
import hmac
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from custody.authorities import HeldKey, Key
from custody.keys import KeyUnusableError
from custody.secp256k1 import SigningKey, address_of
from understudy.domain.errors import NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


LOCAL_STAGE = "local"
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
_SALT = b"understudy development authority: no key of this is worth anything"


def is_local_stage(environment: Mapping[str, str]) -> bool:
    """Say whether this is the local stage, with a cloud at this machine."""
    is_here = is_this_machine(environment.get("AWS_ENDPOINT_URL", ""))
    return environment.get("UNDERSTUDY_STAGE") == LOCAL_STAGE and is_here


def is_this_machine(url: str) -> bool:
    """Say whether an address is on this machine."""
    return urlsplit(url).hostname in _THIS_MACHINE


class DevelopmentKeys:
    """Implements `Authority`, on the local stage alone.

    Its own constructor looks: raises NotAllowedError unless the environment names the local stage
    *and* a cloud at this machine, which no deployment on AWS has.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        if not is_local_stage(environment):
            raise NotAllowedError(
                "development keys exist on the local stage only: choose another authority",
                code="AUTHORITY_NOT_HERE",
            )

    def make(self, agent_id: str, key_version: int) -> Key:
        """Work out a new agent's key; the same agent has the same one."""
        return Key(address_of(_secret_of(agent_id, key_version)), "")

    @contextmanager
    def opened(self, held: HeldKey) -> Iterator[SigningKey]:
        """Work out an agent's key for the time of a block."""
        secret = _secret_of(held.agent_id, held.key_version)
        if address_of(secret) != held.address:
            raise KeyUnusableError("this is not the key that the agent was made with")
        key = SigningKey(secret)
        try:
            yield key
        finally:
            key.forget()

    def destroy(self, held: HeldKey) -> None:
        """Do nothing: there is nothing kept."""


def _secret_of(agent_id: str, key_version: int) -> bytes:
    return hmac.digest(_SALT, f"{agent_id}#{key_version}".encode(), hashlib.sha256)
