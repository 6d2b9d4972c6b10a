"""A follower that keeps the rules, and the venue's account that it trades on."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.unit.judge.moves import ZERO, Move

FEE = Decimal("0.00045")
MINIMUM = Decimal(10)
LEADER_EQUITY = Decimal(1_000_000)


@dataclass
class Symbol:
    """What the follower holds of one symbol."""

    target: Decimal = ZERO
    held: Decimal = ZERO
    cost: Decimal = ZERO
    margin: Decimal = ZERO
    carried_ms: int = 0
    carried_price: Decimal = ZERO
    entry_ms: int = 0
    entry_sign: Decimal = ZERO


@dataclass
class Follower:
    """One follow, its wallet, and the venue's books of that wallet."""

    name: str
    limits: dict[str, Any]
    deposit: Decimal = Decimal(10_000)
    perfect: bool = False
    symbols: dict[str, Symbol] = field(default_factory=dict)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    fills: list[dict[str, Any]] = field(default_factory=list)
    closed: Decimal = ZERO
    fees: Decimal = ZERO
    entry_times_ms: list[int] = field(default_factory=list)

    @property
    def wallet(self) -> str:
        return "0x" + self.name.encode().hex().ljust(40, "0")

    def limit(self, name: str, default: str) -> Decimal:
        return Decimal(self.limits.get(name, default))

    def copy(self, move: Move, prices: dict[str, Decimal]) -> None:
        """Do what the rules say about a trade and write the receipt."""
        symbol = self.symbols.setdefault(move.symbol, Symbol())
        legs: list[dict[str, Any]] = []
        outcome = "DONE"
        if move.kind in {"reduce", "close", "flip"}:
            outcome = self._exit(move, symbol, legs)
        numbers: dict[str, str] = {}
        if move.entered:
            outcome = self._entry(move, symbol, legs, prices, numbers)
        status = outcome if outcome in {"DONE", "CARRIED"} else "SKIPPED"
        self.receipts.append(
            {
                "trade_id": move.trade_id,
                "seq": move.seq,
                "symbol": move.symbol,
                "leader_side": "buy" if move.signed > 0 else "sell",
                "leader_size": str(abs(move.signed)),
                "leader_price": str(move.price),
                "leader_time_ms": move.time_ms,
                "kind": move.kind,
                "status": status,
                "legs": legs,
                "numbers": numbers,
                **({} if outcome == "DONE" else {"reason": outcome}),
            }
        )

    def _exit(self, move: Move, symbol: Symbol, legs: list[dict[str, Any]]) -> str:
        symbol.entry_sign = ZERO
        kept = abs(move.end) if move.kind == "reduce" else ZERO
        symbol.target = symbol.target * kept / abs(move.start) if kept else ZERO
        if symbol.held and abs(move.cut(symbol.target)) * move.price < MINIMUM:
            symbol.target = ZERO
        if abs(symbol.target) <= abs(symbol.held):
            symbol.carried_ms = 0
        size = abs(symbol.held) - abs(move.cut(symbol.target))
        if not symbol.held:
            return "NOTHING_TO_CLOSE"
        if size <= 0 or (symbol.target and size * move.price < MINIMUM):
            return "CARRIED"
        self._order(move, symbol, size if symbol.held < 0 else -size, legs, Decimal(1))
        return "DONE"

    def _entry(
        self,
        move: Move,
        symbol: Symbol,
        legs: list[dict[str, Any]],
        prices: dict[str, Decimal],
        numbers: dict[str, str],
    ) -> str:
        sizing = self.limits["sizing"]
        leverage = min(Decimal(5), Decimal(int(self.limit("max_total_leverage", "10"))))
        money = self._money(symbol, prices)
        wanted = {
            "fixed": Decimal(sizing.get("cost_per_order_usdc", "0")),
            "ratio": Decimal(sizing.get("percent", "0"))
            / 100
            * move.entered
            * move.price
            / leverage,
            "proportional": money["own_equity"]
            / LEADER_EQUITY
            * move.entered
            * move.price
            / leverage,
        }[sizing["kind"]]
        numbers.update({name: str(value) for name, value in money.items()})
        numbers.update(price=str(move.price), leverage=str(leverage), wanted=str(wanted))
        numbers["leader_equity"] = str(LEADER_EQUITY)
        reason = self._gate(move, symbol, money)
        if reason:
            return reason
        return self._sized(move, symbol, legs, wanted, leverage, money)

    def _money(self, symbol: Symbol, prices: dict[str, Decimal]) -> dict[str, Decimal]:
        used = sum((one.margin for one in self.symbols.values()), ZERO)
        unrealized = sum(
            (one.held * prices[name] - one.cost for name, one in self.symbols.items()), ZERO
        )
        realized = self.closed - self.fees
        return {
            "used": used,
            "realized": realized,
            "unrealized": unrealized,
            "remaining": self.limit("copy_budget_usdc", "0") - used + realized + unrealized,
            "own_equity": self.deposit + realized + unrealized,
            "symbol_margin": symbol.margin,
            "open_positions": Decimal(sum(bool(one.held) for one in self.symbols.values())),
        }

    def _gate(self, move: Move, symbol: Symbol, money: dict[str, Decimal]) -> str:
        sign = Decimal(1 if move.signed > 0 else -1)
        same = symbol.entry_sign == sign and move.time_ms - symbol.entry_ms <= 60_000
        recent = sum(move.time_ms - at < 60_000 for at in self.entry_times_ms)
        cap = self.limit("copy_budget_usdc", "0") * self.limit("max_symbol_allocation_pct", "50")
        checks = {
            "SYMBOL_NOT_ALLOWED": move.symbol in self.limits.get("symbols_deny", ()),
            "SIDE_NOT_ALLOWED": self.limits.get("sides") == ("shorts" if sign > 0 else "longs"),
            "SAME_ENTRY": same and self.limits["sizing"]["kind"] == "fixed",
            "RATE_LIMITED": recent >= self.limit("entries_per_minute", "10"),
            "BUDGET_EXHAUSTED": money["remaining"] <= 0,
            "MAX_POSITIONS_REACHED": not symbol.held
            and money["open_positions"] >= self.limit("max_open_positions", "3"),
            "SYMBOL_ALLOCATION_EXCEEDED": symbol.margin >= cap / 100,
        }
        reason = next((name for name, closed in checks.items() if closed), "")
        if reason == "SAME_ENTRY":
            symbol.entry_ms = move.time_ms
        return reason

    def _sized(
        self,
        move: Move,
        symbol: Symbol,
        legs: list[dict[str, Any]],
        wanted: Decimal,
        leverage: Decimal,
        money: dict[str, Decimal],
    ) -> str:
        sign = (1 if move.signed > 0 else -1) * (-1 if self.limits.get("reverse") else 1)
        self._drop_stale(move, symbol, sign)
        budget = self.limit("copy_budget_usdc", "0")
        fixed = self.limits["sizing"]["kind"] == "fixed"
        room = min(
            budget if fixed else self.limit("max_order_usdc", str(budget)),
            money["remaining"],
            budget * self.limit("max_symbol_allocation_pct", "50") / 100 - symbol.margin,
        )
        ahead = sign * (symbol.target - symbol.held)
        carried = max(ahead, ZERO)
        asked = wanted * leverage / move.price + carried
        dearest = move.dearest(sign, self.limit("slippage_bps", "50"))
        size = min(asked, room * leverage / dearest)
        capped = size < asked
        target = symbol.target + sign * (size - carried)
        total = move.cut(sign * (target - symbol.held))
        if total * move.price < MINIMUM and (fixed or capped):
            return "BELOW_MIN_NOTIONAL"
        symbol.target = target
        if not symbol.carried_ms or ahead <= 0 or total * move.price >= MINIMUM:
            symbol.carried_ms, symbol.carried_price = move.time_ms, move.price
        if total * move.price < MINIMUM:
            return "CARRIED"
        self._order(move, symbol, sign * total, legs, leverage)
        if symbol.held == symbol.target:
            symbol.carried_ms = 0
        symbol.entry_ms, symbol.entry_sign = move.time_ms, move.signed / abs(move.signed)
        self.entry_times_ms.append(move.time_ms)
        return "DONE"

    def _drop_stale(self, move: Move, symbol: Symbol, sign: int) -> None:
        if sign * (symbol.target - symbol.held) <= 0 or not symbol.carried_ms:
            return
        band = symbol.carried_price * self.limit("slippage_bps", "50") / 10_000
        old = move.time_ms - symbol.carried_ms > 300_000
        if old or abs(move.price - symbol.carried_price) > band:
            symbol.target = symbol.held

    def _order(
        self,
        move: Move,
        symbol: Symbol,
        signed: Decimal,
        legs: list[dict[str, Any]],
        leverage: Decimal,
    ) -> None:
        number = len(self.orders) + 1
        closing = symbol.held * signed < 0
        order = {
            "cloid": f"0x{number:032x}",
            "oid": number,
            "coin": move.symbol,
            "side": "B" if signed > 0 else "A",
            "px": str(move.price),
            "sz": str(abs(signed)),
            "filled": str(abs(signed)),
            "status": "filled",
            "received_ms": f"{move.sent_ms + 80}.5",
        }
        fee = abs(signed) * move.price * FEE
        self.orders.append(order)
        self.fills.append(
            {
                **{key: order[key] for key in ("oid", "coin", "side", "px", "sz")},
                "time": move.sent_ms + 80,
                "fee": str(fee),
            }
        )
        legs.append(_leg(len(legs), order, closing=closing))
        self.fees += fee
        self._book(symbol, signed, move.price, leverage, closing=closing)

    def _book(
        self, symbol: Symbol, signed: Decimal, price: Decimal, leverage: Decimal, *, closing: bool
    ) -> None:
        if closing:
            share = -signed / symbol.held
            self.closed += -signed * price - symbol.cost * share
            symbol.cost -= symbol.cost * share
            symbol.margin -= symbol.margin * share
        else:
            symbol.cost += signed * price
            symbol.margin += abs(signed) * price / leverage
        symbol.held += signed
        if not symbol.held:
            symbol.cost = symbol.margin = ZERO

    def book(self) -> dict[str, Any]:
        """Give the venue's account."""
        purses = {"": str(self.deposit + self.closed - self.fees)}
        traded = {"orders": self.orders, "fills": self.fills, "positions": self.portfolio()}
        return {"purses": purses, "leverages": {}, **traded}

    def portfolio(self) -> dict[str, str]:
        return {name: str(one.held) for name, one in self.symbols.items() if one.held}

    def follow(self) -> dict[str, Any]:
        """Give the follow as the public API shows it."""
        return {
            "follow_id": self.name,
            "wallet_address": self.wallet,
            "limits": self.limits,
            "perfect": self.perfect,
            "receipts": list(reversed(self.receipts)),
            "portfolio": self.portfolio(),
        }


def _leg(number: int, order: dict[str, Any], *, closing: bool) -> dict[str, Any]:
    return {
        "leg": number,
        "attempt": 1,
        "intent_id": order["cloid"],
        "client_order_id": order["cloid"],
        "kind": "exit" if closing else "entry",
        "side": "buy" if order["side"] == "B" else "sell",
        "size": order["sz"],
        "limit_price": order["px"],
        "reduce_only": closing,
        "state": "FILLED",
        "filled_size": order["filled"],
        "average_price": order["px"],
    }
