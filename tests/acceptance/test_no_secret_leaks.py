"""No key and no token of a run is found anywhere that the run wrote, in any form."""

from __future__ import annotations

import base64
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cli.app import main
from tests.acceptance.needles import Secret, forms_of, found, public_values, unnamed
from tests.acceptance.running import short_recording
from tests.acceptance.secrets_of_a_run import KMS, WITNESS, Knowledge

pytestmark = pytest.mark.integration

EMULATORS_OWN = "state/cloud/"  # what it keeps for itself: code by its hash, messages by theirs
LOG = "state/cloud/state/cloudwatch_logs.json"
LOGS = (LOG, "state/cloud/emulator.log", "state/simulator.log")
SECRET = bytes(range(100, 132))
KINDS = {
    "a wallet's key": 3,
    "an access token": 3,
    "a refresh token": 4,
    "the key of agent": 2,
    "the token secret": 1,
    "a key of KMS": 2,
    "AWS_SESSION_TOKEN of": 9,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """Run a demo with two followers and give what is known of it."""
    folder = tmp_path_factory.mktemp("demo")
    fills, state = short_recording(folder / "fills.json", trades=5), folder / "state"
    arguments = ["demo", "--fills", str(fills), "--followers", "2", "--state", str(state)]
    arguments += ["--json", str(folder / "figures.json"), "--evidence", str(folder / "e.json")]
    more = short_recording(folder / "more.json", trades=3, after=5)
    known, said = Knowledge(more), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        known.hear_of_tokens(patch)
        patch.setattr("cli.demo.running_system", known.tapped())
        assert main(arguments) == 0, said.getvalue()
    known.places["what it said"] = said.getvalue().encode()
    known.read_folder(folder)
    read_master_keys(known, state)
    return known


def read_master_keys(known: Knowledge, state: Path) -> None:
    keys = json.loads((state / KMS).read_bytes())["payload"]["keys"]["data"].values()
    for key in keys:
        known.know("a key of KMS", master_key_of(key), KMS)


def master_key_of(key: dict[str, str]) -> bytes:
    """Give the secret of a key of the emulator's KMS: the key itself, or a signing key's number."""
    if "_private_key_pem" not in key:
        return base64.b64decode(key["_symmetric_key_b64"])
    signing = load_pem_private_key(base64.b64decode(key["_private_key_pem"]), None)
    assert isinstance(signing, EllipticCurvePrivateKey)
    return signing.private_numbers().private_value.to_bytes(signing.key_size // 8, "big")


def test_every_kind_of_secret_and_place_is_known(run: Knowledge) -> None:
    for kind, least in KINDS.items():
        different = {each.raw for each in run.secrets if each.name.startswith(kind)}
        assert len(different) >= least, kind
    for place, words in {
        "what it said": b"the judge",
        "figures.json": b"orders_per_second",
        "e.json": b"receipts",
        LOG: b"/aws/lambda/understudy-local-signer",
        "state/cloud/emulator.log": b"",
        "state/simulator.log": b"",
        "state/cloud/state/dynamodb.json": b"COPY#",
        "CustodyTable": b"ciphertext",
        "AuditTable": b"SIGNER#",
        "IdentityTable": b"SESSION#",
        "FollowerExecuteQueue": b"MessageId",
        "FollowerExecuteDeadLetterQueue": b"",
    }.items():
        assert words in run.places[place], place
    assert run.places[WITNESS].count(b"COPY_DONE") >= 5


def test_none_is_found(run: Knowledge) -> None:
    assert found(run.secrets, run.places) == []


def written(run: Knowledge) -> dict[str, bytes]:
    """Give what the system itself has said, logged, sent and stored."""
    places = run.places.items()
    return {p: c for p, c in places if p in LOGS or not p.startswith(EMULATORS_OWN)}


def test_whatever_has_the_shape_of_a_key_is_an_id_or_a_hash(run: Knowledge) -> None:
    """Search for any 32-byte hex string: a secret that the run above knows nothing of."""
    places = written(run)
    public = public_values(places)

    assert {*LOGS, "what it said", "e.json", "CustodyTable", WITNESS} <= places.keys()
    assert len(public) >= 40
    assert unnamed(places, public) == []


@pytest.mark.parametrize("planted", ["sent: 0x%s", '{"key": {"S": "%s"}}', "%s\n", "a.1.%s"])
def test_a_secret_that_nobody_knew_of_is_found_in_every_place(run: Knowledge, planted: str) -> None:
    places = written(run)
    public = public_values(places)
    for text in (SECRET.hex(), SECRET.hex().upper()):
        line = (planted % text).encode()
        longer = {place: content + b"\n" + line for place, content in places.items()}

        assert len(unnamed(longer, public)) == len(places)


@pytest.mark.parametrize("form", [name for name, _ in forms_of(b"1234")])
def test_one_that_is_written_down_is_found(run: Knowledge, form: str) -> None:
    """Plant each kind in a copy of one file: the search above would not pass."""
    log = run.places[LOG]
    for secret in run.secrets:
        planted = log[:1000] + dict(forms_of(secret.raw))[form] + log[1000:]

        assert found([secret], {LOG: planted}) != []


def test_a_vault_is_excused_for_its_own_secrets_only() -> None:
    secret = Secret("a key", SECRET, (KMS,))

    assert found([secret], {f"state/{KMS}": secret.raw}) == []
    assert found([secret], {"state/cloud/state/sqs.json": secret.raw}) != []
