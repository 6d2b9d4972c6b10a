"""A system whose state is kept, over several runs of `understudy up`: its leader, its followers."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eth_account import Account
from hyperliquid.exchange import Exchange

from cli.client import ApiClient
from cli.followers import AGENT_NAME, Follower, public_key_of
from cli.limit_sets import limit_set
from cli.places import SAMPLE, SAMPLE_LEADER
from cli.recordings import dexes_of, read_whole
from cli.system import SIGN_IN, UNLIMITED_WEIGHT
from cli.venue_bench import VenueBench
from localcloud.deploy.cloudformation import STACK_NAME
from localcloud.session import LocalSession
from tests.acceptance.running import Run
from tests.patience import eventually
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.leader_store import DynamoLeaderStore
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

READY = "Ctrl-C stops everything"
WALLET = Account.from_key((11).to_bytes(32, "big"))
LEADER = WALLET.address.lower()
SHARES = {1: Decimal(1), 2: Decimal("0.1")}
"""By the number of who follows: the parts of the leader's sizes that two of the limit sets take."""
OF_THE_RECORDED_LEADER = 11
"""Whose limits are those of number 1."""
RECORDING = read_whole(SAMPLE, SAMPLE_LEADER)
MINUTES = 3
STEP_SECONDS = 0.2
WAITING_SECONDS = "30"
Position = dict[str, Decimal]


def patiently(question: Callable[[], object]) -> None:
    """Ask until the answer is truthy, for what the minute's schedules bring about after a start."""
    deadline = time.monotonic() + 60 * MINUTES
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {MINUTES} minutes: {answer!r}"
        time.sleep(STEP_SECONDS)


@dataclass
class KeptRun:
    """One run of the system at a time; who follows stays the same in all of them."""

    folder: Path
    run: Run = field(init=False)
    bench: VenueBench = field(init=False)
    followers: dict[int, Follower] = field(default_factory=dict)
    _runs: int = 0

    @property
    def state(self) -> Path:
        """The folder that outlives the runs."""
        return self.folder / "state"

    @contextmanager
    def up(self) -> Iterator[Run]:
        """Bring it up for a while, and have everybody signed in."""
        self._runs += 1
        asked = f"VenueWeightPerMinute={UNLIMITED_WEIGHT}"
        with Run(
            self.folder / str(self._runs), "up", "--state", self.state, "--parameter", asked
        ) as self.run:
            self.run.await_words(READY)
            self.bench = VenueBench(self.run.address("venue"))
            self.bench.command("rules", rate_limits=False)
            for number, each in self.followers.items():
                self.followers[number] = self._follower(number, each.follow_id)
            yield self.run

    def begin(self) -> None:
        """Fund the leader; have two follow it, and one the recorded leader."""
        self.bench.command("accounts", address=LEADER, usdc="1000000")
        leaders = {
            **dict.fromkeys(SHARES, LEADER),
            OF_THE_RECORDED_LEADER: self.bench.leader_address,
        }
        for number, leader in leaders.items():
            self.followers[number] = self._new(number, leader)

    def await_watching(self) -> None:
        """Wait until the leaders' books have begun and the system hears the venue."""
        books = DynamoLeaderStore(self._table("CopyingTable"))
        leaders = (LEADER, self.bench.leader_address)
        patiently(lambda: all(books.leader_book(HYPERLIQUID, each).started for each in leaders))
        patiently(lambda: self.bench.look("health")["sockets"])

    def trade(self, symbol: str, size: str | Decimal) -> None:
        """Let the leader buy, or sell what is below nothing, at the market."""
        moved = Decimal(size)
        exchange = Exchange(WALLET, self.bench.url)
        answer = exchange.market_open(symbol, moved > 0, float(abs(moved)))
        assert "filled" in answer["response"]["data"]["statuses"][0], answer

    def copied(self, symbol: str, size: str | Decimal) -> None:
        """Let the leader trade, and wait until all hold their parts of it more, here and there."""
        moved, before = Decimal(size), self.held_at_venue()
        self.trade(symbol, size)
        wanted = {
            number: before[number].get(symbol, ZERO) + moved * share
            for number, share in SHARES.items()
        }
        self.await_held(symbol, wanted)

    def leave_waiting(self, symbol: str, size: str) -> None:
        """Let the leader trade, and have its copies lie in their queue for a while."""
        queue, client = self._physical_id("FollowerExecuteQueue"), self._session().client("sqs")
        delayed = "ApproximateNumberOfMessagesDelayed"

        def waiting() -> int:
            asked = client.get_queue_attributes(QueueUrl=queue, AttributeNames=[delayed])
            return int(asked["Attributes"][delayed])

        client.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": WAITING_SECONDS})
        self.trade(symbol, size)
        patiently(lambda: waiting() == len(SHARES))
        client.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "0"})

    def await_held(self, symbol: str, wanted: Mapping[int, Decimal]) -> None:
        """Wait until who follows the leader holds so much, by our own record and by the venue's."""
        for held in (self.held, self.held_at_venue):
            patiently(partial(_is_held, held, symbol, wanted))

    def book(self, address: str) -> dict[str, Any]:
        """Give an account as the venue's own books have it."""
        books = self.bench.look(f"books?user={address}")["accounts"]
        return dict(books[address])

    def book_of(self, number: int) -> dict[str, Any]:
        """Give a follower's account as the venue's own books have it."""
        return self.book(self.followers[number].wallet_address)

    def held_at_venue(self) -> dict[int, Position]:
        """Give what those who follow the leader hold, by the venue's books."""
        return {number: _held(self.book_of(number)["positions"]) for number in SHARES}

    def held_by_leader(self) -> Position:
        """Give what the leader holds, by the venue's books."""
        return _held(self.book(LEADER)["positions"])

    def held(self) -> dict[int, Position]:
        """Give what those who follow the leader hold, by the public API."""
        return {number: self._held(self.followers[number]) for number in SHARES}

    def receipts(self, number: int) -> list[dict[str, Any]]:
        """Give every receipt of a follow by the public API."""
        follower = self.followers[number]
        return list(follower.client.copies(follower.follow_id))

    def epochs(self) -> set[int]:
        """Give the execution epochs in which the follows were brought to the venue's record."""
        copying, markets = self._table("CopyingTable"), self._table("MarketTable")
        copies = DynamoCopyStore(copying, DynamoMarketStore(markets, SystemClock()))
        found = (copies.follow_state(FollowId(one.follow_id)) for one in self.followers.values())
        return {state.follow.epoch for state in found if state is not None}

    def deployed_epochs(self) -> set[str]:
        """Give the execution epochs that the functions have."""
        pages = self._session().client("lambda").get_paginator("list_functions").paginate()
        found = (each for page in pages for each in page["Functions"])
        settings = (each.get("Environment", {}).get("Variables", {}) for each in found)
        return {each["EXECUTION_EPOCH"] for each in settings if "EXECUTION_EPOCH" in each}

    def await_books_saved(self, cloid: str) -> None:
        """Wait until an order is in the books that the venue keeps: a real one forgets none."""
        orders, books = self.state / "venue" / "orders.jsonl", self.state / "venue" / "books.json"
        eventually(lambda: orders.exists() and cloid in orders.read_text(encoding="utf-8"))
        eventually(lambda: books.stat().st_mtime_ns >= orders.stat().st_mtime_ns)

    def _held(self, follower: Follower) -> Position:
        positions = follower.client.portfolio(follower.follow_id)["positions"]
        return _held({each["symbol"]: each["held"] for each in positions})

    def _new(self, number: int, leader: str) -> Follower:
        usdc, key = str(limit_set(number - 1).usdc), public_key_of(number)
        dexes = dict.fromkeys(dexes_of(RECORDING), usdc)
        self.bench.command("accounts", address=key.address, usdc=usdc, dex_usdc=dexes)
        follower = self._follower(number, "")
        follower.client.confirm_agent(follower.client.enable_agent(AGENT_NAME), key)
        limits = limit_set(number - 1).limits
        follow_id = follower.client.create_follow(leader, limits)["follow_id"]
        follower.client.start(follow_id)
        return replace(follower, follow_id=follow_id)

    def _follower(self, number: int, follow_id: str) -> Follower:
        key, client = public_key_of(number), ApiClient(self.run.address("API"), SIGN_IN)
        client.sign_in(key)
        return Follower(number, limit_set(number - 1), client, key.address.lower(), follow_id)

    def _table(self, name: str) -> Table:
        return Table(self._session().client("dynamodb"), self._physical_id(name))

    def _physical_id(self, name: str) -> str:
        pages = self._session().client("cloudformation").get_paginator("list_stack_resources")
        [found] = [
            str(each["PhysicalResourceId"])
            for page in pages.paginate(StackName=STACK_NAME)
            for each in page["StackResourceSummaries"]
            if each["LogicalResourceId"] == name
        ]
        return found

    def _session(self) -> LocalSession:
        return LocalSession(self.run.address("AWS_ENDPOINT_URL="))


def _held(positions: Mapping[str, str]) -> Position:
    sizes = {symbol: Decimal(size) for symbol, size in positions.items()}
    return {symbol: size for symbol, size in sizes.items() if size}


def _is_held(
    held: Callable[[], Mapping[int, Position]], symbol: str, wanted: Mapping[int, Decimal]
) -> bool:
    now = held()
    return all(now[number].get(symbol, ZERO) == size for number, size in wanted.items())
