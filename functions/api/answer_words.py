"""What the fields of some answers mean, with their units, for who reads the document of the API."""

from __future__ import annotations

from collections.abc import Mapping

from understudy.workflows.requests.copies import LogLine
from understudy.workflows.requests.portfolio import PortfolioView, PositionView

FIELDS: Mapping[type, Mapping[str, str]] = {
    PortfolioView: {
        "follow_id": "The follow that all of this is of.",
        "status": "Whether it copies.",
        "pause_reason": "Why it is paused; only while it is.",
        "copy_budget_usdc": "Its limit: most margin that it uses at a time, in USDC.",
        "margin": "Margin of what it holds, at entry prices, in USDC.",
        "reserved": "Margin of its entries under way, in USDC.",
        "used": "margin + reserved, in USDC.",
        "realized": "Profit of what it closed, before fees, in USDC.",
        "fees": "Trading fees of all its orders, what is still open included, in USDC.",
        "funding": "Funding received, less what was paid, in USDC.",
        "pnl": "Of what is closed: realized - fees + funding, in USDC; the profit of what is open"
        " is not in it.",
        "unrealized": "Of what is open: its profit at the newest marks against its entry prices,"
        " in USDC; a symbol without a mark counts 0. pnl + unrealized: the follow's whole profit.",
        "remaining": "copy_budget_usdc - used + pnl + unrealized, in USDC.",
        "positions": "One for each symbol that it has a record of, those that are flat included.",
    },
    PositionView: {
        "symbol": "The market.",
        "target": "What the follow wants, signed (a short is below 0), in base units.",
        "held": "What the venue has confirmed, signed, in base units.",
        "pending_orders": "How many of its orders are under way.",
        "entry_price": "Average price of what is held, in USDC; only while something is.",
        "entry_notional": "Size times price of what is held, at entry prices, in USDC.",
        "margin": "Margin of what is held, at entry prices, in USDC.",
        "leverage": "The leverage of its newest entry; 0 before the first.",
        "mark": "The newest price of the market, in USDC; only where one is known.",
        "unrealized": "Profit of what is held at the mark, in USDC; only where there is a mark, or"
        " nothing is held.",
        "last_seq": "Number of the leader's trade of this symbol that was decided last.",
        "entries_paused": "Whether entries wait, since the venue shows another position than held.",
        "needs_operator": "Whether an exit waits for an operator: it failed too often, or its agent"
        " signs no more.",
    },
    LogLine: {
        "copy_id": "The copy that the line tells of.",
        "follow_id": "The follow whose copy it is.",
        "at_ms": "When the leader traded, by the venue's clock: leader_time_ms of the copy, not"
        " when it was copied or changed last.",
        "symbol": "The market.",
        "kind": "What the trade did to the leader's position.",
        "reason": "Why, where there is a reason; else empty.",
        "text": "Why, or how the copy stands, in words.",
    },
}
