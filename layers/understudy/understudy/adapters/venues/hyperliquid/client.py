"""The Venue port on Hyperliquid's REST interface: questions may fail, outcomes are classified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.adapters.venues.hyperliquid.accounts import Holdings, parse_holdings, parse_mode
from understudy.adapters.venues.hyperliquid.outcomes import action_outcome, order_report
from understudy.adapters.venues.hyperliquid.paging import every_fill, every_payment, fills_page
from understudy.adapters.venues.hyperliquid.parsing import (
    dex_name,
    parse_fills,
    parse_funding,
    parse_markets,
    parse_own_fills,
)
from understudy.adapters.venues.hyperliquid.rest import understood
from understudy.domain.follows import Account, AccountMode
from understudy.domain.intents import Outcome, Signed, Unknown
from understudy.domain.leaders import LeaderAccount
from understudy.ports.venue import LeaderSnapshot, OrderReport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from understudy.adapters.venues.hyperliquid.constants import Chain
    from understudy.adapters.venues.hyperliquid.rest import Rest
    from understudy.domain.account_history import FundingPayment, OwnFill
    from understudy.domain.ids import WalletId
    from understudy.domain.markets import Market
    from understudy.domain.trades import Fill
    from understudy.ports.clock import Clock

_FILLS = "userFillsByTime"
_TWAP_SLICES = "userTwapSliceFillsByTime"
_FUNDING = "userFunding"


class HyperliquidVenue:
    """Hyperliquid as the workflows use it."""

    def __init__(self, rest: Rest, chain: Chain, clock: Clock) -> None:
        self._rest = rest
        self._chain = chain
        self._clock = clock

    def submit(self, signed: Signed, *, first: bool, account: str = "") -> Outcome:
        """Send the pinned bytes once and classify the answer; never raises for the outcome."""
        sent = self._rest.send(signed.body)
        if isinstance(sent, Unknown):
            return sent
        status, body = sent

        def signer() -> str | None:
            return _signer_of(signed.body, self._chain)

        return action_outcome(status, body, first=first, signer=signer, account=account)

    def order_report(self, address: str, client_order_id: str) -> OrderReport:
        """Ask what became of an order, with the sums of its fills."""
        question = {"type": "orderStatus", "user": address, "oid": client_order_id}
        with understood("orderStatus"):
            answer = self._rest.ask(question, urgent=True)
            if answer["status"] != "order":
                return order_report(answer, [])
            order = answer["order"]["order"]
            placed_ms = order["timestamp"]
            rows = fills_page(self._rest, _FILLS, address, placed_ms, urgent=True)
            return order_report(answer, [row for row in rows if row["oid"] == order["oid"]])

    def account(
        self,
        wallet_id: WalletId,
        address: str,
        dexes: Sequence[str],
        *,
        before: Account | None = None,
        urgent: bool = False,
    ) -> Account:
        """Read an account's mode, equity, margin, positions and their leverage on these dexes."""
        now_ms = self._clock.now_ms()
        known = before if before is not None and before.knows_mode(now_ms) else None
        mode = known.mode if known else None
        holdings = self._holdings(address, dexes, mode, urgent=urgent)
        return Account(
            wallet_id=wallet_id,
            mode=holdings.mode,
            equity=holdings.equity,
            margin_used=holdings.margin_used,
            positions=holdings.positions,
            leverages=holdings.leverages,
            read_at_ms=now_ms,
            mode_read_at_ms=known.mode_read_at_ms if known else now_ms,
            isolated=holdings.isolated,
        )

    def leader_snapshot(
        self, address: str, dexes: Sequence[str], *, before: LeaderAccount | None = None
    ) -> LeaderSnapshot:
        """Read a leader's positions and account; a young mode is taken over from before."""
        now_ms = self._clock.now_ms()
        known = before if before is not None and before.knows_mode(now_ms) else None
        holdings = self._holdings(address, dexes, known.mode if known else None)
        account = LeaderAccount(
            equity=holdings.total_equity,
            leverages=holdings.leverages,
            read_at_ms=now_ms,
            mode=holdings.mode,
            mode_read_at_ms=known.mode_read_at_ms if known else now_ms,
        )
        return LeaderSnapshot(holdings.positions, account, holdings.time_ms)

    def leader_leverages(self, address: str, dex: str) -> Mapping[str, int]:
        """Read a leader's leverage of every symbol of one dex that it holds."""
        # The mode says where money lies, which is not asked for here.
        return self._holdings(address, (dex,), AccountMode.STANDARD).leverages

    def fills_since(self, address: str, start_ms: int) -> Sequence[Fill]:
        """Read every fill from `start_ms` on, TWAP slices included, in execution order."""
        with understood(_FILLS):
            rows = every_fill(self._rest, _FILLS, address, start_ms)
            rows |= every_fill(self._rest, _TWAP_SLICES, address, start_ms)
            return parse_fills(rows.values(), self._clock.now_ms())

    def own_fills_since(self, address: str, start_ms: int) -> Sequence[OwnFill]:
        """Read a follower's fills from `start_ms` on, in execution order."""
        with understood(_FILLS):
            rows = every_fill(self._rest, _FILLS, address, start_ms)
            return parse_own_fills(rows.values(), self._clock.now_ms())

    def funding_since(self, address: str, start_ms: int) -> Sequence[FundingPayment]:
        """Read the funding that a follower's positions were paid from `start_ms` on, in order."""
        with understood(_FUNDING):
            return parse_funding(every_payment(self._rest, address, start_ms))

    def markets(self) -> Sequence[Market]:
        """Read every perpetual market of every dex; those delisted are left out."""
        with understood("meta"):
            return [
                market
                for place, dex in enumerate(self._rest.ask({"type": "perpDexs"}))
                for market in parse_markets(
                    place, dex, self._rest.ask({"type": "meta", "dex": dex_name(dex)})
                )
            ]

    def _holdings(
        self,
        address: str,
        dexes: Sequence[str],
        mode: AccountMode | None = None,
        *,
        urgent: bool = False,
    ) -> Holdings:
        def ask(kind: str, **more: str) -> Any:
            return self._rest.ask({"type": kind, "user": address, **more}, urgent=urgent)

        with understood("clearinghouseState"):
            if mode is None:
                mode = parse_mode(ask("userAbstraction"))
            spot = ask("spotClearinghouseState") if mode is AccountMode.UNIFIED else None
            states = {dex: ask("clearinghouseState", dex=dex) for dex in dexes or ("",)}
            return parse_holdings(mode, states, spot)


def _signer_of(body: str, chain: Chain) -> str | None:
    # Needed after a rare refusal only, and its library is the dearest of this package to import.
    from understudy.adapters.venues.hyperliquid.signers import signer_of  # noqa: PLC0415

    try:
        return signer_of(body, chain)
    except (KeyError, ValueError):
        return None
