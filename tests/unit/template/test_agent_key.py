"""The custody key's policy says on AWS what the emulator cannot evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"


def test_the_agent_key_opens_for_the_signers_role_alone() -> None:
    template: dict[str, Any] = yaml_parse(TEMPLATE.read_text())
    statements = template["Resources"]["AgentKey"]["Properties"]["KeyPolicy"]["Statement"]
    using = [each for each in statements if "kms:Decrypt" in each["Action"]]

    (only,) = using
    role = only["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Sub"]
    assert role.endswith(":role/${AWS::StackName}-SignerFunctionRole-*")
    assert only["Condition"]["StringEquals"]["kms:EncryptionContext:purpose"] == "agent-signing"
    assert only["Condition"]["Null"]["kms:EncryptionContext:purpose"] == "false"
