"""What every limit of a follow is, with its unit, for who reads the document of the API.

Ranges stand at the fields that check them, defaults in the domain: both are put in from there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from understudy.domain.limits import Limits
from understudy.domain.money import plain_text

NEEDED = "Needed: here or in the copy profile."

WORDS: Mapping[str, str] = {
    "copy_budget_usdc": "Most margin that the follow uses at a time, in USDC.",
    "sizing": "How an entry is sized.",
    "max_order_usdc": "Most margin of one order, in USDC, where sizing is not fixed;"
    " without it the whole budget.",
    "max_total_leverage": "Most notional of all copied positions, in multiples of the account's"
    " equity; no position is entered at a higher leverage.",
    "max_open_positions": "Most symbols held at a time.",
    "max_symbol_allocation_pct": "Most margin of one symbol, in percent of copy_budget_usdc.",
    "max_position_usdc": "Most margin of one symbol, in USDC; without it no such limit.",
    "stop_copy_drawdown_pct": "Loss at which the follow stops, in percent of copy_budget_usdc.",
    "drawdown_basis": "Which loss that is: the realized one, or the one with open positions.",
    "slippage_bps": "How far from the leader's price an entry may fill, in basis points.",
    "close_slippage_bps": "The same for an exit's first order, in basis points; each next one"
    " takes 100 more, up to 500.",
    "margin_mode": "How the venue holds the margin of copied positions.",
    "mode": "Whether trades are copied one by one or what they come to, window by window.",
    "sync_interval_seconds": "Length of a window in mode safe_poll, in seconds.",
    "throttle_window_ms": "Length of a window in mode throttled, in milliseconds.",
    "max_copy_age_seconds": "Age beyond which a trade is too old to be entered, in seconds.",
    "entries_per_minute": "Most entries of the follow in a minute.",
    "symbols_allow": "The only symbols that are entered; empty: all.",
    "symbols_deny": "Symbols that are not entered.",
    "sides": "Which of the leader's positions are entered.",
    "reverse": "Whether the other side of the leader's is taken.",
    "refuse_safe_poll": "Whether trades of a very fast leader are skipped, instead of copied"
    " window by window.",
    "on_stop": "What becomes of positions when the follow stops: the leader's exits are still"
    " copied, they are kept as they are, or closed now.",
}


def tell(schema: dict[str, Any]) -> None:
    """Put words and the default into the schema of a request that carries limits.

    The default is only told: whoever filled it in would overrule the copy profile with it, and in
    a change what was chosen before.
    """
    known = {each.name: each for each in dataclasses.fields(Limits)}
    for name, shown in schema["properties"].items():
        shown.pop("default", None)
        shown["description"] = f"{WORDS[name]}{_default(known[name])}"


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return f" {NEEDED}"
    return "" if field.default is None else f" Default: {_shown(field.default)}."


def _shown(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value).lower()
