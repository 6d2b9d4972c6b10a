"""What people and the market do in a run, drawn from the seed: trades, prices, users, outages."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from tests.fakes.builders import fixed, limits, proportional, ratio
from tests.simulation.users import Users
from tests.simulation.world import LEADERS, PRICES, World
from understudy.domain.limits import CopyMode

SYMBOLS = tuple(PRICES)
# Sizes by which a mean price seldom ends, as in life.
UNIT = {"BTC": Decimal(11), "ETH": Decimal(21), "SOL": Decimal(51), "xyz:TSLA": Decimal("5.3")}
# The second leader's first follow is on a wallet that follows the first leader too.
SHARED = {1: 0}
RESTART_MS = 120_000
LATE_MS = 65_000
LOT = Decimal("0.001")
FIRST_PART = Decimal("0.3333")
WORSE = Decimal("0.0007")
BUDGET = Decimal(100_000)
OLD = {"max_copy_age_seconds": 300, "entries_per_minute": 300}
LIMIT_SETS = (
    limits(ratio("10"), copy_budget_usdc=BUDGET, **OLD, max_open_positions=4),
    limits(ratio("100"), copy_budget_usdc=BUDGET, **OLD, max_open_positions=4),
    limits(fixed("100"), copy_budget_usdc=BUDGET, **OLD, max_open_positions=4),
    limits(proportional(), copy_budget_usdc=BUDGET, **OLD, max_open_positions=4),
    limits(ratio("50"), copy_budget_usdc=Decimal(200), **OLD),
    limits(ratio("20"), copy_budget_usdc=BUDGET, **OLD, max_open_positions=4, reverse=True),
    limits(
        ratio("20"),
        copy_budget_usdc=BUDGET,
        **OLD,
        max_open_positions=4,
        mode=CopyMode.THROTTLED,
    ),
    limits(ratio("5"), copy_budget_usdc=BUDGET, **OLD, max_open_positions=2),
    limits(ratio("0.7"), copy_budget_usdc=BUDGET, **OLD, max_open_positions=4),
    limits(ratio("30"), copy_budget_usdc=BUDGET, entries_per_minute=300, max_copy_age_seconds=10),
)
# Without most of what limits alone forbid: a small share, budget or number of positions. One set
# has a short time still.
PLAIN_SETS = (
    *LIMIT_SETS[:4],
    replace(LIMIT_SETS[4], copy_budget_usdc=Decimal(500), max_open_positions=4),
    *LIMIT_SETS[5:7],
    replace(LIMIT_SETS[7], max_open_positions=4),
    replace(LIMIT_SETS[8], sizing=ratio("3")),
    replace(LIMIT_SETS[9], max_copy_age_seconds=60, max_open_positions=4),
)


class Script:
    """Drives one run; with its trade number `restart_at` the venue restarts."""

    def __init__(self, world: World, follows: int, restart_at: int | None = None) -> None:
        self._world = world
        self._restart_at = restart_at
        self._random = world.random
        self._users = Users(world)
        self.trades = 0
        limit_sets = PLAIN_SETS if world.mix.plain else LIMIT_SETS
        for number in range(follows):
            leader, wallet = LEADERS[number % 2], str(SHARED.get(number, number))
            allowed = limit_sets[number // 2 % len(limit_sets)]
            world.follow(str(number), wallet, leader, allowed)

    def play(self, trades: int) -> None:
        """Let the leader trade so often, then go flat."""
        self._world.watch.start()
        self._world.loop.sleep(5_000)
        pauses_ms = self._world.mix.pauses_ms
        for _ in range(trades):
            self._move_price()
            self._users.look_after()
            self._disturb()
            self._trade(self._leader(), self._symbol())
            self._world.loop.sleep(pauses_ms[int(self._random.random() * len(pauses_ms))])
        self._let_users_finish()
        for leader in LEADERS:
            for symbol in SYMBOLS:
                held = self._world.venue.books.account(leader).held(symbol)
                if held:
                    self._execute(leader, symbol, -held)
                    self._world.loop.sleep(500)

    def _let_users_finish(self) -> None:
        """Wait until every user has what they wanted, whatever lands late."""
        self._world.loop.sleep(LATE_MS)
        self._users.look_after()
        while self._users.is_busy:
            self._world.loop.sleep(LATE_MS)
            self._users.look_after()

    def _disturb(self) -> None:
        """Let something happen beside the trades: to connections, to the venue, by a user."""
        mix, drawn = self._world.mix, self._random.random()
        if drawn < mix.stream:
            self._disturb_stream()
        elif drawn < mix.stream + mix.user:
            self._users.do_something()
        if self._restart_at is not None and self.trades >= self._restart_at:
            self._world.stop_venue(RESTART_MS)
            self._restart_at = None

    def _disturb_stream(self) -> None:
        kind = int(self._random.random() * 3)
        self._world.fates.note(("stream_gap", "stream_silent", "stream_cut")[kind])
        tape = self._world.tape
        (lambda: tape.drop(2), tape.silence, tape.cut)[kind]()

    def _leader(self) -> str:
        return LEADERS[int(self._random.random() * len(LEADERS))]

    def _symbol(self) -> str:
        return SYMBOLS[int(self._random.random() * len(SYMBOLS))]

    def _move_price(self) -> None:
        symbol = self._symbol()
        books = self._world.venue.books
        step = Decimal(int(self._random.random() * 81) - 40) / 10_000
        first = Decimal(PRICES[symbol])
        price = (books.prices[symbol] * (1 + step)).quantize(Decimal("0.01"))
        if first / 2 < price < first * 2:
            books.prices[symbol] = price

    def _trade(self, leader: str, symbol: str) -> None:
        held, mix = self._world.venue.books.account(leader).held(symbol), self._world.mix
        drawn = self._random.random()
        size = (UNIT[symbol] * (1 + int(self._random.random() * 4))).quantize(LOT)
        if not held:
            moved = size if drawn < 0.5 else -size
        elif drawn < mix.adds:
            moved = size.copy_sign(held)
        elif drawn < mix.adds + mix.reduces:
            share = Decimal(1 + int(self._random.random() * 9)) / 10
            moved = -(held * share).quantize(LOT, ROUND_DOWN)
        elif drawn < mix.adds + mix.reduces + mix.closes:
            moved = -held
        else:
            moved = -held - size.copy_sign(held)
        if moved:
            self._execute(leader, symbol, moved)

    def _execute(self, leader: str, symbol: str, signed_size: Decimal) -> None:
        """Let a leader trade, mostly in two fills, of which everybody hears at once or apart."""
        first = (signed_size * FIRST_PART).quantize(LOT) if self.trades % 4 else signed_size
        sizes = [size for size in (first, signed_size - first) if size]
        at_once = [sizes] if self.trades % 4 > 1 else [[size] for size in sizes]
        for fills in at_once:
            fill = self._world.execute(leader, symbol, *fills, worse=WORSE)
            self._world.watch.expect(leader, fill)
        self.trades += 1
