"""KMS seals anew for a role that may open by the one key and seal by the other, as on AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.localcloud.roles import acting, allows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration

SECRET = b"an agent's key"
OLD, NEW = {"purpose": "sign", "agent_id": "a"}, {"purpose": "keep", "agent_id": "a"}
FROM, TO = "kms:ReEncryptFrom", "kms:ReEncryptTo"


class Keys:
    """Two keys, and a secret sealed by the first one under the old context."""

    def __init__(self, kms: Any) -> None:
        self.kms = kms
        self.first, self.second = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
        sealed = kms.encrypt(KeyId=self.first, Plaintext=SECRET, EncryptionContext=OLD)
        self.sealed = sealed["CiphertextBlob"]

    @property
    def request(self) -> dict[str, Any]:
        """Move the secret to the second key and to the new context."""
        return {
            "CiphertextBlob": self.sealed,
            "SourceKeyId": self.first,
            "SourceEncryptionContext": OLD,
            "DestinationKeyId": self.second,
            "DestinationEncryptionContext": NEW,
        }

    @property
    def rights(self) -> list[dict[str, Any]]:
        """Allow that and nothing more."""
        return [under(FROM, self.first, "sign"), under(TO, self.second, "keep")]


def under(action: str, key: str, purpose: str) -> dict[str, Any]:
    return allows(action, key, StringEquals={"kms:EncryptionContext:purpose": purpose})


@pytest.fixture
def keys(cloud: RunningStack) -> Iterator[Keys]:
    made = Keys(cloud.session().client("kms"))
    yield made
    for key in (made.first, made.second):
        made.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


def refusal(kms: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        kms.re_encrypt(**request)
    said = refused.value.response["Error"]
    return said["Code"], said["Message"]


@pytest.mark.parametrize(("left", "asked"), [(1, FROM), (0, TO)], ids=["no from", "no to"])
def test_each_of_the_two_rights_is_asked_for_by_its_name(
    cloud: RunningStack, keys: Keys, left: int, asked: str
) -> None:
    with acting(cloud, "kms", keys.rights[left]) as kms:
        code, said = refusal(kms, **keys.request)

    assert code == "AccessDeniedException"
    assert f"not authorized to perform: {asked} " in said


@pytest.mark.parametrize("action", [[FROM, TO], ["kms:ReEncrypt", "kms:Decrypt", "kms:Encrypt"]])
def test_a_right_on_the_other_key_and_other_rights_are_no_help(
    cloud: RunningStack, keys: Keys, action: list[str]
) -> None:
    other_key = keys.second if FROM in action else "*"
    with acting(cloud, "kms", allows(action, other_key)) as kms:
        code, _ = refusal(kms, **keys.request)

    assert code == "AccessDeniedException"


@pytest.mark.parametrize("side", ["Source", "Destination"])
@pytest.mark.parametrize("context", [{**OLD, "purpose": "steal"}, {"agent_id": "a"}, {}])
def test_each_right_holds_under_the_context_of_its_own_side(
    cloud: RunningStack, keys: Keys, side: str, context: dict[str, str]
) -> None:
    with acting(cloud, "kms", *keys.rights) as kms:
        code, _ = refusal(kms, **{**keys.request, f"{side}EncryptionContext": context})

    assert code == "AccessDeniedException"


@pytest.mark.parametrize("place", ["first", "second"])
def test_a_key_whose_own_policy_does_not_allow_it_is_not_used(
    cloud: RunningStack, keys: Keys, place: str
) -> None:
    key = getattr(keys, place)
    policy = json.loads(keys.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    for each in policy["Statement"]:
        each["Action"] = ["kms:Encrypt", "kms:Decrypt"]
    keys.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))

    with acting(cloud, "kms", *keys.rights) as kms:
        code, _ = refusal(kms, **keys.request)

    assert code == "AccessDeniedException"


def test_a_context_that_did_not_seal_opens_nothing(keys: Keys) -> None:
    code, _ = refusal(keys.kms, **{**keys.request, "SourceEncryptionContext": NEW})

    assert code == "InvalidCiphertextException"


def test_a_key_that_did_not_seal_opens_nothing(keys: Keys) -> None:
    code, _ = refusal(keys.kms, **{**keys.request, "SourceKeyId": keys.second})

    assert code == "IncorrectKeyException"
    with pytest.raises(ClientError, match="IncorrectKeyException"):
        keys.kms.decrypt(KeyId=keys.second, CiphertextBlob=keys.sealed, EncryptionContext=OLD)


@pytest.mark.parametrize("place", ["first", "second"])
def test_a_disabled_key_neither_opens_nor_seals(keys: Keys, place: str) -> None:
    keys.kms.disable_key(KeyId=getattr(keys, place))

    assert refusal(keys.kms, **keys.request)[0] == "DisabledException"


def test_a_key_that_is_not_there_seals_nothing(keys: Keys) -> None:
    gone = keys.second.rpartition("/")[0] + "/00000000-0000-0000-0000-000000000000"

    assert refusal(keys.kms, **{**keys.request, "DestinationKeyId": gone})[0] == "NotFoundException"


@pytest.mark.parametrize("is_named", [True, False], ids=["source named", "source not named"])
def test_who_has_both_rights_moves_the_secret_and_sees_none_of_it(
    cloud: RunningStack, keys: Keys, *, is_named: bool
) -> None:
    request = {key: keys.request[key] for key in keys.request if is_named or key != "SourceKeyId"}
    with acting(cloud, "kms", *keys.rights) as kms:
        moved = kms.re_encrypt(**request)

    assert (moved["SourceKeyId"], moved["KeyId"]) == (keys.first, keys.second)
    assert "Plaintext" not in moved
    blob = moved["CiphertextBlob"]
    opened = keys.kms.decrypt(KeyId=keys.second, CiphertextBlob=blob, EncryptionContext=NEW)
    assert opened["Plaintext"] == SECRET
    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        keys.kms.decrypt(KeyId=keys.second, CiphertextBlob=blob, EncryptionContext=OLD)
