"""Who plays in the checks: leaders nobody else follows, and followers with wallets of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from cli.client import ApiClient
from cli.system import SIGN_IN
from cli.wallet_key import WalletKey
from tests.permissions.stage import Stage
from understudy.adapters.aws import keys
from understudy.adapters.aws.attributes import number
from understudy.adapters.identity.siwe import TO_OPERATE
from understudy.adapters.keccak import keccak256
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Fill, Side, Trade
from understudy.messages import FollowerExecute
from understudy.ports.copying import Changes, FollowState

if TYPE_CHECKING:
    from understudy.domain.receipts import Receipt

SYMBOL = "BTC"
SIZE = Decimal("0.1")
USDC = "1000000"
LIMITS: dict[str, Any] = {
    "copy_budget_usdc": "100000",
    "sizing": {"kind": "ratio", "percent": "100"},
    "max_symbol_allocation_pct": "100",
    "slippage_bps": 300,
    "close_slippage_bps": 500,
    "max_copy_age_seconds": 300,  # a machine that stands still for a while makes no trade old
}
OPEN_DOOR = {"DoorBurst": "10000", "DoorAttempts": "1000", "DoorAttemptsPerMinute": "1000"}
"""Parameters with which all of the cast may sign in and call at once, from one machine."""
EXECUTE = "FollowerExecuteFunction"
TWO_SHARDS = 201
OPERATORS_SIGN_IN = replace(SIGN_IN, door="/v1/ops/auth", resource=TO_OPERATE)
OPERATOR = WalletKey(keccak256(b"understudy:permissions:operator"))
_numbers = count(1)


@dataclass(frozen=True)
class User:
    """A user with a funded wallet."""

    stage: Stage
    client: ApiClient
    key: WalletKey

    def sign_in(self) -> dict[str, Any]:
        """Sign in; gives the wallet."""
        return self.client.sign_in(self.key)

    def enable_agent(self) -> dict[str, Any]:
        """Make an agent and let it trade."""
        return self.client.confirm_agent(self.client.enable_agent("understudy"), self.key)


@dataclass(frozen=True)
class Follower:
    """A user with an active agent and a started follow."""

    user: User
    leader: str
    follow_id: FollowId

    @property
    def client(self) -> ApiClient:
        """The user's client."""
        return self.user.client

    @property
    def state(self) -> FollowState:
        """The follow with its records, as they are now."""
        state = self.user.stage.copies.follow_state(self.follow_id)
        assert state is not None
        return state

    @property
    def held(self) -> Decimal:
        """What the follow holds."""
        ledger = self.state.ledgers.get(SYMBOL)
        return ledger.held if ledger else Decimal(0)

    def trade(self, start: str, end: str, seq: int) -> Trade:
        """Make a trade that moves the leader's position from `start` to `end` times the size."""
        return a_trade(self.user.stage, self.leader, (Decimal(start), Decimal(end)), seq)

    def copy(self, start: str, end: str, seq: int) -> Receipt:
        """Have a trade copied; gives the receipt."""
        stage, trade = self.user.stage, self.trade(start, end, seq)
        wallet = self.state.follow.wallet_id
        stage.deliver(EXECUTE, FollowerExecute(self.follow_id, wallet, trade, stage.now_ms()))
        receipt = stage.copies.receipt(self.follow_id, seq)
        assert receipt is not None
        return receipt

    def lose(self, usdc: str) -> None:
        """Have lost so much before."""
        budget = replace(self.state.budget, realized=-Decimal(usdc))
        self.user.stage.copies.commit(Changes(budget=budget))


def new_operator(stage: Stage, key: WalletKey = OPERATOR) -> ApiClient:
    """Sign the operator in at the operators' door."""
    client = ApiClient(stage.system.api_url, OPERATORS_SIGN_IN)
    client.sign_in(key)
    return client


def new_address() -> str:
    """Give an address that nobody had before."""
    return "0x" + keccak256(f"understudy:leader:{next(_numbers)}".encode())[12:].hex()


def follows_in_two_shards(stage: Stage, leader: str) -> None:
    """Count so many follows of a leader that its trades go to its shards by message."""
    key = keys.follow_count(HYPERLIQUID, leader)
    table = stage.system.stack.stack.tables["CopyingTable"]
    item = {**key, "follows": number(TWO_SHARDS), "version": number(TWO_SHARDS)}
    stage.client("dynamodb").put_item(TableName=table, Item=item)


def new_user(stage: Stage) -> User:
    """Fund a wallet at the venue; its user has not signed in yet."""
    key = WalletKey(keccak256(f"understudy:permissions:{next(_numbers)}".encode()))
    stage.system.bench.command("accounts", address=key.address, usdc=USDC)
    return User(stage, stage.system.client(), key)


def new_follower(stage: Stage, **limits: Any) -> Follower:
    """Do what a user does until copies come."""
    user = new_user(stage)
    user.sign_in()
    user.enable_agent()
    leader = new_address()
    follow_id = user.client.create_follow(leader, {**LIMITS, **limits})["follow_id"]
    user.client.start(follow_id)
    return Follower(user, leader, FollowId(follow_id))


def a_trade(stage: Stage, leader: str, move: tuple[Decimal, Decimal], seq: int) -> Trade:
    """Make a leader's trade at the mark, now."""
    start, end = move
    size, price, now_ms = abs(end - start) * SIZE, stage.mark(SYMBOL), stage.now_ms()
    return Trade(
        venue=HYPERLIQUID,
        leader=leader,
        symbol=SYMBOL,
        side=Side.of(end - start),
        time_ms=now_ms,
        n=0,
        seq=seq,
        size=size,
        notional=size * price,
        last_price=price,
        start_position=start * SIZE,
        fill_count=1,
        seen_at_ms=now_ms,
        stored_at_ms=now_ms,
    )


def fill_of(trade: Trade) -> Fill:
    """Give the one fill of a trade."""
    return Fill(
        symbol=trade.symbol,
        side=trade.side,
        price=trade.last_price,
        size=trade.size,
        time_ms=trade.time_ms,
        tid=str(next(_numbers)),
        seen_at_ms=trade.seen_at_ms,
        start_position=trade.start_position,
    )
