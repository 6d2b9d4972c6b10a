"""What the signer's role is for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.permissions.cast import SIZE, SYMBOL, new_address
from tests.permissions.logs import leaves_a_log
from understudy.domain.codec import to_plain
from understudy.domain.ids import CopyId, FollowId, WalletId, client_order_id, intent_id
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Side

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

SIGNER = "SignerFunction"
LIFETIME_MS = 8_000


def an_agent_signs_the_same_order_twice_until_it_is_revoked(stage: Stage) -> None:
    address = new_address()
    agent_id = _enroll(stage, "create_agent", **_wanted(address))["agent_id"]
    _enroll(stage, "activate", agent_id=agent_id)
    intents = {"intents": [to_plain(_entry(stage, address, agent_id))]}

    first = stage.invoke(SIGNER, intents, alias="sign")["results"]
    again = stage.invoke(SIGNER, intents, alias="sign")["results"]

    assert "body" in first[0], first
    assert again == first
    _enroll(stage, "revoke", agent_id=agent_id)
    (after,) = stage.invoke(SIGNER, intents, alias="sign")["results"]
    assert "body" not in after


def a_kill_is_not_undone_by_an_order_from_before_it(stage: Stage) -> None:
    address = new_address()
    agent_id = _enroll(stage, "create_agent", **_wanted(address))["agent_id"]
    _enroll(stage, "activate", agent_id=agent_id)
    switch = {"switch": "kill_user", "subject": f"user-{address}"}
    killed_at_ms = _ask(stage, "operate", "set_switch", **switch, on=True)["at_ms"]
    late = {"operation": "set_switch", **switch, "on": False, "at_ms": killed_at_ms - 1}

    answer = stage.invoke(SIGNER, late, alias="operate")

    assert answer["error"]["code"] == "NEWER_DECISION", answer
    intents = {"intents": [to_plain(_entry(stage, address, agent_id))]}
    (result,) = stage.invoke(SIGNER, intents, alias="sign")["results"]
    assert result["reason"] == "KILL_SWITCH"


def an_agent_with_a_key_in_kms_signs_until_it_is_revoked(stage: Stage) -> None:
    address = new_address()
    with stage.deployed_with(SIGNER, AGENT_AUTHORITY="KMS_RESIDENT"):
        agent_id = _enroll(stage, "create_agent", **_wanted(address))["agent_id"]
    _enroll(stage, "activate", agent_id=agent_id)
    assert _signs(stage, address, agent_id)

    _enroll(stage, "revoke", agent_id=agent_id)

    (key_id,) = _kept(stage, agent_id, "key_id")
    state = stage.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]
    assert state == "PendingDeletion"


def an_agent_with_a_server_wallet_signs_until_it_is_revoked(stage: Stage) -> None:
    address = new_address()
    with stage.deployed_with(SIGNER, AGENT_AUTHORITY="SERVER_WALLET"):
        agent_id = _enroll(stage, "create_agent", **_wanted(address))["agent_id"]
    _enroll(stage, "activate", agent_id=agent_id)
    assert _signs(stage, address, agent_id)

    _enroll(stage, "revoke", agent_id=agent_id)

    assert not _signs(stage, address, agent_id)


def users_of_the_older_system_are_taken_over_and_looked_at(stage: Stage) -> None:
    user_id = f"legacy-{new_address()}"
    user = {
        "user_id": user_id,
        "wallet_address": new_address(),
        "kind": "SAFE",
        "owner_address": new_address(),
        "sealed_key": "iv.ciphertext.tag",
    }
    took = stage.invoke(SIGNER, {"operation": "take_over", "users": [user]}, alias="keys")
    assert took == {"added": 1}

    looked = {"operation": "migrate", "page": "", "dry_run": True}
    found = stage.invoke(SIGNER, looked, alias="keys")["users"]

    assert [each["stage"] for each in found if each["user_id"] == user_id] == ["LEGACY"]


def a_key_sealed_by_the_spare_key_signs_and_moves(stage: Stage) -> None:
    address = new_address()
    agent_id = _enroll(stage, "create_agent", **_wanted(address))["agent_id"]
    _enroll(stage, "activate", agent_id=agent_id)
    sealing, spare = _seal_by_the_spare_key(stage, agent_id)
    assert _kept(stage, agent_id, "key_id") == [spare]
    assert _signs(stage, address, agent_id)

    page = ""
    while progress := stage.invoke(SIGNER, {"operation": "rewrap", "page": page}, alias="keys"):
        page = progress["next_page"]
        if not page:
            break

    assert _kept(stage, agent_id, "key_id") == [sealing]
    assert _signs(stage, address, agent_id)


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, SIGNER, lambda: stage.invoke(SIGNER, {}, alias="enroll"))


def _enroll(stage: Stage, operation: str, **fields: str | bool) -> Any:
    return _ask(stage, "enroll", operation, **fields)


def _ask(stage: Stage, alias: str, operation: str, **fields: str | bool) -> Any:
    answer = stage.invoke(SIGNER, {"operation": operation, **fields}, alias=alias)
    assert "error" not in answer, answer
    return answer


def _signs(stage: Stage, address: str, agent_id: str) -> bool:
    intents = {"intents": [to_plain(_entry(stage, address, agent_id))]}
    (answer,) = stage.invoke(SIGNER, intents, alias="sign")["results"]
    return "body" in answer


def _seal_by_the_spare_key(stage: Stage, agent_id: str) -> tuple[str, str]:
    """Seal an agent's key as if the spare key had been the sealing one; give both."""
    name = stage.system.stack.stack.functions[SIGNER]
    found = stage.client("lambda").get_function_configuration(FunctionName=name)
    variables = found["Environment"]["Variables"]
    sealing, spare = str(variables["AGENT_KEY_ID"]), str(variables["SPARE_AGENT_KEY_ID"])
    (ciphertext,) = _kept(stage, agent_id, "ciphertext")
    context, kms = signing_context(agent_id), stage.client("kms")
    opened = kms.decrypt(KeyId=sealing, CiphertextBlob=ciphertext, EncryptionContext=context)
    sealed = kms.encrypt(KeyId=spare, Plaintext=opened["Plaintext"], EncryptionContext=context)
    table = stage.table("CustodyTable")
    table.client.update_item(
        TableName=table.name,
        Key=_key_of(agent_id),
        UpdateExpression="SET ciphertext = :ciphertext, key_id = :key",
        ExpressionAttributeValues={
            ":ciphertext": {"B": sealed["CiphertextBlob"]},
            ":key": {"S": spare},
        },
    )
    return sealing, spare


def _kept(stage: Stage, agent_id: str, *names: str) -> list[Any]:
    table = stage.table("CustodyTable")
    item: Any = table.get(_key_of(agent_id))
    return [next(iter(item[name].values())) for name in names]


def signing_context(agent_id: str) -> dict[str, str]:
    """Give what the signer seals an agent's key to."""
    names = {"app": "understudy", "purpose": "agent-signing"}
    return {**names, "agent_id": agent_id, "key_version": "1"}


def _key_of(agent_id: str) -> Any:
    return {"pk": {"S": f"AGENT#{agent_id}"}, "sk": {"S": "AGENT"}}


def _wanted(address: str) -> dict[str, str]:
    names = {"user_id": f"user-{address}", "wallet_id": f"wallet-{address}"}
    return {**names, "wallet_address": address, "venue": HYPERLIQUID, "agent_name": "understudy"}


def _entry(stage: Stage, address: str, agent_id: str) -> Intent:
    now_ms, market = stage.now_ms(), stage.markets.markets(HYPERLIQUID)[SYMBOL]
    name = intent_id(FollowId("follow-1"), f"{address}-{now_ms}", 0, 1)
    return Intent(
        intent_id=name,
        follow_id=FollowId("follow-1"),
        copy_id=CopyId("copy-1"),
        wallet_id=WalletId(f"wallet-{address}"),
        wallet_address=address,
        agent_id=agent_id,
        venue=HYPERLIQUID,
        kind=IntentKind.ENTRY,
        symbol=SYMBOL,
        asset=market.asset,
        side=Side.BUY,
        size=SIZE,
        limit_price=stage.mark(SYMBOL),
        reduce_only=False,
        leverage=1,
        isolated=False,
        client_order_id=client_order_id(name),
        nonce=now_ms,
        expires_at_ms=now_ms + LIFETIME_MS,
        margin=Decimal(10_000),
        leg=0,
        attempt=1,
        seq=1,
        created_at_ms=now_ms,
    )


CHECKS = (
    its_log_is_written,
    an_agent_signs_the_same_order_twice_until_it_is_revoked,
    a_kill_is_not_undone_by_an_order_from_before_it,
    an_agent_with_a_key_in_kms_signs_until_it_is_revoked,
    a_key_sealed_by_the_spare_key_signs_and_moves,
    an_agent_with_a_server_wallet_signs_until_it_is_revoked,
    users_of_the_older_system_are_taken_over_and_looked_at,
)
