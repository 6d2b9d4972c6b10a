"""Reading a function's environment: what is missing or wrong is named, nothing is assumed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.errors import InvalidInputError

MS_DIGITS = 13
ADDRESS = re.compile(r"0x[0-9a-f]{40}")
QUEUE_URLS = {
    "leader_fills": "LEADER_FILLS_QUEUE_URL",
    "fill_fan_out": "FILL_FAN_OUT_QUEUE_URL",
    "follower_execute": "FOLLOWER_EXECUTE_QUEUE_URL",
    "follow_reconcile": "FOLLOW_RECONCILE_QUEUE_URL",
}


def text(name: str) -> str:
    """Give a variable that must be set; raises InvalidInputError naming it."""
    value = os.environ.get(name, "")
    if not value:
        raise InvalidInputError(f"set the environment variable {name}")
    return value


def count(name: str) -> int:
    """Give a variable that must be a whole number above zero."""
    value = text(name)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise InvalidInputError(f"{name} must be a whole number above zero")
    return int(value)


def addresses(name: str) -> frozenset[str]:
    """Give the addresses of a list that may be empty, in lower case."""
    listed = [each.strip().lower() for each in os.environ.get(name, "").split(",") if each.strip()]
    if not all(ADDRESS.fullmatch(each) for each in listed):
        raise InvalidInputError(f"{name} must be addresses, 0x and 40 hex digits, with commas")
    return frozenset(listed)


def epoch() -> int:
    """Give the execution epoch: when copying was stopped for the last restore; 0 before any."""
    value = text("EXECUTION_EPOCH")
    is_time = value.isascii() and value.isdigit() and len(value) == MS_DIGITS
    if value != "0" and not is_time:
        raise InvalidInputError(
            "EXECUTION_EPOCH must be 0, or the time in ms since 1970 at which copying was stopped"
        )
    return int(value)


def chain() -> Chain:
    """Give the venue's network; there is no default."""
    name = text("HYPERLIQUID_CHAIN")
    if name not in list(Chain):
        raise InvalidInputError(f"HYPERLIQUID_CHAIN must be one of {', '.join(Chain)}")
    return Chain(name)


def queue_urls(*queues: str) -> Mapping[str, str]:
    """Give the addresses of the queues that this function sends to."""
    return {queue: text(QUEUE_URLS[queue]) for queue in queues}
