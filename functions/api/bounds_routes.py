"""The bounds under which an agent signs: shown, narrowed, and widened by the owner's signature."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from understudy.domain.agents import SigningBounds
from understudy.ports.agents import BoundsAnswer

from .fields import Exact, Symbol, Text, WholeNumber
from .limits import MOST_SYMBOLS
from .routing import Access, Call, Request, Route

MOST_NOTIONAL_USDC = 100_000_000_000
Amount = Annotated[Decimal, Exact, Field(gt=0, le=MOST_NOTIONAL_USDC)]
Symbols = Annotated[tuple[Symbol, ...], Field(max_length=MOST_SYMBOLS)]
LATEST_MS = 10**13


class ChangeBounds(Request):
    """All bounds as they shall be; to widen any, the signature over the text that was given."""

    max_order_notional_usdc: Annotated[
        Amount, Field(description="Most notional signed for one entry, in USDC.")
    ]
    max_daily_notional_usdc: Annotated[
        Amount, Field(description="Most notional signed in entries of a day (UTC), in USDC.")
    ]
    max_leverage: Annotated[
        WholeNumber, Field(ge=1, le=50, description="Highest leverage that is signed.")
    ]
    price_band_bps: Annotated[
        WholeNumber,
        Field(
            ge=1,
            le=10_000,
            description="How far from the mark an entry's price may lie, in basis points; an exit's"
            " may always lie 1000.",
        ),
    ]
    symbols_allow: Annotated[
        Symbols, Field(description="The only symbols whose entries are signed; empty: all.")
    ] = ()
    symbols_deny: Annotated[
        Symbols, Field(description="Symbols whose entries are not signed.")
    ] = ()
    valid_until_ms: Annotated[
        WholeNumber,
        Field(
            ge=0,
            le=LATEST_MS,
            description="When the signature ends, as came with the text; needed with one.",
        ),
    ] = 0
    signature: Annotated[
        Text | None,
        Field(description="The wallet's, over the text given back; needed to widen a bound."),
    ] = None


def bounds(call: Call) -> BoundsAnswer:
    """Show bounds."""
    return call.services.bounds.show(call.user_id, call.path["agent_id"])


def change(call: Call) -> BoundsAnswer:
    """Change bounds."""
    wish: ChangeBounds = call.body
    wanted = SigningBounds(
        wish.max_order_notional_usdc,
        wish.max_daily_notional_usdc,
        wish.max_leverage,
        wish.price_band_bps,
        wish.symbols_allow,
        wish.symbols_deny,
    )
    return call.services.bounds.change(
        call.user_id, call.path["agent_id"], wanted, wish.valid_until_ms, wish.signature or ""
    )


BOUNDS = "/v1/agents/{agent_id}/bounds"

ROUTES = (
    Route("GET", BOUNDS, "Show under which bounds an agent signs", bounds, Access.USER),
    Route(
        "PUT",
        BOUNDS,
        "Narrow the bounds of an agent's wallet; wider ones need its signature over the text given",
        change,
        body=ChangeBounds,
    ),
)
