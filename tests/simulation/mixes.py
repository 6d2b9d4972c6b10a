"""How often things go wrong: rates per call, per delivery and per trade."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mix:
    """Rates as shares of one.

    Of the timeouts `landed_now` and `landed_later` say how many took effect all the same; the rest
    never did. `duplicate` is per delivery. `slow_list` is per order, once for when it is listed and
    once or, if asked about, twice for when it is listed whole; `thin` too, once for what it finds
    and once for its prices. `stream` and `user`, what happens to connections and what followers do
    meanwhile, are per trade; `restart_every` counts trades. With `unheard`, nobody may listen for
    longer than a leader's trade may stay unseen. A trade follows another after one of `pauses_ms`;
    of those that meet a position `adds`, `reduces` and `closes` say how many do what, and the rest
    turns it round. With `sells_kept`, a user who follows anew has sold what was kept before, and
    with `plain` nobody's limits forbid what others enter.
    """

    name: str
    crash: float
    timeout: float
    throttled: float
    duplicate: float
    limited: float
    restart_every: int
    stream: float = 0.0
    user: float = 0.0
    slow_list: float = 0.0
    thin: float = 0.0
    landed_now: float = 0.4
    landed_later: float = 0.4
    unheard: bool = False
    pauses_ms: tuple[int, ...] = (250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000)
    adds: float = 0.35
    reduces: float = 0.3
    closes: float = 0.25
    sells_kept: bool = False
    plain: bool = False


CALM = Mix("calm", 0, 0, 0, 0, 0, 0)
STANDARD = Mix(
    "standard",
    0.01,
    0.02,
    0.01,
    0.05,
    0.02,
    10_000,
    stream=0.08,
    user=0.28,
    slow_list=0.15,
    thin=0.1,
)
HEAVY = Mix(
    "heavy",
    0.05,
    0.05,
    0.05,
    0.10,
    0.02,
    2_000,
    stream=0.09,
    user=0.3,
    slow_list=0.15,
    thin=0.1,
    unheard=True,
    # Where so much fails, lanes need time, or most of what waits in them is too old.
    pauses_ms=(500, 2_000, 5_000, 20_000, 60_000, 120_000, 180_000),
    # Where entries fail so often, there is seldom anything to reduce: most turn round instead.
    adds=0.25,
    reduces=0.1,
    closes=0.08,
    sells_kept=True,
    plain=True,
)
MIXES = {mix.name: mix for mix in (CALM, STANDARD, HEAVY)}
