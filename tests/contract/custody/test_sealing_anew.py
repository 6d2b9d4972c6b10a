"""KMS seals a key anew by itself; whatever it answers, the key does not come out for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from custody.aws.key_vault import KmsKeyVault, VaultKeys
from custody.keys import signing_context
from tests.contract.custody.backends import new_key
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = b"\x05" * 32
CONTEXT = signing_context("mark-1", 1)


class Recorded:
    """KMS, whose calls are written down; ReEncrypt fails with `refusal` if there is one."""

    def __init__(self, kms: Any, refusal: str = "") -> None:
        self._kms = kms
        self._refusal = refusal
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            self.calls.append(name)
            if self._refusal and name == "re_encrypt":
                raise ClientError({"Error": {"Code": self._refusal}}, "ReEncrypt")
            return getattr(self._kms, name)(**request)

        return call


@pytest.fixture
def kms(moto_clients: Callable[[str], Any]) -> Any:
    return moto_clients("kms")


@pytest.fixture
def keys(kms: Any) -> VaultKeys:
    return VaultKeys(new_key(kms), new_key(kms))


def test_kms_seals_anew_without_the_key_coming_out(kms: Any, keys: VaultKeys) -> None:
    sealed = KmsKeyVault(kms, VaultKeys(keys.spare, keys.sealing)).seal(SECRET, CONTEXT)
    recorded: Any = Recorded(kms)

    moved = KmsKeyVault(recorded, keys).rewrap(sealed, CONTEXT)

    assert recorded.calls == ["re_encrypt"]
    assert moved.key_id == keys.sealing
    assert KmsKeyVault(kms, keys).open(moved, CONTEXT) == SECRET


CANNOT = ("AccessDeniedException", "InvalidAction", "UnknownOperationException")
BUSY = ("ThrottlingException", "KMSInternalException")


@pytest.mark.parametrize("refusal", [*CANNOT, *BUSY])
def test_a_kms_that_does_not_seal_anew_lets_no_key_out(
    kms: Any, keys: VaultKeys, refusal: str
) -> None:
    sealed = KmsKeyVault(kms, VaultKeys(keys.spare, keys.sealing)).seal(SECRET, CONTEXT)
    recorded: Any = Recorded(kms, refusal)

    with pytest.raises(DependencyError):
        KmsKeyVault(recorded, keys).rewrap(sealed, CONTEXT)

    assert recorded.calls == ["re_encrypt"]
