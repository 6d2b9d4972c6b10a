"""The stand-in of an older system refuses what a chain and a venue refuse; its books survive."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from coincurve import PrivateKey

from cli.wallet_key import WalletKey
from simulators.older_system.books import Books, Kind, Refused, Transaction, Wallet, order_text
from simulators.older_system.keeping import FILE, BooksError, load, save
from simulators.older_system.signing import address_of
from simulators.older_system.users import new_users

if TYPE_CHECKING:
    from pathlib import Path

OWNER = WalletKey(b"\x41" * 32)
ADDRESS = address_of(PrivateKey(b"\x41" * 32).public_key)
SAFE, POOR, ELSEWHERE = ("0x" + digit * 40 for digit in "123")
MOVE = Transaction("move", SAFE, ELSEWHERE, "5", 0)


def books() -> Books:
    wallets = {SAFE: Wallet(ADDRESS, Kind.SAFE, Decimal(7)), POOR: Wallet(ADDRESS, Kind.PROXY)}
    return Books(wallets)


def sent(at: Books, transaction: Transaction, *, is_mined: bool = True) -> str:
    """Send a transaction with its owner's signature; give why it is refused, '' if it is not."""
    try:
        at.send(transaction, OWNER.sign_text(transaction.text), is_mined=is_mined)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("transaction", "code"),
    [
        (MOVE, ""),
        (replace(MOVE, usdc="7.01"), "NOT_ENOUGH"),
        (replace(MOVE, usdc="0"), "NOT_ENOUGH"),
        (replace(MOVE, usdc="-1"), "NOT_ENOUGH"),
        (replace(MOVE, usdc="NaN"), "MALFORMED"),
        (replace(MOVE, usdc="all"), "MALFORMED"),
        (replace(MOVE, nonce=1), "WRONG_NONCE"),
        (replace(MOVE, wallet=ELSEWHERE), "NOT_THE_OWNER"),
        (replace(MOVE, action="burn"), "MALFORMED"),
        (replace(MOVE, action="change_owner", wallet=POOR), "OWNER_CANNOT_CHANGE"),
    ],
)
def test_a_transaction_is_taken_or_refused_by_its_rule(transaction: Transaction, code: str) -> None:
    at = books()

    assert sent(at, transaction) == code

    assert at.wallet(SAFE).usdc == (2 if not code else 7)
    assert at.wallet(SAFE).nonce == (not code)


def test_a_signature_is_good_for_its_own_transaction_once() -> None:
    at, signature = books(), OWNER.sign_text(MOVE.text)
    with pytest.raises(Refused, match="NOT_THE_OWNER"):
        at.send(replace(MOVE, to=POOR), signature, is_mined=True)
    at.send(MOVE, signature, is_mined=True)

    with pytest.raises(Refused, match="WRONG_NONCE"):
        at.send(MOVE, signature, is_mined=True)

    assert at.wallet(ELSEWHERE).usdc == 5


@pytest.mark.parametrize("signature", ["", "0x", "no hex", "0x" + "00" * 65, "0x" + "1b" * 65])
def test_what_is_no_signature_is_nobodys(signature: str) -> None:
    with pytest.raises(Refused, match="NOT_THE_OWNER"):
        books().send(MOVE, signature, is_mined=True)


def test_nothing_is_sent_over_what_waits() -> None:
    at = books()
    assert sent(at, MOVE, is_mined=False) == ""
    assert [sent(at, MOVE), sent(at, replace(MOVE, nonce=1))] == ["WRONG_NONCE"] * 2

    at.mine()

    assert at.wallet(ELSEWHERE).usdc == 5


def test_an_orders_name_is_one_wallets_and_nothing_buys_nothing() -> None:
    at = books()

    def placed(wallet: str) -> str:
        return at.place(wallet, "o1", OWNER.sign_text(order_text("order", wallet, "o1"))).status

    with pytest.raises(Refused, match="NOT_ENOUGH"):
        placed(POOR)
    assert placed(SAFE) == placed(SAFE) == "OPEN"
    with pytest.raises(Refused, match="ORDER_OF_ANOTHER"):
        placed(POOR)
    with pytest.raises(Refused, match="NOT_THE_OWNER"):
        at.cancel("o1", OWNER.sign_text(order_text("order", SAFE, "o1")))
    assert at.cancel("o1", OWNER.sign_text(order_text("cancel", SAFE, "o1"))).status == "CANCELLED"


def test_the_books_survive_as_they_were(tmp_path: Path) -> None:
    at = books()
    new_users(at, 3, Decimal("12.5"))
    sent(at, replace(MOVE, usdc="1"))
    sent(at, replace(MOVE, nonce=1), is_mined=False)
    at.place(SAFE, "o1", OWNER.sign_text(order_text("order", SAFE, "o1")))
    save(tmp_path, at)

    assert load(tmp_path) == at
    assert load(tmp_path / "another") == Books()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"wallets": 7}'])
def test_books_that_cannot_be_read_are_said_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    with pytest.raises(BooksError, match="cannot be read: they are damaged; move the folder away"):
        load(tmp_path)
