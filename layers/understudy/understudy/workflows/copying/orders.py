"""Carrying out pinned orders: sign, send, settle on evidence, go on while a leg is open."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from understudy.domain import retrying
from understudy.domain.decisions import decide_gap
from understudy.domain.errors import ConflictError, DependencyError, SigningUnavailableError
from understudy.domain.exits import exit_size
from understudy.domain.follows import FollowStatus, WaitingOpen
from understudy.domain.intents import (
    Accepted,
    Intent,
    IntentState,
    Outcome,
    Rejected,
    SigningRefused,
    Unknown,
)
from understudy.domain.limits import CopyMode
from understudy.domain.reasons import Reason
from understudy.domain.receipting import finished_receipt, given_up_receipt
from understudy.domain.receipts import Receipt
from understudy.domain.replacing import replace
from understudy.domain.situation import mode_of
from understudy.domain.trades import Trade
from understudy.messages import ResolveIntent, WakeLane
from understudy.ports.copying import Changes
from understudy.ports.delivery import Purpose
from understudy.workflows.copying.claims import claim
from understudy.workflows.copying.converging import (
    OPEN_EXIT,
    SETTLED,
    converge_if_open,
    converge_later,
    converge_with_the_budget,
    convergence,
    order_what_waited,
    wake_after_rest,
)
from understudy.workflows.copying.deciding import decide_waiting
from understudy.workflows.copying.lanes import Answer, Signing
from understudy.workflows.copying.preparing import ORDER_WEIGHT, prepare
from understudy.workflows.copying.settling import settle_order
from understudy.workflows.copying.views import CopyPorts, View

RESOLVE_MARGIN_MS = 5_000
ATTEMPTS_AT_ONCE = 2
ATTEMPTS_BEFORE_OPERATOR = 12
ORDERS_BEFORE_OPERATOR = 300
NEXT_ATTEMPT_MS = 2_000
AGAIN_MS = 2_000
SENDING_MS = 1_000
SENT_AGAIN = "sent again"
# What a venue says that has taken an earlier sending, or may have: another one says nothing new.
ANSWERED = frozenset({"NONCE_USED", "REFUSED_LATER", "NOT_FINAL"})

Answered = Accepted | Rejected


def take_up(ports: CopyPorts, view: View) -> View:
    """Find the order that an earlier delivery pinned for this receipt and did not settle.

    It is marked before anything is done with it: whoever pinned it may still be at work, and must
    not take a refusal for the only answer there is. Raises DependencyError when it just changed,
    also when it was pinned or settled after the ledger was read: what the view says is over.
    """
    receipt = view.receipt
    if receipt is None or receipt.status.is_terminal or not receipt.legs:
        return view
    if view.ledger.last_seq < receipt.seq:
        raise DependencyError("somebody has just pinned an order", follow=receipt.follow_id)
    last = receipt.legs[-1]
    intent = ports.store.intent(receipt.follow_id, last.intent_id)
    if intent is None:
        return view
    if intent.state is IntentState.PENDING:
        return replace(view, intent=_marked(ports, intent), first=False)
    if any(each.intent_id == intent.intent_id for each in view.ledger.pending):
        raise DependencyError("somebody has just settled this order", intent=intent.intent_id)
    return view


def _marked(ports: CopyPorts, intent: Intent) -> Intent:
    if intent.taken_up:
        return intent
    try:
        return ports.store.commit(Changes(intent=replace(intent, taken_up=True))).intent or intent
    except ConflictError as error:
        raise DependencyError("somebody else is at this order", intent=intent.intent_id) from error


def carry_out(ports: CopyPorts, view: View, trade: Trade) -> Signing:
    """Send the pinned order and every further one that the trade needs now."""
    current: View | None = view
    # After the last attempt at once an entry that waited for it may still be sent.
    for attempt in range(ATTEMPTS_AT_ONCE + 2):
        if current is not None and current.intent is not None:
            current = yield from _perform(ports, current)
            _go_on_with_what_waited(ports, current, trade)
            _have_closed_what_is_left(ports, current)
        if current is None or current.receipt is None or current.receipt.status.is_terminal:
            return
        if current.is_deleted:
            _leave_to_the_owner(ports, current, current.receipt)
            return
        if exit_size(current.ledger, current.market):
            current = _next_exit(ports, current, trade, attempt)
        elif current.ledger.waiting is not None and not current.ledger.pending:
            current = yield from _open_leg(ports, current, current.ledger.waiting)
        else:
            return


def _go_on_with_what_waited(ports: CopyPorts, view: View | None, trade: Trade) -> None:
    """Have ordered what waited for an outcome; in a slower mode the window's end does it."""
    if view is not None and mode_of(trade, view.state.follow) is CopyMode.REALTIME:
        order_what_waited(ports, view.state.follow, view.ledger, view.market)


def _have_closed_what_is_left(ports: CopyPorts, view: View | None) -> None:
    """Have the lane close what an order leaves held although a later trade wants it closed.

    That trade's exit may be over, refused or at rest, with nothing held yet that it could close, or
    its window ended while this order was unknown; this trade's own receipt is done, so that nobody
    else asks.
    """
    if view is None or view.receipt is None:
        return
    if view.receipt.status.is_terminal:
        converge_if_open(ports, view.state.follow, view.ledger, view.market, SETTLED)


def _leave_to_the_owner(ports: CopyPorts, view: View, receipt: Receipt) -> None:
    """Finish the receipt of a follow that is over: what is left of the trade is not ordered."""
    finished = finished_receipt(receipt, view.ledger, Reason.FOLLOW_PAUSED)
    if finished is not None:
        ports.store.commit(Changes(receipts=(finished,)))


def resolve_later(ports: CopyPorts, intent: Intent, stages: Mapping[str, int]) -> None:
    """Have the outcome of an order looked up once it can no longer take effect."""
    due_ms = intent.expires_at_ms + RESOLVE_MARGIN_MS - ports.clock.now_ms()
    delay = max(0, -(-due_ms // 1000))
    command = ResolveIntent(intent.intent_id, intent.follow_id, stages)
    ports.queues.to_reconcile(command, delay_seconds=delay)


def _perform(ports: CopyPorts, view: View) -> Generator[Intent, Answer, View | None]:
    """Sign, send and settle; None while the outcome is unknown and evidence is awaited."""
    intent = view.intent
    if intent is None:
        return view
    if ports.clock.now_ms() >= intent.expires_at_ms or _is_unwanted_now(view, intent):
        resolve_later(ports, intent, {})
        return None
    try:
        answer = yield intent
    except SigningUnavailableError as error:
        if not (intent.reduce_only and view.first):
            raise  # an entry has no time to rest; what may have been sent stays unknown
        return _settle(ports, view, intent, _never_signed(error), {})
    outcome, stages = _send(ports, intent, answer, first=view.first)
    if isinstance(outcome, Unknown):
        resolve_later(ports, intent, stages)
        if outcome.cause not in ANSWERED:
            _send_again_soon(ports, view, intent)
        return None
    stages["answered"] = ports.clock.now_ms()
    return _settle(ports, view, intent, outcome, stages)


def _send_again_soon(ports: CopyPorts, view: View, intent: Intent) -> None:
    """Have the lane send the same bytes once more while they can still take effect.

    Whether the first sending arrived is unknown; the venue takes a nonce once, so that the second
    one is the order's last chance or nothing at all.
    """
    now_ms = ports.clock.now_ms()
    if now_ms + AGAIN_MS + SENDING_MS < intent.expires_at_ms:
        again = convergence(view.state.follow, view.symbol, SENT_AGAIN, now_ms)
        command = WakeLane(replace(again, seq=intent.seq))
        ports.queues.to_reconcile(command, delay_seconds=AGAIN_MS // 1000)


def _is_unwanted_now(view: View, intent: Intent) -> bool:
    """Say whether an order was taken up that its follow, or its target, has given up since.

    It may have been sent: the venue's record says so once it has expired. It is not sent again. An
    exit is given up where its owner has stopped the follow and keeps what it would close.
    """
    if view.first:
        return False
    if intent.reduce_only:
        return view.is_kept
    sign, ledger = intent.side.sign, view.ledger
    is_wanted = ledger.target * sign >= ledger.held * sign + intent.size
    return view.state.follow.status is not FollowStatus.ACTIVE or not is_wanted


def _settle(
    ports: CopyPorts, view: View, intent: Intent, outcome: Answered, stages: dict[str, int]
) -> View | None:
    settled = settle_order(ports, view, intent, outcome, stages, first=view.first)
    if settled is None:
        resolve_later(ports, intent, stages)
    return settled


def _send(
    ports: CopyPorts, intent: Intent, answer: Answer, *, first: bool
) -> tuple[Outcome, dict[str, int]]:
    """Send what was signed; gives the outcome and when it was signed and sent, in ms."""
    if isinstance(answer, SigningRefused):
        return _refusal(answer, first=first), {}
    stages = {"signed": ports.clock.now_ms()}
    stages["sent"] = ports.clock.now_ms()
    return ports.submit(intent, answer, first=first), stages


def _never_signed(error: SigningUnavailableError) -> Rejected:
    """Take a signer that is away as a refusal that passes: nothing can have been sent."""
    return Rejected(retrying.SIGNING_UNAVAILABLE, str(error))


def _refusal(answer: SigningRefused, *, first: bool) -> Rejected | Unknown:
    """Take a refusal as final only when the order cannot have been sent before."""
    if first:
        return Rejected(retrying.SIGNING_REFUSED, answer.reason)
    return Unknown("refused to sign again")


def _next_exit(ports: CopyPorts, view: View, trade: Trade, attempt: int) -> View | None:
    """Pin the next attempt of an exit, at once or after a pause, or hand it to an operator."""
    now_ms = ports.clock.now_ms()
    if not view.ledger.pending and _is_exhausted(view) and not view.is_kept:
        _call_operator(ports, view)
        return None
    if view.ledger.pending or now_ms < view.ledger.exit_rests_until_ms:
        # Whoever settles what is under way may find its own trade done, and ask for nothing.
        wake_after_rest(ports, view.state.follow, view.ledger, now_ms)
        return None
    if attempt >= ATTEMPTS_AT_ONCE:
        converge_later(ports, view.state.follow, view.symbol, NEXT_ATTEMPT_MS)
        return None
    if not ports.budget.take(trade.venue, Purpose.EXIT, ORDER_WEIGHT):
        again = convergence(view.state.follow, view.symbol, OPEN_EXIT, now_ms)
        converge_with_the_budget(ports, again)
        return None
    decision = decide_gap(view.situation(trade, now_ms))
    return claim(ports, view, trade, decision, leg=0, queued_at_ms=now_ms)


def _is_exhausted(view: View) -> bool:
    orders = 0 if view.receipt is None else len(view.receipt.legs)
    ledger = view.ledger
    return (
        ledger.exit_attempts >= ATTEMPTS_BEFORE_OPERATOR
        or ledger.exit_pauses >= retrying.PAUSES_BEFORE_OPERATOR
        or orders >= ORDERS_BEFORE_OPERATOR
    )


def _open_leg(
    ports: CopyPorts, view: View, waiting: WaitingOpen
) -> Generator[Intent, Answer, View]:
    """Decide the entry that waited, now that what stood against it is closed."""
    trade, now_ms = waiting.trade, ports.clock.now_ms()
    decision = decide_waiting(view, waiting, now_ms)
    view, decision = yield from prepare(ports, view, trade, decision)
    return claim(ports, view, trade, decision, leg=1, queued_at_ms=now_ms)


def _call_operator(ports: CopyPorts, view: View) -> None:
    """Say on the receipt that every attempt has failed; an alarm is raised, tries get seldom."""
    receipt = view.receipt
    given_up = receipt and given_up_receipt(receipt, receipt.reason, receipt.reason_text)
    ledger = retrying.handed_over(view.ledger, ports.clock.now_ms())
    ports.store.commit(Changes(ledger=ledger, receipts=(given_up,) if given_up else ()))
