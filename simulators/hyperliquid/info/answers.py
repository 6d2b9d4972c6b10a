"""Which view answers which `/info` type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.engine.funding_payments import between
from simulators.hyperliquid.info import account_views, market_views
from simulators.hyperliquid.info.fill_views import aggregated, fill_view, twap_view
from simulators.hyperliquid.info.funding_views import funding_view
from simulators.hyperliquid.info.order_views import basic_view, full_view, status_view
from simulators.hyperliquid.refusal import MalformedRequestError
from simulators.hyperliquid.wire.shapes import cloid, either, integer

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.hyperliquid.engine.fills import Fill, FillLog
    from simulators.hyperliquid.info.questions import Question

PAGE = 2000
FUNDING_PAGE = 500
_reference = either(integer, cloid)


def _user_fills(question: Question) -> list[dict[str, Any]]:
    fills = question.account().fills.newest(PAGE)
    return [fill_view(fill) for fill in _shown(question, fills)]


def _user_fills_by_time(question: Question) -> list[dict[str, Any]]:
    fills = _between(question, question.account().fills)
    return [fill_view(fill) for fill in _shown(question, fills)]


def _twap_fills_by_time(question: Question) -> list[dict[str, Any]]:
    fills = _between(question, question.account().twap_fills)
    return [twap_view(fill) for fill in _shown(question, fills)]


def _between(question: Question, log: FillLog) -> list[Fill]:
    start_ms, end_ms = question.integer("startTime"), question.optional_integer("endTime")
    return log.between(start_ms, end_ms, PAGE)


def _shown(question: Question, fills: list[Fill]) -> list[Fill]:
    return aggregated(fills) if question.flag("aggregateByTime") else fills


def _user_funding(question: Question) -> list[dict[str, Any]]:
    start_ms, end_ms = question.integer("startTime"), question.optional_integer("endTime")
    payments = question.account().funding
    return [funding_view(each) for each in between(payments, start_ms, end_ms)[:FUNDING_PAGE]]


def _order_status(question: Question) -> dict[str, Any]:
    reference = _reference(question.body.get("oid"))
    history = question.account().orders
    found = (
        history.by_oid.get(reference)
        if isinstance(reference, int)
        else history.by_cloid.get(reference)
    )
    if found is None:
        return {"status": "unknownOid"}
    return {"status": "order", "order": status_view(found)}


def _max_builder_fee(question: Question) -> int:
    return question.account().builder_fees.get(question.address("builder"), 0)


def _all_metas(question: Question) -> list[dict[str, Any]]:
    universe = question.venue.universe
    return [market_views.meta_view(universe, dex) for dex in universe.dexes]


def _meta_and_contexts(question: Question) -> list[Any]:
    universe, dex = question.venue.universe, question.dex()
    contexts = [market_views.context_view(market) for market in universe.by_dex[dex]]
    return [market_views.meta_view(universe, dex), contexts]


ANSWERS: dict[str, Callable[[Question], Any]] = {
    "meta": lambda q: market_views.meta_view(q.venue.universe, q.dex()),
    "metaAndAssetCtxs": _meta_and_contexts,
    "allMids": lambda q: market_views.mids_view(q.venue.universe, q.dex()),
    "perpDexs": lambda q: market_views.dexes_view(q.venue.universe),
    "allPerpMetas": _all_metas,
    "spotMeta": lambda _: market_views.SPOT_META,
    "clearinghouseState": lambda q: account_views.clearinghouse_view(q.venue, q.account(), q.dex()),
    "spotClearinghouseState": lambda q: account_views.spot_view(q.venue, q.account()),
    "userAbstraction": lambda q: q.account().mode,
    "userFills": _user_fills,
    "userFillsByTime": _user_fills_by_time,
    "userTwapSliceFills": lambda q: [
        twap_view(fill) for fill in q.account().twap_fills.newest(PAGE)
    ],
    "userTwapSliceFillsByTime": _twap_fills_by_time,
    "userFunding": _user_funding,
    "openOrders": lambda q: [basic_view(o) for o in q.account().orders.open.values()],
    "frontendOpenOrders": lambda q: [full_view(o) for o in q.account().orders.open.values()],
    "orderStatus": _order_status,
    "historicalOrders": lambda q: [status_view(o) for o in q.account().orders.newest(PAGE)],
    "userRateLimit": lambda q: account_views.rate_limit_view(q.account()),
    "extraAgents": lambda q: account_views.agents_view(q.venue, q.address()),
    "maxBuilderFee": _max_builder_fee,
    "approvedBuilders": lambda q: list(q.account().builder_fees),
    "userRole": lambda q: account_views.role_view(q.venue, q.address()),
    "portfolio": lambda q: account_views.portfolio_view(q.venue, q.account()),
    "l2Book": lambda q: market_views.book_view(q.venue, q.market()),
    "exchangeStatus": lambda q: {"time": q.venue.now_ms(), "specialStatuses": None},
    "userFees": lambda _: account_views.fees_view(),
}


def answer(question: Question) -> Any:
    """Answer one question; an unknown type is malformed."""
    kind = question.body.get("type")
    view = ANSWERS.get(kind) if isinstance(kind, str) else None
    if view is None:
        raise MalformedRequestError
    return view(question)
