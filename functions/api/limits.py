"""The limits of a follow as a request carries them: every one may be left out, each in its range.

What must hold between several limits is the domain's business.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from understudy.domain.limits import (
    CopyMode,
    CopySides,
    DrawdownBasis,
    MarginMode,
    OnStop,
    SizingKind,
)

from .fields import Flag, Percent, Symbol, Usdc, WholeNumber
from .limit_words import tell
from .routing import Request

MOST_SYMBOLS = 100


class SizingChoice(Request):
    """How an entry is sized, with the number that belongs to its kind."""

    kind: Annotated[
        SizingKind,
        Field(description="By a fixed margin, a percentage of the leader's, or by both equities."),
    ] = SizingKind.FIXED
    cost_per_order_usdc: Annotated[
        Usdc | None,
        Field(description="Margin of every entry, in USDC; needed by kind fixed, and only there."),
    ] = None
    percent: Annotated[
        Annotated[Percent, Field(ge=1, le=100)] | None,
        Field(description="Percent of the leader's size; needed by kind ratio, and only there."),
    ] = None


class RiskChoices(Request):
    """Limits other than budget and sizing, as chosen."""

    model_config = ConfigDict(json_schema_extra=tell)

    max_order_usdc: Usdc | None = None
    max_total_leverage: Annotated[Percent, Field(ge=1, le=50)] | None = None
    max_open_positions: Annotated[WholeNumber, Field(ge=1, le=20)] | None = None
    max_symbol_allocation_pct: Annotated[Percent, Field(ge=10, le=100)] | None = None
    max_position_usdc: Usdc | None = None
    stop_copy_drawdown_pct: Annotated[Percent, Field(ge=5, le=100)] | None = None
    drawdown_basis: DrawdownBasis | None = None
    slippage_bps: Annotated[WholeNumber, Field(ge=0, le=500)] | None = None
    close_slippage_bps: Annotated[WholeNumber, Field(ge=0, le=500)] | None = None
    margin_mode: MarginMode | None = None
    mode: CopyMode | None = None
    sync_interval_seconds: Annotated[WholeNumber, Field(ge=5, le=60)] | None = None
    throttle_window_ms: Annotated[WholeNumber, Field(ge=500, le=1500)] | None = None
    max_copy_age_seconds: Annotated[WholeNumber, Field(ge=2, le=300)] | None = None
    entries_per_minute: Annotated[WholeNumber, Field(ge=2, le=300)] | None = None
    symbols_allow: Annotated[list[Symbol], Field(max_length=MOST_SYMBOLS)] | None = None
    symbols_deny: Annotated[list[Symbol], Field(max_length=MOST_SYMBOLS)] | None = None
    sides: CopySides | None = None
    reverse: Flag | None = None
    refuse_safe_poll: Flag | None = None
    on_stop: OnStop | None = None

    def choices(self) -> dict[str, Any]:
        """Give what was sent, as plain types; a limit that was sent as null is None."""
        return self.model_dump(mode="json", exclude_unset=True)


class LimitChoices(RiskChoices):
    """Limits as chosen; one that is left out comes from the copy profile, else is the default.

    null takes a choice back. Money is margin in USDC, notional is margin times leverage.
    """

    copy_budget_usdc: Usdc | None = None
    sizing: SizingChoice | None = None

    def choices(self) -> dict[str, Any]:
        """Give what was sent, as plain types; of a sizing, what belongs to its kind."""
        sent = super().choices()
        sizing = sent.get("sizing")
        if sizing is not None:
            sent["sizing"] = {name: each for name, each in sizing.items() if each is not None}
        return sent
