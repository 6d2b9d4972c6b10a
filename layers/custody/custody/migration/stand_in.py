"""The chain and the order desk of a stand-in of an older system, for the local stage alone.

Builds what is signed itself, as an adapter of a real chain has to. See simulators/older_system.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError

from custody.development import is_local_stage, is_this_machine
from custody.migration.legacy import WalletKind
from understudy.adapters.identity.ethereum import personal_message_digest
from understudy.domain.errors import DependencyError, NotAllowedError
from understudy.domain.ids import digest_of
from understudy.domain.money import parse_decimal, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from custody.authorities import DigestSigner
    from custody.migration.legacy import LegacyUser

SECRET = "the stand-in older system's own secret"  # everybody may read it here, and nobody needs to
_SECONDS = 2.0
_OK, _REFUSED = 200, 422


class StandIn:
    """The stand-in at its address.

    Its own constructor looks: raises NotAllowedError unless the environment names the local stage
    and a cloud at this machine, and the stand-in is at this machine too.
    """

    def __init__(self, environment: Mapping[str, str], url: str) -> None:
        if not (is_local_stage(environment) and is_this_machine(url)):
            raise NotAllowedError(
                "the stand-in of an older system exists on the local stage only, and no chain is"
                " reached elsewhere: nobody was touched",
                code="CHAIN_NOT_CONFIGURED",
            )
        self._url = url.rstrip("/")
        self._pool = urllib3.PoolManager(retries=False)

    def wallet(self, address: str) -> dict[str, Any]:
        """Give what is at an address."""
        return self.ask("GET", f"/v1/wallets/{quote(address)}")

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Give the answer.

        Raises NotAllowedError (CHAIN_REFUSED) for what is refused for good, DependencyError when
        there is no answer or something else is under way.
        """
        try:
            response = self._pool.request(
                method,
                self._url + path,
                body=None if body is None else json.dumps(body).encode(),
                redirect=False,
                timeout=urllib3.Timeout(total=_SECONDS),
            )
            answer: dict[str, Any] = json.loads(response.data)
        except (HTTPError, ValueError) as error:
            raise DependencyError("the stand-in of the older system does not answer") from error
        if response.status == _REFUSED:
            said = f"the chain or the venue refuses this: {answer.get('code')}"
            raise NotAllowedError(said, code="CHAIN_REFUSED")
        if response.status != _OK:
            raise DependencyError("the stand-in did not do this now", status=response.status)
        return answer


class StandInChain:
    """Implements `Chain`."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    def owner_of(self, wallet_address: str) -> str:
        """Give the address of a wallet's owner."""
        return str(self._stand_in.wallet(wallet_address)["owner"])

    def worth_of(self, address: str) -> Decimal:
        """Give all that an address holds, in USDC."""
        return parse_decimal(str(self._stand_in.wallet(address)["usdc"]), name="usdc")

    def change_owner(self, user: LegacyUser, key: DigestSigner) -> None:
        """Make the new address the owner of the wallet."""
        wallet = self._stand_in.wallet(user.wallet_address)
        self._send("change_owner", user, "0", wallet["nonce"], key)

    def move_everything(self, user: LegacyUser, key: DigestSigner) -> None:
        """Move what the wallet holds to the new address."""
        wallet = self._stand_in.wallet(user.wallet_address)
        usdc = plain_text(parse_decimal(str(wallet["usdc"]), name="usdc"))
        self._send("move", user, usdc, wallet["nonce"], key)

    def _send(
        self, action: str, user: LegacyUser, usdc: str, nonce: int, key: DigestSigner
    ) -> None:
        # Signed with its nonce: of two runs that send the same at once, the chain takes one.
        lines = [
            f"older system: {action}",
            f"wallet: {user.wallet_address}",
            f"to: {user.new_address}",
            f"usdc: {usdc}",
            f"nonce: {nonce}",
        ]
        transaction = {
            "action": action,
            "wallet": user.wallet_address,
            "to": user.new_address,
            "usdc": usdc,
            "nonce": nonce,
            "signature": _signature("\n".join(lines), key),
        }
        self._stand_in.ask("POST", "/v1/transactions", transaction)


class StandInDesk:
    """Implements `OrderDesk`."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    def proven_by_an_order(self, user: LegacyUser, key: DigestSigner) -> str:
        """Place and cancel this user's one order; give its id, '' when the venue refuses it."""
        wallet = user.wallet_address if user.kind is WalletKind.SAFE else user.new_address
        order_id = digest_of("migration-order", user.user_id)[:32]
        placed = {
            "wallet": wallet,
            "order_id": order_id,
            "signature": _signature(_order_text("order", wallet, order_id), key),
        }
        try:
            self._stand_in.ask("POST", "/v1/orders", placed)
        except NotAllowedError:
            return ""
        signature = _signature(_order_text("cancel", wallet, order_id), key)
        self._stand_in.ask("POST", f"/v1/orders/{order_id}/cancel", {"signature": signature})
        return order_id


def _order_text(action: str, wallet: str, order_id: str) -> str:
    return f"older system: {action}\nwallet: {wallet}\norder: {order_id}"


def _signature(text: str, key: DigestSigner) -> str:
    r, s, v = key.signature_of(personal_message_digest(text))
    return f"0x{r:064x}{s:064x}{v:02x}"
