"""Identity on DynamoDB (table `identity`): users, wallets, agents, copy profiles.

Sessions stand beside it in `session_store`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.adapters.aws import identity_keys as keys
from understudy.adapters.aws.attempts import attempt, rounds
from understudy.adapters.aws.attributes import attributes_of, number, record_of, text
from understudy.adapters.aws.operations import (
    ABSENT,
    PRESENT,
    check,
    check_active,
    check_exists,
    delete,
    put_new,
    put_record,
)
from understudy.adapters.aws.table import Table, transact
from understudy.domain.agents import DAY_MS, Agent, MadeAgents
from understudy.domain.errors import ConflictError
from understudy.domain.identity import (
    AuthMethod,
    ProviderIdentity,
    RemovedWallet,
    SignInNonce,
    User,
    Wallet,
    refuse_more_wallets,
)
from understudy.domain.ids import UserId, WalletId
from understudy.domain.replacing import replace
from understudy.ports.profiles import CopyProfile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.adapters.aws.attributes import Attribute, Item
    from understudy.adapters.aws.operations import Operation

_NOT_CLOSING = "attribute_not_exists(closing_since_ms)"


@dataclass(frozen=True, slots=True)
class _WrittenProfile:
    limits: str
    version: int


@dataclass(frozen=True, slots=True)
class _WrittenTimes:
    """When agents were made, without whose they are: neither the user nor the address."""

    made_at_ms: tuple[int, ...] = ()
    version: int = 0


class DynamoIdentityStore:
    """Implements `IdentityStore`, `AgentRegistry`, `DueAgents` and `CopyProfiles`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put_nonce(self, nonce: SignInNonce) -> None:
        """Keep a nonce until it is taken or its time is up."""
        self._table.put(
            {**keys.nonce(nonce.nonce), **attributes_of(nonce), **keys.ending(nonce.expires_at_ms)}
        )

    def take_nonce(self, nonce: SignInNonce, now_ms: int) -> bool:
        """Use a nonce up: one conditional delete; a lost answer costs the nonce, nothing else."""
        values = {":address": text(nonce.address), ":now": number(now_ms)}
        whose = "attribute_not_exists(user_id)"
        if nonce.user_id:
            whose, values[":user"] = "user_id = :user", text(nonce.user_id)
        try:
            attempt(
                lambda: self._table.client.delete_item(
                    TableName=self._table.name,
                    Key=keys.nonce(nonce.nonce),
                    ConditionExpression=f"address = :address AND expires_at_ms > :now AND {whose}",
                    ExpressionAttributeValues=values,
                )
            )
        except ConflictError:
            return False
        return True

    def create_user(
        self, user: User, *wallets: Wallet, identity: ProviderIdentity | None = None
    ) -> None:
        """Store a new user; whatever must be one user's alone is bound in the same transaction."""
        name = self._table.name
        writes = [put_new(name, {**keys.user(user.user_id), **attributes_of(user)})]
        for wallet in wallets:
            writes += _binding(name, wallet)
        if identity is not None:
            named, known = (identity.provider, identity.subject), attributes_of(identity)
            writes.append(put_new(name, {**keys.provider_identity(*named), **known}))
            writes.append(put_new(name, {**keys.identity_of_user(user.user_id, *named), **known}))
        transact(self._table.client, writes)

    def add_wallet(self, wallet: Wallet, most: int, *, is_proven: bool) -> None:
        """Bind a further wallet to its user, its address in the same transaction.

        The profile counts what was ever added: whoever adds another meanwhile changes it, and the
        wallets are counted again.
        """
        name, mark = self._table.name, keys.removed_wallet(wallet.user_id, wallet.address)
        unmarked = delete(name, mark) if is_proven else check(name, mark, ABSENT)
        for _ in rounds():
            profile = self._table.get(keys.user(wallet.user_id)) or {}
            refuse_more_wallets(len(self.wallets(wallet.user_id)), most)
            added = _one_more(name, wallet.user_id, profile.get("wallets_added"))
            try:
                transact(self._table.client, [added, unmarked, *_binding(name, wallet)])
            except ConflictError:
                is_marked = not is_proven and self._table.get(mark)
                if not profile or is_marked or self.wallet_of_address(wallet.address) is not None:
                    raise
            else:
                return
        raise ConflictError("other wallets of this user are being bound: try again")

    def removed_wallets(self, user_id: UserId) -> Sequence[RemovedWallet]:
        """List the addresses that a user has removed and not bound again."""
        items = self._table.partition(keys.user_partition(user_id), keys.REMOVED)
        return [record_of(RemovedWallet, item) for item in items]

    def provider_identity(self, provider: AuthMethod, subject: str) -> ProviderIdentity | None:
        """Read whom a provider's subject is here."""
        item = self._table.get(keys.provider_identity(provider, subject))
        return None if item is None else record_of(ProviderIdentity, item)

    def record_login(self, user_id: UserId, wallet: Wallet) -> None:
        """Note that a user signed in with this wallet; touches nothing else of either."""
        seen = {":now": number(wallet.last_seen_at_ms)}
        by = {":connector": text(wallet.connector), ":yes": {"BOOL": True}}
        name, key = self._table.name, keys.wallet(user_id, wallet.wallet_id)
        of_user = {
            "TableName": name,
            "Key": keys.user(user_id),
            "UpdateExpression": "SET last_login_at_ms = :now",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": seen,
        }
        of_wallet = {
            "TableName": name,
            "Key": key,
            "UpdateExpression": "SET last_seen_at_ms = :now, connector = :connector",
            "ConditionExpression": "is_active = :yes",
            "ExpressionAttributeValues": {**seen, **by},
        }
        transact(self._table.client, [{"Update": of_user}, {"Update": of_wallet}])

    def user(self, user_id: UserId) -> User | None:
        """Read a user."""
        item = self._table.get(keys.user(user_id))
        return None if item is None else record_of(User, item)

    def wallets(self, user_id: UserId) -> Sequence[Wallet]:
        """List a user's wallets, oldest first."""
        items = self._table.partition(keys.user_partition(user_id), keys.WALLET)
        found = (record_of(Wallet, item) for item in items)
        return sorted(found, key=lambda wallet: (wallet.created_at_ms, wallet.wallet_id))

    def wallet_of_address(self, address: str) -> Wallet | None:
        """Read the wallet with this address, whoever has it."""
        owner = self._table.get(keys.address(address))
        if owner is None:
            return None
        user_id, wallet_id = UserId(owner["user_id"]["S"]), WalletId(owner["wallet_id"]["S"])
        item = self._table.get(keys.wallet(user_id, wallet_id))
        # More roles write what is a user's than say whose an address is: only the latter counts.
        return None if item is None else replace(record_of(Wallet, item), user_id=user_id)

    def agents(self, user_id: UserId) -> Sequence[Agent]:
        """List a user's agents, oldest first."""
        items = self._table.partition(keys.user_partition(user_id), keys.AGENT)
        found = (record_of(Agent, item) for item in items)
        return sorted(found, key=lambda agent: (agent.created_at_ms, agent.agent_id))

    def agent(self, user_id: UserId, agent_id: str) -> Agent | None:
        """Read one agent of this user."""
        item = self._table.get(keys.agent(user_id, agent_id))
        return None if item is None else record_of(Agent, item)

    def put_agent(self, agent: Agent, *, begins: bool = False) -> Agent:
        """Store an agent while its version is the one read, and what it begins with stays."""
        name, key = self._table.name, keys.agent(agent.user_id, agent.agent_id)
        due: Item = {"attended_as": text(keys.ATTENDED)} if agent.attend_at_ms else {}
        write = put_record(name, key, agent, due)
        checks = [] if agent.version else [self._staying(agent.user_id)]
        if begins or agent.is_new:
            checks.append(check_active(name, keys.wallet(agent.user_id, agent.wallet_id)))
        if checks:
            transact(self._table.client, [*checks, write])
        else:
            self._table.put_when(write)
        return replace(agent, version=agent.version + 1)

    def made_agents(self, user_id: UserId, wallet_address: str) -> MadeAgents:
        """Read when agents were made for an address."""
        item = self._table.get(keys.made_agents(wallet_address))
        kept = _WrittenTimes() if item is None else record_of(_WrittenTimes, item)
        return MadeAgents(user_id, wallet_address, kept.made_at_ms, kept.version)

    def put_made_agents(self, made: MadeAgents) -> MadeAgents:
        """Store when agents were made, while the version is the one read and the user stays."""
        key = keys.made_agents(made.wallet_address)
        ending = keys.ending(max(made.made_at_ms, default=0) + DAY_MS)
        times = _WrittenTimes(made.made_at_ms, made.version)
        write = put_record(self._table.name, key, times, ending)
        transact(self._table.client, [self._staying(made.user_id), write])
        return replace(made, version=made.version + 1)

    def due_agents(self, until_ms: int, limit: int) -> Sequence[Agent]:
        """List agents that are due; see `DueAgents`."""
        values = {":agents": text(keys.ATTENDED), ":until": number(until_ms)}
        condition = "attended_as = :agents AND attend_at_ms <= :until"
        entries = list(self._table.query(condition, values, limit=limit, IndexName="attended"))
        places = [{"pk": entry["pk"], "sk": entry["sk"]} for entry in entries]
        found = [record_of(Agent, item) for item in self._table.get_many(places)]
        return sorted(found, key=lambda agent: agent.attend_at_ms)

    def copy_profile(self, user_id: UserId) -> CopyProfile:
        """Read a profile, an empty one when the user has chosen nothing."""
        item = self._table.get(keys.copy_profile(user_id))
        if item is None:
            return CopyProfile(user_id)
        limits = json.loads(item["limits"]["S"])
        return CopyProfile(user_id, limits, int(item["version"]["N"]))

    def put_copy_profile(self, profile: CopyProfile) -> CopyProfile:
        """Store a profile while its version is the one read."""
        key = keys.copy_profile(profile.user_id)
        written = _WrittenProfile(json.dumps(profile.limits), profile.version)
        there = check_exists(self._table.name, keys.user(profile.user_id))
        write = put_record(self._table.name, key, written)
        transact(self._table.client, [there, write])
        return replace(profile, version=profile.version + 1)

    def _staying(self, user_id: UserId) -> Operation:
        return check(self._table.name, keys.user(user_id), f"{PRESENT} AND {_NOT_CLOSING}")


def _one_more(table: str, user_id: UserId, added: Attribute | None) -> Operation:
    """Count a wallet that is added to a user who is there, with so many added before."""
    before, values = "attribute_not_exists(wallets_added)", {":one": number(1)}
    if added is not None:
        before, values = "wallets_added = :added", {**values, ":added": added}
    return {
        "Update": {
            "TableName": table,
            "Key": keys.user(user_id),
            "UpdateExpression": "ADD wallets_added :one",
            "ConditionExpression": f"{PRESENT} AND {before}",
            "ExpressionAttributeValues": values,
        }
    }


def _binding(table: str, wallet: Wallet) -> list[Operation]:
    owner = {"user_id": text(wallet.user_id), "wallet_id": text(wallet.wallet_id)}
    return [
        put_new(table, {**keys.address(wallet.address), **owner}),
        put_new(table, _wallet_item(wallet)),
    ]


def _wallet_item(wallet: Wallet) -> Item:
    return {**keys.wallet(wallet.user_id, wallet.wallet_id), **attributes_of(wallet)}
