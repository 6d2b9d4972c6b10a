"""What the deployed functions were told where the template has conditions and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from localcloud.deploy.cloudformation import find_stack

if TYPE_CHECKING:
    from cli.system import System
    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration


def asked(system: RunningStack, question: str, function: str) -> Any:
    client = system.session().client("lambda")
    return getattr(client, question)(FunctionName=system.stack.functions[function])


@pytest.mark.parametrize("function", ["ApiFunction", "SignerFunction"])
def test_without_a_builder_nobody_hears_of_one(system: RunningStack, function: str) -> None:
    configuration = asked(system, "get_function_configuration", function)

    variables = configuration["Environment"]["Variables"]
    assert "HYPERLIQUID_CHAIN" in variables
    assert [name for name in variables if "BUILDER" in name or "REFERRAL" in name] == []


def test_a_system_names_the_parameters_that_its_stack_was_given(running: System) -> None:
    stack = find_stack(running.stack.session().client("cloudformation"))

    given = {each["ParameterKey"]: each["ParameterValue"] for each in (stack or {})["Parameters"]}
    named = {"Stage", "HyperliquidUrl", "DoorBurst", "PrivyJwksUrl", "ServerWalletsUrl"}
    assert named <= set(running.parameters)
    assert {name: given[name] for name in running.parameters} == running.parameters


def test_as_many_signers_as_lanes_may_run_at_once(system: RunningStack) -> None:
    room = {
        function: asked(system, "get_function_concurrency", function)
        for function in ("FollowerExecuteFunction", "SignerFunction")
    }

    reserved = {name: each["ReservedConcurrentExecutions"] for name, each in room.items()}
    assert reserved["SignerFunction"] >= reserved["FollowerExecuteFunction"] > 1
