"""Reading a function's environment: what is missing or wrong is named, nothing is assumed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.errors import ConfigurationError

MS_DIGITS = 13
MOST = 10**12
ADDRESS = re.compile(r"0x[0-9a-f]{40}")
DOMAIN = re.compile(r"[^\s/?#@]+")
ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#@]+")
CHAIN_ID = re.compile(r"[1-9][0-9]{0,17}")
QUEUE_URLS = {
    "leader_fills": "LEADER_FILLS_QUEUE_URL",
    "fill_fan_out": "FILL_FAN_OUT_QUEUE_URL",
    "follower_execute": "FOLLOWER_EXECUTE_QUEUE_URL",
    "follow_reconcile": "FOLLOW_RECONCILE_QUEUE_URL",
}


def text(name: str) -> str:
    """Give a variable that must be set; raises ConfigurationError naming it."""
    value = os.environ.get(name, "")
    if not value:
        raise ConfigurationError(f"set the environment variable {name}")
    return value


def count(name: str, most: int = MOST) -> int:
    """Give a variable that must be a whole number from 1 to `most`."""
    value = text(name)
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= most):
        raise ConfigurationError(f"{name} must be a whole number from 1 to {most}")
    return int(value)


def addresses(name: str) -> frozenset[str]:
    """Give the addresses of a list that may be empty, in lower case."""
    listed = _members(os.environ.get(name, "").lower())
    if not all(map(ADDRESS.fullmatch, listed)):
        raise ConfigurationError(f"{name} must be addresses, 0x and 40 hex digits, with commas")
    return listed


def domains(name: str) -> frozenset[str]:
    """Give the domains of a list, each with its port if it has one."""
    return _listed(name, DOMAIN, "domains like app.example.com or localhost:3000")


def origins(name: str) -> frozenset[str]:
    """Give the origins of a list."""
    return _listed(name, ORIGIN, "origins like https://app.example.com, nothing after the host")


def chain_ids(name: str) -> frozenset[int]:
    """Give the chain ids of a list."""
    return frozenset(map(int, _listed(name, CHAIN_ID, "chain ids, whole numbers above zero")))


def _listed(name: str, form: re.Pattern[str], words: str) -> frozenset[str]:
    listed = _members(text(name))
    if not listed or not all(map(form.fullmatch, listed)):
        raise ConfigurationError(f"{name} must be {words}; with commas between them")
    return listed


def _members(value: str) -> frozenset[str]:
    return frozenset(each.strip() for each in value.split(",") if each.strip())


def epoch() -> int:
    """Give the execution epoch: when copying was stopped for the last restore; 0 before any."""
    value = text("EXECUTION_EPOCH")
    is_time = value.isascii() and value.isdigit() and len(value) == MS_DIGITS
    if value != "0" and not is_time:
        raise ConfigurationError(
            "EXECUTION_EPOCH must be 0, or the time in ms since 1970 at which copying was stopped"
        )
    return int(value)


def chain() -> Chain:
    """Give the venue's network; there is no default."""
    name = text("HYPERLIQUID_CHAIN")
    if name not in list(Chain):
        raise ConfigurationError(f"HYPERLIQUID_CHAIN must be one of {', '.join(Chain)}")
    return Chain(name)


def queue_urls(*queues: str) -> Mapping[str, str]:
    """Give the addresses of the queues that this function sends to."""
    return {queue: text(QUEUE_URLS[queue]) for queue in queues}
