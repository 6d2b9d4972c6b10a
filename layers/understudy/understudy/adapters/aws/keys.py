"""The keys of the tables `copying` and `market`; docs/data.md lists what is read by which. Pure."""

from __future__ import annotations

from understudy.adapters.aws.attributes import Item, text
from understudy.adapters.listing import number_text
from understudy.domain.follows import Follow
from understudy.domain.ids import FollowId, IntentId, WalletId
from understudy.domain.trades import Side

FOLLOW_STATE = "STATE#FOLLOW"
BUDGET_STATE = "STATE#BUDGET"
LEDGER = "STATE#LEDGER#"
COPIES = "COPIES#"
COPY = "COPY#"
INTENT = "INTENT#"
TRADE = "TRADE#"
FOLLOW = "FOLLOW#"
MARKET = "MARKET#"
SHARDS = "SHARDS"


def key(partition: str, sort: str) -> Item:
    """Write a primary key."""
    return {"pk": text(partition), "sk": text(sort)}


def follow_partition(follow_id: FollowId) -> str:
    """Name the state of one follow."""
    return f"FOLLOW#{follow_id}"


def copies_partition(follow_id: FollowId) -> str:
    """Name what one follow did, apart from its state: that is read whole for each decision."""
    return COPIES + follow_id


def follow(follow_id: FollowId) -> Item:
    """Name a follow with its limits."""
    return key(follow_partition(follow_id), FOLLOW_STATE)


def budget(follow_id: FollowId) -> Item:
    """Name a follow's budget."""
    return key(follow_partition(follow_id), BUDGET_STATE)


def ledger(follow_id: FollowId, symbol: str) -> Item:
    """Name a follow's ledger of one symbol."""
    return key(follow_partition(follow_id), LEDGER + symbol)


def receipt(follow_id: FollowId, seq: int) -> Item:
    """Name the receipt of a follow for the leader's trade number `seq`."""
    return key(copies_partition(follow_id), COPY + number_text(seq))


def intent(follow_id: FollowId, intent_id: IntentId) -> Item:
    """Name a pinned order."""
    return key(copies_partition(follow_id), INTENT + intent_id)


def wallet_partition(wallet_id: WalletId) -> str:
    """Name everything of one wallet."""
    return f"WALLET#{wallet_id}"


def lane(wallet_id: WalletId) -> Item:
    """Name a wallet's lane."""
    return key(wallet_partition(wallet_id), "LANE")


def account(wallet_id: WalletId) -> Item:
    """Name a wallet's account as last read."""
    return key(wallet_partition(wallet_id), "ACCOUNT")


def owner(wallet_id: WalletId, symbol: str) -> Item:
    """Name who owns a symbol on a wallet."""
    return key(wallet_partition(wallet_id), f"OWNER#{symbol}")


def wallet_follow(of: Follow) -> Item:
    """Name the one follow of a wallet that follows this leader on this venue."""
    return key(wallet_partition(of.wallet_id), f"{FOLLOW}{of.venue}#{of.leader}")


def leader_partition(venue: str, leader: str) -> str:
    """Name everything of one leader, but for the follows."""
    return f"LEADER#{venue}#{leader}"


def book(venue: str, leader: str) -> Item:
    """Name a leader's book."""
    return key(leader_partition(venue, leader), "BOOK")


def trade(venue: str, leader: str, seq: int) -> Item:
    """Name a leader's trade by number."""
    return key(leader_partition(venue, leader), TRADE + number_text(seq))


def fills_at(symbol: str, side: Side, time_ms: int) -> str:
    """Name the sort key, but for `n`, of the fills of a leader's trades in one ms."""
    return f"FILLS#{symbol}#{side.value}#{time_ms}#"


def shard_partition(venue: str, leader: str, shard: int) -> str:
    """Name one shard of a leader's follows."""
    return f"LEADER#{venue}#{leader}#{shard}"


def shard_entry(of: Follow) -> Item:
    """Name a follow in its leader's shard."""
    return key(shard_partition(of.venue, of.leader, of.shard), FOLLOW + of.follow_id)


def follow_count(venue: str, leader: str) -> Item:
    """Name how many follows a leader ever had; it stands in the first shard."""
    return key(shard_partition(venue, leader, 0), SHARDS)


def followers(venue: str, address: str) -> Item:
    """Name the follows that trade on an address of ours: who is in here may not be a leader."""
    return key(f"FOLLOWER#{venue}#{address}", "FOLLOWS")


def switches(kind: str, subject: str) -> Item:
    """Name the switches of one subject (everything, a venue, a user, an address, an agent)."""
    return key(f"SWITCH#{kind}#{subject}", "SWITCHES")


def venue_partition(venue: str) -> str:
    """Name markets and marks of a venue (table `market`)."""
    return f"VENUE#{venue}"


def market(venue: str, symbol: str) -> Item:
    """Name a market (table `market`)."""
    return key(venue_partition(venue), MARKET + symbol)


def marks(venue: str) -> Item:
    """Name all marks of a venue (table `market`)."""
    return key(venue_partition(venue), "MARKS")
