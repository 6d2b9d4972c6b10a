"""What may be asked about the older system's users: to take them over, to look, to migrate."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from custody.migration.legacy import LegacyUser, WalletKind, taken_over
from custody.migration.run import MigrationRun
from custody.requests import read
from understudy.domain.errors import InvalidInputError, NotAllowedError

if TYPE_CHECKING:
    from custody.doors import Answer, Event
    from custody.migration.migration import Migration
    from custody.migration.ports import LegacyStore
    from custody.migration.run import Report
    from understudy.ports.clock import Clock

MAX_USERS_AT_ONCE = 100
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class ImportedUser:
    """A user as the older system's export has them; `sealed_key` is `iv.ciphertext.tag`."""

    user_id: str
    wallet_address: str
    kind: WalletKind
    owner_address: str
    sealed_key: str


def take_over(store: LegacyStore, clock: Clock) -> Callable[[Event], Answer]:
    """Give `{users: […]}` to how many of them are new; the others stay as they are.

    Each that is new is in the audit.
    """

    def take(event: Event) -> Answer:
        plain = event.get("users")
        if not isinstance(plain, list) or len(plain) > MAX_USERS_AT_ONCE:
            raise InvalidInputError(f"send a list of {MAX_USERS_AT_ONCE} users at most")
        users = [_checked(read(ImportedUser, each)) for each in plain]
        return {"added": sum(store.add(user, taken_over(user, clock.now_ms())) for user in users)}

    return take


def no_chain() -> Migration:
    """Refuse to migrate: what a deployment does that reaches no chain."""
    raise NotAllowedError(
        "this deployment reaches no chain, so nothing could be proven: nobody was touched",
        code="CHAIN_NOT_CONFIGURED",
    )


def migrate(
    store: LegacyStore, clock: Clock, migration: Callable[[], Migration]
) -> Callable[[Event], Answer]:
    """Give `{page, dry_run, user_id?}` to the users' stages; who only looks needs no migration.

    `migration` gives the steps, or raises NotAllowedError (CHAIN_NOT_CONFIGURED).
    """

    def go_on(event: Event) -> Answer:
        page, user_id, dry_run = event.get("page"), event.get("user_id", ""), event.get("dry_run")
        if not (isinstance(page, str) and isinstance(user_id, str) and isinstance(dry_run, bool)):
            raise InvalidInputError("send page, dry_run and, for one user, user_id")
        run = MigrationRun(store, clock, None if dry_run else migration().go_on)
        return _plain(run.of_one(user_id) if user_id else run.go_on(page))

    return go_on


def _checked(user: ImportedUser) -> LegacyUser:
    if not (user.user_id and user.sealed_key):
        raise InvalidInputError("user_id and sealed_key must not be empty")
    for address in (user.wallet_address, user.owner_address):
        if not _ADDRESS.fullmatch(address):
            raise InvalidInputError("addresses must be 0x and 40 lower-case hex digits")
    return LegacyUser(
        user.user_id, user.wallet_address, user.kind, user.owner_address, user.sealed_key
    )


def _plain(report: Report) -> Answer:
    return {"users": [each._asdict() for each in report.users], "next_page": report.next_page}
