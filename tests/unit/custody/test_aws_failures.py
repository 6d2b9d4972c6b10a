"""What KMS and the tables answer when they do not do what they were asked."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from custody.audit import AuditEvent
from custody.aws.key_vault import KmsKeyVault, VaultKeys
from custody.aws.signing_store import DynamoSigningStore
from custody.aws.tables import TableNames
from custody.keys import KeyUnusableError, Sealed
from tests.fakes.custody import fixed_stamps
from tests.unit.custody.scene import NOW_MS
from understudy.adapters.aws import attempts
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import DependencyError

TABLES = TableNames("custody", "audit", "market")
ENTRY = AuditEntry(AuditEvent.INTENT_REFUSED, "agent-1", NOW_MS, {"reason": "EXPIRED"})
AWAY = ConnectTimeoutError(endpoint_url="http://127.0.0.1")


def failure(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "Decrypt")


class FailingKms:
    """Fails every call in the same way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def encrypt(self, **_: Any) -> Any:
        raise self._error

    def decrypt(self, **_: Any) -> Any:
        raise self._error


class FullAfterOneCall:
    """A table that takes one call of at most 25 items, as DynamoDB does, and then none."""

    def __init__(self) -> None:
        self.taken = 0

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803  # boto3's
        ((_, writes),) = RequestItems.items()
        if self.taken or len(writes) > 25:
            raise failure("ValidationException")
        self.taken += len(writes)
        return {}


class HoldingBack:
    """A table that takes the first entry of every write and holds the others back."""

    def __init__(self, writes_until_it_gives_in: int) -> None:
        self._left = writes_until_it_gives_in
        self.taken = 0

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803  # boto3's
        ((name, writes),) = RequestItems.items()
        self._left -= 1
        self.taken += len(writes) if self._left <= 0 else 0
        return {"UnprocessedItems": {name: writes} if self._left > 0 else {}}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"pause": lambda _seconds: None, "jitter": float}
    monkeypatch.setattr(attempts.rounds, "__kwdefaults__", quick)


def vault(error: Exception) -> KmsKeyVault:
    return KmsKeyVault(FailingKms(error), VaultKeys("key", "spare"))  # type: ignore[arg-type]  # a client that fails


@pytest.mark.parametrize("code", ["InvalidCiphertextException", "IncorrectKeyException"])
def test_a_ciphertext_that_does_not_fit_is_unusable(code: str) -> None:
    with pytest.raises(KeyUnusableError):
        vault(failure(code)).open(Sealed(b"", "key"), {})


@pytest.mark.parametrize(
    "error",
    [failure("AccessDeniedException"), failure("ThrottlingException"), AWAY],
)
def test_a_vault_that_does_not_open_may_be_asked_again(error: Exception) -> None:
    with pytest.raises(DependencyError):
        vault(error).open(Sealed(b"", "key"), {})
    with pytest.raises(DependencyError):
        vault(error).seal(b"", {})


def test_audit_entries_held_back_are_written_again() -> None:
    table = HoldingBack(writes_until_it_gives_in=3)

    DynamoSigningStore(table, TABLES, fixed_stamps()).audit([ENTRY, ENTRY])  # type: ignore[arg-type]  # a client that fails

    assert table.taken == 2


def test_audit_entries_that_are_never_taken_are_no_silent_loss() -> None:
    table = HoldingBack(writes_until_it_gives_in=100)

    with pytest.raises(DependencyError):
        DynamoSigningStore(table, TABLES, fixed_stamps()).audit([ENTRY])  # type: ignore[arg-type]  # a client that fails


def test_entries_of_which_some_are_taken_and_some_are_not_are_no_success() -> None:
    table = FullAfterOneCall()

    with pytest.raises(DependencyError):
        DynamoSigningStore(table, TABLES, fixed_stamps()).audit([ENTRY] * 32)  # type: ignore[arg-type]  # a client that fails

    assert table.taken == 25
