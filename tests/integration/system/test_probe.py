"""A function of a stranger, deployed with a role of ours, tries to open an agent's key."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.deploy.functions import bootstrap
from localcloud.deploy.packages import RUNTIME, link_packages
from localcloud.guard import FOLDER as GUARD
from tests.integration.system.sealing import CONTEXT, KEY, seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration

PROBE = Path(__file__).parent / "probe"


@pytest.fixture
def sealed(system: RunningStack, as_role: Callable[[str, str], Any]) -> dict[str, Any]:
    return seal(system, as_role("SignerFunction", "kms"))


@pytest.fixture
def ask(
    request: pytest.FixtureRequest, system: RunningStack, tmp_path: Path
) -> Iterator[Callable[..., dict[str, str]]]:
    """Deploy the probe with a function's very role; gives what asks it to open something."""
    client = system.session().client("lambda")
    name = system.stack.functions[request.param]
    role = client.get_function_configuration(FunctionName=name)["Role"]
    package = bootstrap([GUARD, PROBE, link_packages(RUNTIME, tmp_path / "runtime")])
    client.create_function(
        FunctionName="probe",
        Runtime="provided.al2023",
        Role=role,
        Handler="probe.handler",
        Code={"ZipFile": package},
        Timeout=30,
    )

    def opened(sealed: dict[str, Any], **change: str) -> dict[str, str]:
        blob = base64.b64encode(sealed["CiphertextBlob"]).decode()
        context = {**CONTEXT, **change}
        event = {**sealed, "CiphertextBlob": blob, "EncryptionContext": context}
        answer = client.invoke(FunctionName="probe", Payload=json.dumps(event).encode())
        found: dict[str, str] = json.load(answer["Payload"])
        return found

    try:
        yield opened
    finally:
        client.delete_function(FunctionName="probe")


@pytest.mark.parametrize("ask", ["FollowerExecuteFunction"], indirect=True)
def test_with_the_role_of_follower_execute_it_is_refused(
    ask: Callable[..., dict[str, str]], sealed: dict[str, Any]
) -> None:
    assert ask(sealed)["refused"].startswith("AccessDenied")


@pytest.mark.parametrize("ask", ["SignerFunction"], indirect=True)
def test_with_the_signers_role_it_works_under_the_right_context_alone(
    ask: Callable[..., dict[str, str]], sealed: dict[str, Any]
) -> None:
    assert ask(sealed) == {"opened": KEY.decode()}
    assert ask(sealed, purpose="something-else")["refused"].startswith("AccessDenied")
    assert ask(sealed, agent_id="agent-2") == {"refused": "InvalidCiphertextException"}
