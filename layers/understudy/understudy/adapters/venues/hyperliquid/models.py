"""The venue's JSON as it comes, field by field; its words stay inside this package."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Liquidation(TypedDict):
    """Tag of a fill on both sides of a liquidation."""

    liquidatedUser: str
    markPx: str
    method: str


class FillRow(TypedDict):
    """One fill of `userFillsByTime`; `side` is B or A, this user's own."""

    coin: str
    px: str
    sz: str
    side: str
    time: int
    startPosition: str
    dir: str
    closedPnl: str
    oid: int
    fee: str
    tid: int
    cloid: NotRequired[str | None]
    builderFee: NotRequired[str]
    liquidation: NotRequired[Liquidation]


class FundingDelta(TypedDict):
    """What one position was paid; negative: what it paid."""

    coin: str
    usdc: str


class FundingRow(TypedDict):
    """One payment of `userFunding`."""

    time: int
    delta: FundingDelta


class TradeRow(TypedDict):
    """One trade of the public stream; `side` is the taker's, `users` are buyer and seller."""

    coin: str
    side: str
    px: str
    sz: str
    time: int
    hash: str
    tid: int
    users: list[str]


class Listing(TypedDict):
    """One market of a dex's `meta`; its place in the list is its number."""

    name: str
    szDecimals: int
    maxLeverage: int
    isDelisted: NotRequired[bool]
    onlyIsolated: NotRequired[bool]
    marginMode: NotRequired[str]
    growthMode: NotRequired[str]
    deployerFeeScale: NotRequired[str]


class Meta(TypedDict):
    """All markets of a dex, those that are delisted included."""

    universe: list[Listing]


class Dex(TypedDict):
    """A builder's dex of `perpDexs`; the scale says what its builder adds to the fee."""

    name: str
    deployerFeeScale: NotRequired[str]


class LeverageRow(TypedDict):
    """How a position is margined."""

    type: str
    value: int


class PositionRow(TypedDict):
    """A position; `szi` is its signed size."""

    coin: str
    szi: str
    leverage: LeverageRow


class HeldRow(TypedDict):
    """A position with its type, always one-way."""

    position: PositionRow


class MarginSummary(TypedDict):
    """An account's money on one dex."""

    accountValue: str
    totalMarginUsed: str


class Clearinghouse(TypedDict):
    """`clearinghouseState` of one user on one dex."""

    marginSummary: MarginSummary
    assetPositions: list[HeldRow]
    time: int


class Balance(TypedDict):
    """A spot balance and what orders and positions hold back of it."""

    coin: str
    total: str
    hold: str


class SpotState(TypedDict):
    """`spotClearinghouseState` of one user."""

    balances: list[Balance]


class OrderRow(TypedDict):
    """An order as the histories show it; `sz` is what is left of `origSz`."""

    coin: str
    oid: int
    sz: str
    origSz: str
    timestamp: int


class OrderState(TypedDict):
    """An order with its state."""

    order: OrderRow
    status: str


class OrderStatusAnswer(TypedDict):
    """The answer of `orderStatus`: `status` is `order` or `unknownOid`."""

    status: str
    order: NotRequired[OrderState]
