"""A leader's book against the venue: begun with what it shows, compared, corrected.

Only here is the venue asked about leaders. Whoever moves the book meanwhile is not in the way: a
comparison is written into the book as it stands then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from understudy.domain.corrections import correction, doubts_after, is_confirmed
from understudy.domain.errors import ConflictError, DependencyError, VenueUnreachableError
from understudy.domain.grouping import begun_book, from_the_list
from understudy.domain.leaders import BookDoubt, LeaderBook
from understudy.domain.replacing import replace
from understudy.domain.trades import Fill
from understudy.messages import CheckLeader
from understudy.ports.venue import LeaderSnapshot
from understudy.workflows.watching.fanning_out import fan_out_trade
from understudy.workflows.watching.numbering import (
    STORE_TRIES,
    SyncPorts,
    marking_unsent,
    send_newest_again,
    store_fills,
)

OVERLAP_MS = 60_000
# A venue's answers may be so far behind its stream.
BEHIND_MS = 10_000
FULL_LOOK_MS = 300_000
DOUBTED_TRADES = 1_000
AGAIN_SECONDS = (5, 20)


def begin(ports: SyncPorts, book: LeaderBook) -> LeaderBook:
    """Begin a book from the venue's snapshot and the fills around it; once, whoever is faster."""
    snapshot = _snapshot(ports, book)
    since_ms = snapshot.time_ms - OVERLAP_MS
    fills = ports.venues[book.venue].fills_since(book.leader, since_ms)
    sure_ms = snapshot.time_ms - BEHIND_MS
    fresh = replace(book, account=snapshot.account, repaired_ms=snapshot.time_ms)
    begun = begun_book(fresh, snapshot.positions, fills, sure_ms, snapshot.time_ms)
    try:
        return ports.fan_out.store.store_book(begun)
    except ConflictError:
        return ports.fan_out.store.leader_book(book.venue, book.leader)


def settled(ports: SyncPorts, book: LeaderBook, fills: Sequence[Fill]) -> Sequence[Fill]:
    """Have fills from around the begin as the venue lists them, with the position that they met.

    The book may have begun with them or without. Raises VenueUnreachableError while the list does
    not show them, for the few seconds that it may be behind.
    """
    now_ms = ports.fan_out.clock.now_ms()
    unsure = {
        fill.key
        for fill in fills
        if fill.time_ms <= book.begun_ms
        and not book.began_with(fill)
        and now_ms - fill.time_ms < BEHIND_MS
    }
    if not unsure:
        return fills
    listed = ports.venues[book.venue].fills_since(book.leader, book.cursor_ms)
    known = {fill.key: fill for fill in listed if fill.key in unsure}
    if known.keys() != unsure:
        raise VenueUnreachableError(
            "the venue does not list a fill yet: try again in a moment", leader=book.leader
        )
    return [
        replace(fill, start_position=known[fill.key].start_position) if fill.key in known else fill
        for fill in fills
    ]


def not_looked_past(ports: SyncPorts, book: LeaderBook, fills: Sequence[Fill]) -> Sequence[Fill]:
    """Leave out fills that a full look has passed without their being listed, as in old messages.

    The venue's positions were taken over since: what these fills moved is in the book, by a
    correction if by nothing else.
    """
    passed = {fill.key for fill in fills if fill.time_ms < book.repaired_ms - OVERLAP_MS}
    if not passed:
        return fills
    known = ports.fan_out.store.fill_owners(book.venue, book.leader, sorted(passed))
    return [fill for fill in fills if fill.key not in passed or fill.key in known]


def compare(ports: SyncPorts, book: LeaderBook, *, fully: bool) -> LeaderBook:
    """Compare a book with the venue, keep the account fresh, and store what passed unseen.

    The leader's fills are asked for where positions differ, or for a full look. What it stores says
    that a look is wanted until this one is over: should it stop before all is sent on, the next one
    sends it, whatever the venue answers.
    """
    if book.look_wanted:
        send_newest_again(ports, book)
    snapshot = _snapshot(ports, book)
    if full := fully or bool(_differences(ports, book, snapshot)):
        book = _with_missed(ports, book)

    def compared(current: LeaderBook) -> LeaderBook:
        # Whoever moved the book may want a look at what this one has not seen, or not have sent.
        moved = current.version != book.version
        still_wanted = moved and current.look_wanted
        unsent_from = current.unsent_from if moved else 0
        account = snapshot.account.remembering(current.account)
        current = replace(_corrected(ports, current, snapshot), account=account)
        if not full:
            return current
        current = replace(current, unsent_from=unsent_from)
        return _looked_at(current, snapshot.time_ms, wanted=still_wanted)

    return _kept(ports, book, compared)


def _with_missed(ports: SyncPorts, book: LeaderBook) -> LeaderBook:
    """Store what passed unseen behind what is stored; the newest of that may not be sent yet."""
    missed = _missed(ports, book)
    if missed and not book.look_wanted:  # else they were sent a moment ago
        send_newest_again(ports, book)
    return store_fills(ports, marking_unsent(replace(book, look_wanted=True)), missed)


def want_a_look(ports: SyncPorts, book: LeaderBook) -> LeaderBook:
    """Have the next check take a full look."""
    return _kept(ports, book, lambda current: replace(current, look_wanted=True))


def check(ports: SyncPorts, command: CheckLeader) -> None:
    """Compare a leader's book in its turn, with a full look now and then, or where one is wanted.

    Without an answer the leader's next turn does it, or the next look after a gap.
    """
    book = ports.fan_out.store.leader_book(command.venue, command.leader)
    age_ms = ports.fan_out.clock.now_ms() - book.repaired_ms
    if not book.started:
        return
    try:
        compare(ports, book, fully=book.look_wanted or age_ms >= FULL_LOOK_MS)
    except VenueUnreachableError:
        if command.unanswered and book.look_wanted:
            look_soon(ports, book, command.unanswered + 1)


def look_soon(ports: SyncPorts, book: LeaderBook, unanswered: int) -> None:
    """Have a leader checked after a look that had no answer: its turn may be a minute away.

    Once more after that, and only after a gap: a venue that is down, or limits us, is not asked
    about everybody again and again.
    """
    if unanswered <= len(AGAIN_SECONDS):
        again = CheckLeader(book.venue, book.leader, unanswered)
        ports.fan_out.queues.to_reconcile(again, delay_seconds=AGAIN_SECONDS[unanswered - 1])


def _kept(
    ports: SyncPorts, book: LeaderBook, change: Callable[[LeaderBook], LeaderBook]
) -> LeaderBook:
    """Store a changed book; when a trade has moved it meanwhile, the moved one is changed."""
    for _ in range(STORE_TRIES):
        try:
            return ports.fan_out.store.store_book(change(book))
        except ConflictError:
            book = ports.fan_out.store.leader_book(book.venue, book.leader)
    raise DependencyError("a leader's book keeps changing", leader=book.leader)


def _looked_at(book: LeaderBook, time_ms: int, *, wanted: bool) -> LeaderBook:
    book = replace(book, repaired_ms=time_ms, look_wanted=wanted)
    is_settled = time_ms - book.begun_ms > OVERLAP_MS
    return replace(book, cursor_ms=book.begun_ms, begun_with=()) if is_settled else book


def _snapshot(ports: SyncPorts, book: LeaderBook) -> LeaderSnapshot:
    dexes = {market.dex for market in ports.markets.markets(book.venue).values()} | {""}
    venue = ports.venues[book.venue]
    return venue.leader_snapshot(book.leader, sorted(dexes), before=book.account)


def _differences(
    ports: SyncPorts, book: LeaderBook, snapshot: LeaderSnapshot
) -> tuple[BookDoubt, ...]:
    markets = ports.markets.markets(book.venue)
    return doubts_after(book, snapshot.positions, markets, snapshot.time_ms)


def _corrected(ports: SyncPorts, book: LeaderBook, snapshot: LeaderSnapshot) -> LeaderBook:
    """Follow the venue where two snapshots agree on a position that no fill explains.

    The doubts are stored with the repaired book.
    """
    book = replace(book, doubts=_unmoved(ports, book))
    doubts = _differences(ports, book, snapshot)
    prices = ports.markets.marks(book.venue).prices if doubts else {}
    ripe = [each for each in doubts if is_confirmed(each, snapshot.time_ms)]
    corrected = {each.symbol: each for each in ripe if each.symbol in prices}
    for symbol, doubt in corrected.items():
        book = _correct(ports, book, doubt, prices[symbol], snapshot.time_ms)
    return replace(book, doubts=tuple(each for each in doubts if each.symbol not in corrected))


def _unmoved(ports: SyncPorts, book: LeaderBook) -> tuple[BookDoubt, ...]:
    """Give the doubts about symbols that the leader has not traded since they came up."""
    if not book.doubts:
        return ()
    first = min(doubt.seq for doubt in book.doubts)
    since = ports.fan_out.store.trades_since(book.venue, book.leader, first, DOUBTED_TRADES)
    if len(since) == DOUBTED_TRADES:
        return ()  # too much has happened to say
    last = {trade.symbol: trade.seq for trade in since}
    return tuple(doubt for doubt in book.doubts if last.get(doubt.symbol, 0) <= doubt.seq)


def _correct(
    ports: SyncPorts, book: LeaderBook, doubt: BookDoubt, price: Decimal, time_ms: int
) -> LeaderBook:
    send_newest_again(ports, book)
    now_ms, marked = ports.fan_out.clock.now_ms(), marking_unsent(replace(book, look_wanted=True))
    moved, trade, fill = correction(marked, doubt, price, time_ms, now_ms)
    stored = ports.fan_out.store.store_trade(moved, trade, [fill])
    fan_out_trade(ports.fan_out, trade)
    return stored


def _missed(ports: SyncPorts, book: LeaderBook) -> Sequence[Fill]:
    """Read the fills since a little before the last trade, or the last full look if that is older.

    A trade says nothing about those before it: what nobody has looked at may be missing.
    """
    checked_ms = min(book.last_trade_ms, book.repaired_ms)
    since_ms = max(book.cursor_ms, checked_ms - OVERLAP_MS)
    fills = ports.venues[book.venue].fills_since(book.leader, since_ms)
    known = ports.fan_out.store.fill_owners(book.venue, book.leader, [fill.key for fill in fills])
    markets = ports.markets.markets(book.venue)
    return from_the_list(book, [fill for fill in fills if fill.symbol in markets], known)
