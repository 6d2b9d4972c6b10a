"""What is so on the stand-in chain and at its venue: wallets, transactions, orders.

It refuses what a chain refuses: who is not the owner, a nonce that is not next, an owner that
cannot change, money that is not there. It keeps nobody's key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from simulators.older_system.signing import signer_of

ZERO = Decimal(0)


class Kind(StrEnum):
    """How a wallet is held."""

    SAFE = "SAFE"  # a contract; its owner can change
    PROXY = "PROXY"  # a contract; its owner cannot
    EOA = "EOA"  # an address with a key, its own owner


class Refused(Exception):  # noqa: N818  # an answer, not a failure of ours
    """An answer that is no success: its status, and a code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(slots=True)
class Wallet:
    """One address on the chain; `nonce` is that of its next transaction."""

    owner: str
    kind: Kind = Kind.EOA
    usdc: Decimal = ZERO
    nonce: int = 0


@dataclass(frozen=True, slots=True)
class Transaction:
    """A change that a wallet's owner signed: `change_owner`, or `move` of so much."""

    action: str
    wallet: str
    to: str
    usdc: str
    nonce: int

    @property
    def text(self) -> str:
        """What is signed."""
        return (
            f"older system: {self.action}\nwallet: {self.wallet}\nto: {self.to}\n"
            f"usdc: {self.usdc}\nnonce: {self.nonce}"
        )


@dataclass(slots=True)
class Order:
    """An order of a wallet, named by whoever placed it."""

    order_id: str
    wallet: str
    status: str = "OPEN"


def order_text(action: str, wallet: str, order_id: str) -> str:
    """Write what is signed to place or to cancel an order."""
    return f"older system: {action}\nwallet: {wallet}\norder: {order_id}"


@dataclass(slots=True)
class Books:
    """Everything that is so; `mined` are the transactions that count, `waiting` those to come."""

    wallets: dict[str, Wallet] = field(default_factory=dict)
    mined: list[Transaction] = field(default_factory=list)
    waiting: list[Transaction] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)

    def wallet(self, address: str) -> Wallet:
        """Give what is at an address; every address that nobody used is its own owner's."""
        return self.wallets.get(address) or Wallet(address)

    def send(self, transaction: Transaction, signature: str, *, is_mined: bool) -> None:
        """Take a transaction; raises Refused."""
        wallet = self.wallet(transaction.wallet)
        if signer_of(transaction.text, signature) != wallet.owner:
            raise Refused(422, "NOT_THE_OWNER")
        is_taken = any(each.wallet == transaction.wallet for each in self.waiting)
        if is_taken or transaction.nonce != wallet.nonce:
            raise Refused(409, "WRONG_NONCE")
        _REFUSALS.get(transaction.action, _no_such_action)(wallet, transaction)
        self.wallets[transaction.wallet] = wallet
        self.waiting.append(transaction)
        if is_mined:
            self.mine()

    def mine(self) -> None:
        """Let everything that waits be so."""
        for each in self.waiting:
            wallet = self.wallets[each.wallet]
            wallet.nonce += 1
            if each.action == CHANGE_OWNER:
                wallet.owner = each.to
            else:
                wallet.usdc -= Decimal(each.usdc)
                self.deposit(each.to, Decimal(each.usdc))
            self.mined.append(each)
        self.waiting.clear()

    def deposit(self, address: str, usdc: Decimal) -> None:
        """Let money come to an address."""
        wallet = self.wallets.setdefault(address, Wallet(address))
        wallet.usdc += usdc

    def place(self, wallet: str, order_id: str, signature: str) -> Order:
        """Take an order, or give the one that is there by this name; raises Refused."""
        self._require_owner(wallet, order_text("order", wallet, order_id), signature)
        known = self.orders.get(order_id)
        if known is not None and known.wallet != wallet:
            raise Refused(409, "ORDER_OF_ANOTHER")
        if known is None and self.wallet(wallet).usdc <= ZERO:
            raise Refused(422, "NOT_ENOUGH")
        return self.orders.setdefault(order_id, Order(order_id, wallet))

    def cancel(self, order_id: str, signature: str) -> Order:
        """Cancel an order; may be repeated. Raises Refused."""
        order = self.orders.get(order_id)
        if order is None:
            raise Refused(404, "NO_SUCH_ORDER")
        self._require_owner(order.wallet, order_text("cancel", order.wallet, order_id), signature)
        order.status = "CANCELLED"
        return order

    def _require_owner(self, wallet: str, text: str, signature: str) -> None:
        if signer_of(text, signature) != self.wallet(wallet).owner:
            raise Refused(422, "NOT_THE_OWNER")


def amount(text: Any) -> Decimal:
    """Read an amount; raises Refused."""
    try:
        value = Decimal(text) if isinstance(text, str) else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Refused(400, "MALFORMED")
    return value


def _refuse_owner(wallet: Wallet, _: Transaction) -> None:
    if wallet.kind is not Kind.SAFE:
        raise Refused(422, "OWNER_CANNOT_CHANGE")


def _refuse_move(wallet: Wallet, transaction: Transaction) -> None:
    if not ZERO < amount(transaction.usdc) <= wallet.usdc:
        raise Refused(422, "NOT_ENOUGH")


def _no_such_action(_: Wallet, __: Transaction) -> None:
    raise Refused(400, "MALFORMED")


CHANGE_OWNER, MOVE = "change_owner", "move"
_REFUSALS = {CHANGE_OWNER: _refuse_owner, MOVE: _refuse_move}
