"""Following a leader: create, look, change, start, pause, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AliasChoices, Field

from understudy.domain.follows import Follow
from understudy.domain.ids import FollowId, WalletId
from understudy.domain.markets import HYPERLIQUID
from understudy.workflows.requests.wanted import WantedFollow

from .fields import Identity, Leader, Percent, Usdc
from .limits import LimitChoices, RiskChoices
from .routing import Access, Call, Items, Request, Route

if TYPE_CHECKING:
    from understudy.workflows.requests.portfolio import PortfolioView


class NewFollow(Request):
    """Whom to follow, with which wallet (the active one by default) and limits.

    copy_budget_usdc and sizing are needed where the copy profile has none.
    """

    venue: Literal["hyperliquid"] = "hyperliquid"
    wallet_id: Identity | None = None
    leader_address: Leader
    limits: Annotated[LimitChoices, Field(default_factory=LimitChoices)]


class Risk(RiskChoices):
    """Limits as the older nesting names them; budget and cost stand beside them."""

    max_total_leverage: Annotated[
        Annotated[Percent, Field(ge=1, le=50)] | None,
        Field(validation_alias=AliasChoices("max_total_leverage", "max_leverage")),
    ] = None


class OlderNewFollow(Request):
    """A follow with fixed sizing, in the older nesting."""

    leader_address: Leader
    copy_budget_usdc: Usdc
    cost_per_order_usdc: Usdc
    risk: Annotated[Risk, Field(default_factory=Risk)]


class FollowChange(Request):
    """Limits to change; null gives one back to the copy profile, or to its default."""

    limits: LimitChoices


def create(call: Call) -> Follow:
    """Store a follow."""
    wish: NewFollow = call.body
    wallet_id = None if wish.wallet_id is None else WalletId(wish.wallet_id)
    wanted = WantedFollow(wish.venue, wish.leader_address, wallet_id, wish.limits.choices())
    return call.services.follow_deeds.create(call.user_id, wanted)


def create_older(call: Call) -> Follow:
    """Store a follow that came in the older nesting."""
    wish: OlderNewFollow = call.body
    cost = {"kind": "fixed", "cost_per_order_usdc": str(wish.cost_per_order_usdc)}
    own = {"copy_budget_usdc": str(wish.copy_budget_usdc), "sizing": cost}
    limits = {**wish.risk.choices(), **own}
    wanted = WantedFollow(HYPERLIQUID, wish.leader_address, None, limits)
    return call.services.follow_deeds.create(call.user_id, wanted)


def follows(call: Call) -> Items[Follow]:
    """Show the caller's follows."""
    return {"items": call.services.follows.of_user(call.user_id)}


def follow(call: Call) -> Follow:
    """Show one follow."""
    return call.services.follows.one(call.user_id, _follow_id(call))


def change(call: Call) -> Follow:
    """Change limits."""
    wish: FollowChange = call.body
    choices = wish.limits.choices()
    return call.services.follow_deeds.change_limits(call.user_id, _follow_id(call), choices)


def start(call: Call) -> Follow:
    """Begin to copy."""
    return call.services.follow_deeds.start(call.user_id, _follow_id(call))


def pause(call: Call) -> Follow:
    """Stop entering."""
    return call.services.follow_deeds.pause(call.user_id, _follow_id(call))


def delete(call: Call) -> Follow:
    """End a follow."""
    return call.services.follow_deeds.delete(call.user_id, _follow_id(call))


def portfolio(call: Call) -> PortfolioView:
    """Show what a follow holds and has earned."""
    return call.services.portfolios.of_follow(call.user_id, _follow_id(call))


def _follow_id(call: Call) -> FollowId:
    return FollowId(call.path["follow_id"])


ONE = "/v1/follows/{follow_id}"

ROUTES = (
    Route(
        "POST",
        "/v1/follows",
        "Follow a leader; INACTIVE",
        create,
        body=NewFollow,
        status=201,
        begins=True,
    ),
    Route(
        "POST",
        "/v1/copy/follows",
        "Follow a leader with fixed sizing, in the older nesting; INACTIVE",
        create_older,
        body=OlderNewFollow,
        status=201,
        begins=True,
    ),
    Route("GET", "/v1/follows", "List my follows", follows, Access.USER),
    Route("GET", ONE, "Show a follow", follow, Access.USER),
    Route("PATCH", ONE, "Change limits, from the next trade on", change, body=FollowChange),
    Route("POST", ONE + "/start", "Copy from the leader's next trade on", start, begins=True),
    Route(
        "POST",
        ONE + "/pause",
        "Stop entering; on_stop says what becomes of positions",
        pause,
        stops=True,
    ),
    Route("DELETE", ONE, "End a follow; on_stop says how its positions end", delete, stops=True),
    Route("GET", ONE + "/portfolio", "Show positions, budget and PnL", portfolio, Access.USER),
)
