"""Scripted misfortune: which request, frame or order it strikes, how often, and its numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from simulators.hyperliquid.decimals import is_number_text
from simulators.hyperliquid.engine.misdeeds import MISDEEDS, Misdeed

LATENCY, TIMEOUT, LATE = "latency", "timeout_after_accept", "late_landing"
RESET, RESET_AFTER = "reset", "reset_after_accept"
TOO_MANY = "429"
SERVER_ERRORS = {"502": "Bad Gateway", "503": "Service Unavailable", "504": "Gateway Timeout"}
SILENT, DISCONNECT = "silent_socket", "disconnect"
HTTP_KINDS = (LATENCY, TIMEOUT, LATE, RESET, RESET_AFTER, TOO_MANY, *SERVER_ERRORS)
STREAM_KINDS = (SILENT, DISCONNECT)
KINDS = (*HTTP_KINDS, *STREAM_KINDS, *MISDEEDS)
MATCH_KEYS = frozenset({"method", "type", "user", "symbol"})
KEYS = frozenset({"kind", "count", "probability", "seed", "delay_ms", "factor", "text", "match"})
_RESOLUTION = 1_000_000


class InvalidFaultError(ValueError):
    """The fault asked for does not fit the schema; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the thing that may be struck."""

    method: str
    kind: str
    user: str = ""
    symbols: Collection[str] = ()

    def fits(self, match: Mapping[str, str]) -> bool:
        """Tell whether every key of ``match`` agrees."""
        own = {"method": self.method, "type": self.kind, "user": self.user}
        return all(
            wanted in self.symbols if key == "symbol" else own[key] == wanted
            for key, wanted in match.items()
        )


@dataclass(slots=True)
class Fault:
    """One script: strikes ``count`` times, or with ``probability`` each time, until deleted."""

    kind: str
    count: int | None = 1
    probability: Decimal | None = None
    delay_ms: int = 0
    factor: Decimal = Decimal("0.5")
    text: str = ""
    match: dict[str, str] = field(default_factory=dict)
    random: Random = field(default_factory=Random)
    struck: int = 0

    def strikes(self, facts: Facts) -> bool:
        """Tell whether it strikes now, using one strike up."""
        if not facts.fits(self.match) or (self.count is not None and self.struck >= self.count):
            return False
        if self.probability is not None:
            drawn = self.random.randrange(_RESOLUTION)
            if drawn >= self.probability * _RESOLUTION:
                return False
        self.struck += 1
        return True

    def view(self) -> dict[str, Any]:
        """Return the fault for the control plane."""
        return {
            "kind": self.kind,
            "count": self.count,
            "probability": None if self.probability is None else str(self.probability),
            "delay_ms": self.delay_ms,
            "factor": str(self.factor),
            "text": self.text,
            "match": self.match,
            "struck": self.struck,
        }


@dataclass(slots=True)
class Faults:
    """All scripts, in the order they were given; the first that fits strikes."""

    scripts: list[Fault] = field(default_factory=list)

    def take(self, kinds: Collection[str], facts: Facts) -> Fault | None:
        """Return the fault that strikes, or None."""
        return next((f for f in self.scripts if f.kind in kinds and f.strikes(facts)), None)

    def next_for(self, user: str, symbol: str) -> Misdeed | None:
        """Return the wrong to do to this order in the books."""
        if not self.scripts:
            return None
        fault = self.take(MISDEEDS, Facts("exchange", "order", user, (symbol,)))
        return None if fault is None else Misdeed(fault.kind, fault.factor, fault.text)


def read_fault(wire: Any) -> Fault:
    """Return the fault described, or say what is wrong with it."""
    if not isinstance(wire, dict) or wire.get("kind") not in KINDS:
        raise InvalidFaultError(f"kind must be one of {', '.join(KINDS)}")
    match = wire.get("match") or {}
    unknown = (set(wire) - KEYS) | (set(match) - MATCH_KEYS)
    if unknown:
        raise InvalidFaultError(f"unknown keys: {', '.join(sorted(unknown))}")
    probability = _decimal(wire, "probability")
    if probability is not None and not 0 <= probability <= 1:
        raise InvalidFaultError("probability must be between 0 and 1")
    return Fault(
        kind=wire["kind"],
        count=_count(wire, None if probability is not None else 1),
        probability=probability,
        delay_ms=_count(wire, 0, "delay_ms") or 0,
        factor=_decimal(wire, "factor") or Decimal("0.5"),
        text=str(wire.get("text", "")),
        match={
            key: str(value).lower() if key == "user" else str(value) for key, value in match.items()
        },
        random=Random(_count(wire, 0, "seed")),  # noqa: S311 - a script, not a secret
    )


def _decimal(wire: dict[str, Any], key: str) -> Decimal | None:
    value = wire.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not is_number_text(value):
        raise InvalidFaultError(f'{key} must be a decimal in a string, like "0.1"')
    return Decimal(value)


def _count(wire: dict[str, Any], default: int | None, key: str = "count") -> int | None:
    value = wire.get(key, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidFaultError(f"{key} must be a whole number, 0 or more")
    return value
