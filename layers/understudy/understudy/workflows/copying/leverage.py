"""A symbol's leverage before an entry that wants another: a pinned action, absolute in effect."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import NamedTuple

from understudy.domain import retrying
from understudy.domain.decisions import CLOCKS_DIFFER_MS
from understudy.domain.ids import CopyId, client_order_id, intent_id
from understudy.domain.intents import (
    Accepted,
    Intent,
    IntentKind,
    IntentState,
    Outcome,
    Rejected,
    SigningRefused,
    Unknown,
)
from understudy.domain.lanes import Lane, LeverageSetting
from understudy.domain.money import ZERO
from understudy.domain.plans import OrderPlan
from understudy.domain.reasons import Reason
from understudy.domain.receipting import REASON_OF_REJECTION, RULE_OF_REJECTION
from understudy.domain.replacing import replace
from understudy.domain.settlement import paused_by, refused
from understudy.domain.trades import Trade
from understudy.ports.copying import Changes
from understudy.workflows.copying.claims import ENTRY_LIFETIME_MS, is_isolated
from understudy.workflows.copying.closing_out import close_out_if_stopped
from understudy.workflows.copying.lanes import Answer
from understudy.workflows.copying.views import RATE_LIMITED, CopyPorts, View

TRIES = 2
# What the venue says of the account, whatever it was asked to do.
OF_THE_ACCOUNT = {
    kind: REASON_OF_REJECTION[kind]
    for kind in (retrying.RATE_LIMITED, retrying.ACCOUNT_EMPTY, retrying.AGENT_GONE)
}


class NotSet(NamedTuple):
    """Why a leverage was not confirmed, and by which rule if the reason has several."""

    reason: Reason
    rule: str = ""


def needs_leverage(view: View, order: OrderPlan) -> bool:
    """Say whether the venue holds another leverage or margin mode than the entry wants.

    What was set last is the wallet's: another of its follows may have had the symbol meanwhile. A
    reading shows it with a position alone, and one from before says nothing any more.
    """
    if order.reduce_only:
        return False
    lane, account = view.around.lane, view.around.account
    known = (lane if account is None else lane.as_shown(account)).settings.get(view.symbol)
    return known is None or not known.is_known_as(order.leverage, isolated=is_isolated(view))


def set_leverage(
    ports: CopyPorts, view: View, trade: Trade, leverage: int
) -> Generator[Intent, Answer, tuple[View, NotSet | None]]:
    """Set a symbol's leverage and say why it was not confirmed; None when it was.

    The action says an absolute value, so setting it again is harmless: when no answer comes it is
    set once more, unless the venue limits us. After that the entry that needed it is skipped. So is
    one while an unconfirmed change to something else may still land behind its own.
    """
    if _another_may_land(view, leverage, ports.clock.now_ms()):
        return view, NotSet(Reason.LEVERAGE_NOT_ALLOWED)
    for _ in range(TRIES):
        view, outcome = yield from _try_once(ports, view, trade, leverage)
        if not isinstance(outcome, Unknown) or outcome.cause == RATE_LIMITED:
            break
    return view, _reason_of(outcome)


def _another_may_land(view: View, leverage: int, now_ms: int) -> bool:
    """Say whether a change to another leverage or margin mode is on its way to the venue still."""
    known = view.around.lane.settings.get(view.symbol)
    if known is None or known.is_for(leverage, isolated=is_isolated(view)):
        return False
    return now_ms <= known.unsure_until_ms


def _try_once(
    ports: CopyPorts, view: View, trade: Trade, leverage: int
) -> Generator[Intent, Answer, tuple[View, Outcome | SigningRefused]]:
    intent, before = _pin(ports, view, trade, leverage), view.around.lane.settings
    # From here on the venue may have it or not: it is unsure until the venue confirms it.
    unsure = LeverageSetting(
        intent.leverage,
        intent.isolated,
        unsure_until_ms=intent.expires_at_ms + CLOCKS_DIFFER_MS,
    )
    lane = replace(view.around.lane.with_setting(view.symbol, unsure), nonce=intent.nonce)
    committed = ports.store.commit(Changes(lane=lane, intent=intent))
    view = view.after(committed)
    pinned = committed.intent or intent
    answer = yield pinned
    if isinstance(answer, SigningRefused):
        lane = _without_it(view, before)
        return _finish(ports, view, _ended(pinned, IntentState.REFUSED), lane), answer
    outcome = ports.submit(pinned, answer, first=True)
    if isinstance(outcome, Rejected):
        view = view.after(Changes(lane=_without_it(view, before)))
        return _end_refused(ports, view, pinned, outcome), outcome
    if isinstance(outcome, Unknown):
        return _finish(ports, view, _ended(pinned, IntentState.REJECTED), None), outcome
    known = _confirmed(intent, before.get(view.symbol), ports.clock.now_ms())
    lane = view.around.lane.with_setting(view.symbol, known)
    return _finish(ports, view, _ended(pinned, IntentState.FILLED), lane), outcome


def _confirmed(intent: Intent, before: LeverageSetting | None, now_ms: int) -> LeverageSetting:
    """Give a change as known; an earlier one to the same may land once more behind it."""
    known = LeverageSetting(intent.leverage, intent.isolated, now_ms)
    if before is None or before.unsure_until_ms < now_ms:
        return known
    return replace(known, unsure_until_ms=before.unsure_until_ms)


def _without_it(view: View, before: Mapping[str, LeverageSetting]) -> Lane:
    """Give the lane without a change that was refused, but with one before it that may still land.

    What was confirmed before is forgotten: the refusal may be about what somebody else has set.
    """
    return replace(view.around.lane, settings=before).forgetting({view.symbol})


def _ended(intent: Intent, state: IntentState) -> Intent:
    return replace(intent, state=state, fee_is_final=True)


def _reason_of(outcome: Outcome | SigningRefused) -> NotSet | None:
    """Say what came between an entry and its leverage; None when nothing did."""
    if isinstance(outcome, Accepted):
        return None
    if isinstance(outcome, SigningRefused):
        over_limit = outcome.reason == Reason.LEVERAGE_NOT_ALLOWED.value
        return NotSet(Reason.LEVERAGE_NOT_ALLOWED if over_limit else Reason.SIGNING_REFUSED)
    if isinstance(outcome, Rejected):
        reason = OF_THE_ACCOUNT.get(outcome.kind, Reason.LEVERAGE_NOT_ALLOWED)
        return NotSet(reason, RULE_OF_REJECTION.get(reason, ""))
    is_limited = outcome.cause == RATE_LIMITED
    return NotSet(Reason.RATE_LIMITED if is_limited else Reason.LEVERAGE_NOT_ALLOWED)


def _end_refused(ports: CopyPorts, view: View, intent: Intent, outcome: Rejected) -> View:
    """End a change that was refused, with what the refusal says of the account."""
    state, now_ms = view.state, ports.clock.now_ms()
    cause = retrying.pause_after(outcome, reduce_only=False)
    committed = ports.store.commit(
        Changes(
            follow=paused_by(state.follow, state.budget, cause) if cause else None,
            lane=retrying.lane_after(view.around.lane, outcome, now_ms) or view.around.lane,
            intent=refused(intent, outcome),
        )
    )
    view = view.after(committed)
    if committed.follow is not None:
        close_out_if_stopped(ports.queues, view.state, now_ms)
    return view


def _finish(ports: CopyPorts, view: View, intent: Intent, lane: Lane | None) -> View:
    return view.after(ports.store.commit(Changes(lane=lane, intent=intent)))


def _pin(ports: CopyPorts, view: View, trade: Trade, leverage: int) -> Intent:
    follow, now_ms = view.state.follow, ports.clock.now_ms()
    nonce = view.around.lane.next_nonce(now_ms)
    name = intent_id(follow.follow_id, f"leverage {view.symbol}", leverage, nonce)
    return Intent(
        intent_id=name,
        follow_id=follow.follow_id,
        copy_id=CopyId(name),
        wallet_id=follow.wallet_id,
        wallet_address=follow.wallet_address,
        agent_id=follow.agent_id,
        venue=follow.venue,
        kind=IntentKind.LEVERAGE,
        symbol=view.symbol,
        asset=view.market.asset,
        side=trade.side,
        size=ZERO,
        limit_price=ZERO,
        reduce_only=False,
        leverage=leverage,
        isolated=is_isolated(view),
        client_order_id=client_order_id(name),
        nonce=nonce,
        expires_at_ms=now_ms + ENTRY_LIFETIME_MS,
        margin=ZERO,
        leg=0,
        attempt=1,
        seq=trade.seq,
        created_at_ms=now_ms,
    )
