"""What a trading venue answers. Questions may fail; an order's outcome is never an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from understudy.domain.account_history import FundingPayment, OwnFill
from understudy.domain.follows import Account
from understudy.domain.ids import WalletId
from understudy.domain.intents import Accepted, Outcome, Rejected, Signed
from understudy.domain.leaders import LeaderAccount
from understudy.domain.markets import Market
from understudy.domain.trades import Fill


@dataclass(frozen=True, slots=True)
class NotFound:
    """The venue does not know the order (now)."""


@dataclass(frozen=True, slots=True)
class StillOpen:
    """The venue knows the order and has not finished with it, or does not list all of it yet.

    `listed` is what its fills come to where one of them left the account flat: an order that only
    reduces has filled no more than that.
    """

    listed: Accepted | None = None


OrderReport = Accepted | Rejected | NotFound | StillOpen


@dataclass(frozen=True, slots=True)
class LeaderSnapshot:
    """A leader's positions per symbol, account, and the venue's time of the reading."""

    positions: Mapping[str, Decimal]
    account: LeaderAccount
    time_ms: int


class Venue(Protocol):
    """One venue, as the workflows use it. Questions raise VenueUnreachableError."""

    def submit(self, signed: Signed, *, first: bool, account: str = "") -> Outcome:
        """Send the pinned bytes once and classify the answer.

        `account` is the address that the bytes act for, where it is known: a refusal that names
        neither it nor its agent speaks of other bytes than were signed. With
        `first` False (the bytes may have been sent before) an error about the whole action is
        Unknown: the earlier sending may have been taken. Never raises for the outcome.
        """
        ...

    def order_report(self, address: str, client_order_id: str) -> OrderReport:
        """Ask what became of an order, with the sums of its fills."""
        ...

    def account(
        self,
        wallet_id: WalletId,
        address: str,
        dexes: Sequence[str],
        *,
        before: Account | None = None,
        urgent: bool = False,
    ) -> Account:
        """Read an account's mode, equity, margin, positions and leverages on these dexes.

        With an earlier reading, its mode is taken over while it is young: it is dear to ask for
        and changes when the user says so. An urgent reading may use what is left for entries.
        """
        ...

    def leader_snapshot(
        self, address: str, dexes: Sequence[str], *, before: LeaderAccount | None = None
    ) -> LeaderSnapshot:
        """Read a leader's positions and account; a young mode is taken over from before."""
        ...

    def leader_leverages(self, address: str, dex: str) -> Mapping[str, int]:
        """Read a leader's leverage of every symbol of one dex that it holds: the cheapest way."""
        ...

    def fills_since(self, address: str, start_ms: int) -> Sequence[Fill]:
        """Read every fill from `start_ms` on, TWAP slices included, in execution order."""
        ...

    def own_fills_since(self, address: str, start_ms: int) -> Sequence[OwnFill]:
        """Read a follower's fills from `start_ms` on, in execution order."""
        ...

    def funding_since(self, address: str, start_ms: int) -> Sequence[FundingPayment]:
        """Read the funding that a follower's positions were paid from `start_ms` on, in order."""
        ...

    def markets(self) -> Sequence[Market]:
        """Read every perpetual market of every dex."""
        ...
