"""The wallets in a provider's token, as every provider writes them: read strictly. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from understudy.adapters.identity.ethereum import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.ports.identity import LinkedWallet

_NAME = re.compile(r"[!-~]{1,128}", re.ASCII)


def ethereum_address(value: Any) -> str | None:
    """Give an address in lower case; None for what is none, such as another chain's."""
    is_address = isinstance(value, str) and ADDRESS.fullmatch(value)
    return value.lower() if is_address else None


def provider_name(value: Any) -> str:
    """Give the name that a provider has for a wallet; '' where there is none."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def distinct(wallets: Iterable[LinkedWallet]) -> tuple[LinkedWallet, ...]:
    """Give each address once, in the order in which the token names them."""
    found: dict[str, LinkedWallet] = {}
    for wallet in wallets:
        found.setdefault(wallet.address, wallet)
    return tuple(found.values())
